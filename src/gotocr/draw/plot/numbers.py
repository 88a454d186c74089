"""Numbers as charts print them, the ticks of an axis, and how finely a person reads a value off it."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

FINEST = 50  # a person reads a value to about a fiftieth of the axis


@dataclass(frozen=True)
class Figures:
    """How numbers are printed: "$1,200", "45 %", "1.2M", "3,5"."""

    places: int = 0
    prefix: str = ""
    suffix: str = ""
    thousands: str = ","
    decimal: str = "."
    compact: str = ""  # letters for thousand, million, billion ("KMB"); "" = in full
    minus: str = "-"

    @property
    def unit(self) -> str:
        """The sign at the numbers, without white space."""
        return (self.prefix or self.suffix).strip()

    def show(self, value: float, places: int | None = None, bare: bool = False) -> str:
        """`value` as printed; `bare` leaves the unit out."""
        size, letter, needed = self._shortened(value)
        value /= size
        places = needed if letter else self.places if places is None else places
        text = f"{abs(value):,.{max(places, 0)}f}"
        text = text.replace(",", "\0").replace(".", self.decimal).replace("\0", self.thousands)
        minus = self.minus if value < 0 and any(letter in "123456789" for letter in text) else ""
        return minus + (text + letter if bare else f"{self.prefix}{text}{letter}{self.suffix}")

    def _shortened(self, value: float) -> tuple[float, str, int]:
        """What a number is divided by, the letter for it, and its decimals: three digits or so."""
        for size, letter in zip((1e9, 1e6, 1e3), reversed(self.compact), strict=False):
            if abs(value) >= 0.9995 * size:
                short = round(abs(value) / size, 1)
                return size, letter, 0 if short >= 99.95 or short == int(short) else 1
        return 1.0, "", self.places

    def value(self, value: float) -> float:
        """The number that `show` prints of `value`."""
        size, _, places = self._shortened(value)
        return tidy(round(value / size, max(places, 0)) * size)


def tidy(value: float) -> float:
    """Without the dust of binary fractions; whole numbers as int."""
    value = float(f"{value:.10g}")
    return int(value) if value == int(value) else value


def nice(size: float, sizes: tuple[float, ...] = (1, 2, 2.5, 5, 10)) -> float:
    """The least of `sizes` times a power of ten that is at least `size`."""
    power = 10.0 ** math.floor(math.log10(size))
    return next((tidy(step * power) for step in sizes if step * power >= size * (1 - 1e-9)), tidy(10 * power))


@dataclass(frozen=True)
class Scale:
    """An axis from `low` to `high` with its ticks."""

    low: float
    high: float
    ticks: tuple[float, ...]
    log: bool = False

    def at(self, value: float) -> float:
        """How far along the axis a value lies: 0 at its start, 1 at its end."""
        if self.log:
            return math.log(value / self.low) / math.log(self.high / self.low)
        return (value - self.low) / (self.high - self.low)

    @property
    def step(self) -> float:
        return self.ticks[1] - self.ticks[0] if len(self.ticks) > 1 else self.high - self.low

    @property
    def places(self) -> int:
        """Decimals that its ticks need."""
        return next((n for n in range(8) if all(abs(t * 10**n - round(t * 10**n)) < 1e-6 * 10**n for t in self.ticks)), 8)

    @property
    def grain(self) -> float:
        """What values are read to: the largest 1, 2 or 5 times a power of ten, under 1/50 of the axis, that fits its ticks."""
        span = (self.high - self.low) / FINEST
        power = math.floor(math.log10(span))
        for step in (*(k * 10.0**power for k in (5, 2, 1)), *(k * 10.0 ** (power - 1) for k in (5, 2, 1))):
            times = self.step / step
            if step <= span * (1 + 1e-9) and abs(times - round(times)) < 1e-6:
                return tidy(step)
        return tidy(10.0**power)

    def read(self, value: float) -> float:
        """A value as a person reads it off this axis: to its grain, on a logarithmic one to two digits."""
        if self.log:
            return tidy(float(f"{value:.1e}"))
        return tidy(round(value / self.grain) * self.grain)


def scale_for(values: list[float], count: int = 5, zero: bool = True, room: float = 0.0) -> Scale:
    """An axis with about `count` steps that holds all values, 0 too if `zero`, and a share `room` beyond the largest."""
    low, high = min(values), max(values)
    if zero:
        low, high = min(low, 0.0), max(high, 0.0)
    if high - low < 1e-12:
        high = low + (abs(low) or 1.0)
    high += room * (high - low) * (high > 0)
    low -= room * (high - low) * (low < 0)
    if low < 100 and max(values) <= 100.001 < high:  # shares of a whole end there
        high = 100.0
    step = nice((high - low) / max(count, 1))
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    ticks = tuple(tidy(step * k) for k in range(first, last + 1))
    return Scale(ticks[0], ticks[-1], ticks)


def log_scale(values: list[float]) -> Scale:
    """A logarithmic axis over whole powers of ten."""
    first, last = math.floor(math.log10(min(values)) + 1e-9), math.ceil(math.log10(max(values)) - 1e-9)
    last = max(last, first + 1)
    ticks = tuple(tidy(10.0**power) for power in range(first, last + 1))
    return Scale(ticks[0], ticks[-1], ticks, True)


def spread(total: float, count: int, rng: np.random.Generator, evenness: float = 2.0) -> np.ndarray:
    """`count` positive shares of `total`."""
    parts = rng.gamma(evenness, size=count) + 0.05
    return parts / parts.sum() * total
