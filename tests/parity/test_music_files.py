"""MusicXML, ABC and MIDI files of real and composed music as other programs read them: music21, verovio, abc2midi and a schema."""

from __future__ import annotations

import base64
import json
import shutil
import subprocess
import warnings
from collections import Counter
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from gotocr.draw.supply import Supply
from gotocr.formats.abc import FORMAT as ABC
from gotocr.formats.midi import FORMAT as MIDI
from gotocr.formats.musicxml import FORMAT as MUSICXML
from gotocr.kinds.music.abc_writer import to_abc
from gotocr.kinds.music.block import read
from gotocr.kinds.music.compose import compose
from gotocr.kinds.music.dress import dress, titled
from gotocr.kinds.music.kern_writer import to_kern
from gotocr.kinds.music.musicxml import to_musicxml
from gotocr.kinds.music.score import Score, replace
from gotocr.schema import Block, Document, Leaf

music21 = pytest.importorskip("music21")
REAL = Path(__file__).parents[3] / "shared" / "eval" / "truth.jsonl"
Notes = Counter  # of (onset, MIDI key, length), times in quarters


def pieces() -> dict[str, Score]:
    supply, found = Supply(), {}
    if REAL.is_file():
        rows = [json.loads(line) for line in REAL.read_text("utf-8").splitlines()]
        found = {row["id"]: read(row["truth"])[0] for row in rows if row["type"] == "music"}
    for seed in range(10):
        rng = np.random.default_rng(seed)
        score = dress(rng, compose(rng), supply)
        found[f"composed {seed}"] = titled(rng, score, supply) if seed % 2 else score
    return found


PIECES = pieces()
WRITERS = (to_abc, to_kern, to_musicxml)
every_piece = pytest.mark.parametrize("name", PIECES)


def page(score: Score, name: str) -> Leaf:
    """The piece in one of the three notations."""
    return Leaf(0, 99, 99, "", (Block("music", WRITERS[len(name) % 3](score)),))


def file_of(target, leaf: Leaf) -> bytes:
    ((_, data),) = target.files([leaf], "x", "nano")
    return data


def in_music21(data: bytes) -> Notes:
    """As music21 understands MusicXML; a note that is tied on begins once, and lasts as long as all of its parts."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        parsed = music21.converter.parseData(data, format="musicxml")
    found: Notes = Counter()
    for note in parsed.flatten().notes:
        if "ChordSymbol" not in note.classes and not note.duration.isGrace:
            for one in getattr(note, "notes", [note]):
                found[note.offset, one.pitch.midi, note.duration.quarterLength, one.tie is None or one.tie.type == "start"] += 1
    return found


def heard(data: bytes) -> Notes:
    """The notes of a MIDI file as music21's lowest level sees them, unquantised; times in quarters to a hundredth."""
    file = music21.midi.MidiFile()
    file.readstr(data)
    found: Notes = Counter()
    for track in file.tracks:
        at, open_notes = 0, {}
        for event in track.events:
            if event.isDeltaTime():
                at += event.time
            elif event.isNoteOn():
                open_notes.setdefault((event.channel, event.pitch), []).append(at)
            elif event.isNoteOff() and open_notes.get((event.channel, event.pitch)):
                start = open_notes[event.channel, event.pitch].pop(0)
                found[start / file.ticksPerQuarterNote, event.pitch, (at - start) / file.ticksPerQuarterNote] += 1
    return found


def equal(one: Notes, other: Notes) -> bool:
    """The same keys at the same times, to a fortieth of a quarter: other programs end notes a tick early."""
    one, other = sorted(one.elements(), key=_rough), sorted(other.elements(), key=_rough)
    return len(one) == len(other) and all(
        a[1] == b[1] and abs(a[0] - b[0]) < 0.025 and abs(a[2] - b[2]) < 0.025 for a, b in zip(one, other, strict=True)
    )


def _rough(note: tuple[float, int, float]) -> tuple[float, int, float]:
    return round(float(note[0]) * 12) / 12, note[1], round(float(note[2]) * 12) / 12


def keys(notes: Notes) -> Counter:
    return Counter(note[1] for note in notes.elements())


def begun(notes: Notes) -> Counter:
    """Onset and key of every note that begins."""
    return Counter((round(float(note[0]), 2), note[1]) for note in notes.elements() if len(note) == 3 or note[3])


def lasting(notes: Notes) -> dict[int, float]:
    """How long each key sounds in all."""
    found: dict[int, float] = {}
    for note in notes.elements():
        found[note[1]] = found.get(note[1], 0.0) + float(note[2])
    return found


def alone(notes: Notes) -> bool:
    """No key is struck while it sounds: players that have one channel a staff end both notes then."""
    last: dict[int, float] = {}
    for onset, key, length in sorted(notes.elements()):
        if onset < last.get(key, 0.0) - 0.001:
            return False
        last[key] = max(last.get(key, 0.0), onset + length)
    return True


