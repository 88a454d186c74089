"""OmniDocBench's folder: every page is an item, perfect readings are perfect, what is wrong is told of."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from gotocr.errors import InputError
from gotocr.evaluate.suite import Item, Scored, Trouble
from gotocr.evaluate.suites import suite_in
from gotocr.evaluate.suites.omnidocbench import MEASURES, SUITE

FOLDER = Path(__file__).parents[3] / "fixtures/suites/omnidocbench"
JUDGE = SUITE.subjects["page"].judge


def items(folder):
    found = list(SUITE.load(folder))
    return [one for one in found if isinstance(one, Item)], [one for one in found if isinstance(one, Trouble)]


def read(item, change=lambda text: text):
    text = change((FOLDER.with_suffix(".perfect") / f"{item.id}.md").read_text("utf-8"))
    return Scored(item, text, JUDGE(text, item))


def test_the_folder_is_read():
    assert suite_in(FOLDER) is SUITE
    pages, troubles = items(FOLDER)
    assert [page.id for page in pages] == ["tides", "harbours", "stones"] and not troubles
    assert all(page.image.is_file() for page in pages)
    assert [(page.language, page.group) for page in pages][0] == ("en", "book")
    assert pages[0].truth.startswith("Notes on water\n\n17\n\nTides and the moon")
    assert "depends on the coast; every tide falls behind the moon" in pages[0].truth


def test_perfect_readings():
    rows = [read(item) for item in items(FOLDER)[0]]
    for row in rows:
        assert [*row.scores] == [*MEASURES]
        for key, score in row.scores.items():
            assert score in (None, 1.0 if MEASURES[key].higher else 0.0), (row.item.id, key)
    assert SUITE.overall(rows) == {"Overall": 100.0, "Overall, single_column": 100.0}  # the other layout has no table


def test_nothing_read():
    rows = [Scored(item, "", JUDGE("", item)) for item in items(FOLDER)[0]]
    assert all(score in (None, 0.0 if MEASURES[key].higher else 1.0) for row in rows for key, score in row.scores.items())
    assert SUITE.overall(rows)["Overall"] == 0.0


def test_overall_is_of_the_means_over_pages():
    pages = items(FOLDER)[0]
    rows = [
        read(pages[0], lambda text: text.replace("cos", "sin")),
        read(pages[1], lambda text: text.replace("3.1", "31")),
        read(pages[2]),
    ]
    formula = (rows[0].scores["formula"] + 1.0) / 2
    assert rows[1].scores["teds"] == pytest.approx(1 - (1 / 3) / 10) and rows[0].scores["formula"] < 1.0
    assert SUITE.overall(rows)["Overall"] == pytest.approx(100 * (1.0 + rows[1].scores["teds"] + formula) / 3)
    assert rows[0].scores["page"] == pytest.approx((1.0 + rows[0].scores["formula"]) / 2)


def test_without_tables_there_is_no_overall():
    assert SUITE.overall([read(items(FOLDER)[0][0])]) == {}


def test_what_is_wrong_is_told_of(tmp_path):
    shutil.copytree(FOLDER, tmp_path, dirs_exist_ok=True)
    path = tmp_path / "OmniDocBench.json"
    pages = json.loads(path.read_text("utf-8"))
    odd = [3, {"page_info": None}, pages[0], {"page_info": {"image_path": "images/none.png"}, "layout_dets": [7]}]
    path.write_text(json.dumps([*pages, *odd]), "utf-8")
    (tmp_path / "images/tides.png").unlink()
    found, troubles = items(tmp_path)
    assert [item.id for item in found] == ["tides", "harbours", "stones"]
    assert [(trouble.where, trouble.what.split(";")[0]) for trouble in troubles] == [
        ("tides.png", "has no picture in the folder images"),
        ("OmniDocBench.json, page 3", "names no picture (page_info, image_path)"),
        ("OmniDocBench.json, page 4", "names no picture (page_info, image_path)"),
        ("tides.png", "is annotated twice"),
        ("none.png", "has no block with a text in its annotation"),
    ]


@pytest.mark.parametrize("text", ["{}", "[", "[" * 50_000, "\udcff"])
def test_broken_annotations(tmp_path, text):
    (tmp_path / "OmniDocBench.json").write_bytes(text.encode("utf-8", "surrogateescape"))
    with pytest.raises(InputError, match="fetch it again"):
        items(tmp_path)
    (tmp_path / "OmniDocBench.json").unlink()
    assert not SUITE.is_in(tmp_path)
    with pytest.raises(InputError):
        items(tmp_path)


def test_the_demo_of_the_benchmarks_program(tmp_path):
    shutil.copytree(FOLDER / "images", tmp_path / "images")
    shutil.copy(FOLDER / "OmniDocBench.json", tmp_path / "OmniDocBench_demo.json")
    assert suite_in(tmp_path) is SUITE and len(items(tmp_path)[0]) == 3
