"""The list of symbols of a score that ABC, `**kern` and MusicXML all tell: what readings are measured on.

Staff by staff from the top, bar by bar, the upper voice before the lower: clefs, key signatures, metres, bar lines, rests and
notes with their sounding pitch and written length, and ties. Beams, slurs, words, dynamics and ornaments do not count.
"""

from __future__ import annotations

from .score import Bar, Event, Score, Voice

Symbol = tuple[str, ...]


def symbols(score: Score) -> list[Symbol]:
    """Such as ("clef", "treble"), ("note", "F#4", "1/8"), ("rest", "1/4"), ("tie",), ("bar", "|")."""
    done: list[Symbol] = []
    for number, staff in enumerate(score.staves):
        voices = [voice for voice, (place, _) in enumerate(score.places) if place == number]
        done += [("clef", staff.clef), ("key", str(score.key)), *([("meter", score.meter)] if score.meter else [])]
        for bar in score.bars:
            done += _changes(bar)
            for voice in voices:
                for event in bar.voices[voice]:
                    done += _event(event)
            done.append(("bar", bar.right))
    return done


def notes(score: Score) -> list[Symbol]:
    """Only the notes: (pitch, length), in the same order."""
    return [symbol[1:] for symbol in symbols(score) if symbol[0] == "note"]


def _changes(bar: Bar) -> list[Symbol]:
    key = [("key", str(bar.key))] if bar.key is not None else []
    return [*([("bar", bar.left)] if bar.left else []), *key, *([("meter", bar.meter)] if bar.meter else [])]


def _event(event: Event) -> list[Symbol]:
    done: list[Symbol] = [("clef", event.clef)] if event.clef else []
    done += [("grace", pitch.name) for pitch in event.grace]
    length = str(event.time)
    if event.pitches:
        return [*done, *(("note", pitch.name, length) for pitch in event.pitches), *([("tie",)] if event.tie else [])]
    return done if event.form == "gap" else [*done, ("rest", length)]


def sounding(voice: Voice) -> list[tuple[tuple[str, ...], str]]:
    """(pitches, length) of each event, a gap as a rest: what two readers of one text must agree on."""
    return [(tuple(pitch.name for pitch in event.pitches), str(event.time)) for event in voice]
