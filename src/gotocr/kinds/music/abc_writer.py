"""Write a score as ABC, one spelling for one picture, and say which ink each of its characters stands for.

The spelling: `X:1`, then what is printed of `T:` `C:` `Q:` `M:`, with `L:1/8` always, `%%score` where there are several voices,
and `K:` as the major key of the signature. One line a system; of several voices, first all of the upper one (`V:1`), then the
next. Notes on one beam stand together, all else is parted by one space; accidentals as printed; no broken rhythm.
"""

from __future__ import annotations

from fractions import Fraction
from typing import NamedTuple

from .score import CLEFS, KEYS, Event, Pitch, Score

MARK_SIGNS = {
    "staccato": ".",
    "tenuto": "!tenuto!",
    "accent": "!accent!",
    "marcato": "!marcato!",
    "downbow": "!downbow!",
    "upbow": "!upbow!",
    "mordent": "!mordent!",
    "prall": "!pralltriller!",
    "turn": "!turn!",
    "trill": "!trill!",
    "fermata": "!fermata!",
}
UNIT = Fraction(1, 8)
Ink = tuple  # what a piece stands for: ("head", bar, voice, event, note), ("bar", bar, staff) ...; () = no ink


class Piece(NamedTuple):
    text: str
    ink: Ink = ()


def to_abc(score: Score) -> str:
    return "".join(piece.text for piece in pieces(score))


def pieces(score: Score) -> list[Piece]:
    """The ABC in parts, each with the ink it stands for."""
    done = _header(score)
    many = _in_voices(score)
    for line, system in enumerate(score.systems()):
        for voice in range(len(score.places)):
            if many:
                done += [Piece("\n"), *_voice_line(score, voice, line == 0)]
            done += [Piece("\n"), *_music(score, system, voice)]
            done += _lyrics(score, system, voice)
    return done


def _header(score: Score) -> list[Piece]:
    done = [Piece("X:1")]
    if score.title:
        done += [Piece("\nT:"), Piece(score.title, ("title",))]
    if score.composer:
        done += [Piece("\nC:"), Piece(score.composer, ("composer",))]
    done.append(Piece("\nL:1/8"))
    if score.tempo or score.beat:
        done.append(Piece("\nQ:"))
        if score.tempo:
            done += [Piece('"'), Piece(score.tempo, ("tempo",)), Piece('"')]
        if score.beat:
            value = f"{score.beat[0].numerator}/{score.beat[0].denominator}"
            done += [Piece(" " if score.tempo else ""), Piece(value, ("beat",)), Piece(f"={score.beat[1]}", ("rate",))]
    if score.meter:
        done += [Piece("\nM:"), Piece(score.meter, ("meter", 0, 0))]
    if len(score.places) > 1:
        done += [Piece("\n%%score "), Piece(_grouping(score), ("group",))]
    done += [Piece("\nK:"), Piece(KEYS[score.key], ("key", 0, 0) if score.key else ())]
    if not _in_voices(score):
        done += [Piece(" clef="), Piece(score.staves[0].clef, ("clef", 0, 0))]
    return done


def _in_voices(score: Score) -> bool:
    """Several voices, or one that has a name, have lines `V:` of their own."""
    return len(score.places) > 1 or bool(score.staves[0].name)


def _grouping(score: Score) -> str:
    names, number = [], 1
    for staff in score.staves:
        voices = " ".join(str(number + voice) for voice in range(staff.voices))
        names.append(f"({voices})" if staff.voices > 1 else voices)
        number += staff.voices
    inner = (" | " if score.through else " ").join(names)
    return f"{score.group}{inner}{'}' if score.group == '{' else ']' if score.group else ''}"


def _voice_line(score: Score, voice: int, first: bool) -> list[Piece]:
    number, layer = score.places[voice]
    done = [Piece(f"V:{voice + 1}")]
    if first:
        done += [Piece(" clef="), Piece(score.staves[number].clef, ("clef", 0, number))]
        if score.staves[number].name and layer == 0:
            done += [Piece(' name="'), Piece(score.staves[number].name, ("name", number)), Piece('"')]
    return done


def _music(score: Score, system: range, voice: int) -> list[Piece]:
    staff, _ = score.places[voice]
    done: list[Piece] = []
    clef = score.staves[staff].clef
    for number in range(system.start):  # a clef stays until the next
        clef = next((event.clef for event in reversed(score.bars[number].voices[voice]) if event.clef), clef)
    for number in system:
        bar = score.bars[number]
        if bar.left:
            done.append(Piece(bar.left, ("left", number, staff)))
        if bar.ending:
            if not done:
                done.append(Piece("["))
            done.append(Piece(bar.ending, ("ending", number)))
        for change, name, value in (("K", "key", "" if bar.key is None else KEYS[bar.key]), ("M", "meter", bar.meter)):
            if value:
                done += [Piece(" [" if done else "["), Piece(f"{change}:{value}", (name, number, staff)), Piece("]")]
        joined = False
        for place, event in enumerate(bar.voices[voice]):
            done.append(Piece("" if joined or not done else " "))
            clef = event.clef or clef
            done += _event(event, (number, voice, place), CLEFS[clef][2])
            joined = event.beam
        if bar.right:
            done += [Piece(" "), Piece(bar.right, ("bar", number, staff))]
    return [piece for piece in done if piece.text]


