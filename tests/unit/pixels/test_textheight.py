"""Letter heights of drawn pages, clean and spoilt, and None where there is no text."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFilter, ImageFont

from gotocr.pixels.textheight import band_height, runs_of, shapes, text_height
from gotocr.schema import Page

WORDS = "The quick brown fox jumps over the lazy dog while seven wizards judge my vow, in 1984 and again."


def drawn(size: int, width: int = 700, height: int = 400, text: str = WORDS) -> tuple[np.ndarray, int]:
    """Gray lines of text in PIL's own font, and its x-height as drawn."""
    font = ImageFont.load_default(size)
    picture = Image.new("L", (width, height), 255)
    pen = ImageDraw.Draw(picture)
    words, place = text.split(), 0
    for y in range(size // 2, height - 3 * size // 2, 3 * size // 2):
        line = ""
        while font.getlength(f"{line} {words[place % len(words)]}") < width - size:
            line, place = f"{line} {words[place % len(words)]}".strip(), place + 1
        pen.text((size // 2, y), line, font=font, fill=0)
    box = font.getmask("x").getbbox()
    return np.array(picture), box[3] - box[1]


def measured(gray: np.ndarray) -> float | None:
    return text_height(Page(np.repeat(gray[:, :, None], 3, axis=2)))


def noisy(gray: np.ndarray) -> np.ndarray:
    grain = np.random.default_rng(0).normal(0, 15, gray.shape)
    return np.clip(gray + grain, 0, 255).astype(np.uint8)


SPOILT = {
    "clean": lambda gray: gray,
    "light on dark": lambda gray: 255 - gray,
    "faint": lambda gray: (180 + gray // 6).astype(np.uint8),
    "noisy": noisy,
    "shaded": lambda gray: (gray * np.linspace(0.4, 1, gray.shape[1])).astype(np.uint8),
    "tilted": lambda gray: np.asarray(Image.fromarray(gray).rotate(2, fillcolor=255)),
    "blurred": lambda gray: np.asarray(Image.fromarray(gray).filter(ImageFilter.GaussianBlur(0.8))),
}


@pytest.mark.parametrize("spoil", SPOILT.values(), ids=SPOILT)
@pytest.mark.parametrize("size", [10, 16, 30, 64])
def test_height_of_drawn_text(size: int, spoil) -> None:
    gray, true = drawn(size)
    assert measured(spoil(gray)) == pytest.approx(true, rel=0.15)


@pytest.mark.parametrize("size", [20, 60])
def test_large_pages_are_measured_in_their_own_pixels(size: int) -> None:
    gray, true = drawn(size, 1300, 1700)
    assert measured(gray) == pytest.approx(true, rel=0.1)


def test_headlines_rules_and_pictures_do_not_count() -> None:
    gray, true = drawn(18, 700, 500)
    headline, _ = drawn(70, 700, 140, "News")
    page = np.concatenate([headline, gray])
    page[150] = page[-4:] = page[:, :2] = 0  # rules
    page[-120:, 400:] = np.random.default_rng(0).integers(0, 255, (120, 300))  # a picture
    assert measured(page) == pytest.approx(true, rel=0.15)


def test_faint_small_print_between_black_rules() -> None:
    gray, true = drawn(10, 300, 80)
    page = np.pad((255 - (255 - gray.astype(int)) // 3).astype(np.uint8), 6, constant_values=255)
    page[3:5, 3:-3] = page[-6:-3, 3:-3] = 0
    assert measured(page) == pytest.approx(true, abs=2)


def test_capitals_have_the_height_of_capitals() -> None:
    gray, _ = drawn(30, text=WORDS.upper())
    box = ImageFont.load_default(30).getmask("H").getbbox()
    assert measured(gray) == pytest.approx(box[3] - box[1], rel=0.15)


def blank(value: int = 255) -> np.ndarray:
    return np.full((300, 400), value, np.uint8)


def ruled() -> np.ndarray:
    page = blank()
    page[20::30] = 0
    return page


def soft_texture() -> np.ndarray:
    grain = Image.fromarray(np.random.default_rng(0).integers(0, 255, (300, 400)).astype(np.uint8))
    soft = np.asarray(grain.filter(ImageFilter.GaussianBlur(3)), np.float32)
    return np.clip((soft - 128) * 6 + 128, 0, 255).astype(np.uint8)


TEXTLESS = {
    "white": blank(),
    "black": blank(0),
    "noise": noisy(blank(200)),
    "gradient": np.tile(np.linspace(0, 255, 400).astype(np.uint8), (300, 1)),
    "texture": soft_texture(),
    "rules": ruled(),
    "one pixel": blank()[:1, :1],
    "one row": noisy(blank())[:1],
    "one column": noisy(blank())[:, :1],
}


@pytest.mark.parametrize("gray", TEXTLESS.values(), ids=TEXTLESS)
def test_nothing_to_measure(gray: np.ndarray) -> None:
    assert measured(gray) is None


def test_shapes_are_the_connected_patches() -> None:
    mask = np.array([list(row) for row in (".##..#", ".#..#.", "....#.", "#....#")]) == "#"
    found = shapes(runs_of(mask))
    assert sorted(zip(found.width, found.height, found.area, strict=True)) == [(1, 1, 1), (2, 2, 3), (2, 4, 4)]
    assert shapes(runs_of(np.zeros((3, 4), bool))).width.size == 0


def test_shapes_join_through_a_spiral() -> None:
    mask = np.zeros((41, 41), bool)
    for ring in range(0, 20, 2):
        mask[ring, ring : 41 - ring] = mask[40 - ring, ring : 41 - ring] = True
        mask[ring : 41 - ring, ring] = mask[ring : 41 - ring, 40 - ring] = True
        mask[ring + 1, ring] = False  # cut the ring open
        mask[ring + 2, ring + 1] = True  # and lead it inwards
    assert shapes(runs_of(mask)).width.size == 1


def test_patches_of_all_sizes_are_no_text() -> None:
    """Fifty squares, none alike."""
    mask = np.zeros((1100, 50 * 60), bool)
    for number in range(50):
        side = round(9 * 1.1**number)
        mask[:side, number * 60 : number * 60 + max(1, min(side, 59))] = True
    assert band_height(mask) is None


def test_letters_alone() -> None:
    mask = np.zeros((30, 60), bool)
    mask[5:17, 4:12] = True
    assert band_height(mask) == 12
    mask[5:17, 16:24] = mask[2:17, 28:36] = mask[5:17, 40:48] = True
    assert band_height(mask) == 12
    mask[:] = False
    mask[8, 3:50] = True
    assert band_height(mask) is None
