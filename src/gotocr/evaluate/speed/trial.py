"""A model and an engine being measured, in the process they have to themselves."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from ...schema import Job, Lost, Page, Piece, Task
from .machine import MEGA, peak_memory

if TYPE_CHECKING:
    from ...reader import Reader

MODE = "plain"


@dataclass(frozen=True)
class Run:
    """What one reading took. `first` is when the first token came; seconds, from the call on.

    Memory is the most the process (and on the accelerator torch) held till then, in megabytes; None where nobody tells.
    """

    wall: float
    processor: float
    first: float
    tokens: int
    pages: int
    memory: float | None = None
    device_memory: float | None = None


@dataclass(frozen=True)
class Loading:
    """`seconds` is from nothing to ready, imports and all; memory in megabytes, the most this process held till then."""

    seconds: float
    memory: float | None
    at_once: bool  # whether the engine reads several pictures at once
    threads: int | None  # of torch, where it is used


@dataclass(frozen=True)
class Configuration:
    """What a trial is made of, told to its process; called there, it loads the model. `name` is how the result calls it."""

    name: str
    model: str  # for `reader.load`
    engine: str
    device: str = "cpu"
    max_tokens: int = Task.max_tokens

    @property
    def title(self) -> str:
        return " ".join([self.name, self.engine, *([self.device] if self.device != "cpu" else [])])

    def __call__(self) -> Trial:
        from ...reader import load  # what it imports is part of loading

        began = time.perf_counter()
        reader = load(self.model, engine=self.engine, device=self.device, quiet=True)
        engine, _ = reader.engine, reader.setting
        took = time.perf_counter() - began
        torch = sys.modules.get("torch")
        threads = torch.get_num_threads() if torch else None
        return Trial(reader, self.max_tokens, Loading(took, peak_memory(), hasattr(engine, "rows"), threads))


class Trial:
    """A loaded reader that takes the time of what it does. Raises what reading raises."""

    def __init__(self, reader: Reader, max_tokens: int, loading: Loading) -> None:
        self.reader, self.loading = reader, loading
        self.task = Task(mode=MODE, max_tokens=max_tokens, places=False)  # one model is measured, not its guide

    def load(self) -> Loading:
        return self.loading

    def read(self, path: Path) -> Run:
        """All pages of a file, as `gotocr read` reads them: decoding, looking, writing, parsing."""
        return self._timed(self.reader.follow(path, self.task))

    def batch(self, paths: Sequence[Path]) -> Run:
        """Several pictures: all at once where the engine can, else one after another."""
        return self._timed(self._batch(paths))

    def _batch(self, paths: Sequence[Path]) -> Iterator[Page | Piece]:
        from ...decode.batch import open_rows, write_all
        from ...pixels.source import open_source

        reader, jobs = self.reader, []
        for path in paths:
            for page in open_source(path):
                if isinstance(page, Lost):
                    raise page.why
                yield page
                for view in reader.family.view(page, self.task, reader.setting):
                    prompt = reader.family.ask(self.task, view.pixels, reader.setting)
                    jobs.append(Job(view.pixels, prompt, self.task.max_tokens))
        yield from (piece for _, piece in write_all(open_rows(reader.engine, len(jobs)), jobs))

    def _timed(self, steps: Iterator[object]) -> Run:
        run, memory = _timed(steps), self.memory()
        return replace(run, memory=memory["peak"], device_memory=memory["device"])

    def memory(self) -> dict[str, float | None]:
        """The most this process held so far, of its memory and of the accelerator's, in megabytes."""
        torch = sys.modules.get("torch")
        cuda = torch is not None and self.reader.device.startswith("cuda")
        return {"peak": peak_memory(), "device": torch.cuda.max_memory_allocated(self.reader.device) / MEGA if cuda else None}


def _timed(steps: Iterator[object]) -> Run:
    began, used = time.perf_counter(), time.process_time()
    first, tokens, pages = None, 0, 0
    for step in steps:
        if isinstance(step, Page):
            pages += 1
        elif isinstance(step, Piece) and step.token >= 0:  # below 0: set between two views, by no model
            first = time.perf_counter() - began if first is None else first
            tokens += 1
    wall = time.perf_counter() - began
    return Run(wall, time.process_time() - used, wall if first is None else first, tokens, pages)
