"""Drawings are told from text by their ink, and seen with a sensible area whatever their letters seem to be."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image, ImageDraw

from gotocr.pixels.drawing import DRAWING, LEAST, MOST, ONE_LINE, drawing_scale, drawn
from gotocr.schema import Page

LETTER = 10


def lines(width: int = 600, height: int = 400) -> Image.Image:
    """Lines of words of letter-sized blocks."""
    rng = np.random.default_rng(0)
    picture = Image.new("L", (width, height), 255)
    draw = ImageDraw.Draw(picture)
    for top in range(20, height - 20, 22):
        left = 20
        while left < width - 80:
            for _ in range(int(rng.integers(2, 8))):
                draw.rectangle((left, top, left + 5, top + LETTER - 1), fill=0)
                left += 8
            left += 10
    return picture


def page(picture: Image.Image) -> Page:
    return Page(np.asarray(picture.convert("RGB")))


def test_lines_of_text_are_no_drawing() -> None:
    assert drawn(page(lines()), LETTER).share < DRAWING / 2


def test_rules_make_a_table_a_drawing() -> None:
    picture = lines()
    draw = ImageDraw.Draw(picture)
    for at in range(14, 400, 44):
        draw.line((10, at, 590, at), fill=0, width=2)
    assert drawn(page(picture), LETTER).share > DRAWING


@pytest.mark.parametrize("letters", [None, 4.0, LETTER, 300.0])
def test_a_figure_is_a_drawing_whatever_its_letters_seem_to_be(letters: float | None) -> None:
    picture = Image.new("L", (400, 300), 255)
    draw = ImageDraw.Draw(picture)
    draw.polygon([(40, 260), (360, 260), (200, 40)], outline=0, width=3)
    draw.text((190, 10), "A", fill=0)
    assert drawn(page(picture), letters).share > DRAWING


def test_an_empty_page_has_no_share() -> None:
    assert drawn(page(Image.new("L", (100, 100), 255)), None).share == 0.0


def test_labels_tell_the_scale_of_a_figure_and_lines_look_like_no_letter() -> None:
    picture = Image.new("L", (240, 230), 255)
    draw = ImageDraw.Draw(picture)
    draw.line([(20, 200), (220, 200), (120, 30), (20, 200)], fill=0, width=2)
    for corner in ((4, 205), (226, 205), (116, 8)):
        draw.rectangle((corner[0], corner[1], corner[0] + 5, corner[1] + 11), fill=0)
    found = drawn(page(picture), 170.0)  # the whole triangle passed for a letter
    assert found.letters == 12.0
    assert found.is_drawing(lines=230 / 170)
    assert drawn(page(lines()), LETTER).letters == LETTER  # of text nothing changes


def test_a_bold_word_in_one_piece_is_no_figure() -> None:
    picture = Image.new("L", (240, 60), 255)
    ImageDraw.Draw(picture).rectangle((10, 10, 230, 50), fill=0)
    found = drawn(page(picture), 40.0)
    assert found.share > DRAWING
    assert not found.is_drawing(lines=60 / 40)
    assert found.is_drawing(lines=ONE_LINE)


@pytest.mark.parametrize("size", [(310, 428), (1113, 285), (5000, 4000), (600, 600)])
@pytest.mark.parametrize("letters", [None, 2.0, 15.0, 400.0])
def test_the_area_stays_useful(size: tuple[int, int], letters: float | None) -> None:
    scale = drawing_scale(size, letters)
    area = size[0] * size[1]
    assert min(area, LEAST) * 0.999 <= area * scale**2 <= MOST * 1.001
    if letters is None:
        assert scale <= 1.0


def test_letters_decide_within_it() -> None:
    assert drawing_scale((800, 400), 30.0) == pytest.approx(16 / 30)
    assert drawing_scale((400, 400), 6.0) == pytest.approx(7 / 6)


def test_a_small_crop_is_not_blown_up() -> None:
    assert drawing_scale((200, 60), 30.0) == pytest.approx(16 / 30)
