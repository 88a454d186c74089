"""Reading is measured: cases and their order, several pictures at once where an engine can, and honest words where not."""

from __future__ import annotations

import json

import pytest

from gotocr.engines import ENGINES
from gotocr.errors import EngineError, UsageError
from gotocr.evaluate.speed.read import ReadPlan, measure
from gotocr.evaluate.speed.tables import read_tables


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
    inputs, readers = list(read_tables(result))[1].rows[-1][0], result["models"][0]
    assert inputs == "3 lines in turn" and readers["engine"] == "scripted" and readers["load"]["median"] > 0


def test_an_engine_that_reads_several_at_once_is_measured_unasked(scripted, plan):
    sizes = []

    def run_batch(jobs):
        sizes.append(len(jobs))
        for turn in zip(*[scripted.run(job) for job in jobs[:1]], strict=True):
            yield from ((number, turn[0]) for number in range(len(jobs)))

    scripted.run_batch = run_batch
    result = measure(plan, station=Here)
    rows = {row["pictures"]: row for row in result["rows"] if row["input"] == "lines"}
    assert set(rows) == {1, 2, 3} and all(row["at_once"] for row in rows.values())
    assert sizes == [1, 2, 3] * 2, "each as often as there are rounds, in turn"
    assert rows[3]["tokens"] == 3 * rows[1]["tokens"]


def test_rounds_go_through_all_cases_in_turn(scripted, plan):
    measure(plan, station=Here)
    steps = [(method, given[0]) for _, method, *given in Here.log if method in ("read", "batch")]
    asked = [(method, len(what) if method == "batch" else what.stem) for method, what in steps]
    once = [("read", "crop"), ("read", "page"), ("batch", 1), ("batch", 3)]
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
    (row,), (model,) = result["rows"], result["models"]
    assert row["tokens"] > 20 and 0 < row["first_token_seconds"]["median"] < row["page_seconds"]["median"]
    assert model["peak_mb"] is None or 50 < model["loaded_mb"] <= model["peak_mb"] < 2000
