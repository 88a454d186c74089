"""Read MusicXML (partwise), ours and that of notation programs, to a score and its problems; its words are passed over."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from .accidentals import spelled
from .kern_writer import regrouped
from .musicxml import TYPES
from .score import CLEFS, Bar, Event, Pitch, Score, Staff, Voice, bar_length, gaps, normal, replace, total

MOST_CHARACTERS = 4_000_000
MOST_BARS = 5_000
MOST_PROBLEMS = 20
MOST_STAVES = 40
MOST_PLACES = 20_000  # bars times voices
_LENGTHS = {name: Fraction(length) for length, name in TYPES.items()} | {"128th": Fraction(1, 128)}
_CLEFS = {shape: name for name, shape in CLEFS.items()}
_LINES = {"light-light": "||", "light-heavy": "|]", "none": ""}
Slot = tuple[int, str]  # staff of the part, voice


@dataclass
class _Bar:
    """What one part has in one bar."""

    events: dict[Slot, list[tuple[Fraction, Event]]] = field(default_factory=dict)  # with their onsets
    right: str = "|"
    forward: bool = False  # a repeat begins
    ending: str = ""
    key: int | None = None
    meter: str = ""
    last: bool = False  # a system ends before it


@dataclass
class _Part:
    bars: list[_Bar] = field(default_factory=list)
    clefs: dict[int, str] = field(default_factory=dict)  # the first of each staff
    staves: int = 1


def from_musicxml(text: str) -> tuple[Score, list[str]]:
    """The score of a partwise document, its staves from the top, and what was not understood; never raises."""
    if len(text) > MOST_CHARACTERS:
        return Score(()), [f"longer than {MOST_CHARACTERS} characters"]
    if "<!ENTITY" in text:  # what grows when it is read
        return Score(()), ["it defines entities"]
    try:
        root = ElementTree.fromstring(text[text.index("<") :].encode() if "<" in text else b"")
    except (ElementTree.ParseError, ValueError) as cause:
        return Score(()), [f"no XML: {cause}"]
    if root.tag != "score-partwise":
        return Score(()), [f"<{root.tag[:20]}> is no partwise score"]
    problems: list[str] = []
    parts = [_PartReader(problems).read(part) for part in root.iter("part")]
    score = _joined([part for part in parts if part.bars], problems)
    return (score, problems) if score.bars else (Score(()), [*problems, "no notes"])


class _PartReader:
    """One part, bar by bar: where it is in time, and what of the past still holds."""

    def __init__(self, problems: list[str]) -> None:
        self.part, self.problems = _Part(), problems
        self.divisions = Fraction(1)
        self.now = self.start = Fraction(0)  # in whole notes from the bar's begin; where the last note began
        self.clefs: dict[int, str] = {}  # changes that the next event of a staff shows
        self.grace: dict[Slot, list[tuple[Pitch, bool]]] = {}
        self.bar = _Bar()

    def problem(self, text: str) -> None:
        if len(self.problems) < MOST_PROBLEMS:
            self.problems.append(text)

    def read(self, part: Element) -> _Part:
        for measure in part.findall("measure")[:MOST_BARS]:
            self.bar, self.now, self.start, self.grace = _Bar(), Fraction(0), Fraction(0), {}
            for element in measure:
                self.element(element)
            self.part.bars.append(self.bar)
        return self.part

    def element(self, element: Element) -> None:
        if element.tag == "note":
            self.note(element)
        elif element.tag in ("backup", "forward"):
            step = self.duration(element)
            self.now = max(Fraction(0), self.now - step) if element.tag == "backup" else self.now + step
        elif element.tag == "attributes":
            self.attributes(element)
        elif element.tag == "barline":
            self.bar_line(element)
        elif element.tag == "print" and element.get("new-system") == "yes":
            self.bar.last = True

    def duration(self, element: Element) -> Fraction:
        return _number(element.findtext("duration")) / self.divisions / 4

    def attributes(self, element: Element) -> None:
        self.divisions = _number(element.findtext("divisions")) or self.divisions
        self.part.staves = min(max(self.part.staves, int(_number(element.findtext("staves")))), MOST_STAVES)
        if (key := element.find("key/fifths")) is not None:
            self.bar.key = max(-7, min(7, int(_number(key.text))))
        if (time := element.find("time")) is not None and time.find("beats") is not None:
            named = {"common": "C", "cut": "C|"}.get(time.get("symbol", ""))
            meter = named or f"{time.findtext('beats', '').strip()}/{time.findtext('beat-type', '').strip()}"
            if bar_length(meter):
                self.bar.meter = meter
            else:
                self.problem(f"{meter[:12]} is no metre")
        for clef in element.findall("clef"):
            self.clef(clef)

    def clef(self, element: Element) -> None:
        staff = max(1, int(_number(element.get("number") or "1")))
        sign, octaves = element.findtext("sign", "").strip(), int(_number(element.findtext("clef-octave-change")))
        line = int(_number(element.findtext("line"))) or {"G": 2, "F": 4, "C": 3}.get(sign, 0)
        name = _CLEFS.get((sign, line, octaves))
        if name is None:
            self.problem(f"{sign[:12]} on line {line} is no clef we know")
        elif staff not in self.part.clefs:
            self.part.clefs[staff] = name
        else:
            self.clefs[staff] = name

    def bar_line(self, element: Element) -> None:
        repeat, ending = element.find("repeat"), element.find("ending")
        style = element.findtext("bar-style", "").strip()
        if repeat is not None and repeat.get("direction") == "forward":
            self.bar.forward = True
        elif repeat is not None:
            self.bar.right = ":|"
        elif element.get("location", "right") == "right" and style in _LINES:
            self.bar.right = _LINES[style]
        if ending is not None and ending.get("type") == "start" and ending.get("number", "")[:1] in ("1", "2"):
            self.bar.ending = ending.get("number", "")[0]

    def note(self, element: Element) -> None:
        staff, voice = max(1, int(_number(element.findtext("staff") or "1"))), element.findtext("voice", "1").strip()
        slot, rest = (min(staff, MOST_STAVES), voice), element.find("rest")
        self.part.staves = max(self.part.staves, slot[0])
        pitch = _pitch(element.find("pitch"))
        if pitch is None and rest is None:
            self.problem("a note without a pitch")
        if (grace := element.find("grace")) is not None:
            if pitch:
                self.grace.setdefault(slot, []).append((pitch, grace.get("slash") == "yes"))
            return
        events = self.bar.events.setdefault(slot, [])
        tied = any(tie.get("type") == "start" for tie in (*element.findall("tie"), *element.findall("notations/tied")))
        if element.find("chord") is not None and pitch:
            if events and events[-1][0] == self.start and events[-1][1].pitches:
                before = events[-1][1]
                joined = Event(
                    before.length, (*before.pitches, pitch), tie=before.tie or tied, grace=before.grace, slash=before.slash,
                    clef=before.clef,
                )  # fmt: skip
                events[-1] = (self.start, joined)
                return
            self.now = self.start  # its first note stands on another staff
        length, self.start = self.length(element, rest), self.now
        self.now += self.duration(element) or length
        if length <= 0:
            self.problem("a note without length")
            return
        graces = self.grace.pop(slot, [])
        hidden = element.get("print-object") == "no" and rest is not None
        events.append(
            (
                self.start,
                Event(
                    length,
                    (pitch,) if pitch else (),
                    "note" if pitch else "gap" if hidden else "rest",
                    tie=tied,
                    grace=tuple(one for one, _ in graces),
                    slash=any(slash for _, slash in graces),
                    clef=self.clefs.pop(slot[0], ""),
                ),
            )
        )

    def length(self, element: Element, rest: Element | None) -> Fraction:
        """How long it sounds by its shape, in whole notes; by its duration where it has no shape or fills its bar."""
        value = _LENGTHS.get(element.findtext("type", "").strip())
        if value is None or (rest is not None and rest.get("measure") == "yes"):
            return self.duration(element)
        dots = min(len(element.findall("dot")), 3)
        change = element.find("time-modification")
        many, usual = (
            (_number(change.findtext("actual-notes")) or 1, _number(change.findtext("normal-notes")) or 1)
            if change is not None
            else (1, 1)
        )
        return value * (2 - Fraction(1, 2**dots)) * usual / many


def _number(text: str | None) -> Fraction:
    """A number of the document; 0 for what is none."""
    try:
        return Fraction((text or "0").strip()[:12])
    except (ValueError, ZeroDivisionError):
        return Fraction(0)


def _pitch(element: Element | None) -> Pitch | None:
    step = element.findtext("step", "").strip() if element is not None else ""
    if step not in tuple("ABCDEFG"):
        return None
    alter = max(-2, min(2, round(_number(element.findtext("alter")))))
    return Pitch(step, max(-1, min(11, int(_number(element.findtext("octave"))))), alter)


def _joined(parts: list[_Part], problems: list[str]) -> Score:
    """All parts as one score: repeats, keys and metres are the first part's."""
    count = max((len(part.bars) for part in parts), default=0)
    places = [(part, staff) for part in parts for staff in range(1, part.staves + 1)][:MOST_STAVES]
    voices = [_voices(part, staff) for part, staff in places]
    if not any(voices):
        return Score(())
    if count * sum(max(1, len(found)) for found in voices) > MOST_PLACES:
        problems.append(f"more than {MOST_PLACES} bars of all voices")
        return Score(())
    names = [part.clefs.get(staff, "treble") for part, staff in places]
    staves = tuple(Staff(name, max(1, len(found))) for name, found in zip(names, voices, strict=True))
    bars = []
    for number in range(count):
        lines = []
        for (part, staff), found in zip(places, voices, strict=True):
            own = part.bars[number].events if number < len(part.bars) else {}
            lines += [tuple(_filled(own.get((staff, voice), []))) for voice in found or [""]]
        said = parts[0].bars[number] if number < len(parts[0].bars) else _Bar()
        if said.last and bars:
            bars[-1] = replace(bars[-1], last=True)
        left, meter = "|:" if said.forward else "", said.meter if number else ""
        bars.append(Bar(_full(lines), said.right, left, said.ending, said.key, meter))
    first = parts[0].bars[0]
    bars[0] = replace(bars[0], key=None)
    return spelled(normal(Score(tuple(bars), staves, first.key or 0, first.meter)))


def _voices(part: _Part, staff: int) -> list[str]:
    """The voices that a staff ever has, by their numbers."""
    found = {voice for bar in part.bars for own, voice in bar.events if own == staff}
    return sorted(found, key=lambda voice: (len(voice), voice))


def _filled(events: list[tuple[Fraction, Event]]) -> Iterator[Event]:
    """Events in time, with gaps where nothing is printed."""
    at = Fraction(0)
    for onset, event in sorted(events, key=lambda one: one[0]):
        if onset > at:
            yield from gaps(onset - at)
        yield event
        at = max(onset, at) + event.time


def _full(lines: Sequence[Voice]) -> tuple[Voice, ...]:
    """The voices of a bar, gaps at the ends of shorter ones, their tuplets formed anew."""
    time = max(map(total, lines))
    return tuple(regrouped((*line, *gaps(time - total(line)))) for line in lines)
