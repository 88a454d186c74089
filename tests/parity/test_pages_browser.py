"""A real browser opens pages and reports of the most hostile readings: nothing runs, nothing is fetched, and the report works."""

from __future__ import annotations

import html
import http.server
import json
import re
import shutil
import subprocess
import threading

import numpy as np
import pytest

from gotocr.formats import FORMATS
from gotocr.formats.report import parts, picture_of
from gotocr.kinds import KINDS
from gotocr.schema import Block, Document, Leaf, Word

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
FLAGS = [
    "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-dev-shm-usage",
    "--allow-file-access-from-files", "--enable-logging=stderr", "--virtual-time-budget=8000", "--window-size=1400,900", "--dump-dom",
]  # fmt: skip
ATTACKS = [
    "<script>parent.attacked=1;attacked=1</script>",
    "<img src=x onerror=parent.attacked=1><img src='HOST/img'>",
    "</style><style>@import 'HOST/css';body{background:url(HOST/css2)}</style>",
    "</title></script><script src='HOST/js'></script>",
    "<svg onload=parent.attacked=1><use href='HOST/use#x'/><image href='HOST/image'/></svg>",
    "\" onmouseover=parent.attacked=1 autofocus onfocus=parent.attacked=1 x=\"",
    "<math><annotation-xml encoding='text/html'><img src=x onerror=parent.attacked=1></annotation-xml></math>",
    "<a href='javascript:parent.attacked=1'>x</a>[y](javascript:parent.attacked=1)![z](HOST/md)",
    "<iframe src='HOST/frame' srcdoc='<script>parent.parent.attacked=1</script>'></iframe><base href='HOST/'><link rel=stylesheet href='HOST/link'>",
    "<meta http-equiv=refresh content='0;url=HOST/meta'><form action='HOST/form'><input autofocus onfocus=parent.attacked=1></form>",
    "\u202eevil\u2066\0\ud800 &#x202e; &lt;script&gt;",
]  # fmt: skip
FORMULAS = [
    r"\href{javascript:parent.attacked=1}{x}", r"\text{<img src=x onerror=parent.attacked=1>}", r"\url{HOST/url}", r"\class{x}{y}",
    r"\style{background:url(HOST/style)}{x}", r"\color{red;background:url(HOST/colour)}{x}", r"\mathbf{<script>parent.attacked=1</script>}",
    r"\text{&#x0003C;script&#x0003E;parent.attacked=1&#x0003C;/script&#x0003E;}", r"\unicode{60}script", r"\includegraphics{HOST/graphics}",
    r"\htmlData{onclick=parent.attacked=1}{x}", r"\mathop{\rm \href{HOST/a}{b}}", r"\begin{array}{\" onclick=\"}a\end{array}",
]  # fmt: skip
GOOD = {
    "music": 'X:1\nT:ATTACK\nL:1/8\nK:D clef=treble\n"ATTACK"d2 e2 |]\nw:ATTACK b',
    "chart": '{"type": "bar", "title": ATTACK, "unit": ATTACK, "x": ATTACK, "note": ATTACK, "series": {ATTACK: {ATTACK: 1, "b": 2}}}',
    "geometry": "\\node at (0,0) {$ATTACK$};\n\\draw (0,0) -- (3,4);",
    "molecule": "CCO ATTACK",
    "table": '<table ATTACK><caption>ATTACK</caption><tr><th colspan="2ATTACK">ATTACK</th></tr><tr><td>ATTACK $\\text{ATTACK}$</td></tr></table>',
    "text": "# ATTACK\n\n- ATTACK **ATTACK** `ATTACK` $\\text{ATTACK}$",
    "code": "```ATTACK\nATTACK\n```",
    "formula": "$$\\text{ATTACK}$$",
}


def hostile(host: str) -> Document:
    """Every attack in every kind and field."""
    attacks = [attack.replace("HOST", host) for attack in ATTACKS]
    leaves = []
    for number, attack in enumerate(attacks):
        blocks = [KINDS["formula"].parse(source.replace("HOST", host)) for source in FORMULAS] if not number else []
        for kind, good in GOOD.items():
            filled = good.replace("ATTACK", json.dumps(attack) if kind == "chart" else attack)
            blocks.append(KINDS[kind].parse(filled))
            blocks.append(Block(kind, attack, (1, 1, 50, 50), 0.4, (Word(attack, (1, 1, 9, 9), 0.1),), (attack,), {"role": attack, "form": attack}))
        blocks.append(Block(attack, attack, problems=(attack,)))
        blocks.append(Block("text", attack, data={"role": "heading", "level": attack}))
        blocks.append(Block("text", attack, words=tuple(Word(word, (1, 1, 9, 9), 0.1) for word in attack.split()), data={"role": "lines"}))
        leaves.append(Leaf(number, 100, 100, attack, tuple(blocks), error=attack if number % 2 else None, notes=(attack,)))
    return Document(f"dir/{attacks[0]}{attacks[5]}", tuple(leaves), attacks[2])


