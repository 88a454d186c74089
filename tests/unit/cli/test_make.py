"""`gotocr make`, as users call it."""

from __future__ import annotations

import json

import numpy as np
import pytest

pytest.importorskip("skia")
pytest.importorskip("cv2")

from PIL import Image  # noqa: E402

from gotocr.cli import main  # noqa: E402
from gotocr.synth.shards import Shard  # noqa: E402


def rows(path) -> list[dict]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def test_a_folder_of_pictures_with_their_truth(tmp_path, capsys):
    out = tmp_path / "drawn"
    assert main(["make", "line", "table", "-n", "3", "--seed", "40", "-o", str(out), "--room", "600x400", "--workers", "0"]) == 0
    truth, glyphs = rows(out / "truth.jsonl"), rows(out / "glyphs.jsonl")
    assert [row["id"] for row in truth] == [row["id"] for row in glyphs] and len({row["id"] for row in truth}) == 6
    assert [row["type"] for row in truth] == ["text_line", "table"] * 3 and {row["seed"] for row in truth} == {40, 41, 42}
    for row, ink in zip(truth, glyphs, strict=True):
        with Image.open(out / row["image"]) as picture:
            assert picture.size == (row["width"], row["height"])
        assert len(ink["text"]) == len(ink["boxes"]) == len(ink["plain"]) == len(ink["format"])
    assert capsys.readouterr().out.strip() == str(out)


def test_a_folder_in_use_is_left_alone(tmp_path, capsys):
    out = ["-o", str(tmp_path), "--workers", "0", "-n", "1"]
    assert main(["make", "line", *out]) == 0
    before = (tmp_path / "truth.jsonl").read_text()
    assert main(["make", "word", *out]) == 6 and "give another folder" in capsys.readouterr().err
    assert (tmp_path / "truth.jsonl").read_text() == before


def test_processes_draw_what_one_draws(tmp_path):
    for name, workers in (("one", "0"), ("two", "2")):
        shard = tmp_path / f"{name}.shard.zip"
        assert main(["make", "line", "-n", "6", "--shard", str(shard), "--workers", workers, "--room", "400x200"]) == 0
    assert (tmp_path / "one.shard.zip").read_bytes() == (tmp_path / "two.shard.zip").read_bytes()
    assert len(Shard(tmp_path / "one.shard.zip")) == 6


def test_a_sheet(tmp_path):
    path = tmp_path / "sheet.png"
    assert main(["make", "word", "-n", "4", "--sheet", str(path), "--workers", "0"]) == 0
    with Image.open(path) as picture:
        assert np.asarray(picture).std() > 5


@pytest.mark.parametrize(
    "arguments, says",
    [
        (["make"], "say what to draw"),
        (["make", "line"], "say where to put"),
        (["make", "nonsense", "-o", "x"], "nothing named 'nonsense'"),
        (["make", "line", "--shard", "x.zip"], "ends with .shard.zip"),
        (["make", "line", "-o", "x", "--room", "9"], "is no size"),
        (["make", "line", "-o", "x", "--worn", "2"], "no share"),
    ],
)
def test_wrong_calls_say_what_to_do(arguments, says, capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert main(arguments) == 2 and says in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


def test_what_there_is(capsys):
    assert main(["make", "--list"]) == 0
    listed = capsys.readouterr().out.split()
    assert {"text", "formula", "table", "line", "scene", "document", "nothing"} <= set(listed)
