"""The training loop: draw, learn, average, save; one pupil or another, on one device or many, from anywhere on.

Progress is the larger of steps done and time used, so that one recipe fits a lease of minutes or a night.
"""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from ..errors import MissingExtraError, OutputError, UsageError
from ..scale.pool import Pool

try:
    import torch
    from torch import Tensor, nn
except ModuleNotFoundError as cause:
    raise MissingExtraError("train", "training") from cause

from torch.utils.checkpoint import checkpoint as recompute

from . import checkpoint
from .average import Average
from .blocks import Reuse, begin
from .checkpoint import Learner, Place
from .feed import Feed
from .optimizer import make_optimizer, update
from .parallel import Share, Team, join, whole, wrap
from .progress import Log
from .pupil import PUPILS, Pupil
from .recipe import Recipe
from .schedule import progress, rate
from .speed import peak

Watch = Callable[["Run", bool], bool]
AHEAD = 4  # batches a worker draws ahead
SHOWN = 4  # samples in a picture of what is read


class Lesson(nn.Module):
    """What a pupil does with a batch as one `forward`, so that DDP and FSDP have one thing to wrap."""

    def __init__(self, pupil: Pupil) -> None:
        super().__init__()
        self.network, self.pupil = pupil.network, pupil

    def forward(self, batch: Mapping[str, Tensor], done: float, most: int = 0) -> Any:
        """The loss and its parts at progress `done`; with `most`, what is read in so many samples."""
        return self.pupil.read(self.network, batch, most) if most else self.pupil.loss(self.network, batch, done)


@dataclass
class Run:
    """A run while it goes on."""

    recipe: Recipe
    team: Team
    pupil: Pupil
    lesson: nn.Module  # wrapped for the team
    learner: Learner
    place: Place = field(default_factory=Place)
    compiled: bool = False

    @classmethod
    def start(cls, recipe: Recipe, team: Team) -> Run:
        """Everything as the recipe says, before the first step. Raises what opening a pupil raises."""
        torch.manual_seed(recipe.seed)
        pupil = PUPILS[recipe.pupil](recipe)
        network, blocks = pupil.network.train(), list(pupil.blocks)
        if recipe.gradient_checkpointing:
            for block in blocks:
                block.forward = partial(recompute, block.forward, use_reentrant=False)
        lesson = wrap(Lesson(pupil), network, blocks, recipe, team)
        compiled = recipe.compile if recipe.compile is not None else recipe.device.startswith("cuda")
        if compiled:
            for block in blocks:
                block.compile(dynamic=True)
        learner = Learner(network, make_optimizer(network, recipe), Average(network, recipe.average))
        return cls(recipe, team, pupil, lesson, learner, compiled=compiled)

    @property
    def device(self) -> torch.device:
        return torch.device(self.recipe.device)

    def learn(self, batches: list[Mapping[str, Tensor]], done: float, rate: float) -> list[dict[str, Any]]:
        """One step in bfloat16 over batches on the device; the parts of each one's loss, still there."""
        parts = []
        for index, batch in enumerate(batches):
            waits = isinstance(self.lesson, nn.parallel.DistributedDataParallel) and index + 1 < len(batches)
            with self.lesson.no_sync() if waits else ExitStack():  # gradients are averaged once a step
                with torch.autocast(self.device.type, torch.bfloat16):
                    loss, told = self.lesson(batch, done)
                (loss / len(batches)).backward()
            parts.append({"loss": loss.detach(), **told})
        parts[-1]["norm"] = update(self.learner.network, self.learner.optimizer, rate, self.recipe.clip)
        self.learner.average.update()
        return parts

    def uncompile(self) -> None:
        """Go on without torch.compile; gradients of a step that failed are dropped."""
        self.compiled = False
        for block in self.pupil.blocks:
            block._compiled_call_impl = None
        self.learner.optimizer.zero_grad(set_to_none=True)

    def read(self, batch: Mapping[str, Tensor]) -> list:
        """What the network as it is reads in a batch; a team reads together."""
        lesson = self.lesson.module if isinstance(self.lesson, nn.parallel.DistributedDataParallel) else self.lesson
        with torch.no_grad(), torch.autocast(self.device.type, torch.bfloat16):
            return lesson(batch, 0.0, SHOWN)

    def save(self) -> None:
        """Averaged weights as a folder to read with, and a checkpoint to go on from."""
        state = whole(self.learner.average.state, self.team)
        if self.team.leads:
            self.pupil.save(state, Path(self.recipe.out))
        checkpoint.save(self.learner, self.place, self.recipe, self.team)


