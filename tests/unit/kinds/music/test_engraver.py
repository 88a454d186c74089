"""The engraver refuses what it cannot read, and notes that kill it harm nobody else."""

from __future__ import annotations

import multiprocessing

import pytest

from gotocr.kinds.music.engraver import EngravingError, engrave

pytest.importorskip("verovio")
NOTES = (
    '<mei xmlns="http://www.music-encoding.org/ns/mei"><music><body><mdiv><score><scoreDef><staffGrp><staffDef n="1" lines="5">'
    '<clef shape="G" line="2"/></staffDef></staffGrp></scoreDef><section><measure xml:id="m1" n="5" right="end"><staff n="1" xml:id="s1"><layer n="1">'
    '<note xml:id="n1" pname="c" oct="5" dur="4"><verse><syl>La</syl></verse></note></layer></staff></measure></section></score></mdiv></body></music></mei>'
)


def test_refused_notes_are_an_error_and_the_next_are_drawn():
    with pytest.raises(EngravingError):
        engrave("<mei", options={})
    assert "notehead" in engrave(NOTES)


def test_notes_that_end_the_engraver_do_not_end_us():
    """Damaged `**kern` ends verovio's process within a few hundred tries; ours goes on."""
    import random

    random.seed(1)
    good = (
        "**kern\t**kern\n*clefF4\t*clefG2\n*M4/4\t*M4/4\n=1\t=1\n4C\t8ccL\n.\t8ddJ\n2E\t4ee\n.\t[4ff\n4r\t4ff]\n==\t==\n*-\t*-\n"
    )
    for _ in range(60):
        at = random.randrange(len(good))
        try:
            engrave(good[:at] + random.choice("\t\n*^v=[].4Lc%") + good[at + 1 :], "humdrum")
        except EngravingError:
            pass
    assert "notehead" in engrave(NOTES)


@pytest.mark.parametrize("method", ["spawn", "fork"])
def test_workers_have_engravers_of_their_own(method):
    if method not in multiprocessing.get_all_start_methods():
        pytest.skip(f"no {method} here")
    engrave(NOTES)
    with multiprocessing.get_context(method).Pool(2) as pool:
        assert all("notehead" in drawn for drawn in pool.map(engrave, [NOTES] * 4))
    assert "notehead" in engrave(NOTES)
