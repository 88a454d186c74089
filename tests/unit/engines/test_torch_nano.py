"""nano on torch: what does not fit is told as the other engines tell it."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from gotocr.engines.torch import open_engine  # noqa: E402
from gotocr.errors import EngineError, UsageError  # noqa: E402
from gotocr.prompt.template import nano_prompt  # noqa: E402
from gotocr.schema import Job, Pixels, Task  # noqa: E402
from gotocr.weights.nano_files import CONFIG  # noqa: E402


def job(engine, size=(32, 64), tokens=4) -> Job:
    values = np.random.default_rng(0).uniform(-1, 1, (1, 3, *size)).astype(np.float32)
    return Job(Pixels(values, page_size=size[::-1]), nano_prompt(Task("plain"), 4, engine.tokenizer), tokens)


def test_it_writes_and_tells_what_does_not_fit(tiny_nano):
    engine = open_engine(tiny_nano)
    fits = job(engine)
    pieces = list(engine.run(fits))
    assert pieces and pieces[-1].finish and engine.name == "torch"
    for wrong in (job(engine, (30, 50)), replace(fits, prompt=replace(fits.prompt, ids=(5_000_000,)))):
        with pytest.raises(EngineError, match="the torch engine failed"):
            list(engine.run(wrong))
    assert list(engine.run(fits)) == pieces
    engine.close(), engine.close()
    with pytest.raises(EngineError, match="closed"):
        next(engine.run(fits))


def test_it_is_as_sure_as_the_temperature_of_its_folder_says(tiny_nano, tmp_path):
    folder = shutil.copytree(tiny_nano, tmp_path / "warm")
    settings = json.loads((folder / CONFIG).read_text("utf-8"))
    (folder / CONFIG).write_text(json.dumps({**settings, "temperature": 2.5}), "utf-8")
    engine, heard = open_engine(tiny_nano), []
    usual, pieces = engine.choose, list(open_engine(folder).run(job(engine)))
    engine.choose = lambda logits: (heard.append(logits), usual(logits))[1]
    plain = list(engine.run(job(engine)))
    assert [piece.token for piece in pieces] == [piece.token for piece in plain] and len(heard) == len(plain) > 1
    for told, temperature in ((pieces, 2.5), (plain, 1.0)):
        expected = [torch.softmax(torch.from_numpy(logits).double() / temperature, 0).max().item() for logits in heard]
        assert [piece.probability for piece in told] == pytest.approx(expected, rel=1e-5)


def test_a_picture_without_memory_leaves_no_row_behind(tiny_nano, monkeypatch):
    engine, counts = open_engine(tiny_nano), []
    rows, write = engine.rows(2), engine.network.write
    monkeypatch.setattr(engine.network, "write", lambda text, blocks: (counts.append(len(text["ids"])), write(text, blocks))[1])
    with monkeypatch.context() as patch:
        patch.setattr(torch, "zeros", lambda *_, **__: (_ for _ in ()).throw(RuntimeError("out of memory")))
        for _ in range(2):
            with pytest.raises(EngineError, match="out of memory"):
                rows.join(job(engine))
    rows.join(job(engine))
    while rows:
        rows.step()
    assert set(counts) == {1}


def test_a_device_that_is_not_there(tiny_nano):
    with pytest.raises(UsageError, match="warp:3"):
        open_engine(tiny_nano, "warp:3")
