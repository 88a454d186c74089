"""Real and composed `**kern` against music21: no note is lost, and its MusicXML tells the same symbols.

The bar lines that music21 (10.5) writes otherwise: after a repeat's end (`=:|!`) it begins another repeat in a bar of its own,
and it writes the final bar line (`==`) as a double one. The last bar line is therefore left out, with bars that hold nothing.
"""

from __future__ import annotations

import json
import warnings
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from gotocr.draw.supply import Supply
from gotocr.kinds.music.abc_writer import to_abc
from gotocr.kinds.music.block import read
from gotocr.kinds.music.compose import compose
from gotocr.kinds.music.dress import dress
from gotocr.kinds.music.kern_writer import to_kern
from gotocr.kinds.music.musicxml import to_musicxml
from gotocr.kinds.music.score import Score, replace
from gotocr.kinds.music.symbols import placed, symbols

music21 = pytest.importorskip("music21")
REAL = Path(__file__).parents[3] / "shared" / "eval" / "truth.jsonl"


def truths() -> dict[str, str]:
    if REAL.is_file():
        rows = [json.loads(line) for line in REAL.read_text("utf-8").splitlines()]
        return {row["id"]: row["truth"] for row in rows if row["type"] == "music"}
    supply, found = Supply(), {}
    for seed in range(12):
        rng = np.random.default_rng(seed)
        score = dress(rng, compose(rng), supply)
        repeats = any(":" in bar.left + bar.right for bar in score.bars)
        if score.meter and not repeats:  # without a metre music21 cuts long notes into bars of 4/4
            found[f"composed {seed}"] = to_kern(score)
    return found


TRUTHS = truths()
every_truth = pytest.mark.parametrize("kern", TRUTHS.values(), ids=TRUTHS)


def in_music21(kern: str):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return music21.converter.parseData(kern, format="humdrum")


def without_end(score: Score) -> Score:
    bars = [bar for bar in score.bars if any(event.form != "gap" for voice in bar.voices for event in voice)]
    return replace(score, bars=(*bars[:-1], replace(bars[-1], right="|")))


@every_truth
def test_every_truth_is_right_in_all_three_notations(kern):
    score, problems = read(kern)
    assert problems == []
    for written in (to_abc(score), to_kern(score), to_musicxml(score)):
        assert symbols(read(written)[0]) == symbols(score)


@every_truth
def test_no_note_is_lost(kern):
    ours = Counter(
        (pitch.name.replace("b", "-"), event.time * 4)
        for bar in read(kern)[0].bars
        for voice in bar.voices
        for event in voice
        for pitch in event.pitches
    )
    theirs = Counter(
        (pitch.nameWithOctave, note.duration.quarterLength)
        for note in in_music21(kern).recurse().notes
        if not note.duration.isGrace
        for pitch in note.pitches
    )
    assert ours == theirs and ours


@every_truth
def test_the_musicxml_of_music21_tells_the_same(kern):
    score = read(kern)[0]
    written = music21.musicxml.m21ToXml.GeneralObjectExporter(in_music21(kern)).parse().decode()
    read_back, problems = read(written)
    assert problems == [] and placed(read_back) == placed(score)
    assert symbols(without_end(read_back)) == symbols(without_end(score))
