"""nano on torch: what does not fit is told as the other engines tell it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

pytest.importorskip("torch")

from gotocr.engines.torch import open_engine  # noqa: E402
from gotocr.errors import EngineError, UsageError  # noqa: E402
from gotocr.prompt.template import nano_prompt  # noqa: E402
from gotocr.schema import Job, Pixels, Task  # noqa: E402


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


def test_a_device_that_is_not_there(tiny_nano):
    with pytest.raises(UsageError, match="warp:3"):
        open_engine(tiny_nano, "warp:3")
