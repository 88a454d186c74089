"""A real browser runs the report's script, and nothing else of it; skipped where there is none."""

from __future__ import annotations

import html
import json
import re
import shutil
import subprocess

import pytest
from PIL import Image

from gotocr.evaluate.report import write_report

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
FLAGS = [
    "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-dev-shm-usage",
    "--allow-file-access-from-files", "--enable-logging=stderr", "--virtual-time-budget=10000", "--dump-dom",
]  # fmt: skip
# The page allows no script but its own, so another page, that holds it in a frame, works its filters.
DRIVER = """<!doctype html><meta charset=utf-8><iframe id=frame src=report.html width=380 height=900></iframe><pre id=found></pre><script>
const frame = document.getElementById("frame");
const rest = () => new Promise(done => setTimeout(done, 400));
frame.onload = async () => {
  const page = frame.contentDocument, form = page.getElementById("filters"), found = {};
  const shown = () => [...page.querySelectorAll("article")].filter(item => item.checkVisibility()).map(
    item => item.querySelector("h4 a").textContent);
  const choose = async (name, value) => {
    form.elements[name].value = value;
    form.elements[name].dispatchEvent(new Event("input", { bubbles: true }));
    await rest();
    return shown();
  };
  found.form = form.checkVisibility();
  found.all = shown();
  found.count = page.getElementById("count").textContent;
  found.text = await choose("text", "\\uff4e\\uff45\\uff45\\uff44\\uff4c\\uff45 3");
  found.none = [(await choose("text", "no such words")).length, page.getElementById("none").checkVisibility()];
  await choose("text", "");
  found.type = await choose("type", "1");
  found.narrowed = page.getElementById("count").textContent;
  await choose("type", "");
  found.language = await choose("language", "de");
  await choose("language", "");
  found.slow = await choose("sort", "slow");
  found.loss = await choose("sort", "loss");
  await choose("system", "1");
  found.other = await choose("sort", "worst");
  found.readings = [...page.querySelectorAll(".reading")].filter(reading => reading.checkVisibility()).length;
  form.reset();
  await rest();
  found.reset = shown();
  found.width = page.documentElement.scrollWidth <= page.documentElement.clientWidth;
  found.attacked = "attacked" in window || "attacked" in frame.contentWindow;
  document.getElementById("found").textContent = JSON.stringify(found);
};
</script>"""
ATTACK = "<img src=x onerror=parent.attacked=1><script>parent.attacked=1</script>"
MEASURE = {"name": "same", "definition": "Whether it is the same.", "source": "", "higher": True, "share": True}


def result() -> dict:
    """Six items of two types: `one` is worst at the first, `two` at the last, and the third is the slowest."""
    rows = []
    for place in range(6):
        scores = {"one": place / 10, "two": 0.9 - place / 10}
        readings = {
            name: {
                "text": f"{ATTACK} read {place}",
                "seconds": 9.0 if place == 2 else 1.0,
                "error": "",
                "scores": {"same": score},
            }
            for name, score in scores.items()
        }
        row = {
            "id": f"i{place}",
            "type": "text_line" if place < 4 else "table",
            "language": "de" if place % 2 else "en",
            "group": "",
        }
        rows.append(row | {"image": "a.png", "page": 0, "truth": f"{ATTACK} needle {place} {'long' * 60}", "readings": readings})
    figures = {"same": {"value": 0.5, "low": 0.4, "high": 0.6, "count": 4}}
    tables = [
        {"system": name, "type": kind, "language": None, "group": None, "count": 4, "seconds_median": 1.0, "figures": figures}
        for kind in ("text_line", "table")
        for name in ("one", "two")
    ]
    return {
        "form": 1, "gotocr": "0", "date": "2026-11-22T22:40:00Z", "suite": "folder", "title": ATTACK, "folder": "x", "machine": {},
        "options": {}, "systems": {"one": {}, "two": {}}, "tables": tables, "overall": {}, "items": rows, "troubles": [],
        "subjects": {name: {"mode": "format", "measures": {"same": MEASURE}} for name in ("text_line", "table")},
    }  # fmt: skip


@pytest.mark.skipif(not CHROMIUM, reason="there is no chromium here")
def test_filters_and_orders_work_and_nothing_else_runs(tmp_path):
    Image.new("RGB", (600, 20), "white").save(tmp_path / "a.png")
    write_report(result(), tmp_path, tmp_path / "report.html")
    driver = tmp_path / "driver.html"
    driver.write_text(DRIVER, "utf-8")
    command = [CHROMIUM, *FLAGS, f"--user-data-dir={tmp_path / 'profile'}", driver.as_uri()]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    dumped = re.search(r'<pre id="found">(.+?)</pre>', done.stdout, re.DOTALL)
    if not done.stdout.strip():
        pytest.skip(f"this chromium does not run: {done.stderr[-300:]}")
    said = [line for line in done.stderr.splitlines() if "CONSOLE" in line]
    assert said == [] and dumped, "nothing is wrong to the browser"
    found = json.loads(html.unescape(dumped[1]))
    names = [f"i{place}" for place in range(6)]
    assert found["form"] and found["all"] == names and found["count"] == "6"
    assert found["text"] == ["i3"], "in any width of letters"
    assert found["none"] == [0, True]
    assert found["type"] == names[4:] and found["narrowed"] == "2 of 6 in full"
    assert found["language"] == names[1::2]
    assert found["slow"] == ["i2", "i0", "i1", "i3", "i4", "i5"]
    assert found["loss"] == names and found["other"] == ["i3", "i2", "i1", "i0", "i5", "i4"], "within each type"
    assert found["readings"] == 6 and found["reset"] == names
    assert found["width"], "no page wider than a small screen"
    assert not found["attacked"]
