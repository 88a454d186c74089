"""Scene text fits its room, says what stands in it, is decided by its seed, and boxes hold its letters."""

from __future__ import annotations

import os

import numpy as np
import pytest

pytest.importorskip("skia")
cv2 = pytest.importorskip("cv2")

from gotocr.draw import effects  # noqa: E402
from gotocr.draw.supply import Supply  # noqa: E402
from gotocr.schema import Sample  # noqa: E402
from gotocr.synth import scene as scenes  # noqa: E402
from gotocr.synth import wording  # noqa: E402

SEEDS = int(os.environ.get("GOTOCR_SEEDS", "1"))
ROOMS = [(512, 768), (64, 256), (48, 160), (1024, 1024), (32, 100)]


@pytest.fixture(scope="module")
def supply() -> Supply:
    return Supply()


def drawn(seed: int, supply: Supply, em: float | None = None) -> Sample:
    return scenes.scene(np.random.default_rng(seed), supply, ROOMS[seed % len(ROOMS)], em)


def test_glyphs_are_what_the_truth_says(supply):
    for seed in range(40 * SEEDS):
        sample = drawn(seed, supply)
        height, width = sample.image.shape[:2]
        room = ROOMS[seed % len(ROOMS)]
        assert height <= room[0] and width <= room[1] and sample.image.dtype == np.uint8
        assert sample.plain.strip() and sample.format == sample.plain.replace("\n", " ")
        glyphs = sample.glyphs
        assert glyphs.text == sample.plain and glyphs.plain.tolist() == list(range(len(sample.plain)))
        assert (glyphs.format == glyphs.plain).all() and glyphs.boxes.dtype == np.float32
        assert (glyphs.boxes[:, :2] >= 0).all() and (glyphs.boxes[:, 2:] <= (width, height)).all()


def test_equal_seeds_give_equal_bytes(supply):
    for seed in range(8):
        first, second = drawn(seed, supply), drawn(seed, supply)
        assert first.image.tobytes() == second.image.tobytes() and first.plain == second.plain
        assert (first.glyphs.boxes == second.glyphs.boxes).all()
    assert len({drawn(seed, supply).plain for seed in range(30)}) > 25


def test_letters_are_nowhere_but_in_their_boxes(supply, monkeypatch):
    """The same settings painted in black on white: all ink is in boxes."""
    monkeypatch.setattr(
        scenes, "_painted", lambda rng, setting, form: (np.full((*setting.size, 3), 255, np.uint8), effects.Look(((0, 0, 0),)))
    )
    monkeypatch.setattr(scenes, "_neighbours", lambda *given: None)
    monkeypatch.setattr(scenes, "_lit", lambda rng, image, high: image)
    for seed in range(60 * SEEDS):
        sample = drawn(seed, supply)
        ink = 255.0 - sample.image.min(2)
        covered = np.zeros(ink.shape, bool)
        for left, top, right, bottom in sample.glyphs.boxes:
            covered[int(top) : int(np.ceil(bottom)), int(left) : int(np.ceil(right))] = True
        assert ink.max() > 60 and ink[~covered].sum() <= 0.01 * ink.sum()


def test_letters_stand_out_from_their_ground(supply):
    seen = []
    for seed in range(60 * SEEDS):
        sample = drawn(seed, supply)
        gray = cv2.cvtColor(sample.image, cv2.COLOR_RGB2GRAY).astype(float)
        spans = []
        for letter, (left, top, right, bottom) in zip(sample.plain, sample.glyphs.boxes.astype(int).tolist(), strict=True):
            if not letter.isspace():
                patch = gray[max(0, top - 2) : bottom + 3, max(0, left - 2) : right + 3]
                spans.append(np.percentile(patch, 92) - np.percentile(patch, 8))
        seen.append(np.median(spans))
    assert min(seen) > 15 and np.percentile(seen, 5) > 45


def test_an_inset_is_black_on_white_cropped_to_its_ink(supply):
    for seed in range(10 * SEEDS):
        sample = scenes.scene(np.random.default_rng(seed), supply, (200, 900), 20.0)
        dark = sample.image.min(2) < 128
        assert (sample.image[0] > 200).all() and (sample.image == sample.image[..., :1]).all()
        rows, columns = np.nonzero(dark.any(1))[0], np.nonzero(dark.any(0))[0]
        assert rows[0] <= 4 and columns[0] <= 6 and sample.image.shape[0] - rows[-1] <= 6


def test_wording_has_no_marks_of_markdown():
    supply, rng = Supply(), np.random.default_rng(0)
    for _ in range(400):
        word = wording.one_word(rng, supply)
        assert word and word == word.strip() and "\n" not in word and word.count("$") < 2
        assert not word.startswith(("# ", "- ", "* ", "+ ", "```", "|", ">"))
        assert all(line.strip() for line in wording.sign(rng, supply))
    plates = {wording.plate(rng) for _ in range(50)}
    assert len(plates) == 50 and all(any(mark.isdigit() for mark in plate) for plate in plates)
