"""`gotocr examine`: the table, the JSON, what cannot be measured, and errors of one line."""

from __future__ import annotations

import json

import pytest

for package in ("rdkit.Chem", "skia", "cv2"):
    pytest.importorskip(package)

from gotocr.cli import examine, main  # noqa: E402
from gotocr.errors import MissingExtraError  # noqa: E402
from gotocr.schema import Word  # noqa: E402
from gotocr.train import validate  # noqa: E402
from gotocr.train.exams import EXAMS  # noqa: E402
from gotocr.train.validate import Answer, Candidate  # noqa: E402
from gotocr.train.words import true_words  # noqa: E402


@pytest.fixture
def knowing(monkeypatch):
    """Every candidate knows the truth of all but the pictures whose seed is the second."""

    def read(sample, mode):
        if sample.seed == validate.SEED + 1:
            return Answer()
        return Answer(getattr(sample, mode), tuple(Word(text, box, 1.0) for text, box in true_words(sample)))

    monkeypatch.setattr(Candidate, "open", lambda self: read)


def table(text: str) -> list[list[str]]:
    return [[cell.strip() for cell in line.split("  ") if cell.strip()] for line in text.splitlines()]


def test_a_line_a_figure(knowing, capsys):
    assert main(["examine", "nano", "--only", "molecule,nothing,line", "--count", "2"]) == 0
    head, *rows = table(capsys.readouterr().out)
    assert head == ["exam", "measure", "value", "95% interval", "floor", "of floor"]
    assert [row[0] for row in rows] == ["line", "line worn", "molecule", "molecule", "nothing", "where-head", "where-head", "confidence"]
    assert rows[2] == ["molecule", "same molecule", "50.0%", "0.0% – 100.0%", "85%", "59%"]
    assert rows[4] == ["nothing", "empty answer", "100.0%", "100.0% – 100.0%", "100%", "100%"]
    assert rows[6][1:3] == ["of words read right", "100.0%"] and rows[7][1].startswith("ECE of") and rows[7][2:] == ["0.0%"]
    share = float(rows[0][2][:-1]) / 100
    assert 0 < share < 1 and rows[0][5] == f"{share / 0.98:.0%}", "edits are summed over pictures"


def test_the_json_is_the_same_every_time(knowing, tmp_path, capsys):
    first, second = tmp_path / "new" / "one.json", tmp_path / "two.json"
    for path in (first, second):
        assert main(["examine", "nano", "--only", "table,scene", "--count", "2", "--json", str(path)]) == 0
    assert first.read_bytes() == second.read_bytes() and [*first.parent.iterdir()] == [first]
    data = json.loads(first.read_text("utf-8"))
    assert (data["form"], data["model"], data["way"], data["count"], data["not_measured"]) == (1, "nano", "reader", 2, {})
    one = data["pictures"][0]
    assert set(one) == {"exam", "seed", "picture", "error", "scores", "truth", "reading"}
    assert one["exam"] == "scene" and one["reading"] == one["truth"] and one["scores"]["exact word"] == [1.0, 1.0]
    assert {row["exam"]: row["floor"] for row in data["figures"] if row["measure"] in ("TEDS", "exact word")} == {"scene": 0.92, "table": 0.85}
    assert data["figures"][0] == {
        "exam": "scene", "measure": "exact word", "value": 0.5, "low": 0.0, "high": 1.0, "pictures": 2, "floor": 0.92
    }  # fmt: skip


def test_what_is_not_installed_is_told_and_the_rest_is_measured(knowing, monkeypatch, tmp_path, capsys):
    drawn = validate.draw

    def draw(exam, *rest):
        if exam.source == "music":
            raise MissingExtraError("synth", "engraving music")
        return drawn(exam, *rest)

    monkeypatch.setattr(validate, "draw", draw)
    assert main(["examine", "nano", "--only", "music,word", "--count", "1", "--json", str(tmp_path / "a.json")]) == 8
    said = capsys.readouterr().out.splitlines()
    assert said[1].startswith("word ") and said[3].startswith("music           not measured: engraving music needs the [synth] extra")
    data = json.loads((tmp_path / "a.json").read_text("utf-8"))
    assert [*data["not_measured"]] == ["music"] and {row["exam"] for row in data["figures"]} == {"word"}


def test_pictures_that_fail_are_listed(monkeypatch, capsys):
    def read(sample, mode):
        raise RuntimeError("the engine\x1b[31m is cold")

    monkeypatch.setattr(Candidate, "open", lambda self: read)
    assert main(["examine", "nano", "--only", "nothing", "--count", "22"]) == 8
    said = capsys.readouterr().out
    assert "0.0%" in said.splitlines()[1] and "22 of 22 pictures failed" in said and "and 2 more" in said
    assert f"nothing, seed {validate.SEED}: RuntimeError: the engine?[31m is cold" in said


@pytest.mark.parametrize(
    ("argv", "code", "says"),
    [
        (["nowhere"], 5, "nowhere"),
        (["nano", "--only", "poem"], 2, f"no exam named 'poem'; choose from: {', '.join(EXAMS)}"),
        (["nano", "--only", ","], 2, "--only"),
        (["nano", "--count", "0"], 2, "--count"),
        (["nano", "--corpus", "nowhere"], 3, "no text_"),
        (["nano", "--fonts", "nowhere"], 2, "no usable fonts"),
        (["nano", "--device", "warp"], 2, "warp"),
    ],
)
def test_errors_are_one_line(argv, code, says, capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert main(["examine", *argv]) == code
    last = capsys.readouterr().err.splitlines()[-1]
    assert last.startswith("gotocr") and says in last


def test_only_nano_is_examined(tmp_path, capsys):
    (tmp_path / "config.json").write_text('{"model_type": "GOT"}')
    assert main(["examine", str(tmp_path)]) == 2 and "no nano" in capsys.readouterr().err


def test_names_of_exams():
    assert examine.chosen(()) == tuple(EXAMS) and examine.WAYS == validate.WAYS
    assert examine.chosen(("line", "geometry")) == ("line", "line worn", "geometry"), "a source is all its exams"
    assert examine.chosen(("line worn",)) == ("line worn",)


def test_a_trained_folder_is_read(tiny_nano, capsys):
    """Not exported: by torch; nothing of it is faked, and what so small a model writes is wrong."""
    pytest.importorskip("torch")
    assert main(["examine", str(tiny_nano), "--only", "word", "--count", "1", "--max-tokens", "3"]) == 0
    row = table(capsys.readouterr().out)[1]
    assert row[:2] == ["word", "character accuracy"] and float(row[2][:-1]) < 50
