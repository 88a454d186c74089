"""Every wear keeps shape and type, is decided by its generator alone, and leaves the text visible."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("cv2")

from gotocr.draw.wear import WEARS, threshold, wear  # noqa: E402


def picture() -> np.ndarray:
    image = np.full((32, 64, 3), 230, np.uint8)
    image[10:22, 20:23] = (20, 30, 40)  # a stroke: about 2% of the picture
    return image


@pytest.mark.parametrize("worn", WEARS, ids=lambda worn: worn.__name__)
def test_it_keeps_the_picture_and_its_ink(worn):
    image, before = picture(), picture()
    for seed in range(6):
        out = worn(image, np.random.default_rng(seed))
        assert out.shape == image.shape and out.dtype == np.uint8
        assert (out == worn(image, np.random.default_rng(seed))).all()
        assert (image == before).all(), "the picture given was changed"
        assert out[:, 30:].mean() - out[10:22, 20:23].mean() > 30, "the stroke is darker than the paper"


def test_a_one_bit_scan_of_little_ink_is_not_black():
    image = np.full((40, 200, 3), 255, np.uint8)
    image[20:24, 50:54] = 0
    for seed in range(5):
        assert (threshold(image, np.random.default_rng(seed)) == image).all()


def test_wearing_picks_some():
    outs = [wear(picture(), np.random.default_rng(seed)) for seed in range(8)]
    assert len({out.tobytes() for out in outs}) == 8
    assert all(out.flags.c_contiguous and out.shape == (32, 64, 3) and out.dtype == np.uint8 for out in outs)
    assert (outs[3] == wear(picture(), np.random.default_rng(3))).all()
