"""ABC 2.1: one tune book of all sheet music, tunes numbered as they come, whichever notation they were read in.

A tune is spelled anew from what was read, so nothing of it but words and notes gets into the book: no directive that a program
would obey. An accidental that programs disagree about, in another voice or octave, is written once more. What was not
understood stands before its tune, or in its place, as a remark.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ..kinds.music.abc_writer import to_abc
from ..kinds.music.accidentals import spelled
from ..kinds.music.block import read
from ..schema import Block, Leaf
from .format import Format, blocks_of

HEAD = b"%abc-2.1\n"  # must be the first line of a book


def parts(leaves: Iterable[Leaf], source: str, model: str) -> Iterator[bytes]:
    yield HEAD
    number = 0
    for leaf in leaves:
        for block in blocks_of(leaf):
            if block.kind == "music":
                tune, is_tune = _tune(block, number + 1)
                number += is_tune
                yield f"\n% page {leaf.index + 1}\n{tune}\n".encode("utf-8", "replace")


def _tune(block: Block, number: int) -> tuple[str, bool]:
    """A tune without empty lines, which would end it; where something was not understood, the source as remarks before it."""
    score, problems = read(block.text)
    said = [remark(f"not understood: {'; '.join(problems)}\n{block.text}")] if problems else []
    if not score.bars:
        return "".join(said), False
    lines = [line for line in to_abc(spelled(score, careful=True)).splitlines() if line.strip()]
    lines[0] = f"X:{number}"
    return "\n".join([*said, *lines]), True


def remark(text: str) -> str:
    """`text` as lines that say nothing to a program; the blank keeps one that begins with % from being a directive."""
    return "\n".join(f"% {line}" for line in text.splitlines())


def title(source: str) -> bytes:
    return f"{remark(source)}\n".encode("utf-8", "replace")


FORMAT = Format("abc", ".abc", "text/vnd.abc; charset=utf-8", parts, title, drops="all but music")
