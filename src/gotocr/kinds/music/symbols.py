"""The list of symbols of a score that ABC, `**kern` and MusicXML all tell: what readings are measured on.

Staff by staff from the top, bar by bar, voice by voice: clefs, key signatures, metres (C as 4/4), bar lines, rests, grace notes,
and notes with their sounding pitch and how long they last, and ties. What one of the three cannot tell, or truths often leave
out, does not count: beams, stems, slurs, words, dynamics, ornaments, accidentals that are printed though they change nothing,
how tuplets are bracketed, the ends of endings, hidden rests.
"""

from __future__ import annotations

from fractions import Fraction

from .score import LETTERED, Bar, Event, Score, Voice

Symbol = tuple[str, ...]


def symbols(score: Score) -> list[Symbol]:
    """Such as ("clef", "treble"), ("note", "F#4", "1/8"), ("rest", "1/4"), ("tie",), ("bar", "|").

    The other notes of a chord, upwards, are ("with", "A4"); ("voice",) parts the voices of a bar.
    """
    done: list[Symbol] = []
    for number, staff in enumerate(score.staves if score.bars else ()):
        voices = [voice for voice, (place, _) in enumerate(score.places) if place == number]
        done += [("clef", staff.clef), ("key", str(score.key)), *_meter(score.meter)]
        for bar in score.bars:
            done += _changes(bar)
            lines = [[symbol for event in bar.voices[voice] for symbol in _event(event)] for voice in voices]
            for place, line in enumerate(filter(None, lines)):
                done += [("voice",), *line] if place else line
            done.append(("bar", bar.right))
    return done


def notes(score: Score) -> list[Symbol]:
    """Only the notes, those of chords too: (pitch, length), in the same order."""
    found: list[Symbol] = []
    length = ""
    for symbol in symbols(score):
        length = symbol[2] if symbol[0] == "note" else length
        if symbol[0] in ("note", "with"):
            found.append((symbol[1], length))
    return found


def placed(score: Score) -> list[Symbol]:
    """The notes with where they begin: (onset in the bar, pitch, length), staff by staff and bar by bar in the order of these.

    Which voice a note belongs to does not count.
    """
    found: list[Symbol] = []
    for number in range(len(score.staves)):
        voices = [voice for voice, (place, _) in enumerate(score.places) if place == number]
        for bar in score.bars:
            here = [one for voice in voices for one in _onsets(bar.voices[voice])]
            found += [(str(onset), pitch, length) for onset, _, pitch, length in sorted(here)]
    return found


def _onsets(voice: Voice) -> list[tuple[Fraction, int, str, str]]:
    at, found = Fraction(0), []
    for event in voice:
        found += [(at, pitch.height, pitch.name, str(event.time)) for pitch in event.pitches]
        at += event.time
    return found


def _meter(meter: str) -> list[Symbol]:
    return [("meter", LETTERED.get(meter, meter))] if meter else []


def _changes(bar: Bar) -> list[Symbol]:
    key = [("key", str(bar.key))] if bar.key is not None else []
    return [*([("bar", bar.left)] if bar.left else []), *key, *_meter(bar.meter)]


def _event(event: Event) -> list[Symbol]:
    done: list[Symbol] = [("clef", event.clef)] if event.clef else []
    done += [("grace", pitch.name) for pitch in event.grace]
    length = str(event.time)
    if event.pitches:
        first, *others = (pitch.name for pitch in event.pitches)
        return [*done, ("note", first, length), *(("with", name) for name in others), *([("tie",)] if event.tie else [])]
    return done if event.form == "gap" else [*done, ("rest", length)]


def sounding(voice: Voice) -> list[tuple[tuple[str, ...], str]]:
    """(pitches, length) of each event, a gap as a rest: what two readers of one text must agree on."""
    return [(tuple(pitch.name for pitch in event.pitches), str(event.time)) for event in voice]
