"""Looks at what is held out while a course runs: keeps the best weights, and ends it when nothing is gained any more.

A look is the share of wrong tokens, teacher forced, of the averaged weights. Its rows lie beside the checkpoint, which is
written at the same steps, so that a course that goes on ends where one that was not cut off ends.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch

from ...errors import OutputError
from ..feed import tensors
from ..loop import Run
from .check import put
from .course import Course

BEST, ROWS = "best", "held-out-looks.jsonl"


@dataclass(frozen=True)
class Look:
    """How the weights of a step do on what is held out."""

    step: int
    error: float  # share of wrong tokens
    loss: float  # mean over tokens

    def beats(self, other: Look | None) -> bool:
        """Fewer wrong tokens, or as many, and a loss that is clearly lower."""
        if other is None:
            return True
        return self.error < other.error or (self.error == other.error and self.loss < 0.98 * other.loss)


class Watch:
    """What `loop.train` asks before the first step, after each, and at the end. Raises OutputError."""

    def __init__(self, course: Course, tell: Callable[[str], None]) -> None:
        self.course, self.tell = course, tell
        self.file = course.training / ROWS
        self.looks: list[Look] = []
        self.batches: list[Any] | None = None
        self.ended = ""
        self.over = False  # as long as it stays so, the process was told to end

    def __call__(self, run: Run, over: bool) -> bool:
        """Whether the run is to end; what it is `over` with is looked at in any case."""
        step, self.over = run.place.step, over
        if self.batches is None:
            self._begin(run)
        due = over or step % self.course.check_every == 0
        if not due or any(look.step == step for look in self.looks):
            return self._is_over()
        look, best = self.look(run), self.best
        self.looks.append(look)
        if look.beats(best):
            run.pupil.save(run.learner.average.state, self.course.training / BEST)
        put(self.file, "".join(json.dumps(asdict(row)) + "\n" for row in self.looks))
        gain = "the best so far" if look.beats(best) else f"no better for {self._since()} looks"
        self.tell(f"step {step:6}  held out: {look.error:6.2%} of tokens wrong, loss {look.loss:.3f}  ({gain})")
        return self._is_over()

    @property
    def best(self) -> Look | None:
        best: Look | None = None
        for look in self.looks:
            best = look if look.beats(best) else best
        return best

    def look(self, run: Run) -> Look:
        """The averaged weights on what is held out, without chance."""
        wrong = loss = tokens = 0.0
        with _averaged(run), torch.random.fork_rng(devices=[]), torch.no_grad(), torch.autocast(run.device.type, torch.bfloat16):
            for drawn in self.batches or []:
                columns = {name: value.to(run.device) for name, value in tensors(drawn).items()}
                _, parts = run.pupil.loss(run.learner.network, columns, 1.0)
                count = run.pupil.count(drawn).tokens
                wrong += count * (1 - float(parts["token_right"]))
                loss += count * float(parts["token"])
                tokens += count
        return Look(run.place.step, round(wrong / tokens, 6), round(loss / tokens, 6))

    def _begin(self, run: Run) -> None:
        self.batches = run.pupil.batches()().held(self.course.judged)
        if run.recipe.resume:
            self.recall(run.place.step)

    def recall(self, step: int) -> None:
        """Know again what was seen up to a step. Raises OutputError."""
        try:
            rows = [Look(**json.loads(row)) for row in self.file.read_text("utf-8").splitlines()]
        except (OSError, ValueError, TypeError) as cause:
            raise OutputError(f"{self.file} cannot be read ({cause}); begin anew without --resume, in another folder") from cause
        self.looks = [look for look in rows if look.step <= step]

    def _since(self) -> int:
        """Looks since the best one."""
        best = self.best
        return sum(look.step > best.step for look in self.looks) if best else 0

    def _is_over(self) -> bool:
        if self._since() >= self.course.patience:
            self.ended = f"ended early: {self.course.patience} looks without gain"
            return True
        return False

    def best_folder(self) -> Path:
        return self.course.training / BEST


@contextmanager
def _averaged(run: Run) -> Iterator[None]:
    """The network with the averaged weights, not learning; as it was afterwards."""
    network, own = run.learner.network, run.learner.average.own
    state = network.state_dict()
    kept = {name: state[name].clone() for name in own}
    with torch.no_grad():
        for name, value in own.items():
            state[name].copy_(value)
        network.eval()
        try:
            yield
        finally:
            network.train()
            for name, value in kept.items():
                state[name].copy_(value)
