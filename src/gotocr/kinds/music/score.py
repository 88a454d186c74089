"""A score as it is printed: staves, bars, voices and events with exact durations; not how it is written down or drawn."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import NamedTuple, TypeVar

STEPS = "CDEFGAB"
SHARPS = "FCGDAEB"  # the order in which a key's sharps come; flats come the other way round
KEYS = dict(zip(range(-7, 8), "Cb Gb Db Ab Eb Bb F C G D A E B F# C#".split(), strict=True))  # major keys by their sharps
CLEFS = {  # name -> shape, line counted from below, octaves that it sounds higher than written
    "treble": ("G", 2, 0),
    "treble-8": ("G", 2, -1),
    "bass": ("F", 4, 0),
    "alto": ("C", 3, 0),
    "tenor": ("C", 4, 0),
}
SIGNS = {-2: "__", -1: "_", 0: "=", 1: "^", 2: "^^"}
ALTERS = {sign: alter for alter, sign in SIGNS.items()}
MARKS = ("staccato", "tenuto", "accent", "marcato", "downbow", "upbow", "mordent", "prall", "turn", "trill", "fermata")
DYNAMICS = ("ppp", "pp", "p", "mp", "mf", "f", "ff", "fff", "sfz", "fp")
_VALUES = {  # numerator and denominator of a written length in whole notes -> (note value, dots)
    (length.numerator, length.denominator): (value, dots)
    for value in (Fraction(2), *(Fraction(1, 2**power) for power in range(7)))
    for dots, length in enumerate((value, value * 3 / 2, value * 7 / 4))
}
ONE = Fraction(1)
LETTERED = {"C": "4/4", "C|": "2/2"}  # metres printed as a letter


class Pitch(NamedTuple):
    """A sounding pitch, and the accidental printed before it ("" = none)."""

    step: str
    octave: int  # of scientific names: middle C is C4
    alter: int = 0
    sign: str = ""

    @property
    def height(self) -> int:
        """Diatonic steps above C0."""
        return 7 * self.octave + STEPS.index(self.step)

    @property
    def name(self) -> str:
        return f"{self.step}{'#' * self.alter or 'b' * -self.alter}{self.octave}"


@dataclass(frozen=True)
class Event:
    """A note, a chord, a rest or a gap of one voice. `length` is the written value in whole notes, dots counted in.

    `form` is "note", "rest", "gap" (nothing printed) or "bar" (the rest of a whole bar). `tuplet` (p, q) plays p in the
    time of q; `opens` counts the events of a tuplet that begins here. `tie` ties every pitch that the next event has too.
    """

    length: Fraction
    pitches: tuple[Pitch, ...] = ()  # from low to high
    form: str = "note"
    tuplet: tuple[int, int] = (1, 1)
    opens: int = 0
    beam: bool = False  # a beam runs on to the next event
    tie: bool = False
    slurs: tuple[int, int] = (0, 0)  # slurs that open and close here
    grace: tuple[Pitch, ...] = ()
    slash: bool = False  # the grace note's stem is crossed
    marks: tuple[str, ...] = ()  # in the order of MARKS
    dynamic: str = ""
    hairpins: tuple[str, ...] = ()  # "<(" and ">(" open behind, "<)" and ">)" close
    chord: str = ""  # chord symbol
    words: tuple[str, ...] = ()  # a syllable a verse; "-" at its end: the word goes on; "_" = held
    clef: str = ""  # the staff changes to this clef before it

    @property
    def time(self) -> Fraction:
        """How long it sounds, in whole notes."""
        return self.length if self.tuplet == (1, 1) else self.length * self.tuplet[1] / self.tuplet[0]


Part = TypeVar("Part")


def replace(part: Part, **changes: object) -> Part:
    """As that of dataclasses, quick and without checks: composing a piece changes some hundred events."""
    new, old = object.__new__(type(part)), part.__dict__
    new.__dict__.update({name: old[name] for name in part.__match_args__}, **changes)
    return new


Voice = tuple[Event, ...]


@dataclass(frozen=True)
class Bar:
    """One bar: a tuple of events for each voice of the score, in the order of the staves.

    `left` ("" or "|:") is printed only where a system begins; elsewhere a repeat's start is the bar before's `right`.
    """

    voices: tuple[Voice, ...]
    right: str = "|"  # "|", "||", "|]", ":|", "|:", "::" or "" (nothing)
    left: str = ""
    ending: str = ""  # "1" or "2"
    key: int | None = None  # changes to so many sharps
    meter: str = ""  # changes to this metre
    last: bool = False  # the system ends here

    @property
    def time(self) -> Fraction:
        """How long it is: that of the longest voice."""
        return max((total(voice) for voice in self.voices), default=Fraction(0))


@dataclass(frozen=True)
class Staff:
    clef: str = "treble"
    voices: int = 1  # drawn: 1 or 2
    name: str = ""


@dataclass(frozen=True)
class Score:
    """What is printed: `group` "{" or "[" joins the staves, `through` draws bar lines across them. "" = not printed."""

    bars: tuple[Bar, ...]
    staves: tuple[Staff, ...] = (Staff(),)
    key: int = 0  # sharps; flats are negative
    meter: str = ""  # "C", "C|", "3/4" ...
    group: str = ""
    through: bool = False
    title: str = ""
    composer: str = ""
    tempo: str = ""  # words
    beat: tuple[Fraction, int] | None = None  # so many of that value a minute

    @cached_property
    def places(self) -> tuple[tuple[int, int], ...]:
        """Of each voice the index of its staff and its number (0, 1) on it."""
        return tuple((number, voice) for number, staff in enumerate(self.staves) for voice in range(staff.voices))

    @cached_property
    def meters(self) -> tuple[str, ...]:
        """The metre that holds in each bar; "" while none was printed."""
        found, meter = [], self.meter
        for bar in self.bars:
            meter = bar.meter or meter
            found.append(meter)
        return tuple(found)

    @cached_property
    def endings(self) -> tuple[str, ...]:
        """The ending ("1", "2" or "") that each bar is in: it runs to the next one, or to a bar line that is not plain."""
        found, ending = [], ""
        for bar in self.bars:
            ending = bar.ending or ending
            found.append(ending)
            if bar.right not in ("|", "|:"):
                ending = ""
        return tuple(found)

    def systems(self) -> list[range]:
        """The indices of the bars of each line."""
        ends = [number + 1 for number, bar in enumerate(self.bars) if bar.last or number + 1 == len(self.bars)]
        return [range(start, end) for start, end in zip([0, *ends], ends, strict=False)]


Place = tuple[int, int, int]  # bar, voice, number of an event


def value_of(length: Fraction) -> tuple[Fraction, int] | None:
    """The note value and the dots of a written length; None where no single note is that long."""
    return _VALUES.get((length.numerator, length.denominator))


def event_at(score: Score, at: Place) -> Event:
    return score.bars[at[0]].voices[at[1]][at[2]]


def spans(score: Score, voice: int, name: str) -> list[tuple[Place, Place]]:
    """The first and the last event of each slur (`name` "slurs", the inner ones first) or hairpin ("hairpins") that closes."""
    found, begun = [], []
    for number, bar in enumerate(score.bars):
        for place, event in enumerate(bar.voices[voice]):
            marks = (
                event.slurs if name == "slurs" else tuple(sum(mark.endswith(side) for mark in event.hairpins) for side in "()")
            )
            for _ in range(min(marks[1], len(begun))):
                found.append((begun.pop(), (number, voice, place)))
            begun += [(number, voice, place)] * marks[0]
    return found


def total(voice: Voice) -> Fraction:
    return sum((event.time for event in voice), Fraction(0))


def gaps(time: Fraction) -> list[Event]:
    """Nothing printed for so long; the last one is no note value where none fills it."""
    done = []
    value = Fraction(2)
    while time > 0 and value >= Fraction(1, 64):
        if value * 3 / 2 <= time:
            done.append(Event(value * 3 / 2, form="gap"))
            time -= value * 3 / 2
        elif value <= time:
            done.append(Event(value, form="gap"))
            time -= value
        value /= 2
    return [*done, Event(time, form="gap")] if time > 0 else done


def bar_length(meter: str) -> Fraction | None:
    """Of a metre, in whole notes; None where it says nothing."""
    if meter in ("C", "C|"):
        return ONE
    above, _, below = meter.partition("/")
    if (
        above.isascii()
        and below.isascii()
        and above.isdigit()
        and below.isdigit()
        and len(above + below) < 6
        and int(below) * int(above)
    ):
        return Fraction(int(above), int(below))
    return None


def key_alter(step: str, sharps: int) -> int:
    """What the key signature does to a step."""
    place = SHARPS.index(step)
    return int(place < sharps) - int(6 - place < -sharps)


def in_time(bar: Bar) -> Iterator[tuple[int, int, Event]]:
    """(voice, number, event) of a bar by when they sound, upper voices first."""
    if len(bar.voices) == 1:
        return ((0, number, event) for number, event in enumerate(bar.voices[0]))
    onsets = []
    for voice, events in enumerate(bar.voices):
        at = Fraction(0)
        for number, event in enumerate(events):
            onsets.append((at, voice, number, event))
            at += event.time
    return ((voice, number, event) for _, voice, number, event in sorted(onsets, key=lambda one: one[:3]))


def normal(score: Score) -> Score:
    """The one form of a score: chords from low to high, marks in order, beams only where flags are, bar rests as such.

    A beam never crosses the end of a tuplet or of a bar; a rest that fills its bar alone is the bar's rest; repeats'
    starts stand in the bar before except where a system begins; the last bar ends the system.
    """
    bars = list(score.bars)
    for number, bar in enumerate(bars):
        voices = tuple(_normal_voice(voice, bar.time) for voice in bar.voices)
        last = bar.last or number + 1 == len(bars)
        bars[number] = replace(bar, voices=voices, last=last)
        if bar.left and number and not bars[number - 1].last:
            joined = {":|": "::", "::": "::"}.get(bars[number - 1].right, "|:")
            bars[number - 1], bars[number] = replace(bars[number - 1], right=joined), replace(bars[number], left="")
    return replace(score, bars=tuple(bars))


def _normal_voice(voice: Voice, time: Fraction) -> Voice:
    if len(voice) == 1 and voice[0].form in ("rest", "bar") and voice[0].time == time:
        return (replace(voice[0], form="bar", beam=False),)
    done, left = [], 0
    for number, event in enumerate(voice):
        left = event.opens or left
        after = voice[number + 1] if number + 1 < len(voice) else None
        beam = event.beam and after is not None and _flagged(event) and _flagged(after)
        leaves = left == 1 and event.tuplet != (1, 1)  # the tuplet's last event: a beam runs on if it came in with it
        crossing = leaves and not _beamed_into(voice, number)
        if after is not None and after.opens and event.beam:
            crossing = crossing or not all(one.beam for one in voice[number + 1 : number + after.opens])
        tie = (
            event.tie
            and bool(event.pitches)
            and (after is None or not {p[:2] for p in event.pitches}.isdisjoint(p[:2] for p in after.pitches))
        )
        done.append(_normal_event(event, beam and not crossing, tie))
        left = max(left - 1, 0)
    return tuple(_trimmed(done))


def _normal_event(event: Event, beam: bool, tie: bool) -> Event:
    wanted = {"beam": beam, "tie": tie, "form": "rest" if event.form == "bar" else event.form}
    if len(event.pitches) > 1:
        wanted["pitches"] = tuple(sorted(set(event.pitches), key=lambda pitch: (pitch.height, pitch.alter)))
    if event.words and not event.words[-1]:
        wanted["words"] = event.words[: max((verse + 1 for verse, word in enumerate(event.words) if word), default=0)]
    if event.marks:
        wanted["marks"] = tuple(mark for mark in MARKS if mark in event.marks)
    changed = {name: value for name, value in wanted.items() if getattr(event, name) != value}
    return replace(event, **changed) if changed else event


def _trimmed(events: list[Event]) -> list[Event]:
    """Beams that begin and end with a note."""
    joined = False
    for number, event in enumerate(events):
        if event.beam and not joined and not event.pitches:
            events[number] = event = replace(event, beam=False)
        joined = event.beam
    for number in range(len(events) - 2, -1, -1):
        after = events[number + 1]
        if events[number].beam and not after.beam and not after.pitches:
            events[number] = replace(events[number], beam=False)
    return events


def _beamed_into(voice: Voice, number: int) -> bool:
    """All events of the tuplet that ends at `number` hang on one beam."""
    start = number
    while start > 0 and not voice[start].opens:
        start -= 1
    return all(one.beam for one in voice[start:number])


def _flagged(event: Event) -> bool:
    value = value_of(event.length)
    return event.form in ("note", "rest") and value is not None and value[0].denominator > 4


def problems(score: Score) -> list[str]:
    """What no engraver could print: lengths that are no note values, voices or bars that are not full, open repeats."""
    found = []
    if not score.bars:
        return ["no bars"]
    for number, (bar, meter) in enumerate(zip(score.bars, score.meters, strict=True), 1):
        times = {total(voice) for voice in bar.voices if voice}
        if not times:
            found.append(f"bar {number} is empty")
        if len(times) > 1:
            found.append(f"bar {number}: its voices are not of equal length")
        length = bar_length(meter)
        inside = number not in (1, len(score.bars)) and not _split(score, number - 1)
        if length and times and (max(times) > length or (inside and max(times) < length)):
            found.append(f"bar {number} has {_beats(max(times), meter)} in {meter}")
        found += [
            f"bar {number}: {event.length} is no note value" for voice in bar.voices for event in voice if not _written(event)
        ]
    return found


def _beats(time: Fraction, meter: str) -> str:
    """A time in the beats of a metre: "5 beats", "3 1/2 beats"."""
    beat = Fraction(1, int(LETTERED.get(meter, meter).partition("/")[2]))
    whole, rest = divmod(time / beat, 1)
    said = f"{whole} {rest}" if whole and rest else str(rest or whole)
    return f"{said} beat{'s' * (said not in ('1', '1/2'))}"


def _written(event: Event) -> bool:
    return event.form == "bar" or value_of(event.length) is not None


def _split(score: Score, number: int) -> bool:
    """A bar may be short beside a repeat, a double bar or an ending: the other half stands elsewhere."""
    bar, before = score.bars[number], score.bars[number - 1]
    after = score.bars[number + 1] if number + 1 < len(score.bars) else None
    return bar.right != "|" or before.right != "|" or bool(bar.left or bar.ending or before.ending or (after and after.ending))


def usual_length(score: Score, number: int) -> Fraction:
    """How long a bar of which only the rest is printed must be: by its metre, or as most others are."""
    length = bar_length(score.meters[number])
    others = Counter(bar.time for bar in score.bars if any(event.form != "bar" for voice in bar.voices for event in voice))
    return length or (max(others, key=lambda time: (others[time], time)) if others else ONE)
