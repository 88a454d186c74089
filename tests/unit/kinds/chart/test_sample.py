"""Drawn charts: their truth is valid JSON, says what is printed, and points at the ink of it."""

from __future__ import annotations

import json
import os

import numpy as np
import pytest

pytest.importorskip("skia")
pytest.importorskip("cv2")

from gotocr.draw.plot.chart import Chart, Series
from gotocr.draw.plot.numbers import Figures
from gotocr.draw.plot.sheet import draw
from gotocr.draw.plot.themes import choose
from gotocr.draw.supply import Supply
from gotocr.kinds.chart import KIND
from gotocr.kinds.chart.reading import TYPES
from gotocr.kinds.chart.sample import CLOSING, OPENING, Pointer, aligned, fit, told
from gotocr.kinds.chart.writing import write
from gotocr.schema import AREA

SEEDS = range(60 * int(os.environ.get("GOTOCR_SEEDS", "1")))
ROOM = (900, 1100)
SUPPLY = Supply()


def made(seed: int, em: float | None = None, room=ROOM):
    return KIND.sample(np.random.default_rng(seed), SUPPLY, room, em)


@pytest.fixture(scope="module")
def samples():
    return [made(seed) for seed in SEEDS]


def test_the_truth_is_valid_and_is_read_again(samples):
    for sample in samples:
        assert sample.format.startswith(OPENING) and sample.format.endswith(CLOSING)
        body = sample.format[len(OPENING) : -len(CLOSING)]
        json.loads(body)
        block = KIND.parse(body)
        assert not block.problems and block.text == body and block.data["type"] in TYPES and not KIND.check(block)


def test_pictures_fit_and_boxes_lie_on_them(samples):
    for sample in samples:
        height, width = sample.image.shape[:2]
        assert height <= ROOM[0] and width <= ROOM[1]
        boxes = sample.glyphs.boxes
        assert np.isfinite(boxes).all() and (boxes[:, 2:] >= boxes[:, :2]).all()
        outside = (boxes[:, 0] < -1) | (boxes[:, 1] < -1) | (boxes[:, 2] > width + 1) | (boxes[:, 3] > height + 1)
        assert outside.mean() < 0.02, sample.notes


def test_glyphs_stand_for_the_characters_they_show(samples):
    for sample in samples:
        for letter, plain, written in zip(sample.glyphs.text, sample.glyphs.plain, sample.glyphs.format, strict=True):
            assert plain < 0 or sample.plain[plain] == letter
            if written >= 0 and letter != AREA:
                truth = sample.format[written]
                assert truth == letter or (letter, truth) in SAME or (letter in '"\\' and truth == "\\"), (
                    letter,
                    truth,
                    sample.format,
                )


SAME = {("−", "-"), ("(", "-"), (",", "."), ("K", "0"), ("k", "0"), ("M", "0"), ("B", "0")}


def test_most_characters_of_the_values_have_ink(samples):
    """Every text and number of the truth is pointed at; keys and marks have nothing to point at."""
    for sample in samples:
        pointed = set(sample.glyphs.format.tolist())
        body = sample.format[len(OPENING) : -len(CLOSING)]
        data = json.loads(body)
        for key in ("title", "subtitle", "x", "y", "source", "note"):
            if key in data:
                at = sample.format.index(f'"{key}": ') + len(key) + 5
                count = len(json.dumps(data[key], ensure_ascii=False)) - 2
                missing = [k for k in range(at, at + count) if k not in pointed and not sample.format[k].isspace()]
                assert len(missing) <= 1 + json.dumps(data[key]).count("\\"), (key, data[key], missing)


def test_every_printed_character_has_a_glyph(samples):
    for sample in samples:
        shown = set(sample.glyphs.plain.tolist())
        assert all(k in shown or letter in " \n" for k, letter in enumerate(sample.plain))


def test_the_same_seed_draws_the_same_bytes():
    for seed in (3, 8, 21):
        one, other = made(seed), made(seed)
        assert one.image.tobytes() == other.image.tobytes() and (one.format, one.plain) == (other.format, other.plain)
        assert one.glyphs.boxes.tobytes() == other.glyphs.boxes.tobytes()


