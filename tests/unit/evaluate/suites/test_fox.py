"""Fox: where its questions ask, what is wrong with them told, and GOT's way of averaging."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from PIL import Image

from gotocr.evaluate.suite import Item, Part, Scored, Trouble
from gotocr.evaluate.suites import fox
from gotocr.evaluate.suites.fox import SUITE, judge

FIXTURES = Path(__file__).parents[3] / "fixtures" / "suites"


def entry(image, question="OCR this page", truth="some words that are read"):
    turns = [{"from": "human", "value": question}, {"from": "gpt", "value": truth}]
    return {"image": image, "conversations": turns if truth is not None else turns[:1]}


def load(folder, **files):
    for name, rows in files.items():
        (folder / f"{name}.json").write_text(rows if isinstance(rows, str) else json.dumps(rows), "utf-8")
    found = [*SUITE.load(folder)]
    return [one for one in found if isinstance(one, Item)], [one for one in found if isinstance(one, Trouble)]


@pytest.fixture
def folder(tmp_path):
    for name in ("en_pdf_png", "cn_pdf_png", "en_pdf_png_onbox"):
        (tmp_path / name).mkdir()
        Image.new("L", (500, 2000)).save(tmp_path / name / f"{name[:2]}_1.png")
    return tmp_path


def test_the_unpacked_folder_or_the_one_around_it(tmp_path):
    shutil.copytree(FIXTURES / "fox", tmp_path / "focus_benchmark_test")
    assert SUITE.is_in(tmp_path) and SUITE.is_in(tmp_path / "focus_benchmark_test") and not SUITE.is_in(FIXTURES)
    assert [one.id for one in SUITE.load(tmp_path)] == [one.id for one in SUITE.load(FIXTURES / "fox")]


def test_boxes_and_points_are_thousandths_of_the_page(folder):
    items, troubles = load(
        folder,
        en_box_ocr=[entry("en_1.png", "<image>\nGive the OCR results of the box [100, 250, 900, 500].")],
        cn_line_ocr=[entry("cn_1.png", "OCR the line (20, 30.5).")],
        en_onbox_ocr=[entry("en_1.png", "OCR Red box.")],
    )
    box, colour, line = items
    assert box.notes["box"] == (50, 500, 450, 1000) and box.type == "box" and box.language == "en"
    assert colour.notes["colour"] == "red" and colour.image.parent.name == "en_pdf_png_onbox"
    assert line.notes["point"] == (10, 61) and line.language == "zh" and "box" not in line.notes
    assert [trouble.where for trouble in troubles] == ([] if fox.has_jieba() else ["cn"])


def test_each_flaw_is_told(folder):
    items, troubles = load(
        folder,
        en_page_ocr=[entry("en_1.png", truth=None), entry("en_1.png", truth=" "), {"image": 3}, 7, entry("en_9.png")],
        en_box_ocr=[entry("en_1.png", "[1, 2]"), entry("en_1.png", "(900, 1, 100, 9)"), entry("en_9.png", "[1, 1, 2, 2]")],
        en_onbox_ocr=[entry("en_1.png", "OCR the pink box")],
        en_line_ocr="not JSON",
        en_box_summary=[],
    )
    assert len(items) == 5 and {"box", "colour", "point"}.isdisjoint({key for item in items for key in item.notes})
    assert len(troubles) == 11 and troubles[0].where == "en_box_summary.json" and "not JSON" not in str(items)
    assert len({item.id for item in items}) == 5


def test_a_name_may_not_lead_out_of_the_folder(folder):
    items, troubles = load(folder, en_page_ocr=[entry("../../secret.png"), entry("C:\\en_1.png")])
    assert all(item.image.parent.parent == folder and "/" not in item.id for item in items)
    assert items[1].image.is_file() and len(troubles) == 1


def test_measures():
    item = Item("x", "page", Path("x"), "the cat sat on the mat")
    scores = judge("the cat sat on a mat", item)
    assert scores["characters"] == pytest.approx(1 - 3 / 22) and scores["cer"] == Part(3, 22) and scores["words"] == Part(10, 12)
    assert scores["got_edit_distance"] == pytest.approx(3 / 22)
    assert scores["got_precision"] == 1.0 and scores["got_recall"] == 5 / 6
    assert set(scores) == set(fox.MEASURES)
    empty = judge("", item)
    assert empty["got_f1"] is None and empty["characters"] == 0.0 and empty["cer"] == Part(22, 22)


def test_means_are_by_language_and_task_without_what_got_leaves_out():
    def scored(language, kind, value):
        return Scored(Item("x", kind, Path("x"), "", language), "", {"got_edit_distance": value, "got_f1": value})

    rows = [scored("en", "page", 0.2), scored("en", "page", None), scored("en", "page", 0.4), scored("zh", "box", 0.5)]
    assert SUITE.overall(rows)["en page: edit distance (GOT)"] == pytest.approx(0.3)
    assert SUITE.overall(rows)["zh box: F1 (GOT)"] == 0.5 and len(SUITE.overall(rows)) == 4
