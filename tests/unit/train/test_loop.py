"""What starts a run: batches by number, models that cannot be built, and runs that end by time."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("skia")
pytest.importorskip("cv2")

from gotocr.errors import OutputError, UsageError, WeightsError  # noqa: E402
from gotocr.model.config import NanoConfig  # noqa: E402
from gotocr.train.batches import Batches  # noqa: E402
from gotocr.train.loop import train  # noqa: E402
from gotocr.train.losses import box_loss  # noqa: E402
from gotocr.train.nano import build  # noqa: E402
from gotocr.train.recipe import Bucket, read_recipe  # noqa: E402

TINY = read_recipe(Path(__file__).parents[3] / "recipes" / "tiny.toml")


def test_batches_come_by_their_number():
    drawn, again = Batches(TINY), Batches(TINY)
    one, other, next_one = vars(drawn(1)), vars(again(1)), vars(drawn(0))
    assert one["pixels"].shape == (2, 48, 256, 3)
    assert all(np.array_equal(one[name], other[name]) for name in one)
    assert not np.array_equal(one["pixels"], next_one["pixels"])
    assert not np.array_equal(one["pixels"], Batches(replace(TINY, seed=TINY.seed + 1))(1).pixels)


def test_box_loss():
    true = torch.tensor([[0.0, 0, 10, 8], [5, 5, 9, 5]])
    assert box_loss(true, true).item() == 0
    off = true + torch.tensor([[10.0, 0, 0, 0], [0, 0, 0, 0]])
    assert box_loss(off, true).item() == pytest.approx((10 / 10 - 0.05) / 8), "in heights of the box, two pixels more"
    assert box_loss(true[:0], true[:0]).item() == 0


def test_models_that_cannot_be_built(tmp_path):
    for recipe, says in [
        (replace(TINY, model={"hiden": 64}), "hiden"),
        (replace(TINY, model={"hidden": 66}), "hidden is 66"),
        (replace(TINY, model={"layers": "2"}), "layers is 2"),
        (replace(TINY, start="shipped"), "only with start = 'fresh'"),
        (replace(TINY, device="warp:7"), "warp:7"),
        (replace(TINY, model={**TINY.model, "token_rows": 4}), "no 48 x 256"),
    ]:
        with pytest.raises(UsageError, match=says):
            build(recipe)
    with pytest.raises(WeightsError):
        build(replace(TINY, start=str(tmp_path), model={}))


def test_a_vocabulary_that_does_not_fit_is_refused_before_training(tmp_path):
    sizes = {**TINY.model, "vocab_size": 1000}
    with pytest.raises(UsageError, match="vocabulary"):
        train(replace(TINY, model=sizes, out=str(tmp_path / "out")))
    assert not (tmp_path / "out").exists()


def test_a_run_ends_by_time_and_tells_its_last_step(tmp_path):
    rows = []
    recipe = replace(TINY, out=str(tmp_path), steps=1000, minutes=1e-9, buckets=(Bucket(48, 256),))
    model = train(recipe, rows.append)
    assert [row["step"] for row in rows] == [1] and all(map(math.isfinite, (value for name, value in rows[0].items() if name != 'kinds')))
    assert model.config == NanoConfig(**TINY.model) and not model.training
    with pytest.raises(OutputError, match="holds weights of another run"):
        train(recipe)
    train(replace(recipe, start=str(tmp_path), model={}))
