"""`gotocr calibrate`: the figures it shows, the one field it writes, and folders that it cannot or must not write to."""

from __future__ import annotations

import json
import os
import shutil
from dataclasses import replace

import numpy as np
import pytest

for package in ("rdkit.Chem", "skia", "cv2"):
    pytest.importorskip(package)

from gotocr.cli import calibrate, main  # noqa: E402
from gotocr.errors import OutputError  # noqa: E402
from gotocr.train import calibrate as work  # noqa: E402
from gotocr.train.calibrate import TEMPERATURES, Figures, Fit, Words  # noqa: E402
from gotocr.weights.nano_files import CONFIG, FOLDER, read_nano_config  # noqa: E402

BEFORE, AFTER = Figures(0.0873, 0.41908, 0.2209, 0.0511, 0.0323), Figures(0.0227, 0.34101, 0.2214, 0.0402, 0.0211)
WORDS = Words(np.linspace(0.1, 0.9, 12)[:, None] ** TEMPERATURES, np.arange(12) % 2.0, np.arange(12) // 3, np.arange(12) // 6)
FOUND = Fit(1.0, 1.37, 900, 880, BEFORE, AFTER, words=WORDS)


@pytest.fixture
def folder(tmp_path):
    """A copy of what is shipped, all but its weights, which nothing here reads."""
    return shutil.copytree(FOLDER, tmp_path / "model", ignore=shutil.ignore_patterns("*.safetensors", "*.onnx"))


@pytest.fixture
def found(monkeypatch):
    """What is drawn and read is known; how it was asked for."""
    asked = []
    monkeypatch.setattr(work, "calibrate", lambda *given: (asked.append(given), FOUND)[1])
    return asked


def files(folder) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_only_the_temperature_is_written(found, folder, capsys):
    before, was = files(folder), json.loads((folder / CONFIG).read_text("utf-8"))
    assert main(["calibrate", str(folder), "--count", "3"]) == 0
    after = files(folder)
    assert {name for name in after.keys() | before.keys() if after.get(name) != before.get(name)} == {CONFIG}
    assert json.loads(after[CONFIG]) == {**was, "temperature": 1.37} and read_nano_config(folder).temperature == 1.37
    ((reader, supply, count, _, pairs),) = found
    assert count == 3 and not pairs and supply.validate and reader.folder == folder
    said = capsys.readouterr()
    assert "its temperature is 1.37 now; before, it was 1" in said.err
    rows = [line.split() for line in said.out.splitlines()]
    assert rows[0][:4] == ["fitted", "on", "900", "words;"] and "880" in rows[0]
    assert rows[2:] == [["1", "8.7%", "0.4191", "22.1%", "5.1%", "3.2%"], ["1.37", "2.3%", "0.3410", "22.1%", "4.0%", "2.1%"]]


def test_pictures_of_ones_own_are_read_as_well_and_told_of(folder, monkeypatch, capsys, tmp_path, strokes):
    asked = []
    real = replace(FOUND, real=(77, AFTER, BEFORE))
    monkeypatch.setattr(work, "calibrate", lambda *given: (asked.append(given), real)[1])
    pairs = tmp_path / "pairs"
    pairs.mkdir()
    lines = []
    for number, kind in enumerate(["text_line", "text_page", "table", "scene", "text_line"]):
        if number < 4:
            strokes((64, 32)).save(pairs / f"{number}.png")
        lines.append({"id": number, "type": kind, "image": f"{number}.png", "truth": f"truth {number}"})
    (pairs / "truth.jsonl").write_text("\n".join(map(json.dumps, lines)))
    assert main(["calibrate", str(folder), "--dry-run", "--pairs", str(pairs), "--json", str(tmp_path / "told.json")]) == 0
    ((*_, given),) = asked
    assert [(pair.image.name, pair.truth) for pair in given] == [("0.png", "truth 0"), ("1.png", "truth 1"), ("3.png", "truth 3")]
    assert "77 words of the pictures that were given" in capsys.readouterr().out
    told = json.loads((tmp_path / "told.json").read_text())
    assert told["temperature"] == 1.37 and told["after"]["blocks"]["count"] == 4 and told["before"]["pages"]["count"] == 2
    assert main(["calibrate", str(folder), "--dry-run", "--pairs", str(tmp_path)]) == 3
    (pairs / "truth.jsonl").write_text(json.dumps(lines[0]))
    assert main(["calibrate", str(folder), "--dry-run", "--pairs", str(pairs)]) == 3
    assert "two at least" in capsys.readouterr().err


def test_a_dry_run_writes_nothing(found, folder, monkeypatch, capsys):
    monkeypatch.setattr(calibrate, "check_writable", lambda folder: pytest.fail("it need not be writable"))
    before = files(folder)
    assert main(["calibrate", str(folder), "--dry-run"]) == 0
    assert files(folder) == before and "1.37" in capsys.readouterr().out


def test_a_folder_that_cannot_be_written_is_refused_before_the_work(found, folder, monkeypatch, capsys):
    def refuse(**_):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(calibrate.tempfile, "NamedTemporaryFile", refuse)
    assert main(["calibrate", str(folder)]) == 6 and not found
    said = capsys.readouterr().err
    assert said.startswith(f"gotocr: cannot write to {folder}: Permission denied; calibrate a copy") and len(said.splitlines()) == 1


def test_a_write_that_fails_leaves_the_old_config(folder, monkeypatch):
    before = files(folder)

    def fail(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", fail)
    with pytest.raises(OutputError, match="No space left"):
        calibrate.store(folder, 1.5)
    assert files(folder) == before


@pytest.mark.parametrize(
    ("argv", "code", "says"),
    [
        (["nowhere"], 5, "nowhere is no folder"),
        (["{folder}", "--count", "1"], 2, "--count must be at least 2"),
        (["{folder}", "--count", "0"], 2, "--count"),
        (["{folder}", "--corpus", "nowhere"], 3, "no text_"),
        (["{folder}", "--fonts", "nowhere"], 2, "no usable fonts"),
        (["{folder}", "--engine", "torch", "--device", "warp"], 2, "warp"),
    ],
)
def test_errors_are_one_line(argv, code, says, folder, capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    before = files(folder)
    assert main(["calibrate", *[part.format(folder=folder) for part in argv]]) == code
    last = capsys.readouterr().err.splitlines()[-1]
    assert last.startswith("gotocr") and says in last and files(folder) == before


def test_a_model_that_reads_nothing_right_is_left_as_it_is(tiny_nano, tmp_path, monkeypatch, capsys):
    """Nothing is faked here: drawn, read by torch, and too little of it is right to tell a temperature."""
    pytest.importorskip("torch")
    monkeypatch.setattr(work, "MOST", 10)
    folder = shutil.copytree(tiny_nano, tmp_path / "tiny")
    before = files(folder)
    assert main(["calibrate", str(folder), "--count", "2"]) == 2
    assert "are wrong, and 20 must be either" in capsys.readouterr().err and files(folder) == before
