"""A run: every picture by every system, kept as it comes, gone on with, and nothing lost in silence."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from typing import NamedTuple

import pytest

from gotocr.errors import EngineError, MissingExtraError, UsageError
from gotocr.evaluate import run
from gotocr.evaluate.result import build, load, save, summary
from gotocr.evaluate.run import Entrant, Order, evaluate, spread
from gotocr.evaluate.suite import Item, Measure, Part, Subject, Suite, Trouble
from gotocr.evaluate.systems.system import Choice

MEASURES = {
    "same": Measure("equal", "1 where both are equal."),
    "letters": Measure("letters wrong", "Letters that differ over all letters.", higher=False),
    "tables": Measure("tables", "Only where there are tables."),
}


def grade(reading: str, item: Item):
    if item.id == "spoilt" and reading:
        raise ValueError("this judge has a fault")
    wrong = sum(a != b for a, b in zip(reading.ljust(9), item.truth.ljust(9), strict=False))
    return {"same": float(reading == item.truth), "letters": Part(wrong, 9), "tables": None}


def suite_of(entries) -> Suite:
    subjects = {name: Subject(name, "plain", MEASURES, grade) for name in ("line", "page")}
    overall = lambda rows: {"overall": 100 * sum(row.scores["same"] for row in rows) / len(rows)}  # noqa: E731
    return Suite("toy", "A toy", "made here", lambda folder: True, lambda folder: entries, subjects, overall)


class Read(NamedTuple):
    text: str
    seconds: float
    cpu_seconds: float
    error: str
    words: tuple = ()


@dataclass
class Team:
    """Stands for processes.Process: what each system reads, how it begins, and what was asked."""

    texts: dict[str, dict[str, str]] = field(default_factory=dict)
    absent: dict[str, Exception] = field(default_factory=dict)
    asked: list[tuple[str, str, str]] = field(default_factory=list)
    closed: list[str] = field(default_factory=list)
    release: int = 1

    def __call__(self, name, choice):
        team = self

        class Fake:
            version, load_seconds = f"{name} {team.release}", 0.5

            def __init__(self):
                self.choice = choice

            def start(self):
                if name in team.absent:
                    raise team.absent[name]

            def read(self, item, mode, timeout):
                team.asked.append((name, item.id, mode))
                text = team.texts.get(name, {}).get(item.id)
                return Read("", 0.1, 0.1, "it broke") if text is None else Read(text, 0.2, 0.1, "")

            def peak_bytes(self):
                return 1_000_000

            def close(self):
                team.closed.append(name)

        return Fake()


@pytest.fixture
def team(monkeypatch) -> Team:
    made = Team()
    monkeypatch.setattr(run, "Process", made)
    return made


def items(tmp_path, *ids, kind="line"):
    return [Item(name, kind, tmp_path / f"{name}.png", f"text {name}") for name in ids]


def test_all_systems_read_each_picture_in_turn(team, tmp_path):
    team.texts = {"ours": {"a": "text a", "b": "text x"}, "theirs": {"a": "text a"}}
    order = Order(suite_of(items(tmp_path, "a", "b")), tmp_path, [Entrant("ours", "ours"), Entrant("theirs", "theirs")])
    result = build(evaluate(order))
    assert [(name, item) for name, item, _ in team.asked] == [("ours", "a"), ("theirs", "a"), ("ours", "b"), ("theirs", "b")]
    assert sorted(team.closed) == ["ours", "theirs"]
    rows = {row["system"]: row for row in result["tables"]}
    assert rows["ours"]["figures"]["same"]["value"] == 0.5 and rows["theirs"]["figures"]["same"]["value"] == 0.5
    assert rows["ours"]["figures"]["letters"]["value"] == pytest.approx(1 / 18)
    assert rows["theirs"]["figures"]["letters"]["value"] == pytest.approx(5 / 18), "not read counts as empty"
    assert rows["ours"]["figures"]["tables"] is None and rows["theirs"]["against"]["same"]["value"] == 0.0
    assert result["systems"]["theirs"]["failed"] == 1 and result["systems"]["ours"]["peak_bytes"] == 1_000_000
    assert [trouble["where"] for trouble in result["troubles"]] == ["b"] and "it broke" in result["troubles"][0]["what"]
    assert result["overall"] == {"ours": {"overall": 50.0}, "theirs": {"overall": 50.0}}
    readings = result["items"][1]["readings"]
    assert readings["ours"]["text"] == "text x" and readings["ours"]["scores"] == {
        "same": 0.0,
        "letters": [1.0, 9.0],
        "tables": None,
    }


def test_a_run_goes_on_where_it_was_ended(team, tmp_path):
    entries = items(tmp_path, "a", "b", "c")
    order = Order(suite_of(entries), tmp_path, [Entrant("ours", "ours")], kept=tmp_path / "out")
    team.texts = {"ours": {"a": "text a", "b": "text b"}}
    first = build(evaluate(order))
    assert first["systems"]["ours"]["failed"] == 1
    kept = tmp_path / "out" / "readings.jsonl"
    lines = kept.read_text("utf-8").splitlines(keepends=True)
    kept.write_text(lines[0] + lines[1][: len(lines[1]) // 2], "utf-8")  # ended in the middle of a line
    team.texts, team.asked = {"ours": {"b": "text b", "c": "text c"}}, []
    second = build(evaluate(order))
    assert [item for _, item, _ in team.asked] == ["b", "c"], "half a line and what failed are read again"
    assert second["tables"][0]["figures"]["same"]["value"] == 1.0 and second["troubles"] == []
    team.asked = []
    build(evaluate(order))
    assert team.asked == []
    for line in kept.read_text("utf-8").splitlines()[2:]:
        json.loads(line)


def test_what_could_read_otherwise_is_read_again(team, tmp_path):
    entries = items(tmp_path, "a", "b")
    for item in entries:
        item.image.write_bytes(b"picture")
    team.texts = {"ours": {"a": "text a", "b": "text b"}}
    order = Order(suite_of(entries), tmp_path, [Entrant("ours", "ours")], kept=tmp_path / "out")

    def asked(**changes):
        team.asked = []
        evaluate(replace(order, **changes))
        return [item for _, item, _ in team.asked]

    assert asked() == ["a", "b"] and asked() == []
    entries[0].image.write_bytes(b"another picture")
    assert asked() == ["a"]
    assert asked(entrants=[Entrant("ours", "ours", Choice(max_tokens=5))]) == ["a", "b"]
    team.release = 2
    assert asked() == ["a", "b"] and asked() == []


def test_a_peer_that_is_not_installed_is_told_of(team, tmp_path):
    team.texts = {"ours": {"a": "text a"}}
    team.absent = {"theirs": MissingExtraError("test", "their program"), "others": UsageError("choose --model base")}
    entrants = [Entrant("ours", "ours"), *(Entrant(name, name, needed=False) for name in team.absent)]
    result = build(evaluate(Order(suite_of(items(tmp_path, "a")), tmp_path, entrants)))
    assert [*result["systems"]] == ["ours"]
    assert "pip install" in result["troubles"][0]["what"] and "--model base" in result["troubles"][1]["what"]


def test_what_was_read_before_has_no_cost(team, tmp_path):
    team.texts = {"theirs": {"a": "text a"}}
    order = Order(suite_of(items(tmp_path, "a")), tmp_path, [Entrant("theirs", "theirs", timed=False)], kept=tmp_path / "out")
    for _ in range(2):
        result = build(evaluate(order))
        assert result["systems"]["theirs"] == {"version": "theirs 1", "failed": 0, "seconds": None, "cpu_seconds": None, "trust": None}
        assert result["tables"][0]["seconds_median"] is None
    assert len(team.asked) == 1


@pytest.mark.parametrize("error", [MissingExtraError("test", "it"), EngineError("weights of another shape")])
def test_a_needed_system_that_cannot_begin_ends_the_run(team, tmp_path, error):
    team.absent = {"ours": error}
    with pytest.raises(type(error)):
        evaluate(Order(suite_of(items(tmp_path, "a")), tmp_path, [Entrant("theirs", "theirs"), Entrant("ours", "ours")]))
    assert sorted(team.closed) == ["ours", "theirs"], "nobody is left running"


def test_a_judge_with_a_fault_does_not_end_the_run(team, tmp_path):
    team.texts = {"ours": {"spoilt": "text spoilt", "b": "text b"}}
    result = build(evaluate(Order(suite_of(items(tmp_path, "spoilt", "b")), tmp_path, [Entrant("ours", "ours")])))
    assert "this judge has a fault" in result["troubles"][0]["what"]
    assert result["tables"][0]["figures"]["same"] == {"value": 0.5, "low": 0.0, "high": 1.0, "count": 2}


def test_a_headline_without_figures_is_told_of(team, tmp_path):
    suite = suite_of(items(tmp_path, "a"))
    silent = {"line": Subject("line", "plain", MEASURES, lambda reading, item: dict.fromkeys(MEASURES))}
    team.texts = {"ours": {"a": "text a"}}
    result = build(evaluate(Order(replace(suite, subjects=silent, overall=None), tmp_path, [Entrant("ours", "ours")])))
    assert [trouble["where"] for trouble in result["troubles"]] == ["line"] and "gotocr[synth]" in result["troubles"][0]["what"]


def test_what_is_not_installed_and_would_change_figures_is_told(team, tmp_path):
    suite = suite_of(items(tmp_path, "a"))
    lacking = {name: Subject(name, "plain", MEASURES, grade, lambda: "pdflatex would draw more") for name in ("line", "page")}
    order = Order(replace(suite, subjects=lacking), tmp_path, [Entrant("ours", "ours")])
    team.texts = {"ours": {"a": "text a"}}
    assert evaluate(order).troubles == [Trouble("line", "pdflatex would draw more")], "of what was read"
    team.texts = {"ours": {"a": ""}}
    assert evaluate(order).troubles == []


def test_types_and_limit_choose_items_and_their_troubles(team, tmp_path):
    pages = items(tmp_path, *"uvwxyz", kind="page")
    entries = [
        *items(tmp_path, "a"),
        Trouble("a", "no picture"),
        *pages,
        Trouble("u", "no picture"),
        Trouble("line 9", "no JSON"),
    ]
    team.texts = {"ours": {item.id: item.truth for item in pages}}
    order = Order(suite_of(entries), tmp_path, [Entrant("ours", "ours")], types=frozenset({"page"}), limit=2)
    result = build(evaluate(order))
    assert [item["id"] for item in result["items"]] == ["v", "y"]
    assert [trouble["where"] for trouble in result["troubles"]] == ["line 9"]
    assert spread([*range(10)], 20) == [*range(10)] and spread([*range(10)], 3) == [1, 5, 8]


def test_languages_and_groups_have_figures_of_their_own(team, tmp_path):
    entries = [Item(name, "line", tmp_path / name, name, language, group) for name, language, group in
               [("a", "en", "x"), ("b", "de", "y"), ("c", "de", "y")]]  # fmt: skip
    team.texts = {"ours": {"a": "a", "b": "b", "c": "?"}}
    tables = build(evaluate(Order(suite_of(entries), tmp_path, [Entrant("ours", "ours")])))["tables"]
    figures = {(row["language"], row["group"]): (row["count"], row["figures"]["same"]["value"]) for row in tables}
    assert figures == {(None, None): (3, pytest.approx(2 / 3)), ("de", None): (2, 0.5), ("en", None): (1, 1.0),
                       (None, "x"): (1, 1.0), (None, "y"): (2, 0.5)}  # fmt: skip


def test_results_are_kept_as_json(team, tmp_path):
    team.texts = {"ours": {"a": "text a"}}
    result = build(evaluate(Order(suite_of(items(tmp_path, "a")), tmp_path, [Entrant("ours", "ours")])))
    save(result, tmp_path / "deep" / "result.json")
    assert load(tmp_path / "deep" / "result.json") == result
    short = summary(result)
    assert short["items"] == 1 and short["troubles"] == 0 and "text a" not in json.dumps(short)
    assert sorted(path.name for path in (tmp_path / "deep").iterdir()) == ["result.json"]
