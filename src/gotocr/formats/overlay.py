"""A page as a picture with the boxes of all that was read: words coloured by how sure they are, blocks with their kind, table cells.

What is doubtful stands out by its filling and the strength of its edge as well as by its colour; a word with a problem (no ink
under it, say) is crossed out. It is no `Format`: a document has no pictures, so whoever has the page gives it along.
"""

from __future__ import annotations

import io
import math
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

from ..errors import UsageError
from ..kinds.table.places import cells
from ..schema import Block, Box, Leaf
from .format import blocks_of

if TYPE_CHECKING:
    import numpy as np
    from PIL import Image, ImageDraw, ImageFont

    Font = ImageFont.FreeTypeFont | ImageFont.ImageFont

SUFFIXES = {".png": "png", ".jpg": "jpeg", ".jpeg": "jpeg", ".webp": "webp"}
LEAST_SIDE, MOST_SIDE, MOST_GROWTH = 900, 3000, 4  # pixels of the longer side, to which small pages grow and large ones shrink
_Colour = tuple[int, int, int]


class Band(NamedTuple):
    """Words that are at least so sure, and how they look; alphas are of 255, the edge in pixels."""

    least: float
    name: str
    colour: _Colour
    filled: int
    edge: int


BANDS = (
    Band(0.9, "90 % sure or more", (47, 111, 214), 18, 1),
    Band(0.7, "70 to 90 %", (242, 190, 0), 80, 1),
    Band(0.5, "50 to 70 %", (240, 110, 0), 105, 2),
    Band(0.0, "less than 50 %", (214, 0, 60), 115, 2),
)
UNKNOWN = Band(0.0, "not known", (110, 110, 110), 14, 1)
KINDS = {
    "text": (91, 112, 131), "formula": (138, 79, 208), "table": (0, 133, 124), "code": (107, 107, 107), "music": (194, 55, 127),
    "chart": (196, 98, 0), "molecule": (47, 143, 47), "geometry": (47, 111, 214),
}  # fmt: skip
_OTHER = (119, 119, 119)


def overlay(image: np.ndarray, leaf: Leaf) -> np.ndarray:
    """The page (H, W, 3) uint8 with what was read of it drawn in, and a line that explains it below, as (h, w, 3) uint8.

    Small pages are drawn larger, so that boxes can be told apart, and very large ones smaller. Boxes are in pixels of `image`.
    """
    import numpy as np
    from PIL import Image

    sheet = _Sheet(Image.fromarray(image), leaf)
    sheet.draw()
    return np.asarray(sheet.finished())


def encoded(picture: np.ndarray, suffix: str) -> bytes:
    """A picture (h, w, 3) uint8 as a PNG, JPEG or WebP. Raises UsageError for any other suffix, and where Pillow cannot write it."""
    from PIL import Image

    kind, body = kind_of(suffix), io.BytesIO()
    quality = {} if kind == "png" else {"quality": 88}
    try:
        Image.fromarray(picture).save(body, kind, **quality)
    except (OSError, KeyError, ValueError) as error:
        raise UsageError(f"no {suffix} can be written here ({error}); use .png") from error
    return body.getvalue()


def kind_of(suffix: str) -> str:
    """What Pillow calls the format of files with a suffix. Raises UsageError."""
    kind = SUFFIXES.get(suffix.lower())
    if kind is None:
        raise UsageError(f"pictures of boxes are written as {', '.join(SUFFIXES)}, not {suffix or 'without a suffix'}")
    return kind


def band(sure: float | None) -> Band:
    """How what is so sure looks."""
    if sure is None or not math.isfinite(sure):
        return UNKNOWN
    return next(one for one in BANDS if sure >= one.least or one is BANDS[-1])


