"""MusicXML tells the same symbols as the score it was written from; that of other programs is read, and rubbish without harm."""

from __future__ import annotations

import os
import random
import time

import numpy as np
import pytest

from gotocr.kinds.music.abc_reader import from_abc
from gotocr.kinds.music.abc_writer import to_abc
from gotocr.kinds.music.compose import compose
from gotocr.kinds.music.dress import dress
from gotocr.kinds.music.kern_reader import from_kern
from gotocr.kinds.music.kern_writer import to_kern
from gotocr.kinds.music.musicxml import to_musicxml
from gotocr.kinds.music.musicxml_reader import from_musicxml
from gotocr.kinds.music.symbols import notes, placed, symbols

SEEDS = range(25 * int(os.environ.get("GOTOCR_SEEDS", "1")))
NOTE = "<note><pitch><step>{}</step><octave>{}</octave></pitch><duration>{}</duration><voice>{}</voice><type>{}</type>{}</note>"


@pytest.fixture(scope="module")
def supply():
    from gotocr.draw.supply import Supply

    return Supply()


def document(*measures: str) -> str:
    inner = "".join(f'<measure number="{n}">{measure}</measure>' for n, measure in enumerate(measures, 1))
    return f'<?xml version="1.0"?><score-partwise><part-list/><part id="P1">{inner}</part></score-partwise>'


def note(step: str, octave: int, quarters: int, voice: int = 1, more: str = "") -> str:
    return NOTE.format(step, octave, quarters, voice, {1: "quarter", 2: "half", 4: "whole"}[quarters], more)


@pytest.mark.parametrize("seed", SEEDS)
def test_what_we_write_is_read_with_the_same_symbols(seed, supply):
    rng = np.random.default_rng(seed)
    score = dress(rng, compose(rng), supply)
    read, problems = from_musicxml(to_musicxml(score))
    assert problems == []
    assert symbols(read) == symbols(score) and notes(read) == notes(score) and placed(read) == placed(score)
    assert symbols(from_kern(to_kern(score))[0]) == symbols(score)


def test_one_part_with_two_staves_and_voices():
    """As MuseScore writes piano music: one part, `backup` between staves and voices."""
    head = (
        "<attributes><divisions>1</divisions><key><fifths>-1</fifths></key><time><beats>4</beats><beat-type>4</beat-type></time>"
        "<staves>2</staves><clef number='1'><sign>G</sign><line>2</line></clef><clef number='2'><sign>F</sign><line>4</line></clef>"
        "</attributes>"
    )
    back = "<backup><duration>4</duration></backup>"
    upper, chord = note("E", 5, 4, 1, "<staff>1</staff>"), "<note><chord/><pitch><step>G</step><alter>1</alter><octave>5</octave>"
    chord += "</pitch><duration>4</duration><voice>1</voice><type>whole</type><staff>1</staff></note>"
    lower = (
        note("C", 5, 2, 2, "<staff>1</staff>")
        + "<forward><duration>1</duration></forward>"
        + note("D", 5, 1, 2, "<staff>1</staff>")
    )
    bass = note("C", 3, 4, 5, "<tie type='start'/><staff>2</staff>")
    again = note("C", 3, 4, 5, "<tie type='stop'/><staff>2</staff>")
    end = "<barline location='right'><bar-style>light-heavy</bar-style></barline>"
    score, problems = from_musicxml(document(head + upper + chord + back + lower + back + bass, again + end))
    assert problems == []
    head = [("key", "-1"), ("meter", "4/4")]
    assert symbols(score) == [
        *[("clef", "treble"), *head, ("note", "E5", "1"), ("with", "G#5"), ("voice",)],
        *[("note", "C5", "1/2"), ("note", "D5", "1/4"), ("bar", "|"), ("bar", "|]")],
        *[("clef", "bass"), *head, ("note", "C3", "1"), ("tie",), ("bar", "|"), ("note", "C3", "1"), ("bar", "|]")],
    ]
    assert placed(score)[:4] == [("0", "C5", "1/2"), ("0", "E5", "1"), ("0", "G#5", "1"), ("3/4", "D5", "1/4")]


def test_what_truths_leave_out_does_not_count():
    plain = from_abc("X:1\nL:1/8\nM:3/4\nK:G clef=treble\nG2 A2 [Bd]2 | c6 |]")[0]
    rich = from_abc(
        'X:1\nT:Air\nL:1/8\nM:3/4\nK:G clef=treble\n"G"!f!(.G2 !trill!A2 !fermata![Bd]2) | !<(!c6!<)! |]\nw:la la la lo'
    )[0]
    assert symbols(plain) == symbols(rich) and ("with", "D5") in symbols(plain)


def test_common_time_is_four_four():
    assert symbols(from_abc("X:1\nL:1/8\nM:C\nK:C clef=treble\nC8 |]")[0]) == symbols(
        from_abc("X:1\nL:1/8\nM:4/4\nK:C clef=treble\nC8 |]")[0]
    )


def test_four_voices_of_one_staff_keep_their_notes():
    kern = "**kern\n*clefG2\n*^\n*\t*^\n4cc\t4a\t4f\n4dd\t2b\t4g\n4ee\t.\t4a\n*v\t*v\t*v\n=\n*-\n"
    score, problems = from_kern(kern)
    assert problems == [] and len(notes(score)) == 8
    assert symbols(from_musicxml(to_musicxml(score))[0]) == symbols(score) == symbols(from_abc(to_abc(score))[0])


def test_a_voice_that_ends_early_takes_no_bar_from_the_others():
    score, problems = from_abc("X:1\nL:1/4\nM:2/4\n%%score {1 | 2}\nK:C\nV:1 clef=treble\nC2 | D2 | E2 |]\nV:2 clef=bass\nC,2 |")
    assert [name for name, _ in notes(score)] == ["C4", "D4", "E4", "C3"] and len(problems) == 1


def test_a_metre_that_is_printed_as_a_letter_stays_one():
    assert from_kern("**kern\n*clefG2\n*met(c)\n*M4/4\n1c\n=\n*-\n")[0].meter == "C"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "<score-partwise",
        "<score-timewise/>",
        "<score-partwise/>",
        '<!DOCTYPE x [<!ENTITY a "b"><!ENTITY c "&a;&a;">]><score-partwise>&c;</score-partwise>',
        document("<note><pitch><step>H</step></pitch></note>"),
        document("<note><rest/><duration>x</duration></note><backup><duration>9</duration></backup>"),
        document("<attributes><divisions>0</divisions><staves>99999</staves><key><fifths>99</fifths></key></attributes>"),
    ],
)
def test_what_is_no_music_is_told(text):
    score, problems = from_musicxml(text)
    assert symbols(score) == [] or problems


def test_damaged_documents_are_read_without_harm(supply):
    text, chance = to_musicxml(compose(np.random.default_rng(5))), random.Random(1)
    start = time.process_time()
    for _ in range(60):
        at, size = chance.randrange(len(text)), chance.randrange(60)
        symbols(from_musicxml(text[:at] + text[at + size :])[0])
        symbols(
            from_musicxml(text[:at] + chance.choice(["<note>", "</note>", "<duration>-1</duration>", "9" * 50]) + text[at:])[0]
        )
    assert time.process_time() - start < 5