def train(recipe: Recipe, tell: Callable[[dict], None] = lambda row: None, watch: Watch | None = None) -> nn.Module:
    """Run `recipe`; logs to its `out` and to `tell`, leaves averaged weights and a checkpoint there and returns the network.

    `watch` is called before the first step and after each, with False; the run ends where it says so. It is called with True
    when the run is over, unless the process was told to end, for then there is more to come.
    Under torchrun every process calls it; the first one logs and saves. Raises UsageError for a recipe that cannot be run,
    WeightsError and InputError for what it names, OutputError for `out`, WorkerError for a process that died.
    """
    if recipe.threads:
        torch.set_num_threads(recipe.threads)
    with join(recipe) as (team, recipe), _asked_to_end() as asked:
        run = Run.start(recipe, team)
        _check_out(recipe)
        changed: list[str] = []
        if recipe.resume:
            run.place, changed = checkpoint.load(run.learner, recipe, team)
            if progress(recipe, run.place.step, run.place.seconds) >= 1.0:
                raise UsageError(f"the run in {recipe.out} is over at step {run.place.step}; give more --steps or --minutes")
        with _open(run, tell) as (feed, log):
            if changed and log:
                log.note(f"goes on with other values of: {', '.join(changed)}")
            if not (watch and watch(run, False)):
                _steps(run, feed, log, lambda: asked.is_set() or bool(watch and watch(run, False)))
            if watch and not asked.is_set():
                watch(run, True)
        run.save()
        for name, value in run.learner.network.state_dict().items():
            value.copy_(run.learner.average.state[name])
    return run.learner.network.eval()


def _check_out(recipe: Recipe) -> None:
    """A run that would write over another one ends here, not after an hour."""
    folder = Path(recipe.out)
    going_on = recipe.resume or (recipe.source and recipe.source.resolve() == folder.resolve())
    if any(folder.glob("*.safetensors")) and not going_on:
        mend = f"give another --out, --resume to go on where it ended, or --start {folder} to go on from its weights"
        raise OutputError(f"{folder} holds weights of another run; {mend}")


@contextmanager
def _open(run: Run, tell: Callable[[dict], None]) -> Iterator[tuple[Feed, Log | None]]:
    """The batches of this process from where the run stands, and the log in the process that leads."""
    recipe, team, place = run.recipe, run.team, run.place
    make = Share(run.pupil.batches(), team.rank, team.size, begin(place.number, place.used, team.size))
    reuse = None
    if recipe.reuse > 1:
        reuse = Reuse(recipe.reuse, make, run.pupil.again, recipe.seed, place.used, ahead=recipe.workers > 0)
    with ExitStack() as stack:
        log = Log(recipe, run.pupil.kinds, peak(run.device) * team.size, tell) if team.leads else None
        if log:
            stack.enter_context(log)
        pool = stack.enter_context(Pool(make, workers=recipe.workers, ahead=AHEAD))
        yield stack.enter_context(Feed(pool, run.device, run.device.type == "cuda", reuse)), log


@contextmanager
def _asked_to_end() -> Iterator[threading.Event]:
    """Set when the process is told to end (SIGTERM): the step is finished and all is saved."""
    asked = threading.Event()
    if threading.current_thread() is not threading.main_thread():
        yield asked
        return
    before = signal.signal(signal.SIGTERM, lambda *_: asked.set())
    try:
        yield asked
    finally:
        signal.signal(signal.SIGTERM, before)


def _steps(run: Run, feed: Feed, log: Log | None, ends: Callable[[], bool]) -> None:
    """All steps of a run, with a row of the log now and then, and after the last; `ends` is asked after each."""
    recipe, place, team = run.recipe, run.place, run.team
    started = time.monotonic() - place.seconds
    done = progress(recipe, place.step, place.seconds)
    while done < 1.0:
        fed = [feed.take() for _ in range(recipe.accumulate)]
        used = rate(recipe, place.step, done)
        parts = _learn(run, [batch.columns for batch in fed], done, used, log)
        place.step += 1
        counts = [run.pupil.count(batch.drawn) for batch in fed]
        fresh = [count.samples for count, batch in zip(counts, fed, strict=True) if not batch.use.before]
        place.number += team.size * len(fresh)
        place.samples += team.size * sum(count.samples for count in counts)
        place.drawn, place.used = place.drawn + team.size * sum(fresh), fed[-1].use.done
        place.seconds, ending = team.agree(time.monotonic() - started, float(ends()))
        done = progress(recipe, place.step, place.seconds)
        if log:
            for told, count, batch in zip(parts, counts, fed, strict=True):
                log.sums.add(told, batch.columns.get("kinds"))
                log.sums.count(count, run.pupil.flops(batch.drawn), team.size)
            if place.step % recipe.log_every == 0 or done >= 1.0 or ending:
                log.row(place, used, feed.waited)
        if recipe.show_every and place.step % recipe.show_every == 0:
            readings = run.read(fed[-1].columns)
            if log:
                log.show(readings, place.step)
        if ending:
            if log:
                log.note(f"told to end: stands at step {place.step}, goes on with --resume")
            return
        if place.step % recipe.save_every == 0 and done < 1.0:
            run.save()


def _learn(run: Run, batches: list, done: float, rate: float, log: Log | None) -> list[dict[str, Any]]:
    try:
        return run.learn(batches, done, rate)
    except torch.OutOfMemoryError:
        raise
    except Exception as cause:
        if not run.compiled or run.team.size > 1:  # others would wait for what this one has already sent
            raise
        run.uncompile()
        parts = run.learn(batches, done, rate)  # fails again where it was not torch.compile that failed
        if log:
            first = (str(cause).splitlines() or [type(cause).__name__])[0]
            log.note(f"torch.compile failed, the run goes on without it ({first:.160})")
        return parts