def test_insets_stand_on_white_and_are_cropped_to_their_ink():
    for seed in range(8):
        sample = made(seed, em=16.0)
        ink = (sample.image < 250).any(2)
        assert ink[0].any() and ink[-1].any() and ink[:, 0].any() and ink[:, -1].any()


def test_a_small_room_makes_a_small_picture():
    for seed in range(8):
        sample = made(seed, room=(150, 260))
        assert sample.image.shape[0] <= 150 and sample.image.shape[1] <= 260


def test_types_are_many():
    kinds = {made(seed).notes["chart"] for seed in range(150)}
    assert len(kinds) >= 11, kinds


def plain_chart(**more) -> Chart:
    values = {"type": "bar", "series": (Series("A", (3.0, 4.5)),), "categories": ("one", "two"), "named": False}
    return Chart(**{**values, **more})


def truth_of(chart: Chart, seed: int = 0, **looks) -> dict:
    from dataclasses import replace

    rng = np.random.default_rng(seed)
    look = choose(rng, SUPPLY, chart.letters(), 3, 16.0)
    chart, look = fit(rng, chart, replace(look, grid="value"))
    board = draw(chart, replace(look, **looks), rng, ROOM)
    return told(board, chart)[0]


def test_printed_values_are_the_truth_and_others_are_read_off_the_axis():
    chart = plain_chart(series=(Series("A", (31.7, 98.0)),), figures=Figures(places=1))
    assert truth_of(chart, labels=True, axis=False)["series"] == {"": {"one": 31.7, "two": 98}}
    read = truth_of(chart, labels=False, axis=True)["series"][""]
    assert read != {"one": 31.7, "two": 98} and abs(read["one"] - 31.7) <= 1.0


def test_what_is_not_printed_is_not_in_the_truth():
    told_of = truth_of(plain_chart(title="Two bars", y="Height"), labels=True, axis=False)
    assert told_of["title"] == "Two bars" and not {"y", "x", "unit", "source"} & set(told_of)


@pytest.mark.parametrize(
    ("printed", "number", "expected"),
    [
        ("45%", "45", [0, 1, -1]),
        ("$1,234.50", "1234.5", [-1, 0, -1, 1, 2, 3, 4, 5, -1]),
        ("1.2M", "1200000", [0, -1, 1, 2]),
        ("−3,5 €", "-3.5", [0, 1, 2, 3, -1, -1]),
        (".25", "0.25", [1, 2, 3]),
        ("0.0", "0", [0, -1, -1]),
    ],
)
def test_printed_numbers_are_aligned_with_written_ones(printed, number, expected):
    assert aligned(printed, number, [*range(len(number))]) == expected


def test_escaped_characters_are_pointed_at():
    text, spots = write({"type": "bar", "title": 'a "b"\\', "series": {"": {"c": 1}}})
    (spot,) = spots[("title",)]
    assert [text[k] for k in spot] == ["a", " ", "\\", "b", "\\", "\\"]
    place = Pointer(text, spots, {})
    assert place(("title",), 2, '"b')[0] == [spot[2] + len(OPENING), spot[3] + len(OPENING)]


@pytest.mark.parametrize("engine", ["matplotlib", "vega"])
def test_other_engines_draw_the_same_kind_of_sample(engine):
    pytest.importorskip({"matplotlib": "matplotlib", "vega": "vl_convert"}[engine])
    from gotocr.kinds.chart.batch import batch

    drawn = batch([np.random.default_rng(seed) for seed in range(5)], SUPPLY, ROOM, engine)
    again = batch([np.random.default_rng(2)], SUPPLY, ROOM, engine)[0]
    assert again.image.tobytes() == drawn[2].image.tobytes() and again.format == drawn[2].format
    for sample in filter(None, drawn):
        assert not KIND.parse(sample.format).problems
        glyphs = sample.glyphs
        ink = np.abs(sample.image.astype(int) - np.median(sample.image.reshape(-1, 3), 0)).max(2) > 40
        hit = [
            ink[int(t) : int(np.ceil(b)), int(left) : int(np.ceil(right))].any()
            for (left, t, right, b), c in zip(glyphs.boxes, glyphs.text, strict=True)
            if c.strip(" \0")
        ]
        assert np.mean(hit) > 0.9
