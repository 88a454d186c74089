"""Formulas by other programs: right truths, boxes around the ink, each sample from its own generator only."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("skia")
pytest.importorskip("fontTools")

from gotocr.draw.supply import Supply
from gotocr.errors import UsageError
from gotocr.kinds.formula.engines import batch
from gotocr.kinds.formula.normal import normalise

MODULES = Path(os.environ.get("GOTOCR_NODE_MODULES", "node_modules"))
HERE = {
    "tex": all(shutil.which(tool) for tool in ("latex", "dvisvgm", "kpsewhich")),
    "mathjax3": bool(shutil.which("node")) and (MODULES / "mathjax-full").is_dir(),
    "mathjax4": bool(shutil.which("node")) and (MODULES / "mathjax").is_dir(),
    "ziamath": True,
}
COUNT = 16 * int(os.environ.get("GOTOCR_SEEDS", "1"))
ROOM = (600, 840)


def made(engine: str, seeds: range):
    return batch([np.random.default_rng(seed) for seed in seeds], Supply(), ROOM, engine)


@pytest.fixture(params=list(HERE))
def engine(request) -> str:
    if request.param == "ziamath":
        pytest.importorskip("ziamath")
    if not HERE[request.param]:
        pytest.skip(f"{request.param} is not installed here")
    return request.param


def test_samples_are_right(engine):
    samples = [sample for sample in made(engine, range(COUNT)) if sample is not None]
    assert len(samples) >= 0.75 * COUNT
    known = total = 0
    for sample in samples:
        assert sample.image.shape[0] <= ROOM[0] and sample.image.shape[1] <= ROOM[1]
        assert normalise(sample.plain) == sample.plain and sample.format == f"$${sample.plain}$$"
        ink = np.abs(sample.image.astype(int) - sample.image[0, 0]).max(2) > 100
        for left, top, right, bottom in sample.glyphs.boxes:
            ink[int(np.floor(top)) : int(np.ceil(bottom)), int(np.floor(left)) : int(np.ceil(right))] = False
        assert not ink.any(), sample.plain
        for letter, offset in zip(sample.glyphs.text, sample.glyphs.plain, strict=True):
            total += 1
            known += offset >= 0
            if letter.isdigit() and offset >= 0:
                assert sample.plain[offset] == letter, (sample.plain, letter, offset)
    assert known / total > 0.97


def test_a_sample_depends_on_its_own_generator_only(engine):
    together, alone = made(engine, range(4)), made(engine, range(3, 4))
    assert (together[3] is None) == (alone[0] is None)
    if alone[0] is not None:
        assert together[3].image.tobytes() == alone[0].image.tobytes() and together[3].plain == alone[0].plain


def test_what_is_not_there_is_said(monkeypatch):
    with pytest.raises(UsageError, match="no engine"):
        made("word", range(1))
    monkeypatch.setenv("GOTOCR_NODE_MODULES", "/nowhere")
    with pytest.raises(UsageError, match="npm install"):
        made("mathjax3", range(1))
