"""Numbers of any kind as 8-bit RGB."""

from __future__ import annotations

import numpy as np
import pytest

from gotocr.errors import InputError
from gotocr.pixels.arrays import depth_table, from_array
from gotocr.pixels.limits import Limits

COLOURS = np.array([[[255, 0, 0], [0, 255, 0], [0, 0, 255]], [[255, 255, 255], [0, 0, 0], [90, 90, 90]]], np.uint8)
CARD = COLOURS.repeat(16, axis=0).repeat(16, axis=1)  # (32, 48, 3): six patches, no two corners alike
GRAY = np.tile(np.arange(0, 256, 5, dtype=np.uint8), (20, 1))


def one(array: np.ndarray) -> np.ndarray:
    return from_array(array, Limits())


def assert_near(image: np.ndarray, expected: np.ndarray, within: int) -> None:
    assert image.shape == expected.shape
    assert int(np.abs(image.astype(int) - expected).max()) <= within


def test_array_shapes() -> None:
    assert_near(one(GRAY[..., None]), np.repeat(GRAY[..., None], 3, axis=2), 0)
    assert_near(one(CARD[::-1, ::-1]), CARD[::-1, ::-1], 0)
    for array in (np.zeros((3, 4, 5)), np.zeros((2, 3, 4, 3)), np.zeros(4), np.zeros((2, 2), complex), np.array(["a"])):
        with pytest.raises(InputError, match="not a picture"):
            one(array)
    for array in (np.zeros((0, 4)), np.zeros((4, 0, 3), np.uint8)):
        with pytest.raises(InputError, match="empty"):
            one(array)


@pytest.mark.parametrize("bits", [12, 16])
def test_depths_end_at_black_and_white(bits: int) -> None:
    table, top = depth_table(bits), (1 << bits) - 1
    assert (table[0], table[top // 2], table[top], table[-1]) == (0, 127, 255, 255)
    assert (np.diff(table.astype(int)) >= 0).all()


def test_numbers_beyond_all_ranges() -> None:
    steps = np.array([[0.0, 1.0, 2.0]])
    for factor, start in ((1e30, 0), (1e-3, -5), (1e5, -1e5), (1, -1)):
        low, middle, high = one(steps * factor + start)[0, :, 0].tolist()
        assert (low, high) == (0, 255) and middle in (127, 128)
    assert (one(np.full((2, 2), np.nan)) == 255).all()
    assert one(np.full((2, 2), -3.0)).shape == (2, 2, 3)
