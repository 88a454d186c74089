"""Write a score as MusicXML 4.0 (partwise), which notation programs open: a part a staff, voices by `backup`."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from html import escape
from math import lcm

from .score import CLEFS, Event, Pitch, Score, bar_length, total, value_of

HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE score-partwise PUBLIC "-//Recordare//DTD MusicXML 4.0 Partwise//EN" '
    '"http://www.musicxml.org/dtds/partwise.dtd">\n<score-partwise version="4.0">'
)
TYPES = {2: "breve", 1: "whole", Fraction(1, 2): "half", Fraction(1, 4): "quarter", Fraction(1, 8): "eighth", Fraction(1, 16): "16th", Fraction(1, 32): "32nd", Fraction(1, 64): "64th"}  # fmt: skip
ACCIDENTALS = {-2: "flat-flat", -1: "flat", 0: "natural", 1: "sharp", 2: "double-sharp"}
ARTICULATIONS = {"staccato": "staccato", "tenuto": "tenuto", "accent": "accent", "marcato": "strong-accent"}
TECHNIQUES = {"downbow": "down-bow", "upbow": "up-bow"}
ORNAMENTS = {"mordent": "mordent", "prall": "inverted-mordent", "turn": "turn", "trill": "trill-mark"}
STYLES = {"||": "light-light", "|]": "light-heavy", ":|": "light-heavy", "::": "light-heavy", "": "none"}
KINDS = {"": "major", "m": "minor", "7": "dominant", "m7": "minor-seventh", "maj7": "major-seventh", "dim": "diminished", "+": "augmented", "6": "major-sixth", "9": "dominant-ninth", "sus4": "suspended-fourth"}  # fmt: skip


def to_musicxml(score: Score) -> str:
    """The whole score; everything a `Score` holds but where lines break inside a bar."""
    done = [HEAD]
    if score.title:
        done.append(f"<work><work-title>{escape(score.title)}</work-title></work>")
    if score.composer:
        done.append(f'<identification><creator type="composer">{escape(score.composer)}</creator></identification>')
    done.append(_part_list(score))
    parts = _divisions(score)
    for staff in range(len(score.staves)):
        done += [
            f'<part id="P{staff + 1}">',
            *(_measure(score, staff, number, parts) for number in range(len(score.bars))),
            "</part>",
        ]
    return "".join([*done, "</score-partwise>\n"])


def _part_list(score: Score) -> str:
    parts = [
        f'<score-part id="P{n + 1}"><part-name>{escape(staff.name)}</part-name></score-part>'
        for n, staff in enumerate(score.staves)
    ]
    if score.group:
        symbol = "brace" if score.group == "{" else "bracket"
        through = "yes" if score.through else "no"
        parts.insert(
            0,
            f'<part-group type="start" number="1"><group-symbol>{symbol}</group-symbol><group-barline>{through}</group-barline></part-group>',
        )
        parts.append('<part-group type="stop" number="1"/>')
    return f"<part-list>{''.join(parts)}</part-list>"


def _divisions(score: Score) -> int:
    """So many to a quarter that every length is whole."""
    return lcm(*((event.time * 4).denominator for bar in score.bars for voice in bar.voices for event in voice), 1)


def _measure(score: Score, staff: int, number: int, parts: int) -> str:
    bar = score.bars[number]
    length = bar_length(score.meters[number])
    short = ' implicit="yes"' if number == 0 and length and bar.time < length else ""
    done = [f'<measure number="{number + 1}"{short}>']
    if number and score.bars[number - 1].last:
        done.append('<print new-system="yes"/>')
    done += [_left(score, number), _attributes(score, staff, number, parts)]
    if number == 0 and staff == 0:
        done.append(_tempo(score))
    for layer, voice in enumerate([v for v, (place, _) in enumerate(score.places) if place == staff]):
        if layer:
            done.append(f"<backup><duration>{int(bar.time * 4 * parts)}</duration></backup>")
        done.append(_voice(score, (number, voice), layer, parts))
        if missing := bar.time - total(bar.voices[voice]):
            done.append(f"<forward><duration>{int(missing * 4 * parts)}</duration></forward>")
    return "".join([*done, _right(score, number), "</measure>"])


def _attributes(score: Score, staff: int, number: int, parts: int) -> str:
    bar, first = score.bars[number], number == 0
    key = score.key if first and bar.key is None else bar.key
    meter = bar.meter or (score.meter if first else "")
    inner = f"<divisions>{parts}</divisions>" if first else ""
    if key is not None:
        inner += f"<key><fifths>{key}</fifths></key>"
    if meter:
        symbol = {"C": ' symbol="common"', "C|": ' symbol="cut"'}.get(meter, "")
        above, below = {"C": "4/4", "C|": "2/2"}.get(meter, meter).split("/")
        inner += f"<time{symbol}><beats>{above}</beats><beat-type>{below}</beat-type></time>"
    if first:
        inner += _clef(score.staves[staff].clef)
    return f"<attributes>{inner}</attributes>" if inner else ""


def _clef(name: str) -> str:
    shape, line, octaves = CLEFS[name]
    change = f"<clef-octave-change>{octaves}</clef-octave-change>" if octaves else ""
    return f"<clef><sign>{shape}</sign><line>{line}</line>{change}</clef>"


def _tempo(score: Score) -> str:
    words = f"<direction-type><words>{escape(score.tempo)}</words></direction-type>" if score.tempo else ""
    if score.beat and value_of(score.beat[0]):
        value, dots = value_of(score.beat[0])
        unit = f"<beat-unit>{TYPES[value]}</beat-unit>{'<beat-unit-dot/>' * dots}"
        words += f"<direction-type><metronome>{unit}<per-minute>{score.beat[1]}</per-minute></metronome></direction-type>"
    return f'<direction placement="above">{words}</direction>' if words else ""


def _left(score: Score, number: int) -> str:
    bar = score.bars[number]
    ending = f'<ending number="{bar.ending}" type="start"/>' if bar.ending else ""
    repeats = bar.left or (number and score.bars[number - 1].right in ("|:", "::"))
    style = "<bar-style>heavy-light</bar-style>" if repeats else ""
    repeat = '<repeat direction="forward"/>' if repeats else ""
    return f'<barline location="left">{style}{ending}{repeat}</barline>' if ending or repeat else ""


def _right(score: Score, number: int) -> str:
    bar = score.bars[number]
    after = score.bars[number + 1] if number + 1 < len(score.bars) else None
    ending = ""
    if score.endings[number] and (after is None or after.ending or bar.right not in ("|", "|:")):
        ending = f'<ending number="{score.endings[number]}" type="{"stop" if bar.right == ":|" else "discontinue"}"/>'
    style = f"<bar-style>{STYLES[bar.right]}</bar-style>" if bar.right in STYLES else ""
    repeat = '<repeat direction="backward"/>' if bar.right in (":|", "::") else ""
    return f'<barline location="right">{style}{ending}{repeat}</barline>' if style or ending or repeat else ""


def _voice(score: Score, at: tuple[int, int], layer: int, parts: int) -> str:
    """One voice of a bar."""
    number, voice = at
    events = score.bars[number].voices[voice]
    done, tuplet_left = [], 0
    for place, event in enumerate(events):
        if event.clef:
            done.append(f"<attributes>{_clef(event.clef)}</attributes>")
        done.append(_before(event))
        tuplet_left = event.opens or tuplet_left
        ends = event.tuplet != (1, 1) and tuplet_left == 1
        tuplet_left = max(tuplet_left - 1, 0)
        beam = _beam(events, place)
        whole = event.form == "bar" and event.time == bar_length(score.meters[number])
        event = event if whole or event.form != "bar" else replace(event, form="rest")
        done += _notes(event, layer, parts, (_tied_into(score, number, voice, place), ends, beam))
    return "".join(done)


def _before(event: Event) -> str:
    """Chord symbol, dynamics and hairpins that begin or end at an event."""
    done = ""
    if event.chord and event.chord[0] in "ABCDEFG":
        root, rest = event.chord[0], event.chord[1:]
        alter = {"b": -1, "#": 1}.get(rest[:1], 0)
        rest = rest[1:] if alter else rest
        shift = f"<root-alter>{alter}</root-alter>" if alter else ""
        kind = f'<kind text="{escape(rest)}">{KINDS.get(rest.split("/")[0], "other")}</kind>'
        done += f"<harmony><root><root-step>{root}</root-step>{shift}</root>{kind}</harmony>"
    for mark in event.hairpins:
        kind = {"<(": "crescendo", ">(": "diminuendo"}.get(mark, "stop")
        done += f'<direction><direction-type><wedge type="{kind}"/></direction-type></direction>'
    if event.dynamic:
        done += f"<direction><direction-type><dynamics><{event.dynamic}/></dynamics></direction-type></direction>"
    return done


def _beam(events: tuple[Event, ...], place: int) -> str:
    before, after = place > 0 and events[place - 1].beam, events[place].beam
    state = "continue" if before and after else "begin" if after else "end" if before else ""
    return f'<beam number="1">{state}</beam>' if state else ""


def _tied_into(score: Score, number: int, voice: int, place: int) -> tuple[Pitch, ...]:
    """The pitches of the event before, if it is tied to this one."""
    bars = score.bars
    if place == 0 and number and bars[number - 1].voices[voice]:
        before = bars[number - 1].voices[voice][-1]
    elif place:
        before = bars[number].voices[voice][place - 1]
    else:
        return ()
    return before.pitches if before.tie else ()


def _notes(event: Event, layer: int, parts: int, around: tuple[tuple[Pitch, ...], bool, str]) -> list[str]:
    tied, ends, beam = around
    duration, voice = f"<duration>{int(event.time * 4 * parts)}</duration>", f"<voice>{layer + 1}</voice>"
    value = value_of(event.length)
    shape = f"<type>{TYPES[value[0]]}</type>{'<dot/>' * value[1]}" if value else ""
    if event.tuplet != (1, 1):
        above, below = event.tuplet
        change = (
            f"<time-modification><actual-notes>{above}</actual-notes><normal-notes>{below}</normal-notes></time-modification>"
        )
    else:
        change = ""
    if event.form == "gap":
        return [f"<forward>{duration}{voice}</forward>"]
    marks = _notations(event, ends)
    if not event.pitches:
        rest = '<rest measure="yes"/>' if event.form == "bar" else "<rest/>"
        return [f"<note>{rest}{duration}{voice}{'' if event.form == 'bar' else shape}{change}{beam}{_wrapped(marks)}</note>"]
    slash = ' slash="yes"' if event.slash else ""
    grace_type = "16th" if len(event.grace) > 1 else "eighth"
    done = [f"<note><grace{slash}/>{_pitch(pitch)}{voice}<type>{grace_type}</type>{_sign(pitch)}</note>" for pitch in event.grace]
    for number, pitch in enumerate(event.pitches):
        stops = any(pitch[:3] == other[:3] for other in tied)
        ties = ('<tie type="stop"/>' if stops else "") + ('<tie type="start"/>' if event.tie else "")
        curves = ('<tied type="stop"/>' if stops else "") + ('<tied type="start"/>' if event.tie else "")
        chord = "<chord/>" if number else ""
        inner = curves + (marks if number == 0 else "")
        lyrics = _lyrics(event) if number == 0 else ""
        look = f"{shape}{_sign(pitch)}{change}{'' if number else beam}"
        done.append(f"<note>{chord}{_pitch(pitch)}{duration}{ties}{voice}{look}{_wrapped(inner)}{lyrics}</note>")
    return done


def _wrapped(marks: str) -> str:
    return f"<notations>{marks}</notations>" if marks else ""


def _pitch(pitch: Pitch) -> str:
    alter = f"<alter>{pitch.alter}</alter>" if pitch.alter else ""
    return f"<pitch><step>{pitch.step}</step>{alter}<octave>{pitch.octave}</octave></pitch>"


def _sign(pitch: Pitch) -> str:
    return f"<accidental>{ACCIDENTALS[pitch.alter]}</accidental>" if pitch.sign else ""


def _notations(event: Event, ends: bool) -> str:
    done = '<slur type="stop" number="1"/>' * min(event.slurs[1], 1) + '<slur type="start" number="1"/>' * min(event.slurs[0], 1)
    done += ('<tuplet type="start"/>' if event.opens else "") + ('<tuplet type="stop"/>' if ends and not event.opens else "")
    for name, table in (("articulations", ARTICULATIONS), ("technical", TECHNIQUES), ("ornaments", ORNAMENTS)):
        if inner := "".join(f"<{table[mark]}/>" for mark in event.marks if mark in table):
            done += f"<{name}>{inner}</{name}>"
    return done + ("<fermata/>" if "fermata" in event.marks else "")


def _lyrics(event: Event) -> str:
    done = ""
    for verse, word in enumerate(event.words):
        if word and word != "_":
            syllabic = "begin" if word.endswith("-") else "single"
            done += f'<lyric number="{verse + 1}"><syllabic>{syllabic}</syllabic><text>{escape(word.removesuffix("-"))}</text></lyric>'
    return done
