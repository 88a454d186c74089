"""Drawn ink stands where its glyph's box says, however the text is styled and turned."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("skia")

from gotocr.draw.fonts import find_faces  # noqa: E402
from gotocr.draw.canvas import Canvas, map_boxes  # noqa: E402
from gotocr.draw.style import shape  # noqa: E402
from gotocr.draw.text import Line, Style, advances, draw, wrap  # noqa: E402

FONTS = [face.path for face in find_faces(held_out=None)]
TEXT = "Quartz jig, 1984: (fjord & Ångström) waltz!"
WHITE = np.full((80, 480, 3), 255, np.uint8)
FAINT = 24  # levels: less is the last shimmer of an antialiased edge

STYLES = {
    "plain": {},
    "bold": {"bold": True},
    "slanted": {"slant": 0.2},
    "outlined": {"outline": 2.0},
    "spaced": {"spacing": 2.0, "word_spacing": 7.0},
    "jittered": {"jitter": 0.05},
}


def ink(image: np.ndarray) -> np.ndarray:
    """Where (H, W) an image drawn on white is not white."""
    return (255 - image.astype(int)).max(2) > FAINT


def part(box) -> tuple[slice, slice]:
    left, top, right, bottom = box
    return slice(int(max(top, 0)), int(np.ceil(bottom))), slice(int(max(left, 0)), int(np.ceil(right)))


@pytest.mark.parametrize("matrix", [None, [[0.99, -0.05, 4], [0.05, 0.99, -8], [0, 0, 1]]], ids=["flat", "turned"])
@pytest.mark.parametrize("style", STYLES)
def test_ink_lies_in_the_boxes_and_boxes_hold_ink(style, matrix):
    for font in FONTS[::4]:
        lines = [Line(TEXT[:22], 6, 30, Style(font, 22, **STYLES[style])), Line(TEXT[22:], 9, 62, Style(font, 18, **STYLES[style]))]
        image, glyphs = draw(WHITE, lines, None if matrix is None else np.array(matrix), np.random.default_rng(3))
        found, boxes = ink(image), np.zeros(WHITE.shape[:2], bool)
        for letter, box in zip(glyphs.text, glyphs.boxes, strict=True):
            boxes[part(box)] = True
            assert letter in " \n" or found[part(box)].any(), (font, letter)
        assert found.any() and (found & boxes).sum() >= 0.99 * found.sum(), font


def test_glyphs_are_the_text_with_its_line_breaks():
    style = Style(FONTS[0], 20)
    lines = [Line("one two", 5, 25, style), Line("", 5, 40, style), Line("three", 5, 60, style)]
    _, glyphs = draw(WHITE, lines)
    assert glyphs.text == "one two\n\nthree"
    letter, space, end = glyphs.boxes[2], glyphs.boxes[3], glyphs.boxes[7]
    assert space[0] >= letter[0] and space[3] == 25 and end[0] >= glyphs.boxes[6][2] - 1


def test_the_canvas_given_is_left_alone_and_its_colours_stay():
    paper = np.zeros((40, 60, 3), np.uint8) + np.array([10, 120, 250], np.uint8)
    before = paper.copy()
    image, _ = draw(paper, [Line("x", 5, 30, Style(FONTS[0], 30, colour=(255, 0, 0)))])
    assert (paper == before).all() and image.dtype == np.uint8 and image.shape == paper.shape
    assert (image[0, 0] == (10, 120, 250)).all() and (image == (255, 0, 0)).all(2).any()


def test_the_same_draws_the_same_bytes():
    lines = [Line(TEXT, 5, 40, Style(FONTS[2], 20, jitter=0.1))]
    one, other = (draw(WHITE, lines, rng=np.random.default_rng(8)) for _ in range(2))
    assert one[0].tobytes() == other[0].tobytes() and (one[1].boxes == other[1].boxes).all()
    assert draw(WHITE, lines, rng=np.random.default_rng(9))[1].boxes.tobytes() != one[1].boxes.tobytes()


@pytest.mark.parametrize("width", [9, 40, 133, 400, 5000])
def test_lines_are_never_wider_than_asked(width):
    text = "a bb  ccc " + TEXT + " incomprehensibilities of extraordinarily long words, " + TEXT
    for style in (Style(FONTS[1], 16), Style(FONTS[3], 13, spacing=-0.3, word_spacing=4)):
        lines = wrap(text, style, width)
        assert all(advances(line, style).sum() <= width or len(line) == 1 for line in lines)
        assert "".join(lines).replace(" ", "") == text.replace(" ", "")
        assert all(line == line.strip(" ") and line for line in lines)


def test_words_are_cut_only_where_they_must_be():
    style = Style(FONTS[0], 16)
    room = max(advances(word, style).sum() for word in TEXT.split()) + 1
    assert " ".join(wrap(TEXT, style, room)) == TEXT
    assert wrap("", style, 50) == [] and wrap("  ", style, 50) == []


def test_mapped_boxes():
    turn = np.array([[0, -1, 10], [1, 0, 0], [0, 0, 1.0]])
    assert map_boxes([(1, 2, 4, 8)], turn).tolist() == [[2, 1, 8, 4]]
    assert map_boxes([(2, 2, 4, 4)], np.diag([1, 1, 2.0])).tolist() == [[1, 1, 2, 2]]


def test_glyphs_drawn_by_number_are_those_of_the_text():
    style = Style(FONTS[0], 20)
    ids, steps, _ = shape("Wave on wave", style)
    xs = 10 + np.cumsum(steps) - steps
    written, numbered = Canvas((40, 300)), Canvas((40, 300))
    written.text("Wave on wave", (10, 28), style)
    numbered.draw(ids, xs, np.full(len(ids), 28.0), style)
    assert np.array_equal(written.finish()[0], numbered.finish()[0]) and ink(written.finish()[0]).any()
    assert numbered.finish()[1].text == ""
    two_lines = Canvas((80, 300))
    two_lines.draw(ids, xs, np.where(np.arange(len(ids)) < 4, 28.0, 68.0), style)
    assert ink(two_lines.finish()[0])[40:].any() and ink(two_lines.finish()[0])[:40].any()
