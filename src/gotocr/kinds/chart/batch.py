"""Charts of slower engines, many at a time, for shards that are drawn once and kept."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from .sample import ENGINES, sample

if TYPE_CHECKING:
    import numpy as np

    from ...draw.supply import Supply
    from ...schema import Sample

__all__ = ["ENGINES", "batch"]


def batch(rngs: Sequence[np.random.Generator], supply: Supply, room: tuple[int, int], engine: str) -> list[Sample | None]:
    """A chart of `engine` (one of `ENGINES`) for each generator, that depends on nothing else; None where it drew none.

    Raises MissingExtraError where the engine is not installed.
    """
    if engine == "matplotlib":
        from ...draw.plot.mpl import require

        require()
    elif engine == "vega":
        from ...draw.plot.vega import require

        require()
    return [_one(rng, supply, room, engine) for rng in rngs]


def _one(rng: np.random.Generator, supply: Supply, room: tuple[int, int], engine: str) -> Sample | None:
    try:
        return sample(rng, supply, room, engine=engine)
    except (ValueError, ArithmeticError, RuntimeError, UserWarning):  # what outside programs raise for data they cannot lay out
        return None