class _Sheet:
    """The page while it is drawn on, in pixels of the result."""

    def __init__(self, page: Image.Image, leaf: Leaf) -> None:
        from PIL import Image, ImageDraw

        longer = max(page.size)
        self._scale = min(max(LEAST_SIDE / longer, 1.0), MOST_GROWTH, ) if longer <= MOST_SIDE else MOST_SIDE / longer
        size = tuple(max(round(side * self._scale), 1) for side in page.size)
        self._page = page if size == page.size else page.resize(size, Image.Resampling.LANCZOS)
        self._leaf, self._ink = leaf, Image.new("RGBA", size)
        self._draw = ImageDraw.Draw(self._ink)
        self._unit = max(max(size) / 1400, 1.0)  # of edges and letters
        self._boxes = 0
        self._seen: list[Box] = []  # words

    def draw(self) -> None:
        blocks = blocks_of(self._leaf)
        for block in blocks:
            self._words(block)
        for block in blocks:
            if block.kind == "table":
                for seen in cells(block):
                    self._edge(seen.box, KINDS["table"], 150, 1, outset=2)
        tagged: list[Box] = []
        for block in blocks:
            self._outline(block, tagged)

    def finished(self) -> Image.Image:
        """The page under what was drawn, and the legend under both."""
        from PIL import Image

        page = Image.alpha_composite(self._page.convert("RGBA"), self._ink).convert("RGB")
        legend = self._legend(page.width)
        whole = Image.new("RGB", (page.width, page.height + legend.height), "white")
        whole.paste(page, (0, 0))
        whole.paste(legend, (0, page.height))
        return whole

    def _words(self, block: Block) -> None:
        for word in block.words or (block,):
            look = band(word.confidence)
            filled = look.filled // 4 if word is block else look.filled  # of a whole staff or formula the ink has to be seen
            self._edge(word.box, look.colour, 225 if look.edge > 1 else 150, look.edge, filled)
            box = self._placed(word.box)
            self._seen += [box] if box and word is not block else []
            if box and word is not block and word.problems:
                for line in ((box[0], box[1], box[2], box[3]), (box[0], box[3], box[2], box[1])):
                    self._draw.line(line, fill=(*BANDS[-1].colour, 230), width=self._width(2))

    def _outline(self, block: Block, tagged: list[Box]) -> None:
        colour, room = KINDS.get(block.kind, _OTHER), 4
        self._edge(block.box, colour, 200, 1.5, outset=room)
        box = self._placed(block.box, room)
        if not box:
            return
        font, sure = _font(11 * self._unit), block.confidence
        said = block.kind if sure is None or not math.isfinite(sure) else f"{block.kind} {100 * min(max(sure, 0), 1):.0f} %"
        said += " !" if block.problems else ""
        width, tall = self._draw.textlength(said, font) + 8 * self._unit, 15 * self._unit
        left, top = self._free(box, (width, tall), tagged)
        while any(left < other[2] and other[0] < left + width and top < other[3] and other[1] < top + tall for other in tagged):
            top += tall  # below the one that is there
        tagged.append((left, top, left + width, top + tall))
        self._draw.rectangle((left, top, left + width, top + tall), fill=(*colour, 225))
        self._draw.text((left + 4 * self._unit, top + tall / 2), said, (255, 255, 255, 255), font, anchor="lm")

    def _free(self, box: Box, size: tuple[float, float], tagged: list[Box]) -> tuple[float, float]:
        """Where a tag of a block hides the least: in the margin, else above it."""
        width, tall = size
        most = self._ink.width - width
        above = max(box[1] - tall, 0.0)
        places = [(box[0] - width, box[1])] if box[0] >= width else []
        places += [(min(max(left, 0.0), most), above) for left in (box[0], box[2] - width, (box[0] + box[2] - width) / 2)]

        def hidden(place: tuple[float, float]) -> int:
            left, top = place
            return sum(left < one[2] and one[0] < left + width and top < one[3] and one[1] < top + tall for one in (*self._seen, *tagged))

        return min(places, key=hidden)

    def _edge(self, box: Box | None, colour: _Colour, strength: int, width: float, filled: int = 0, outset: float = 0) -> None:
        """A box with an edge of `width`, both in the sheet's own units."""
        placed = self._placed(box, outset)
        if placed:
            self._boxes += 1
            self._draw.rectangle(placed, (*colour, filled) if filled else None, (*colour, strength), self._width(width))

    def _placed(self, box: Box | None, outset: float = 0) -> Box | None:
        """In pixels of the sheet, on the sheet; None for what is no box."""
        if box is None or len(box) != 4 or not all(map(math.isfinite, box)) or box[2] <= box[0] or box[3] <= box[1]:
            return None
        room = outset * self._unit
        left, top, right, bottom = (value * self._scale for value in box)
        most = self._ink.width - 1.0, self._ink.height - 1.0
        left, top = (min(max(value - room, 0.0), end) for value, end in zip((left, top), most, strict=True))
        right, bottom = (min(max(value + room, 0.0), end) for value, end in zip((right, bottom), most, strict=True))
        return left, top, max(right, left), max(bottom, top)

    def _width(self, width: float) -> int:
        return max(round(width * self._unit), 1)

    def _legend(self, width: int) -> Image.Image:
        from PIL import Image, ImageDraw

        unit, font = self._unit, _font(12 * self._unit)
        rule = ImageDraw.Draw(Image.new("RGB", (1, 1)))
        rows = list(_rows([*self._told()], width - 20 * unit, lambda said: rule.textlength(said, font) + 34 * unit))
        tall = 24 * unit
        strip = Image.new("RGB", (width, round(len(rows) * tall + 10 * unit)), (248, 249, 250))
        draw = ImageDraw.Draw(strip, "RGBA")
        draw.line((0, 0, width, 0), fill=(150, 156, 163), width=self._width(1))
        for number, row in enumerate(rows):
            left, middle = 12 * unit, number * tall + 5 * unit + tall / 2
            for look, said in row:
                if look:
                    patch = (left, middle - 6 * unit, left + 16 * unit, middle + 6 * unit)
                    draw.rectangle(patch, (*look.colour, look.filled), (*look.colour, 225 if look.edge > 1 else 150), self._width(look.edge))
                    left += 21 * unit
                draw.text((left, middle), said, (40, 44, 50), font, anchor="lm")
                left += draw.textlength(said, font) + 16 * unit
        return strip

    def _told(self) -> Iterator[tuple[Band | None, str]]:
        leaf = self._leaf
        found = [word.confidence for block in blocks_of(leaf) for word in block.words or (block,)]
        looks = [band(sure) for sure in found]
        for look in (*BANDS, UNKNOWN):
            if look in looks or look in BANDS:
                yield look, f"{look.name}: {looks.count(look)}"
        if leaf.confidence is not None:
            yield None, f"likely right: {100 * leaf.confidence:.0f} % of {len(found)}"
        if leaf.coverage is not None:
            yield None, f"ink under boxes: {100 * leaf.coverage:.0f} %"
        if leaf.estimated:
            yield None, "boxes are estimated"
        if not self._boxes:
            yield None, "this page could not be read" if leaf.error else "no boxes are known" if found else "nothing was read"


def _rows(told: Sequence[tuple[Band | None, str]], room: float, wide) -> Iterator[list[tuple[Band | None, str]]]:
    """The entries of a legend in rows that fit into `room`."""
    row: list[tuple[Band | None, str]] = []
    used = 0.0
    for entry in told:
        needed = wide(entry[1])
        if row and used + needed > room:
            yield row
            row, used = [], 0.0
        row.append(entry)
        used += needed
    yield row


def _font(size: float) -> Font:
    from PIL import ImageFont

    return ImageFont.load_default(max(size, 9.0))
