"""The ONNX engine's own faults: missing and damaged files, devices it has not, pictures and prompts that do not fit."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace

import numpy as np
import pytest

pytest.importorskip("onnxruntime")

from gotocr.engines.onnx_nano import open_engine  # noqa: E402
from gotocr.errors import EngineError, UsageError, WeightsError  # noqa: E402
from gotocr.prompt.template import nano_prompt  # noqa: E402
from gotocr.schema import Job, Pixels, Task  # noqa: E402
from gotocr.weights.nano_files import CONFIG, TOKENIZER, WEIGHTS, read_tensors  # noqa: E402
from gotocr.weights.tensors import write  # noqa: E402


@pytest.fixture
def folder(tiny_exported, tmp_path):
    """A copy to be damaged."""
    return shutil.copytree(tiny_exported, tmp_path / "model")


@pytest.fixture
def engine(tiny_exported):
    return open_engine(tiny_exported)


def job(engine, size=(32, 64), tokens=4) -> Job:
    values = np.random.default_rng(0).uniform(-1, 1, (1, 3, *size)).astype(np.float32)
    return Job(Pixels(values, page_size=size[::-1]), nano_prompt(Task("plain"), 4, engine.tokenizer), tokens)


def raises_one_line(kind, says):
    return pytest.raises(kind, match=rf"\A[^\n]*{says}[^\n]*\Z")


def test_missing_weights_are_named(folder):
    (folder / WEIGHTS).unlink()
    with raises_one_line(WeightsError, WEIGHTS):
        open_engine(folder)


def test_a_folder_without_tokenizer_or_config(folder):
    (folder / TOKENIZER).unlink()
    with raises_one_line(WeightsError, TOKENIZER):
        open_engine(folder)
    (folder / CONFIG).unlink()
    with raises_one_line(WeightsError, CONFIG):
        open_engine(folder)


def test_a_precision_it_has_not(folder):
    with raises_one_line(UsageError, "float32, int8, int4"):
        open_engine(folder, precision="int2")


def test_weights_cut_short(folder):
    data = (folder / WEIGHTS).read_bytes()
    (folder / WEIGHTS).write_bytes(data[: len(data) // 2])
    with raises_one_line(WeightsError, "not a sound safetensors file"):
        open_engine(folder)


def test_weights_that_are_no_numbers(folder, engine):
    tensors = read_tensors(folder, engine.config)
    tensors["layers.0.feed.down.weight"][0, 0] = np.nan
    write(folder / WEIGHTS, tensors)
    with raises_one_line(WeightsError, r"\Athe weights hold numbers that are not finite; get the model again\Z"):
        open_engine(folder, precision="int8")


def test_what_onnxruntime_cannot_load_is_said_in_a_line(folder, monkeypatch):
    def refuse(*_, **__):
        raise RuntimeError("this version knows no MatMulNBits\nof 8 bits")

    monkeypatch.setattr("onnxruntime.InferenceSession", refuse)
    with raises_one_line(WeightsError, "knows no MatMulNBits.*try --engine torch"):
        open_engine(folder)


@pytest.mark.parametrize("device", ["cuda", "cuda:1", "mps", ""])
def test_it_reads_on_the_cpu_only(tiny_exported, device):
    with raises_one_line(UsageError, "--engine torch"):
        open_engine(tiny_exported, device)


def test_it_writes_and_goes_on_after_a_picture_that_does_not_fit(engine):
    pieces = list(engine.run(job(engine)))
    assert pieces and pieces[-1].finish
    with raises_one_line(EngineError, "onnxruntime failed"):
        list(engine.run(job(engine, (30, 50))))
    assert list(engine.run(job(engine))) == pieces


def test_it_is_as_sure_as_the_temperature_of_its_folder_says(engine, folder):
    torch = pytest.importorskip("torch")
    settings = json.loads((folder / CONFIG).read_text("utf-8"))
    (folder / CONFIG).write_text(json.dumps({**settings, "temperature": 2.5}), "utf-8")
    pieces = list(open_engine(folder).run(job(engine)))
    heard, usual = [], engine.choose
    engine.choose = lambda logits: (heard.append(logits), usual(logits))[1]
    plain = list(engine.run(job(engine)))
    assert [piece.token for piece in pieces] == [piece.token for piece in plain] and len(heard) == len(plain) > 1
    for told, temperature in ((pieces, 2.5), (plain, 1.0)):
        expected = [torch.softmax(torch.from_numpy(logits).double() / temperature, 0).max().item() for logits in heard]
        assert [piece.probability for piece in told] == pytest.approx(expected, rel=1e-5)


def test_prompts_that_do_not_fit(engine):
    fits = job(engine)
    with raises_one_line(EngineError, "prompt is empty"):
        list(engine.run(replace(fits, prompt=replace(fits.prompt, ids=(fits.prompt.image_id,) * 4))))
    with raises_one_line(EngineError, "onnxruntime failed"):
        list(engine.run(replace(fits, prompt=replace(fits.prompt, ids=(5_000_000,)))))


def test_a_closed_engine_says_so(engine):
    waiting = job(engine)
    engine.close(), engine.close()
    with raises_one_line(EngineError, "closed"):
        next(engine.run(waiting))
