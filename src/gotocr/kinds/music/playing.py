"""What of a score sounds, and when: its bars in the order in which they are played, its notes with their onsets and lengths."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from .score import STEPS, Event, Pitch, Score

SEMITONES = dict(zip(STEPS, (0, 2, 4, 5, 7, 9, 11), strict=True))
LOUD = {"ppp": 24, "pp": 36, "p": 50, "mp": 64, "mf": 78, "f": 94, "ff": 108, "fff": 120, "sfz": 112, "fp": 94}  # of 127
USUAL = "mf"
ACCENTED = 14  # how much louder
GRACE = Fraction(1, 32)  # of a whole note; all before one note take half of its time at most
_BACK, _AHEAD = (":|", "::"), ("|:", "::")


@dataclass(frozen=True)
class Sound:
    """One note as it is heard; times in whole notes from the beginning."""

    onset: Fraction
    length: Fraction
    key: int  # semitones above C-1, as MIDI counts: middle C is 60
    loud: int  # 1 to 127


def order(score: Score) -> list[int]:
    """The numbers of the bars as they are played: what is repeated twice, a first ending once.

    A repeat without a beginning goes back to the end of the last repeat, or to the start; a second ending is not repeated.
    """
    done: list[int] = []
    start = 0  # where a repeat goes back to
    for number, bar in enumerate(score.bars):
        if bar.left or (number and score.bars[number - 1].right in _AHEAD):
            start = number
        done.append(number)
        if bar.right in _BACK:
            if score.endings[number] != "2":
                done += [again for again in range(start, number + 1) if score.endings[again] != "1"]
            start = number + 1
    return done


def sounds(score: Score, voice: int, bars: Sequence[int]) -> list[Sound]:
    """The notes of a voice as the `bars` are played one behind the other: tied ones are one, grace notes are short.

    Dynamics hold until the next of the voice; ornaments, slurs, hairpins and fermatas are not heard.
    """
    heard: list[Sound] = []
    held: dict[int, int] = {}  # keys tied to the next event -> the number of their sound
    start, before, level = Fraction(0), -1, USUAL
    for number in bars:
        held = held if number == before + 1 else {}
        at = start
        for event in score.bars[number].voices[voice]:
            level = event.dynamic if event.dynamic in LOUD and event.dynamic != "sfz" else level
            held = _event(heard, event, at, held, _loud(event, level))
            level = "p" if level == "fp" else level
            at += event.time
        start, before = start + score.bars[number].time, number
    return heard


def _event(heard: list[Sound], event: Event, at: Fraction, held: dict[int, int], loud: int) -> dict[int, int]:
    """Adds what is heard of an event to `heard`; gives the keys that are tied on."""
    keys = list(dict.fromkeys(map(key, event.pitches)))
    end = at + event.time
    if event.grace and keys and held.keys().isdisjoint(keys):
        short = min(GRACE, event.time / 2 / len(event.grace))
        for pitch in event.grace:
            heard.append(Sound(at, short, key(pitch), loud))
            at += short
    tied = {}
    for one in keys:
        if one in held:
            before = heard[held[one]]
            heard[held[one]] = Sound(before.onset, end - before.onset, one, before.loud)
            tied[one] = held[one]
        else:
            tied[one] = len(heard)
            heard.append(Sound(at, end - at, one, loud))
    return tied if event.tie else {}


def _loud(event: Event, level: str) -> int:
    loud = LOUD.get(event.dynamic) or LOUD[level]
    return min(127, loud + ACCENTED * ("accent" in event.marks or "marcato" in event.marks))


def key(pitch: Pitch) -> int:
    return 12 * (pitch.octave + 1) + SEMITONES[pitch.step] + pitch.alter
