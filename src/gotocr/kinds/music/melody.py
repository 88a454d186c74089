"""A voice that sings: its pitches walk by steps and leap now and then."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .rhythm import Plan, chance, pick, rhythm
from .score import Event, Voice, bar_length, replace

if TYPE_CHECKING:
    import numpy as np


def melody(rng: np.random.Generator, plan: Plan, span: tuple[int, int], thick: float = 0.0) -> list[Voice]:
    """A voice that moves by steps and now and then leaps; `thick` is the share of notes that are chords."""
    low, high = span
    at, trend = float(rng.uniform(low, high)), 0.0
    done = []
    silent = chance(rng, 0.06)
    for chord in plan.chords:
        events = []
        if (silent and chance(rng, 0.4)) or chance(rng, 0.012):
            done.append((Event(bar_length(plan.meter), form="bar"),))
            continue
        for event in rhythm(rng, plan):
            if chance(rng, plan.rests) and event.tuplet == (1, 1):
                events.append(replace(event, form="rest", beam=event.beam and chance(rng, 0.5)))
                continue
            trend = 0.6 * trend + float(rng.normal(0, 0.8)) + 0.9 * ((low + high) / 2 - at) / (high - low)
            leap = float(rng.normal(0, 4)) if chance(rng, 0.12) else 0.0
            at = _within(at + trend + leap, low - 1.4, high + 1.4)
            height = round(at)
            alter = int(rng.choice((-1, 1))) if chance(rng, plan.chromatic) else 0
            heights = [height, *_below(rng, height, chord + plan.root)] if chance(rng, thick) else [height]
            pitches = tuple(plan.pitch(one, alter if place == 0 else 0) for place, one in enumerate(heights))
            beam = event.beam and not (plan.lone and event.tuplet == (1, 1))
            events.append(replace(event, pitches=pitches, beam=beam))
        done.append(tuple(events))
    return done


def _within(at: float, low: float, high: float) -> float:
    """Thrown back from the ends of the range."""
    at = 2 * high - at if at > high else 2 * low - at if at < low else at
    return min(max(at, low), high)


def _below(rng: np.random.Generator, height: int, root: int) -> list[int]:
    """One to three more notes of a chord under a note."""
    gaps = pick(rng, (((2,), 4), ((2, 4), 3), ((5,), 2), ((7,), 2), ((3,), 1), ((2, 5), 1), ((2, 4, 7), 1), ((1,), 0.3)))
    return [height - gap for gap in gaps]
