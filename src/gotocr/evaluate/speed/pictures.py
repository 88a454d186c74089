"""What is read while time is taken: a line, a page and ten pages, set with Pillow in a font and from texts that come along."""

from __future__ import annotations

import io
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL import Image

FACE, SIZE, LEADING = "pt-serif.woff", 26, 38  # pixels; about 12 points at 150 dots an inch
A4, A6, MARGIN = (1240, 1754), (620, 877), 70
LINE = (900, 64)
DPI = 150
PDF_PAGES = 10


@dataclass(frozen=True)
class Amount:
    """How many lines stand on the page, how many on each page of the PDF, the last one half as long, and the size of these."""

    page: int
    pdf: int
    size: tuple[int, int]


FULL, QUICK = Amount(12, 2, A4), Amount(4, 1, A6)


def draw_line(number: int) -> bytes:
    """A PNG of one line of text, another one for every number."""
    return _png(_set(number, LINE, (16, 14), 1))


def draw_page(number: int) -> bytes:
    """A PNG of a page with four lines of text, another one for every number."""
    return _png(_set(1000 + number, A4, (MARGIN, MARGIN), 4, short=True))


def draw_inputs(folder: Path, amount: Amount, lines: int) -> dict[str, Path]:
    """Write crop.png, page.png, pdf.pdf and line-0.png ... into `folder`: name to path."""
    pages = [_set(100 + number, amount.size, (MARGIN, MARGIN), amount.pdf, short=True) for number in range(PDF_PAGES)]
    pdf = folder / "pdf.pdf"
    pages[0].save(pdf, save_all=True, append_images=pages[1:], resolution=DPI)
    drawn = {"crop": draw_line(0), "page": _png(_set(50, A4, (MARGIN, MARGIN), amount.page))}
    drawn |= {f"line-{number}": draw_line(number) for number in range(lines)}
    paths = {name: folder / f"{name}.png" for name in drawn}
    for name, path in paths.items():
        path.write_bytes(drawn[name])
    return {**paths, "pdf": pdf}


def _set(number: int, size: tuple[int, int], corner: tuple[int, int], lines: int, short: bool = False) -> Image.Image:
    """Running text from the place `number` of the bundled texts, `lines` lines of it, the last one half as long if `short`."""
    from PIL import Image, ImageDraw, ImageFont

    from ...draw.corpus import load
    from ...draw.fonts import BUNDLED

    words = " ".join(load().passages).split()
    picture = Image.new("L", size, 255)
    pen, face = ImageDraw.Draw(picture), ImageFont.truetype(str(BUNDLED / FACE), SIZE)
    width, at = size[0] - 2 * corner[0], number * 97
    for row in range(lines):
        room = width / 2 if short and row == lines - 1 else width
        line = words[at % len(words)]
        while pen.textlength(longer := f"{line} {words[(at + 1) % len(words)]}", font=face) <= room:
            line, at = longer, at + 1
        at += 1
        pen.text((corner[0], corner[1] + row * LEADING), line, font=face, fill=0)
    return picture


def _png(picture: Image.Image) -> bytes:
    file = io.BytesIO()
    picture.save(file, "PNG")
    return file.getvalue()
