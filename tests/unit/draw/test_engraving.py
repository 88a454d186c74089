"""What verovio drew is read with all its marks."""

from __future__ import annotations

import pytest

from gotocr.draw import engraving
from gotocr.errors import InputError
from gotocr.kinds.music.engraver import engrave

pytest.importorskip("verovio")
NOTES = (
    '<mei xmlns="http://www.music-encoding.org/ns/mei"><music><body><mdiv><score><scoreDef><staffGrp><staffDef n="1" lines="5">'
    '<clef shape="G" line="2"/></staffDef></staffGrp></scoreDef><section><measure xml:id="m1" n="5" right="end"><staff n="1" xml:id="s1"><layer n="1">'
    '<note xml:id="n1" pname="c" oct="5" dur="4"><verse><syl>La</syl></verse></note></layer></staff></measure></section></score></mdiv></body></music></mei>'
)


def test_it_engraves_and_is_read_with_its_ids():
    pytest.importorskip("skia")
    drawing = engraving.read(engrave(NOTES, options={"adjustPageWidth": True, "breaks": "none", "footer": "none"}))
    heads = [shape for shape in drawing.shapes if "n1" in shape.tags and "notehead" in shape.tags]
    lines = [shape for shape in drawing.shapes if shape.tags[-1] == "staff"]
    assert len(heads) == 1 and len(lines) == 5
    assert lines[0].box[0] < heads[0].box[0] < heads[0].box[2] < lines[0].box[2]
    assert [label.text for label in drawing.labels if "n1" in label.tags] == ["La"]


def test_it_reads_what_a_general_reader_does():
    pytest.importorskip("skia")
    from gotocr.draw.svg import flatten

    svg = engrave(NOTES, options={"footer": "none"})
    ours, theirs = engraving.read(svg), flatten(svg)
    scale = ours.width / theirs.width
    boxes = [tuple(scale * side for side in shape.box) for shape in theirs.shapes]
    assert len(boxes) == len(ours.shapes)
    shift = (boxes[0][0] - ours.shapes[0].box[0], boxes[0][1] - ours.shapes[0].box[1])
    for shape, box in zip(ours.shapes, boxes, strict=True):
        assert shape.box == pytest.approx([side - shift[number % 2] for number, side in enumerate(box)], abs=2.0)


def test_other_drawings_are_refused():
    for text in ("", "<svg/>", "<a>", "<svg><svg class='definition-scale' viewBox='0 0'/></svg>"):
        with pytest.raises(InputError):
            engraving.read(text)
