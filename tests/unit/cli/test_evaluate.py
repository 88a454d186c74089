"""`gotocr evaluate` as a user runs it: figures on the screen, results in a folder, peers, other programs' files, exit codes."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from gotocr.cli import main
from gotocr.cli.evaluate import names, prediction, shown
from gotocr.errors import EXIT_PARTIAL, InputError, UsageError

SUITE = Path(__file__).parents[2] / "fixtures" / "suites" / "folder"


@pytest.fixture
def suite(tmp_path) -> Path:
    return Path(shutil.copytree(SUITE, tmp_path / "suite"))


@pytest.fixture
def perfect(tmp_path) -> Path:
    return Path(shutil.copytree(SUITE.with_name("folder.perfect"), tmp_path / "perfect"))


def run(capsys, *argv) -> tuple[int, str, str]:
    code = main(["evaluate", *map(str, argv)])
    out, err = capsys.readouterr()
    return code, out, err


def test_nano_is_measured(capsys, suite, tmp_path):
    code, out, _ = run(capsys, suite, "-o", tmp_path / "out", "--types", "text_line,table", "--limit", 1)
    assert code == 0, out
    result = json.loads((tmp_path / "out" / "result.json").read_text("utf-8"))
    assert [item["id"] for item in result["items"]] == ["line", "table"]
    line = result["items"][0]["readings"]["gotocr"]
    assert line["text"] and line["seconds"] > 0 and not line["error"]
    assert result["systems"]["gotocr"]["peak_bytes"] > 50e6 and "nano" in result["systems"]["gotocr"]["version"]
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [
        "readings.jsonl",
        "report.html",
        "result.json",
        "summary.json",
    ]
    assert "text_line (1)" in out and "[" in out and "report.html" in out
    assert "readings" not in (tmp_path / "out" / "summary.json").read_text("utf-8")


def test_what_others_wrote_is_scored(capsys, suite, perfect):
    code, out, _ = run(capsys, suite, "--predictions", f"best={perfect}", "--types", "text_line,table")
    assert code == 0 and "gotocr:" not in out
    assert out.count("100.0 [100.0, 100.0]") >= 3


def test_gots_way_of_counting_stands_beside(capsys, suite, perfect):
    (perfect / "line.md").write_text("9 P.M. P.M. ADMISSION is FREE", "utf-8")
    code, out, _ = run(capsys, suite, "--predictions", perfect, "--compat", "--types", "text_line")
    assert code == 0
    figures = {line.split("  ")[0]: line.split()[-3] for line in out.splitlines() if "(GOT)" in line}
    assert figures["F1 (GOT)"] == "72.7" and figures["precision (GOT)"] == "66.7", "of sets of words, and the wrong way round"


def test_what_no_file_can_hold_ends_nothing(capsys, suite, tmp_path):
    """Half a pair of surrogates, in a truth, an id and a reading: JSON can say it, UTF-8 cannot."""
    row = {"id": "half \ud800", "type": "text_line", "image": "images/line.png", "truth": "a\ud800 b\x00", "lang": "\udc00"}
    with open(suite / "truth.jsonl", "a", encoding="ascii") as lines:
        lines.write(json.dumps(row) + "\n")
    (tmp_path / "read.jsonl").write_text(json.dumps({"id": "half \ud800", "text": "a\udfff\x1b[31m b"}), "ascii")
    code, out, err = run(capsys, suite, "--predictions", f"x={tmp_path / 'read.jsonl'}", "-o", tmp_path / "out")
    assert code == EXIT_PARTIAL, err
    assert json.loads((tmp_path / "out" / "result.json").read_text("utf-8"))["items"]
    assert (tmp_path / "out" / "report.html").stat().st_size > 1000


def test_missing_predictions_count_as_empty_and_are_listed(capsys, suite, perfect):
    (perfect / "line.md").unlink()
    code, out, _ = run(capsys, suite, "--predictions", f"best={perfect}")
    assert code == EXIT_PARTIAL
    assert "line: was not read by best" in out and "0.0 [0.0, 0.0]" in out


def test_missing_pictures_and_broken_lines_are_listed(capsys, suite, perfect):
    (suite / "images" / "table.png").unlink()
    with open(suite / "truth.jsonl", "a", encoding="utf-8") as lines:
        lines.write("{broken\n")
    code, out, _ = run(capsys, suite, "--predictions", perfect)
    assert code == EXIT_PARTIAL and "table.png is missing" in out and "line 4: is not JSON" in out


@pytest.mark.parametrize(
    ("argv", "code", "says"),
    [
        (["{suite}", "--types", "poem"], UsageError.exit_code, "no type 'poem'"),
        (["{suite}", "--against", "abacus"], UsageError.exit_code, "no system named 'abacus'"),
        (["{suite}", "--against", "predictions"], UsageError.exit_code, "--predictions"),
        (["{suite}", "--suite", "folders"], UsageError.exit_code, "no suites named 'folders'"),
        (["{suite}", "--timeout", "0"], UsageError.exit_code, "above 0"),
        (["{suite}", "--predictions", "a=x", "--predictions", "a=y"], UsageError.exit_code, "two systems are called 'a'"),
        (["{suite}", "--predictions", "{suite}/nowhere"], InputError.exit_code, "nowhere"),
        (["{suite}/images"], InputError.exit_code, "no suite is recognised"),
        (["{suite}/nowhere"], InputError.exit_code, "is not a folder"),
    ],
)
def test_mistakes_are_told(capsys, suite, argv, code, says):
    got, _, err = run(capsys, *(part.format(suite=suite) for part in argv))
    assert got == code and says in err


def test_small_parts():
    assert names("a, b,a,") == ("a", "b")
    assert prediction("x=/y/z") == ("x", Path("/y/z")) and prediction("/y/z") == ("z", Path("/y/z"))
    assert shown(None, True) == "-" and shown({"value": 0.5, "low": 0.25, "high": 1.0}, True) == "50.0 [25.0, 100.0]"
    assert shown({"value": 2, "low": 1, "high": 3}, False) == "2.000 [1.000, 3.000]"
