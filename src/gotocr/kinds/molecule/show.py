"""A molecule as SVG, where RDKit can lay it out in a child process, else as its SMILES; everything from outside escaped."""

from __future__ import annotations

import html
from functools import lru_cache
from importlib.util import find_spec

from ...child import child
from ...errors import MissingExtraError, WorkerError
from ...schema import Block
from ..svg import pure
from .reading import check

DRAWN = "gotocr.kinds.molecule.vector:drawn"
SECONDS = 15.0  # the longest a drawing may take
_NEEDED = ("rdkit", "skia")


def show(block: Block) -> str:
    """The drawing; where there is none the SMILES, and a note where that is not the SMILES' own fault."""
    code = f'<pre class="molecule"><code>{html.escape(block.text)}</code></pre>'
    if check(block):
        return code
    drawing, why = _drawn(block.text)
    return f'<div class="molecule">{drawing}</div>' if drawing else f'{code}<p class="note">{html.escape(why)}</p>'


def svg(block: Block) -> str | None:
    """The drawing; None where the SMILES is wrong, or it cannot be drawn here."""
    return None if check(block) else _drawn(block.text)[0]


@lru_cache(maxsize=256)
def _drawn(smiles: str) -> tuple[str | None, str]:
    """The picture of a valid SMILES, or why there is none."""
    if not all(map(find_spec, _NEEDED)):
        return None, str(MissingExtraError("formats", "drawing molecules"))
    try:
        return pure(child(DRAWN, SECONDS)(smiles)), "it could not be drawn"
    except WorkerError as error:
        return None, f"it could not be drawn: {error}"
