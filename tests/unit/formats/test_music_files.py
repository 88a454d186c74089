"""MusicXML, ABC and MIDI: what gets into them of good, broken and hostile music, in time."""

from __future__ import annotations

import time
from xml.etree import ElementTree

import pytest

from gotocr.formats.abc import FORMAT as ABC
from gotocr.formats.midi import FORMAT as MIDI, _variable
from gotocr.formats.musicxml import FORMAT as MUSICXML
from gotocr.kinds.music.abc_reader import from_abc
from gotocr.kinds.music.symbols import symbols
from gotocr.schema import Block, Document, Leaf

ABC_TUNE = "X:7\nT:One\nL:1/8\nM:2/4\nQ:1/4=90\nK:G\nG2 B>d | g4 |]"
KERN = "**kern\n*clefG2\n*k[f#]\n*M2/4\n4g\n4b\n=\n2gg\n==\n*-"
BROKEN = "X:1\nK:C\n"


def leaf(*sources: str) -> Leaf:
    return Leaf(2, 99, 99, "", tuple(Block("music", source) for source in sources))


def test_every_notation_becomes_a_tune_with_a_number_of_its_own():
    book = ABC.write(Document("x", (leaf(ABC_TUNE, KERN), leaf(BROKEN), leaf(ABC_TUNE)))).decode()
    tunes = book.split("\n\n")
    assert book.startswith("%abc-2.1\n") and [line for line in book.splitlines() if line.startswith("X:")] == ["X:1", "X:2", "X:3"]
    assert symbols(from_abc(tunes[2].split("\n", 1)[1])[0])[-3:] == symbols(from_abc("X:1\nM:2/4\nL:1/8\nK:G\nG2 B2 | g4 |]")[0])[-3:]
    assert "% not understood: " in tunes[3] and "% K:C" in tunes[3]


def test_nothing_of_a_source_becomes_a_directive():
    nasty = "%%abc-include /etc/passwd\n%%beginps\nI:abc-include x\n"
    book = ABC.write(Document("x", (leaf(f"X:1\nT:a\n{nasty}K:C\n{nasty}C4|[I:MIDI x]D4|]\n%%endps"), leaf(f"{nasty}gibberish"))))
    kept = [line for line in book.decode().splitlines() if not line.startswith("% ")]
    assert not [line for line in kept if line.startswith(("%%", "I:")) or "[I:" in line]
    assert any(line.startswith("X:1") for line in kept)


def test_files_are_named_by_page_and_number_and_broken_music_is_left_out():
    for target in (MUSICXML, MIDI):
        names = [name for name, _ in target.files([leaf(ABC_TUNE, BROKEN, KERN)], "x", "nano")]
        assert names == [f"page-0003-music-1{target.suffix}", f"page-0003-music-3{target.suffix}"]


def test_words_that_xml_forbids_do_not_get_into_musicxml():
    tune = "X:1\nT:<a> & \x0b\x1b\ud800\uffff b\nK:C\nC8|]\nw:<x>&"
    ((_, data),) = MUSICXML.files([leaf(tune)], "x", "nano")
    root = ElementTree.fromstring(data)
    assert root.findtext("work/work-title").startswith("<a> & ") and root.findtext(".//lyric/text") == "<x>&"


def test_a_midi_file_is_built_as_its_standard_says():
    ((_, data),) = MIDI.files([leaf(ABC_TUNE)], "x", "nano")
    kind, count, ticks = (int.from_bytes(data[at : at + 2], "big") for at in (8, 10, 12))
    assert data[:8] == b"MThd\0\0\0\6" and (kind, count, ticks) == (1, 2, 480)
    at = 14
    for _ in range(count):
        length = int.from_bytes(data[at + 4 : at + 8], "big")
        assert data[at : at + 4] == b"MTrk" and data[at + 8 + length - 3 : at + 8 + length] == b"\xff\x2f\0"
        at += 8 + length
    assert at == len(data)
    assert b"\xff\x03\x03One" in data and b"\xff\x51\x03" + (666_667).to_bytes(3, "big") in data  # 90 a minute
    assert b"\xff\x58\x04\x02\x02\x18\x08" in data and b"\xff\x59\x02\x01\0" in data  # 2/4, one sharp


@pytest.mark.parametrize("number, written", [(0, "00"), (127, "7f"), (128, "8100"), (16383, "ff7f"), (1 << 28, "ffffff7f")])
def test_numbers_of_variable_length(number, written):
    assert _variable(number).hex() == written


@pytest.mark.parametrize(
    "source",
    [
        "X:1\nK:C\n" + "C" * 15_000,
        "X:1\nK:C\n" + "|: C :" * 3_000,
        "X:1\nL:1/8\nK:C\n" + "(3:2:9[C/3D/7]" * 3_000,
        "**kern\n" + "4c\n=\n" * 20_000,
        "<score-partwise>" + "<part>" * 20_000,
        '<!DOCTYPE x [<!ENTITY a "b">]><score-partwise>&a;</score-partwise>',
        "<score-partwise><part>" + "<measure><note><pitch><step>C</step><octave>99</octave></pitch><duration>99999999999</duration></note></measure>" * 4000 + "</part></score-partwise>",
        "<score-partwise><part><measure><attributes><divisions>1/7919</divisions></attributes>" + "<note><pitch><step>C</step><octave>4</octave></pitch><duration>1/104729</duration></note>" * 500 + "</measure></part></score-partwise>",
    ],
    ids=["notes", "repeats", "tuplets", "kern", "nested", "entities", "long", "odd"],
)  # fmt: skip
def test_hostile_music_ends_soon(source):
    started = time.perf_counter()
    for target in (MUSICXML, MIDI):
        for _, data in target.files([leaf(source)], "x", "nano"):
            assert data
    assert ABC.write(Document("x", (leaf(source),)))
    assert time.perf_counter() - started < 30
