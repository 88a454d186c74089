"""docs/performance.md says what docs/results/bench.json holds: GOTOCR_REWRITE_GOLDEN=1 makes it anew."""

from __future__ import annotations

import copy
import json
from pathlib import Path

from gotocr.evaluate.speed.page import STORED, performance
from tests.docs.generated import assert_is

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "performance.md"


def stored() -> dict:
    return json.loads((ROOT / STORED).read_text("utf-8"))


def test_the_page_says_what_was_measured():
    assert_is(PAGE, performance(stored()))


def test_what_was_stored_is_a_whole_run():
    result = stored()
    assert {"read", "make"} <= set(result["subjects"])
    assert not any(measured["settings"]["quick"] or measured["failed"] for measured in result["subjects"].values())
    readers = {(row["model"], row["engine"]) for row in result["subjects"]["read"]["rows"]}
    assert {("nano", "onnx"), ("nano", "torch")} <= readers and any(model.startswith("base") for model, _ in readers)


def test_another_figure_makes_another_page():
    result = copy.deepcopy(stored())
    result["subjects"]["read"]["rows"][0]["page_seconds"]["median"] *= 2
    assert performance(result) != performance(stored())


def test_servers_have_their_place_on_it():
    spread = {"median": 2.0, "low": 1.0, "high": 3.0, "values": [1.0, 2.0, 3.0]}
    times = {"p50": 0.5, "p95": 0.7}
    row = {"clients": 4, "answers": 9, "errors": 1, "requests_per_second": spread, "tokens_per_second": spread}
    row |= {"first_token_seconds": times, "answer_seconds": times, "ratio": None}
    rows = [row, {"clients": 16, "answers": 0, "errors": 9}]
    served = {"settings": {"quick": False, "rounds": 3}, "rows": rows, "notes": ["9 failed: busy"]}
    page = performance({**stored(), "subjects": {"serve": served}})
    assert "| 4 | 9 | 1 | 2.00 | 1.00–3.00 | 2.00 | 0.500 | 0.700 | 0.500 | 0.700 | 1 |  |" in page
    assert "- 9 failed: busy" in page and "## Read" not in page
