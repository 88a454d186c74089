"""Compose scores by chance: one staff, a grand staff, hymns, choirs and quartets, with their keys, metres and bar lines."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import TYPE_CHECKING

from .accidentals import spelled
from .accompaniment import alberti, blocks, octaves, waltz
from .melody import melody
from .rhythm import Plan, chance, pick
from .score import KEYS, Bar, Event, Score, Staff, Voice, bar_length, normal, replace

if TYPE_CHECKING:
    import numpy as np

Q, E = Fraction(1, 4), Fraction(1, 8)
METERS = (
    ("C", 7),
    ("4/4", 9),
    ("3/4", 9),
    ("2/4", 7),
    ("6/8", 7),
    ("C|", 3),
    ("2/2", 1),
    ("3/8", 2),
    ("9/8", 1),
    ("12/8", 1),
    ("3/2", 1),
    ("5/4", 0.6),
    ("6/4", 0.5),
    ("7/8", 0.4),
)
CHORDS = ((0, 6), (3, 3), (4, 4), (5, 2), (1, 2), (2, 0.7))  # roots above the key note, and how often
RANGES = {"treble": (27, 41), "treble-8": (20, 34), "bass": (16, 30), "alto": (22, 35), "tenor": (20, 33)}  # steps above C0


def compose(rng: np.random.Generator) -> Score:
    """A piece of one system, its accidentals printed where they are needed."""
    return spelled(normal(draft(rng)), careful=True)


def draft(rng: np.random.Generator, lines: int = 1) -> Score:
    """A piece without printed accidentals: one staff mostly, a grand staff, a hymn, or the staves of a choir or quartet."""
    meter = pick(rng, METERS)
    busy = float(rng.random())
    count = max(1, round(float(rng.uniform(3, 16)) / (float(bar_length(meter)) * (1.5 + 4 * busy)) + 0.5)) * lines
    plan = Plan(
        key=int(pick(rng, [(sharps, 9 - abs(sharps) ** 1.2 if abs(sharps) < 6 else 0.7) for sharps in KEYS])),
        meter=meter,
        chords=tuple(pick(rng, CHORDS) for _ in range(count)),
        busy=busy,
        chromatic=pick(rng, ((0.0, 3), (0.04, 4), (0.12, 2), (0.3, 0.6))),
        rests=pick(rng, ((0.0, 3), (0.05, 4), (0.15, 1))),
        lone=chance(rng, 0.1),
    )
    form = pick(rng, ((_solo, 10), (_duet, 3), (_piano, 7), (_hymn, 2.5), (_parts, 3)))
    score = form(rng, plan)
    while not any(event.pitches for bar in score.bars for voice in bar.voices for event in voice):
        score = form(rng, plan)  # rests alone do not tell how long they are
    if chance(rng, 0.25):
        score = _with_upbeat(rng, score, plan)
    score = _with_bar_lines(rng, score)
    shown = chance(rng, 0.55)
    score = in_lines(score, lines)
    return replace(score, key=plan.key, meter=meter if shown else "")


def in_lines(score: Score, lines: int) -> Score:
    """The score in so many systems of about equally many bars."""
    size = max(1, -(-len(score.bars) // lines))
    return replace(score, bars=tuple(replace(bar, last=number % size == size - 1) for number, bar in enumerate(score.bars)))


def _bars(voices: Sequence[list[Voice]]) -> tuple[Bar, ...]:
    return tuple(Bar(tuple(part)) for part in zip(*voices, strict=True))


def _solo(rng: np.random.Generator, plan: Plan) -> Score:
    clef = pick(rng, (("treble", 10), ("bass", 3), ("alto", 1), ("tenor", 0.7), ("treble-8", 0.8)))
    thick = pick(rng, ((0.0, 8), (0.2, 1), (0.7, 0.7)))
    return Score(_bars([melody(rng, plan, RANGES[clef], thick)]), (Staff(clef),))


def _duet(rng: np.random.Generator, plan: Plan) -> Score:
    """Two voices on one staff, as for guitar or two singers."""
    clef = pick(rng, (("treble", 5), ("treble-8", 2), ("bass", 2)))
    low, high = RANGES[clef]
    middle = (low + high) // 2
    calm = replace(plan, busy=plan.busy * float(rng.random()))
    same = chance(rng, 0.4)
    lower = _under(rng, plan, melody(rng, plan, (middle, high + 1)), low) if same else None
    if lower is None:
        upper, below = (
            melody(rng, plan, (middle, high + 1), pick(rng, ((0.0, 3), (0.4, 1)))),
            melody(rng, calm, (low - 1, middle - 1)),
        )
    else:
        upper, below = lower
    return Score(_bars([upper, below]), (Staff(clef, 2),))


def _under(rng: np.random.Generator, plan: Plan, upper: list[Voice], low: int) -> tuple[list[Voice], list[Voice]]:
    """A second voice in the rhythm of the first, a third to a sixth below it."""
    below = []
    for voice in upper:
        gap = int(rng.integers(2, 6))
        below.append(
            tuple(
                replace(event, pitches=tuple(plan.pitch(max(p.height - gap, low - 3)) for p in event.pitches)) for event in voice
            )
        )
    return upper, below


def _piano(rng: np.random.Generator, plan: Plan) -> Score:
    left = pick(rng, ((alberti, 3), (waltz, 3), (blocks, 3), (octaves, 1.5), (_bass_line, 3)))(rng, plan)
    upper = melody(rng, plan, (28, 42), pick(rng, ((0.0, 4), (0.3, 2), (0.8, 1))))
    voices, staves = [upper], [1, 1]
    if chance(rng, 0.2):
        voices.append(melody(rng, replace(plan, busy=0.1), (25, 32)))
        staves[0] = 2
    if chance(rng, 0.1):
        low, calm = plan, replace(plan, busy=0.1)
        left, staves[1] = melody(rng, low, (21, 30)), 2
        voices += [left, melody(rng, calm, (14, 22))]
    else:
        voices.append(left)
    clefs = ("treble", "bass") if chance(rng, 0.94) else pick(rng, ((("treble", "treble"), 1), (("bass", "bass"), 1)))
    if clefs == ("treble", "treble"):
        voices[-staves[1] :] = [_moved(plan, voice, 7) for voice in voices[-staves[1] :]]
    elif clefs == ("bass", "bass"):
        voices[: staves[0]] = [_moved(plan, voice, -7) for voice in voices[: staves[0]]]
    return Score(_bars(voices), (Staff(clefs[0], staves[0]), Staff(clefs[1], staves[1])), group="{", through=True)


def _moved(plan: Plan, part: list[Voice], steps: int) -> list[Voice]:
    return [
        tuple(replace(e, pitches=tuple(p._replace(octave=p.octave + steps // 7) for p in e.pitches)) for e in voice)
        for voice in part
    ]


def _bass_line(rng: np.random.Generator, plan: Plan) -> list[Voice]:
    return melody(rng, replace(plan, busy=plan.busy * 0.7), (15, 28), pick(rng, ((0.0, 3), (0.3, 1))))


def _hymn(rng: np.random.Generator, plan: Plan) -> Score:
    """Four voices on two staves, mostly in one rhythm."""
    calm = replace(plan, busy=plan.busy * 0.4)
    lows = ((32, 39), (28, 34), (23, 30), (16, 24))
    first = melody(rng, calm, lows[0])
    voices = [first]
    for low, high in lows[1:]:
        part = melody(rng, calm, (low, high))
        voices.append(
            [_retuned(rng, plan, model, low, high) if chance(rng, 0.7) else own for model, own in zip(first, part, strict=True)]
        )
    return Score(
        _bars(voices), (Staff("treble", 2), Staff("bass", 2)), group=pick(rng, (("{", 2), ("[", 2))), through=chance(rng, 0.7)
    )


def _retuned(rng: np.random.Generator, plan: Plan, model: Voice, low: int, high: int) -> Voice:
    at = int(rng.integers(low, high + 1))
    done = []
    for event in model:
        at = max(low, min(high, at + int(rng.integers(-2, 3))))
        done.append(replace(event, pitches=(plan.pitch(at),) if event.pitches else ()))
    return tuple(done)


def _parts(rng: np.random.Generator, plan: Plan) -> Score:
    """A staff a voice: choir, strings, a few instruments."""
    choir = (("Soprano", "S.", "treble"), ("Alto", "A.", "treble"), ("Tenor", "T.", "treble-8"), ("Bass", "B.", "bass"))
    strings = (
        ("Violin I", "Vln. I", "treble"),
        ("Violin II", "Vln. II", "treble"),
        ("Viola", "Vla.", "alto"),
        ("Cello", "Vc.", "bass"),
    )
    winds = (("Flute", "Fl.", "treble"), ("Oboe", "Ob.", "treble"), ("Clarinet", "Cl.", "treble"), ("Bassoon", "Bsn.", "bass"))
    chosen = pick(rng, ((choir, 4), (strings, 4), (winds, 2)))
    start, stop = pick(rng, (((0, 4), 5), ((0, 2), 2), ((0, 3), 1), ((1, 4), 1)))
    named = pick(rng, ((0, 2), (1, 2), (2, 2)))  # full names, short names, none
    parts = chosen[start:stop]
    staves = tuple(Staff(clef, 1, name if named == 0 else short if named == 1 else "") for name, short, clef in parts)
    shortened = Plan(**{**plan.__dict__, "chords": plan.chords[:6]})
    voices = [
        melody(rng, replace(shortened, busy=plan.busy * float(rng.uniform(0.3, 1))), RANGES[staff.clef]) for staff in staves
    ]
    return Score(_bars(voices), staves, group=pick(rng, (("[", 8), ("", 1))), through=chance(rng, 0.6))


def _with_upbeat(rng: np.random.Generator, score: Score, plan: Plan) -> Score:
    """A short first bar in front."""
    length = bar_length(plan.meter)
    short = Q if length > Fraction(1, 2) and chance(rng, 0.6) else E
    first = score.bars[0]
    voices = []
    for voice in first.voices:
        model = next((event for event in voice if event.pitches), None)
        form = "note" if model and (chance(rng, 0.8) or not voices) else "rest"
        voices.append((Event(short, model.pitches if model and form == "note" else (), form),))
    if not any(voice[0].pitches for voice in voices):
        return score
    return replace(score, bars=(Bar(tuple(voices)), *score.bars))


def _with_bar_lines(rng: np.random.Generator, score: Score) -> Score:
    """Repeats, endings, double bars; an excerpt mostly ends with a plain line."""
    bars, count = list(score.bars), len(score.bars)
    bars[-1] = replace(bars[-1], right=pick(rng, (("|", 9), ("|]", 6), ("||", 1.5), (":|", 3), ("", 0.3))))
    if chance(rng, 0.12):
        bars[0] = replace(bars[0], left="|:")
    for number in range(count - 1):
        if chance(rng, 0.06):
            bars[number] = replace(bars[number], right=pick(rng, (("||", 2), (":|", 2), ("|:", 2), ("::", 1))))
    if count > 2 and chance(rng, 0.1):
        at = int(rng.integers(1, count - 1))
        bars[at] = replace(bars[at], ending="1", right=":|")
        bars[at + 1] = replace(bars[at + 1], ending="2")
        if at > 1 and bars[at - 1].right in (":|", "::", "|:"):
            bars[at - 1] = replace(bars[at - 1], right="|")
    return replace(score, bars=tuple(bars))
