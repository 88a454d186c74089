"""A real browser makes the same grid of our tables as our own reading of them; skipped where there is none."""

from __future__ import annotations

import html
import json
import os
import re
import shutil
import subprocess

import pytest

np = pytest.importorskip("numpy")
pytest.importorskip("skia")

from gotocr.draw.supply import Supply  # noqa: E402
from gotocr.kinds.table import KIND, rows  # noqa: E402

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
COUNT = 30 * int(os.environ.get("GOTOCR_SEEDS", 1))
FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-dev-shm-usage",
]
SCRIPT = """<script>
const found = [...document.querySelectorAll("table")].map(table => [...table.rows].map(row => [...row.cells].map(
  cell => [cell.textContent.trim(), cell.colSpan, cell.rowSpan, Math.round(cell.getBoundingClientRect().left),
           Math.round(cell.getBoundingClientRect().top)])));
document.body.innerHTML = "<pre id=found>" + JSON.stringify(found).replace(/&/g, "&amp;").replace(/</g, "&lt;") + "</pre>";
</script>"""


@pytest.mark.skipif(not CHROMIUM, reason="there is no chromium here")
def test_a_browser_sees_the_same_cells(tmp_path):
    supply = Supply()
    truths = [KIND.sample(np.random.default_rng(seed), supply, (900, 900), 12.0).format for seed in range(COUNT)]
    page = tmp_path / "tables.html"
    style = "<style>td{padding:3px;min-width:20px;height:20px;white-space:pre}</style>"
    page.write_text(f"<!doctype html><meta charset=utf-8>{style}<body>{''.join(truths)}{SCRIPT}</body>", "utf-8")
    command = [CHROMIUM, *FLAGS, f"--user-data-dir={tmp_path / 'profile'}", "--dump-dom", page.as_uri()]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    dumped = re.search(r'<pre id="found">(.*?)</pre>', done.stdout, re.DOTALL)
    if not dumped:
        pytest.skip(f"this chromium does not run: {done.stderr[-300:]}")
    seen = json.loads(html.unescape(dumped[1]))
    assert len(seen) == len(truths)
    for truth, table in zip(truths, seen, strict=True):
        own = rows(KIND.parse(truth))
        assert [[(cell.text, cell.columns, cell.rows) for cell in row] for row in own] == [
            [tuple(cell[:3]) for cell in row] for row in table
        ]
        _same_places(own, table)


def _same_places(own, table) -> None:
    """Cells that we put in one column start at one x, and further right than those of the columns before."""
    from gotocr.kinds.table.cell import place

    lefts: dict[int, set[int]] = {}
    for at in place(own):
        lefts.setdefault(at.column, set()).add(table[at.row][at.number][3])
    assert all(len(xs) == 1 for xs in lefts.values())
    ordered = [min(lefts[column]) for column in sorted(lefts)]
    assert ordered == sorted(set(ordered))
