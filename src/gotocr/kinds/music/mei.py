"""Write a score as MEI with an id on everything that the drawing is asked about; for verovio, not for exchange."""

from __future__ import annotations

from fractions import Fraction
from html import escape

from .score import CLEFS, Event, Pitch, Score, event_at, spans, value_of

RIGHTS = {"|": "single", "||": "dbl", "|]": "end", ":|": "rptend", "|:": "rptstart", "::": "rptboth", "": "invis"}
ARTICULATIONS = {
    "staccato": "stacc",
    "tenuto": "ten",
    "accent": "acc",
    "marcato": "marc",
    "downbow": "dnbow",
    "upbow": "upbow",
}
ORNAMENTS = {
    "mordent": '<mordent form="lower" ',
    "prall": '<mordent form="upper" ',
    "turn": "<turn ",
    "trill": "<trill ",
    "fermata": "<fermata ",
}
ACCIDENTALS = {-2: "ff", -1: "f", 0: "n", 1: "s", 2: "x"}
HEAD = '<mei xmlns="http://www.music-encoding.org/ns/mei" meiversion="5.1"><meiHead/><music><body><mdiv><score>'


def event_id(at: tuple[int, int, int]) -> str:
    """Of the event `at` (bar, voice, number)."""
    return "e{}-{}-{}".format(*at)


def staff_id(bar: int, staff: int) -> str:
    return f"s{bar}-{staff}"


def to_mei(score: Score, first: int = 1) -> str:
    """The score as one MEI document; its bars are counted from `first`."""
    done = [HEAD, _definition(score), '<section xml:id="section">']
    controls = _Controls(score)
    held = _held(score)
    ending = ""
    for number, bar in enumerate(score.bars):
        if ending and (bar.ending or score.bars[number - 1].right in (":|", "|]", "||", "::")):
            done.append("</ending>")
            ending = ""
        if bar.key is not None or bar.meter:
            done.append(f"<scoreDef>{_signature(bar.key, bar.meter)}</scoreDef>")
        if bar.ending:
            done.append(f'<ending n="{bar.ending}" xml:id="ending{number}">')
            ending = bar.ending
        left = ' left="rptstart"' if bar.left else ""
        done.append(f'<measure xml:id="m{number}" n="{number + first}" right="{RIGHTS[bar.right]}"{left}>')
        done += _staves(score, number, held)
        done += controls.of(number)
        done.append("</measure>")
        if bar.last and number + 1 < len(score.bars):
            done.append("<sb/>")
    done += ["</ending>" if ending else "", "</section></score></mdiv></body></music></mei>"]
    return "".join(done)


def _definition(score: Score) -> str:
    symbol = {"{": ' symbol="brace"', "[": ' symbol="bracket"'}.get(score.group, "")
    through = ' bar.thru="true"' if score.through else ""
    done = [f"<scoreDef>{_signature(score.key, score.meter)}<staffGrp{symbol}{through}>"]
    for number, staff in enumerate(score.staves):
        label = f'<label xml:id="name{number}">{escape(staff.name)}</label>' if staff.name else ""
        done.append(f'<staffDef n="{number + 1}" lines="5">{label}{_clef(staff.clef)}</staffDef>')
    return "".join([*done, "</staffGrp></scoreDef>"])


def _clef(name: str, more: str = "") -> str:
    shape, line, octaves = CLEFS[name]
    below = ' dis="8" dis.place="below"' if octaves else ""
    return f'<clef shape="{shape}" line="{line}"{below}{more}/>'


def _signature(key: int | None, meter: str) -> str:
    done = "" if key is None else f'<keySig sig="{abs(key)}{"s" if key > 0 else "f" if key else ""}"/>'
    if meter in ("C", "C|"):
        return (
            done
            + f'<meterSig count="{4 if meter == "C" else 2}" unit="{4 if meter == "C" else 2}" sym="{"common" if meter == "C" else "cut"}"/>'
        )
    if meter:
        above, below = meter.split("/")
        done += f'<meterSig count="{above}" unit="{below}"/>'
    return done


