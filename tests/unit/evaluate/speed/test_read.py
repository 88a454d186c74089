"""Reading is measured: cases and their order, several pictures at once where an engine can, and honest words where not."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from gotocr.decode.batch import Opened, Rows
from gotocr.decode.loop import Terms
from gotocr.decode.step import Step
from gotocr.engines import ENGINES
from gotocr.errors import EngineError, UsageError
from gotocr.evaluate.speed import read as module
from gotocr.evaluate.speed.read import ReadPlan, measure
from gotocr.evaluate.speed.tables import read_tables
from gotocr.prompt.tokenizer import TextStream


class Here:
    """A station that is no process: what it makes is asked in place."""

    log: list[tuple] = []

    def __init__(self, make):
        self.made, self.name = make(), make.title

    def ask(self, method, *given):
        self.log.append((self.name, method, *given))
        return getattr(self.made, method)(*given)

    def close(self):
        self.made.reader.close()


class Several:
    """Rows of the scripted engine, each of its first text; `asked` are the numbers of rows, `together` the most in a call."""

    def __init__(self, engine):
        self.engine, self.asked, self.together = engine, [], 0

    def rows(self, most=8):
        self.asked.append(most)
        return Rows(self.open_row, self.answer, most)

    def open_row(self, job):
        ids = self.engine.tokenizer.encode(self.engine.texts[0]) + [job.prompt.stop_ids[0]]
        return Opened(Row(ids), TextStream(self.engine.tokenizer), Terms(job.prompt.stop_ids, job.max_tokens))

    def answer(self, tokens):
        self.together = max(self.together, len(tokens))
        return [Step(np.eye(self.engine.tokenizer.vocab_size, dtype=np.float32)[token] * 10) for token in tokens]


class Row:
    def __init__(self, ids):
        self.ids = iter(ids)

    def begin(self):
        return next(self.ids)

    def push(self, token):
        return next(self.ids)

    def hear(self, answer):
        return answer

    def close(self):
        pass


@pytest.fixture(autouse=True)
def fresh():
    Here.log = []


@pytest.fixture
def plan(model_folder):
    inputs, batch = ("crop", "page"), (1, 2, 3)
    return ReadPlan(quick=True, repeats=2, models=(str(model_folder),), engines=("scripted",), inputs=inputs, batch=batch)


def test_an_engine_of_one_picture_at_a_time_is_measured_as_such(scripted, plan):
    result = measure(plan, station=Here)
    rows = {(row["input"], row["pictures"]): row for row in result["rows"]}
    assert set(rows) == {("crop", 1), ("page", 1), ("lines", 1), ("lines", 3)}, "2 would say no more than 3"
    assert not rows["lines", 3]["at_once"] and rows["lines", 3]["pages"] == 3
    written = len("# Hello\n\nwide world") + 1
    assert rows["crop", 1]["tokens"] == written and rows["lines", 3]["tokens"] == 3 * written
    assert len(rows["crop", 1]["page_seconds"]["values"]) == 2 and rows["crop", 1]["ratio"] is None
    assert rows["lines", 3]["ratio"]["sure"] == 0.5
    assert json.loads(json.dumps(result)) == result and result["failed"] == 0
    inputs, readers = [cells[0] for cells in list(read_tables(result))[1].rows], result["models"][0]
    assert inputs == ["crop", "1 line", "3 lines in turn", "page"]
    assert readers["engine"] == "scripted" and readers["load"]["median"] > 0


def test_an_engine_that_reads_several_at_once_is_measured_unasked(scripted, plan):
    script = Several(scripted)
    scripted.rows = script.rows
    result = measure(plan, station=Here)
    rows = {row["pictures"]: row for row in result["rows"] if row["input"] == "lines"}
    assert set(rows) == {1, 2, 3} and all(row["at_once"] for row in rows.values())
    lines = [most for most in script.asked if most < 8]
    assert lines == [1, 2, 3] * 2, "each as often as there are rounds, in turn"
    assert script.together == 3 and rows[3]["tokens"] == 3 * rows[1]["tokens"] > 30
    inputs = [cells[0] for cells in list(read_tables(result))[1].rows]
    assert inputs == ["crop", "1 line", "2 lines at once", "3 lines at once", "page"], "small before large"


def test_what_would_take_too_long_is_left_out_unasked(scripted, plan, monkeypatch):
    unasked = ReadPlan(**{**vars(plan), "batch": (), "quick": False})
    line = iter([9.0, 25.0, 55.0])
    monkeypatch.setattr(module, "_warm", lambda desk, tell: dict.fromkeys(desk.stations, next(line)))

    def numbers():
        result = measure(unasked, station=Here)
        return [row["pictures"] for row in result["rows"] if row["input"] == "lines"], result["notes"]

    scripted.rows = Several(scripted).rows
    reader = f"{Path(plan.models[0]).name} scripted"
    assert numbers() == ([1, 2, 4], [f"lines x 8, 16, {reader}: left out, one takes 9 s; --batch measures them"])
    assert numbers()[0] == [1, 2]
    assert numbers()[0] == [], "one alone says nothing"


def test_rounds_go_through_all_cases_in_turn(scripted, plan):
    measure(plan, station=Here)
    steps = [(method, given[0]) for _, method, *given in Here.log if method in ("read", "batch")]
    asked = [(method, len(what) if method == "batch" else what.stem) for method, what in steps]
    once = [("read", "crop"), ("batch", 1), ("batch", 3), ("read", "page")]
    assert asked == [("read", "crop"), *once, *once], "one to warm up, then round after round"


def test_one_that_fails_is_told_and_the_others_are_measured(scripted, plan, monkeypatch):
    def lacking(folder, device):
        raise EngineError("not on this machine")

    monkeypatch.setitem(ENGINES._targets, "other", "tests:other")
    monkeypatch.setitem(ENGINES._loaded, "other", lacking)
    result = measure(ReadPlan(**{**vars(plan), "engines": ("other", "scripted")}), station=Here)
    assert any("not on this machine" in note for note in result["notes"])
    assert {row["engine"] for row in result["rows"]} == {"scripted"}
    with pytest.raises(EngineError, match="not on this machine"):
        measure(ReadPlan(**{**vars(plan), "engines": ("other",)}), station=Here)


def test_a_reader_that_stumbles_at_its_first_line_is_told(scripted, plan):
    scripted.fault = (2, EngineError("out of breath"))
    with pytest.raises(EngineError, match="out of breath"):
        measure(plan, station=Here)


def test_one_that_stumbles_at_its_first_line_does_not_stop_the_others(scripted, plan, monkeypatch):
    class Lame:
        def run(self, job):
            raise EngineError("out of breath")

        def close(self):
            pass

    monkeypatch.setitem(ENGINES._targets, "lame", "tests:lame")
    monkeypatch.setitem(ENGINES._loaded, "lame", lambda folder, device: Lame())
    result = measure(ReadPlan(**{**vars(plan), "engines": ("lame", "scripted")}), station=Here)
    assert {row["engine"] for row in result["rows"]} == {"scripted"} == {model["engine"] for model in result["models"]}
    assert any("lame: not measured: out of breath" in note for note in result["notes"]) and result["failed"] == 1


def test_two_engines_are_put_in_relation(scripted, plan, monkeypatch):
    monkeypatch.setitem(ENGINES._targets, "twin", "tests:twin")
    monkeypatch.setitem(ENGINES._loaded, "twin", scripted.open)
    result = measure(ReadPlan(**{**vars(plan), "engines": ("scripted", "twin")}), station=Here)
    for row in result["rows"]:
        compared = row["engine"] == "twin" if row["input"] != "lines" else row["pictures"] > 1
        assert (row["ratio"] is not None) == compared


def test_wrong_names_are_told():
    with pytest.raises(UsageError, match="no engine named"):
        measure(ReadPlan(engines=("steam",)))
    with pytest.raises(UsageError, match="no model named"):
        measure(ReadPlan(models=("huge",)))


def test_a_real_reader_in_a_process_of_its_own():
    result = measure(ReadPlan(quick=True, repeats=1, engines=("onnx",), inputs=("crop",)))
    rows, (model,) = result["rows"], result["models"]
    assert [(row["input"], row["pictures"], row["at_once"]) for row in rows] == [
        ("crop", 1, True), ("lines", 1, True), ("lines", 4, True)
    ]  # fmt: skip
    row, one, four = rows
    assert row["tokens"] == one["tokens"] > 20 and four["tokens"] > 3 * 20
    held = [row["peak_mb"] for row in rows]
    assert None in held or model["loaded_mb"] <= held[0] <= held[1] <= held[2] == model["peak_mb"]
    assert 0 < row["first_token_seconds"]["median"] < row["page_seconds"]["median"]
    assert model["peak_mb"] is None or 50 < model["loaded_mb"] <= model["peak_mb"] < 2000
