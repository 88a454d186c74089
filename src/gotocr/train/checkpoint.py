"""Where a run stands, in `<out>/checkpoint/`: `run.json` names the safetensors file beside it that belongs to it.

Each is written under another name and renamed, the old tensors go when the new `run.json` is there: a run that is cut off
at any moment leaves the last whole checkpoint. Nothing in it is pickled.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from ..errors import OutputError, UsageError, WeightsError
from ..weights.files import check
from ..weights.tensors import TensorFile, write
from .average import Average
from .parallel import Team, put, whole
from .recipe import Recipe

FOLDER, NOTES = "checkpoint", "run.json"
FORMAT = 1
# Keys in which a run that goes on may differ from what it was; of all others it is told.
FREE = ("resume", "out", "minutes", "steps", "workers", "threads", "device", "compile", "parallel", "patience", "tensorboard")
FREE += ("save_every", "log_every", "show_every", "gradient_checkpointing")


@dataclass
class Place:
    """Where a run stands."""

    step: int = 0  # steps done
    number: int = 0  # batches drawn by all processes together, as far as they were learnt from
    samples: int = 0  # pictures learnt from, each as often as it was
    seconds: float = 0.0  # of training, without what lay between a run's parts
    drawn: int = 0  # pictures learnt from, each once
    used: int = 0  # uses of the present block of batches by each process; 0 = it begins, or each batch is used once


@dataclass(frozen=True)
class Learner:
    """All that changes while a run learns."""

    network: nn.Module
    optimizer: torch.optim.Optimizer
    average: Average

    def tensors(self) -> Iterator[tuple[str, Tensor]]:
        """Every tensor by its name in a checkpoint; of a sharded network this process's parts."""
        for name, value in self.network.state_dict().items():
            yield f"weights.{name}", value
        for name, value in self.average.own.items():
            yield f"average.{name}", value
        for name, weight in self.network.named_parameters():
            for key, value in sorted(self.optimizer.state.get(weight, {}).items()):
                yield f"optimizer.{key}.{name}", value


def save(learner: Learner, place: Place, recipe: Recipe, team: Team) -> None:
    """Write a checkpoint; all processes of a team must call it. Raises OutputError."""
    tensors = whole(dict(learner.tensors()), team) | {"random.cpu": team.gather(torch.get_rng_state())}
    if recipe.device.startswith("cuda"):
        tensors["random.device"] = team.gather(torch.cuda.get_rng_state(recipe.device))
    if not team.leads:
        return
    folder = Path(recipe.out) / FOLDER
    file = folder / f"step-{place.step}.safetensors"
    notes = {"format": FORMAT, "tensors": file.name, **asdict(place), "averaged": learner.average.steps}
    try:
        folder.mkdir(parents=True, exist_ok=True)
        write(file, {name: value.numpy() for name, value in tensors.items()})
        part = folder / f"{NOTES}.part"
        part.write_text(json.dumps({**notes, "recipe": asdict(recipe)}, indent=1), "utf-8")
        for written in (file, part):
            _settle(written)
        part.replace(folder / NOTES)
        for old in folder.glob("step-*.safetensors*"):
            if old != file:
                old.unlink()
    except OSError as cause:
        raise OutputError(f"cannot write to {folder}: {cause.strerror or cause}") from cause


def _settle(file: Path) -> None:
    """Have the disk hold a file before anything points to it."""
    with open(file, "rb") as opened:
        os.fsync(opened.fileno())


def load(learner: Learner, recipe: Recipe, team: Team) -> tuple[Place, list[str]]:
    """Bring everything to where the run in `recipe.out` stands; gives the keys that differ from its recipe, too.

    Raises UsageError where there is no checkpoint, WeightsError for one that is torn or of another network.
    """
    folder = Path(recipe.out) / FOLDER
    notes = read_notes(folder)
    file = TensorFile(folder / notes["tensors"])
    expected = dict(learner.tensors())
    random = {name for name in file if name.startswith("random.")}
    found = {name: entry.shape for name, entry in file.entries.items() if name not in random}
    check({name: tuple(value.shape) for name, value in expected.items()}, found, file.path)
    for name, value in expected.items():
        put(value, torch.from_numpy(file.copy(name)))
    learner.average.steps = notes["averaged"]
    _restore_random({name: file.copy(name) for name in random}, recipe, team)
    was, now = notes["recipe"], json.loads(json.dumps(asdict(recipe)))
    changed = sorted(key for key in now.keys() | was.keys() if key not in FREE and was.get(key) != now.get(key))
    place = Place(**{name: notes[name] for name in vars(Place())})
    if was["reuse"] != recipe.reuse or file.entries["random.cpu"].shape[0] != team.size:
        place.used = 0  # what is left of a block came in another order, or to other processes: the next one begins
    return place, changed


def read_notes(folder: Path) -> dict[str, Any]:
    """What `run.json` says, checked. Raises as `load` does."""
    if not (folder / NOTES).is_file():
        raise UsageError(f"{folder.parent} holds no checkpoint to go on from; leave out --resume to begin")
    try:
        notes = json.loads((folder / NOTES).read_text("utf-8"))
        notes = {"drawn": notes["samples"], "used": 0, **notes}  # of before batches could be used again
        notes["recipe"] = {"reuse": 1, **notes["recipe"]}
        kinds = {"tensors": str, "averaged": int, "recipe": dict, **{key: type(value) for key, value in vars(Place()).items()}}
        sound = notes["format"] == FORMAT and all(isinstance(notes[key], kind) for key, kind in kinds.items())
    except (OSError, ValueError, KeyError, TypeError):
        sound = False
    if not sound or Path(notes["tensors"]).name != notes["tensors"]:
        raise WeightsError(f"{folder / NOTES} is torn or of another version; begin anew with --start {folder.parent}")
    return notes


def _restore_random(states: Mapping[str, Any], recipe: Recipe, team: Team) -> None:
    """Each process its own generator's state; with another number of processes they begin anew."""
    # a row that does not begin its array may lie where torch's reading of it crashes: hence the copy
    here = {name: torch.from_numpy(state)[team.rank].clone() for name, state in states.items() if len(state) == team.size}
    if "random.cpu" in here:
        torch.set_rng_state(here["random.cpu"])
    if "random.device" in here and recipe.device.startswith("cuda"):
        torch.cuda.set_rng_state(here["random.device"], recipe.device)
