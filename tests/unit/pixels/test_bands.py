"""Pages are cut between lines and columns, in reading order, and nothing with ink is lost."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from gotocr.pixels.bands import bands

LETTERS = 10


def printed(columns: list[tuple[int, int]], lines: int, size: tuple[int, int], gaps: dict[int, int] | None = None) -> np.ndarray:
    """White paper with lines of 10-pixel "letters" in columns of (left, right), 20 pixels apart and `gaps` more before some."""
    image = np.full((*size, 3), 255, np.uint8)
    for left, right in columns:
        top = 30
        for line in range(lines):
            top += 20 + (gaps or {}).get(line, 0)
            for x in range(left, right - 6, 9):
                image[top : top + LETTERS, x : x + 6] = 0
    return image


def covered(image: np.ndarray, found: list) -> bool:
    seen = np.zeros(image.shape[:2], bool)
    for band in found:
        left, top, right, bottom = band.box
        seen[top:bottom, left:right] = True
    return bool(seen[image.min(2) < 128].all())


def test_what_fits_stays_whole() -> None:
    image = printed([(20, 380)], 5, (200, 400))
    (band,) = bands(image, LETTERS, (400, 200))
    assert band.box == (0, 0, 400, 200)


def test_long_pages_are_cut_between_lines() -> None:
    image = printed([(20, 580)], 40, (900, 600))
    found = bands(image, LETTERS, (1000, 200))
    assert len(found) >= 4 and covered(image, found)
    for before, after in zip(found, found[1:], strict=False):
        assert before.box[3] <= after.box[1] + 1, "in order, without overlap"
        assert image[after.box[1]].min() == 255, "not through ink"
    assert all(band.box[3] - band.box[1] <= 220 for band in found)
    assert not any(band.opens for band in found[1:]), "lines of one block go on"


def test_cuts_prefer_the_white_between_paragraphs() -> None:
    image = printed([(20, 580)], 12, (400, 600), gaps={6: 25})
    first, second, *_ = bands(image, LETTERS, (1000, 200))
    assert second.opens and first.box[3] <= 30 + 20 * 7 + 25 + LETTERS <= second.box[1] + 30


def test_bare_paper_is_in_no_band() -> None:
    image = printed([(20, 580)], 12, (2400, 600), gaps={6: 1800})
    found = bands(image, LETTERS, (1000, 200))
    assert covered(image, found) and all(image[top:bottom, left:right].min() == 0 for left, top, right, bottom in (band.box for band in found))
    assert sum(band.box[3] - band.box[1] for band in found) < 400, "so much of the page is looked at"


def test_columns_are_read_one_after_the_other() -> None:
    image = printed([(20, 280), (330, 590)], 30, (700, 620))
    found = bands(image, LETTERS, (1000, 250))
    sides = [(band.box[0] + band.box[2]) / 2 < 310 for band in found]
    assert covered(image, found) and sides == sorted(sides, reverse=True) and {True, False} == set(sides)


def test_word_gaps_are_no_gutters() -> None:
    image = printed([(20, 200), (212, 400)], 30, (700, 420))
    assert all(band.box[2] - band.box[0] > 300 for band in bands(image, LETTERS, (1000, 250)))


@pytest.mark.parametrize("value", [0, 255])
def test_blank_pages_are_one_band(value: int) -> None:
    (band,) = bands(np.full((900, 600, 3), value, np.uint8), LETTERS, (400, 200))
    assert band.box == (0, 0, 600, 900)


def test_touching_lines_are_cut_where_least_ink_is() -> None:
    image = printed([(20, 280)], 40, (900, 300))
    image[40:860, 288:292] = 0  # a rule beside the text: no row is white
    found = bands(image, LETTERS, (400, 200))
    assert len(found) > 3 and covered(image, found)


def test_columns_under_a_title_and_over_a_number_are_read_one_after_the_other() -> None:
    image = printed([(20, 280), (330, 590)], 60, (1300, 620))
    image[12:34, 150:470:3] = 0  # a title over both columns
    image[1262:1272, 300:320] = 0  # and the page's number between them
    found = bands(image, LETTERS, (1000, 250))
    sides = ["left" if band.box[2] < 320 else "right" if band.box[0] > 295 and band.box[2] > 330 else "both" for band in found]
    assert covered(image, found) and found[0].box[1] <= 12, "the title first"
    parts = [side for place, side in enumerate(sides) if not place or side != sides[place - 1]]
    assert parts == ["both", "left", "right", "both"] or parts == ["both", "left", "right", "left"], parts
    assert found[-1].box[1] > 1200, "the number last"


def test_a_photograph_hides_no_columns() -> None:
    """A black picture over the gutter, speckled as scans are, and a black edge."""
    image = printed([(20, 280), (330, 590)], 40, (900, 640))
    text = image.copy()
    photo = (slice(300, 520), slice(200, 420))
    dots = np.random.default_rng(0).random((220, 220)) < 0.2
    image[photo] = np.where(dots, 255, 0)[..., None]
    text[photo] = 255
    image[:, 625:] = 0
    found = bands(image, LETTERS, (1000, 200))
    sides = [(band.box[0] + band.box[2]) / 2 < 310 for band in found]
    assert sides == sorted(sides, reverse=True) and {True, False} == set(sides)
    text[280:540] = 255  # lines beside the picture may lose the letters next to it
    assert covered(text, found)


def test_light_text_on_a_dark_page_is_no_photograph() -> None:
    image = 255 - printed([(20, 580)], 40, (900, 600))
    found = bands(image, LETTERS, (1000, 200))
    assert len(found) >= 4 and covered(255 - image, found)


def test_a_receipt_is_read_row_by_row() -> None:
    """Names on the left, prices on the right, white between them from top to bottom: rows, not columns."""
    face = ImageFont.load_default(22)
    picture = Image.new("RGB", (600, 3000), "white")
    pen = ImageDraw.Draw(picture)
    for number, y in enumerate(range(30, 2950, 36)):
        pen.text((40, y), ("bread", "milk and cream", "apples", "a newspaper")[number % 4], font=face, fill="black")
        pen.text((440, y), f"{number * 1.37:7.2f}", font=face, fill="black")
    found = bands(np.array(picture), 12.0, (1024.0, 256.0))
    names, prices = found[::2], found[1::2]
    assert len(names) == len(prices) == len(range(30, 2950, 36))
    assert all(band.opens and not band.beside and band.box[2] < 300 for band in names)
    assert all(band.beside and not band.opens and band.box[0] > 380 for band in prices)
    assert all(abs(name.box[1] - price.box[1]) < 12 for name, price in zip(names, prices, strict=True))