@pytest.fixture
def host():
    """An address at which nobody may knock, and who did."""
    knocks = []

    class Door(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            knocks.append(self.path)
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Door)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}", knocks
    server.shutdown()


DRIVER = """<!doctype html><meta charset=utf-8><iframe id=frame src=page.html width=WIDE height=800></iframe><pre id=found></pre><script>
const frame = document.getElementById("frame");
frame.onload = () => setTimeout(async () => {
  const page = frame.contentDocument, found = {};
  const rest = () => new Promise(done => setTimeout(done, 200));
  found.attacked = "attacked" in window || "attacked" in frame.contentWindow;
  found.scripts = page.scripts.length;
  found.handlers = [...page.querySelectorAll("*")].filter(e => [...e.attributes].some(a => /^on|^style$|^srcdoc$|^action$/i.test(a.name))).length;
  found.links = [...page.querySelectorAll("[href], [src], [xlink\\\\:href]")].map(e => e.getAttribute("href") || e.getAttribute("src")).filter(a => !/^(#|data:image)/.test(a));
  found.bad = page.querySelectorAll("body style, iframe, object, embed, base, link, form:not(#tools), annotation-xml, image, foreignObject, body meta").length;
  found.width = page.documentElement.scrollWidth <= page.documentElement.clientWidth;
  MORE
  document.getElementById("found").textContent = JSON.stringify(found);
}, 500);
</script>"""


def driven(tmp_path, page: bytes, more: str = "", wide: int = 380, timed: bool = False) -> dict:
    """What the driver found. `timed`: by a real clock, and at once, since otherwise no time goes by while a script runs."""
    (tmp_path / "page.html").write_bytes(page)
    driver = tmp_path / "driver.html"
    script = DRIVER.replace("MORE", more).replace("WIDE", str(wide))
    flags = FLAGS
    if timed:
        script = script.replace("setTimeout(async () => {", "(async () => {").replace("}, 500);", "})();")
        flags = [flag for flag in FLAGS if "virtual-time" not in flag]
    driver.write_text(script, "utf-8")
    command = [CHROMIUM, *flags, f"--user-data-dir={tmp_path / 'profile'}", driver.as_uri()]
    done = subprocess.run(command, capture_output=True, text=True, timeout=180)
    if not done.stdout.strip():
        pytest.skip(f"this chromium does not run: {done.stderr[-300:]}")
    said = [line for line in done.stderr.splitlines() if "CONSOLE" in line]
    assert said == [], "nothing is wrong to the browser, not even a thing that it had to stop"
    dumped = re.search(r'<pre id="found">(.+?)</pre>', done.stdout, re.DOTALL)
    assert dumped, done.stderr[-2000:]
    return json.loads(html.unescape(dumped[1]))


@pytest.mark.skipif(not CHROMIUM, reason="there is no chromium here")
@pytest.mark.parametrize("form", ["html", "report"])
def test_nothing_hostile_runs_or_is_fetched(form, host, tmp_path):
    address, knocks = host
    document = hostile(address)
    if form == "html":
        page = FORMATS["html"].write(document)
    else:
        picture = picture_of(np.full((100, 100, 3), 255, np.uint8))
        page = b"".join(parts(((leaf, picture) for leaf in document.pages), document.source, document.model))
    found = driven(tmp_path, page)
    assert not found["attacked"] and knocks == []
    assert found["scripts"] == (form == "report") and found["handlers"] == 0 and found["bad"] == 0 and found["links"] == []
    assert found["width"], "no page wider than a small screen"


@pytest.mark.skipif(not CHROMIUM, reason="there is no chromium here")
def test_the_canary_sings(host, tmp_path):
    """The same attacks without our care run and fetch, so that the test above can fail."""
    address, knocks = host
    (tmp_path / "page.html").write_text("".join(ATTACKS[:2]).replace("HOST", address), "utf-8")
    driver = tmp_path / "driver.html"
    driver.write_text(DRIVER.replace("MORE", "").replace("WIDE", "380"), "utf-8")
    command = [CHROMIUM, *FLAGS, f"--user-data-dir={tmp_path / 'profile'}", driver.as_uri()]
    done = subprocess.run(command, capture_output=True, text=True, timeout=180)
    if not done.stdout.strip():
        pytest.skip(f"this chromium does not run: {done.stderr[-300:]}")
    assert json.loads(html.unescape(re.search(r'<pre id="found">(.+?)</pre>', done.stdout, re.DOTALL)[1]))["attacked"] and knocks


