"""Markdown: text as it is, formulas in `$$`, tables as written, other kinds as fenced blocks named after them.

Pages are parted by the comment `<!-- page N -->` (N from 2 on), which no renderer shows; documents on one stream
begin with `<!-- SOURCE -->`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ..kinds import KINDS
from ..kinds.kind import fence
from ..schema import Block, Leaf
from .format import Format, blocks_of


def parts(leaves: Iterable[Leaf], source: str, model: str) -> Iterator[bytes]:
    for number, leaf in enumerate(leaves):
        if number:
            yield f"\n<!-- page {leaf.index + 1} -->\n\n".encode()
        body = "\n\n".join(_block(block) for block in blocks_of(leaf))
        if body:
            yield f"{body}\n".encode("utf-8", "replace")


def _block(block: Block) -> str:
    if block.kind not in KINDS:
        return fence(block.text, block.kind)
    return KINDS[block.kind].markdown(block)


def title(source: str) -> bytes:
    shown = source.replace("--", "- -").replace(">", "&gt;")  # nothing that could end the comment
    return f"<!-- {shown} -->\n\n".encode("utf-8", "replace")


FORMAT = Format("markdown", ".md", "text/markdown; charset=utf-8", parts, title)
