"""The contract of an output format: pages in, bytes out, a page at a time where the format allows it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from ..schema import Block, Document, Leaf


def _no_title(source: str) -> bytes:
    return b""


@dataclass(frozen=True)
class Format:
    """One way to write a document.

    `parts(leaves, source, model)` yields the file in order; it takes the pages lazily and yields what it can before
    the next page is read, so a long PDF can be followed and never has to be held whole. A document without pages is
    a valid file too. `title(source)` is what stands before a document where several follow each other on one stream.
    """

    name: str
    suffix: str  # with its dot
    media_type: str
    parts: Callable[[Iterable[Leaf], str, str], Iterator[bytes]]
    title: Callable[[str], bytes] = _no_title
    whole: bool = False  # an unfinished file is worth nothing

    def write(self, document: Document) -> bytes:
        """The whole file."""
        return b"".join(self.parts(document.pages, document.source, document.model))


def blocks_of(leaf: Leaf) -> tuple[Block, ...]:
    """The page's blocks; a page that was never split is one stretch of lines as printed."""
    if leaf.blocks or not leaf.text.strip():
        return leaf.blocks
    return (Block("text", leaf.text, data={"role": "lines"}),)
