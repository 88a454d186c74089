"""The log: means since the last row, each kind of sample by itself, event files, and pictures of what is read."""

from __future__ import annotations

import json
import sys
from types import ModuleType

import numpy as np
import pytest

torch = pytest.importorskip("torch")
from PIL import Image  # noqa: E402

from gotocr.errors import MissingExtraError, OutputError  # noqa: E402
from gotocr.train.checkpoint import Place  # noqa: E402
from gotocr.train.progress import Log, Sums  # noqa: E402
from gotocr.train.pupil import Count, Reading  # noqa: E402
from gotocr.train.recipe import Recipe  # noqa: E402
from gotocr.train.shown import MARGIN, TEXT_WIDTH, draw  # noqa: E402


def test_kinds_are_told_apart():
    sums = Sums(kinds=3)
    nan = float("nan")
    parts = {"token": 1.0, "per_sample": torch.tensor([1.0, 3.0, nan]), "per_sample_right": torch.tensor([0.5, 1.0, nan])}
    sums.add(parts, torch.tensor([2, 2, 1]))
    sums.add({"token": torch.tensor(2.0), "per_sample": torch.tensor([5.0])}, torch.tensor([0]))
    sums.add({"ink": torch.tensor(7.0), "per_sample": torch.tensor([5.0])}, None)
    assert sums.means() == {"token": 1.5, "ink": 7.0}, "each over the batches that had it"
    assert sums.by_kind(("line", "empty", "page")) == {"line": {"loss": 5.0}, "page": {"loss": 2.0, "right": 0.75}}


def row(log: Log, step: int, waited: float = 0.0) -> None:
    log.sums.add({"loss": float(step), "per_sample": torch.tensor([float(step)])}, torch.tensor([1]))
    log.sums.count(Count(8, 100), 1e6)
    log.row(Place(step, step, 8 * step, 2.0 * step), 1e-3, waited)


def test_rows_are_means_since_the_last(tmp_path):
    told = []
    with Log(Recipe(out=str(tmp_path / "new" / "out")), ("line", "page"), 1e9, told.append) as log:
        log.sums.add({"loss": 3.0}, None)
        log.note("a word about it")
        row(log, 1), row(log, 2, 1e9)
    assert [json.loads(line) for line in (tmp_path / "new" / "out" / "log.jsonl").read_text("utf-8").splitlines()] == told
    assert told[0] == {"note": "a word about it"} and [row["loss"] for row in told[1:]] == [2.0, 2.0]
    last = told[2]
    assert last["kinds"] == {"page": {"loss": 2.0}} and (last["step"], last["samples"], last["seconds"]) == (2, 16, 4.0)
    assert last["wait"] == 1.0 and told[1]["wait"] == 0.0
    ratio = last["samples_per_second"] / last["tokens_per_second"]
    assert ratio == pytest.approx(0.08, rel=1e-2) and last["mfu"] == pytest.approx(last["tokens_per_second"] * 1e4 / 1e9, rel=0.1)
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError, match="cannot write"):
        Log(Recipe(out=str(tmp_path / "file")), (), 1.0, told.append)


def test_event_files(tmp_path, monkeypatch):
    written = []

    class SummaryWriter:
        def __init__(self, folder):
            assert folder == str(tmp_path)

        def add_scalar(self, name, value, step):
            written.append((name, value, step))

        def add_image(self, name, pixels, step, dataformats):
            written.append((name, pixels.shape[2], dataformats))

        def flush(self):
            written.append("flush")

        close = flush

    module = ModuleType("torch.utils.tensorboard")
    module.SummaryWriter = SummaryWriter
    monkeypatch.setitem(sys.modules, "torch.utils.tensorboard", module)
    recipe = Recipe(out=str(tmp_path), tensorboard=True)
    with Log(recipe, ("line", "page"), 1e9, lambda row: None) as log:
        row(log, 3)
        log.show([Reading(np.zeros((8, 8, 3), np.uint8), "a", "b")], 3)
    assert ("loss", 3.0, 3) in written and ("loss/page", 3.0, 3) in written and ("reads", 3, "HWC") in written
    assert written.count("flush") == 2
    monkeypatch.setitem(sys.modules, "torch.utils.tensorboard", None)
    with pytest.raises(MissingExtraError, match=r"gotocr\[tensorboard\]"):
        Log(recipe, (), 1e9, lambda row: None)


def test_pictures_show_the_sample_and_both_texts(tmp_path):
    red = np.full((20, 50, 3), (255, 0, 0), np.uint8)
    with Log(Recipe(out=str(tmp_path)), (), 1.0, lambda row: None) as log:
        log.show([Reading(red, "truth", ""), Reading(red, "", "read" * 400)], 20)
    made = np.asarray(Image.open(tmp_path / "shown" / "step-000020.png"))
    assert made.shape[1] == 50 + TEXT_WIDTH + 3 * MARGIN and (made[MARGIN : MARGIN + 20, MARGIN : MARGIN + 50] == (255, 0, 0)).all()
    beside = made[:, 50 + 2 * MARGIN :]
    assert (beside.max(-1) < 60).any(), "the truth in black"
    assert ((beside[..., 2] > 150) & (beside[..., 0] < 60)).any(), "what is read in blue"
    plain = np.asarray(draw([Reading(red, "", "")]))[:, 50 + 2 * MARGIN :]
    assert (plain == 255).all()
