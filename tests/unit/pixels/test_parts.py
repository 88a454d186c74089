"""Parts of a page: what was done to it, and that every word's box comes back to where the word stands."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from gotocr.errors import UsageError
from gotocr.pixels.parts import Looking, part_of, parts, shrunk, within
from gotocr.schema import Page
from tests.unit.pixels.lines import fallen, text_page
from tests.unit.pixels.test_spread import spread
from tests.unit.pixels.test_upright import laid

RED = (255, 0, 0)


def marked(image: np.ndarray, box: tuple[int, int, int, int]) -> np.ndarray:
    image = image.copy()
    image[box[1] : box[3], box[0] : box[2]] = RED
    return image


def red_box(image: np.ndarray) -> tuple[int, int, int, int]:
    y, x = np.nonzero((image[:, :, 0] > 200) & (image[:, :, 1] < 80))
    return int(x.min()), int(y.min()), int(x.max()) + 1, int(y.max()) + 1


def test_an_upright_page_is_itself() -> None:
    page = Page(text_page(), 3, "letter.png")
    (part,) = parts(page)
    assert part.page is page and part.notes == () and part.back((1, 2, 3, 4)) == (1, 2, 3, 4)


@pytest.mark.parametrize("turn", [90, 180, 270])
@pytest.mark.parametrize("degrees", [0, 3])
def test_a_mark_comes_back_to_where_it_stood(turn: int, degrees: float) -> None:
    image = laid(fallen(marked(text_page(), (600, 900, 640, 915)), degrees), turn)
    page = Page(image, 3, "letter.png")
    (part,) = parts(page)
    assert (part.page.index, part.page.source) == (3, "letter.png")
    assert part.notes == ((f"turned by {turn} degrees",) + (("straightened by 3.0 degrees",) if degrees else ()))
    back, true = part.back(red_box(part.page.image)), red_box(image)
    slack = 3 + 45 * np.sin(np.radians(degrees))  # the box around a tilted box
    assert all(abs(a - b) <= slack for a, b in zip(back, true, strict=True))
    assert np.linalg.norm(np.subtract(np.add(back[:2], back[2:]), np.add(true[:2], true[2:]))) < 4


def test_two_pages_are_read_from_left_to_right_each_straightened() -> None:
    left, right = marked(text_page(700, 950), (300, 800, 330, 812)), text_page(700, 950)
    image = np.concatenate([left, right], 1)
    image[:, 694:706] = 10
    image = fallen(image, 2)
    both = parts(Page(image))
    assert [part.notes[-1] for part in both] == ["left page of two", "right page of two"]
    assert all(part.notes[0] == "straightened by 2.0 degrees" for part in both)
    back, true = both[0].back(red_box(both[0].page.image)), red_box(image)
    assert all(abs(a - b) < 5 for a, b in zip(back, true, strict=True))
    first = both[1].back((0, 0, both[1].page.image.shape[1], 10))
    assert first[0] > 600, "the right page lies on the right"


def test_each_step_can_be_left_out() -> None:
    sloping, pair = Page(fallen(text_page(), 3)), Page(spread("gap"))
    assert parts(sloping, Looking(straighten=False))[0].page is sloping
    assert parts(pair, Looking(spreads=False))[0].page is pair and len(parts(pair)) == 2
    down = Page(laid(text_page(), 180))
    assert parts(down, Looking(turn=0))[0].page is down
    assert np.array_equal(parts(down, Looking(turn=180))[0].page.image, text_page())
    assert parts(Page(text_page()), Looking(turn=90))[0].notes == ("turned by 90 degrees",)
    with pytest.raises(UsageError, match="0, 90, 180 or 270"):
        parts(down, Looking(turn=45))


def test_a_box_cut_out_and_what_is_found_within_it() -> None:
    whole = np.full((1400, 1500, 3), 255, np.uint8)
    whole[200:1200, 300:1100] = laid(marked(text_page(), (600, 900, 640, 915)), 180)
    page = Page(whole)
    outer = part_of(page, (300, 200, 1100, 1200))
    (inner,) = parts(outer.page)
    part = within(outer, inner)
    assert part.notes == ("turned by 180 degrees",)
    assert part.back(red_box(part.page.image)) == red_box(whole)
    assert part_of(page, (-5, -5, 9000, 9000)).page is page
    with pytest.raises(UsageError, match="holds nothing of the page"):
        part_of(page, (1500, 0, 1600, 10))


@pytest.mark.parametrize("shape", [(1, 1), (1, 3000), (3000, 1), (7, 5)])
def test_pictures_of_any_shape_pass(shape: tuple[int, int]) -> None:
    page = Page(np.array(Image.new("RGB", shape[::-1], "black")))
    assert parts(page)[0].page is page


def test_a_part_in_a_smaller_picture_knows_the_way_back():
    page = Page(np.zeros((200, 300, 3), np.uint8))
    outer = part_of(page, (100, 50, 200, 90))
    inner = shrunk(outer, 0.5)
    assert inner.page.image.shape == (20, 50, 3)
    assert inner.back((10, 5, 20, 10)) == (120, 60, 140, 70)
    assert shrunk(outer, 1.0) is outer and shrunk(outer, 3.0) is outer
