"""A score written as ABC or `**kern` and read again is the same score, and rubbish is read without harm."""

from __future__ import annotations

import os
import random
import time
from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest

from gotocr.kinds.music.abc_reader import from_abc, read_key
from gotocr.kinds.music.abc_writer import pieces, to_abc
from gotocr.kinds.music.accidentals import sounded, spelled
from gotocr.kinds.music.compose import compose
from gotocr.kinds.music.dress import dress, titled
from gotocr.kinds.music.kern_reader import from_kern
from gotocr.kinds.music.kern_writer import kern_part, to_kern
from gotocr.kinds.music.musicxml import to_musicxml
from gotocr.kinds.music.score import Event, Pitch, normal, problems

SEEDS = range(25 * int(os.environ.get("GOTOCR_SEEDS", "1")))


@pytest.fixture(scope="module")
def supply():
    from gotocr.draw.supply import Supply

    return Supply()


def made(seed: int, supply):
    rng = np.random.default_rng(seed)
    score = dress(rng, compose(rng), supply)
    return titled(rng, score, supply) if seed % 5 == 0 else score


@pytest.mark.parametrize("seed", SEEDS)
def test_what_is_composed_is_sound_and_comes_back(seed, supply):
    score = made(seed, supply)
    assert not problems(score)
    assert normal(score) == score == sounded(score) == spelled(score)
    written = to_abc(score)
    assert from_abc(written) == (score, [])
    assert to_abc(from_abc(written)[0]) == written
    assert from_kern(to_kern(score)) == (kern_part(score), [])


def test_equal_seeds_give_equal_scores(supply):
    assert made(3, supply) == made(3, supply) != made(4, supply)


def test_pieces_are_the_text_and_name_their_ink(supply):
    score = made(7, supply)
    assert "".join(piece.text for piece in pieces(score)) == to_abc(score)
    heads = [piece for piece in pieces(score) if piece.ink[:1] == ("head",)]
    assert len(heads) == sum(len(event.pitches) for bar in score.bars for voice in bar.voices for event in voice)
    assert len({piece.ink for piece in heads}) == len(heads)


def test_a_canonical_text_stays_as_it_is():
    text = (
        'X:1\nT:A\nC:B\nL:1/8\nQ:"Allegro" 1/4=96\nM:6/8\n%%score {(1 2) | 3}\nK:Bb\nV:1 clef=treble name="Piano"\n'
        '|: "Gm"!p!(G.A^B {/c}d3 | (3Bcd !trill!e2 z) !fermata![Be]- |1 [Be]6 :|2 [K:D] [M:3/4] F2 A4 |]\nw:one two-_ * three\n'
        "V:2 clef=treble\n|: D6 | D6 |1 Z :|2 [K:D] [M:3/4] D6 |]\nV:3 clef=bass\n|: G,,6 | x2 [K:clef=treble]G4 |1 Z :|2 [K:D] [M:3/4] D6 |]"
    )
    score, found = from_abc(text)
    assert not found and not problems(score)
    assert to_abc(score) == text


def test_others_spellings_give_our_one():
    loose = "%abc-2.1\nX: 3\nT: Air\nR: jig\nM: 2/4\nL: 1/16\nK: Em % minor\nE2>F2 !trill!G4|(AB)c2 [E4G4]|]\n\nX:4\nK:C\nC|"
    tight = "X:1\nT:Air\nL:1/8\nM:2/4\nK:G clef=treble\nE3/2F/ !trill!G2 | (A/B/)c [EG]2 |]"
    score, found = from_abc(loose)
    assert not found and to_abc(score) == tight


@pytest.mark.parametrize(
    "key, sharps",
    [("C", 0), ("Am", 0), ("F#m", 3), ("Ador", 1), ("Bb", -2), ("Dmix", 1), ("D mixolydian", 1), ("G#m", 5), ("Cb", -7)],
)
def test_keys(key, sharps):
    assert read_key(key)[0] == sharps
    assert read_key(f"{key} clef=bass") == (sharps, "bass")


def test_accidentals_hold_for_their_octave_to_the_end_of_the_bar():
    score, _ = from_abc("X:1\nL:1/8\nK:F\n^B B b B,- | B, B =B- | B B2 |]")
    alters = [[event.pitches[0].alter for event in bar.voices[0]] for bar in score.bars]
    assert alters == [[1, 1, -1, -1], [-1, -1, 0], [0, -1]]


def test_careful_spelling_warns_in_other_octaves():
    notes = tuple(Event(Fraction(1, 4), (pitch,)) for pitch in (Pitch("F", 4, 1), Pitch("F", 5), Pitch("F", 5), Pitch("F", 4, 1)))
    score = normal(
        replace(from_abc("X:1\nK:C\nC4 |")[0], bars=(replace(from_abc("X:1\nK:C\nC4 |")[0].bars[0], voices=(notes,)),))
    )
    assert [event.pitches[0].sign for event in spelled(score).bars[0].voices[0]] == ["^", "", "", ""]
    assert [event.pitches[0].sign for event in spelled(score, careful=True).bars[0].voices[0]] == ["^", "=", "", "^"]


