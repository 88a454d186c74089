"""Margins are cut off, and nothing else."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image, ImageDraw

from gotocr.pixels.margins import BORDER, trim
from tests.unit.pixels.lines import text_page


def placed(paper: int = 255, ink: int = 0) -> np.ndarray:
    image = np.full((1000, 800, 3), paper, np.uint8)
    image[300:420, 200:600:8] = ink
    return image


@pytest.mark.parametrize(("paper", "ink"), [(255, 0), (0, 255), (128, 100), (240, 190)])
def test_margins_go_and_a_border_stays(paper: int, ink: int) -> None:
    left, top, right, bottom = trim(placed(paper, ink))
    border = BORDER * 1000
    assert (left, top, right, bottom) == pytest.approx((200 - border, 300 - border, 593 + border, 420 + border), abs=20)  # what is blurred reaches a little further


def test_faint_words_beside_bold_ones_are_kept() -> None:
    picture = Image.fromarray(placed())
    ImageDraw.Draw(picture).text((100, 900), "a faint foot note", font_size=24, fill=(205, 205, 205))
    left, _, _, bottom = trim(np.array(picture))
    assert left <= 100 and bottom >= 925


def test_dust_and_grain_are_no_content() -> None:
    chance = np.random.default_rng(0)
    image = placed().astype(np.int16)
    for y, x in chance.integers(0, 800, (60, 2)):
        image[y, x] = 0
    image = np.clip(image + chance.normal(0, 3, image.shape), 0, 255).astype(np.uint8)
    assert trim(image) == pytest.approx(trim(placed()), abs=6)


@pytest.mark.parametrize(
    "image",
    [
        np.random.default_rng(1).integers(0, 256, (300, 400, 3), np.uint8),
        np.full((300, 400, 3), 200, np.uint8),
        np.zeros((1, 1, 3), np.uint8),
        text_page()[30:-60, 40:-40],
    ],
    ids=["grain", "blank", "pixel", "full"],
)
def test_what_has_no_margin_stays_whole(image: np.ndarray) -> None:
    assert trim(image) == (0, 0, image.shape[1], image.shape[0])


def test_large_pages_lose_no_ink() -> None:
    image = np.full((4000, 3000, 3), 255, np.uint8)
    image[1007:1010, 803:1999] = 0
    left, top, right, bottom = trim(image)
    assert left <= 803 and top <= 1007 and right >= 1999 and bottom >= 1010 and right - left < 1500
