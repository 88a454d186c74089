"""Cut an excerpt of a few bars out of a tune written in ABC."""

from __future__ import annotations

import re
from fractions import Fraction
from typing import TYPE_CHECKING

from .abc_reader import from_abc
from .compose import in_lines
from .rhythm import chance
from .score import Bar, Score, Voice, normal, problems, replace

if TYPE_CHECKING:
    import numpy as np

CHORD = re.compile(r"[A-G][#b]?(?:m|maj|min|dim|aug|sus)?\d?(?:/[A-G][#b]?)?")


def excerpt(rng: np.random.Generator, record: str, lines: int = 1) -> Score | None:
    """Some bars in a row; None where the record is no tune that we read whole. A line `%src ...` in front says whence it is."""
    score, unread = from_abc(_some_lines(rng, record, 3 + lines))
    if unread or not score.bars:
        return None
    whole = 0 if chance(rng, 0.4) else int(rng.integers(len(score.bars)))
    notes = int(rng.integers(6, 40)) * lines
    stop = whole
    while stop < len(score.bars) and (notes > 0 or stop == whole):
        notes -= sum(len(voice) for voice in score.bars[stop].voices)
        stop += 1
    meter = score.meters[whole]
    bars = tuple(replace(bar, last=False, voices=tuple(map(_plain_chords, bar.voices))) for bar in score.bars[whole:stop])
    key = next((bar.key for bar in reversed(score.bars[: whole + 1]) if bar.key is not None), score.key)
    first = replace(bars[0], key=None, meter="", left=bars[0].left if whole == 0 else "", ending="")
    part = replace(
        score,
        bars=(first, *bars[1:]),
        key=key,
        meter=meter if whole == 0 or chance(rng, 0.3) else "",
        title=score.title if whole == 0 else "",
        composer="",
        tempo="",
        beat=None,
    )
    part = normal(in_lines(without_loose_ends(part), lines))
    return None if problems(part) or any(bar.time < Fraction(1, 16) for bar in part.bars) else part


def _plain_chords(voice: Voice) -> Voice:
    """Chord symbols as they are printed; archives also hold several run together."""
    return tuple(event if not event.chord or CHORD.fullmatch(event.chord) else replace(event, chord="") for event in voice)


def _some_lines(rng: np.random.Generator, record: str, count: int) -> str:
    """The fields and a few lines of music in a row: reading all of a tune for a few bars is slow."""
    lines = [line for line in record.split("\n") if line and not line.startswith("%")]
    head = next((place + 1 for place, line in enumerate(lines) if line.startswith("K:")), len(lines))
    start = head if chance(rng, 0.4) or len(lines) <= head else int(rng.integers(head, len(lines)))
    return "\n".join(
        [*(line for line in lines[:head] if start == head or not line.startswith("T:")), *lines[start : start + count]]
    )


def without_loose_ends(score: Score) -> Score:
    """Without slurs and ties that come in from before or run on behind."""
    bars = list(score.bars)
    for voice in range(len(score.places)):
        begun: list[tuple[int, int]] = []
        for number, bar in enumerate(bars):
            for place, event in enumerate(bar.voices[voice]):
                closes = min(event.slurs[1], len(begun))
                begun = begun[: len(begun) - closes] + [(number, place)] * event.slurs[0]
                if closes < event.slurs[1]:
                    bars[number] = _with(bars[number], voice, place, slurs=(event.slurs[0], closes))
        for number, place in begun:
            opened = bars[number].voices[voice][place].slurs
            bars[number] = _with(bars[number], voice, place, slurs=(opened[0] - 1, opened[1]))
        if bars[-1].voices[voice] and bars[-1].voices[voice][-1].tie:
            bars[-1] = _with(bars[-1], voice, len(bars[-1].voices[voice]) - 1, tie=False)
    return replace(score, bars=tuple(bars))


def _with(bar: Bar, voice: int, place: int, **changes: object) -> Bar:
    events = list(bar.voices[voice])
    events[place] = replace(events[place], **changes)
    return replace(bar, voices=(*bar.voices[:voice], tuple(events), *bar.voices[voice + 1 :]))
