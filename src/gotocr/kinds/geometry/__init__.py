"""Plane figures: a small canonical TikZ as written, checked and drawn."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..kind import Kind
from . import scores
from .mend import mend_block
from .reading import check, find, parse
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
    name="geometry",
    find=find,
    parse=parse,
    html=show,
    check=check,
    mend=mend_block,
    scores={"picture": scores.picture, "elements": scores.elements},
    sample=sample,
    info="tikz",
    grammar=GRAMMAR,
    svg=svg,
)
