"""Strips are seen in pieces, in reading order, with boxes that come back; other pages once, without margins."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from gotocr.errors import UsageError
from gotocr.pixels.region import to_page
from gotocr.pixels.resize import Recipe
from gotocr.pixels.strip import strip_views
from gotocr.pixels.tiles import view
from gotocr.schema import Page
from tests.unit.pixels.lines import FONTS, WORDS, text_page

SMALL = Recipe(side=256)


def receipt(height: int = 6000) -> tuple[np.ndarray, list[tuple[int, int]]]:
    """A receipt, and top and bottom of its lines."""
    font = ImageFont.truetype(str(FONTS / "courier-prime.woff"), 26)
    picture = Image.new("RGB", (600, height), "white")
    pen, lines = ImageDraw.Draw(picture), []
    for number, y in enumerate(range(40, height - 60, 40)):
        pen.text((40, y), f"{WORDS[number % len(WORDS)]:20}{number * 1.37 % 90:8.2f}", font=font, fill="black")
        lines.append((y, y + 30))
    return np.array(picture), lines


def banner(lines: int = 1) -> np.ndarray:
    font = ImageFont.truetype(str(FONTS / "roboto.woff"), 60)
    picture = Image.new("RGB", (9000, 110 * lines), "white")
    for line in range(lines):
        ImageDraw.Draw(picture).text((40, 15 + 110 * line), " ".join(WORDS[line * 3 :] * 4)[:300], font=font, fill="black")
    return np.array(picture)


def boxes(page: Page, **options) -> list[tuple[float, float, float, float]]:
    return [to_page((0, 0, 256, 256), seen.pixels) for seen in strip_views(page, recipe=SMALL, **options)]


def test_a_receipt_is_cut_between_its_lines() -> None:
    image, lines = receipt()
    found = boxes(Page(image))
    assert len(found) >= 5 and found == sorted(found, key=lambda box: box[1])
    assert all(box[3] - box[1] <= 2.05 * (box[2] - box[0]) for box in found)
    for above, below in zip(found, found[1:], strict=False):
        assert above[3] == pytest.approx(below[1], abs=0.01), "nothing is left out, nothing seen twice"
        assert not any(top < above[3] < bottom for top, bottom in lines)
    assert found[0][1] <= 40 and found[-1][3] >= lines[-1][1] - 6
    assert {seen.before for seen in strip_views(Page(image), recipe=SMALL)[1:]} <= {"\n", "\n\n"}


def test_pieces_of_bare_paper_are_left_out() -> None:
    image, lines = receipt()
    whole = boxes(Page(image))
    image[1500:4500] = 255
    found = strip_views(Page(image), recipe=SMALL)
    seen = [to_page((0, 0, 256, 256), one.pixels) for one in found]
    assert len(seen) < len(whole)
    for top, bottom in lines:
        if not 1470 < top < 4500:
            assert any(box[1] <= top + 6 and bottom - 6 <= box[3] for box in seen), "no line is lost"
    assert all((image[int(box[1]) : int(box[3])] < 128).any() for box in seen)
    after = next(number for number, box in enumerate(seen) if box[3] > 4500)
    assert found[after].before == "\n\n", "what stood apart still does"
    image[4700:4710, 300:304] = 0
    faint = np.where(image == 0, 200, 255).astype(np.uint8)
    assert len(strip_views(Page(faint), recipe=SMALL)) == len(found), "faint writing is writing"
    assert len(strip_views(Page(np.full((6000, 600, 3), 255, np.uint8)), recipe=SMALL)) == 1


def test_a_banner_is_cut_between_its_words() -> None:
    image = banner()
    found = boxes(Page(image))
    assert len(found) > 3 and found == sorted(found)
    inked = (image[:, :, 0] < 128).any(0)
    for above, below in zip(found, found[1:], strict=False):
        assert above[2] == pytest.approx(below[0], abs=0.01) and not inked[int(above[2]) - 4 : int(above[2]) + 4].any()


def test_a_banner_of_two_lines_is_read_line_by_line() -> None:
    seen = strip_views(Page(banner(2)), recipe=SMALL)
    befores = [view.before for view in seen]
    half = befores.index("\n")
    assert befores == ["", *[" "] * (half - 1), "\n", *[" "] * (len(befores) - half - 1)]
    assert all(view.pixels.offset[1] < 60 for view in seen[:half]) and all(view.pixels.offset[1] > 60 for view in seen[half:])


@pytest.mark.parametrize("crop", [text_page()[44:80], text_page(900, 600)[40:200]], ids=["line", "paragraph"])
def test_lines_and_paragraphs_whose_letters_stay_large_are_seen_whole(crop: np.ndarray) -> None:
    assert len(strip_views(Page(crop))) == 1


def test_margins_go_and_boxes_come_back() -> None:
    image = np.full((1400, 1000, 3), 255, np.uint8)
    image[300:900, 200:700] = text_page()[100:700, 100:600]
    (seen,) = strip_views(Page(image), recipe=SMALL)
    box = to_page((0, 0, 256, 256), seen.pixels)
    assert box == pytest.approx((172, 272, 728, 928), abs=30) and seen.pixels.page_size == (1000, 1400)
    (part,) = strip_views(Page(image), box=(0, 0, 500, 1400), recipe=SMALL)
    assert to_page((0, 0, 256, 256), part.pixels)[2] == 500


def test_a_page_without_margins_is_seen_as_published() -> None:
    page = Page(text_page()[30:-60, 40:-40])
    (seen,) = strip_views(page)
    assert np.array_equal(seen.pixels.values, view(page).values)


def test_a_page_in_tiles_stays_one_view() -> None:
    (seen,) = strip_views(Page(text_page()), most=6, recipe=SMALL)
    assert len(seen.pixels.values) > 1


@pytest.mark.parametrize("shape", [(1, 1), (1, 2000), (2000, 1), (3, 4000)])
def test_pictures_of_any_shape_pass(shape: tuple[int, int]) -> None:
    assert strip_views(Page(np.zeros((*shape, 3), np.uint8)), recipe=SMALL)


def test_a_box_beside_the_page_is_refused() -> None:
    with pytest.raises(UsageError, match="holds nothing"):
        strip_views(Page(text_page()), box=(900, 0, 950, 10))
