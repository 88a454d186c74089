"""Read ABC, ours and that of others (2.1, without macros, overlays and text blocks), to a score and its problems."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from fractions import Fraction

from .abc_voice import UNKNOWN, Lines, VoiceReader
from .accidentals import sounded
from .score import CLEFS, KEYS, Bar, Event, Score, Staff, bar_length, normal, usual_length

MOST_CHARACTERS = 50_000
MOST_VOICES = 12
MOST_ON_STAFF = 4  # voices
SHARPS_OF = {name: sharps for sharps, name in KEYS.items()}
MODES = {"": 0, "maj": 0, "ion": 0, "mix": -1, "dor": -2, "m": -3, "min": -3, "aeo": -3, "phr": -4, "loc": -5, "lyd": 1}
_FIELD = re.compile(r"([A-Za-z]):(.*)")
_KEY = re.compile(r"([A-G])([#b]?) *([A-Za-z]*)(.*)")
_CLEF = re.compile(r"(?:clef=\"?)?(treble-8|treble|bass|alto|tenor)(?![\w+-])")
_NAME = re.compile(r"(?:name|nm)=\"([^\"]*)\"")
_GROUP = re.compile(r"[\[\](){}|]|[^\s\[\](){}|]+")
_INLINE_VOICE = re.compile(r"\[V:[ \t]{0,3}([^\s\]]{1,20})[^\]]{0,80}\]")
_TEMPO = re.compile(r"(?:\"([^\"]*)\")?\s*(?:(\d{1,2})/(\d{1,2})\s*=\s*(\d{1,3}))?")


@dataclass
class _Tune:
    """The fields of a tune as they come."""

    fields: dict[str, str] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)  # of voices
    clefs: dict[str, str] = field(default_factory=dict)
    voices: dict[str, VoiceReader] = field(default_factory=dict)
    group: str = ""
    problems: list[str] = field(default_factory=list)
    key: int = 0
    unit: Fraction | None = None
    opened: bool = False  # the header is over


def from_abc(text: str) -> tuple[Score, list[str]]:
    """The first tune of `text`, and what was not understood of it; never raises. A hopeless text gives a score without bars."""
    if len(text) > MOST_CHARACTERS:
        return Score(()), [f"longer than {MOST_CHARACTERS} characters"]
    tune = _Tune()
    current = "1"
    for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n"):
        line = line.strip()
        if line.startswith("%%"):
            words = line[2:].split(None, 1)
            if len(words) == 2 and words[0] in ("score", "staves"):
                tune.group = words[1]
            continue
        line = re.sub(r"(?<!\\)%.*", "", line).strip()
        if not line:
            if tune.opened and any(voice.bars for voice in tune.voices.values()):
                break
            continue
        found = _FIELD.match(line)
        if found and not (tune.opened and found[1] in "ABCDEFGHIJSTXZ" and line[1:2] == "|"):
            current = _read_field(tune, found[1], found[2].strip(), current)
        elif tune.opened:
            current = _read_music(tune, line, current)
        else:
            tune.problems.append("music stands before the key (K:)")
            tune.opened = True
            current = _read_music(tune, line, current)
    return _finished(tune)


def _read_field(tune: _Tune, name: str, value: str, current: str) -> str:
    """Take in one field; return the voice that what follows belongs to."""
    if name == "V":
        current = (value.split() or ["1"])[0]
        if found := _NAME.search(value):
            tune.names[current] = found[1]
        if found := _CLEF.search(value):
            tune.clefs[current] = found[1]
            if current in tune.voices and not tune.voices[current].events and not tune.voices[current].bars:
                tune.voices[current].clef = found[1]
        return current
    if name in "wW":
        if name == "w" and current in tune.voices:
            tune.voices[current].sing(value)
        return current
    if name == "L":
        tune.unit = bar_length(value) if "/" in value else Fraction(1)
    if name == "K":
        sharps, clef = read_key(value)
        if sharps is None and value and not clef:
            tune.problems.append(f"K:{value[:20]} is no key")
        if tune.opened:
            tune.voices.setdefault(current, _voice(tune, current)).change("K", value)
        else:
            tune.key, tune.opened = sharps or 0, True
            tune.clefs.setdefault("", clef)
    elif tune.opened and name in "ML":
        tune.voices.setdefault(current, _voice(tune, current)).change(name, value)
    elif not tune.opened:
        tune.fields.setdefault(name, value)
    return current


def read_key(value: str) -> tuple[int | None, str]:
    """Sharps of a key as ABC names it (None where it names none), and the clef that stands with it."""
    clef = _CLEF.search(value)
    found = _KEY.match(value)
    if value.startswith("clef=") or (clef and clef.start() == 0) or not found:
        return (0 if value.startswith("none") else None), clef[1] if clef else ""
    mode = found[3].lower()
    if found[3].startswith(("clef", "treble", "bass", "alto", "tenor")):
        mode = ""
    shift = MODES.get(mode if mode == "m" else mode[:3])
    tonic = SHARPS_OF.get(found[1] + found[2])
    if tonic is None:  # G#, D#, A# minor and the like
        tonic = SHARPS_OF[found[1]] + (7 if found[2] == "#" else -7)
    if shift is None or not -7 <= tonic + shift <= 7:
        return None, clef[1] if clef else ""
    return tonic + shift, clef[1] if clef else ""


def _voice(tune: _Tune, name: str) -> VoiceReader:
    meter = tune.fields.get("M", "")
    unit = tune.unit
    if not unit:
        length = bar_length(meter)
        unit = Fraction(1, 16) if length and length < Fraction(3, 4) else Fraction(1, 8)
    clef = tune.clefs.get(name) or tune.clefs.get("") or "treble"
    return VoiceReader(unit, clef if clef in CLEFS else "treble")


def _read_music(tune: _Tune, line: str, current: str) -> str:
    parts = _INLINE_VOICE.split(line)
    for place, part in enumerate(parts):
        if place % 2:
            current = part
        elif part.strip():
            if current not in tune.voices and len(tune.voices) >= MOST_VOICES:
                tune.problems.append("too many voices")
                return current
            tune.voices.setdefault(current, _voice(tune, current)).read(part)
    return current


def _finished(tune: _Tune) -> tuple[Score, list[str]]:
    lines = {name: voice.finish() for name, voice in tune.voices.items()}
    lines = {name: bars for name, bars in lines.items() if bars}
    order, staves, group, through = _staves(tune, [*lines])
    found = [*tune.problems, *(problem for name in order for problem in tune.voices[name].problems)]
    if not order:
        return Score(()), [*found, "no notes"]
    counts = {len(lines[name]) for name in order}
    if len(counts) > 1:
        found.append("the voices have not the same number of bars")
    bars = tuple(_joined([lines[name][number : number + 1] for name in order]) for number in range(max(counts)))
    tempo = _TEMPO.match(tune.fields.get("Q", ""))
    beat = None
    if tempo and tempo[2] and int(tempo[2]) and int(tempo[3]) and int(tempo[4]):
        beat = Fraction(int(tempo[2]), int(tempo[3])), int(tempo[4])
    meter = tune.fields.get("M", "")
    score = Score(
        bars,
        staves,
        key=tune.key,
        meter=meter if bar_length(meter) else "",
        group=group,
        through=through,
        title=tune.fields.get("T", ""),
        composer=tune.fields.get("C", ""),
        tempo=(tempo[1] or "") if tempo else "",
        beat=beat,
    )
    return sounded(normal(_with_bar_rests(score))), found


def _joined(lines: list[list[Lines]]) -> Bar:
    """One bar of all voices; nothing where a voice has ended before."""
    first = next(line for here in lines for line in here)
    return Bar(
        tuple(tuple(event for line in here for event in line.events) for here in lines),
        first.right,
        first.left,
        first.ending,
        first.key,
        first.meter,
        first.last,
    )


def _staves(tune: _Tune, voices: list[str]) -> tuple[list[str], tuple[Staff, ...], str, bool]:
    """Voices in the order of the staves, the staves, what joins them, and whether bar lines do."""
    rows: list[list[str]] = []
    inside = False
    tokens = _GROUP.findall(tune.group)
    for token in tokens:
        if token == "(":
            inside = True
            rows.append([])
        elif token == ")":
            inside = False
        elif token in voices and not any(token in row for row in rows):
            if inside and rows and len(rows[-1]) < MOST_ON_STAFF:
                rows[-1].append(token)
            else:
                rows.append([token])
    rows = [row for row in rows if row] or [[name] for name in voices]
    order = [name for row in rows for name in row]
    first = {row[0]: tune.voices[row[0]] for row in rows}
    staves = tuple(Staff(first[row[0]].first_clef, len(row), tune.names.get(row[0], "")) for row in rows)
    group = next((token for token in tokens if token in "{["), "")
    return order, staves, group, "|" in tokens


def _with_bar_rests(score: Score) -> Score:
    """Give the rests of whole bars the length of their bar."""

    def length(number: int, bar: Bar) -> Fraction:
        known = [sum((e.time for e in voice), Fraction(0)) for voice in bar.voices if all(e.length != UNKNOWN for e in voice)]
        return max(known, default=Fraction(0)) or usual_length(score, number)

    def filled(event: Event, number: int, bar: Bar) -> Event:
        return replace(event, length=length(number, bar)) if event.length == UNKNOWN else event

    bars = [
        replace(bar, voices=tuple(tuple(filled(event, number, bar) for event in voice) for voice in bar.voices))
        for number, bar in enumerate(score.bars)
    ]
    return replace(score, bars=tuple(bars))
