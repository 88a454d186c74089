"""From one kind of float to another, a part of a tensor at a time, and what was lost by it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

import numpy as np

from ..errors import WeightsError
from .tensors import narrow, widen

EXACT = "nothing was rounded"


@dataclass
class Rounding:
    """The largest difference between what was given and what was written, of each tensor."""

    errors: dict[str, float] = field(default_factory=dict)
    largest: dict[str, float] = field(default_factory=dict)  # number of that tensor, without its sign

    def note(self, name: str, before: np.ndarray, after: np.ndarray) -> None:
        """Both float32, of the same shape."""
        with np.errstate(invalid="ignore"):
            error = float(np.nanmax(np.abs(after - before), initial=0.0))
        self.errors[name] = max(self.errors.get(name, 0.0), error)
        self.largest[name] = max(self.largest.get(name, 0.0), float(np.nanmax(np.abs(before), initial=0.0)))

    @property
    def worst(self) -> str | None:
        """The tensor with the largest error; None where nothing was rounded."""
        name = max(self.errors, key=lambda name: self.errors[name], default=None)
        return name if name is not None and self.errors[name] > 0 else None

    def told(self) -> str:
        name = self.worst
        if name is None:
            return EXACT
        return f"the largest rounding error is {self.errors[name]:.3g}, in {name}, whose numbers reach {self.largest[name]:.3g}"


def cast(parts: Iterable[np.ndarray], name: str, change: tuple[str, str], rounding: Rounding) -> Iterator[np.ndarray]:
    """Parts stored as `change[0]` (F32, F16, BF16) as they are stored as `change[1]`; BF16 as its bits.

    Raises WeightsError for numbers that the new kind cannot hold.
    """
    was, becomes = change
    for part in parts:
        if was == becomes:
            yield part
            continue
        wide = wide_of(part, was)
        if becomes == "F32":
            yield wide  # every float16 and bfloat16 is one of float32's
            continue
        with np.errstate(over="ignore"):
            stored = narrow(wide) if becomes == "BF16" else wide.astype(np.float16)
        back = wide_of(stored, becomes)
        if not (np.isfinite(back) | ~np.isfinite(wide)).all():
            raise WeightsError(f"{name} holds numbers that {'float16' if becomes == 'F16' else 'bfloat16'} cannot; write them as float32")
        rounding.note(name, wide, back)
        yield stored


def wide_of(part: np.ndarray, dtype: str) -> np.ndarray:
    """Stored floats as float32."""
    return widen(part) if dtype == "BF16" else part.astype(np.float32)
