"""The published model, tiny: a picture that is asked about several times is looked at once, and every answer is what it is alone."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("torch")
pytest.importorskip("transformers")
pytest.importorskip("onnx")

from gotocr.engines import torch_got  # noqa: E402
from gotocr.engines.onnx_got import open_engine  # noqa: E402
from gotocr.schema import Job, Pixels  # noqa: E402
from tests.parity.test_onnx_got import job, logits, pair  # noqa: E402, F401


def test_a_picture_is_looked_at_once_for_several_prompts(pair, monkeypatch):  # noqa: F811
    engine = open_engine(pair.folder, precision="float32")
    tiles = pair.pixels[[0, 1, 0]].numpy()
    jobs = [Job(Pixels(tiles.copy()), job(pair, 3, first=first).prompt, 6) for first in (7, 50, 123)]
    alone = [logits(engine, some) for some in jobs]
    assert len({some.tobytes() for some in alone}) == 3, "the prompts make a difference"
    looked, see = [], engine.sessions.see
    monkeypatch.setattr(engine.sessions, "see", lambda tile: looked.append(len(tile)) or see(tile))
    rows = engine.rows(3)
    opened = [rows._open_row(some, rows._look(some, lambda: False)).row for some in jobs]
    assert looked == [1, 1], "two tiles of three are equal"
    answers = [answer.copy() for answer in rows._answer([row.begin() for row in opened])]
    assert all(np.array_equal(answer, one[0]) for answer, one in zip(answers, alone, strict=True))
    logits(engine, jobs[0])
    assert looked == [1] * 4, "nothing is kept beyond the rows"


def test_so_it_is_on_torch(pair, monkeypatch):  # noqa: F811
    engine = torch_got.open_engine(pair.folder)
    tiles = pair.pixels[[0, 1, 0]].numpy()
    jobs = [Job(Pixels(tiles.copy()), job(pair, 3, first=first).prompt, 6) for first in (7, 50, 123)]
    alone = [engine.begin(some)[0].logits for some in jobs]
    looked, encode = [], engine.network.encode
    monkeypatch.setattr(engine.network, "encode", lambda tile: looked.append(len(tile)) or encode(tile))
    rows = engine.rows(3)
    opened = [rows._open_row(some).row for some in jobs]
    answers = [row.hear(answer).logits for row, answer in zip(opened, rows._answer([row.begin() for row in opened]), strict=True)]
    assert looked == [1, 1] and all(np.array_equal(answer, one) for answer, one in zip(answers, alone, strict=True))
