"""What a network reads now, as a picture: samples of a batch, the truth and what was read beside each."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from textwrap import wrap

from PIL import Image, ImageDraw, ImageFont

from ..draw.fonts import BUNDLED
from .pupil import Reading

FONT = BUNDLED / "ibm-plex-mono.woff"
SIZE, MARGIN, TEXT_WIDTH, MOST_LINES = 14, 8, 640, 40  # pixels, pixels, pixels, lines of a text
TRUE, READ, GROUND = "black", (0, 80, 200), "white"


def draw(readings: Sequence[Reading]) -> Image.Image:
    """One row a reading: the picture, what stands in it (black), what is read (blue)."""
    font = ImageFont.truetype(str(FONT), SIZE)
    columns = int(TEXT_WIDTH / font.getlength("x"))
    rows = []
    for reading in readings:
        picture = Image.fromarray(reading.picture)
        texts = [_fold(reading.truth, columns), _fold(reading.read, columns)]
        high = max(picture.height, (SIZE + 4) * (len(texts[0]) + len(texts[1])) + MARGIN)
        rows.append((picture, texts, high))
    wide = max(picture.width for picture, _, _ in rows)
    made = Image.new("RGB", (wide + TEXT_WIDTH + 3 * MARGIN, sum(high + MARGIN for _, _, high in rows) + MARGIN), GROUND)
    pen, top = ImageDraw.Draw(made), MARGIN
    for picture, texts, high in rows:
        made.paste(picture, (MARGIN, top))
        line = top
        for text, colour in zip(texts, (TRUE, READ), strict=True):
            for words in text:
                pen.text((wide + 2 * MARGIN, line), words, colour, font)
                line += SIZE + 4
            line += MARGIN // 2
        top += high + MARGIN
    return made


def show(readings: Sequence[Reading], folder: Path, step: int) -> Path:
    """Write `folder`/step-NNNNNN.png. Raises OSError."""
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / f"step-{step:06}.png"
    draw(readings).save(file)
    return file


def _fold(text: str, columns: int) -> list[str]:
    """Lines of at most `columns` characters; the rest of a long text is left out."""
    lines = [part for line in text.splitlines() or [""] for part in wrap(line, columns, drop_whitespace=False) or [""]]
    return lines if len(lines) <= MOST_LINES else [*lines[: MOST_LINES - 1], "..."]
