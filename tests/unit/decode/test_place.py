"""Boxes of the model's picture on the page."""

from __future__ import annotations

import numpy as np

from gotocr.decode.place import page_boxes
from gotocr.schema import Pixels

PIXELS = Pixels(np.zeros((1, 3, 32, 32), np.float32), scale=(0.5, 2.0), offset=(10.0, 20.0), page_size=(100, 50))


def test_scale_and_offset():
    assert page_boxes(PIXELS)((0, 0, 5, 10)) == (10, 20, 20, 25)


def test_a_box_never_leaves_the_page_nor_turns_inside_out():
    assert page_boxes(PIXELS)((-100, -100, 1000, 1000)) == (0, 0, 100, 50)
    assert page_boxes(PIXELS)((5, 10, 0, 0)) == (10, 20, 20, 25)
