"""What many tests share: a model folder without weights and an engine that writes what it is told."""

from __future__ import annotations

import json
import threading
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from gotocr.decode.loop import write
from gotocr.decode.place import page_boxes
from gotocr.decode.step import Step
from gotocr.engines import ENGINES
from gotocr.prompt.published import NANO_END, NANO_SLOT, NANO_TASKS
from gotocr.prompt.tokenizer import TextStream, Tokenizer

CELL = (8, 12)  # width and height of the ink of one token of the scripted engine, in model pixels


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
    """An engine whose model writes `texts`, one a page, round and round; `fault` is raised after that many tokens."""

    texts: list[str]
    fault: tuple[int, Exception] | None = None
    name: str = "scripted"
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
            stepper = _Script(ids, self.tokenizer.vocab_size, self.fault)
            stream = TextStream(self.tokenizer)
            yield from write(stepper.step(), stepper, stream, job.prompt.stop_ids, job.max_tokens, page_boxes(job.pixels))
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
    """The engine named "scripted", registered for this test: give it `texts`."""
    engine = Scripted(["# Hello\n\nwide world"])
    monkeypatch.setitem(ENGINES._targets, "scripted", "tests:scripted")
    monkeypatch.setitem(ENGINES._loaded, "scripted", engine.open)
    return engine


@pytest.fixture
def picture(tmp_path) -> Path:
    """A white page of 320 x 64 pixels."""
    path = tmp_path / "page.png"
    Image.new("RGB", (320, 64), "white").save(path)
    return path
