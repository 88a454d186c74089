"""Write a score as Humdrum `**kern`: a spine a staff, the lowest first, two voices as sub-spines; no words, no dynamics."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction

from .accidentals import spelled
from .score import SHARPS, Bar, Event, Pitch, Score, Staff, Voice, value_of

CLEFS = {"treble": "G2", "treble-8": "Gv2", "bass": "F4", "alto": "C3", "tenor": "C4"}
BARS = {"|": "", "||": "||", "|]": "=", ":|": ":|!", "|:": "!|:", "::": ":|!|:", "": "-"}
MARKS = {
    "staccato": "'",
    "tenuto": "~",
    "accent": "^",
    "marcato": "^^",
    "downbow": "u",
    "upbow": "v",
    "mordent": "M",
    "prall": "W",
    "turn": "S",
    "trill": "T",
    "fermata": ";",
}
METERS = {"C": ("*M4/4", "*met(c)"), "C|": ("*M2/2", "*met(c|)")}


def kern_part(score: Score) -> Score:
    """What of a score `**kern` tells: without words, dynamics, chord symbols, tempo and what joins the staves.

    Tuplets are those that the lengths of the notes show: as few notes as fill a plain length.
    """
    bars = []
    for bar in score.bars:
        voices = tuple(
            regrouped(tuple(replace(e, words=(), dynamic="", hairpins=(), chord="") for e in voice)) for voice in bar.voices
        )
        bars.append(replace(bar, voices=voices))
    return replace(score, bars=tuple(bars), tempo="", beat=None, group="", through=False)


def regrouped(voice: Voice) -> Voice:
    """The voice with its tuplets formed anew from how long its events sound."""
    done: list[Event] = []
    waiting: list[Event] = []
    for event in voice:
        above = event.time.denominator
        odd = above // (above & -above)
        if odd == 1 and not waiting:
            done.append(replace(event, tuplet=(1, 1), opens=0, length=event.time) if event.tuplet != (1, 1) else event)
            continue
        waiting.append(event)
        whole = sum((one.time for one in waiting), Fraction(0)).denominator
        if whole & (whole - 1) == 0:
            done += _tuplet(waiting)
            waiting = []
    return (*done, *(_tuplet(waiting) if waiting else ()))


def _tuplet(events: list[Event]) -> list[Event]:
    odd = max(event.time.denominator // (event.time.denominator & -event.time.denominator) for event in events)
    below = 1 << (odd.bit_length() - 1)
    ratio = (odd, below)
    return [
        replace(event, length=event.time * odd / below, tuplet=ratio, opens=len(events) if number == 0 else 0)
        for number, event in enumerate(events)
    ]


def to_kern(score: Score) -> str:
    """The score as `**kern`, what it cannot tell left out."""
    staves = [*enumerate(score.staves)][::-1]  # the lowest first
    voices = {number: [v for v, (staff, _) in enumerate(score.places) if staff == number] for number, _ in staves}
    rows = [_row(staves, lambda number, staff: "**kern", once=True), *_head(score, staves)]
    forced = _shown_anyway(score)
    if any(staff.voices > 1 for _, staff in staves):
        rows.append("\t".join("*^" if staff.voices > 1 else "*" for _, staff in staves))
    order = [voice for number, _ in staves for voice in voices[number]]
    if score.bars[0].left:
        rows.append("\t".join(["=1!|:"] * len(order)))
    for number, bar in enumerate(score.bars):
        rows += _changes(bar, len(order))
        rows += _body(bar, order, [forced[number][voice] for voice in order])
        if number + 1 < len(score.bars):
            after = score.bars[number + 1]
            line = {":|": ":|!|:"}.get(bar.right, "!|:") if after.left and bar.last else BARS[bar.right]
            rows.append("\t".join([f"={number + 2}{line}"] * len(order)))
            rows += ["!!LO:LB:g=original"] if bar.last else []
        else:
            rows.append("\t".join([f"={BARS[bar.right]}"] * len(order)))
    rows += [*_joins(staves), "\t".join(["*-"] * len(staves))]
    return "\n".join(rows) + "\n"


def _row(staves: list[tuple[int, Staff]], cell, once: bool = False) -> str:
    return "\t".join(cell(number, staff) for number, staff in staves for _ in range(1 if once else staff.voices))


def _head(score: Score, staves: list[tuple[int, Staff]]) -> Iterator[str]:
    if score.title:
        yield f"!!!OTL: {score.title}"
    if score.composer:
        yield f"!!!COM: {score.composer}"
    if any(staff.name for _, staff in staves):
        yield _row(staves, lambda number, staff: f'*I"{staff.name}' if staff.name else "*", once=True)
    yield _row(staves, lambda number, staff: f"*clef{CLEFS[staff.clef]}", once=True)
    yield "\t".join([_key(score.key)] * len(staves))
    for mark in METERS.get(score.meter, (f"*M{score.meter}",) if score.meter else ()):
        yield "\t".join([mark] * len(staves))


def _key(sharps: int) -> str:
    steps = SHARPS[:sharps] if sharps > 0 else SHARPS[::-1][:-sharps]
    return f"*k[{''.join(step.lower() + ('#' if sharps > 0 else '-') for step in steps)}]"


def _changes(bar: Bar, count: int) -> Iterator[str]:
    if bar.ending:
        yield "\t".join([f"*>{bar.ending}"] * count)
    if bar.key is not None:
        yield "\t".join([_key(bar.key)] * count)
    for mark in METERS.get(bar.meter, (f"*M{bar.meter}",) if bar.meter else ()):
        yield "\t".join([mark] * count)


def _joins(staves: list[tuple[int, Staff]]) -> Iterator[str]:
    """One row for each staff of two voices that makes it one spine again."""
    widths = [staff.voices for _, staff in staves]
    for place, width in enumerate(widths):
        if width > 1:
            yield "\t".join("*v" if other == place else "*" for other, count in enumerate(widths) for _ in range(count))
            widths[place] = 1


def _shown_anyway(score: Score) -> list[list[set[tuple[int, int]]]]:
    """Of each bar and voice the (event, note) whose accidental is printed though the law does not ask for it.

    Grace notes count from -1 down.
    """
    plain = [replace(bar, voices=tuple(tuple(map(_unsigned, voice)) for voice in bar.voices)) for bar in score.bars]
    bare = spelled(replace(score, bars=tuple(plain)))
    return [
        [_differing(voice, other) for voice, other in zip(bar.voices, again.voices, strict=True)]
        for bar, again in zip(score.bars, bare.bars, strict=True)
    ]


def _differing(voice: Voice, other: Voice) -> set[tuple[int, int]]:
    found = set()
    for number, (event, bare) in enumerate(zip(voice, other, strict=True)):
        found |= {
            (number, note)
            for note, (one, two) in enumerate(zip(event.pitches, bare.pitches, strict=True))
            if one.sign and not two.sign
        }
        found |= {
            (number, -1 - note)
            for note, (one, two) in enumerate(zip(event.grace, bare.grace, strict=True))
            if one.sign and not two.sign
        }
    return found


def _unsigned(event: Event) -> Event:
    return replace(
        event, pitches=tuple(p._replace(sign="") for p in event.pitches), grace=tuple(p._replace(sign="") for p in event.grace)
    )


def _body(bar: Bar, order: list[int], forced: list[set[tuple[int, int]]]) -> Iterator[str]:
    """Rows of notes that begin together; grace notes and clefs on rows of their own in front."""
    columns: list[dict[Fraction, tuple[Event, str, set]]] = []
    for voice, shown in zip(order, forced, strict=True):
        at, column = Fraction(0), {}
        events = bar.voices[voice]
        for number, (event, beams) in enumerate(zip(events, _beams(events), strict=True)):
            column[at] = event, beams, {note for place, note in shown if place == number}
            at += event.time
        columns.append(column)
    for at in sorted({at for column in columns for at in column}):
        here = [column.get(at) for column in columns]
        if any(one and one[0].clef for one in here):
            yield "\t".join(f"*clef{CLEFS[one[0].clef]}" if one and one[0].clef else "*" for one in here)
        for number in range(max((len(one[0].grace) for one in here if one), default=0)):
            yield "\t".join(
                _grace(one[0], number, -1 - number in one[2]) if one and number < len(one[0].grace) else "." for one in here
            )
        yield "\t".join(_token(*one) if one else "." for one in here)


def _grace(event: Event, number: int, shown: bool) -> str:
    return f"{16 if len(event.grace) > 1 else 8}{_name(event.grace[number], shown)}{'q' if event.slash else 'qq'}"


def _token(event: Event, beams: str, shown: set[int]) -> str:
    recip = _recip(event)
    if not event.pitches:
        return f"{recip}r{'yy' if event.form == 'gap' else ''}{''.join(MARKS[mark] for mark in event.marks)}{beams}"
    after = "".join(MARKS[mark] for mark in event.marks) + ")" * event.slurs[1] + beams
    notes = []
    for number, pitch in enumerate(event.pitches):
        first = "(" * event.slurs[0] if number == 0 else ""
        notes.append(f"{'[' if event.tie else ''}{first}{recip}{_name(pitch, number in shown)}{after if number == 0 else ''}")
    return " ".join(notes)


def _name(pitch: Pitch, shown: bool) -> str:
    letter = pitch.step.lower() * (pitch.octave - 3) if pitch.octave > 3 else pitch.step * (4 - pitch.octave)
    sign = "#" * pitch.alter or "-" * -pitch.alter or ("n" if pitch.sign else "")
    return letter + sign + ("X" if shown else "")


def _recip(event: Event) -> str:
    """The length as a reciprocal: 4, 8., 12, 3%2 ..."""
    value = value_of(event.length)
    if event.tuplet == (1, 1) and value:
        return ("0" if value[0] == 2 else str(value[0].denominator)) + "." * value[1]
    if value and value[0] < 2 and (value[0].denominator * event.tuplet[0]) % event.tuplet[1] == 0:
        return str(value[0].denominator * event.tuplet[0] // event.tuplet[1]) + "." * value[1]
    time = event.time
    return f"{time.denominator}%{time.numerator}" if time.numerator > 1 else str(time.denominator)


def _beams(events: Voice) -> list[str]:
    """L, J, k and K of each event: beams that begin and end, and hooks to the left and the right."""
    levels = []
    for event in events:
        value = value_of(event.length)
        levels.append(max(value[0].denominator.bit_length() - 3, 0) if value else 0)
    done = []
    for number in range(len(events)):
        own = levels[number]
        before = min(own, levels[number - 1]) if number and events[number - 1].beam else 0
        after = min(own, levels[number + 1]) if events[number].beam and number + 1 < len(events) else 0
        if not before and not after:
            done.append("")
            continue
        hooks = own - max(before, after)
        done.append("L" * max(after - before, 0) + "J" * max(before - after, 0) + ("k" if before else "K") * hooks)
    return done
