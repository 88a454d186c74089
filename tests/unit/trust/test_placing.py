"""Where words stand that were written without boxes: on pages PIL draws and measures, with and without landmarks, and on what is no page."""

from __future__ import annotations

import time
from itertools import pairwise

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from gotocr.kinds.page import parse
from gotocr.metrics.boxes import overlaps
from gotocr.schema import Piece, Word
from gotocr.trust.placing import place, placed

FONT = ImageFont.load_default(22)
LEFT = [
    "The committee met on Tuesday to look",
    "at a proposal for the harbour wall and",
    "its cost, which nobody had expected",
    "to be quite so high in a dry year.",
    "After some discussion it was agreed",
    "that the engineers should be asked",
    "for a second opinion before winter.",
    "Fishermen spoke against any delay.",
]
RIGHT = [
    "Meanwhile the school has opened its",
    "new library, a bright room of glass",
    "where children read every afternoon",
    "under the eyes of three volunteers.",
    "Books came from all over the county",
    "in boxes, crates and one old pram;",
    "a catalogue is promised by Easter",
    "if somebody can be found to type it.",
]


def drawn(columns, size=(1000, 420), font=FONT):
    """A page of columns of lines, and every word of it with the box of its ink, in reading order."""
    image = Image.new("L", size, 255)
    pen, words = ImageDraw.Draw(image), []
    for number, lines in enumerate(columns):
        for row, line in enumerate(lines):
            x, y = 40 + 500 * number, 30 + 44 * row
            pen.text((x, y), line, 0, font)
            at = 0
            for word in line.split():
                at = line.index(word, at)
                left, top, right, bottom = pen.textbbox((x + pen.textlength(line[:at], font), y), word, font)
                words.append(Word(word, (left, top, right, bottom)))
                at += len(word)
    return np.stack([np.asarray(image)] * 3, -1), words


def boxes_of(text, image, landmarks=(), mode="format"):
    """The words of the blocks of a text that was written in pieces of three characters or fewer, each within one word."""
    pieces = [Piece(1, part, 0.9) for word in text.split(" ") for part in _parts(f" {word}")]
    assert "".join(piece.text for piece in pieces)[1:] == text
    blocks = parse(placed(pieces, image, landmarks, mode), image.shape[1::-1], mode)
    return [word for block in blocks for word in block.words]


def _parts(word):
    return [part[at : at + 3] for part in word.replace("\n", "\n\0").split("\0") for at in range(0, len(part), 3)]


def right(found, true):
    """The share of the words found where they stand."""
    assert [word.text for word in found] == [word.text for word in true]
    good = [one.box is not None and overlaps(np.array(one.box), np.array(other.box))[0, 0] > 0.5 for one, other in zip(found, true, strict=True)]
    return sum(good) / len(good)


@pytest.fixture(scope="module")
def page():
    return drawn([LEFT, RIGHT])


def test_words_are_laid_on_ink_column_by_column_without_knowing_where_lines_end(page):
    image, true = page
    text = " ".join(LEFT) + "\n\n" + " ".join(RIGHT)
    assert right(boxes_of(text, image), true) > 0.97


def test_words_of_lines_as_printed(page):
    image, true = page
    assert right(boxes_of("\n".join([*LEFT, *RIGHT]), image, mode="plain"), true) > 0.97


def test_columns_may_be_written_in_the_other_order(page):
    image, true = page
    count = len(" ".join(LEFT).split())
    text = " ".join(RIGHT) + "\n\n" + " ".join(LEFT)
    for marks in ((), true):
        assert right(boxes_of(text, image, marks), [*true[count:], *true[:count]]) > 0.9


def test_ink_that_was_not_written_and_words_that_have_no_ink_are_passed_over(page):
    image, true = page
    start, stop = (len(" ".join(LEFT[:row]).split()) for row in (3, 4))
    text = " ".join([*LEFT[:3], *LEFT[4:]]) + "\n\n" + " ".join(RIGHT)
    assert right(boxes_of(text, image), [*true[:start], *true[stop:]]) > 0.9
    invented = "Whatever stands in this sentence was invented by somebody entirely different and extraordinarily talkative"
    found = boxes_of(" ".join(LEFT) + f"\n\n{invented}\n\n" + " ".join(RIGHT), image)
    count = len(" ".join(LEFT).split())
    more = len(invented.split())
    assert right([*found[:count], *found[count + more :]], true) > 0.9
    assert sum(word.box is not None for word in found[count : count + more]) <= 2


