"""Tables on the pages say what the stored results say: GOTOCR_REWRITE_GOLDEN=1 makes them anew."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from gotocr.errors import InputError
from gotocr.evaluate.tables import fill
from tests.docs.generated import assert_is

ROOT = Path(__file__).parents[2]
PAGES = [path for path in (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))) if path.is_file()]


@pytest.mark.parametrize("path", PAGES, ids=[path.name for path in PAGES])
def test_tables_say_what_was_measured(path):
    assert_is(path, fill(path.read_text("utf-8"), path.parent))


def test_the_readme_has_such_tables():
    assert "<!-- table accuracy of docs/results/" in (ROOT / "README.md").read_text("utf-8")


def result(ours: float, theirs: float) -> dict:
    def row(system, value, language=None):
        figure = {"value": value, "low": value - 0.1, "high": value + 0.1, "count": 9}
        return {"system": system, "type": "text_line", "language": language, "group": None, "count": 9, "figures": {"a": figure}}

    return {
        "form": 1, "date": "2026-11-22T10:00:00+00:00", "machine": {"processor": "A | B", "cores": 2}, "items": 9,
        "systems": {
            "ours": {"version": "1", "seconds": 18.0, "peak_bytes": 2**21, "trust": {"ece": 0.125}},
            "theirs": {"version": "1", "seconds": 18.0, "peak_bytes": 2**21},
        },
        "subjects": {"text_line": {"measures": {"a": {"name": "1 - NED", "higher": True, "share": True}}}},
        "tables": [row("ours", ours), row("theirs", theirs)],
    }  # fmt: skip


def test_a_table_is_made_anew_between_its_marks(tmp_path):
    (tmp_path / "r.json").write_text(json.dumps(result(0.9, 0.5)), "utf-8")
    page = "before\n<!-- table accuracy of r.json -->\nold | text\n<!-- end of table -->\nafter\n"
    made = fill(page, tmp_path)
    assert made.startswith("before\n<!-- table accuracy of r.json -->\n") and made.endswith("<!-- end of table -->\nafter\n")
    assert "old" not in made and fill(made, tmp_path) == made
    assert "| text line | 9 | 1 - NED | **90.0 (80.0–100.0)** | 50.0 (40.0–60.0) |" in made
    assert "| confidence of words in plain text |  | calibration error (ECE) | 12.5 |  |" in made
    assert "2.00 s" in made and "2 MiB" in made and "2026-11-22" in made


def test_only_clear_winners_are_marked(tmp_path):
    (tmp_path / "r.json").write_text(json.dumps(result(0.6, 0.5)), "utf-8")
    assert "**" not in fill("<!-- table accuracy of r.json -->\n<!-- end of table -->", tmp_path)


def test_examined_figures_stand_beside_what_is_asked_for(tmp_path):
    figure = {"exam": "table", "measure": "TEDS", "value": 0.5, "low": 0.25, "high": 0.75, "pictures": 8, "floor": 0.85}
    sure = {"exam": "words", "measure": "ECE", "value": 0.021, "low": None, "high": None, "pictures": 8, "floor": None}
    (tmp_path / "r.json").write_text(json.dumps({"form": 1, "figures": [figure, sure]}), "utf-8")
    made = fill("<!-- table examined of r.json -->\n<!-- end of table -->", tmp_path)
    assert "| table | TEDS | 8 | 50.0 (25.0–75.0) | 85 |" in made and "| words | ECE | 8 | 2.1 |  |" in made


BROKEN = ["<!-- table accuracy of none.json -->\n", "<!-- table fame of r.json -->\n", "<!-- table accuracy r.json -->\n"]


@pytest.mark.parametrize("place", [*BROKEN, "<!-- table accuracy of r.json -->\n<!-- end of table -->\n<!-- table x"])
def test_results_that_are_not_there_are_told(tmp_path, place):
    (tmp_path / "r.json").write_text(json.dumps(result(0.6, 0.5)), "utf-8")
    with pytest.raises(InputError):
        fill(place + "<!-- end of table -->", tmp_path)
