"""Boxes on a page: clipping, cutting, and the way back."""

from __future__ import annotations

import numpy as np
import pytest

from gotocr.errors import UsageError
from gotocr.pixels.region import clip, cut, parse_region, resolve, size, to_page
from gotocr.schema import Page, Pixels, Region

PAGE = Page(np.arange(20 * 30 * 3, dtype=np.uint16).astype(np.uint8).reshape(20, 30, 3))


def test_clip_takes_every_touched_pixel() -> None:
    assert clip((1.2, 2.0, 3.1, 4.0), (30, 20)) == (1, 2, 4, 4)
    assert clip((-9, -9, 99, 99), (30, 20)) == (0, 0, 30, 20)
    assert clip((29.9, 19.9, 40, 40), (30, 20)) == (29, 19, 30, 20)


@pytest.mark.parametrize(
    "box", [(5, 5, 5, 9), (9, 5, 5, 9), (30, 0, 40, 9), (-5, 0, 0, 9), (0, 0, float("nan"), 9), (1, 2)]
)
def test_clip_refuses_nothing(box: tuple) -> None:
    with pytest.raises(UsageError, match="box"):
        clip(box, (30, 20))


def test_cut() -> None:
    assert size(PAGE) == (30, 20)
    whole, corner = cut(PAGE, None)
    assert whole is PAGE.image and corner == (0, 0)
    part, corner = cut(PAGE, (3, 4, 10, 9))
    np.testing.assert_array_equal(part, PAGE.image[4:9, 3:10])
    assert corner == (3, 4)


def test_to_page_undoes_scale_and_offset() -> None:
    pixels = Pixels(np.zeros((1, 3, 4, 4), np.float32), (2.0, 0.5), (10.0, 5.0), (30, 20))
    assert to_page((2, 1, 8, 3), pixels) == (11.0, 7.0, 14.0, 11.0)
    assert to_page((2, 1, 800, 300), pixels) == (11.0, 7.0, 30.0, 20.0)


@pytest.mark.parametrize(
    ("text", "box", "relative"),
    [
        ("40,60,400,300", (40, 60, 400, 300), False),
        (" 40 , 60.5,400, 300 ", (40, 60.5, 400, 300), False),
        ("0,0,1,1", (0, 0, 1, 1), False),  # the first pixel: no decimal point
        ("0,0,1.0,1", (0, 0, 1, 1), True),
        ("0.1,.2,.9,1.", (0.1, 0.2, 0.9, 1.0), True),
        ("0.5,0.5,400,300", (0.5, 0.5, 400, 300), False),  # not all within 0 and 1
        ("-3.5,0,0.5,1", (-3.5, 0, 0.5, 1), False),
        ("10%,10%,90%,90.5%", (0.1, 0.1, 0.9, 0.905), True),
        ("0%, 0%, 1 %, 1%", (0, 0, 0.01, 0.01), True),
    ],
)
def test_what_decides_between_pixels_and_shares(text, box, relative) -> None:
    found = parse_region(text)
    assert found.box == pytest.approx(box) and found.relative is relative


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "is no region"),
        ("1,2,3", "is no region"),
        ("1,2,3,4,5", "is no region"),
        ("1;2;3;4", "is no region"),
        ("nan,0,1,1", "is no region"),
        ("inf,0,1,1", "is no region"),
        ("1e3,0,2e3,9", "is no region"),
        ("a" * 10_000, "is no region"),
        ("10%,10%,90,90%", "mixes percent"),
        ("40,60,30,300", "its right must be beyond its left"),
        ("0.5,0.9,0.9,0.9", "its bottom below its top"),
    ],
)
def test_text_that_is_no_region_says_what_would_be(text, says) -> None:
    with pytest.raises(UsageError, match=says) as error:
        parse_region(text)
    assert len(str(error.value)) < 400


def test_regions_become_pixels_of_the_page() -> None:
    assert resolve(Region((0.1, 0.25, 0.5, 1.0), relative=True, crop=True), (200, 80)) == Region((20, 20, 100, 80), crop=True)
    assert resolve(Region((-5, 10, 900, 50)), (200, 80)) == Region((0, 10, 200, 50))
    assert resolve(Region(colour="red"), (200, 80)) == Region(colour="red")
    assert resolve(parse_region("0,0,1,1"), (200, 80)).box == (0, 0, 1, 1)
    assert resolve(parse_region("0,0,1.0,1"), (200, 80)).box == (0, 0, 200, 80)


@pytest.mark.parametrize(
    ("region", "says"),
    [
        (Region((200, 0, 300, 40)), "holds nothing of the page"),
        (Region((0, 90, 10, 99)), "holds nothing of the page"),
        (Region((50, 0, 40, 40)), "is empty"),
        (Region((float("nan"), 0, 40, 40)), "four finite numbers"),
        (Region((0, 0, float("inf"), 40)), "four finite numbers"),
        (Region((0, 0, 40)), "four finite numbers"),
        (Region((1.5, 0, 2, 1), relative=True), "shares of it go from 0 to 1"),
        (Region((0.5, 0.5, 0.4, 0.6), relative=True), "is empty"),
    ],
)
def test_regions_that_are_not_on_the_page_are_refused(region, says) -> None:
    with pytest.raises(UsageError, match=says):
        resolve(region, (200, 80))
