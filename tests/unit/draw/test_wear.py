"""Every wear keeps shape and type, is decided by its generator alone, leaves text readable, and moves boxes with their ink."""

from __future__ import annotations

import os

import numpy as np
import pytest

cv2 = pytest.importorskip("cv2")

from gotocr.draw import strength, warp  # noqa: E402
from gotocr.draw.wear import APPLY, _moved, apply, levels, readable, text_height, threshold, wear  # noqa: E402

SEEDS = int(os.environ.get("GOTOCR_SEEDS", "1"))
STILL = [name for name in strength.WEARS if name not in strength.MOVES]


def test_every_row_of_the_table_has_a_wear():
    assert set(APPLY) == set(STILL)
    assert strength.SHARES.sum() == pytest.approx(1)


@pytest.mark.parametrize("gray", [False, True], ids=["rgb", "gray"])
@pytest.mark.parametrize("name", STILL)
def test_it_keeps_the_picture(name, gray, lettered):
    image, boxes = lettered(coloured=True)
    image = image[..., 0].copy() if gray else image
    before = image.copy()
    for seed in range(6):
        out = apply(image, np.random.default_rng(seed), name, 14.0)
        assert out.shape == image.shape and out.dtype == np.uint8
        assert (out == apply(image, np.random.default_rng(seed), name, 14.0)).all()
        assert (image == before).all(), "the picture given was changed"


@pytest.mark.parametrize("name", STILL)
def test_most_of_what_a_wear_does_can_be_read(name, lettered):
    image, boxes = lettered()
    good = sum(readable(image, apply(image, np.random.default_rng(seed), name, 14.0), boxes) for seed in range(20))
    assert good >= 13, "the table's bounds are too wide"


@pytest.mark.parametrize("name", STILL)
@pytest.mark.parametrize("size", [(9, 11), (40, 17)], ids=str)
def test_it_bears_tiny_and_blank_pictures(name, size):
    for value in (0, 128, 255):
        blank = np.full((*size, 3), value, np.uint8)
        assert apply(blank, np.random.default_rng(1), name, 16.0).shape == blank.shape


@pytest.mark.parametrize("name", strength.MOVES)
def test_boxes_follow_the_ink(name, lettered, ink_outside):
    image, boxes = lettered()
    moved = 0
    for seed in range(12 * SEEDS):
        rng = np.random.default_rng(seed)
        out, after = _moved(image, boxes, rng, name, strength.draw(rng, name, 14.0))
        assert out.shape == image.shape and after.shape == boxes.shape and after.dtype == np.float32
        moved += after is not boxes
        assert ink_outside(out, after) < 0.01
        assert np.ptp(after[:, 2] - after[:, 0]) < 12, "boxes stay about as large as their letters"
        assert (after[:, :2] >= -0.5).all() and (after[:, 2:] <= np.array([240, 120]) + 0.5).all()
    assert moved >= 6 * SEEDS


def test_a_grid_is_turned_around():
    rng, size = np.random.default_rng(3), (200, 300)
    grid = warp.ripple_grid(4.0, rng.uniform(-1.5, 1.5, (2, 5, 5)))
    points = rng.uniform(10, 190, (500, 2))
    there = points + warp.sample_grid(warp.inverse_grid(grid, size), points, size)
    again = there + warp.sample_grid(grid, there, size)
    assert np.abs(again - points).max() < 0.35, "what is shown at `there` was at `points`"


def test_text_never_leaves_the_lettered(lettered):
    image, boxes = lettered()
    edge = np.array([[0, 0, 12, 14], [228, 106, 240, 120]], np.float32)
    for seed in range(20):
        rng = np.random.default_rng(seed)
        _, after = _moved(image, edge, rng, "tilt", strength.draw(rng, "tilt", 14.0))
        assert (after[:, :2] >= -0.5).all() and (after[:, 2:] <= np.array([240, 120]) + 0.5).all()


def test_a_one_bit_scan_of_little_ink_is_not_black():
    image = np.full((40, 200, 3), 255, np.uint8)
    image[20:24, 50:54] = 0
    for seed in range(5):
        assert (apply(image, np.random.default_rng(seed), "threshold", 16.0) == image).all()
    assert levels(np.full((20, 20), 200, np.uint8)) is None
    blank = np.full((20, 20, 3), 200, np.uint8)
    assert (threshold(blank, np.random.default_rng(0), 0.5) == blank).all()


def test_what_nobody_can_read_is_noticed(lettered):
    image, boxes = lettered()
    assert readable(image, image, boxes)
    assert readable(image, 255 - (255 - image) // 2, boxes), "half the contrast will do"
    assert not readable(image, np.full_like(image, 230), boxes), "blank"
    assert not readable(image, cv2.GaussianBlur(image, (0, 0), 12), boxes)
    noise = np.random.default_rng(0).integers(0, 256, image.shape).astype(np.uint8)
    assert not readable(image, noise, boxes)
    assert readable(image, noise, np.zeros((0, 4), np.float32)), "no text, nothing lost"


def test_small_text_is_worn_less():
    small, large = (strength.draw(np.random.default_rng(0), "blur", height)["sigma"] for height in (8, 80))
    assert large == pytest.approx(10 * small, rel=1e-5)
    assert text_height(np.array([[0, 0, 5, 10], [0, 0, 5, 12], [0, 0, 5, 14], [0, 0, 0, 0]])) == 12
    assert text_height(np.zeros((0, 4))) == strength.USUAL_HEIGHT


def test_wearing_picks_some_and_stays_readable(lettered):
    image, boxes = lettered()
    outs = set()
    for seed in range(40 * SEEDS):
        out, after = wear(image, boxes, np.random.default_rng(seed))
        again, _ = wear(image, boxes, np.random.default_rng(seed))
        assert (out == again).all() and out.shape == image.shape and out.dtype == np.uint8 and out.flags.c_contiguous
        assert after.shape == boxes.shape
        if after is boxes:
            assert readable(image, out, boxes)
        outs.add(out.tobytes())
    assert len(outs) > 36 * SEEDS


def test_pictures_without_text_are_worn_too():
    image = np.full((50, 60, 3), 200, np.uint8)
    for seed in range(20):
        out, after = wear(image, np.zeros((0, 4), np.float32), np.random.default_rng(seed))
        assert out.shape == image.shape and after.shape == (0, 4)
