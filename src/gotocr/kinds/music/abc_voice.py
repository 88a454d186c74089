"""Read one voice's music of ABC: notes, chords, rests, bars and what is written around them; not the fields of a tune."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from fractions import Fraction

from .abc_writer import MARK_SIGNS
from .score import CLEFS, DYNAMICS, Event, Pitch, bar_length, value_of

UNKNOWN = Fraction(-1)  # the length of a bar's rest before it is known
MOST_PROBLEMS = 20
TOKEN = re.compile(
    r"""(?P<space>[\s`\\]+)
    |"(?P<chord>[^"]{0,80})"
    |!(?P<mark>[^!|\s]{1,20})!
    |\[(?P<name>[A-Za-z]):(?P<value>[^\]]{0,80})\]
    |(?P<bar>\[\||:*\|[|\]:]*|::)(?P<ending>\ ?[1-9](?:[,-][1-9])*)?
    |\[(?P<numbered>[1-9])(?:[,-][1-9])*
    |\((?P<tuplet>[2-9])(?::(?P<time>\d?)(?::(?P<count>\d{0,2}))?)?
    |(?P<slur>[()])
    |\{(?P<slash>/?)(?P<grace>[^{}]{0,80})\}
    |(?P<note>(?:\^\^|\^|__|_|=)?[A-Ga-g][,']{0,9}|\[(?:(?:\^\^|\^|__|_|=)?[A-Ga-g][,']{0,9}[\d/]{0,9}-?\s*){1,12}\])(?P<length>\d{0,4}(?:/\d{1,4}|/{1,6})?)
    |(?P<rest>[zxZX])(?P<rested>\d{0,4}(?:/\d{1,4}|/{1,6})?)
    |(?P<broken><{1,3}|>{1,3})
    |(?P<tie>-)
    |(?P<short>[.~HLMOPSTuvJ])
    |(?P<nothing>[y*$])\d*""",
    re.VERBOSE,
)
_NOTE = re.compile(r"(\^\^|\^|__|_|=)?([A-Ga-g])([,']*)([\d/]*)(-?)")
_SYLLABLE = re.compile(r"((?:\\-|[^\s\-_*|])+)(-?)|([*_|])")
_LENGTH = re.compile(r"(\d*)(?:(/+)(\d*))?")
NAMES = {sign.strip("!"): mark for mark, sign in MARK_SIGNS.items() if len(sign) > 1} | {
    **{mark: mark for mark in ("staccato", "accent", "downbow", "upbow", "trill", "fermata", "mordent")},
    **{">": "accent", "emphasis": "accent", "^": "marcato", "lowermordent": "mordent"},
    **{"uppermordent": "prall", "roll": "turn"},
}
SHORT = {
    ".": "staccato",
    "~": "turn",
    "H": "fermata",
    "L": "accent",
    "M": "mordent",
    "P": "prall",
    "T": "trill",
    "u": "upbow",
    "v": "downbow",
}
HAIRPINS = {"<(", "<)", ">(", ">)"}
LONG_HAIRPINS = {"crescendo(": "<(", "crescendo)": "<)", "diminuendo(": ">(", "diminuendo)": ">)"}
TIMES = {2: 3, 3: 2, 4: 3, 6: 2, 8: 3}


@dataclass
class Lines:
    """One bar of one voice, and the lines around it."""

    events: list[Event] = field(default_factory=list)
    right: str = ""
    left: str = ""
    ending: str = ""
    key: int | None = None
    meter: str = ""
    last: bool = False


def length_of(text: str, unit: Fraction) -> Fraction:
    """A note's length as ABC writes it, in whole notes; at least something."""
    found = _LENGTH.match(text)
    above = int(found[1] or 1)
    below = int(found[3]) if found[3] else 2 ** len(found[2] or "")
    return unit * max(above, 1) / max(below, 1)


class VoiceReader:
    """Takes lines of music (`read`) and of lyrics (`sing`); `finish` gives the bars."""

    def __init__(self, unit: Fraction, clef: str) -> None:
        self.unit, self.clef, self.first_clef = unit, clef, ""
        self.bars: list[Lines] = []
        self.problems: list[str] = []
        self.bar = Lines()
        self._line: list[tuple[Lines, int]] = []  # the notes of the last line, to be sung
        self._verse = 0
        self._fresh()
        self._tuplet: tuple[int, int, int] | None = None
        self._left = 0  # events of the tuplet still to come
        self._joined = False
        self._broken = Fraction(1)

    @property
    def events(self) -> list[Event]:
        return self.bar.events

    def _fresh(self) -> None:
        self._pending: dict[str, object] = {"marks": [], "hairpins": [], "slurs": 0}

    def problem(self, text: str) -> None:
        if len(self.problems) < MOST_PROBLEMS:
            self.problems.append(text)

    def read(self, line: str) -> None:
        """One line of music; its end is a system's where a bar ends there."""
        self._line, self._verse = [], 0
        at, goes_on = 0, line.endswith("\\")
        while at < len(line):
            found = TOKEN.match(line, at)
            if not found:
                self.problem(f"{line[at : at + 8]!r} is no ABC")
                at += 1
                continue
            at = found.end()
            kind = (
                found.lastgroup
                if found.lastgroup not in ("time", "count", "length", "ending", "rested", "grace", "value")
                else None
            )
            kind = kind or next(name for name in ("bar", "tuplet", "note", "rest", "slash", "name") if found[name] is not None)
            getattr(self, f"_read_{kind}")(found)
        self._joined = False
        if self.bars and not self.bar.events and not goes_on:
            self.bars[-1].last = True

    def _read_space(self, found: re.Match[str]) -> None:
        if "`" not in found[0]:
            self._joined = False

    def _read_nothing(self, found: re.Match[str]) -> None:
        self._joined = False

    def _read_chord(self, found: re.Match[str]) -> None:
        if found["chord"][:1] not in ("^", "_", "<", ">", "@", ""):
            self._pending["chord"] = found["chord"].strip()

    def _read_mark(self, found: re.Match[str]) -> None:
        mark = LONG_HAIRPINS.get(found["mark"], found["mark"])
        if mark in NAMES:
            self._pending["marks"].append(NAMES[mark])
        elif mark in DYNAMICS:
            self._pending["dynamic"] = mark
        elif mark in HAIRPINS:
            self._pending["hairpins"].append(mark)

    def _read_short(self, found: re.Match[str]) -> None:
        if found[0] in SHORT:
            self._pending["marks"].append(SHORT[found[0]])

    def _read_slur(self, found: re.Match[str]) -> None:
        if found[0] == "(":
            self._pending["slurs"] += 1
            return
        home = self._last_home()
        if home:
            event = home.events[-1]
            home.events[-1] = replace(event, slurs=(event.slurs[0], event.slurs[1] + 1))

    def _last_home(self) -> Lines | None:
        """The bar that has the last event."""
        return self.bar if self.bar.events else self.bars[-1] if self.bars else None

    def _read_tie(self, found: re.Match[str]) -> None:
        home = self._last_home()
        if home and home.events[-1].pitches:
            home.events[-1] = replace(home.events[-1], tie=True)

    def _read_broken(self, found: re.Match[str]) -> None:
        if not self.bar.events:
            return
        short = Fraction(1, 2 ** len(found[0]))
        before, after = (2 - short, short) if found[0][0] == ">" else (short, 2 - short)
        self.bar.events[-1] = replace(self.bar.events[-1], length=self.bar.events[-1].length * before)
        self._broken = after

    def _read_tuplet(self, found: re.Match[str]) -> None:
        above = int(found["tuplet"])
        below = int(found["time"] or 0) or TIMES.get(above, 2)
        count = int(found["count"] or 0) or above
        self._tuplet, self._left = (above, below, count), count

    def _read_name(self, found: re.Match[str]) -> None:
        self.change(found["name"], found["value"].strip())

    def change(self, name: str, value: str) -> None:
        """A field within the music: key, clef, metre, unit."""
        from .abc_reader import read_key

        if name == "K":
            sharps, clef = read_key(value)
            if clef:
                self._pending["clef"] = clef
            if sharps is not None and not self.bar.events:
                self.bar.key = sharps
            elif sharps is not None:
                self.problem("the key changes within a bar")
        elif name == "M" and bar_length(value):
            if self.bar.events:
                self.problem("the metre changes within a bar")
            else:
                self.bar.meter = value
        elif name == "L" and bar_length(value):
            self.unit = bar_length(value)

    def _pitch(self, sign: str | None, letter: str, marks: str) -> Pitch:
        octave = (5 if letter.islower() else 4) + marks.count("'") - marks.count(",") + CLEFS[self.clef][2]
        return Pitch(letter.upper(), octave, sign=sign or "")

    def _read_slash(self, found: re.Match[str]) -> None:
        notes = tuple(self._pitch(*note[:3]) for note in _NOTE.findall(found["grace"])[:8])
        self._pending |= {"grace": notes, "slash": bool(found["slash"]) and bool(notes)}

    def _read_note(self, found: re.Match[str]) -> None:
        notes = _NOTE.findall(found["note"])
        length = length_of(found["length"], self.unit)
        if found["note"][0] == "[" and notes[0][3]:
            length *= length_of(notes[0][3], Fraction(1))
        if clef := self._pending.get("clef"):
            self.clef = clef
        pitches = tuple(self._pitch(*note[:3]) for note in notes)
        self._add(Event(length, pitches, tie=all(note[4] for note in notes)))
        self._line.append((self.bar, len(self.bar.events) - 1))

    def _read_rest(self, found: re.Match[str]) -> None:
        if found["rest"] in "ZX":
            count = int(re.match(r"\d*", found["rested"])[0] or 1)
            for number in range(min(count, 16)):
                self._add(Event(UNKNOWN, form="bar" if found["rest"] == "Z" else "gap"))
                if number + 1 < count:
                    self._close("|")
            return
        if clef := self._pending.get("clef"):
            self.clef = clef
        self._add(Event(length_of(found["rested"], self.unit), form="rest" if found["rest"] == "z" else "gap"))

    def _add(self, event: Event) -> None:
        pending = self._pending
        self.first_clef = self.first_clef or (
            self.clef if not pending.get("clef") or self.bars or self.events else pending["clef"]
        )
        if self._joined and self.bar.events:
            self.bar.events[-1] = replace(self.bar.events[-1], beam=True)
        if event.length != UNKNOWN:
            event = replace(event, length=event.length * self._broken) if self._broken != 1 else event
            if value_of(event.length) is None:
                self.problem(f"{event.length} of a whole note is no note value")
        clef = str(pending.get("clef", ""))
        changes = {name: pending[name] for name in ("chord", "dynamic", "grace", "slash") if pending.get(name)}
        changes |= {name: tuple(pending[name]) for name in ("marks", "hairpins") if pending[name]}
        if pending["slurs"]:
            changes["slurs"] = pending["slurs"], 0
        if clef and (self.bars or self.events):
            changes["clef"] = clef
        if self._tuplet and self._left:
            above, below, count = self._tuplet
            changes |= {"tuplet": (above, below), "opens": count if self._left == count else 0}
            self._left -= 1
        event = replace(event, **changes) if changes else event
        self.bar.events.append(event)
        self._fresh()
        self._joined, self._broken = True, Fraction(1)

    def _read_numbered(self, found: re.Match[str]) -> None:
        self.bar.ending = found["numbered"]

    def _read_bar(self, found: re.Match[str]) -> None:
        text = found["bar"]
        opens, closes = text.endswith(":"), text.startswith(":")
        if text == "::" or (opens and closes and len(text) > 1):
            line = "::"
        else:
            line = ":|" if closes else "|:" if opens else "|]" if text.endswith("|]") else "||" if len(text) > 1 else "|"
        self._joined = False
        if self.bar.events:
            self._close(line)
        elif line in ("|:", "::") and (not self.bars or self.bars[-1].last):
            self.bar.left = "|:"
        elif self.bars and line != "|":
            before = self.bars[-1].right
            self.bars[-1].right = "::" if {before, line} == {":|", "|:"} or "::" in (before, line) else line
        if found["ending"]:
            self.bar.ending = found["ending"].strip()[:1]

    def _close(self, line: str) -> None:
        self.bar.right = line
        self.bars.append(self.bar)
        self.bar = Lines()
        if self._left:
            self.problem("a tuplet runs over a bar line")
            self._left = 0

    def sing(self, text: str) -> None:
        """A line of syllables under the last line of music."""
        notes = iter(self._line)
        verse, self._verse = self._verse, self._verse + 1
        for word, goes_on, mark in _SYLLABLE.findall(text):
            if mark == "|":
                continue
            home = next(notes, None)
            if home is None:
                self.problem("more syllables than notes")
                return
            bar, number = home
            syllable = mark.replace("*", "") if mark else word.replace("\\-", "\0").replace("~", " ").replace("\0", "-") + goes_on
            event = bar.events[number]
            words = (*event.words, *[""] * (verse - len(event.words)), syllable)
            bar.events[number] = replace(event, words=words if any(words) else ())

    def finish(self) -> list[Lines]:
        if self.bar.events:
            self._close("")
        elif self.bar.ending and self.bars:
            self.problem("an ending has no notes")
        if self.bars:
            self.bars[-1].last = True
        return self.bars
