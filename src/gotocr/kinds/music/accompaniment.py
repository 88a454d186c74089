"""What the left hand plays: broken chords, bass and chords by turns, held chords, octaves."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import TYPE_CHECKING

from .melody import melody
from .rhythm import Plan, chance, pick, rhythm
from .score import Event, Voice, bar_length, replace

if TYPE_CHECKING:
    import numpy as np

F = Fraction
Q, E, S = F(1, 4), F(1, 8), F(1, 16)


def _triad(plan: Plan, chord: int, low: int) -> list[int]:
    """Heights of the chord's root, third and fifth from `low` up."""
    root = plan.root + chord
    root += 7 * -(-(low - root) // 7)
    return [root, root + 2, root + 4]


def _filled(lengths: Sequence[Fraction], whole: Fraction) -> bool:
    return sum(lengths, F(0)) == whole


def alberti(rng: np.random.Generator, plan: Plan) -> list[Voice]:
    """Broken triads in even notes."""
    length = bar_length(plan.meter)
    compound = plan.meter in ("6/8", "9/8", "12/8", "3/8")
    unit = E if compound or chance(rng, 0.7) else S
    order = (0, 1, 2) if compound else pick(rng, (((0, 2, 1, 2), 4), ((0, 1, 2, 1), 2), ((2, 0, 1, 0), 0.5)))
    group = 3 if compound else 4
    low, done = int(rng.integers(18, 23)), []
    for chord in plan.chords:
        triad, count = _triad(plan, chord, low), int(length / unit)
        inside = [number % group != group - 1 and number + 1 < count for number in range(count)]
        done.append(tuple(Event(unit, (plan.pitch(triad[order[n % len(order)]]),), beam=inside[n]) for n in range(count)))
    return done if _filled([unit] * count, length) else blocks(rng, plan)


def waltz(rng: np.random.Generator, plan: Plan) -> list[Voice]:
    """A bass note, then chords on the beats that follow; in fours and twos, bass and chord by turns."""
    length = bar_length(plan.meter)
    unit = {"6/8": E, "3/8": E, "9/8": E, "12/8": E, "3/2": F(1, 2), "2/2": Q, "C|": Q, "2/4": pick(rng, ((E, 2), (Q, 1)))}.get(
        plan.meter, Q
    )
    count, low, done = int(length / unit), int(rng.integers(12, 18)), []
    three = plan.meter in ("3/4", "3/8", "6/8", "9/8", "12/8", "3/2", "6/4")
    doubled, silent = chance(rng, 0.3), chance(rng, 0.15)
    for chord in plan.chords:
        bass, voice = _triad(plan, chord, low), []
        upper = _triad(plan, chord, low + 7)
        for number in range(count):
            strong = number % (3 if three else 2) == 0
            heights = (
                ([bass[0], bass[0] + 7] if doubled else [bass[0 if number == 0 else 2]])
                if strong
                else upper[: 3 if chance(rng, 0.6) else 2]
            )
            beam = unit < Q and number % (3 if three else 2) != (2 if three else 1)
            rest = silent and not strong and number == count - 1
            voice.append(
                Event(unit, form="rest") if rest else Event(unit, tuple(map(plan.pitch, heights)), beam=beam and not silent)
            )
        done.append(tuple(voice))
    return done if _filled([unit] * count, length) else blocks(rng, plan)


def blocks(rng: np.random.Generator, plan: Plan) -> list[Voice]:
    """Held or repeated chords."""
    calm = replace(plan, busy=0.15 * plan.busy, rests=plan.rests)
    low, done = int(rng.integers(16, 22)), []
    for chord in plan.chords:
        triad = _triad(plan, chord, low)
        notes = pick(rng, ((triad, 4), (triad[::2], 2), ([triad[0], triad[2], triad[0] + 7], 1), (triad[:1], 1.5)))
        done.append(tuple(replace(event, pitches=tuple(map(plan.pitch, notes))) for event in rhythm(rng, calm)))
    return done


def octaves(rng: np.random.Generator, plan: Plan) -> list[Voice]:
    """A bass line in octaves."""
    line = melody(rng, replace(plan, busy=plan.busy * 0.5, chromatic=plan.chromatic / 2), (16, 22))
    return [
        tuple(
            replace(e, pitches=(e.pitches[0]._replace(octave=e.pitches[0].octave - 1), e.pitches[0])) if e.pitches else e
            for e in v
        )
        for v in line
    ]
