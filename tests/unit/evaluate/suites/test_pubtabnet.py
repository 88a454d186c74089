"""PubTabNet and what shares its form: every table of the measured split is an item, and nothing is left out in silence."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from gotocr.evaluate.suite import Item, Trouble
from gotocr.evaluate.suites.pubtabnet import MEASURES, SUITE, judge, written_out

FIXTURE = Path(__file__).parents[3] / "fixtures" / "suites" / "pubtabnet"
TAGS = ["<tbody>", "<tr>", "<td>", "</td>", "</tr>", "</tbody>"]
HTML = {"structure": {"tokens": TAGS}, "cells": [{"tokens": ["<b>", "x", "</b>"]}]}
GOOD = {"filename": "a.png", "split": "val", "imgid": 0, "html": HTML}
TABLE = "<table><tbody><tr><td><b>x</b></td></tr></tbody></table>"


def load(folder):
    found = list(SUITE.load(folder))
    return [one for one in found if isinstance(one, Item)], [one for one in found if isinstance(one, Trouble)]


def test_the_fixture_is_read_and_perfect_readings_are_perfect():
    assert SUITE.is_in(FIXTURE)
    items, troubles = load(FIXTURE)
    assert troubles == [] and [item.id for item in items] == ["shelf_001_00", "trial_002_00", "rain_003_00"]
    assert [item.group for item in items] == ["simple", "complex", "simple"] and all(item.image.is_file() for item in items)
    for item in items:
        reading = (FIXTURE.with_name("pubtabnet.perfect") / f"{item.id}.md").read_text("utf-8")
        assert judge(reading, item) == dict.fromkeys(MEASURES, 1.0)
        assert judge("", item) == dict.fromkeys(MEASURES, 0.0)


def test_published_figures_count_sections_and_marks_and_ours_do_not():
    items, _ = load(FIXTURE)
    scores = judge("| Shelf | Books | Width (cm) |\n|---|---|---|\n| Upper | 14 | 82.5 |\n| Lower | 9 | < 80 |\n", items[0])
    assert scores["teds"] == scores["cells"] == 1.0
    assert scores["published"] < scores["published_no_bold"] < 1.0
    tabular = r"\begin{tabular}{l}x\\\end{tabular}"
    assert judge(tabular, Item("a", "table", Path("a.png"), "<table><tr><td>x</td></tr></table>"))["published"] == 1.0


def test_cells_are_set_into_their_structure():
    tokens = ["<thead>", "<tr>", "<td", ' colspan="2"', ' rowspan="3"', ">", "</td>", "<td></td>", "</tr>", "</thead>"]
    cells = [{"tokens": ["<i>", "a", "</i>", " ", "<", " ", "b", "&"]}, {"tokens": []}]
    inside = '<td colspan="2" rowspan="3"><i>a</i> &lt; b&amp;</td><td></td>'
    expected = f"<table><thead><tr>{inside}</tr></thead></table>"
    assert written_out({"structure": {"tokens": tokens}, "cells": cells}) == expected
    assert written_out({"structure": {"tokens": tokens}, "cell": cells}) == expected, "as the README spells it"


MISFITS = [None, [], {}, HTML | {"cells": []}, HTML | {"cells": HTML["cells"] * 2}, HTML | {"cells": [{}]}, HTML | {"cells": [1]}]
MISFITS += [HTML | {"structure": "x"}, HTML | {"structure": {"tokens": [1]}}, {"structure": HTML["structure"]}]


@pytest.mark.parametrize("annotation", MISFITS, ids=str)
def test_annotations_that_do_not_fit_together_have_no_html(annotation):
    assert written_out(HTML) == TABLE and written_out(annotation) is None


def test_nothing_is_left_out_in_silence(tmp_path):
    rows = [GOOD, "{not json", "[1]", "[" * 99_999, GOOD, GOOD | {"filename": ""}]
    rows += [GOOD | {"filename": "b.png", "html": {}}, GOOD | {"split": "train"}]
    lines = [row if isinstance(row, str) else json.dumps(row) for row in rows]
    (tmp_path / "PubTabNet_2.0.0.jsonl").write_text("\n".join(lines), "utf-8")
    items, troubles = load(tmp_path)
    assert [(item.id, item.truth) for item in items] == [("a", TABLE)]
    said = "\n".join(f"{trouble.where}: {trouble.what}" for trouble in troubles)
    assert len(troubles) == 7, said
    told = ["a.png is missing", "line 2", "line 3", "line 4", "line 5: a.png came before", "names no picture", "b: has no truth"]
    assert [part for part in told if part not in said] == []
    (tmp_path / "PubTabNet_2.0.0.jsonl").write_text(json.dumps(GOOD | {"split": "train"}), "utf-8")
    assert "no table of the split 'val'" in load(tmp_path)[1][0].what


def test_a_picture_of_another_folder_is_not_taken(tmp_path):
    (tmp_path / "a.png").write_bytes(b"x")
    inner = tmp_path / "suite"
    inner.mkdir()
    rows = [GOOD | {"filename": "../a.png", "split": "val"}, GOOD | {"filename": "b/../../a.png"}]
    (inner / "PubTabNet_2.0.0.jsonl").write_text("\n".join(map(json.dumps, rows)), "utf-8")
    items, troubles = load(inner)
    assert [item.id for item in items] == ["a"] and inner in items[0].image.parents and "missing" in troubles[0].what


SYNTHETIC = [GOOD | {"split": "test"}, GOOD | {"filename": "b.png"}]
FINAL = {"a.png": {"html": f"<html><body>{TABLE}</body></html>", "type": "simple"}}
LAYOUTS = {
    "SynthTabNet": ("synthetic_data.jsonl", "\n".join(map(json.dumps, SYNTHETIC)), "images/test/a.png"),
    "examples": ("PubTabNet_Examples.json", json.dumps({"images": [GOOD | {"split": "train"}]}), "a.png"),
    "ICDAR 2021": ("final_eval.json", json.dumps(FINAL), "final_eval/a.png"),
}


@pytest.mark.parametrize("name", LAYOUTS)
def test_other_collections_of_the_same_form(tmp_path, name):
    file, text, picture = LAYOUTS[name]
    (tmp_path / file).write_text(text, "utf-8")
    (tmp_path / picture).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / picture).write_bytes(b"x")
    items, troubles = load(tmp_path)
    assert troubles == [] and [item.image for item in items] == [tmp_path / picture] and TABLE in items[0].truth
    assert judge(TABLE, items[0])["published"] == 1.0
