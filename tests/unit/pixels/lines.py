"""Pages of text drawn for the tests of how a page is looked at: fonts and words that come along with the package."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

import gotocr

FONTS = Path(gotocr.__file__).parent / "draw" / "fonts"
WORDS = (
    "It was late in the evening when the clerk put down his pen, for nobody had asked about the ledger since Monday; "
    "the rain kept falling on the quay, and a barge with its lamps lit passed slowly below the bridge, bringing apples, "
    "paper and a quiet young surveyor who had been away for nearly eight years. "
).split()


@lru_cache(maxsize=32)
def text_page(width: int = 800, height: int = 1000, size: int = 22, font: str = "lora", words: tuple[str, ...] = tuple(WORDS)) -> np.ndarray:
    """(H, W, 3) uint8: lines of words, black on white, with margins."""
    face = ImageFont.truetype(str(FONTS / f"{font}.woff"), size)
    picture = Image.new("RGB", (width, height), "white")
    pen = ImageDraw.Draw(picture)
    place = 0
    for y in range(2 * size, height - 3 * size, round(1.5 * size)):
        line = ""
        while face.getlength(f"{line} {words[place % len(words)]}") < width - 4 * size:
            line, place = f"{line} {words[place % len(words)]}".strip(), place + 1
        pen.text((2 * size, y), line, font=face, fill=(20, 20, 20))
    found = np.array(picture)
    found.setflags(write=False)
    return found


def fallen(image: np.ndarray, degrees: float, paper: tuple[int, int, int] = (255, 255, 255)) -> np.ndarray:
    """A picture turned clockwise by some degrees by PIL, all of it kept: its lines fall to the right."""
    return np.array(Image.fromarray(image).rotate(-degrees, Image.Resampling.BICUBIC, expand=True, fillcolor=paper))
