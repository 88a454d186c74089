"""Sheet music: ABC as its truth, `**kern` and MusicXML from the same score, drawn by an engraver in a process of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..kind import Kind
from . import block
from .mend import mend_block
from .syntax import GRAMMAR

if TYPE_CHECKING:
    import numpy as np

    from ...draw.supply import Supply
    from ...schema import Sample


def sample(rng: np.random.Generator, supply: Supply, room: tuple[int, int], em: float | None = None) -> Sample:
    """See `source.sample`; what draws is imported only now."""
    from .source import sample as drawn

    return drawn(rng, supply, room, em)


KIND = Kind(
    name="music",
    find=block.find,
    parse=block.parse,
    html=block.show,
    markdown=block.markdown,
    check=block.check,
    mend=mend_block,
    words=block.words,
    scores={"symbols": block.symbol_score, "notes": block.note_score},
    sample=sample,
    info="abc",
    grammar=GRAMMAR,
    svg=block.svg,
)
