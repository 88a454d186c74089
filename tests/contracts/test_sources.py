"""Everything that draws: right size, true boxes and offsets, the same from the same seed, and a truth its own kind accepts."""

from __future__ import annotations

import os
import zlib

import numpy as np
import pytest

pytest.importorskip("skia")
pytest.importorskip("cv2")
pytest.importorskip("fontTools")
pytest.importorskip("rdkit")
pytest.importorskip("verovio")

from gotocr.draw.supply import Supply  # noqa: E402
from gotocr.kinds import KINDS  # noqa: E402
from gotocr.kinds.page import parse  # noqa: E402
from gotocr.schema import AREA, Sample  # noqa: E402
from gotocr.synth import SOURCES, names  # noqa: E402
from gotocr.synth.samples import generator  # noqa: E402

COUNT = 6 * int(os.environ.get("GOTOCR_SEEDS", "1"))
ROOM = (700, 640)
STRUCTURES = [name for name in KINDS if KINDS[name].sample and name != "text"]


@pytest.fixture(scope="module")
def supply() -> Supply:
    return Supply()


_DRAWN: dict[str, list[Sample]] = {}


def draw(name: str, seed: int, supply: Supply, em: float | None = None) -> tuple[Sample, ...]:
    source = SOURCES[name] if name in SOURCES else KINDS[name].sample
    drawn = source(generator(name, seed), supply, ROOM, em)
    return (drawn,) if isinstance(drawn, Sample) else tuple(drawn)


@pytest.fixture(params=names())
def drawn(request, supply) -> tuple[str, list[Sample]]:
    """A source's name and the samples of its first seeds, drawn once."""
    name = request.param
    if name not in _DRAWN:
        _DRAWN[name] = [page for seed in range(COUNT) for page in draw(name, seed, supply)]
    return name, _DRAWN[name]


def test_pictures_fit_the_room(drawn):
    for sample in drawn[1]:
        height, width = sample.image.shape[:2]
        assert sample.image.shape == (height, width, 3) and sample.image.dtype == np.uint8
        assert 8 <= height <= ROOM[0] and 8 <= width <= ROOM[1]


def test_glyphs_are_a_table_that_points_into_the_truths(drawn):
    for sample in drawn[1]:
        glyphs, count = sample.glyphs, len(sample.glyphs.text)
        height, width = sample.image.shape[:2]
        assert glyphs.boxes.shape == (count, 4) and glyphs.boxes.dtype == np.float32 and np.isfinite(glyphs.boxes).all()
        assert glyphs.plain.shape == glyphs.format.shape == (count,)
        assert (glyphs.plain >= -1).all() and (glyphs.plain < max(len(sample.plain), 1)).all()
        assert (glyphs.format >= -1).all() and (glyphs.format < max(len(sample.format), 1)).all()
        assert (glyphs.boxes[:, 2:] >= glyphs.boxes[:, :2]).all()
        middle = (glyphs.boxes[:, :2] + glyphs.boxes[:, 2:]) / 2
        inside = ((middle >= -1) & (middle <= (width + 1, height + 1))).all(1)
        assert inside.mean() >= 0.98 if count else True


def test_letters_stand_for_themselves(drawn):
    """A drawn letter points to the same letter of a truth, or to a mark such as a command that spells it."""
    same = total = 0
    if drawn[0] in ("molecule", "document", "sequence", "region", "tile"):
        return  # the hydrogens of a label stand for its atom
    for sample in drawn[1]:
        for truth, offsets in ((sample.plain, sample.glyphs.plain), (sample.format, sample.glyphs.format)):
            for letter, at in zip(sample.glyphs.text, offsets.tolist(), strict=True):
                if at >= 0 and letter.isascii() and letter.isalnum():
                    total += 1
                    same += truth[at].lower() == letter.lower() or truth[at] in "\\[&"
    assert total == 0 or same / total > 0.97


def test_letters_have_ink_in_their_boxes(drawn):
    empty = total = 0
    for sample in drawn[1]:
        image = sample.image.astype(np.int16)
        for letter, (left, top, right, bottom) in zip(sample.glyphs.text, sample.glyphs.boxes, strict=True):
            if letter == AREA or letter.isspace():
                continue
            part = image[max(int(top), 0) : int(np.ceil(bottom)) + 1, max(int(left), 0) : int(np.ceil(right)) + 1]
            total += 1
            empty += part.size == 0 or int(np.ptp(part, axis=(0, 1)).max()) < 24
    assert empty <= 0.01 * total


def test_equal_seeds_are_equal_bytes(drawn, supply):
    name, samples = drawn
    again = draw(name, 0, supply)
    for one, other in zip(again, samples, strict=False):
        assert one.image.tobytes() == other.image.tobytes() and (one.plain, one.format) == (other.plain, other.format)
        assert one.glyphs.text == other.glyphs.text and np.array_equal(one.glyphs.boxes, other.glyphs.boxes)
    if name != "nothing":
        assert len({zlib.crc32(sample.format.encode()) for sample in samples}) > COUNT // 2


def test_truths_are_read_without_a_problem(drawn):
    for sample in drawn[1]:
        for block in parse(sample.format, (1, 1)):
            assert not block.problems, (sample.format, block.problems)
            assert not KINDS[block.kind].check(block)


@pytest.mark.parametrize("name", STRUCTURES)
def test_a_kind_s_truth_is_of_that_kind(name, supply):
    for seed in range(COUNT):
        (sample,) = draw(name, seed, supply)
        assert sample.kind == name
        assert name in [block.kind for block in parse(sample.format, (1, 1))], sample.format


@pytest.mark.parametrize("name", STRUCTURES)
def test_scores_are_one_for_the_truth_and_fall_with_damage(name, supply):
    kind = KINDS[name]
    assert kind.scores
    rng = np.random.default_rng(0)
    for score in kind.scores.values():
        damaged = []
        for seed in range(COUNT):
            (sample,) = draw(name, seed, supply)
            truth = next(block.text for block in parse(sample.format, (1, 1)) if block.kind == name)
            assert score(truth, truth) == pytest.approx(1.0), truth
            assert 0 <= score("", truth) < 1 and 0 <= score("rubbish { < [ | &", truth) < 1
            cut = truth[: int(len(truth) * rng.uniform(0.2, 0.6))]
            damaged.append(score(cut, truth))
        assert all(0 <= value <= 1 for value in damaged) and np.mean(damaged) < 0.95


@pytest.mark.parametrize("name", STRUCTURES)
def test_insets_are_ink_on_white(name, supply):
    for seed in range(COUNT):
        (sample,) = draw(name, seed, supply, em=16.0)
        assert (sample.image.min(2) < 128).any(), "there is dark ink"
        assert (sample.image.max(2) > 200).mean() > 0.3, "on light paper, though filled shapes may cover much of it"


@pytest.mark.parametrize("name", STRUCTURES)
def test_markdown_and_html_show_a_drawn_truth(name, supply):
    (sample,) = draw(name, 1, supply)
    (block, *_) = [block for block in parse(sample.format, (1, 1)) if block.kind == name]
    assert KINDS[name].markdown(block) in sample.format
    assert KINDS[name].html(block).strip().startswith("<")
