"""im2latex-100k in its published and its prepared layout: every line of the list is an item or a trouble."""

from __future__ import annotations

from pathlib import Path

import pytest

from gotocr.evaluate.judges.formula import MEASURES
from gotocr.evaluate.suite import Item, Scored, Trouble
from gotocr.evaluate.suites.im2latex import SUITE

FIXTURE = Path(__file__).parents[3] / "fixtures" / "suites" / "im2latex"


@pytest.fixture(autouse=True)
def _drawing():
    pytest.importorskip("skia")


def load(folder):
    found = list(SUITE.load(folder))
    return [one for one in found if isinstance(one, Item)], [one for one in found if isinstance(one, Trouble)]


def write(folder, files):
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content if isinstance(content, bytes) else content.encode())


def test_the_fixture_is_read_and_perfect_readings_are_perfect():
    assert SUITE.is_in(FIXTURE)
    items, troubles = load(FIXTURE)
    assert troubles == [] and [item.id for item in items] == ["c05d92ee", "3a1f00c2", "77be01d4"]
    assert all(item.image.is_file() for item in items) and items[1].truth.startswith("E = ")
    scored = []
    for item in items:
        reading = (FIXTURE.with_name("im2latex.perfect") / f"{item.id}.md").read_text("utf-8")
        scores = SUITE.subjects[item.type].judge(reading, item)
        assert scores == dict.fromkeys(MEASURES, 1.0)
        scored.append(Scored(item, reading, scores))
    assert [*SUITE.overall(scored).values()] == pytest.approx([1.0, 1.0])
    half = [scored[0], scored[1], Scored(items[2], "", {})]
    assert all(0.0 < value < 1.0 for value in SUITE.overall(half).values())


def test_the_published_layout(tmp_path):
    """The list has the number first; formulas are not UTF-8, and hold marks that only look like ends of lines."""
    formulas = b"a + b\nx \\; \xa5 y\x0cz\r\nc\x0bd\n"
    write(tmp_path, {"im2latex_test.lst": "1 66667cee5b basic\n2 1cbb05a562 small\n", "im2latex_formulas.lst": formulas})
    write(tmp_path, {"formula_images/66667cee5b.png": "x", "formula_images/1cbb05a562.png": "x"})
    items, troubles = load(tmp_path)
    assert troubles == [] and [item.truth for item in items] == ["x \\; \xa5 y\x0cz", "c\x0bd"]
    assert [(item.id, item.group) for item in items] == [("66667cee5b", "basic"), ("1cbb05a562", "small")]


def test_prepared_lists_go_with_prepared_formulas(tmp_path):
    write(tmp_path, {"im2latex_test.lst": "0 a basic\n", "im2latex_formulas.lst": "raw\n", "formula_images/a.png": "x"})
    assert [item.truth for item in load(tmp_path)[0]] == ["raw"]
    write(tmp_path, {"im2latex_test_filter.lst": "a.png 0\n", "im2latex_formulas.norm.lst": "r a w\n"})
    write(tmp_path, {"formula_images_processed/a.png": "x"})
    items, _ = load(tmp_path)
    assert [item.truth for item in items] == ["r a w"] and items[0].image.parent.name == "formula_images_processed"


def test_the_sample_of_its_authors(tmp_path):
    write(tmp_path, {"test.lst": "a.png 0\n", "formulas.lst": "x\n", "images/a.png": "x"})
    assert SUITE.is_in(tmp_path) and load(tmp_path)[0][0].image == tmp_path / "images" / "a.png"


def test_nothing_is_left_out_in_silence(tmp_path):
    lines = ["a.png 0", "b.png 7", "c.png 1", "", "words only here", "a.png 2", "x y", "../../d.png 2", "e.png -1"]
    lines.append(f"f.png {'9' * 19}")
    write(tmp_path, {"test_filter.lst": "\n".join(lines), "formulas.norm.lst": "x\n  \ny\n", "images/a.png": "x"})
    items, troubles = load(tmp_path)
    assert [item.id for item in items] == ["a", "d"] and tmp_path in items[1].image.parents and ".." not in items[1].image.parts
    said = "\n".join(f"{trouble.where}: {trouble.what}" for trouble in troubles)
    assert len(troubles) == 8, said
    told = ["line 2: b has no truth", "line 3: c has no truth", "line 5", "line 6: a came before", "line 7", "line 9", "line 10"]
    assert [part for part in (*told, "d.png is missing") if part not in said] == []


def test_a_list_without_formulas_is_no_suite(tmp_path):
    write(tmp_path, {"test.lst": "a.png 0\n"})
    assert not SUITE.is_in(tmp_path)
    assert isinstance(next(iter(SUITE.load(tmp_path))), Trouble)