def _staves(score: Score, number: int, held: set[tuple[str, int]]) -> list[str]:
    done, voice = [], 0
    for index, staff in enumerate(score.staves):
        done.append(f'<staff n="{index + 1}" xml:id="{staff_id(number, index)}">')
        for layer in range(staff.voices):
            done.append(f'<layer n="{layer + 1}">')
            done += _layer(score.bars[number].voices[voice], (number, voice), held)
            done.append("</layer>")
            voice += 1
        done.append("</staff>")
    return done


def _layer(events: tuple[Event, ...], at: tuple[int, int], held: set[tuple[str, int]]) -> list[str]:
    """Events with the beams and tuplets around them; one lies within the other (see `score.normal`)."""
    done: list[str] = []
    open_marks: list[tuple[str, int]] = []  # what closes, and behind which event
    beam_end = -1
    for number, event in enumerate(events):
        if event.clef:
            done.append(_clef(event.clef, f' xml:id="c{at[0]}-{at[1]}-{number}"'))
        opening = []
        if event.beam and number > beam_end:
            beam_end = next((end for end in range(number, len(events)) if not events[end].beam), len(events) - 1)
            opening.append((beam_end, "<beam>", "</beam>"))
        if event.opens:
            above, below = event.tuplet
            end = min(number + event.opens, len(events)) - 1
            brackets = "false" if event.beam and beam_end == end else "true"
            mark = f'<tuplet num="{above}" numbase="{below}" bracket.visible="{brackets}" xml:id="t{at[0]}-{at[1]}-{number}">'
            opening.append((end, mark, "</tuplet>"))
        for end, mark, close in sorted(opening, key=lambda one: -one[0]):
            done.append(mark)
            open_marks.append((close, end))
        done.append(_event(event, event_id((*at, number)), held))
        while open_marks and open_marks[-1][1] <= number:
            done.append(open_marks.pop()[0])
    return done


def _event(event: Event, name: str, held: set[tuple[str, int]]) -> str:
    value = _value(event.length)
    if event.form == "bar":
        return f'<mRest xml:id="{name}"/>'
    if event.form in ("rest", "gap"):
        return f'<{"rest" if event.form == "rest" else "space"} xml:id="{name}"{value}/>'
    inner = "".join(
        f'<artic xml:id="a{name}-{mark}" artic="{ARTICULATIONS[mark]}"/>' for mark in event.marks if mark in ARTICULATIONS
    )
    inner += "".join(
        f'<verse n="{verse + 1}"><syl xml:id="y{name}-{verse}"{_continues(word, (name, verse) in held)}>{escape(word.removesuffix("-"))}</syl></verse>'
        for verse, word in enumerate(event.words)
        if word and word != "_"
    )
    grace = "".join(_note(pitch, f"{name}g{number}", _grace_look(event), "") for number, pitch in enumerate(event.grace))
    if len(event.grace) > 1:
        grace = f"<graceGrp><beam>{grace}</beam></graceGrp>"
    if len(event.pitches) == 1:
        return grace + _note(event.pitches[0], f"{name}p0", value, inner)
    heads = "".join(_note(pitch, f"{name}p{number}", "", "") for number, pitch in enumerate(event.pitches))
    return f'{grace}<chord xml:id="{name}"{value}>{inner}{heads}</chord>'


def _continues(word: str, held: bool) -> str:
    """What is drawn behind a syllable: a hyphen, a line as long as it is sung, or nothing."""
    return ' con="d" wordpos="i"' if word.endswith("-") else ' con="u" wordpos="t"' if held else ""


def _held(score: Score) -> set[tuple[str, int]]:
    """The events and verses whose syllable is held over the next note."""
    found = set()
    for voice in range(len(score.places)):
        notes = [
            ((number, voice, place), event)
            for number, bar in enumerate(score.bars)
            for place, event in enumerate(bar.voices[voice])
            if event.pitches
        ]
        for (at, event), (_, after) in zip(notes, notes[1:], strict=False):
            found |= {(event_id(at), verse) for verse, word in enumerate(after.words[: len(event.words)]) if word == "_"}
    return found


