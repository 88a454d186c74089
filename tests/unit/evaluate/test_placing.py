"""What a model wrote is stood in for by true texts with mistakes, and placed words are held against true boxes."""

from __future__ import annotations

from random import Random

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from gotocr.evaluate.placing import Tally, judge, letters, misspelt, passed_over, turned_round
from gotocr.schema import Glyphs, Sample

LINES = ["Whoever writes down where words", "stand had better look at the page", "and not at what was said of it by", "people who were not there either."]
FONT = ImageFont.load_default(24)


def sample():
    image = Image.new("RGB", (560, 260), "white")
    pen, marks, boxes, places, at = ImageDraw.Draw(image), [], [], [], 0
    for row, line in enumerate(LINES):
        for number, letter in enumerate(line):
            place = (40 + pen.textlength(line[:number], FONT), 30 + 50 * row)
            if letter != " ":
                pen.text(place, letter, "black", FONT)
            marks.append(letter)
            boxes.append(pen.textbbox(place, letter, FONT))
            places.append(at)
            at += 1
        at += 1
    numbers = np.array(places, np.int32)
    glyphs = Glyphs("".join(marks), np.array(boxes, np.float32), numbers, numbers)
    return Sample(np.asarray(image), "\n".join(LINES), " ".join(LINES), glyphs, "text")


def said(text):
    return "".join(letter for letter, _ in text)


def test_every_letter_with_ink_has_its_box():
    text = letters(sample(), "format")
    assert said(text) == " ".join(LINES) and all((box is not None) == (letter != " ") for letter, box in text)


def test_true_texts_are_placed_and_counted():
    drawn = sample()
    for mode in ("plain", "format"):
        figures = judge(letters(drawn, mode), drawn.image, (), mode).figures()
        assert figures["words"] == len(" ".join(LINES).split())
        assert figures["iou_50"] > 0.95 and figures["on_line"] > 0.95 and figures["iou_median"] > 0.7 and figures["wrong"] < 0.05


def test_mistakes_keep_the_boxes_of_what_they_stand_for():
    text = letters(sample(), "format")
    wrong = misspelt(0.5)(text, Random(1))
    assert said(wrong) != said(text) and {box for _, box in wrong} <= {box for _, box in text}


def test_a_line_is_passed_over_and_halves_are_turned_round():
    text = letters(sample(), "format")
    left = said(passed_over(text, Random(3))).strip()
    assert sum(line in left for line in LINES) == 3 and not any(len(word) > 7 and word not in " ".join(LINES) for word in left.split())
    halves = turned_round(letters(sample(), "plain"), Random(0))
    assert said(halves).split() == " ".join([*LINES[2:], *LINES[:2]]).split()


def test_figures_are_shares():
    both = Tally(4, 2, 1, 1, (0.9, 0.2), 1.0) + Tally(0)
    assert both.figures() == {"words": 4, "placed": 0.5, "on_line": 0.25, "iou_50": 0.25, "iou_median": 0.55, "wrong_line": 0.5, "wrong": 0.5, "seconds": 1.0}
    assert Tally().figures()["placed"] == 0.0
