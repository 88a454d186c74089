"""The engraver works in a child of its own, survives its death, and its drawings are read with all their marks."""

from __future__ import annotations

import multiprocessing

import pytest

from gotocr.draw import engraving
from gotocr.errors import InputError

pytest.importorskip("verovio")
NOTES = (
    '<mei xmlns="http://www.music-encoding.org/ns/mei"><music><body><mdiv><score><scoreDef><staffGrp><staffDef n="1" lines="5">'
    '<clef shape="G" line="2"/></staffDef></staffGrp></scoreDef><section><measure xml:id="m1" n="5" right="end"><staff n="1" xml:id="s1"><layer n="1">'
    '<note xml:id="n1" pname="c" oct="5" dur="4"><verse><syl>La</syl></verse></note></layer></staff></measure></section></score></mdiv></body></music></mei>'
)


def test_it_engraves_and_is_read_with_its_ids():
    pytest.importorskip("skia")
    drawing = engraving.read(engraving.engrave(NOTES, options={"adjustPageWidth": True, "breaks": "none", "footer": "none"}))
    heads = [shape for shape in drawing.shapes if "n1" in shape.tags and "notehead" in shape.tags]
    lines = [shape for shape in drawing.shapes if shape.tags[-1] == "staff"]
    assert len(heads) == 1 and len(lines) == 5
    assert lines[0].box[0] < heads[0].box[0] < heads[0].box[2] < lines[0].box[2]
    assert [label.text for label in drawing.labels if "n1" in label.tags] == ["La"]


def test_it_reads_what_a_general_reader_does():
    pytest.importorskip("skia")
    from gotocr.draw.svg import flatten

    svg = engraving.engrave(NOTES, options={"footer": "none"})
    ours, theirs = engraving.read(svg), flatten(svg)
    scale = ours.width / theirs.width
    boxes = [tuple(scale * side for side in shape.box) for shape in theirs.shapes]
    assert len(boxes) == len(ours.shapes)
    shift = (boxes[0][0] - ours.shapes[0].box[0], boxes[0][1] - ours.shapes[0].box[1])
    for shape, box in zip(ours.shapes, boxes, strict=True):
        assert shape.box == pytest.approx([side - shift[number % 2] for number, side in enumerate(box)], abs=2.0)


def test_refused_notes_are_an_error_and_the_next_are_drawn():
    with pytest.raises(engraving.EngravingError):
        engraving.engrave("<mei", options={})
    assert "notehead" in engraving.engrave(NOTES)


def test_a_dead_child_is_replaced():
    engraver = engraving.Engraver()
    assert "notehead" in engraver.ask(NOTES)
    engraver._child.kill()
    engraver._child.wait()
    assert "notehead" in engraver.ask(NOTES)
    engraver.close()


def test_a_child_that_hangs_is_ended():
    engraver = engraving.Engraver(seconds=1e-4)
    with pytest.raises(engraving.EngravingError, match="took too long"):
        engraver.ask(NOTES)
    engraver.seconds = 60.0
    assert "notehead" in engraver.ask(NOTES)
    engraver.close()


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
            engraving.engrave(good[:at] + random.choice("\t\n*^v=[].4Lc%") + good[at + 1 :], "humdrum")
        except engraving.EngravingError:
            pass
    assert "notehead" in engraving.engrave(NOTES)


@pytest.mark.parametrize("method", ["spawn", "fork"])
def test_workers_have_engravers_of_their_own(method):
    if method not in multiprocessing.get_all_start_methods():
        pytest.skip(f"no {method} here")
    engraving.engrave(NOTES)
    with multiprocessing.get_context(method).Pool(2) as pool:
        assert all("notehead" in drawn for drawn in pool.map(engraving.engrave, [NOTES] * 4))
    assert "notehead" in engraving.engrave(NOTES)


def test_other_drawings_are_refused():
    for text in ("", "<svg/>", "<a>", "<svg><svg class='definition-scale' viewBox='0 0'/></svg>"):
        with pytest.raises(InputError):
            engraving.read(text)
