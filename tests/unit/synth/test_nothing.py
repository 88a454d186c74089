"""What has no text has no truth; what cannot be read is said to be so, in its place, and cannot be read."""

from __future__ import annotations

import os

import numpy as np
import pytest

pytest.importorskip("skia")
pytest.importorskip("cv2")

from gotocr.draw.supply import Supply  # noqa: E402
from gotocr.schema import AREA  # noqa: E402
from gotocr.synth.nothing import EMPTY, SPOILT, UNREADABLE, nothing, unreadable  # noqa: E402

SEEDS = int(os.environ.get("GOTOCR_SEEDS", "1"))
ROOMS = [(512, 512), (64, 256), (40, 700), (900, 300), (32, 100)]


@pytest.fixture(scope="module")
def supply() -> Supply:
    return Supply()


def test_nothing_is_nothing(supply):
    for seed in range(40 * SEEDS):
        room, em = ROOMS[seed % len(ROOMS)], 20.0 if seed % 10 == 9 else None
        sample = nothing(np.random.default_rng(seed), supply, room, em)
        assert sample.plain == sample.format == sample.glyphs.text == "" and sample.glyphs.boxes.shape == (0, 4)
        assert sample.image.shape[0] <= room[0] and sample.image.shape[1] <= room[1] and sample.image.dtype == np.uint8
        assert (sample.image == nothing(np.random.default_rng(seed), supply, room, em).image).all()


@pytest.mark.parametrize("draw", sorted(set(EMPTY), key=lambda draw: draw.__name__), ids=lambda draw: draw.__name__)
@pytest.mark.parametrize("size", [(24, 24), (30, 500), (400, 25), (256, 256)], ids=str)
def test_each_emptiness_fills_any_size(draw, size):
    for seed in range(3):
        image = draw(np.random.default_rng(seed), size)
        assert image.shape == (*size, 3) and image.dtype == np.uint8


def test_the_unreadable_word_is_marked_in_its_place(supply):
    alone = 0
    for seed in range(60 * SEEDS):
        room = ROOMS[seed % len(ROOMS)]
        sample = unreadable(np.random.default_rng(seed), supply, room, 14.0 if seed % 7 == 6 else None)
        glyphs = sample.glyphs
        assert sample.image.shape[0] <= room[0] and sample.image.shape[1] <= room[1]
        assert sample.plain.count(UNREADABLE) == 1 and sample.format == sample.plain.replace("\n", " ")
        assert glyphs.text.count(AREA) == 1
        at = glyphs.text.index(AREA)
        assert sample.plain[glyphs.plain[at] :].startswith(UNREADABLE)
        assert all(letter == AREA or sample.plain[place] == letter for letter, place in zip(glyphs.text, glyphs.plain, strict=True))
        assert (np.diff(glyphs.plain) > 0).all(), "in reading order"
        size = np.array(sample.image.shape[1::-1])
        assert (glyphs.boxes[:, :2] >= 0).all() and (glyphs.boxes[:, 2:] <= size).all() and (glyphs.boxes[:, :2] <= size - 1).all()
        alone += sample.plain == UNREADABLE
    assert 10 * SEEDS < alone < 50 * SEEDS


@pytest.mark.parametrize("spoil", sorted(set(SPOILT), key=lambda spoil: spoil.__name__), ids=lambda spoil: spoil.__name__)
def test_what_is_spoilt_is_no_longer_like_the_word(spoil, lettered_word):
    word, em = lettered_word
    likeness = []
    for seed in range(8):
        gone = spoil(np.random.default_rng(seed), word.copy(), em, (0, 0, 0))
        assert gone.shape == word.shape and gone.dtype == np.uint8
        old, new = (each.mean(2).ravel() - each.mean() for each in (word, gone))
        likeness.append(float((old * new).mean() / max(old.std() * new.std(), 1e-6)))
    assert np.median(likeness) < 0.62


@pytest.fixture
def lettered_word(supply) -> tuple[np.ndarray, float]:
    """A word in black on white, and its font size."""
    from gotocr.draw.canvas import Canvas
    from gotocr.draw.style import Style

    canvas = Canvas((48, 170))
    canvas.text("Gräfinnen", (4, 36), Style(supply.families[0][0].path, 34.0))
    return canvas.finish()[0], 34.0
