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
from gotocr.engines import onnx, torch_nano
from gotocr.prompt.template import nano_prompt
from gotocr.reader import load
from gotocr.schema import Job, Pixels, Task
from gotocr.synth.samples import Studio
from gotocr.weights.nano_files import FOLDER, WEIGHTS

PICTURES = 50
SIZES = ((48, 256, "word"), (48, 384, "line"), (96, 320, "paragraph"))
REAL = Path(__file__).resolve().parents[3] / "shared" / "eval"


@pytest.fixture(scope="module")
def engines():
    return onnx.open_engine(FOLDER), torch_nano.open_engine(FOLDER)


def test_onnx_writes_what_torch_writes(engines):
    studio = Studio(Supply())
    differ = []
    for seed in range(PICTURES):
        height, width, source = SIZES[seed % len(SIZES)]
        image = studio.draw_on(source, seed, (height, width)).image
        values = np.ascontiguousarray(image.transpose(2, 0, 1)[None]).astype(np.float32) / 127.5 - 1
        mode = ("plain", "format")[seed % 2]
        job = Job(Pixels(values, page_size=(width, height)), nano_prompt(Task(mode), 0, engines[0].tokenizer), 120)
        ours, oracle = ([(piece.token, piece.finish) for piece in engine.run(job)] for engine in engines)
        if ours != oracle:
            differ.append(seed)
    assert not differ


def test_weights_are_stored_once_and_within_budget():
    sizes = {path.name: path.stat().st_size for path in FOLDER.iterdir()}
    assert sizes[WEIGHTS] < 32 * 2**20
    assert sum(size for name, size in sizes.items() if name.endswith(".onnx")) < 400_000


@pytest.mark.skipif(not (REAL / "truth.jsonl").is_file(), reason="no real pictures here")
def test_real_printed_lines_are_read():
    from gotocr.metrics.text import character_accuracy

    items = map(json.loads, (REAL / "truth.jsonl").read_text("utf-8").splitlines())
    lines = [item for item in items if item["type"] == "text_line" and item["id"].startswith("uw3_")][:8]
    with load() as reader:
        read = [(reader.read(REAL / item["image"], "plain").pages[0].text, item["truth"]) for item in lines]
    assert character_accuracy(read) > 0.9
