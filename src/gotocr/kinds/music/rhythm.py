"""Rhythms of one bar by beats, and what the voices of a piece share: key, metre, chords."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, TypeVar

from .score import KEYS, STEPS, Event, Pitch, bar_length, key_alter, replace

if TYPE_CHECKING:
    import numpy as np

T = TypeVar("T")
F = Fraction
E = F(1, 8)
TRIPLET = (3, 2)
SIMPLE = (  # rhythms of one beat in units of it, and how often; a tuplet is (p, q)
    ((F(1),), 9),
    ((F(1, 2), F(1, 2)), 8),
    ((F(1, 4),) * 4, 4),
    ((F(1, 2), F(1, 4), F(1, 4)), 2),
    ((F(1, 4), F(1, 4), F(1, 2)), 2),
    ((F(3, 4), F(1, 4)), 3),
    ((F(1, 4), F(3, 4)), 0.4),
    ((F(1, 4), F(1, 2), F(1, 4)), 0.8),
    ((F(3, 4), F(1, 8), F(1, 8)), 0.3),
    ((F(1, 2), F(1, 8), F(1, 8), F(1, 8), F(1, 8)), 0.2),
    ((F(1, 8),) * 8, 0.2),
)
LONG = {  # rhythms of several beats
    2: (
        ((F(2),), 5),
        ((F(3, 2), F(1, 2)), 4),
        ((F(1, 2), F(1), F(1, 2)), 1),
        ((F(1, 2), F(3, 2)), 0.2),
        ((F(7, 4), F(1, 4)), 0.1),
    ),
    3: (((F(3),), 1),),
    4: (((F(4),), 1), ((F(3), F(1)), 0.7), ((F(7, 2), F(1, 2)), 0.1)),
}
COMPOUND = (  # rhythms of a dotted beat in units of its third
    ((F(3),), 5),
    ((F(2), F(1)), 6),
    ((F(1), F(2)), 0.8),
    ((F(1), F(1), F(1)), 8),
    ((F(3, 2), F(1, 2), F(1)), 1.5),
    ((F(1, 2),) * 6, 0.8),
    ((F(1), F(1), F(1, 2), F(1, 2)), 1),
    ((F(1), F(1, 2), F(1, 2), F(1)), 0.7),
    ((F(1, 2), F(1, 2), F(1), F(1)), 0.7),
)


def pick(rng: np.random.Generator, weighted: Sequence[tuple[T, float]]) -> T:
    """One of the values, as often as their weights say."""
    at = rng.random() * sum(weight for _, weight in weighted)
    for value, weight in weighted:
        at -= weight
        if at < 0:
            return value
    return weighted[-1][0]


def chance(rng: np.random.Generator, share: float) -> bool:
    return bool(rng.random() < share)


@dataclass(frozen=True)
class Plan:
    """What the voices of a piece share: a chord's root (0 = the key note) for each bar."""

    key: int
    meter: str
    chords: tuple[int, ...]
    busy: float  # 0 = long notes, 1 = many short ones
    chromatic: float  # share of notes with an accidental
    rests: float
    lone: bool = False  # eighths that are flagged, not beamed, as for singers

    @property
    def root(self) -> int:
        """Steps of the major key's note above C."""
        return STEPS.index(KEYS[self.key][0])

    def pitch(self, height: int, alter: int = 0) -> Pitch:
        """The scale's pitch at a height in steps above C0, raised or lowered where that is a usual accidental."""
        step, octave = STEPS[height % 7], height // 7
        usual = key_alter(step, self.key)
        return Pitch(step, octave, max(-2, min(2, usual + alter)) if abs(usual + alter) < 3 else usual)


def rhythm(rng: np.random.Generator, plan: Plan) -> list[Event]:
    """The events of one bar without pitches, beamed by beats."""
    length = bar_length(plan.meter)
    above, below = {"C": (4, 4), "C|": (2, 2)}.get(plan.meter) or map(int, plan.meter.split("/"))
    above, below = int(above), int(below)
    if below == 8 and above % 3 == 0:
        beats = [[event for event in _beat(rng, COMPOUND, F(1, 8), plan.busy)] for _ in range(above // 3)]
        done = [event for beat in beats for event in beat]
        if above == 6 and chance(rng, 0.25 * (1 - plan.busy)):
            done = [Event(F(3, 4))]
        return done
    if below == 8:  # 7/8, 5/8: twos and a three
        groups = [2] * ((above - 3) // 2) + [3]
        rng.shuffle(groups)
        return [
            event for group in groups for event in _run([E] * group if chance(rng, 0.6) else [E * group if group != 3 else E * 3])
        ]
    unit, done, left = F(1, below), [], above
    while left:
        several = [
            (count, weight * (1.6 - 1.5 * plan.busy)) for count, weight in ((2, 0.35), (3, 0.12), (4, 0.12)) if count <= left
        ]
        count = pick(rng, [*several, (1, 0.75)])
        if count > 2 and count != above:
            count = 1
        if count == 1:
            done += _beat(rng, SIMPLE, unit, plan.busy)
        else:
            done += _run([unit * part for part in pick(rng, LONG[count])])
        left -= count
    if above % 2 == 0 and below == 4 and chance(rng, 0.6):
        done = _halves(done, length)
    return done


def _beat(
    rng: np.random.Generator, rhythms: Sequence[tuple[tuple[Fraction, ...], float]], unit: Fraction, busy: float
) -> list[Event]:
    if rhythms is SIMPLE and chance(rng, 0.05):
        if chance(rng, 0.12):
            return _tuplet([unit / 4] * 5, (5, 4)) if chance(rng, 0.5) else _tuplet([unit / 4] * 6, (6, 4))
        return _tuplet([unit / 2] * 3 if chance(rng, 0.8) else [unit, unit / 2], TRIPLET)
    weighted = [(lengths, weight * (0.15 + (busy if len(lengths) > 1 else 1 - busy)) ** 1.5) for lengths, weight in rhythms]
    lengths = pick(rng, weighted)
    if max(unit * length for length in lengths) and min(unit * length for length in lengths) < F(1, 64):
        lengths = lengths[:1]
    return _run([unit * length for length in lengths])


def _run(lengths: Sequence[Fraction]) -> list[Event]:
    """Events under one beam as far as they have flags."""
    return [Event(length, beam=number + 1 < len(lengths)) for number, length in enumerate(lengths)]


def _tuplet(lengths: Sequence[Fraction], ratio: tuple[int, int]) -> list[Event]:
    first, *others = _run(lengths)
    return [replace(first, tuplet=ratio, opens=len(lengths)), *(replace(event, tuplet=ratio) for event in others)]


def _halves(events: list[Event], length: Fraction) -> list[Event]:
    """Four plain eighths of a half bar under one beam."""
    at, done = F(0), list(events)
    for number, event in enumerate(events):
        at += event.time
        four = events[max(number - 1, 0) : number + 3]
        plain = len(four) == 4 and all(one.length == E and not one.opens and one.tuplet == (1, 1) for one in four)
        if plain and at % F(1, 2) == F(1, 4) and not event.beam:
            done[number] = replace(event, beam=True)
    return done
