"""A run that was cut off and goes on ends with the same bits as one that was not; torn and foreign checkpoints are refused."""

from __future__ import annotations

import json
import os
import signal
from dataclasses import replace
from pathlib import Path

import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("skia")
pytest.importorskip("cv2")
from safetensors.torch import load_file  # noqa: E402

from gotocr.errors import OutputError, UsageError, WeightsError  # noqa: E402
from gotocr.train import blocks, checkpoint  # noqa: E402
from gotocr.train.batches import Batches  # noqa: E402
from gotocr.train.feed import tensors  # noqa: E402
from gotocr.train.loop import Run, train  # noqa: E402
from gotocr.train.parallel import Team  # noqa: E402
from gotocr.train.recipe import read_recipe  # noqa: E402
from gotocr.train.schedule import progress, rate  # noqa: E402

RECIPES = Path(__file__).parents[2] / "recipes"
TINY = replace(read_recipe(RECIPES / "tiny.toml"), steps=6, save_every=3, log_every=1, warmup=2, dense_share=0.4, minutes=60)


def stop_at(step: int):
    """Something to tell rows to that cuts the run off right after `step`."""

    def tell(row: dict) -> None:
        if row.get("step") == step:
            raise KeyboardInterrupt

    return tell


def state(folder: Path) -> dict[str, torch.Tensor]:
    notes = json.loads((folder / "checkpoint" / "run.json").read_text("utf-8"))
    return load_file(folder / "checkpoint" / notes["tensors"])


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    """(folder of a run of six steps, of one cut off after the fourth, whose checkpoint is of the third)."""
    whole, cut = tmp_path_factory.mktemp("whole"), tmp_path_factory.mktemp("cut")
    train(replace(TINY, out=str(whole)))
    with pytest.raises(KeyboardInterrupt):
        train(replace(TINY, out=str(cut)), stop_at(4))
    return whole, cut


@pytest.fixture
def cut(runs, tmp_path) -> Path:
    import shutil

    return Path(shutil.copytree(runs[1], tmp_path / "cut"))


def test_it_goes_on_to_the_bit(runs, cut):
    rows = []
    train(replace(TINY, out=str(cut), resume=True), rows.append)
    assert [row["step"] for row in rows] == [4, 5, 6], "from the checkpoint, not from where it was cut"
    one, other = state(runs[0]), state(cut)
    assert one.keys() == other.keys() and all(torch.equal(value, other[name]) for name, value in one.items())
    assert {name.split(".")[0] for name in one} == {"weights", "average", "optimizer", "random"}
    assert (one["optimizer.step.where.weight"], one["optimizer.step.stem.conv1.weight"]) == (3, 6), "three steps of the dense head"
    assert (runs[0] / "nano.safetensors").read_bytes() == (cut / "nano.safetensors").read_bytes()
    assert [file.name for file in sorted((cut / "checkpoint").iterdir())] == ["run.json", "step-6.safetensors"]


def test_time_used_before_counts(cut):
    notes = cut / "checkpoint" / "run.json"
    values = json.loads(notes.read_text("utf-8"))
    assert values["step"] == values["number"] == 3 and values["seconds"] > 0
    notes.write_text(json.dumps({**values, "seconds": 3599.99}), "utf-8")
    rows = []
    train(replace(TINY, out=str(cut), resume=True), rows.append)
    assert [row["step"] for row in rows] == [4] and rows[0]["seconds"] >= 3599.9
    with pytest.raises(UsageError, match="over at step 4"):
        train(replace(TINY, out=str(cut), resume=True))


def test_other_values_are_told(cut):
    rows = []
    train(replace(TINY, out=str(cut), resume=True, rate=1e-4, workers=1, steps=4), rows.append)
    assert rows[0] == {"note": "goes on with other values of: rate"}


def test_a_cut_off_save_leaves_the_last_checkpoint(cut, monkeypatch):
    def fail(path, tensors):
        path.with_name(path.name + ".part").write_bytes(b"half")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(checkpoint, "write", fail)
    with pytest.raises(OutputError, match="No space left"):
        train(replace(TINY, out=str(cut), resume=True))
    monkeypatch.undo()
    rows = []
    train(replace(TINY, out=str(cut), resume=True, steps=5), rows.append)
    assert rows[0]["step"] == 4 and not list((cut / "checkpoint").glob("*.part"))


