"""docs/scale.md says what docs/results/scale.json holds: GOTOCR_REWRITE_GOLDEN=1 makes its table anew."""

from __future__ import annotations

import json
import re
from pathlib import Path

from gotocr.evaluate.speed import BENCHES
from gotocr.evaluate.speed.tables import machine_line
from tests.docs.generated import assert_holds

ROOT = Path(__file__).parents[2]
PAGE, STORED = ROOT / "docs" / "scale.md", ROOT / "docs" / "results" / "scale.json"
PLACE = re.compile(r"(<!-- measured -->\n).*?(<!-- end of measured -->)", re.DOTALL)


def measured() -> str:
    result = json.loads(STORED.read_text("utf-8"))
    told = result["subjects"]["batch"]
    (table,) = BENCHES["batch"].tables(told)
    head = f"`{result['command']}`, {result['machine']['date'][:10]}, {machine_line(result['machine'])}; {told['settings']['rounds']} rounds."
    return f"\n{head}\n\n{table.markdown()}\n\n"


def test_the_page_says_what_was_measured():
    assert_holds(PAGE, PLACE, measured())


def test_both_ways_were_measured():
    ways = [row["way"] for row in json.loads(STORED.read_text("utf-8"))["subjects"]["batch"]["rows"]]
    assert ways[:2] == ["read", "batch"]