def bare(score: Score) -> Score:
    """Without what programs play each in their own way: grace notes and chord symbols."""
    bars = [
        replace(bar, voices=tuple(tuple(replace(event, grace=(), chord="") for event in voice) for voice in bar.voices))
        for bar in score.bars
    ]
    return replace(score, bars=tuple(bars))


@pytest.fixture(scope="module")
def schema():
    """MusicXML's own, as music21 carries it."""
    xmlschema = pytest.importorskip("xmlschema")
    inner, path = Path(xmlschema.__file__).parent / "schemas", Path(music21.__file__).parent / "musicxml" / "musicxml.xsd"
    if not path.is_file():
        pytest.skip("music21 has no schema")
    places = {
        "http://www.w3.org/XML/1998/namespace": str(inner / "XML" / "xml.xsd"),
        "http://www.w3.org/1999/xlink": str(inner / "XLINK" / "xlink.xsd"),
    }
    return xmlschema.XMLSchema(str(path), locations=places, use_fallback=False, allow="local")


@every_piece
def test_musicxml_is_valid(schema, name):
    wrong = list(schema.iter_errors(file_of(MUSICXML, page(PIECES[name], name)).decode()))
    newer = "'measure' attribute not allowed"  # of rests: newer than music21's copy of the schema
    assert [error.reason for error in wrong if newer not in (error.reason or "")] == []


@every_piece
def test_music21_reads_the_notes_of_our_musicxml(name):
    score = bare(PIECES[name])
    theirs = in_music21(file_of(MUSICXML, page(score, name)))
    straight = replace(score, bars=tuple(replace(bar, left="", right="|", ending="") for bar in score.bars))
    ours = heard(file_of(MIDI, page(straight, name)))
    assert begun(theirs) == begun(ours) and ours
    assert lasting(theirs) == pytest.approx(lasting(ours), abs=0.01)


@pytest.mark.parametrize("name", list(PIECES)[::4])  # it takes its time
def test_music21_reads_our_midi(name):
    data = file_of(MIDI, page(bare(PIECES[name]), name))
    parsed = music21.converter.parseData(data, format="midi")
    theirs = {pitch.midi for note in parsed.flatten().notes for pitch in note.pitches}
    assert theirs == set(keys(heard(data))) and len(parsed.parts) == len(PIECES[name].places)


@every_piece
def test_verovio_plays_the_same(name):
    verovio = pytest.importorskip("verovio")
    verovio.enableLog(verovio.LOG_OFF)
    toolkit = verovio.toolkit()
    score = bare(PIECES[name])
    toolkit.setOptions({"inputFrom": "musicxml"})
    assert toolkit.loadData(file_of(MUSICXML, page(score, name)).decode())
    ours, theirs = heard(file_of(MIDI, page(score, name))), heard(base64.b64decode(toolkit.renderToMIDI()))
    assert equal(ours, theirs) or (not alone(ours) and begun(ours) == begun(theirs))


@pytest.mark.skipif(shutil.which("abc2midi") is None, reason="abc2midi is not installed")
def test_abc2midi_plays_every_tune_of_our_book(tmp_path):
    scores = [bare(score) for score in PIECES.values() if all(staff.clef != "treble-8" for staff in score.staves)]  # it plays an octave off
    leaves = [page(score, name) for score, name in zip(scores, PIECES, strict=False)]
    (tmp_path / "book.abc").write_bytes(ABC.write(Document("x", tuple(leaves))))
    done = subprocess.run(["abc2midi", "book.abc"], cwd=tmp_path, capture_output=True, text=True, timeout=180)
    wrong = [line for line in done.stdout.splitlines() if "Error" in line and "repeat" not in line and ":|" not in line]  # of excerpts
    assert not wrong, wrong
    assert len(list(tmp_path.glob("book*.mid"))) == len(leaves)
    for number, leaf in enumerate(leaves, 1):
        assert keys(heard((tmp_path / f"book{number}.mid").read_bytes())) == keys(heard(file_of(MIDI, leaf)))


def test_music21_reads_the_tunes_of_our_book():
    scores = [score for score in PIECES.values() if len(score.places) == 1 and all(bar.key is None for bar in score.bars)][:8]
    book = ABC.write(Document("x", (Leaf(0, 9, 9, "", tuple(Block("music", to_kern(score)) for score in scores)),)))
    opus = music21.converter.parseData(book.decode(), format="abc")
    assert isinstance(opus, music21.stream.Opus) and len(opus.scores) == len(scores)
    assert [score.metadata.number for score in opus.scores] == [str(number) for number in range(1, len(scores) + 1)]
