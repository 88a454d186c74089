"""Running text, printed: paragraphs, headings and lists, and pictures of words, lines, paragraphs and pages of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..kind import Kind
from .blocks import check, find, find_printed, markdown, parse, parse_printed, words, words_printed
from .mend import mend_block
from .scores import SCORES
from .show import show

if TYPE_CHECKING:
    import numpy as np

    from ...draw.supply import Supply
    from ...schema import Sample

__all__ = ["KIND", "PRINTED", "check", "find", "line", "page", "paragraph", "parse", "sample", "show", "word", "words"]


def word(rng: np.random.Generator, supply: Supply, room: tuple[int, int], em: float | None = None) -> Sample:
    """A crop of one word, sometimes two or three, a number or a code."""
    from .scraps import draw_word

    return draw_word(rng, supply, room, em)


def line(rng: np.random.Generator, supply: Supply, room: tuple[int, int], em: float | None = None) -> Sample:
    """A crop of one printed line, cut as page segmenters cut it."""
    from .scraps import draw_line

    return draw_line(rng, supply, room, em)


def paragraph(rng: np.random.Generator, supply: Supply, room: tuple[int, int], em: float | None = None) -> Sample:
    """A crop of one paragraph or list, or of a heading with what follows it."""
    from .scraps import draw_paragraph

    return draw_paragraph(rng, supply, room, em)


def page(rng: np.random.Generator, supply: Supply, room: tuple[int, int], em: float | None = None) -> Sample:
    """A page of any style; `pages.STYLES` names them."""
    from .pages import draw_page

    return draw_page(rng, supply, room, em)


SHARES = {word: 0.15, line: 0.3, paragraph: 0.25, page: 0.3}


def sample(rng: np.random.Generator, supply: Supply, room: tuple[int, int], em: float | None = None) -> Sample:
    """A word, a line, a paragraph or a page."""
    sources, shares = tuple(SHARES), tuple(SHARES.values())
    return sources[int(rng.choice(len(sources), p=shares))](rng, supply, room, em)


KIND = Kind(
    name="text",
    find=find,
    parse=parse,
    html=show,
    markdown=markdown,
    check=check,
    mend=mend_block,
    words=words,
    scores=SCORES,
    sample=sample,
)
# The same lines when the page was written as printed (task "plain"), not as Markdown; not a kind of its own.
PRINTED = Kind(name="text", find=find_printed, parse=parse_printed, html=show, check=check, words=words_printed)
