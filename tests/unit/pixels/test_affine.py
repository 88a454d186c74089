"""Turned and straightened pictures: a marked pixel is found back where it was."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from gotocr.pixels.affine import Affine, rotation, turned


@pytest.mark.parametrize("degrees", [0, 90, 180, 270])
def test_pil_turns_as_the_map_says(degrees: int) -> None:
    image = np.zeros((30, 50), np.uint8)
    image[7, 41] = 255
    seen = np.asarray(Image.fromarray(image).rotate(-degrees, expand=True))
    (y,), (x,) = np.nonzero(seen)
    back = turned((50, 30), degrees)
    assert back.box((x, y, x + 1, y + 1), (50, 30)) == (41, 7, 42, 8)


@pytest.mark.parametrize("degrees", [-15, -2.3, 0.4, 7, 14.9])
def test_a_patch_is_found_back_after_any_rotation(degrees: float) -> None:
    image = np.zeros((300, 500), np.uint8)
    image[100:110, 380:400] = 255
    size, back = rotation((500, 300), degrees)
    seen = np.asarray(Image.fromarray(image).transform(size, Image.Transform.AFFINE, back.row_major, Image.Resampling.BICUBIC))
    y, x = np.indices(seen.shape)
    middle = back.point(float(np.average(x, weights=seen)) + 0.5, float(np.average(y, weights=seen)) + 0.5)
    assert middle == pytest.approx((390, 105), abs=0.1)
    corners = [back.point(x, y) for x in (0, size[0]) for y in (0, size[1])]
    assert min(x for x, _ in corners) <= 0 and max(x for x, _ in corners) >= 500, "nothing of the picture is lost"


def test_maps_one_after_the_other() -> None:
    first, second = Affine(0, 1, 5, -1, 0, 7), Affine(2, 0.5, 3, 0, 1, -4)
    assert second.after(first).point(11, 13) == pytest.approx(second.point(*first.point(11, 13)))


def test_boxes_are_cut_to_the_page() -> None:
    assert Affine(c=-10).box((5, 5, 900, 900), (100, 80)) == (0, 5, 100, 80)
