"""Second looks: what was passed over is found and takes its place; boxes are estimated where none were said; drawings are compared."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from gotocr.engines.models import NANO_FAMILY
from gotocr.reader import load
from gotocr.schema import Piece, Word
from gotocr.sheets.again import has_room, is_new, seen, together

LINES = ["What has ink and no text is a line", "that was passed over by whoever read", "the page, and has to be read again", "by itself and as it stands there."]
FONT = ImageFont.load_default(24)


def sheet(lines=LINES):
    image = Image.new("RGB", (640, 40 + 40 * len(lines)), "white")
    pen, boxes = ImageDraw.Draw(image), []
    for number, line in enumerate(lines):
        pen.text((40, 20 + 40 * number), line, "black", FONT)
        boxes.append(pen.textbbox((40, 20 + 40 * number), line, FONT))
    return np.asarray(image), boxes


def reading(sift, **changes):
    """nano, of whose first answer `sift(pieces)` is what was written."""
    answers = []

    def first_alone(pieces):
        answers.append(0)
        return sift(pieces) if len(answers) == 1 else NANO_FAMILY.sift(pieces)

    reader = load("nano")
    reader.__dict__["family"] = replace(NANO_FAMILY, sift=first_alone, **changes)
    return reader


def without(top, bottom):
    def sift(pieces):
        return (piece if piece.box is None or not top < (piece.box[1] + piece.box[3]) / 2 < bottom or piece.finish else replace(piece, text="", box=None) for piece in pieces)

    return sift


@pytest.mark.parametrize("missing", [0, 1, 3])
def test_a_line_that_was_passed_over_is_read_and_takes_its_place(missing):
    image, boxes = sheet()
    whole = load("nano").read(image, "plain").pages[0]
    assert whole.text.split("\n") == LINES and not whole.warnings and whole.coverage > 0.97
    box = boxes[missing]
    leaf = reading(without(box[1], box[3])).read(image, "plain").pages[0]
    assert [line for line in leaf.text.split("\n") if line] == LINES
    assert leaf.warnings == ("1 line that had been passed over was read by itself",) and leaf.coverage > 0.97
    found = [word.box for block in leaf.blocks for word in block.words if word.text == LINES[missing].split()[0]]
    assert any(abs(one[0] - box[0]) < 6 and abs(one[3] - box[3]) < 8 for one in found)
    once = reading(without(box[1], box[3])).read(image, "plain", reread=False).pages[0]
    assert LINES[missing] not in once.text and once.coverage is None


def test_what_is_not_read_is_said():
    image, boxes = sheet()
    reader = load("nano")
    unsure = without(*boxes[1][1::2])
    reader.__dict__["family"] = replace(NANO_FAMILY, sift=lambda pieces: (replace(piece, probability=0.55) for piece in unsure(pieces)))
    leaf = reader.read(image, "plain").pages[0]
    assert "1 line has ink and no text" in leaf.warnings and leaf.coverage < 0.9


def test_boxes_are_estimated_for_a_model_that_does_not_say_them():
    image, boxes = sheet()
    reader = reading(lambda pieces: (replace(piece, box=None) for piece in pieces), guide="nano")
    with reader:
        leaf = reader.read(image, "plain").pages[0]
        assert leaf.estimated and leaf.text.split("\n") == LINES
        words = [word for block in leaf.blocks for word in block.words]
        assert all(word.box for word in words) and len(words) == sum(len(line.split()) for line in LINES)
        for line, box in zip(LINES, boxes, strict=True):
            first = next(word for word in words if word.text == line.split()[0] and abs(word.box[3] - box[3]) < 10)
            assert abs(first.box[0] - box[0]) < 6
    bare = reading(lambda pieces: (replace(piece, box=None) for piece in pieces), guide="nano").read(image, "plain", places=False).pages[0]
    assert not bare.estimated and not any(word.box for block in bare.blocks for word in block.words)


def test_words_without_ink_are_told():
    image, _ = sheet(LINES[:1])
    tall = np.concatenate([image, np.full((200, 640, 3), 255, np.uint8)])
    invented = [Piece(9, letter, 0.95, (40.0 + 12 * place, 180.0, 52.0 + 12 * place, 200.0)) for place, letter in enumerate("nothing")]
    reader = reading(lambda pieces: iter([*[replace(piece, finish=None) for piece in pieces], Piece(9, "\n", 0.9), *invented, Piece(0, "", 1.0, finish="stop")]))
    leaf = reader.read(tall, "plain").pages[0]
    bare = {word.text for block in leaf.blocks for word in block.words if word.problems}
    assert bare == {"nothing"} and "1 word has no ink under it" in leaf.warnings


def test_a_circle_is_cut_and_what_it_kept_from_being_read_is_read():
    image, boxes = sheet()

    def sift(pieces):
        first = [piece for piece in pieces if piece.box is None or piece.box[3] < boxes[1][1] + 4]
        return iter([*(replace(piece, finish=None) for piece in first), Piece(9, "", 0.9, finish="loop")])

    leaf = reading(sift).read(image, "plain").pages[0]
    assert [line for line in leaf.text.split("\n") if line] == LINES
    assert not leaf.truncated and leaf.warnings[0].startswith("the writer went in circles")


def test_regions_of_lines():
    assert together([(0, 0, 100, 10), (0, 14, 90, 24), (0, 100, 100, 110), (200, 0, 300, 10)], 8.0) == [(0, 0, 100, 24), (200, 0, 300, 10), (0, 100, 100, 110)]
    assert seen((0, 0, 100, 10), [Word("a", (0, 1, 30, 9)), Word("b", (40, 1, 70, 9))]) and not seen((0, 0, 100, 10), [Word("a", (0, 1, 30, 9)), Word("b", (40, 21, 70, 29)), Word("c")])



@pytest.mark.parametrize(("second", "kept"), [(0.9, "b+c"), (0.12, "a")])
def test_a_block_that_does_not_look_like_the_page_is_read_again(monkeypatch, second, kept):
    from gotocr.trust import verify

    image, _ = sheet(LINES[:1])
    answers = iter(["a", "b+c"])

    def sift(pieces):
        text = next(answers)
        boxes = ((40.0 + 12 * place, 20.0, 50.0 + 12 * place, 45.0) for place in range(len(text)))
        marks = Piece(9, "$$", 0.95, (40.0, 20.0, 44.0, 45.0))
        yield from [marks, *(Piece(9, letter, 0.95, box) for letter, box in zip(text, boxes, strict=True)), marks, Piece(0, "", 1.0, finish="stop")]

    monkeypatch.setattr(verify, "verified", lambda blocks, image: tuple(replace(block, agreement=0.1) for block in blocks))
    monkeypatch.setattr(verify, "doubtful", lambda block: block.agreement < 0.5)
    monkeypatch.setattr(verify, "agreement", lambda block, image: second)
    reader = load("nano")
    reader.__dict__["family"] = replace(NANO_FAMILY, sift=sift)
    (block,) = reader.read(image, verify=True, reread=False).pages[0].blocks
    assert (block.kind, block.text, block.agreement) == ("formula", kept, second if kept == "b+c" else 0.1)
    assert (("read once more, for it did not look like the page",) == block.warnings) == (kept == "b+c")


def test_verified_pages_say_how_much_they_agree():
    pytest.importorskip("skia", exc_type=ImportError)
    pytest.importorskip("rdkit"), pytest.importorskip("verovio"), pytest.importorskip("cv2"), pytest.importorskip("fontTools")
    from gotocr.draw.supply import Supply
    from gotocr.kinds import KINDS

    picture = KINDS["formula"].sample(np.random.default_rng(5), Supply(), (200, 500), None).image
    leaf = load("nano").read(picture, verify=True).pages[0]
    assert any(block.agreement is not None and 0 <= block.agreement <= 1 for block in leaf.blocks if block.kind == "formula")


def test_a_box_that_was_cut_to_the_edge_has_nothing_to_read():
    assert has_room((0, 0, 5, 5)) and not has_room((640, 0, 640, 5)) and not has_room((0, 9, 5, 9))


def test_what_stands_there_already_is_not_new_and_what_is_not_believed_is_not_either():
    def said(text, sure=0.9):
        return [Piece(1, letter, sure) for letter in text]

    page = said("in 2010 the office\nkept two books")
    assert not is_new(said("the office kept"), page) and is_new(said("10"), page) and is_new(said("three books"), page)
    assert not is_new(said("three books", 0.5), page) and not is_new(said("—."), page) and not is_new([], page)
