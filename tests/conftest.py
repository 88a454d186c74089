"""What many tests share: a model folder without weights and an engine that writes what it is told."""

from __future__ import annotations

import importlib
import json
import logging
import sys
import threading
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

for name in ("rdkit.Chem", "skia", "cv2", "verovio"):  # rdkit before skia, or its drawing aborts
    try:
        importlib.import_module(name)
    except ModuleNotFoundError:
        pass
    except ImportError as cause:  # a system library is missing: skip what needs it, as if it were not installed
        sys.modules[name.partition(".")[0]] = None
        logging.getLogger(__name__).warning("%s cannot be loaded, its tests are skipped: %s", name, cause)

from gotocr.decode.loop import Choose, Terms, choose, write
from gotocr.decode.place import page_boxes
from gotocr.decode.step import Step
from gotocr.engines import ENGINES
from gotocr.prompt.published import NANO_END, NANO_SLOT, NANO_TASKS
from gotocr.prompt.tokenizer import TextStream, Tokenizer

CELL = (8, 12)  # width and height of the ink of one token of the scripted engine, in model pixels


def marked(size: tuple[int, int], colour: str = "white") -> Image.Image:
    """A picture with a few strokes on it, so that there is something to read."""
    made = Image.new("RGB", size, colour)
    for left in range(6, size[0] - 6, 9):
        made.paste("black", (left, size[1] // 2 - 6, left + 4, size[1] // 2 + 6))
    return made


@pytest.fixture
def strokes():
    """`marked`, for tests that draw their own pictures."""
    return marked


@pytest.fixture(scope="session")
def model_folder(tmp_path_factory) -> Path:
    """A folder that looks like a nano model: a tokenizer of single characters, a config, no weights."""
    import tokenizers
    from tokenizers import decoders, models

    folder = tmp_path_factory.mktemp("model")
    tokens = [NANO_END, NANO_SLOT, *NANO_TASKS.values(), *(f"<0x{byte:02X}>" for byte in range(256))]
    tokens += ["\n", *map(chr, range(32, 127))]
    made = tokenizers.Tokenizer(models.BPE({token: n for n, token in enumerate(tokens)}, [], byte_fallback=True))
    made.decoder = decoders.Sequence([decoders.ByteFallback(), decoders.Fuse()])
    made.add_special_tokens(tokens[: 2 + len(NANO_TASKS)])
    made.save(str(folder / "tokenizer.json"))
    (folder / "config.json").write_text(json.dumps({"family": "nano"}))
    return folder


@dataclass
class Scripted:
    """An engine whose model writes `texts`, one a page, round and round; `fault` is raised after that many tokens, `faults` at the jobs they are numbered for."""

    texts: list[str]
    fault: tuple[int, Exception] | None = None
    faults: dict[int, BaseException] = field(default_factory=dict)
    name: str = "scripted"
    choose: Choose = choose
    jobs: list = field(default_factory=list)
    opened: list = field(default_factory=list)
    closed: int = 0
    busy: threading.Lock = field(default_factory=threading.Lock)

    def open(self, folder, device):
        self.opened.append((folder, device))
        self.tokenizer = Tokenizer.from_folder(folder)
        return self

    def run(self, job):
        assert self.busy.acquire(blocking=False), "two pages at once in one engine"
        try:
            ids = self.tokenizer.encode(self.texts[len(self.jobs) % len(self.texts)]) + [job.prompt.stop_ids[0]]
            self.jobs.append(job)
            if len(self.jobs) - 1 in self.faults:
                raise self.faults[len(self.jobs) - 1]
            stepper = _Script(ids, self.tokenizer.vocab_size, self.fault)
            stream = TextStream(self.tokenizer)
            terms = Terms(job.prompt.stop_ids, job.max_tokens, page_boxes(job.pixels), self.choose)
            yield from write(stepper.step(), stepper, stream, terms)
        finally:
            self.busy.release()

    def close(self):
        self.closed += 1


class _Script:
    def __init__(self, ids, size, fault):
        self.ids, self.size, self.fault, self.at = ids, size, fault, 0

    def step(self):
        if self.fault and self.at >= self.fault[0]:
            raise self.fault[1]
        logits = np.zeros(self.size, np.float32)
        logits[self.ids[self.at]] = 10
        return Step(logits, (CELL[0] * self.at, 0, CELL[0] * (self.at + 1), CELL[1]))

    def feed(self, tokens):
        self.at += 1
        return self.step()


@pytest.fixture
def scripted(monkeypatch) -> Scripted:
    """The engine named "scripted", registered for this test: give it `texts`. What it says is not where the ink is, so nothing is read twice."""
    engine = Scripted(["# Hello\n\nwide world"])
    monkeypatch.setattr("gotocr.sheets.again.MOST_LINES", 0)
    monkeypatch.setitem(ENGINES._targets, "scripted", "tests:scripted")
    monkeypatch.setitem(ENGINES._loaded, "scripted", engine.open)
    return engine


@pytest.fixture
def picture(tmp_path) -> Path:
    """A white page of 320 x 64 pixels."""
    path = tmp_path / "page.png"
    marked((320, 64)).save(path)
    return path


RECIPES = Path(__file__).parents[1] / "recipes"


@pytest.fixture(scope="session")
def tiny_nano(tmp_path_factory) -> Path:
    """The folder of a very small trained-looking nano (random weights large enough that it writes different tokens)."""
    torch = pytest.importorskip("torch")
    from gotocr.model.config import NanoConfig
    from gotocr.model.nano import Nano
    from gotocr.train.recipe import read_recipe
    from gotocr.weights.nano_files import FOLDER, save_nano

    sizes = {**read_recipe(RECIPES / "tiny.toml").model, "fine_blocks": 1, "window": 8}
    # A small embedding, or each token would call for itself; small boxes, or rounding would grow from step to step.
    gains = {"embedding": 1.6, "box": 0.2, "where": 0.1, "place": 0.4}
    torch.manual_seed(5)
    network = Nano(NanoConfig(**sizes))
    with torch.no_grad():
        for name, weight in network.named_parameters():
            if weight.ndim > 1:
                weight.normal_(0, gains.get(name.split(".")[0], 2.0) * weight[0].numel() ** -0.5)
            elif name.endswith("bias"):
                weight.normal_(0, 0.1)
        network.ink.bias.fill_(4.0)  # ink wherever it looks, so that it goes on writing
    folder = tmp_path_factory.mktemp("tiny")
    tensors = {name: value.numpy() for name, value in network.state_dict().items()}
    return save_nano(folder, tensors, network.config, FOLDER / "tokenizer.json")


@pytest.fixture(scope="session")
def tiny_exported(tiny_nano) -> Path:
    """The same as `gotocr convert` writes it."""
    from gotocr.cli import main

    folder = tiny_nano.with_name("exported")
    assert main(["convert", str(tiny_nano), "-o", str(folder), "--quiet"]) == 0
    return folder
