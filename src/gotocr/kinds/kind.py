"""The contract of a content type, and the span it is found in; what each type does is in the file of its name."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from ..schema import Block, Sample

if TYPE_CHECKING:
    import numpy as np

    from ..draw.supply import Supply


class Span(NamedTuple):
    """Characters `start` up to, not including, `end` of a text."""

    start: int
    end: int


def _no_problems(block: Block) -> list[str]:
    return []


def _unchanged(block: Block) -> Block:
    return block


def _no_picture(block: Block) -> str | None:
    return None


def _never(text: str) -> bool:
    return False


def _no_words(source: str) -> Iterator[tuple[Span, str]]:
    return iter(())


@dataclass(frozen=True)
class Kind:
    """One content type: write it, read it, show it, score it.

    - `find(text)` yields, left to right, the spans of a page's text that turn into this kind, an unclosed one too.
    - `parse(source)` makes a block of one such span; a broken one gives a block with `problems`, never an exception.
    - `html(block)` shows it, escaped: what every format falls back to. The block is untrusted.
    - `svg(block)` draws it as one SVG element, where the kind is something to draw and this block can be drawn.
    - `bare(text)` says whether a page that holds nothing but `text` is of this kind, though no mark says so.
    - `markdown(block)` is the inverse of `parse`; a fenced block with `info` unless given.
    - `check(block)` says what is wrong with the content; empty = valid.
    - `mend(block)` repairs as little as possible of a block with problems, and says each change in `warnings`; what it cannot
      repair stays in `problems`. Nothing readable is dropped without a word. Idempotent; never raises; a valid block is
      returned as it is.
    - `words(source)` yields the printed words and where in the source they stand; none where the source is a code.
    - `scores` maps a name to `score(written, truth)` in [0, 1], 1 = equal.
    - `sample(rng, supply, room, em)` draws a clean picture with its truth from the texts and fonts of `supply`, no larger
      than `room` (height, width) in pixels; equal arguments, equal bytes. With `em` given it is an inset of a page: on
      white, cropped to its ink, for text of that font size in pixels. None: the kind is never drawn by itself.
    - `info` is the info string of its fenced blocks; the kind's name unless given.
    """

    name: str
    find: Callable[[str], Iterator[Span]]
    parse: Callable[[str], Block]
    html: Callable[[Block], str]
    markdown: Callable[[Block], str] = None  # type: ignore[assignment]  # set below
    check: Callable[[Block], list[str]] = _no_problems
    mend: Callable[[Block], Block] = _unchanged
    bare: Callable[[str], bool] = _never
    words: Callable[[str], Iterator[tuple[Span, str]]] = _no_words
    scores: Mapping[str, Callable[[str, str], float]] = field(default_factory=dict)
    sample: Callable[[np.random.Generator, Supply, tuple[int, int], float | None], Sample] | None = None
    info: str = ""
    grammar: str | None = None
    svg: Callable[[Block], str | None] = _no_picture

    def __post_init__(self) -> None:
        object.__setattr__(self, "info", self.info or self.name)
        if self.markdown is None:
            object.__setattr__(self, "markdown", lambda block: fence(block.text, self.info))


def fence(text: str, info: str) -> str:
    """`text` as a fenced Markdown block; the fence is longer than any run of backticks within."""
    longest = run = 0
    for character in text:
        run = run + 1 if character == "`" else 0
        longest = max(longest, run)
    ticks = "`" * max(3, longest + 1)
    return f"{ticks}{info}\n{text}\n{ticks}"
