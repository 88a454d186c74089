"""Drawing is measured by processor time, kind after kind, each going on where it stopped."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

pytest.importorskip("skia")

from gotocr.errors import GotocrError, UsageError  # noqa: E402
from gotocr.evaluate.speed import make  # noqa: E402
from gotocr.evaluate.speed.make import SEED, Drawing, MakePlan, measure  # noqa: E402


class Pencil:
    """Draws nothing, and remembers for what."""

    def __init__(self):
        self.asked = []

    def draw(self, kind, seed):
        self.asked.append((kind, seed))
        return (SimpleNamespace(image=np.zeros((1000, 500, 3), np.uint8), glyphs=SimpleNamespace(text="abc")),)


class Here:
    def __init__(self, plan):
        self.made = Drawing(Pencil())

    def ask(self, method, *given):
        return getattr(self.made, method)(*given)

    def close(self):
        self.closed = True


def test_seeds_go_on_from_round_to_round(monkeypatch):
    clock = iter(range(10_000))
    monkeypatch.setattr(make, "processor_time", lambda: float(next(clock)))  # every picture takes a second
    drawing = Drawing(pencil := Pencil())
    rounds = [drawing.draw("line", 3.0, 1) for _ in range(2)]
    assert [run.seconds for run in rounds] == [(1.0,) * 3] * 2 and rounds[0].areas == (0.5,) * 3 and rounds[0].glyphs == (3,) * 3
    assert [seed - SEED for _, seed in pencil.asked] == [-1, -2, -3, -4, -5, 0, 1, 2, 3, 4, 5], "five to warm up, once"


def test_the_rate_is_samples_by_processor_time_of_all_rounds(monkeypatch):
    clock = iter(range(10_000))
    monkeypatch.setattr(make, "processor_time", lambda: next(clock) * 0.25)
    result = measure(MakePlan(kinds=("line", "word"), seconds=6.0, repeats=3), station=Here)
    assert [(row["kind"], row["rate"], row["samples"], row["milliseconds"]) for row in result["rows"]] == [
        ("line", 4.0, 24, 250.0),
        ("word", 4.0, 24, 250.0),
    ]
    assert result["rows"][0]["ratio"] is None and result["rows"][1]["ratio"]["median"] == 1


def test_a_real_studio_in_a_process_of_its_own():
    result = measure(MakePlan(kinds=("word",), seconds=0.02, repeats=2))
    (row,) = result["rows"]
    assert row["rate"] > 1 and row["glyphs"] > 0 and len(row["rates"]["values"]) == 2


def test_wrong_plans_are_told(tmp_path):
    with pytest.raises(UsageError, match="nothing named"):
        measure(MakePlan(kinds=("poem",)))
    with pytest.raises(UsageError, match="above 0"):
        measure(MakePlan(seconds=0.0))
    with pytest.raises(GotocrError, match="no text_") as missing:
        measure(MakePlan(kinds=("word",), corpus=tmp_path))
    assert missing.value.exit_code == 3
