"""Sheet music in three notations: one list of symbols, and figures of readings whose worth is known."""

from __future__ import annotations

import pytest

from gotocr.evaluate.judges.music import judge
from gotocr.evaluate.suite import Part
from gotocr.kinds.music.block import read
from gotocr.kinds.music.musicxml import to_musicxml

KERN = (
    "**kern\t**kern\n*clefF4\t*clefG2\n*k[f#]\t*k[f#]\n*M3/4\t*M3/4\n4G 4B\t4d\n4r\t8gL\n.\t8aJ\n4D\t[4b\n=2\t=2\n"
    "*^\t*\n2.G\t4DD\t2.b]\n.\t2EE\t.\n*v\t*v\t*\n==\t==\n*-\t*-\n"
)
ABC = (
    "X:1\nL:1/8\nM:3/4\n%%score {1 | (2 3)}\nK:G\nV:1 clef=treble\nD2 GA B2- | B6 |]\n"
    "V:2 clef=bass\n[G,B,]2 z2 D,2 | G,6 |]\nV:3 clef=bass\nx6 | D,,2 E,,4 |]"
)
BEST = {"ser": 0.0, "notes": 1.0, "onsets": 1.0, "exact": 1.0}


def figures(reading: str, truth: str = KERN) -> dict[str, float | None]:
    return {key: one.value / one.weight if isinstance(one, Part) else one for key, one in judge(reading, truth).items()}


@pytest.mark.parametrize(
    "reading",
    [
        KERN,
        f"The music:\n\n```kern\n{KERN}```\n",
        f"```abc\n{ABC}\n```",
        ABC.replace("D2 G", '"G"!f!(D2 G').replace("B6", ".B6)") + "\nw:no words",
        to_musicxml(read(KERN)[0]),
        f"```xml\n{to_musicxml(read(KERN)[0])}```",
    ],
    ids=["kern", "fenced", "abc", "more than the truth tells", "MusicXML", "fenced MusicXML"],
)
def test_right_is_right_in_every_notation(reading):
    assert figures(reading) == BEST


def test_nothing_is_worst():
    for reading in ("", "```abc\n```", "This is it."):
        assert figures(reading) == {"ser": 1.0, "notes": 0.0, "onsets": 0.0, "exact": 0.0}


def test_a_wrong_pitch_costs_one_edit_and_one_note():
    scores = figures(KERN.replace("8aJ", "8ccJ"))
    symbols = 24  # 2 clefs, 2 keys, 2 metres, 4 bar lines, 11 notes, a rest, a tie, a second voice
    assert scores["ser"] == pytest.approx(1 / symbols)
    assert scores["notes"] == scores["onsets"] == pytest.approx(10 / 11) and scores["exact"] == 0.0


def test_a_chord_is_not_a_run_of_notes():
    truth, run = (f"X:1\nL:1/4\nM:2/4\nK:C clef=treble\n{bar} |]" for bar in ("[CE]2", "C2 E2"))
    assert figures(run, truth)["ser"] > 0 and figures(run, truth)["onsets"] == 0.5


def test_the_voice_does_not_matter_to_the_place():
    swapped = KERN.replace("2.G\t4DD", "4DD\t2.G").replace(".\t2EE\t.", "2EE\t.\t.")
    scores = figures(swapped)
    assert scores["onsets"] == 1.0 and scores["ser"] > 0


def test_one_bar_less_leaves_the_others_in_their_place():
    first = KERN[: KERN.index("*^\t*\n")] + "*-\t*-\n"
    scores = figures(first)
    assert 0.6 < scores["notes"] < 0.9 and scores["notes"] == scores["onsets"]


def test_a_truth_without_music_gives_no_figures():
    assert set(figures("X:1\nK:C\nC |]", "**kern\n*-\n").values()) == {None}


def test_rates_are_summed():
    scores = judge("", KERN)
    assert isinstance(scores["ser"], Part) and scores["ser"].value == scores["ser"].weight
    assert judge(ABC + "| c" * 3000, KERN)["ser"].value > scores["ser"].weight, "music that goes on costs more than none"


def test_prose_is_no_music():
    assert judge("A bad face, dead beef; a cabbage fed a deaf bee", KERN) == judge("", KERN)
    assert judge("```abc\nceg\n```", KERN)["notes"].weight > judge("", KERN)["notes"].weight, "what is marked as music is"
