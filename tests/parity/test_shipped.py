"""The shipped nano: ONNX Runtime writes the same tokens as torch, from one weights file, and reads real pictures."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("skia")
pytest.importorskip("cv2")

from gotocr.draw.supply import Supply
from gotocr.engines import onnx_nano, torch_nano
from gotocr.metrics.text import character_errors
from gotocr.prompt.template import nano_prompt
from gotocr.reader import load
from gotocr.schema import Job, Pixels, Sample, Task
from gotocr.synth.samples import Studio
from gotocr.weights import int8
from gotocr.weights.nano_files import FOLDER, TOKENIZER, WEIGHTS, load_nano, save_nano

PICTURES = 30  # ten of each size, in both modes
SIZES = ((48, 256, "word"), (48, 384, "line"), (96, 320, "paragraph"))
INT8_PICTURES, SAME, LOST = 18, 0.995, 0.003  # shares of characters: the same, and right no longer
REAL = Path(__file__).resolve().parents[3] / "shared" / "eval"


@pytest.fixture(scope="module")
def engines():
    return onnx_nano.open_engine(FOLDER, precision="float32"), torch_nano.open_engine(FOLDER)


def read(engine, sample: Sample, mode: str = "plain", tokens: int = 120) -> list:
    """The pieces an engine writes of a drawn picture."""
    values = np.ascontiguousarray(sample.image.transpose(2, 0, 1)[None]).astype(np.float32) / 127.5 - 1
    pixels = Pixels(values, page_size=sample.image.shape[1::-1])
    return list(engine.run(Job(pixels, nano_prompt(Task(mode), 0, engine.tokenizer), tokens)))


def test_onnx_writes_what_torch_writes(engines):
    studio = Studio(Supply())
    differ = []
    for seed in range(PICTURES):
        height, width, source = SIZES[seed % len(SIZES)]
        sample = studio.draw_on(source, seed, (height, width))
        mode = ("plain", "format")[seed % 2]
        ours, oracle = ([(piece.token, piece.finish) for piece in read(engine, sample, mode)] for engine in engines)
        if ours != oracle:
            differ.append(seed)
    assert not differ


def test_int8_reads_the_same(engines, tmp_path):
    """Both engines compute the same of int8, see test_nano.py; so one of them tells what is lost."""
    network = load_nano(FOLDER)
    tensors = int8.pack({name: value.numpy() for name, value in network.state_dict().items()}, "int8")
    narrow = torch_nano.open_engine(save_nano(tmp_path, tensors, network.config, FOLDER / TOKENIZER))
    studio, written = Studio(Supply(), worn=0.0), 0
    other, wrong, wrong_before, true = 0, 0, 0, 0
    for seed in range(INT8_PICTURES):
        height, width, source = SIZES[seed % len(SIZES)]
        sample = studio.draw_on(source, seed, (height, width))
        before, after = ("".join(piece.text for piece in read(engine, sample, tokens=400)) for engine in (engines[0], narrow))
        other, written = other + character_errors(after, before)[0], written + len(before)
        wrong_before += character_errors(before, sample.plain)[0]
        wrong, true = wrong + character_errors(after, sample.plain)[0], true + len(sample.plain)
    assert true > 500 and wrong_before < 0.2 * true, "the comparison says something"
    assert other <= (1 - SAME) * written and wrong - wrong_before <= LOST * true


@pytest.mark.parametrize(("precision", "same"), [("int8", 0.995), ("int4", 0.95)])
def test_matrices_of_whole_numbers_read_the_same(engines, precision, same):
    """By share of characters, of pictures that are read well; on real ones it is measured anew when weights ship (docs/nano.md)."""
    narrow = onnx_nano.open_engine(FOLDER, precision=precision)
    studio, written, other = Studio(Supply(), worn=0.0), 0, 0
    for seed in range(INT8_PICTURES):
        height, width, source = SIZES[seed % len(SIZES)]
        sample = studio.draw_on(source, seed, (height, width))
        before, after = ("".join(piece.text for piece in read(engine, sample, tokens=400)) for engine in (engines[0], narrow))
        other, written = other + character_errors(after, before)[0], written + len(before)
    assert written > 500 and other <= (1 - same) * written


def test_weights_are_stored_once_and_within_budget():
    sizes = {path.name: path.stat().st_size for path in FOLDER.iterdir()}
    assert sizes[WEIGHTS] < 32 * 2**20
    assert not [name for name in sizes if name.endswith(".onnx")]


@pytest.mark.skipif(not (REAL / "truth.jsonl").is_file(), reason="no real pictures here")
def test_real_printed_lines_are_read():
    from gotocr.metrics.text import character_accuracy

    items = map(json.loads, (REAL / "truth.jsonl").read_text("utf-8").splitlines())
    lines = [item for item in items if item["type"] == "text_line" and item["id"].startswith("uw3_")][:8]
    with load() as reader:
        read = [(reader.read(REAL / item["image"], "plain").pages[0].text, item["truth"]) for item in lines]
    assert character_accuracy(read) > 0.9
