"""Tesseract beside our reader: a program that is started anew for every picture, with its time and without tokens; none where it is not installed."""

from __future__ import annotations

import sys

import pytest

from gotocr.cli import main
from gotocr.errors import EngineError, MissingProgramError
from gotocr.evaluate.speed.peer import Peer, PeerTrial
from gotocr.evaluate.speed.pictures import draw_line
from gotocr.evaluate.speed.read import ReadPlan, measure
from gotocr.evaluate.speed.tables import read_tables


@pytest.fixture
def program(tmp_path, monkeypatch):
    """A `tesseract` that takes its time, and fails for pictures whose name says so."""
    folder = tmp_path / "bin"
    folder.mkdir()
    file = folder / "tesseract"
    file.write_text(
        f"#!{sys.executable}\n"
        "import sys, time\n"
        "a = sys.argv[1:]\n"
        "if a == ['--version']: print('tesseract 9.9')\n"
        "elif a == ['--list-langs']: print('List:\\neng')\n"
        "elif 'wrong' in a[0]: sys.exit('no')\n"
        "else:\n"
        "    until = time.process_time() + 0.1\n"
        "    while time.process_time() < until: pass\n"
        "    print('read')\n"
    )
    file.chmod(0o755)
    monkeypatch.setenv("PATH", str(folder))
    return file


def test_its_time_is_that_of_the_program(program, tmp_path):
    paths = [tmp_path / name for name in ("a.png", "b.png")]
    for path in paths:
        path.write_bytes(draw_line(1))
    trial = Peer.found()()
    assert isinstance(trial, PeerTrial) and trial.load().seconds > 0 and not trial.load().at_once
    one, two = trial.read(paths[0]), trial.batch(paths)
    assert (one.pages, two.pages, one.tokens) == (1, 2, 0) and 0.099 < one.processor < two.processor
    assert one.first == one.wall > 0.1 and one.memory is None
    wrong = tmp_path / "wrong.png"
    wrong.write_bytes(draw_line(1))
    with pytest.raises(EngineError, match="ended with code 1: no"):
        trial.read(wrong)


def test_without_it_a_note_says_so(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(MissingProgramError):
        Peer.found()
    assert main(["bench", "read", "--models", "tesseract"]) != 0
    assert "tesseract" in capsys.readouterr().err


def test_beside_nano(program):
    pytest.importorskip("onnxruntime")
    result = measure(ReadPlan(quick=True, repeats=2, models=("nano", "tesseract"), engines=("onnx",), inputs=("crop",), batch=(1,)))
    rows = {(row["model"], row["input"]): row for row in result["rows"]}
    assert {name for name, _ in rows} == {"nano", "tesseract"} and rows["tesseract", "crop"]["tokens_per_second"] is None
    said = [note for note in result["notes"] if "tesseract" in note]
    assert len(said) == 2 and "crop: nano onnx takes" in said[0] and "wall" in said[0] and "processor" in said[1]
    cells = {line[:2]: line[2] for table in list(read_tables(result))[1:] for line in table.rows}
    assert cells["crop", "tesseract 1 thread"] == "-" and int(cells["crop", "nano onnx"]) > 0
