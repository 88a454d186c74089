"""Formulas: LaTeX, its one spelling, new ones from a grammar and a corpus, drawn, checked and scored."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..kind import Kind
from .mend import mend_block
from .normal import normalise
from .scores import all_scores
from .source import check, find, markdown, parse, show
from .syntax import GRAMMAR

if TYPE_CHECKING:
    import numpy as np

    from ...draw.supply import Supply
    from ...schema import Sample


def sample(rng: np.random.Generator, supply: Supply, room: tuple[int, int], em: float | None = None) -> Sample:
    """A displayed formula by itself (see `Kind.sample`)."""
    from .picture import sample as draw

    return draw(rng, supply, room, em)


KIND = Kind(
    name="formula",
    find=find,
    parse=parse,
    html=show,
    markdown=markdown,
    check=check,
    mend=mend_block,
    scores=all_scores(),
    sample=sample,
    grammar=GRAMMAR,
)

__all__ = ["KIND", "check", "find", "markdown", "normalise", "parse", "show"]
