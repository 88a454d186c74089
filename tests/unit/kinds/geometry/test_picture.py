"""A drawn figure is the figure of its truth: read and painted again it gives the same pixels."""

from __future__ import annotations

import os
import re

import numpy as np
import pytest

pytest.importorskip("skia")
pytest.importorskip("cv2")

from gotocr.draw.supply import Supply
from gotocr.errors import UsageError
from gotocr.kinds import KINDS
from gotocr.kinds.geometry import picture
from gotocr.kinds.geometry.canonical import SIDE, canonical
from gotocr.kinds.geometry.tikz import read, write

SEEDS = 36 * int(os.environ.get("GOTOCR_SEEDS", "1"))
KIND = KINDS["geometry"]
ROOM = (700, 800)


@pytest.fixture(scope="module")
def supply() -> Supply:
    return Supply()


def test_what_is_read_from_the_truth_is_painted_the_same(supply, monkeypatch):
    """The truth is parsed, brought into canonical form and painted with the same look: not a pixel differs."""
    painted = []
    paint = picture._paint
    monkeypatch.setattr(picture, "_paint", lambda *given: painted.append(given) or paint(*given))
    for seed in range(SEEDS):
        sample = KIND.sample(np.random.default_rng(seed), supply, ROOM)
        reading = read(KIND.parse(sample.format).text)
        assert not reading.problems, (seed, reading.problems)
        again = canonical(reading.figure)
        figure, *rest = painted[-1]
        assert write(again)[0] == KIND.parse(sample.format).text, seed
        assert (paint(again, *rest).image == sample.image).all(), seed


def test_truths_are_normal(supply):
    longest = []
    for seed in range(SEEDS):
        text = KIND.parse(KIND.sample(np.random.default_rng(seed), supply, ROOM).format).text
        points = [
            (float(x), float(y))
            for x, y in re.findall(
                r"\((-?[\d.]+),(-?[\d.]+)\)", "\n".join(line for line in text.splitlines() if "node" not in line)
            )
        ]
        assert points and all(-0.5 <= value <= SIDE + 0.5 for point in points for value in point), (seed, text)
        longest.append(len(text))
    assert np.median(longest) < 700


def test_samples_fit_and_boxes_stand_on_ink(supply):
    covered = total = 0
    for seed in range(SEEDS):
        em = None if seed % 3 else 15.0
        sample = KIND.sample(np.random.default_rng(seed), supply, ROOM, em)
        height, width = sample.image.shape[:2]
        assert height <= ROOM[0] and width <= ROOM[1] and sample.plain == "" and not KIND.check(KIND.parse(sample.format))
        glyphs = sample.glyphs
        assert (
            len(glyphs.text) == len(glyphs.boxes) == len(glyphs.format)
            and (glyphs.format >= 0).all()
            and (np.diff(glyphs.format) >= 0).all()
        )
        assert (glyphs.boxes >= 0).all() and (glyphs.boxes <= [width, height, width, height]).all()
        ink = np.abs(sample.image.astype(int) - np.array(sample.image[0, 0], int)).sum(2) > 90
        inside = np.zeros_like(ink)
        for left, top, right, bottom in glyphs.boxes:
            inside[max(0, int(top) - 1) : int(np.ceil(bottom)) + 1, max(0, int(left) - 1) : int(np.ceil(right)) + 1] = True
        covered, total = covered + (ink & inside).sum(), total + ink.sum()
        if em:
            drawn = (sample.image != 255).any(2)  # pale areas too
            rows, columns = np.nonzero(drawn.any(1))[0], np.nonzero(drawn.any(0))[0]
            assert (
                (sample.image[0, 0] == 255).all()
                and rows[0] <= 4
                and columns[0] <= 4
                and height - rows[-1] <= 5
                and width - columns[-1] <= 5
            ), seed
    assert covered >= 0.99 * total


def test_letters_of_labels_point_at_themselves(supply):
    for seed in range(SEEDS):
        sample = KIND.sample(np.random.default_rng(seed), supply, ROOM)
        for letter, offset in zip(sample.glyphs.text, sample.glyphs.format, strict=True):
            if letter.isascii() and letter.isalnum():
                assert sample.format[offset] == letter


def test_the_same_seed_gives_the_same_bytes(supply):
    for seed in range(6):
        one, two = (KIND.sample(np.random.default_rng(seed), supply, ROOM) for _ in range(2))
        assert one.format == two.format and (one.image == two.image).all() and (one.glyphs.boxes == two.glyphs.boxes).all()


def test_a_room_too_small_is_an_error_to_mend(supply):
    with pytest.raises(UsageError, match="too small"):
        KIND.sample(np.random.default_rng(0), supply, (9, 9))


def test_scores_are_one_for_the_truth_and_fall_with_damage(supply):
    fell = []
    for seed in range(SEEDS // 6):
        text = KIND.parse(KIND.sample(np.random.default_rng(seed), supply, ROOM).format).text
        commands = text.splitlines()
        rng = np.random.default_rng(seed)
        for score in KIND.scores.values():
            assert score(text, text) == 1.0 and score("\n".join(commands[::-1]), text) == pytest.approx(1.0)
            half = "\n".join(commands[: len(commands) // 2])
            wild = re.sub(r"\((\d)", lambda m: f"({int(rng.integers(10))}", text)
            assert score("", text) == 0.0 and 0 <= score(half, text) <= 1
            fell.append((score(half, text) < 1.0) + (score(wild, text) < 0.98))
    assert np.mean(fell) > 1.8
