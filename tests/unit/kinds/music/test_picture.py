"""Drawn music: the ink under each mark of the truth, equal bytes for equal seeds, and scores that fall with damage."""

from __future__ import annotations

import os
import re

import numpy as np
import pytest

from gotocr.kinds import KINDS
from gotocr.kinds.page import parse

pytest.importorskip("skia")
pytest.importorskip("cv2")
pytest.importorskip("verovio")

from gotocr.draw.supply import Supply  # noqa: E402

MUSIC = KINDS["music"]
SEEDS = range(14 * int(os.environ.get("GOTOCR_SEEDS", "1")))
ROOM = (900, 1400)


@pytest.fixture(scope="module")
def supply():
    return Supply()


def draw(seed, supply, room=ROOM, em=None):
    return MUSIC.sample(np.random.default_rng(seed), supply, room, em)


def ink_of(image: np.ndarray) -> np.ndarray:
    """Where it is much darker than the paper."""
    paper = np.median(image.reshape(-1, 3), 0)
    return image.astype(int).sum(2) < paper.sum() - 90


@pytest.mark.parametrize("seed", SEEDS)
def test_a_sample_is_sound(seed, supply):
    sample = draw(seed, supply)
    height, width = sample.image.shape[:2]
    assert height <= ROOM[0] and width <= ROOM[1] and sample.image.dtype == np.uint8
    (block,) = parse(sample.format, (width, height))
    assert block.kind == "music" and not block.problems and f"```abc\n{block.text}\n```" == sample.format
    boxes, format = sample.glyphs.boxes, sample.glyphs.format
    assert len(boxes) == len(format) == len(sample.glyphs.plain) == len(sample.glyphs.text)
    assert format.max() < len(sample.format) and sample.glyphs.plain.max(initial=-1) < max(len(sample.plain), 1)
    assert (boxes[:, :2] >= -1).all() and (boxes[:, 2] <= width + 1).all() and (boxes[:, 3] <= height + 1).all()
    ink = ink_of(sample.image)
    noted = 0
    boxes = boxes[np.array([letter != " " for letter in sample.glyphs.text])]
    for left, top, right, bottom in boxes.astype(int):
        noted += ink[max(top, 0) : bottom + 2, max(left, 0) : right + 2].any()
    assert noted >= 0.99 * len(boxes)


@pytest.mark.parametrize("seed", SEEDS[:8])
def test_every_note_has_ink_where_it_stands(seed, supply):
    """In one voice alone, notes come from left to right, higher letters on higher places."""
    from gotocr.kinds.music.abc_reader import from_abc
    from gotocr.kinds.music.abc_writer import pieces

    sample = draw(seed, supply)
    score, _ = from_abc(sample.format.split("\n", 1)[1].removesuffix("\n```"))
    at, of = len("```abc\n"), {}
    for piece in pieces(score):
        if piece.ink[:1] == ("head",):
            (row,) = np.flatnonzero(sample.glyphs.format == at)
            of[piece.ink] = sample.glyphs.boxes[row]
        at += len(piece.text)
    assert len(of) == sum(len(event.pitches) for bar in score.bars for voice in bar.voices for event in voice) > 0
    clefs = any(event.clef for bar in score.bars for voice in bar.voices for event in voice)
    for voice in range(len(score.places)):
        heads = [(ink, of[ink], score.bars[ink[1]].voices[ink[2]][ink[3]].pitches[ink[4]]) for ink in of if ink[2] == voice]
        firsts = [box[0] for ink, box, _ in heads if ink[4] == 0]
        if any(bar.last for bar in score.bars[:-1]):
            continue
        assert firsts == sorted(firsts)
        if not clefs and heads:
            middles = np.array([(box[1] + box[3]) / 2 for _, box, _ in heads])
            heights = np.array([pitch.height for _, _, pitch in heads])
            half = np.median([box[3] - box[1] for _, box, _ in heads]) / 2
            line = middles + heights * half
            assert np.ptp(line) < 0.12 * np.ptp(heights) * half + half


@pytest.mark.parametrize("em", [10.0, 16.0, 24.0])
def test_insets_are_white_tight_and_dark(em, supply):
    for seed in range(3):
        image = draw(seed, supply, (400, 700), em).image
        assert image.shape[0] <= 400 and image.shape[1] <= 700 and (image[0, 0] == 255).all()
        rows, columns = np.flatnonzero((image < 160).any((1, 2))), np.flatnonzero((image < 160).any((0, 2)))
        assert rows[0] <= 4 and columns[0] <= 4 and rows[-1] >= image.shape[0] - 5 and columns[-1] >= image.shape[1] - 5


def test_equal_seeds_give_equal_bytes(supply):
    for seed in range(5):
        one, two = draw(seed, supply), draw(seed, Supply())
        assert one.image.tobytes() == two.image.tobytes() and one.format == two.format
        assert (
            one.glyphs.boxes.tobytes() == two.glyphs.boxes.tobytes()
            and one.glyphs.format.tobytes() == two.glyphs.format.tobytes()
        )


def test_music_is_shown_engraved():
    block = MUSIC.parse("X:1\nL:1/8\nK:D clef=treble\nf2 e2 d4 |]\nw:<b>a</b> & c")
    shown = MUSIC.html(block)
    assert "<svg" in shown and "<style" not in shown and "<script" not in shown
    hostile = MUSIC.html(MUSIC.parse('X:1\nL:1/8\nK:D clef=treble\n"<script>"f2 e2 |]\nw:<script>alert(1)</script>'))
    assert "<script" not in hostile


@pytest.mark.parametrize("name", ["symbols", "notes"])
def test_scores_fall_with_damage(name, supply):
    score = MUSIC.scores[name]
    for seed in range(6):
        truth = draw(seed, supply).format
        last, lines = 1.0, truth.split("\n")
        music = [number for number, line in enumerate(lines) if "|" in line and not re.match(r"%%|[A-Zw]:", line)]
        assert score(truth, truth) == 1.0
        for number in music:
            lines[number] = lines[number][: len(lines[number]) // 2]
        assert 0.0 < score("\n".join(lines), truth) < last
        assert score("", truth) < 0.3 and score("no music at all", truth) < 0.3 and 0 <= score(truth * 3, truth) <= 1
    assert score("", "") == 1.0


def test_kern_and_abc_of_one_score_are_equal(supply):
    from gotocr.kinds.music.block import read
    from gotocr.kinds.music.kern_writer import to_kern

    for seed in range(6):
        truth = draw(seed, supply).format
        kern = to_kern(read(truth)[0])
        assert MUSIC.scores["notes"](kern, truth) == 1.0
        assert MUSIC.scores["symbols"](kern, truth) == 1.0
