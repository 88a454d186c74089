"""Molecules: SMILES as written, checked and drawn, with the canonical SMILES of what is drawn as the truth."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..kind import Kind
from .mend import mend_block
from .reading import check, find, is_bare, parse
from .scores import exact, similarity
from .show import show, svg
from .syntax import GRAMMAR

if TYPE_CHECKING:
    import numpy as np

    from ...draw.supply import Supply
    from ...schema import Sample

__all__ = ["KIND"]


def sample(rng: np.random.Generator, supply: Supply, room: tuple[int, int], em: float | None = None) -> Sample:
    """See `Kind`."""
    from .picture import draw

    return draw(rng, supply, room, em)


KIND = Kind(
    name="molecule",
    find=find,
    parse=parse,
    html=show,
    check=check,
    mend=mend_block,
    bare=is_bare,
    scores={"exact": exact, "similarity": similarity},
    sample=sample,
    info="smiles",
    grammar=GRAMMAR,
    svg=svg,
)
