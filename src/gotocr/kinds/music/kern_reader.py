"""Read Humdrum `**kern`, ours, that of archives and of models, to a score and its problems; other spines are passed over."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from fractions import Fraction

from .accidentals import spelled
from .kern_writer import BARS, CLEFS, MARKS, regrouped
from .score import LETTERED, SHARPS, Bar, Event, Pitch, Score, Staff, bar_length, gaps, normal

MOST_CHARACTERS = 100_000
MOST_SPINES = 32
MOST_VOICES = 4  # on a staff
MOST_PROBLEMS = 20
_NAMES = {written: name for name, written in CLEFS.items()}
_MARKS = {written: name for name, written in MARKS.items()} | {"t": "trill", "m": "mordent", "w": "prall", "$": "turn"}
_RECIP = re.compile(r"(\d{1,3})(?:%(\d{1,3}))?(\.{0,3})")
_PITCH = re.compile(r"(?P<letter>([a-gA-G])\2{0,5})(?P<alter>#{1,2}|-{1,2}|n)?(?P<shown>X)?")
_BAR = re.compile(r"=+\d*[a-z]?")


@dataclass
class _Path:
    """One sub-spine: the staff it belongs to (-1 = none of ours) and where its clef stands."""

    staff: int


@dataclass
class _Part:
    """What one staff has had so far."""

    clef: str = ""
    name: str = ""
    lines: list[list[Event]] = field(default_factory=lambda: [[] for _ in range(MOST_VOICES)])  # of this bar
    times: list[Fraction] = field(default_factory=lambda: [Fraction(0)] * MOST_VOICES)
    grace: list[list[Pitch]] = field(default_factory=lambda: [[] for _ in range(MOST_VOICES)])
    slash: bool = False
    depth: list[int] = field(default_factory=lambda: [0] * MOST_VOICES)  # open beams
    new_clef: str = ""
    voices: int = 1  # as many as were ever there at once


def from_kern(text: str) -> tuple[Score, list[str]]:
    """The score of the `**kern` spines of `text`, and what was not understood; never raises."""
    if len(text) > MOST_CHARACTERS:
        return Score(()), [f"longer than {MOST_CHARACTERS} characters"]
    reader = _Reader()
    for line in text.replace("\r", "").split("\n"):
        if line.strip():
            reader.line(line)
    return reader.finish()


class _Reader:
    def __init__(self) -> None:
        self.paths: list[_Path] = []
        self.parts: list[_Part] = []
        self.bars: list[Bar] = []
        self.problems: list[str] = []
        self.score = Score(())
        self.now = Fraction(0)
        self.pending: dict[str, object] = {}  # of the bar to come
        self.started = False
        self.until: dict[int, Fraction] = {}  # when what sounds on each path ends

    def problem(self, text: str) -> None:
        if len(self.problems) < MOST_PROBLEMS:
            self.problems.append(text)

    def line(self, line: str) -> None:
        if line.startswith("!!!"):
            name, _, value = line[3:].partition(":")
            if name in ("OTL", "COM") and value.strip():
                self.score = replace(self.score, **{"title" if name == "OTL" else "composer": value.strip()})
            return
        if line.startswith("!"):
            if line.startswith("!!LO:LB") and self.bars:
                self.bars[-1] = replace(self.bars[-1], last=True)
            return
        cells = line.split("\t") if "\t" in line or len(self.paths) < 2 else line.split()
        if cells[0].startswith("**"):
            self._open(cells)
        elif not self.paths:
            self.problem("no **kern stands before the notes")
        elif len(cells) != len(self.paths):
            self.problem(f"{len(cells)} cells where there are {len(self.paths)} spines")
        elif cells[0].startswith("*"):
            self._interpretations(cells)
        elif cells[0].startswith("="):
            self._bar_line(cells[0])
        else:
            self._row(cells)

    def _open(self, cells: list[str]) -> None:
        if self.paths:
            self.problem("a second **kern begins")
            return
        if len(cells) > MOST_SPINES:
            self.problem("too many spines")
            return
        for cell in cells:
            ours = cell == "**kern"
            self.paths.append(_Path(len(self.parts) if ours else -1))
            if ours:
                self.parts.append(_Part())

    def _interpretations(self, cells: list[str]) -> None:
        if any(cell in ("*^", "*v", "*x", "*-", "*+") for cell in cells):
            self._manipulate(cells)
            return
        ours = [(path, cell) for path, cell in zip(self.paths, cells, strict=True) if path.staff >= 0]
        for path, cell in ours:
            part = self.parts[path.staff]
            if cell.startswith("*clef"):
                self._clef(part, cell[5:])
            elif cell.startswith('*I"'):
                part.name = cell[3:]
        for cell in dict.fromkeys(cell for _, cell in ours):
            if cell.startswith("*k["):
                self._signature("key", _sharps(cell))
            elif cell.startswith("*M") and bar_length(cell[2:]):
                self._signature("meter", cell[2:])
            elif cell in ("*met(c)", "*met(c|)"):
                self._signature("meter", "C" if cell == "*met(c)" else "C|")
            elif re.fullmatch(r"\*>[A-Z]?[12]", cell):
                self.pending["ending"] = cell[-1]

    def _clef(self, part: _Part, name: str) -> None:
        clef = _NAMES.get(name)
        if clef is None:
            self.problem(f"*clef{name[:8]} is no clef we know")
        elif not part.clef:
            part.clef = clef
        elif not self.started:
            part.clef = clef
        else:
            part.new_clef = clef

    def _signature(self, name: str, value: int | str) -> None:
        said = self.pending.get("meter") if self.started else self.score.meter
        if name == "meter" and LETTERED.get(said) == value:  # C says more than the 4/4 behind it
            return
        if not self.started:
            self.score = replace(self.score, **{name: value})
        else:
            self.pending[name] = value

    def _manipulate(self, cells: list[str]) -> None:
        paths: list[_Path] = []
        merging = False
        swap: list[int] = []
        for path, cell in zip(self.paths, cells, strict=True):
            if cell == "*v" and merging and paths and paths[-1].staff == path.staff:
                continue
            merging = cell == "*v"
            if cell == "*-":
                continue
            if cell == "*x":
                swap.append(len(paths))
            paths += [path, _Path(path.staff)] if cell == "*^" else [path]
        if len(swap) == 2:
            paths[swap[0]], paths[swap[1]] = paths[swap[1]], paths[swap[0]]
        if len(paths) > MOST_SPINES:
            self.problem("too many spines")
            paths = paths[:MOST_SPINES]
        self.paths = paths
        self.until = {}

    def _bar_line(self, cell: str) -> None:
        text = _BAR.sub("=", cell, count=1)[1:]
        if cell.startswith("=="):
            text = "=" + text
        text = text.replace("!!", "!")
        line = next(
            (name for name in ("::", ":|", "|:", "|]", "||") if BARS[name] and BARS[name] in text), "" if text == "-" else "|"
        )
        if ":" in text and line in ("|", "|]", "||"):
            line = ":|" if text.index(":") == 0 or "|" not in text[: text.index(":")] else "|:"
        if any(self.now > 0 or any(part.times) for part in self.parts):
            self._close(line)
        elif line in ("|:", "::") and (not self.bars or self.bars[-1].last):
            self.pending["left"] = "|:"
        elif line in ("|:", "::") and self.bars:
            self.bars[-1] = replace(self.bars[-1], right="::" if self.bars[-1].right in (":|", "::") else "|:")
        self.now, self.until = Fraction(0), {}

    def _close(self, line: str) -> None:
        time = max(max(part.times) for part in self.parts)
        voices = []
        for part in self.parts[::-1]:
            for voice in range(MOST_VOICES):
                events, short = part.lines[voice], time - part.times[voice]
                voices.append(tuple([*events, *gaps(short)]))
                part.lines[voice], part.times[voice], part.depth[voice], part.grace[voice] = [], Fraction(0), 0, []
        self.bars.append(Bar(tuple(voices), line, **self.pending))
        self.pending = {}

    def _row(self, cells: list[str]) -> None:
        self.started = True
        seen: dict[int, int] = {}
        now = min(self.until.values(), default=self.now)
        timed = any(cell != "." and "q" not in cell for cell, path in zip(cells, self.paths, strict=True) if path.staff >= 0)
        now = max(now, self.now)
        for place, (path, cell) in enumerate(zip(self.paths, cells, strict=True)):
            if path.staff < 0:
                continue
            voice = seen.get(path.staff, 0)
            seen[path.staff] = voice + 1
            if cell in (".", ""):
                continue
            if voice >= MOST_VOICES:
                self.problem(f"more than {MOST_VOICES} voices on a staff")
                continue
            self._event(self.parts[path.staff], voice, cell, now)
            if "q" not in cell:
                self.until[place] = self.parts[path.staff].times[voice]
        if timed:
            self.now = now
            self.until = {place: end for place, end in self.until.items() if end > now}

    def _event(self, part: _Part, voice: int, cell: str, now: Fraction) -> None:
        part.voices = max(part.voices, voice + 1)
        if "q" in cell:
            part.grace[voice] += [pitch for pitch in map(_pitch, cell.split()[:4]) if pitch]
            part.slash = "qq" not in cell
            return
        tokens = cell.split()[:16]
        length, tuplet = _length(tokens[0])
        if length is None:
            self.problem(f"{cell[:12]!r} has no length")
            return
        rest = "r" in tokens[0]
        pitches = () if rest else tuple(pitch for pitch in map(_pitch, tokens) if pitch)
        if not rest and not pitches:
            self.problem(f"{cell[:12]!r} is neither a note nor a rest")
            return
        if part.times[voice] < now:
            part.lines[voice] += gaps(now - part.times[voice])
            part.times[voice] = now
        part.depth[voice] = max(0, part.depth[voice] + cell.count("L") - cell.count("J"))
        grace = tuple(part.grace[voice])
        event = Event(
            length,
            pitches,
            "note" if pitches else "gap" if "yy" in cell else "rest",
            tuplet,
            beam=part.depth[voice] > 0,
            tie=not rest and ("[" in cell or "_" in cell),
            slurs=(cell.count("("), cell.count(")")),
            grace=grace,
            slash=bool(grace) and part.slash,
            marks=_marks(cell),
            clef=part.new_clef,
        )
        part.new_clef, part.grace[voice] = "", []
        part.lines[voice].append(event)
        part.times[voice] += event.time

    def finish(self) -> tuple[Score, list[str]]:
        if self.parts and any(any(part.times) for part in self.parts):
            self._close("")
        if self.paths:
            self.problem("the spines are never ended")
        if not self.bars or not self.parts:
            return Score(()), [*self.problems, "no notes"]
        self.bars[-1] = replace(self.bars[-1], last=True)
        parts = self.parts[::-1]
        staves = tuple(Staff(part.clef or "treble", part.voices, part.name) for part in parts)
        kept = [MOST_VOICES * number + voice for number, part in enumerate(parts) for voice in range(part.voices)]
        bars = tuple(replace(bar, voices=tuple(regrouped(bar.voices[voice]) for voice in kept)) for bar in self.bars)
        return spelled(normal(replace(self.score, bars=bars, staves=staves))), self.problems


def _sharps(cell: str) -> int:
    steps = re.findall(r"([a-g])([#-])", cell)
    sharps = sum(1 if sign == "#" else -1 for _, sign in steps)
    return max(-len(SHARPS), min(len(SHARPS), sharps))


def _length(token: str) -> tuple[Fraction | None, tuple[int, int]]:
    """The written length and the tuplet that a reciprocal stands for."""
    found = _RECIP.search(token)
    if not found:
        return None, (1, 1)
    number, share, dots = int(found[1]), int(found[2] or 1), len(found[3])
    if number == 0:
        time = Fraction(2 ** len(re.match(r"0*", found[1])[0]))
    else:
        time = Fraction(share, number)
    if not time:
        return None, (1, 1)
    whole = time * (2 - Fraction(1, 2**dots))
    odd = time.denominator // (time.denominator & -time.denominator)
    if odd == 1:
        return whole, (1, 1)
    below = 1 << (odd.bit_length() - 1)
    return whole * odd / below, (odd, below)


def _pitch(token: str) -> Pitch | None:
    found = _PITCH.search(token)
    if not found:
        return None
    letter, count = found["letter"][0], len(found["letter"])
    octave = 3 + count if letter.islower() else 4 - count
    sign = found["alter"] or ""
    alter = sign.count("#") - sign.count("-")
    return Pitch(letter.upper(), octave, alter, "X" if found["shown"] else "")


def _marks(cell: str) -> tuple[str, ...]:
    text = cell.split()[0]
    found = ["marcato"] if "^^" in text else []
    text = text.replace("^^", "")
    return tuple([*found, *(name for mark, name in _MARKS.items() if mark in text)])
