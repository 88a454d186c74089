"""ChartQA-SE's layout: lists with pictures in folders below, and figures as its script counts them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from gotocr.evaluate.suite import Item, Scored, Trouble
from gotocr.evaluate.suites.chartqa import SUITE

FIXTURE = Path(__file__).parents[3] / "fixtures" / "suites" / "chartqa-se"
GOOD = {"images": "a.png", "gts": {"title": "T", "source": "None", "x_title": "x", "y_title": "y", "values": {"b": 1}}}


def load(folder: Path):
    found = list(SUITE.load(folder))
    return [one for one in found if isinstance(one, Item)], [one for one in found if isinstance(one, Trouble)]


def test_lists_are_groups():
    items, _ = load(FIXTURE)
    assert [(item.group, item.image.parent.name) for item in items] == [
        ("ChartQA_test_human_filter", "ChartQA_test_human"),
        ("ChartQA_test_human_filter", "ChartQA_test_human"),
        ("PlotQA_test", "PlotQA_test"),
    ]


def test_nothing_is_left_out_in_silence(tmp_path):
    rows = [GOOD, {"images": "b.png"}, {"gts": {}}, 7, GOOD | {"images": "c.png", "gts": {"values": {}}}, GOOD]
    (tmp_path / "list.json").write_text(json.dumps(rows))
    (tmp_path / "other.json").write_text("{}")
    (tmp_path / "lonely.png").write_bytes(b"")
    items, troubles = load(tmp_path)
    assert [item.id for item in items] == ["list__a"] and not items[0].image.exists()
    assert [trouble.where for trouble in troubles] == [
        "other.json", "list__a", *(f"list.json, chart {n}" for n in (2, 3, 4, 5, 6)), str(tmp_path),
    ]  # fmt: skip


def test_equal_names_are_told_apart_by_their_folders(tmp_path):
    for name in ("ChartQA", "PlotQA"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "a.png").write_bytes(b"")
        (tmp_path / f"{name}_test.json").write_text(json.dumps([GOOD]))
    items, troubles = load(tmp_path)
    assert [item.image.parent.name for item in items] == ["ChartQA", "PlotQA"] and troubles == []


def test_the_published_counting():
    item = Item("a", "chart", Path("a.png"), json.dumps({"values": {"ab": 10, "x": 5}}))
    reading = json.dumps({"values": {"ab": 10, "b": 10, "x": 5}})  # two that OneChart's script finds equal to one
    ours = SUITE.subjects["chart"].judge(reading, item)["strict"]
    (published,) = {value for name, value in SUITE.overall([Scored(item, reading, {})]).items() if "strict" in name}
    assert ours == pytest.approx(0.4) and published == 1.0
