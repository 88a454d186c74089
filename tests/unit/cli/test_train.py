"""`gotocr train` and `export`: two steps of a tiny recipe, the next steps it names, and errors of one line."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import fields
from pathlib import Path

import pytest

from gotocr.cli import main
from gotocr.cli.train import OPTIONS, spell
from gotocr.train.recipe import Recipe

TINY = Path(__file__).parents[3] / "recipes" / "tiny.toml"


def test_every_option_is_a_field_of_the_recipe():
    assert set(OPTIONS) <= {field.name for field in fields(Recipe)}


def test_two_steps(tmp_path, capsys):
    for package in ("torch", "skia", "cv2"):
        pytest.importorskip(package)
    out = tmp_path / "my run"
    assert main(["train", str(TINY), "--out", str(out), "--workers", "0", "--threads", "1"]) == 0
    told = capsys.readouterr()
    lines = told.err.splitlines()
    assert told.out == "" and lines[0].startswith("tiny: from fresh weights to ") and "step      2" in told.err
    assert lines[-3:] == [f"  gotocr examine '{out}'", f"  gotocr convert '{out}' -o DIR", "  gotocr calibrate DIR"]
    rows = [json.loads(line) for line in (out / "log.jsonl").read_text("utf-8").splitlines()]
    assert [row["step"] for row in rows] == [2] and rows[0]["token"] > 0
    assert sorted(file.name for file in out.iterdir()) == [
        "checkpoint", "config.json", "log.jsonl", "nano.safetensors", "tokenizer.json"
    ]  # fmt: skip


def test_a_plan_trains_nothing(tmp_path, capsys):
    pytest.importorskip("torch")
    assert main(["train", str(TINY.parent / "base-stage1.toml"), "--plan", "8", "--out", str(tmp_path / "out")]) == 0
    told = capsys.readouterr().out
    assert "8 x" in told and "GB a GPU in all" in told and "hours" in told and not (tmp_path / "out").exists()
    assert main(["train", str(TINY), "--plan", "8"]) == 2
    assert "pupil = 'base'" in capsys.readouterr().err


def test_a_recipe_called_finetune_is_given_as_a_path(tmp_path, capsys, monkeypatch):
    pytest.importorskip("torch")
    monkeypatch.chdir(tmp_path)
    (tmp_path / "finetune").write_text(TINY.read_text("utf-8"), "utf-8")
    assert main(["train", "finetune"]) == 2 and "DATA.jsonl" in capsys.readouterr().err
    assert main(["train", "finetune", "--help"]) == 0 and "DATA is a file of JSON lines" in capsys.readouterr().out
    assert main(["train", "./finetune", "--plan", "8"]) == 2 and "pupil = 'base'" in capsys.readouterr().err, "it is read as a recipe"


def test_a_row_of_the_log_in_one_line():
    row = {"step": 40, "seconds": 90.0, "samples": 800, "rate": 0.0015, "wait": 0.25, "loss": 3.25, "glyph_right": 0.5}
    row |= {"samples_per_second": 12.4, "tokens_per_second": 910.2, "mfu": 0.31}
    begin = "step     40     1.5 min      800 pictures  rate 1.5e-03  loss   3.250  glyphs  50%  "
    assert spell(row) == begin + "12 pictures/s  910 tokens/s  mfu 31%  waited 25%"
    assert "pointer  90%  tokens  80%" in spell({**row, "token_right": 0.8, "point_right": 0.9})
    kinds = {"line": {"loss": 0.1, "right": 0.98}, "page": {"loss": 0.9, "right": 0.5}, "none": {"loss": 1.0}}
    assert spell({**row, "kinds": kinds}).splitlines()[1].split() == ["right:", "line", "98%,", "page", "50%"]
    assert spell({"note": "a line"}) == "a line"


@pytest.mark.parametrize(
    ("argv", "code", "says"),
    [
        (["train", "none.toml"], 2, "none.toml"),
        (["train", str(TINY), "--minutes", "-1"], 2, "minutes"),
        (["train", str(TINY), "--minutes", "soon"], 2, "--minutes"),
        (["train", str(TINY), "--start", "shipped"], 2, "start = 'fresh'"),
        (["train", str(TINY), "--fonts", "nowhere"], 2, "no usable fonts"),
        (["train", str(TINY), "--corpus", "nowhere"], 3, "no text_"),
        (["train", str(TINY), "--device", "warp"], 2, "warp"),
    ],
)
def test_errors_are_one_line(argv, code, says, capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert main(argv) == code
    last = capsys.readouterr().err.splitlines()[-1]
    assert last.startswith("gotocr") and says in last and not list(tmp_path.iterdir())


def test_wrong_recipes_and_models_are_refused_without_torch(tmp_path):
    (tmp_path / "wrong.toml").write_text("minuets = 3")
    (tmp_path / "config.json").write_text('{"family": "nano", "layers": 0}')
    calls = [["train", str(tmp_path / "wrong.toml")], ["convert", str(tmp_path), "-o", str(tmp_path / "out")]]
    code = f"import sys; from gotocr.cli import main; print([main(argv) for argv in {calls!r}], 'torch' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120)
    assert done.stdout.split("\n")[0] == "[2, 5] False", done.stderr


def test_a_missing_extra_is_named(tmp_path, monkeypatch, capsys):
    monkeypatch.delitem(sys.modules, "gotocr.train.loop", raising=False)
    monkeypatch.setitem(sys.modules, "torch", None)
    assert main(["train", str(TINY), "--out", str(tmp_path / "out")]) == 4
    assert "pip install 'gotocr[train]'" in capsys.readouterr().err and not (tmp_path / "out").exists()
