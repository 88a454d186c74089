"""What we write as ABC, `**kern` and MusicXML is read by verovio and music21 with the same pitches and lengths.

Left out, because the other program does not read what the standard has: of ABC, verovio passes over `q` and `r` of tuplets, and
tuplets of quarters; lengths behind chords; clefs that sound an octave lower; music21 passes over `Z`, key changes and
`{/`, and forgets double sharps and flats within the bar, and accidentals that were printed inside a chord.
"""

from __future__ import annotations

import os
import re
from dataclasses import replace
from fractions import Fraction
from xml.etree import ElementTree

import numpy as np
import pytest

from gotocr.draw.supply import Supply
from gotocr.kinds.music.abc_writer import to_abc
from gotocr.kinds.music.compose import compose
from gotocr.kinds.music.dress import dress
from gotocr.kinds.music.engraver import engrave
from gotocr.kinds.music.kern_writer import to_kern
from gotocr.kinds.music.musicxml import to_musicxml
from gotocr.kinds.music.score import Event, Score

MANY = int(os.environ.get("GOTOCR_SEEDS", "1"))
MEI = "{http://www.music-encoding.org/ns/mei}"
CHORD = re.compile(r"\[((?:[\^_=]*[A-Ga-g][,']*)+)\]([\d/]+)")
NOTE = re.compile(r"[\^_=]*[A-Ga-g][,']*")
Sounds = list[tuple[tuple[tuple[str, int], ...], Fraction | None]]  # (step and octave of each note), length; None = a whole bar


@pytest.fixture(scope="module")
def supply():
    return Supply()


def made(seed: int, supply: Supply) -> Score:
    rng = np.random.default_rng(seed)
    return dress(rng, compose(rng), supply)


def alone(score: Score, voice: int) -> Score:
    """One voice as a score of its own, closed by a bar line."""
    bars = [replace(bar, voices=(bar.voices[voice],)) for bar in score.bars]
    bars[-1] = replace(bars[-1], right=bars[-1].right or "|")
    return replace(
        score,
        bars=tuple(bars),
        staves=(replace(score.staves[score.places[voice][0]], voices=1, name=""),),
        group="",
        through=False,
    )


def sounds(score: Score, voice: int, shift: int = 0) -> Sounds:
    events = [event for bar in score.bars for event in bar.voices[voice] if event.form != "gap"]
    return [(tuple(sorted((p.step, p.octave + shift) for p in e.pitches)), None if e.form == "bar" else e.time) for e in events]


def joined(found: Sounds) -> Sounds:
    """Rests in a row as one of any length: verovio makes one of whole bars' rests."""
    return [one for number, one in enumerate(found) if one[0] or number == 0 or found[number - 1][0]]


def equal(one: Sounds, other: Sounds) -> bool:
    one, other = joined(one), joined(other)
    if len(one) != len(other):
        return False
    return all(
        first[0] == second[0] and (first[1] == second[1] or not first[0]) for first, second in zip(one, other, strict=True)
    )


def in_mei(mei: str) -> dict[tuple[str, str], Sounds]:
    """What MEI says of each (staff, layer)."""
    found: dict[tuple[str, str], Sounds] = {}
    for staff in ElementTree.fromstring(mei).iter(f"{MEI}staff"):
        for layer in staff.iter(f"{MEI}layer"):
            _walk(layer, Fraction(1), found.setdefault((staff.get("n"), layer.get("n")), []))
    return found


def _walk(parent: ElementTree.Element, ratio: Fraction, done: Sounds) -> None:
    for element in parent:
        name = element.tag.removeprefix(MEI)
        if name == "tuplet":
            _walk(element, ratio * Fraction(int(element.get("numbase")), int(element.get("num"))), done)
        elif name == "beam":
            _walk(element, ratio, done)
        elif name in ("mRest", "multiRest"):
            done += [((), None)] * max(1, int(element.get("num") or 1))
        elif name in ("note", "chord", "rest") and not element.get("grace") and element.get("dur"):
            value = Fraction(2) if element.get("dur") == "breve" else Fraction(1, int(element.get("dur")))
            notes = [element] if name == "note" else element.findall(f"{MEI}note")
            pitches = tuple(sorted((note.get("pname").upper(), int(note.get("oct"))) for note in notes))
            done.append((pitches, value * (2 - Fraction(1, 2 ** int(element.get("dots") or 0))) * ratio))


