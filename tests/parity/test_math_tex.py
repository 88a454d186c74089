"""Formulas set by us and by LuaTeX in the same font: every glyph in the same place; skipped where TeX is not installed."""

from __future__ import annotations

import lzma
import os
import random
import shutil
import subprocess
from pathlib import Path

import pytest

pytest.importorskip("skia")
pytest.importorskip("fontTools")

from gotocr.draw.latex import parse
from gotocr.draw.math import math_font, set_formula
from gotocr.draw.math.box import Mark
from gotocr.errors import InputError

SEEDS = int(os.environ.get("GOTOCR_SEEDS", "1"))
CORPUS = Path(__file__).parents[2].parent / "shared" / "corpora" / "latex_formulas.txt.xz"
FORMULAS = [
    r"x^2+\frac{a}{b}=\sqrt{x_1^2+y}",
    r"f_1 f^2 f_1^2 V_a \int_a^b \sum_i^n \prod_i \hat f_1^2 \bar C \to \widehat{abc}",
    r"\frac{\frac{a}{b}}{y+1} \frac{dy}{dx} \tfrac12 \dfrac{1}{2} \sqrt[3]{x} \sqrt{\frac{a}{b}}",
    r"\Bigl( \biggl( \Biggl( x \Big| \left(\frac{a}{b} \middle| c\right) \left. x\right|_0",
    r"\begin{pmatrix}a&b\\c&d\end{pmatrix} \begin{cases}x&y\\z&w\end{cases} \begin{array}{l|r}a&b\\\hline c&d\end{array}",
    r"\begin{aligned}a&=b+\frac{c}{d}\\e&=f&g&=h\end{aligned}",
    r"x^{a^{b^c}} x_{a_b} {(s+1)}^2 \overline{x}^2 \underline{x}_2 \lim_{x\to0} \int\limits_a^b \overset{!}{=}",
    r"\mathbf{x}^2 \mathcal{F}_1 \mathfrak{g}^* \mathbb{R}^n (a, b; c) \{x \mid y\} -x+(-y) a\otimes b\in c",
    r"\vec{x} \dot{x} \ddot{x} \acute{a} \tilde{A} \not= \notin \xrightarrow[d]{abc} a\cdots b \langle x\rangle",
]
PREAMBLE = r"""\documentclass{article}
\usepackage{amsmath}
\usepackage[mathrm=sym,mathbf=sym,mathsf=sym,mathtt=sym,mathit=sym]{unicode-math}
\setmathfont{latinmodern-math.otf}
\begin{document}
\directlua{dofile("places.lua")}
"""
LUA = r"""
local out, em = io.open("places.txt", "w"), 655360
local kind = { [node.id("hlist")] = "h", [node.id("vlist")] = "v", [node.id("glyph")] = "g", [node.id("kern")] = "k",
               [node.id("glue")] = "s", [node.id("rule")] = "r" }
local walk
local function across(box, x, y)
  for item in node.traverse(box.head) do
    local what = kind[item.id]
    if what == "g" then
      local file = font.getfont(item.font)
      local glyph = file.characters[item.char].index
      out:write(string.format("%d %.4f %.4f\n", glyph, (x + item.xoffset) / em, (y + item.yoffset) / em))
      x = x + item.width
    elseif what == "h" or what == "v" then walk(item, x, y - item.shift); x = x + item.width
    elseif what == "r" then x = x + item.width
    elseif what == "k" then x = x + item.kern
    elseif what == "s" then x = x + node.effective_glue(item, box) end
  end
end
local function down(box, x, y)
  y = y + box.height
  for item in node.traverse(box.head) do
    local what = kind[item.id]
    if what == "h" or what == "v" then y = y - item.height; walk(item, x + item.shift, y); y = y - item.depth
    elseif what == "r" then y = y - item.height - item.depth
    elseif what == "k" then y = y - item.kern
    elseif what == "s" then y = y - node.effective_glue(item, box) end
  end
end
walk = function(box, x, y) if kind[box.id] == "h" then across(box, x, y) else down(box, x, y) end end
function places() out:write("formula\n"); across(tex.box[0], 0, 0); out:flush() end
"""


def tex_font() -> str | None:
    if not shutil.which("lualatex") or not shutil.which("kpsewhich"):
        return None
    names = ("latinmodern-math.otf", "unicode-math.sty", "lualatex-math.sty")
    found = [subprocess.run(["kpsewhich", name], capture_output=True, text=True, check=False).stdout.strip() for name in names]
    return found[0] if all(found) else None


def tex_places(formulas: list[str], folder: Path) -> list[list[tuple[int, float, float]]]:
    """Glyph, x and y in ems of each glyph of each formula, as LuaTeX sets them."""
    (folder / "places.lua").write_text(LUA)
    boxes = "".join(f"\\setbox0=\\hbox{{$\\displaystyle {source}$}}\\directlua{{places()}}\n" for source in formulas)
    (folder / "a.tex").write_text(PREAMBLE + boxes + "\\end{document}\n")
    subprocess.run(["lualatex", "-interaction=nonstopmode", "a.tex"], cwd=folder, capture_output=True, timeout=300, check=False)
    found: list[list[tuple[int, float, float]]] = []
    for line in (folder / "places.txt").read_text().splitlines():
        if line == "formula":
            found.append([])
        else:
            glyph, x, y = line.split()
            found[-1].append((int(glyph), float(x), float(y)))
    return found


def test_glyphs_stand_where_tex_puts_them(tmp_path):
    path = tex_font()
    if path is None:
        pytest.skip("needs lualatex with unicode-math and Latin Modern Math")
    font = math_font(path)
    theirs = tex_places(FORMULAS, tmp_path)
    assert len(theirs) == len(FORMULAS)
    for source, wanted in zip(FORMULAS, theirs, strict=True):
        ours = [
            (item.part.glyph, item.x, item.y) for item in set_formula(source, font, 1.0).placed if isinstance(item.part, Mark)
        ]
        left = list(wanted)
        for glyph, x, y in ours:
            same = [place for place in left if place[0] == glyph]
            if not same:  # growing arrows are put together otherwise
                assert "xrightarrow" in source
                continue
            nearest = min(same, key=lambda place: abs(place[1] - x) + abs(place[2] - y))
            left.remove(nearest)
            assert max(abs(nearest[1] - x), abs(nearest[2] - y)) < 0.02, (source, glyph, (x, y), nearest)


def test_the_corpus_is_read_and_set():
    if not CORPUS.is_file():
        pytest.skip("needs the corpus of formulas beside the repository")
    with lzma.open(CORPUS, "rt", encoding="utf-8") as lines:
        formulas = random.Random(11).sample([line.rstrip("\n") for line in lines], 500 * SEEDS)
    clean = [source for source in formulas if not parse(source).problems]
    assert len(clean) >= 0.99 * len(formulas)
    failed = []
    for source in clean:
        try:
            set_formula(source, math_font(), 20.0)
        except InputError as error:
            failed.append((source, str(error)))
    assert len(failed) <= 0.001 * len(formulas), failed[:5]
