"""The contract of an output format: pages in, bytes out, a page at a time where the format allows it."""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from urllib.parse import unquote, urlsplit

from ..errors import UsageError
from ..pixels.web import is_address
from ..schema import Block, Document, Leaf

Parts = Callable[[Iterable[Leaf], str, str], Iterator[bytes]]
Files = Callable[[Iterable[Leaf], str, str], Iterator[tuple[str, bytes]]]
OWN_TEXT = ("keep", "replace", "add")
_UNFIT = re.compile(r'[\x00-\x1f\x7f/\\:*?"<>|]')  # what names of files may not hold, on one disk or another


@dataclass(frozen=True)
class Original:
    """The source itself, for a format that writes it anew: a file with a picture or a PDF.

    `own_text` says what becomes of a PDF page that has text already: "keep" it and add none; "replace" what of it is
    invisible, the work of an earlier reading; or "add" ours to it.
    """

    path: str | os.PathLike[str]
    name: str = ""  # what it is called in errors; the path unless given
    password: str | None = field(default=None, repr=False)
    own_text: str = "keep"
    say: Callable[[str], None] = lambda line: None  # takes what is to be known about the file that was written

    @property
    def called(self) -> str:
        return self.name or os.fspath(self.path)


Over = Callable[[Iterable[Leaf], Original, str], Iterator[bytes]]


def _no_title(source: str) -> bytes:
    return b""


@dataclass(frozen=True)
class Format:
    """One way to write a document: as one file (`parts`), as a file for each thing in it (`files`), or both.

    `parts(leaves, source, model)` yields the file in order; it takes the pages lazily and yields what it can before
    the next page is read, so a long PDF can be followed and never has to be held whole. A document without pages is
    a valid file too. `title(source)` is what stands before a document where several follow each other on one stream.

    `files(leaves, source, model)` yields, as lazily, (name, contents) of a file for each table, score, molecule ... that
    this format can hold; `named` makes the names. A format that has both is written as files into a folder and as one
    file to a stream; one that has no `parts` goes into a folder only.

    `over(leaves, original, model)` is for a format whose file holds the source itself: where that is at hand, it is asked
    in place of `parts`.

    `drops` says what of a document is not in the file. `extra` is the optional part of the package it needs, if any:
    its absence is a `MissingExtraError` before anything is read (`ready`).
    """

    name: str
    suffix: str  # with its dot; of each file
    media_type: str
    parts: Parts | None = None
    title: Callable[[str], bytes] = _no_title
    whole: bool = False  # an unfinished file is worth nothing
    files: Files | None = None
    over: Over | None = None
    binary: bool = False  # not for a terminal
    drops: str = ""  # one line
    ready: Callable[[], None] = lambda: None  # raises MissingExtraError where something is not installed

    def write(self, document: Document, original: Original | str | os.PathLike[str] | None = None) -> bytes:
        """The whole file; `original` is the source, or its path, for a format that holds it. Raises UsageError for a format that is several files."""
        if self.parts is None:
            raise UsageError(f"{self.name} is a file for each thing it finds; use `files`, or -o DIR")
        if isinstance(original, (str, os.PathLike)):
            original = Original(original)
        return b"".join(self.made(document.pages, document.source, document.model, original))

    def made(self, leaves: Iterable[Leaf], source: str, model: str, original: Original | None = None) -> Iterator[bytes]:
        """The parts of the one file: with the source in it where the format holds it and it is given."""
        assert self.parts is not None
        return self.over(leaves, original, model) if self.over and original else self.parts(leaves, source, model)


def blocks_of(leaf: Leaf) -> tuple[Block, ...]:
    """The page's blocks; a page that was never split is one stretch of lines as printed."""
    if leaf.blocks or not leaf.text.strip():
        return leaf.blocks
    return (Block("text", leaf.text, data={"role": "lines"}),)


def named(leaf: Leaf, *kinds: str) -> Iterator[tuple[str, Block]]:
    """The page's blocks of some kinds, of all without any, with the names of their files, less the suffix; every kind is counted by itself."""
    numbers: Counter[str] = Counter()
    for block in blocks_of(leaf):
        if not kinds or block.kind in kinds:
            numbers[block.kind] += 1
            yield page_name(leaf, block.kind, numbers[block.kind], ""), block


def stem_of(source: str) -> str:
    """The name of a path or address without its suffix, fit to be that of a file or folder on any disk."""
    if is_address(source):
        parts = urlsplit(source)
        name = PurePosixPath(unquote(parts.path)).stem or parts.hostname or ""
    else:
        name = Path(source).stem
    name = _UNFIT.sub("_", name)
    return name if name.strip(". ") else "page"


def page_name(leaf: Leaf, kind: str, number: int, suffix: str) -> str:
    """The name of the file of the `number`-th (from 1) block of a kind on a page; sorts in reading order."""
    return f"page-{leaf.index + 1:04d}-{kind}-{number}{suffix}"
