"""`gotocr bench`, as users call it: what it shows, what it stores, and what it says of wrong calls."""

from __future__ import annotations

import json
from dataclasses import replace
from functools import partial

import pytest

from gotocr.cli import main
from gotocr.cli.bench import FORM
from gotocr.errors import EXIT_PARTIAL, MissingExtraError, WorkerError
from gotocr.evaluate.speed import BENCHES, base, make, read, serve


def table(out: str, head: str) -> list[list[str]]:
    """The cells of a table's rows, by the first words of its head."""
    part = out[out.index(f"\n{head}") + 1 :].partition("\n\n")[0]
    return [line.split() for line in part.splitlines()[1:]]


def test_drawing_tells_a_rate_a_kind(capsys):
    pytest.importorskip("skia")
    assert main(["bench", "make", "line", "word", "--seconds", "0.05"]) == 0
    out, err = capsys.readouterr()
    rows = table(out, "kind")
    assert "samples/s" in out and [row[0] for row in rows] == ["line", "word"] and not err
    assert all(float(row[1]) > 1 for row in rows)


def test_reading_is_shown_and_stored(capsys, tmp_path):
    stored = tmp_path / "made" / "bench.json"
    call = ["bench", "read", "--quick", "--engines", "onnx", "--inputs", "crop", "--repeats", "2", "--json", str(stored)]
    assert main(call) == 0
    out = capsys.readouterr().out
    assert " cores, " in out.splitlines()[0] and table(out, "input")[0][:3] == ["crop", "nano", "onnx"]
    result = json.loads(stored.read_text("utf-8"))
    assert result["form"] == FORM and set(result["subjects"]) == {"read"} and result["machine"]["cores"] >= 1
    assert result["command"] == "gotocr bench read --quick --repeats 2 --engines onnx --inputs crop"
    assert len(result["subjects"]["read"]["rows"][0]["page_seconds"]["values"]) == 2
    assert [path.name for path in stored.parent.iterdir()] == ["bench.json"]


MEASURED = {"settings": {"quick": True, "rounds": 1}, "rows": [], "models": [], "notes": [], "failed": 0}


@pytest.fixture
def asked(monkeypatch):
    """What each subject was asked to measure, in place of measuring."""
    plans = {}

    def measure(name, plan, tell):
        tell(0.5, "round 1")
        plans[name] = plan
        return MEASURED

    for name in BENCHES:
        put(monkeypatch, name, partial(measure, name))
    return plans


def put(monkeypatch, name, measure):
    """`measure` in place of a subject's own."""
    monkeypatch.setitem(BENCHES._loaded, name, replace(BENCHES[name], measure=measure))


def test_without_a_subject_all_is_measured_that_can_be(asked, capsys):
    assert main(["bench", "--quick", "--repeats", "7"]) == 0
    assert set(asked) == set(BENCHES) and all(plan.quick and plan.repeats == 7 for plan in asked.values())
    assert asked["serve"].url is None and "skipped" not in capsys.readouterr().out


def test_options_reach_their_plan_before_and_after_the_subject(asked):
    assert (
        main(["bench", "--quick", "read", "--models", "nano,base", "--batch", "2,8", "--max-tokens", "9", "--device", "cuda"])
        == 0
    )
    assert asked["read"] == read.ReadPlan(True, None, ("nano", "base"), (), (), (2, 8), "cuda", 9)
    assert main(["bench", "base", "--rivals", "transformers,int4", "--tokens", "9", "--threads", "1"]) == 0
    assert asked["base"] == base.BasePlan(False, None, ("transformers", "int4"), 9, 1)
    assert main(["bench", "make", "line", "--worn", "0.5", "--fonts", "a", "--fonts", "b", "--repeats", "2"]) == 0
    assert asked["make"] == make.MakePlan(False, 2, ("line",), None, None, ("a", "b"), 0.5)
    assert main(["bench", "serve", "--url", "http://x/v1", "--concurrency", "1,2", "--requests", "5", "--timeout", "3"]) == 0
    assert asked["serve"] == serve.ServePlan("http://x/v1", False, None, None, (1, 2), 5, 3.0)