def test_bars_that_are_not_full_are_told():
    assert problems(from_abc("X:1\nM:3/4\nL:1/8\nK:C\nC6 | C4 | C6 | C6 |]")[0]) == ["bar 2 has 2 beats in 3/4"]
    assert problems(from_abc("X:1\nM:3/4\nL:1/8\nK:C\nC2 | C6 | C4 |]")[0]) == []
    assert problems(from_abc("X:1\nL:1/8\nK:C\nC5 | C4 |]")[0])
    assert from_abc("X:1\nK:C\nC2 ?? D |")[1] and from_abc("hello")[1] and from_abc("")[1]
    assert from_abc("X:1\nK:H\nC |")[1] and from_abc("X:1\nL:1/8\n%%score 1 2\nK:C\nV:1\nC|D|\nV:2\nC|")[1]


def test_kern_as_models_and_archives_write_it():
    text = (
        "!!!COM: X\n**kern\t**dynam\t**kern\n*clefF4\t*\t*clefG2\n*k[b-]\t*k[b-]\t*k[b-]\n*M4/4\t*M4/4\t*M4/4\n*met(c)\t*\t*met(c)\n"
        "=1-\t=1-\t=1-\n*\t*\t*^\n4FF 4F\tp\t[8ccL\t2a;\n.\t.\t8dd]J\t.\n12cL\t.\t4r\t.\n12d\t.\t.\t.\n12eJ\t.\t.\t.\n"
        "2r\t.\t2ff#X'\t2r\n*\t*\t*v\t*v\n=2:|!\t=2:|!\t=2:|!\n1F;\t.\t1f;\n==\t==\t==\n*-\t*-\t*-\n"
    )
    score, found = from_kern(text)
    assert not found and not problems(score)
    assert to_abc(score) == (
        "X:1\nC:X\nL:1/8\nM:C\n%%score (1 2) 3\nK:F\nV:1 clef=treble\ncd z2 .^f4 :| !fermata!F8 |]\n"
        "V:2 clef=treble\n!fermata!A4 z4 :| x8 |]\nV:3 clef=bass\n[F,,F,]2 (3CDE z4 :| !fermata!F,8 |]"
    )


def test_musicxml_is_well_formed_and_holds_every_note(supply):
    from xml.etree import ElementTree

    for seed in range(10):
        score = made(seed, supply)
        root = ElementTree.fromstring(to_musicxml(score))
        heads = sum(len(event.pitches) + len(event.grace) for bar in score.bars for voice in bar.voices for event in voice)
        assert len(root.findall(".//note/pitch")) == heads
        assert len(root.findall("part")) == len(score.staves)


def test_rubbish_is_read_without_an_exception_and_soon():
    random.seed(5)
    marks = ["X:1\n", "K:C\n", "M:3/4\n", "L:0/0\n", "L:1/8\n", "V:2\n", "w:a-b_c|*\n", "%%score {(1 2}\n", "[", "]", "{", "}", "(3", "(", ")", "|1", ":|", "::",
             "c'", "^d,,", "z9999", "Z9", "-", ">", "<<", '"Am"', "!", "&", "[K:A]", "[M:9/0]", "[c", "e/3/", "//", "\n", " ", "x", "\0", "é", "~", "**kern\t**kern\n",
             "*clefG2\t*clefF9\n", "*^\t*^\n", "*v\t*v\n", "4cc\t8.d#L\n", "=1\t=1\n", "*k[f#f#f#f#f#f#f#f#f#]\t*\n", "0%0c\t.\n", "*-\t*-\n", "q\tq8q\n"]  # fmt: skip
    for _ in range(800):
        text = "".join(random.choices(marks, k=random.randrange(30)))
        for read in (from_abc, from_kern):
            score, found = read(text)
            problems(score)
            assert all(isinstance(problem, str) for problem in found)
            if score.bars:
                assert isinstance(to_abc(score), str)
    start = time.process_time()
    for text in (
        "[" * 49_000,
        "X:1\nK:C\n" + "(" * 49_000,
        "X:1\nK:C\n" + "[c" * 20_000,
        "X:1\nK:C\n" + "[K:" * 16_000,
        "X:1\nK:C\nc\nw:" + "a-" * 20_000,
    ):
        from_abc(text)
    from_kern("**kern\n" + "4c\n" * 10_000)
    from_kern("**kern\n" + "*^\n" * 10_000)
    assert time.process_time() - start < 30


def test_real_systems_in_kern_are_read_whole():
    """The dev set's music, where a folder `shared` stands beside the repository."""
    import json
    from pathlib import Path

    truths = Path(__file__).parents[5] / "shared" / "eval" / "truth.jsonl"
    if not truths.is_file():
        pytest.skip("no dev set here")
    items = [json.loads(line) for line in truths.read_text("utf-8").splitlines()]
    systems = [item["truth"] for item in items if item["type"] == "music"]
    assert len(systems) > 20
    for text in systems:
        score, found = from_kern(text)
        assert not found and not problems(score)
        written = to_abc(score)
        assert from_abc(written) == (score, [])
        assert from_kern(to_kern(score)) == (kern_part(score), [])
