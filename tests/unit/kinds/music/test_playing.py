"""What sounds: repeats and endings in the order they are played, ties as one note, tuplets and chords in time."""

from __future__ import annotations

from fractions import Fraction

import pytest

from gotocr.kinds.music.block import read
from gotocr.kinds.music.playing import LOUD, Sound, order, sounds


def played(music: str, head: str = "M:4/4\nL:1/4\nK:C") -> list[Sound]:
    score, problems = read(f"X:1\n{head}\n{music}")
    assert not problems
    return sounds(score, 0, order(score))


def notes(music: str, **more: str) -> list[tuple[float, int, float]]:
    return [(float(one.onset * 4), one.key, float(one.length * 4)) for one in played(music, **more)]


@pytest.mark.parametrize(
    "bars, expected",
    [
        ("A4 | B4 | c4 |]", "ABc"),
        ("|: A4 | B4 :|", "ABAB"),
        ("A4 | B4 :| c4 |]", "ABABc"),  # no beginning: from the start
        ("A4 || B4 :| c4 |]", "ABABc"),  # a double bar begins no repeat
        ("A4 :| B4 || c4 :|", "AABcBc"),  # but the end of another does
        ("|: A4 :: B4 :| c4 |]", "AABBc"),
        ("|: A4 |1 B4 :|2 c4 |] d4 |]", "ABAcd"),
        ("|: A4 |1 B4 | c4 :|2 d4 | e4 |]", "ABcAde"),
        ("|: A4 |1 B4 :|2 c4 :| d4 |]", "ABAcd"),  # a second ending is not repeated
        ("A4 :| B4 :|", "AABB"),
        ("|: A4 | B4 |", "AB"),  # cut off before the repeat ends
    ],
)
def test_bars_are_played_in_order(bars, expected):
    names = dict(zip((69, 71, 72, 74, 76), "ABcde", strict=True))
    found = notes(bars)
    assert "".join(names[key] for _, key, _ in found) == expected
    assert [onset for onset, _, _ in found] == [4.0 * number for number in range(len(expected))]


def test_times_are_exact():
    assert notes("c (3d/e/f/ z [ce] | g4 |]") == [
        (0, 72, 1), (1, 74, pytest.approx(1 / 3)), (pytest.approx(4 / 3), 76, pytest.approx(1 / 3)),
        (pytest.approx(5 / 3), 77, pytest.approx(1 / 3)), (3, 72, 1), (3, 76, 1), (4, 79, 4),
    ]  # fmt: skip
    assert played("(3c/d/e/ c3 |]")[1].onset == Fraction(1, 12)


def test_tied_notes_are_one_and_others_are_not():
    assert notes("c2 c2- | c4- | c2 c2 |]") == [(0, 72, 2), (2, 72, 8), (10, 72, 2)]
    assert notes("[ce]2- [cg]2 |]") == [(0, 72, 4), (0, 76, 2), (2, 79, 2)]
    assert notes("c2 d2- | d4 :|") == [(0, 72, 2), (2, 74, 6), (8, 72, 2), (10, 74, 6)]
    assert notes("c4- :| c4 |]") == [(0, 72, 4), (4, 72, 8)], "it is not tied to its own repeat"


def test_keys_clefs_and_accidentals_are_heard():
    assert [key for _, key, _ in notes("FcBG |]", head="L:1/4\nK:D")] == [66, 73, 71, 67]
    assert [key for _, key, _ in notes("^F F =F _B |]")] == [66, 66, 65, 70]
    assert [key for _, key, _ in notes("C4 |]", head="L:1/4\nK:C clef=treble-8")] == [48]


def test_grace_notes_take_a_little_of_the_next():
    assert notes("{cd}e4 |]") == [(0, 72, 0.125), (0.125, 74, 0.125), (0.25, 76, 3.75)]
    (first, second) = notes("{c}d/16 z/16 z/8 z/4 z/2 z3 |]", head="L:1/4\nK:C")
    assert first[2] == second[2] == 1 / 32, "half of the note at most"


def test_dynamics_and_accents_are_louder():
    loud = [one.loud for one in played("!f!c !p!d !accent!e !sfz!f | g4 |]")]
    assert loud == [LOUD["f"], LOUD["p"], LOUD["p"] + 14, LOUD["sfz"], LOUD["p"]]