def test_a_result_names_no_place(asked, tmp_path):
    stored = tmp_path / "x.json"
    assert main(["bench", "serve", "--url", "http://secret.example/v1", "--json", str(stored)]) == 0
    assert json.loads(stored.read_text())["command"] == "gotocr bench serve"
    assert main(["bench", "read", "--models", f"nano,{tmp_path}", "--json", str(stored)]) == 0
    assert json.loads(stored.read_text())["command"] == f"gotocr bench read --models nano,{tmp_path.name}"


def test_failures_show_in_the_exit_code(monkeypatch, asked):
    monkeypatch.setitem(MEASURED, "failed", 2)
    assert main(["bench", "read"]) == EXIT_PARTIAL


def test_what_is_not_installed_is_left_out_unless_asked_for(monkeypatch, asked, capsys):
    def lacking(plan, tell):
        raise MissingExtraError("synth", "drawing")

    put(monkeypatch, "make", lacking)
    assert main(["bench"]) == 0 and "make: skipped: drawing needs the [synth] extra" in capsys.readouterr().out
    assert main(["bench", "make"]) == MissingExtraError.exit_code


def test_our_own_server_is_left_out_where_it_cannot_start(monkeypatch, asked, capsys):
    put(monkeypatch, "serve", serve.measure)
    monkeypatch.setattr("gotocr.evaluate.speed.own.NEEDED", ("nonesuch_at_all",))
    assert main(["bench", "--quick"]) == 0
    assert "serve: skipped: our own server needs the [serve] extra; install it with" in capsys.readouterr().out
    assert main(["bench", "serve"]) == MissingExtraError.exit_code


def test_a_subject_that_fails_does_not_lose_the_others(monkeypatch, asked, tmp_path, capsys):
    def broken(plan, tell):
        raise WorkerError("out of memory")

    put(monkeypatch, "make", broken)
    assert main(["bench", "--json", str(tmp_path / "x.json")]) == EXIT_PARTIAL and "out of memory" in capsys.readouterr().out
    assert set(json.loads((tmp_path / "x.json").read_text())["subjects"]) == set(BENCHES) - {"make"}


@pytest.mark.parametrize(
    "arguments, says",
    [
        (["serve", "--rows", "0"], "not a whole number above 0"),
        (["serve", "--url", "localhost"], "--url 'localhost' is no address"),
        (["serve", "--url", "http://x/v1", "--timeout", "0"], "no number of seconds above 0"),
        (["serve", "--url", "http://x/v1", "--concurrency", "0,1"], "not a whole number above 0"),
        (["read", "--models", "huge"], "no model named 'huge'"),
        (["read", "--engines", "steam"], "no engine named 'steam'"),
        (["read", "--inputs", "book"], "choose from: crop, page, pdf"),
        (["read", "--batch", ","], "names nothing"),
        (["make", "poem"], "nothing named 'poem'"),
        (["make", "--seconds", "0"], "above 0"),
        (["make", "--seconds", "nan"], "above 0"),
        (["draw"], "choose from"),
        (["read", "--repeats", "0"], "not a whole number above 0"),
    ],
)
def test_wrong_calls_say_what_to_do(arguments, says, capsys):
    assert main(["bench", *arguments]) == 2 and says in capsys.readouterr().err


def test_a_result_that_cannot_be_written_is_told_before_anything_is_measured(asked, tmp_path, capsys):
    (tmp_path / "file").write_text("")
    assert main(["bench", "read", "--json", str(tmp_path / "file" / "x.json")]) == 6 and not asked
    assert "cannot write" in capsys.readouterr().err


def test_an_older_result_stays_until_there_is_a_new_one(asked, tmp_path, monkeypatch):
    stored = tmp_path / "bench.json"
    stored.write_text("old")

    def stumble(plan, tell):
        raise MissingExtraError("torch", "this")

    put(monkeypatch, "read", stumble)
    assert main(["bench", "read", "--json", str(stored)]) == 4 and stored.read_text() == "old"