def for_verovio(text: str) -> str:
    text = CHORD.sub(lambda chord: "[" + NOTE.sub(lambda note: note[0] + chord[2], chord[1]) + "]", text)
    return text.replace("Z", "Z1")


@pytest.mark.parametrize("seed", range(25 * MANY))
def test_verovio_reads_our_abc_and_kern(seed, supply):
    pytest.importorskip("verovio")
    score = made(seed, supply)
    parts = in_mei(engrave(to_kern(score), "humdrum", want="mei"))
    for voice, (staff, layer) in enumerate(score.places):
        assert equal(parts[str(staff + 1), str(layer + 1)], sounds(score, voice))
        if all(
            e.tuplet == (1, 1) or (e.length < Fraction(1, 4) and not 0 < e.opens != e.tuplet[0])
            for bar in score.bars
            for e in bar.voices[voice]
        ):
            one = alone(score, voice)
            read = in_mei(engrave(for_verovio(to_abc(one)), "abc", want="mei"))
            shift = int(one.staves[0].clef == "treble-8")
            assert equal([event for layer in sorted(read) for event in read[layer]], sounds(one, 0, shift)), to_abc(one)


def in_music21(text: str, form: str) -> list[tuple[tuple[tuple[str, int, int], ...], Fraction]]:
    from music21 import converter

    done = []
    for note in converter.parseData(text, format=form).recurse().notesAndRests:
        if note.duration.isGrace or "ChordSymbol" in note.classes or (note.isRest and note.style.hideObjectOnPrint):
            continue
        pitches = () if note.isRest else tuple(sorted((p.step, p.octave, int(p.alter)) for p in note.pitches))
        done.append((pitches, Fraction(note.duration.quarterLength) / 4))
    return sorted(done)


def all_sounds(score: Score, shift: int = 0) -> list[tuple[tuple[tuple[str, int, int], ...], Fraction]]:
    events = [event for bar in score.bars for voice in bar.voices for event in voice if event.form != "gap"]
    return sorted((tuple(sorted((p.step, p.octave + shift, p.alter) for p in e.pitches)), e.time) for e in events)


def plain(event: Event) -> Event:
    return replace(event, form="rest" if event.form == "bar" else event.form, slash=False)


def for_music21(score: Score) -> str:
    bars = tuple(replace(bar, voices=tuple(tuple(map(plain, voice)) for voice in bar.voices)) for bar in score.bars)
    return "%abc-2.1\n" + re.sub(r" clef=\S+|\[K:clef=[^]]*\]", "", to_abc(replace(score, bars=bars)))


def misread_by_music21(score: Score) -> bool:
    """Whether its ABC has what music21 (10.5) reads wrongly: double accidentals, or an accidental of a chord that holds on.

    By the standard an accidental holds to the bar's end; music21 lets one that stands inside a chord hold for that chord only.
    """
    for bar in score.bars:
        said: set[tuple[str, int]] = set()  # by chords
        for event in bar.voices[0]:
            if any(abs(pitch.alter) > 1 for pitch in event.pitches):
                return True
            if any(not pitch.sign and pitch[:2] in said for pitch in (*event.grace, *event.pitches)):
                return True
            if len(event.pitches) > 1:
                said |= {pitch[:2] for pitch in event.pitches if pitch.sign}
    return False


@pytest.mark.parametrize("seed", range(1000, 1000 + 3 * MANY))
def test_music21_reads_our_abc_kern_and_musicxml(seed, supply):
    pytest.importorskip("music21")
    score = made(seed, supply)
    assert in_music21(to_kern(score), "humdrum") == all_sounds(score)
    assert in_music21(to_musicxml(score), "musicxml") == all_sounds(score)
    if all(bar.key is None for bar in score.bars):
        for voice in range(len(score.places)):
            one = alone(score, voice)
            if misread_by_music21(one):
                continue
            shift = int(one.staves[0].clef == "treble-8")
            assert in_music21(for_music21(one), "abc") == all_sounds(one, shift), to_abc(one)