WORK = """
  const view = frame.contentWindow, $ = name => page.querySelector(name), $$ = name => [...page.querySelectorAll(name)];
  const over = (e, x, y, type = "pointerover") => e.dispatchEvent(new view.PointerEvent(type, {bubbles: true, pointerType: "mouse", clientX: x || 0, clientY: y || 0}));
  const words = () => $$(".low").map(e => e.textContent);
  found.first = [words(), $("#count").textContent, $$(".doubts rect").length];
  over($$("#page-1 [data-word]")[1]);
  found.here = [...$("#page-1 .here").children].map(r => r.getAttribute("x"));
  found.tip = $("#tip").textContent;
  found.block = $("#page-1 .blocks .on") !== null;
  $("#threshold").value = 15; $("#threshold").dispatchEvent(new view.Event("input", {bubbles: true}));
  found.less = [words(), $("#count").textContent, $$(".doubts rect").length];
  $("#threshold").value = 70; $("#threshold").dispatchEvent(new view.Event("input", {bubbles: true}));
  $("#next").click(); found.next = page.activeElement.textContent;
  $("#next").click(); found.after = [page.activeElement.textContent, $("#count").textContent];
  $("#back").click(); found.back = page.activeElement.textContent;
  page.activeElement.dispatchEvent(new view.KeyboardEvent("keydown", {key: "ArrowRight", bubbles: true}));
  found.arrow = page.activeElement.textContent;
  const paper = $("#page-1 .paper"), place = paper.getBoundingClientRect();
  paper.dispatchEvent(new view.MouseEvent("click", {bubbles: true, clientX: place.left + place.width * 0.25, clientY: place.top + place.height * 0.12}));
  found.clicked = page.activeElement.textContent;
  $("#order").value = "doubt"; $("#order").dispatchEvent(new view.Event("change", {bubbles: true}));
  found.order = $$("section.page").map(e => e.id);
  found.stops = $$("#page-1 [tabindex='0']").length;
"""


@pytest.mark.skipif(not CHROMIUM, reason="there is no chromium here")
def test_the_report_ties_words_to_places(tmp_path):
    words = [Word("alpha", (10, 10, 40, 20), 0.1), Word("beta", (50, 10, 90, 20), 0.95, (("<b>eta", 0.03),)), Word("gamma", (10, 30, 40, 40), 0.6)]
    first = Leaf(0, 100, 100, "", (Block("text", "alpha beta gamma", (10, 10, 90, 40), 0.9, tuple(words), ("odd",)),))
    second = Leaf(1, 100, 100, "", (Block("text", "delta", (10, 10, 90, 40), 0.2, (Word("delta", (1, 1, 9, 9), 0.05),)),))
    picture = picture_of(np.full((400, 400, 3), 255, np.uint8))
    found = driven(tmp_path, b"".join(parts([(first, picture), (second, picture)], "x", "nano")), WORK, 1200)
    assert found["first"] == [["alpha", "gamma", "delta"], "3 marked", 3]
    assert found["here"] == ["48"] and found["tip"] == "beta95 % sureor <b>eta3 %" and found["block"]
    assert found["less"] == [["alpha", "delta"], "2 marked", 2]
    assert found["next"] == "alpha" and found["after"] == ["gamma", "2 of 3"] and found["back"] == "alpha"
    assert found["arrow"] == "beta" and found["clicked"] == "alpha"
    assert found["order"] == ["page-2", "page-1"]
    assert not found["attacked"] and found["width"]


@pytest.mark.skipif(not CHROMIUM, reason="there is no chromium here")
def test_a_page_of_three_thousand_words_stays_smooth(tmp_path):
    words = tuple(Word(f"w{n}", (n % 50 * 20, n // 50 * 20, n % 50 * 20 + 18, n // 50 * 20 + 18), n % 100 / 100) for n in range(3000))
    blocks = tuple(Block("text", " ".join(w.text for w in words[n : n + 60]), (0, 0, 9, 9), 0.5, words[n : n + 60]) for n in range(0, 3000, 60))
    picture = picture_of(np.full((1200, 1000, 3), 255, np.uint8))
    work = """
  const view = frame.contentWindow, all = [...page.querySelectorAll("[data-word]")];
  let began = performance.now();
  for (let n = 0; n < 3000; n += 10) all[n].dispatchEvent(new view.PointerEvent("pointerover", {bubbles: true, pointerType: "mouse"}));
  found.hover = (performance.now() - began) / 300;
  began = performance.now();
  const least = page.getElementById("threshold");
  for (const value of [10, 50, 90, 30]) { least.value = value; least.dispatchEvent(new view.Event("input", {bubbles: true})); }
  found.mark = (performance.now() - began) / 4;
"""
    page = b"".join(parts([(Leaf(0, 1000, 1200, "", blocks), picture)], "x", "nano"))
    found = driven(tmp_path, page, work, 1200, timed=True)
    assert 0 < found["hover"] < 100 and 0 < found["mark"] < 1000  # milliseconds; far less on a quiet machine