def _grace_look(event: Event) -> str:
    slash = ' stem.mod="1slash"' if event.slash and len(event.grace) == 1 else ""
    return f' grace="unacc" dur="{16 if len(event.grace) > 1 else 8}"{slash}'


def _value(length: Fraction) -> str:
    value, dots = value_of(length) or (Fraction(1, 4), 0)
    name = "breve" if value == 2 else str(value.denominator)
    return f' dur="{name}"' + (f' dots="{dots}"' if dots else "")


def _note(pitch: Pitch, name: str, value: str, inner: str) -> str:
    accidental = f'<accid accid="{ACCIDENTALS[pitch.alter]}"/>' if pitch.sign else ""
    return f'<note xml:id="{name}" pname="{pitch.step.lower()}" oct="{pitch.octave}"{value}>{accidental}{inner}</note>'


class _Controls:
    """What is drawn between or beside events: ties, slurs, dynamics, ornaments, words."""

    def __init__(self, score: Score) -> None:
        self._bars: list[list[str]] = [[] for _ in score.bars]
        if score.tempo or score.beat:
            self._bars[0].append(_tempo(score))
        for voice, (staff, _) in enumerate(score.places):
            events = [
                ((number, voice, place), event)
                for number, bar in enumerate(score.bars)
                for place, event in enumerate(bar.voices[voice])
            ]
            self._spans(score, voice)
            for (at, event), (after, following) in zip(events, [*events[1:], ((0, 0, 0), None)], strict=True):
                self._ties(at, event, after, following)
                self._beside(at, event, f'startid="#{_name(score, at)}" staff="{staff + 1}"')

    def of(self, bar: int) -> list[str]:
        return self._bars[bar]

    def _add(self, at: tuple[int, int, int], mark: str) -> None:
        self._bars[at[0]].append(mark)

    def _spans(self, score: Score, voice: int) -> None:
        staff = score.places[voice][0] + 1
        for start, end in spans(score, voice, "slurs"):
            ids = f'startid="#{_name(score, start)}" endid="#{_name(score, end)}"'
            self._add(start, f'<slur xml:id="l{event_id(start)}-{event_id(end)}" {ids}/>')
        for start, end in spans(score, voice, "hairpins"):
            ids = f'startid="#{_name(score, start)}" endid="#{_name(score, end)}"'
            form = "cres" if "<(" in event_at(score, start).hairpins else "dim"
            self._add(start, f'<hairpin xml:id="p{event_id(start)}" form="{form}" {ids} staff="{staff}"/>')

    def _ties(self, at: tuple[int, int, int], event: Event, after: tuple[int, int, int], following: Event | None) -> None:
        if not event.tie or following is None:
            return
        for number, pitch in enumerate(event.pitches):
            for other, held in enumerate(following.pitches):
                if held[:3] == pitch[:3]:
                    ids = f'startid="#{event_id(at)}p{number}" endid="#{event_id(after)}p{other}"'
                    self._add(at, f'<tie xml:id="i{event_id(at)}-{number}" {ids}/>')

    def _beside(self, at: tuple[int, int, int], event: Event, where: str) -> None:
        for mark in event.marks:
            if mark in ORNAMENTS:
                self._add(at, f'{ORNAMENTS[mark]}xml:id="o{event_id(at)}-{mark}" {where}/>')
        if event.dynamic:
            self._add(at, f'<dynam xml:id="d{event_id(at)}" {where} place="below">{event.dynamic}</dynam>')
        if event.chord:
            self._add(at, f'<harm xml:id="h{event_id(at)}" {where}>{escape(event.chord)}</harm>')


def _name(score: Score, at: tuple[int, int, int]) -> str:
    """The id that verovio knows an event by: its only note has taken its place."""
    return event_id(at) + ("p0" if len(event_at(score, at).pitches) == 1 else "")


def _tempo(score: Score) -> str:
    """Only the words: the note value and the rate are drawn behind them by ourselves."""
    return f'<tempo xml:id="tempo" tstamp="1" staff="1">{escape(score.tempo or "M")}</tempo>'
