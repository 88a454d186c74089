"""Two facing pages are told apart from two columns, tables and slides."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image, ImageDraw

from gotocr.pixels.lettering import lettering
from gotocr.pixels.spread import Fold, fold
from tests.unit.pixels.lines import text_page


def found(image: np.ndarray) -> Fold | None:
    return fold(image, lettering(image))


def spread(kind: str, width: int = 700, height: int = 950) -> np.ndarray:
    """Two pages side by side with a fold of some kind in the middle."""
    image = np.concatenate([text_page(width, height), text_page(width, height, font="roboto")], 1).astype(np.float32)
    away = np.abs(np.arange(2 * width) - width)[None, :, None]
    if kind == "shadow":
        image *= 1 - 0.5 * np.exp(-((away / 25) ** 2))
    elif kind == "gap":
        image = np.where(away < 10, 15, image)
    elif kind == "line":
        image = np.where(away < 2, 90, image)
    return image.astype(np.uint8)


@pytest.mark.parametrize("kind", ["empty", "shadow", "gap", "line"])
def test_folds_are_found(kind: str) -> None:
    at = found(spread(kind))
    assert at is not None and abs(at.x - 700) < 12 and at.dark == (kind != "empty")


def columns(width: int, height: int, gap: int, title: bool) -> np.ndarray:
    """Two columns of text with a narrow gutter, under a title or not."""
    image = np.full((height, width, 3), 255, np.uint8)
    wide = (width - gap) // 2 - 20
    for left in (20, width // 2 + gap // 2):
        text = text_page(wide + 44, height - 120, 22)[:, 22 : 22 + wide]
        image[100 : height - 20, left : left + wide] = text
    picture = Image.fromarray(image)
    if title:
        ImageDraw.Draw(picture).text((60, 20), "A title that goes right across both columns", font_size=round(width / 24), fill="black")
    return np.array(picture)


def table(rows: int, cells: int, rule: bool) -> np.ndarray:
    picture = Image.new("RGB", (1300, 60 + 34 * rows), "white")
    pen = ImageDraw.Draw(picture)
    for row in range(rows):
        for cell in range(cells):
            pen.text((30 + cell * 1240 // cells, 30 + 34 * row), f"{(row * 37 + cell * 11) % 997}.{row % 10}", font_size=22, fill="black")
    if rule:
        pen.line((640, 0, 640, picture.height), fill="black", width=2)
    return np.array(picture)


def slide() -> np.ndarray:
    picture = Image.new("RGB", (1280, 720), "white")
    pen = ImageDraw.Draw(picture)
    for side in (60, 700):
        for row in range(5):
            pen.text((side, 120 + 100 * row), "• a short point of the talk", font_size=32, fill="black")
    return np.array(picture)


SINGLE = {
    "portrait with two columns": lambda: columns(1000, 1400, 40, title=True),
    "portrait without a title": lambda: columns(1000, 1400, 40, title=False),
    "landscape with a title": lambda: columns(1400, 1000, 40, title=True),
    "table of two columns": lambda: table(28, 2, rule=False),
    "table of two columns with a rule": lambda: table(28, 2, rule=True),
    "table of six": lambda: table(28, 6, rule=False),
    "slide": slide,
    "one page": lambda: text_page(1400, 1000),
    "blank": lambda: np.full((700, 1000, 3), 255, np.uint8),
}


@pytest.mark.parametrize("draw", SINGLE.values(), ids=SINGLE)
def test_what_is_one_page_stays_one(draw) -> None:
    assert found(draw()) is None
