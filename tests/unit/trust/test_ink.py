"""Ink beside boxes: what is covered, which lines are not, what stands on bare paper."""

from __future__ import annotations

from time import process_time

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from gotocr.trust.ink import Ink, is_bare

LINES = ["What has ink and no text is a line", "that was passed over by whoever read", "the page, and has to be read again", "by itself and as it stands there."]
FONT = ImageFont.load_default(24)


def sheet(lines, size=(640, 260), left=40, ink="black", paper="white"):
    """A page with lines 50 pixels apart, and the box of each."""
    image = Image.new("RGB", size, paper)
    pen, boxes = ImageDraw.Draw(image), []
    for number, line in enumerate(lines):
        place = (left, 30 + 50 * number)
        pen.text(place, line, ink, FONT)
        boxes.append(pen.textbbox(place, line, FONT))
    return np.asarray(image), boxes


def test_all_that_is_under_boxes_is_covered():
    image, boxes = sheet(LINES)
    covered = Ink(image).covered(boxes)
    assert covered.share > 0.99 and covered.lines == () and 8 < covered.letters < 30 and covered.ink > 1000


@pytest.mark.parametrize("missing", [0, 1, 3])
@pytest.mark.parametrize("colours", [("black", "white"), ("white", "navy"), ("gray", "white")])
def test_a_line_that_was_passed_over_is_found_where_it_stands(missing, colours):
    image, boxes = sheet(LINES, ink=colours[0], paper=colours[1])
    covered = Ink(image).covered(box for number, box in enumerate(boxes) if number != missing)
    assert 0.6 < covered.share < 0.85
    (line,) = covered.lines
    assert np.abs(np.subtract(line, boxes[missing])).max() < 8


def test_half_a_line_and_two_columns_are_lines_of_their_own():
    image, boxes = sheet(LINES[:2])
    left, top, right, bottom = boxes[0]
    (line,) = Ink(image).covered([(left, top, (left + right) / 2, bottom), boxes[1]]).lines
    assert line[0] > (left + right) / 2 - 15 and abs(line[2] - right) < 5
    two = np.concatenate([sheet(LINES, left=30)[0], sheet(LINES, left=90)[0]], axis=1)
    assert len(Ink(two).covered([]).lines) == 8


def test_rules_specks_and_drawings_are_no_lines():
    image, boxes = sheet(LINES)
    picture = Image.fromarray(image)
    pen = ImageDraw.Draw(picture)
    pen.line((20, 240, 620, 240), "black", 3)
    pen.ellipse((560, 20, 636, 220), outline="black", width=3)
    pen.point([(7, 9), (620, 5), (300, 250)], "black")
    assert Ink(np.asarray(picture)).covered(boxes).lines == ()


def test_a_blank_page_has_nothing_to_cover():
    assert Ink(np.full((300, 200, 3), 255, np.uint8)).covered([]) is None


def test_boxes_may_be_anything():
    image, boxes = sheet(LINES)
    odd = [(-50, -50, 5, 5), (9000, 9000, 9900, 9900), (100, 100, 100, 100), (300, 200, 20, 10)]
    assert Ink(image).covered([*boxes, *odd]).share > 0.99


def test_paper_is_bare_and_faint_ink_is_not():
    image, boxes = sheet(LINES, ink=(215, 215, 215))
    assert not any(is_bare(image, box) for box in boxes)
    noisy = np.clip(np.random.default_rng(0).normal(250, 1.0, image.shape), 0, 255).astype(np.uint8)
    assert is_bare(noisy, (20, 20, 200, 60)) and is_bare(image, (0, 0, 30, 250)) and is_bare(image, (700, 300, 800, 400))


def test_a_full_page_that_was_passed_over_is_looked_at_in_no_time():
    image = Image.new("L", (2200, 3000), 255)
    pen, font = ImageDraw.Draw(image), ImageFont.load_default(20)
    for y in range(0, 3000, 22):
        pen.text((5, y), "the quick brown fox jumps over it. " * 7, 0, font)
    ink = Ink(np.repeat(np.asarray(image)[:, :, None], 3, 2))
    begun = process_time()
    covered = ink.covered([])
    assert len(covered.lines) > 130 and process_time() - begun < 8  # it is done in a second; looking back at each line took thirty