def test_torn_and_foreign_checkpoints(cut, tmp_path):
    recipe = replace(TINY, out=str(cut), resume=True)
    with pytest.raises(WeightsError, match=r"do not fit the model.*of another shape"):
        train(replace(recipe, model={**TINY.model, "feed_forward": 128}))
    file = cut / "checkpoint" / "step-3.safetensors"
    data = file.read_bytes()
    file.write_bytes(data[:-100])
    with pytest.raises(WeightsError, match="not a sound safetensors file"):
        train(recipe)
    file.unlink()
    with pytest.raises(WeightsError, match="step-3.safetensors"):
        train(recipe)
    notes = cut / "checkpoint" / "run.json"
    text = notes.read_text("utf-8")
    for torn in (text[:40], "[]", text.replace('"format": 1', '"format": 99'), text.replace('"step-3', '"../step-3')):
        notes.write_text(torn, "utf-8")
        with pytest.raises(WeightsError, match="torn or of another version"):
            train(recipe)
    with pytest.raises(UsageError, match="no checkpoint"):
        train(replace(recipe, out=str(tmp_path / "nothing")))
    with pytest.raises(OutputError, match="--resume"):
        train(replace(recipe, resume=False))


def test_a_run_told_to_end_saves_first(tmp_path):
    rows = []

    def tell(row):
        rows.append(row)
        if row.get("step") == 2:
            os.kill(os.getpid(), signal.SIGTERM)

    before = signal.getsignal(signal.SIGTERM)
    train(replace(TINY, out=str(tmp_path), save_every=100), tell)
    assert rows[-1]["note"].startswith("told to end: stands at step 3") and [row["step"] for row in rows[:-1]] == [1, 2, 3]
    assert signal.getsignal(signal.SIGTERM) is before
    train(replace(TINY, out=str(tmp_path), resume=True, steps=4), rows.append)
    assert rows[-1]["step"] == 4


def test_a_batch_used_once_is_as_it_was_drawn(runs):
    """Against steps over the batches by hand, in the order of their numbers."""
    recipe = replace(TINY, out="")
    run, draw = Run.start(recipe, Team()), Batches(recipe)
    for step in range(recipe.steps):
        done = progress(recipe, step, 0.0)
        run.learn([tensors(draw(step))], done, rate(recipe, step, done))
    for name, value in run.learner.average.state.items():
        assert torch.equal(value, state(runs[0])[f"average.{name}"]), name


AGAIN = replace(TINY, steps=10, save_every=2, reuse=2, worn=1.0, dense_share=0.0)


@pytest.fixture
def whole(tmp_path, monkeypatch) -> tuple[Path, list[dict]]:
    """A run in which batches are used twice in blocks of three, and its rows."""
    monkeypatch.setattr(blocks, "BLOCK", 3)
    rows: list[dict] = []
    train(replace(AGAIN, out=str(tmp_path / "whole")), rows.append)
    return tmp_path / "whole", rows


def test_it_goes_on_inside_a_block(whole, tmp_path):
    folder, rows = whole
    assert [row["samples"] for row in rows] == [2 * step for step in range(1, 11)], "two pictures a batch"
    assert [row["drawn"] for row in rows] == [2, 4, 6, 6, 6, 6, 8, 10, 12, 12]
    for stop in (3, 5, 9):  # from the first turn of a block, from its second, from the first of the next
        recipe, again = replace(AGAIN, out=str(tmp_path / f"cut-{stop}")), []
        with pytest.raises(KeyboardInterrupt):
            train(recipe, stop_at(stop))
        train(replace(recipe, resume=True), again.append)
        assert [row["step"] for row in again] == [*range(stop, 11)] and again[-1]["drawn"] == 12
        one, other = state(folder), state(tmp_path / f"cut-{stop}")
        assert one.keys() == other.keys() and all(torch.equal(value, other[name]) for name, value in one.items())


def test_a_run_goes_on_with_other_uses(whole, tmp_path):
    recipe, rows = replace(AGAIN, out=str(tmp_path / "cut")), []
    with pytest.raises(KeyboardInterrupt):
        train(recipe, stop_at(5))
    learner, others = Run.start(recipe, Team()).learner, ((2, 1), (2, 2), (3, 1))
    places = [checkpoint.load(learner, replace(recipe, reuse=times), Team(0, size))[0] for times, size in others]
    assert [(place.number, place.used) for place in places] == [(3, 4), (3, 0), (3, 0)], "nor in other processes"
    train(replace(recipe, resume=True, reuse=3, steps=6), rows.append)
    assert rows[0] == {"note": "goes on with other values of: reuse"}
    notes = json.loads((tmp_path / "cut" / "checkpoint" / "run.json").read_text("utf-8"))
    assert (notes["number"], notes["used"], notes["drawn"]) == (5, 2, 10), "in a block behind that one"


def test_checkpoints_of_before_batches_could_be_used_again(runs, cut):
    file, rows = cut / "checkpoint" / "run.json", []
    notes = json.loads(file.read_text("utf-8"))
    del notes["drawn"], notes["used"], notes["recipe"]["reuse"]
    file.write_text(json.dumps(notes), "utf-8")
    train(replace(TINY, out=str(cut), resume=True), rows.append)
    assert [row.get("drawn") for row in rows] == [8, 10, 12] == [row["samples"] for row in rows]
    assert all(torch.equal(value, state(cut)[name]) for name, value in state(runs[0]).items())