def test_marks_of_markdown_have_no_ink():
    image, true = drawn([LEFT])
    text = "# " + LEFT[0] + "\n\n**" + LEFT[1] + "** " + " ".join(LEFT[2:4]) + "\n\n- " + LEFT[4] + "\n- " + LEFT[5] + "\n\n" + " ".join(LEFT[6:])
    assert right(boxes_of(text, image), true) > 0.95


def test_cells_of_a_table_are_placed_row_by_row():
    rows = [("Harbour", "1,204", "open"), ("Lighthouse", "88", "closed"), ("Boathouse", "417", "open"), ("Fish market", "2,961", "open"), ("Ferry", "15", "winter")]
    columns = [[row[number] for row in rows] for number in range(3)]
    image = Image.new("RGB", (700, 300), "white")
    pen, boxes = ImageDraw.Draw(image), {}
    for x, cells in zip((40, 300, 520), columns, strict=True):
        for row, cell in enumerate(cells):
            pen.text((x, 30 + 50 * row), cell, "black", FONT)
            boxes[cell, row] = pen.textbbox((x, 30 + 50 * row), cell, FONT)
    html = "<table>" + "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in rows) + "</table>"
    pieces = placed([Piece(1, html, 0.9)], np.asarray(image))
    (block,) = parse(pieces, image.size)
    words = [word for word in block.words if word.box]
    assert len(words) >= len(block.words) - 2
    for word in words:
        middle = (word.box[1] + word.box[3]) / 2
        row = next(number for number, row in enumerate(rows) if word.text in " ".join(row).split())
        if word.text != "open":
            assert boxes[rows[row][0], row][1] - 5 < middle < boxes[rows[row][0], row][3] + 5


def test_a_formula_takes_the_ink_between_its_neighbours():
    image = Image.new("RGB", (900, 420), "white")
    pen = ImageDraw.Draw(image)
    for row, line in enumerate([*LEFT[:3], "", "", *LEFT[4:7]]):
        pen.text((40, 30 + 44 * row), line, "black", FONT)
    pen.text((300, 185), "x  =  a + b", "black", ImageFont.load_default(30))
    true = pen.textbbox((300, 185), "x  =  a + b", ImageFont.load_default(30))
    text = " ".join(LEFT[:3]) + "\n\n$$\\mathbf{x} = \\frac{a}{1} + b$$\n\n" + " ".join(LEFT[4:7])
    blocks = parse(placed([Piece(1, part, 0.9) for part in text.replace("$", "\0$\0").split("\0")], np.asarray(image)), image.size)
    assert [block.kind for block in blocks] == ["text", "formula", "text"]
    assert overlaps(np.array(blocks[1].box), np.array(true))[0, 0] > 0.6


def test_landmarks_hold_what_ink_cannot_tell_and_need_not_be_right(page):
    image, true = page
    noisy = [Word(word.text[:-1] + "x" if at % 7 == 0 else word.text, word.box) for at, word in enumerate(true) if at % 5]
    text = " ".join(LEFT) + "\n\n" + " ".join(RIGHT)
    assert right(boxes_of(text, image, noisy), true) > 0.97
    far = [Word(word.text, None) for word in true]
    assert right(boxes_of(text, image, far), true) > 0.97  # landmarks without a place are none


def test_a_word_that_is_parted_by_the_end_of_a_line_has_ink_on_both():
    lines = ["Everything that was to be considered", "in the autumn was finally remem-", "bered by the older members and then", "put into a long report for the mayor."]
    image, true = drawn([lines])
    text = " ".join(lines).replace("remem- bered", "remembered")
    (first, second) = [spot.box for spot in place(text, image) if text[spot.start : spot.end] and text.index("remembered") <= spot.start < text.index("remembered") + 10]
    halves = [word.box for word in true if word.text in ("remem-", "bered")]
    assert overlaps(np.array(first), np.array(halves[0]))[0, 0] > 0.5 and overlaps(np.array(second), np.array(halves[1]))[0, 0] > 0.5


