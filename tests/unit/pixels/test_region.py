"""Boxes on a page: clipping, cutting, and the way back."""

from __future__ import annotations

import numpy as np
import pytest

from gotocr.errors import UsageError
from gotocr.pixels.region import clip, cut, size, to_page
from gotocr.schema import Page, Pixels

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
