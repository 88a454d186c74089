"""Programs that run the published model, each in a process of its own: our engine in several ways, and transformers' own.

Another way to be measured is one more `Rival` in `RIVALS`; another program is a class with what `OwnWriter` offers.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from ...schema import Job
from .machine import peak_memory

SEED = 11
PAD = 0  # never written: there is a single text


@dataclass(frozen=True)
class Took:
    """Seconds."""

    wall: float
    processor: float

    def __sub__(self, other: Took) -> Took:
        return Took(self.wall - other.wall, self.processor - other.processor)

    def __truediv__(self, count: float) -> Took:
        return Took(self.wall / count, self.processor / count)


@dataclass(frozen=True)
class Written:
    """What one writing took: to look at the picture, until the first token was there, and for each token after it."""

    picture: Took
    first: Took
    token: Took | None  # of a single token there is none
    ids: tuple[int, ...]


@dataclass(frozen=True)
class Rival:
    """Who writes, told to its process; called there, it loads the model in `folder`.

    `number` is what it multiplies (one of `floor.BITS`); `right` the share of tokens that are right in a draft of the text
    it is given, None without one.
    """

    name: str
    program: str  # "gotocr" or "transformers"
    number: str
    right: float | None = None
    folder: str = ""

    def __call__(self) -> OwnWriter | TheirWriter:
        return (OwnWriter if self.program == "gotocr" else TheirWriter)(self)


_ALL = (
    Rival("transformers", "transformers", "float32"),
    Rival("transformers-bfloat16", "transformers", "bfloat16"),
    Rival("float32", "gotocr", "float32"),
    Rival("int8", "gotocr", "int8"),
    Rival("int4", "gotocr", "int4"),
    Rival("int8-drafts", "gotocr", "int8", right=0.95),
)
RIVALS: Mapping[str, Rival] = {rival.name: rival for rival in _ALL}


class Loaded:
    """Who is loaded; `_load` is set when that is done."""

    _load: float

    def load(self) -> float:
        """Seconds it took, imports and all."""
        return self._load

    def memory(self) -> float | None:
        """The most it held so far, in megabytes."""
        return peak_memory()


class OwnWriter(Loaded):
    """Our engine. Raises what loading and reading raise."""

    def __init__(self, rival: Rival) -> None:
        from ...engines.onnx_got import open_engine  # what it imports is part of loading

        began = time.perf_counter()
        self._rival, self._engine = rival, open_engine(Path(rival.folder), "cpu", rival.number)
        self._draft: list[int] | None = None
        sessions = self._engine.sessions
        self._looking = Timed(sessions.see)
        sessions.see = self._looking
        self._load = time.perf_counter() - began

    def write(self, job: Job) -> Written:
        """Greedily, as many tokens as the job may have. Where a draft is given, the text is written once without before."""
        if self._rival.right is not None and self._draft is None:
            whole = [piece.token for piece in self._engine.run(replace(job, drafts=None))]
            self._draft = spoil(whole, self._rival.right)
        marks: list[Took] = []  # before the picture, and behind every token but the last; pieces come later, several at once

        def over() -> bool:
            marks.append(now())
            return False

        began = now()
        ids = [piece.token for piece in self._engine.run(replace(job, drafts=None if self._draft is None else (self._draft,), over=over))]
        return written(began, [*marks[1:], now()], ids, self._looking.took)


class TheirWriter(Loaded):
    """transformers' GotOcr2ForConditionalGeneration and its `generate`. Raises MissingProgramError where it is not installed."""

    def __init__(self, rival: Rival) -> None:
        began = time.perf_counter()
        from ..systems.hub import library

        transformers = library()
        import torch

        transformers.utils.logging.disable_progress_bar()
        kind = getattr(torch, rival.number)
        load = transformers.GotOcr2ForConditionalGeneration.from_pretrained
        self._model = load(rival.folder, local_files_only=True, dtype=kind).eval()
        self._model.generation_config.eos_token_id = None  # as many tokens as the others write
        self._kind, self._torch = kind, torch
        self._looking: list[Took] = []
        self._model.model.vision_tower.register_forward_pre_hook(lambda *_: self._looking.append(now()))
        self._model.model.multi_modal_projector.register_forward_hook(lambda *_: self._looking.append(now()))
        self._load = time.perf_counter() - began

    def write(self, job: Job) -> Written:
        torch, marks = self._torch, Marks()
        ids = torch.tensor([job.prompt.ids])
        pixels = torch.from_numpy(job.pixels.values).to(self._kind)
        asked = {"input_ids": ids, "attention_mask": torch.ones_like(ids), "pixel_values": pixels}
        began = now()
        with torch.inference_mode():
            out = self._model.generate(**asked, do_sample=False, max_new_tokens=job.max_tokens, pad_token_id=PAD, streamer=marks)
        looking, looked = self._looking[-2:]
        return written(began, marks.found[1:], out[0, len(job.prompt.ids) :].tolist(), looked - looking)


class Marks:
    """A streamer, as transformers calls it, that keeps when it was given something; at first that is the prompt."""

    def __init__(self) -> None:
        self.found: list[Took] = []

    def put(self, _: Any) -> None:
        self.found.append(now())

    def end(self) -> None:
        pass


class Timed:
    """A function and what its last call took."""

    def __init__(self, work: Callable[..., Any]) -> None:
        self._work, self.took = work, Took(0.0, 0.0)

    def __call__(self, *given: Any, **more: Any) -> Any:
        began = now()
        found = self._work(*given, **more)
        self.took = now() - began
        return found


def now() -> Took:
    return Took(time.perf_counter(), time.process_time())


def written(began: Took, marks: Sequence[Took], ids: Sequence[int], picture: Took) -> Written:
    """Of the times at which tokens came."""
    token = (marks[-1] - marks[0]) / (len(marks) - 1) if len(marks) > 1 else None
    return Written(picture, marks[0] - began, token, tuple(ids))


def spoil(ids: Sequence[int], right: float) -> list[int]:
    """The same tokens with so many of them wrong, here and there, each by another one of them."""
    spoilt, chosen = list(ids), random.Random(SEED)
    for place in chosen.sample(range(len(ids)), round(len(ids) * (1 - right))):
        others = [token for token in ids if token != ids[place]]
        spoilt[place] = chosen.choice(others) if others else ids[place] + 1
    return spoilt
