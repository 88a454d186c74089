"""Base in parts: two processes learn in each of the three stages what one learns, and go on from what they saved."""

from __future__ import annotations

import json
import os
import pickle
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("skia")
pytest.importorskip("cv2")
if not torch.distributed.is_available():
    pytest.skip("this torch has no torch.distributed", allow_module_level=True)
from safetensors.torch import load_file  # noqa: E402

from gotocr.train.got import open_pupil  # noqa: E402
from gotocr.train.got_study import study_of  # noqa: E402
from gotocr.train.loop import train  # noqa: E402
from gotocr.train.recipe import Recipe, read_recipe  # noqa: E402

RECIPES = Path(__file__).parents[2] / "recipes"
TINY = read_recipe(RECIPES / "base-tiny.toml")
STAGES = (1, 2, 3)

SCRIPT = """
import pickle, sys
from pathlib import Path
from gotocr.train.loop import train
train(pickle.loads(Path(sys.argv[1]).read_bytes()))
"""


def start(recipe: Recipe, folder: Path) -> subprocess.Popen:
    """Two processes that share a run."""
    file = folder / f"{Path(recipe.out).name}-{recipe.steps}.recipe"
    file.write_bytes(pickle.dumps(recipe))
    command = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node=2", "--no-python"]
    command += [sys.executable, "-c", SCRIPT, str(file)]
    settings = {**os.environ, "OMP_NUM_THREADS": "1"}
    return subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, env=settings)


def finish(process: subprocess.Popen) -> None:
    try:
        told = process.communicate(timeout=300)[1]
        assert process.returncode == 0, told[-6000:]
    finally:
        process.kill()


def staged(stage: int, folder: Path, name: str, **changes: object) -> Recipe:
    """The recipe of a stage with a tiny network, small pictures and letters as bytes, in parts under torchrun."""
    recipe = read_recipe(RECIPES / f"base-stage{stage}.toml")
    assert recipe.parallel == "fsdp" and recipe.gradient_checkpointing, "as the stages are run"
    study = {**recipe.study, "pairs": 2, "length": 1024, "decoder": "", "tiles": min(2, study_of(recipe).tiles)}
    buckets = tuple(replace(bucket, height=min(bucket.height, 256), width=min(bucket.width, 256)) for bucket in recipe.buckets)
    start = "fresh" if stage == 1 else str(folder / "before")
    model = TINY.model if stage == 1 or study.get("takes") else {}
    settled = dict(tokenizer="bytes", buckets=buckets, study=study, model=model, start=start, out=str(folder / name), threads=1)
    settled |= dict(schedule="wsd", decay_share=0.0)  # a rate that does not depend on where a run ends
    settled |= dict(accumulate=1, steps=2, warmup=1, workers=0, minutes=60, patience=90, log_every=1)
    return replace(recipe, **{**settled, **changes})


def kept(recipe: Recipe) -> dict[str, torch.Tensor]:
    """Weights and the optimizer's moments as a run saved them."""
    folder = Path(recipe.out) / "checkpoint"
    state = load_file(folder / json.loads((folder / "run.json").read_text("utf-8"))["tensors"])
    return {name: value for name, value in state.items() if not name.startswith("random.")}


def far(one: dict[str, torch.Tensor], other: dict[str, torch.Tensor], part: float) -> list[str]:
    assert one.keys() == other.keys()
    return [name for name, value in one.items() if (value - other[name]).abs().max() > part * value.abs().max()]


@pytest.fixture(scope="module")
def runs(tmp_path_factory) -> Path:
    """What two processes of torchrun made of every stage; the second was ended after a step, and gone on with."""
    folder = tmp_path_factory.mktemp("base")
    before = open_pupil(replace(TINY, parallel="fsdp"))
    before.save(before.network.state_dict(), folder / "before")
    half = staged(2, folder, "both-2", steps=1)
    for begun in [start(recipe, folder) for recipe in (half, staged(1, folder, "both-1"), staged(3, folder, "both-3"))]:
        finish(begun)
    finish(start(replace(half, steps=2, resume=True), folder))
    return folder


@pytest.mark.parametrize("stage", STAGES)
def test_a_stage_in_two_parts_is_the_stage(stage, runs):
    both = staged(stage, runs, f"both-{stage}")
    alone = replace(both, out=str(runs / f"alone-{stage}"), accumulate=2)
    train(alone)
    one, two = kept(alone), kept(both)
    assert far(one, two, 1e-4) == [], "sums in another order, and nothing else"
    assert len(far(one, {name: value * 1.001 for name, value in two.items()}, 1e-4)) > 100, "the comparison can fail"


def test_what_two_saved_goes_on_in_one(runs):
    rows: list[dict] = []
    train(staged(3, runs, "both-3", accumulate=2, resume=True, steps=3), rows.append)
    assert rows[-1]["step"] == 3
