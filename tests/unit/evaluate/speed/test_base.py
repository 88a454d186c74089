"""Our engine and transformers' own side by side, with a narrow network: the same tokens, and every figure in its place."""

from __future__ import annotations

import os
from dataclasses import replace
from itertools import count
from types import SimpleNamespace

import numpy as np
import pytest

from gotocr.decode.batch import Opened, Rows, write_all
from gotocr.decode.loop import Terms
from gotocr.decode.step import Step
from gotocr.errors import UsageError
from gotocr.evaluate.speed import base, rivals
from gotocr.evaluate.speed.base import BasePlan, held_to, measure, same, tables
from gotocr.evaluate.speed.rivals import RIVALS, Took, spoil, written
from gotocr.model.config import BASE, DecoderConfig, VisionConfig
from gotocr.schema import Job, Pixels, Prompt


@pytest.fixture
def narrow(tmp_path, monkeypatch):
    """A folder with a narrow network, in place of the published one."""
    pytest.importorskip("torch")
    from gotocr.evaluate.speed.standin import write_standin
    from gotocr.model.presets import PRESETS

    vision = VisionConfig(width=32, layers=2, heads=2, feed_forward=64, global_layers=(1,), out_channels=16)
    decoder = DecoderConfig(hidden=64, layers=2, heads=2, kv_heads=2, feed_forward=64)
    monkeypatch.setitem(PRESETS._targets, "narrow", "tests:narrow")
    monkeypatch.setitem(PRESETS._loaded, "narrow", replace(BASE, vision=vision, decoder=decoder))
    monkeypatch.setattr(base, "stand_in", lambda folder, notes, tell: ("base (narrow)", str(write_standin(tmp_path, "narrow"))))


def test_side_by_side(narrow):
    pytest.importorskip("transformers")
    result = measure(BasePlan(rivals=("transformers", "float32", "int8-drafts"), tokens=20, repeats=1, threads=1))
    assert result["failed"] == 0 and result["settings"]["threads"] == 1 and result["settings"]["rounds"] == 1
    assert [(row["tokens"], row["same"]) for row in result["models"][:2]] == [(20, 20), (20, 20)]
    parts = {(row["part"], row["rival"]): row for row in result["rows"]}
    assert len(parts) == 9 and all(len(row["seconds"]["values"]) == 1 for row in parts.values())
    assert {part for part, _ in parts} == {"picture", "first", "token"}
    assert all(row["processor_seconds"]["median"] > 0 for row in parts.values())
    for part, name in parts:  # who was faster is for a quiet machine to say; that it is told, and beside whom, is tested here
        faster = parts[part, name]["faster"]
        assert faster is None if name == "transformers" else faster["median"] > 0
    held, floor, rows = tables(result)
    assert [row[0] for row in held.rows] == ["transformers", "float32", "int8-drafts"] and held.rows[0][3] == "1.00"
    assert floor.rows[0][0] == "GFLOP/s" and len(rows.rows) == 9 and rows.rows[0][6] == "1"


def test_what_cannot_run_does_not_lose_the_others(narrow, monkeypatch):
    monkeypatch.setitem(RIVALS, "float32", replace(RIVALS["float32"], number="int2"))
    result = measure(BasePlan(rivals=("float32", "int8"), tokens=3, repeats=1))
    assert [row["rival"] for row in result["models"]] == ["int8"]
    assert any(note.startswith("float32: not measured: no precision named 'int2'") for note in result["notes"])


def test_wrong_names_and_numbers():
    with pytest.raises(UsageError, match="no rival named 'vllm'; choose from: transformers"):
        measure(BasePlan(rivals=("vllm",)))
    with pytest.raises(UsageError, match="there are"), held_to(10_000):
        pass


def test_processors_are_given_back():
    if not hasattr(os, "sched_getaffinity"):
        pytest.skip("this system holds nobody to some processors")
    before = os.sched_getaffinity(0)
    with held_to(1):
        assert len(os.sched_getaffinity(0)) == 1
    assert os.sched_getaffinity(0) == before


def test_times_of_tokens():
    marks = [Took(wall, wall / 2) for wall in (3.0, 4.0, 4.5, 6.0)]
    found = written(Took(1.0, 0.5), marks, [5, 6, 7, 8], Took(1.5, 1.0))
    assert found.first == Took(2.0, 1.0) and found.token == Took(1.0, 0.5) and found.picture == Took(1.5, 1.0)
    assert written(Took(1.0, 0.5), marks[:1], [5], Took(1.5, 1.0)).token is None


def test_drafts_are_wrong_in_one_of_twenty():
    ids = list(range(100, 200))
    wrong = [place for place, (one, other) in enumerate(zip(ids, spoil(ids, 0.95), strict=True)) if one != other]
    assert len(wrong) == 5 and spoil(ids, 0.95) == spoil(ids, 0.95) and spoil(ids, 1.0) == ids
    assert same(ids, spoil(ids, 0.95)) == wrong[0] and same(ids, ids) == 100


def test_a_token_is_timed_when_it_is_written_not_when_it_is_handed_out(monkeypatch):
    """What may become a circle is held back: of a text that says the same twice the second half comes at once."""
    pytest.importorskip("onnxruntime")
    said, clock = [*range(1, 9)] * 2, count(1)

    class Model:
        sessions, time = SimpleNamespace(see=lambda tiles: None), 0

        def run(self, job):
            row = SimpleNamespace(begin=lambda: 0, push=lambda token: 0, hear=self.hear, close=lambda: None)
            opened = Opened(row, SimpleNamespace(push=str, peek=str, close=str), Terms((), job.max_tokens, over=job.over))
            self.said = iter(said)
            yield from (piece for _, piece in write_all(Rows(lambda job: opened, lambda asked: asked, 1), [job]))

        def hear(self, answer):
            self.time = next(clock)
            return Step(np.eye(9, dtype=np.float32)[next(self.said)] * 9)

    model = Model()
    monkeypatch.setattr("gotocr.engines.onnx_got.open_engine", lambda *_: model)
    monkeypatch.setattr(rivals, "now", lambda: Took(model.time, model.time))
    found = RIVALS["float32"]().write(Job(Pixels(np.zeros((1, 3, 4, 4), np.float32)), Prompt((0,), 0, ()), len(said)))
    assert (list(found.ids), found.first.wall, found.token.wall) == (said, 1, 1)
