"""A figure drawn by Pillow alone has its ink where the figure has its lines."""

from __future__ import annotations

import numpy as np

from gotocr.draw.figure import Figure, Label, Path, Pen, Step
from gotocr.draw.figure_plain import MARGIN, draw_plain


def test_lines_areas_and_labels_are_where_they_should_be():
    frame = Path((0, 0), (Step("rectangle", (10, 5)),))
    area = Path((1, 1), (Step("rectangle", (2, 2)),), Pen(fill=True))
    made = draw_plain(Figure((frame, area), (Label((7.5, 2.5), "$A$"),)), 500)
    assert made.shape == (250 + 2 * MARGIN, 500 + 2 * MARGIN, 3)
    dark = made.max(-1) < 128
    assert dark[MARGIN, MARGIN + 100] and dark[MARGIN + 250, MARGIN + 100] and dark[MARGIN + 100, MARGIN]
    assert 128 < made[MARGIN + 175, MARGIN + 75, 0] < 255 and made[MARGIN + 20, MARGIN + 20, 0] == 255
    letter = np.argwhere(dark[MARGIN + 60 : MARGIN + 190, MARGIN + 300 : MARGIN + 450])
    assert len(letter) and np.abs(letter.mean(0) - (65, 75)).max() < 8


def test_of_nothing_there_is_no_picture():
    assert draw_plain(Figure()) is None
