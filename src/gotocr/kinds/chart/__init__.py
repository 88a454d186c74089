"""Charts: JSON with their texts and series; read, shown, scored, and drawn from a seed."""

from __future__ import annotations

from ..kind import Kind
from .mend import mend_block
from .reading import check, find, is_bare, parse, words
from .scores import SCORES
from .show import show, svg
from .syntax import GRAMMAR


def _sample(rng, supply, room, em=None):
    from .sample import sample

    return sample(rng, supply, room, em)


KIND = Kind(
    name="chart",
    find=find,
    parse=parse,
    html=show,
    check=check,
    mend=mend_block,
    bare=is_bare,
    words=words,
    scores=SCORES,
    sample=_sample,
    grammar=GRAMMAR,
    svg=svg,
)
