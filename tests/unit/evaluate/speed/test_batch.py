"""What a page costs in each way, worked out of commands whose times are known; and one real command."""

from __future__ import annotations

import pytest

from gotocr.errors import EngineError, UsageError
from gotocr.evaluate.speed import BENCHES
from gotocr.evaluate.speed import batch as speed
from gotocr.evaluate.speed.batch import BatchPlan, Took, measure


def test_a_page_and_the_start_are_told_apart(monkeypatch):
    costs = {"read": (1.0, 0.5), "batch": (3.0, 0.6), "ray": (20.0, 0.6)}

    def command(way, source, folder):
        start, page = costs[way]
        count = len(list(source.iterdir()))
        return Took(start + page * count, start + page / 2 * count)

    monkeypatch.setattr(speed, "_run", command)
    result = measure(BatchPlan(quick=True, ways=("read", "batch", "ray"), repeats=2, pages=12))
    rows = {row["way"]: row for row in result["rows"]}
    for way, (start, page) in costs.items():
        assert rows[way]["start_seconds"]["median"] == pytest.approx(start) and rows[way]["page_seconds"]["median"] == pytest.approx(page)
    assert rows["read"]["ratio"] is None and rows["batch"]["ratio"]["median"] == pytest.approx(1.2)
    (table,) = BENCHES["batch"].tables(result)
    assert [row[0] for row in table.rows] == ["read", "batch", "ray"] and table.rows[1][6] == "1.20"


def test_a_way_that_fails_is_noted(monkeypatch):
    def command(way, source, folder):
        if way == "ray":
            raise EngineError("gotocr batch ended with 4: no Ray")
        return Took(1.0 * len(list(source.iterdir())), 1.0)

    monkeypatch.setattr(speed, "_run", command)
    result = measure(BatchPlan(quick=True, ways=("read", "ray"), pages=9))
    assert [row["way"] for row in result["rows"]] == ["read"] and result["failed"] == 2 and "no Ray" in result["notes"][0]


def test_wrong_wishes_are_told(tmp_path):
    with pytest.raises(UsageError, match="no way named 'horse'"):
        measure(BatchPlan(ways=("horse",)))
    with pytest.raises(UsageError, match="above 8"):
        measure(BatchPlan(pages=8))
    with pytest.raises(UsageError, match="has 0 pictures"):
        measure(BatchPlan(pictures=tmp_path))


def test_the_commands_are_real(tmp_path):
    folder = speed._folder(tmp_path / "lines", 1, None)
    took = speed._run("batch", folder, tmp_path)
    assert 0 < took.processor and 0 < took.wall
    with pytest.raises(EngineError, match="gotocr read ended with 3"):
        speed._run("read", tmp_path / "none", tmp_path)