def _event(event: Event, at: tuple[int, int, int], shift: int) -> list[Piece]:
    done = []
    if event.clef:
        done += [Piece("["), Piece(f"K:clef={event.clef}", ("new clef", *at)), Piece("]")]
    if event.opens:
        done.append(Piece(_tuplet_sign(event), ("tuplet", *at)))
    if event.chord:
        done += [Piece('"'), Piece(event.chord, ("chord", *at)), Piece('"')]
    done += [Piece(f"!{hairpin}!", ("hairpin", *at, hairpin)) for hairpin in event.hairpins]
    if event.dynamic:
        done.append(Piece(f"!{event.dynamic}!", ("dynamic", *at)))
    done += [Piece("(", ("slur", *at, number, 0)) for number in range(event.slurs[0])]
    if event.grace:
        done.append(Piece("{/" if event.slash else "{"))
        for number, pitch in enumerate(event.grace):
            done += _note(pitch, ("grace", *at, number), shift)
        done.append(Piece("}"))
    done += [Piece(MARK_SIGNS[mark], ("mark", *at, mark)) for mark in event.marks]
    done += _body(event, at, shift)
    if event.tie:
        done.append(Piece("-", ("tie", *at)))
    done += [Piece(")", ("slur", *at, number, 1)) for number in range(event.slurs[1])]
    return done


def _body(event: Event, at: tuple[int, int, int], shift: int) -> list[Piece]:
    if event.form == "bar":
        return [Piece("Z", ("rest", *at))]
    if not event.pitches:
        name = "x" if event.form == "gap" else "z"
        return [
            Piece(name, () if name == "x" else ("rest", *at)),
            Piece(_length(event.length), () if name == "x" else ("value", *at)),
        ]
    done = []
    if len(event.pitches) > 1:
        done.append(Piece("[", ("heads", *at)))
    for number, pitch in enumerate(event.pitches):
        done += _note(pitch, ("head", *at, number), shift)
    if len(event.pitches) > 1:
        done.append(Piece("]", ("heads", *at)))
    return [*done, Piece(_length(event.length), ("value", *at))]


def _note(pitch: Pitch, ink: Ink, shift: int) -> list[Piece]:
    octave = pitch.octave - shift
    letter = pitch.step + "," * (4 - octave) if octave < 5 else pitch.step.lower() + "'" * (octave - 5)
    return [Piece(pitch.sign, ("sign", *ink)), Piece(letter, ink)]


def _length(length: Fraction) -> str:
    """In units of an eighth: "", "2", "3/2", "/", "3/4" ..."""
    units = length / UNIT
    above = "" if units.numerator == 1 else str(units.numerator)
    return above + {1: "", 2: "/" if not above else "/2"}.get(units.denominator, f"/{units.denominator}")


def _tuplet_sign(event: Event) -> str:
    """`(p`, with `:q:r` only where these are not what ABC takes without them."""
    above, below = event.tuplet
    usual = {2: 3, 3: 2, 4: 3, 6: 2, 8: 3}.get(above)
    if event.opens != above:
        return f"({above}:{below}:{event.opens}"
    return f"({above}" if below == usual else f"({above}:{below}"


def _lyrics(score: Score, system: range, voice: int) -> list[Piece]:
    """A `w:` line a verse: `*` for a note without a syllable; lines that have none are left out."""
    events = [
        ((number, voice, place), event) for number in system for place, event in enumerate(score.bars[number].voices[voice])
    ]
    sung = [(at, event) for at, event in events if event.form == "note"]
    done = []
    for verse in range(max((len(event.words) for _, event in sung), default=0)):
        syllables = [(at, event.words[verse] if verse < len(event.words) else "") for at, event in sung]
        while syllables and not syllables[-1][1]:
            syllables.pop()
        if not syllables:
            continue
        done.append(Piece("\nw:"))
        glue = ""
        for at, syllable in syllables:
            text = syllable.removesuffix("-") if syllable != "_" else ""
            text = text.replace("\\", "").replace("*", "").replace("_", "").replace("|", "").replace("-", "\\-").replace(" ", "~")
            done.append(Piece(glue))
            if not syllable:
                done.append(Piece("*"))
            elif syllable == "_":
                done.append(Piece("_", ("held", *at, verse)))
            else:
                done.append(Piece(text, ("words", *at, verse)))
                if syllable.endswith("-"):
                    done.append(Piece("-", ("hyphen", *at, verse)))
            glue = "" if syllable.endswith("-") else " "
    return [piece for piece in done if piece.text]
