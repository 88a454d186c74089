"""The log of a run: means over the steps since the last row, for each kind of sample, too; how fast it goes, what it reads.

Everything is summed on the device and fetched once a row, so that steps do not wait for each other.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from ..errors import MissingExtraError, OutputError
from .checkpoint import Place
from .pupil import Count, Reading
from .recipe import Recipe
from .shown import show

PER_SAMPLE = {"per_sample": "loss", "per_sample_right": "right"}  # parts of a loss -> what the log calls them


@dataclass
class Sums:
    """What happened since the last row."""

    kinds: int
    parts: dict[str, Any] = field(default_factory=dict)
    times: dict[str, int] = field(default_factory=dict)
    each: dict[str, Tensor] = field(default_factory=dict)  # (2, kinds): sum and count
    samples: int = 0
    tokens: int = 0
    flops: float = 0.0

    def add(self, parts: Mapping[str, Any], kinds: Tensor | None) -> None:
        """Parts of the loss of one batch; `kinds` (S,) of its samples."""
        for name, value in parts.items():
            if name not in PER_SAMPLE:
                self.parts[name] = self.parts.get(name, 0.0) + value
                self.times[name] = self.times.get(name, 0) + 1
            elif kinds is not None and self.kinds:
                known = ~torch.isnan(value)
                pair = torch.stack([value.nan_to_num().float(), known.float()])  # (2, S)
                total = self.each.get(name, pair.new_zeros(2, self.kinds))
                self.each[name] = total.index_add(1, kinds.long(), pair)

    def count(self, count: Count, flops: float, size: int = 1) -> None:
        """A batch of this process, of which `size` learn at once from batches about as large."""
        self.samples += size * count.samples
        self.tokens += size * count.tokens
        self.flops += size * flops

    def means(self) -> dict[str, float]:
        """Waits for the device."""
        return {name: round(float(value) / self.times[name], 4) for name, value in self.parts.items()}

    def by_kind(self, names: Sequence[str]) -> dict[str, dict[str, float]]:
        """Mean loss and share of right tokens of each kind that came."""
        found: dict[str, dict[str, float]] = {}
        for part, word in PER_SAMPLE.items():
            if part in self.each:
                for name, total, count in zip(names, *self.each[part].tolist(), strict=True):
                    if count:
                        found.setdefault(name, {})[word] = round(total / count, 4)
        return found


class Log:
    """Rows to `<out>/log.jsonl`, to `tell` and, where the recipe says so, to event files; pictures to `<out>/shown/`.

    Raises OutputError where `out` cannot be written, MissingExtraError where event files are wanted and not to be had.
    """

    def __init__(self, recipe: Recipe, kinds: Sequence[str], peak: float, tell: Callable[[dict], None]) -> None:
        self.folder, self.kinds, self.peak, self.tell = Path(recipe.out), kinds, peak, tell
        self.sums, self._since, self._waited = Sums(len(kinds)), time.monotonic(), 0.0
        self._events = _open_events(self.folder) if recipe.tensorboard else None
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            self._file = open(self.folder / "log.jsonl", "a", encoding="utf-8")
        except OSError as cause:
            raise OutputError(f"cannot write to {self.folder}: {cause.strerror or cause}") from cause

    def __enter__(self) -> Log:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()
        if self._events:
            self._events.close()

    def note(self, text: str) -> None:
        """A line about the run itself."""
        self._write({"note": text})

    def row(self, place: Place, rate: float, waited: float) -> None:
        """Where the run is, and the means since the last row; `waited` seconds for batches since the run began."""
        sums = self.sums
        means, kinds = sums.means(), sums.by_kind(self.kinds)  # waits for the device, so before the clock is read
        now = time.monotonic()
        took = max(now - self._since, 1e-9)
        row = {"step": place.step, "seconds": round(place.seconds, 1), "samples": place.samples, "drawn": place.drawn}
        row |= {"rate": rate}
        row |= {"samples_per_second": round(sums.samples / took, 2), "tokens_per_second": round(sums.tokens / took, 1)}
        row |= {"mfu": round(sums.flops / took / self.peak, 4), "wait": round(min(1.0, (waited - self._waited) / took), 3)}
        row |= means
        self._write(row | {"kinds": kinds} if kinds else row)
        if self._events:
            flat = {**row, **{f"{word}/{kind}": value for kind, both in kinds.items() for word, value in both.items()}}
            for name, value in flat.items():
                self._events.add_scalar(name, value, place.step)
            self._events.flush()
        self.sums, self._since, self._waited = Sums(len(self.kinds)), now, waited

    def show(self, readings: Sequence[Reading], step: int) -> None:
        """Keep a picture of what the network reads now."""
        try:
            file = show(readings, self.folder / "shown", step)
        except OSError as cause:
            raise OutputError(f"cannot write to {self.folder / 'shown'}: {cause.strerror or cause}") from cause
        if self._events:
            import numpy as np
            from PIL import Image

            self._events.add_image("reads", np.asarray(Image.open(file)), step, dataformats="HWC")

    def _write(self, row: dict[str, Any]) -> None:
        self._file.write(json.dumps(row) + "\n")
        self._file.flush()
        self.tell(row)


def _open_events(folder: Path) -> Any:
    try:
        from torch.utils.tensorboard import SummaryWriter
    except ImportError as cause:
        raise MissingExtraError("tensorboard", "writing event files", cause) from cause
    return SummaryWriter(str(folder))
