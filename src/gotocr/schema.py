"""The words every room shares: frozen dataclasses for each arrow of the reader; no behaviour.

    image -> Page -> Pixels -> Prompt -> Job -> Piece -> Document

None of them holds an earlier or a later stage. Boxes are `(left, top, right, bottom)` in pixels of the
source page, origin at the top left, right and bottom exclusive; confidences are probabilities in [0, 1].
Arrays are numpy; nothing here imports torch.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np

Box = tuple[float, float, float, float]

MODES = ("plain", "format")
COLOURS = ("red", "green", "blue")


@dataclass(frozen=True)
class Page:
    """One picture as it came in, decoded and upright: `image` is (H, W, 3) uint8 RGB."""

    image: np.ndarray
    index: int = 0  # 0-based number of the page in its source
    source: str = "<memory>"  # path, URL or a name in angle brackets
    text: str = ""  # what a PDF itself says of it, right or wrong, where somebody wants to know


@dataclass(frozen=True)
class Lost:
    """A page that could not be opened; the pages behind it can be."""

    index: int  # 0-based number of the page in its source
    source: str
    why: Exception  # a `errors.GotocrError`


@dataclass(frozen=True)
class Region:
    """The part of a page to read: a box in page pixels, or what stands inside a drawn frame of a colour."""

    box: Box | None = None
    colour: str | None = None  # one of COLOURS
    relative: bool = False  # the box is in shares of the page's width and height, 0 to 1
    crop: bool = False  # show the model this part alone, where it could be told of it as well


@dataclass(frozen=True)
class Task:
    """What to do with a page. `mode` is "plain" (lines as printed) or "format" (Markdown)."""

    mode: str = "format"
    region: Region | None = None
    regions: tuple[Region, ...] = ()  # several parts, read one behind the other, in place of `region`
    tiles: int = 1  # most tiles a page may be cut into; 1 = the page as one picture, 0 = by the size of its letters
    max_tokens: int = 16_384  # most tokens written of one page
    turn: int | None = None  # degrees clockwise that turn the page upright; None = found out
    straighten: bool = True  # lines that lean are made level
    spreads: bool = True  # two pages side by side are read one behind the other
    trim: bool = True  # margins are cut off, and long strips in pieces, for a model that sees a square
    places: bool = True  # where words stand is estimated for a model that does not say so
    reread: bool = True  # lines that were passed over, and what a loop cut off, are read once more by themselves
    verify: bool = False  # formulas, tables, drawings are drawn anew from what was read and compared with the page
    seconds: float | None = None  # a page that takes longer ends there, with what was written by then
    drafts: tuple[str, ...] | None = ()  # what the pages may say: base checks texts it expects many tokens at a time, and reads the same; None = it expects none


@dataclass(frozen=True)
class Pixels:
    """What a model sees: `values` is (N, 3, H, W) float32, normalised; N tiles of one size. For a server, whose
    model normalises it, it is uint8, levels as they are.

    A point (x, y) of the model's picture lies at `(offset[0] + x / scale[0], offset[1] + y / scale[1])` on the page.
    """

    values: np.ndarray
    scale: tuple[float, float] = (1.0, 1.0)  # model pixels per page pixel, x and y
    offset: tuple[float, float] = (0.0, 0.0)  # page pixel at the model picture's top left
    page_size: tuple[int, int] = (0, 0)  # width, height of the page in pixels


@dataclass(frozen=True)
class Prompt:
    """Token ids with image slots: each id equal to `image_id` stands for one image token."""

    ids: tuple[int, ...]
    image_id: int
    stop_ids: tuple[int, ...]
    text: str = ""  # the words of it, for engines that ask somebody else and have no ids
    mode: str = ""  # the mode of its task, for the same


@dataclass(frozen=True)
class Job:
    """One picture and its prompt, ready for an engine."""

    pixels: Pixels
    prompt: Prompt
    max_tokens: int = 4096
    over: Callable[[], bool] | None = None  # asked between tokens: whether the time for the page is up
    drafts: Sequence[str | Sequence[int]] | None = ()  # texts, or tokens, that may come: they save time, and change nothing; None = no drafts at all


@dataclass(frozen=True)
class Piece:
    """One token as an engine wrote it. `box` is where its ink stands on the page, when the model can tell."""

    token: int
    text: str  # the text this token completes; empty while a character is only half written
    probability: float
    box: Box | None = None
    finish: str | None = None  # on the last piece: "stop", "length" (the cap was hit), "time" (so was that in seconds) or "loop"
    alternatives: tuple[tuple[str, float], ...] = ()  # where it is in doubt: texts of other tokens, the likeliest first
    warnings: tuple[str, ...] = ()  # on the last piece: what its page is to say about how it was written


@dataclass(frozen=True)
class Word:
    """`alternatives` are other spellings of a doubtful word with their probabilities, the likeliest first."""

    text: str
    box: Box | None = None
    confidence: float | None = None
    alternatives: tuple[tuple[str, float], ...] = ()
    problems: tuple[str, ...] = ()  # why it may be invented: "no ink under it"


@dataclass(frozen=True)
class Block:
    """A stretch of a page with one kind of content; `text` is its source (Markdown, LaTeX, HTML, ...)."""

    kind: str
    text: str
    box: Box | None = None
    confidence: float | None = None
    words: tuple[Word, ...] = ()
    problems: tuple[str, ...] = ()  # why the text is not valid for its kind; empty = valid
    data: Mapping[str, object] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()  # what was mended in it, or done to read it
    agreement: float | None = None  # 0 to 1: how alike the page and the block drawn anew are, where they were compared


@dataclass(frozen=True)
class Leaf:
    """One page that was read. `truncated` is true where the writing stopped at the cap, not at the end."""

    index: int
    width: int
    height: int
    text: str
    blocks: tuple[Block, ...] = ()
    truncated: bool = False
    confidence: float | None = None
    error: str | None = None  # why the page could not be read; what was written before that is kept
    notes: tuple[str, ...] = ()  # what was done to its picture: "turned by 90 degrees"
    warnings: tuple[str, ...] = ()  # what is doubtful about the reading: "2 lines have ink and no text"
    coverage: float | None = None  # share of the page's ink of writing that lies under boxes, 0 to 1
    estimated: bool = False  # the boxes were found from the text and the page's ink; the model did not say them


@dataclass(frozen=True)
class Document:
    """All that was read from one source, page by page."""

    source: str
    pages: tuple[Leaf, ...]
    model: str = ""


AREA = "\0"  # what a glyph is that is no character: a fraction bar, a note head, the room of a table cell


@dataclass(frozen=True)
class Glyphs:
    """What was drawn, one row a glyph, in reading order: characters, and areas that a mark of the truth stands for.

    `plain[i]` and `format[i]` are the index, in the truth of that name, of the character that glyph i stands for
    (of the first one, where it stands for several: ∑ for `\\sum`); -1 = it stands for nothing written there.
    Several glyphs may stand for one character; a mark without ink has none.
    """

    text: str  # n characters; AREA where there is none
    boxes: np.ndarray  # (n, 4) float32: the ink, or the advance for spaces, in pixels of the picture
    plain: np.ndarray  # (n,) int32
    format: np.ndarray  # (n,) int32


@dataclass(frozen=True)
class Sample:
    """A drawn picture with its exact truth; `plain` and `format` are what is read of it in the mode of that name."""

    image: np.ndarray  # (H, W, 3) uint8 RGB
    plain: str
    format: str
    glyphs: Glyphs
    kind: str
    seed: int = 0
    notes: Mapping[str, object] = field(default_factory=dict)  # what else is true of it: language, style, chart type ...
    located: bool = True  # `glyphs` has all ink that the truths name; False = nobody knows where it stands