def test_pieces_keep_what_they_say_and_one_of_many_words_is_parted(page):
    image, _ = page
    text = " ".join(LEFT) + "\n\n" + " ".join(RIGHT)
    pieces = [Piece(7, "", 0.5), Piece(8, text, 0.9, finish="stop", alternatives=(("x", 0.1),))]
    found = placed(pieces, image)
    assert "".join(piece.text for piece in found) == text and {piece.token for piece in found} == {7, 8}
    assert found[-1].finish == "stop" and all(piece.finish is None for piece in found[:-1])
    assert [piece for piece in found if piece.alternatives] == [found[1]]
    spots = place(text, image)
    assert all(one.end <= other.start for one, other in pairwise(spots))


def test_what_is_written_without_blanks_is_placed_letter_by_letter():
    lines = ["网络支付并无本质的区别", "每一个手机号码和邮件地", "都会对应着一个账户这个"]
    image = Image.new("RGB", (460, 200), "white")
    pen = ImageDraw.Draw(image)
    for row in range(3):  # no font for these scripts is at hand everywhere: squares with a stroke in them are as wide
        for column in range(11):
            x, y = 30 + 34 * column, 20 + 55 * row
            pen.rectangle((x, y, x + 28, y + 28), outline="black", width=3)
            pen.line((x, y, x + 28, y + 28), "black", 3)
    spots = place("\n".join(lines), np.asarray(image), mode="plain")
    assert len(spots) >= 30
    for spot in spots:
        row, column = divmod(spot.start, 12)
        assert abs((spot.box[0] + spot.box[2]) / 2 - (44 + 34 * column)) < 12 and abs((spot.box[1] + spot.box[3]) / 2 - (34 + 55 * row)) < 12


@pytest.mark.parametrize("shape", [(0, 0, 3), (1, 1, 3), (3, 500, 3), (400, 2, 3)])
def test_pictures_of_nothing(shape):
    image = np.full(shape, 255, np.uint8)
    assert place("some words stand here", image) == []
    assert [piece.box for piece in placed([Piece(1, "some words", 0.9)], image)] == [None]


def test_ink_without_words_and_words_without_ink(page):
    image, true = page
    rng = np.random.default_rng(1)
    noise = rng.integers(0, 256, (300, 300, 3)).astype(np.uint8)
    for picture in (noise, np.zeros_like(image), np.full_like(image, 200)):
        spots = place("these are words of a page that is none", picture)
        assert all(np.isfinite(spot.box).all() for spot in spots)
    assert place("", image) == [] and place(" \n\n ", image, true) == [] and placed([], image) == []
    marked = [Word("words", (float("nan"), 0.0, 5.0, 5.0)), Word("words", (9.0, 9.0, 3.0, 3.0)), Word("", (1.0, 1.0, 2.0, 2.0))]
    assert all(np.isfinite(spot.box).all() for spot in place("these are words", image, marked))


@pytest.mark.parametrize("word", ["alpha", "$x^{2}_{1}$", "$\\frac{a}{b}$", "# a\n\n", "| a | b |\n", "我"])
def test_a_very_long_text_is_bounded(page, word):
    image, true = page
    begun = time.process_time()
    place(f"{word} " * 1_500, image, true)
    place(f"{word} " * 1_500, image)
    assert time.process_time() - begun < 15


def test_a_drawing_that_was_written_as_a_block_is_the_ink_between_its_neighbours():
    image = Image.new("RGB", (900, 560), "white")
    pen = ImageDraw.Draw(image)
    for row, line in enumerate([*LEFT[:3], *[""] * 6, *LEFT[4:7]]):
        pen.text((40, 20 + 44 * row), line, "black", FONT)
    pen.ellipse((100, 180, 380, 390), outline="black", width=4)
    text = " ".join(LEFT[:3]) + "\n\n```molecule\nC1CCCCC1\n```\n\n" + " ".join(LEFT[4:7])
    pieces = [Piece(1, part, 0.9) for part in text.replace("```", "\0```").split("\0")]
    blocks = parse(placed(pieces, np.asarray(image)), image.size)
    assert [block.kind for block in blocks] == ["text", "molecule", "text"]
    assert overlaps(np.array(blocks[1].box), np.array([100, 180, 381, 391]))[0, 0] > 0.8
