"""Two processes of torchrun learn what one learns from the same batches, and what either saved goes on in the other."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("skia")
pytest.importorskip("cv2")
if not torch.distributed.is_available():
    pytest.skip("this torch has no torch.distributed", allow_module_level=True)
from safetensors.torch import load_file  # noqa: E402

from gotocr.train.loop import train  # noqa: E402
from gotocr.train.recipe import read_recipe  # noqa: E402

RECIPES = Path(__file__).parents[2] / "recipes"
TEXT = (RECIPES / "tiny.toml").read_text("utf-8")
KEYS = {"log_every": 1, "minutes": 60, "show_every": 1, "patience": 60}


def recipe_file(folder: Path, **changes: object) -> Path:
    """tiny.toml with other values."""
    changes = {**KEYS, **changes}
    lines = [f"{key} = {json.dumps(value)}" for key, value in changes.items()]
    lines += [line for line in TEXT.splitlines() if line.split(" ")[0] not in changes]
    path = folder / "tiny.toml"
    path.write_text("\n".join(lines), "utf-8")
    return path


def torchrun(*argv: str, code: str = "") -> subprocess.Popen:
    """Two processes that run `gotocr ARGV`, `code` before it."""
    script = f"import sys\n{code}\nfrom gotocr.cli import main\nsys.exit(main({list(argv)!r}))"
    run = [sys.executable, "-m", "torch.distributed.run", "--nproc-per-node=2", "--standalone", "--no-python"]
    run = [*run, sys.executable, "-c", script]
    settings = {**os.environ, "OMP_NUM_THREADS": "1"}
    return subprocess.Popen(run, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=settings)


def finish(process: subprocess.Popen, seconds: float = 400) -> str:
    try:
        return process.communicate(timeout=seconds)[0]
    finally:
        process.kill()


def state(folder: Path) -> dict[str, torch.Tensor]:
    notes = json.loads((folder / "checkpoint" / "run.json").read_text("utf-8"))
    return load_file(folder / "checkpoint" / notes["tensors"])


def far(one: dict[str, torch.Tensor], other: dict[str, torch.Tensor], part: float) -> list[str]:
    """Names of the tensors that differ by more than `part` of their largest value."""
    assert one.keys() == other.keys()
    pairs = {name: (value, other[name]) for name, value in one.items() if not name.startswith("random.")}
    return [name for name, (left, right) in pairs.items() if (left - right).abs().max() > part * left.abs().max()]


@pytest.fixture(scope="module")
def alone(tmp_path_factory) -> Path:
    """Two steps of one process, each over the two batches that two processes share."""
    folder = tmp_path_factory.mktemp("alone")
    recipe = read_recipe(recipe_file(folder), accumulate=2, out=str(folder / "out"))
    train(recipe)
    return folder / "out"


# The norm of gradients that lie in parts is summed in another order: in float32 that shows in the fifth digit.
@pytest.mark.parametrize(("parallel", "part"), [("ddp", 1e-6), ("fsdp", 1e-4)])
def test_two_processes_learn_what_one_does(alone, tmp_path, parallel, part):
    out = tmp_path / "out"
    told = finish(torchrun("train", str(recipe_file(tmp_path, parallel=parallel)), "--out", str(out)))
    assert (out / "nano.safetensors").is_file(), told
    assert told.count("step      2") == 1, "the first process alone speaks"
    assert far(state(alone), state(out), part) == []
    moved = far(state(alone), {name: value * 1.001 for name, value in state(out).items()}, part)
    assert len(moved) > 100, "the comparison can fail"
    assert sorted(file.name for file in (out / "shown").iterdir()) == ["step-000001.png", "step-000002.png"]
    rows: list[dict] = []
    goes_on = read_recipe(RECIPES / "tiny.toml", out=str(out), resume=True, steps=3, dense_share=0.0)
    train(goes_on, rows.append)
    assert rows[-1]["step"] == 3 and rows[-1]["samples"] > 8, "in one process"


PLAN = "from gotocr.train.loop import Run; learn = Run.learn; import os, time\nRun.learn = lambda run, *given: {} or learn(run, *given)"


@pytest.mark.parametrize("ending", ["os._exit(3)", "time.sleep(60)"], ids=["dies", "stalls"])
def test_a_dead_process_ends_the_run(tmp_path, ending):
    plan = PLAN.replace("{}", f"(run.place.step and run.team.rank and {ending})")
    patience = 60 if "exit" in ending else 6  # seconds a process is waited for
    argv = ["train", str(recipe_file(tmp_path, patience=patience)), "--out", str(tmp_path / "out")]
    process = torchrun(*argv, code=plan)
    told = finish(process)
    assert process.returncode != 0 and "step      1" in told and not (tmp_path / "out" / "nano.safetensors").exists()
    assert "os._exit" in ending or "another process of this run died or stalled" in told
