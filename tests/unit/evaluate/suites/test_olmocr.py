"""olmOCR-bench: its facts read and checked, what is wrong with them told, and its own mean."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from gotocr.evaluate.suite import Item, Part, Scored, Trouble
from gotocr.evaluate.suites.olmocr import SUITE, holds

FIXTURES = Path(__file__).parents[3] / "fixtures" / "suites"
PAGE = "# Prices\n\n| Zone | Single |\n|---|---|\n| Inner | 2.40 |\n\nTickets: sold on board, *also* on Sundays.\n\n$$v = f w$$"


def fact(kind, **more):
    return {"id": "x", "pdf": "a/b.pdf", "page": 1, "type": kind, "group": "g", **more}


@pytest.mark.parametrize(
    ("told", "held"),
    [
        (fact("present", text="sold on board, also on"), True),
        (fact("absent", text="sold on board"), False),
        (fact("absent", text="Page 7", last_n=20, case_sensitive=None), True),
        (fact("order", before="Prices", after="Sundays"), True),
        (fact("order", before="Sundays", after="Prices"), False),
        (fact("table", cell="2.40", top_heading="Single", left_heading="Inner", up=None), True),
        (fact("table", cell="2.40", ignore_markdown_tables=True), False),
        (fact("math", math="f w"), True),
        (fact("math", math="f w", ignore_dollar_delimited=True), False),
        (fact("baseline"), True),
        (fact("baseline", max_length=5), False),
        (fact("baseline", max_repeats=None, check_disallowed_characters=False), True),
    ],
)
def test_facts(told, held):
    assert holds(PAGE, told) is held


def test_an_empty_reading_states_nothing():
    """As a missing file in the published program, though a text is absent from it; but a blank page is read so."""
    for told in (fact("absent", text="x y"), fact("present", text="x"), fact("baseline")):
        assert not holds(" \n", told)
    assert holds("", fact("baseline", max_length=0)) and not holds("text", fact("baseline", max_length=0))


def bench(tmp_path, **files):
    (tmp_path / "pdfs" / "a").mkdir(parents=True)
    (tmp_path / "pdfs" / "a" / "b.pdf").write_bytes(b"%PDF-")
    for name, lines in files.items():
        rows = [line if isinstance(line, str) else json.dumps(line) for line in lines]
        (tmp_path / f"{name}.jsonl").write_text("\n".join(rows), "utf-8")
    found = [*SUITE.load(tmp_path)]
    return [one for one in found if isinstance(one, Item)], [one for one in found if isinstance(one, Trouble)]


def test_the_whole_download_or_its_data(tmp_path):
    shutil.copytree(FIXTURES / "olmocr", tmp_path / "bench_data")
    assert SUITE.is_in(tmp_path) and SUITE.is_in(tmp_path / "bench_data") and not SUITE.is_in(tmp_path / "bench_data" / "pdfs")
    assert [one.id for one in SUITE.load(tmp_path)] == [one.id for one in SUITE.load(FIXTURES / "olmocr")]


def test_each_flaw_is_told(tmp_path):
    flawed = [
        "{", "[1]", {"pdf": "a/b.pdf"}, fact("poem"), fact("present"), fact("present", text=" ** "), fact("order", before="a"),
        fact("present", text="a", page=0), fact("present", text="a", max_diffs=-1), fact("present", text="a", max_diffs="1"),
        fact("order", before="abc", after="abcdef", max_diffs=2), fact("present", text="a", pdf="../b.pdf"),
        fact("present", text="a", first_n="3"), fact("table", cell="a", up=3), fact("math", math=""),
    ]  # fmt: skip
    items, troubles = bench(tmp_path, tests=[*flawed, "", fact("present", text="fine"), fact("present", text="again")])
    assert len(items) == 1 and [told["type"] for told in items[0].truth] == ["present", "baseline"]
    assert [trouble.where for trouble in troubles] == [f"tests.jsonl, line {number}" for number in (*range(1, 16), 18)]


def test_a_page_told_of_twice_is_two_items(tmp_path):
    items, troubles = bench(tmp_path, one=[fact("present", text="a")], two=[fact("absent", text="b")], none=[])
    assert [(item.id, item.group, len(item.truth)) for item in items] == [("a__b_pg1", "one", 2), ("a__b_pg1_two", "two", 1)]
    assert [trouble.where for trouble in troubles] == ["none.jsonl"]


def test_a_baseline_is_added_for_the_first_page(tmp_path):
    items, _ = bench(tmp_path, one=[fact("present", text="a", page=2)])
    assert [(item.id, item.group, item.page) for item in items] == [("a__b_pg2", "one", 1), ("a__b_pg1", "baseline", 0)]


def test_the_mean_is_of_the_files():
    def scored(group, facts, baseline=None):
        item = Item("x", "page", Path("x"), (), group=group)
        return Scored(item, "", {"facts": facts, "baseline": baseline})

    rows = [scored("a", Part(1, 1), Part(1, 1)), scored("a", Part(0, 3), Part(0, 1)), scored("b", Part(2, 2), Part(1, 1))]
    rows += [scored("baseline", None, Part(0, 1))]
    assert SUITE.overall(rows) == {"overall": pytest.approx((0.25 + 1.0 + 0.5) / 3), "a": 0.25, "b": 1.0, "baseline": 0.5}
    assert SUITE.overall([]) == {}
