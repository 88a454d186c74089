"""LaTeX files by pdfLaTeX and LuaLaTeX: all kinds, every command that is let through, hostile pages; and what then stands in the PDF."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from gotocr.draw import latex_forms as forms
from gotocr.draw.latex_symbols import DELIMITERS, OPERATORS, SYMBOLS
from gotocr.formats.latex import FORMAT, formula
from gotocr.kinds import KINDS
from gotocr.kinds.page import parse
from gotocr.schema import Block, Document, Leaf

pytestmark = pytest.mark.skipif(not shutil.which("pdflatex"), reason="needs pdflatex")


def compiled(folder: Path, *blocks: Block, program: str = "pdflatex") -> str:
    """The text of the PDF. Fails where TeX finds any error."""
    (folder / "x.tex").write_bytes(FORMAT.write(Document("x", (Leaf(0, 10, 10, "", blocks),))))
    command = [program, "-no-shell-escape", "-interaction=nonstopmode", "x.tex"]
    done = subprocess.run(command, cwd=folder, capture_output=True, timeout=120)
    log = (folder / "x.log").read_text("utf-8", "replace")
    assert not re.findall(r"^!.*", log, re.MULTILINE) and done.returncode == 0, log[-3000:]
    if not shutil.which("pdftotext"):
        pytest.skip("needs pdftotext")
    return subprocess.run(["pdftotext", "-layout", "x.pdf", "-"], cwd=folder, capture_output=True, check=True, text=True).stdout


PAGE = r"""# Titles & <signs> $x^2$

#### 100% of $5 #1_a^~\b

Some **bold $\alpha_i$ text** and *italic* `c --x`, naïve, αβ ≤ ∞, 中文, Кириллица, x₂, ﬁ ½ 😀, $\input{/etc/passwd}$.

- one
  1. nested [x]
     - [deep]
- * two

7. seven

$$
E = \sum_{i=1}^{n} \int_0^\infty \sqrt[3]{\frac{a}{b}} \begin{pmatrix} a & b \\ c & d \end{pmatrix} \left\{ \begin{cases} x & \text{if } y \\ 0 \end{cases} \right. \tag{3.1}
$$

\begin{align} a &= b \\ &= d \end{align}

<table><tr><th rowspan="2">Name</th><th colspan="2">Values &amp; more</th></tr><tr><th>2019</th><th>[br]</th></tr><tr><td rowspan="2">*tall</td><td colspan="2" rowspan="2">\input{x}</td></tr><tr></tr></table>

```c
int main() { return 0; } // ü \end{verbatim} \input{/etc/passwd}
```

{"type": "bar", "title": "Sales & co", "unit": "%", "series": {"North": {"Q1": 10, "Q2": 12.5}}}

<smiles>CC(=O)O</smiles>

\begin{tikzpicture}
\draw[thick,->] (0,0) -- (4,0) -- (2,3) -- cycle;
\draw (0,0) sin (1,1) cos (2,0);
\draw (0,0) parabola bend (1,1) (2,0);
\draw[dashed,blue] (0,0) ellipse (2 and 1);
\draw (0,0) grid[step=0.5] (2,2);
\node at (0,-0.5) {$A_1$};
\node at (4,-0.5) {$\input{x}$};
\end{tikzpicture}"""


@pytest.mark.parametrize("program", ["pdflatex", "lualatex"])
def test_all_kinds(tmp_path, program):
    if not shutil.which(program):
        pytest.skip(f"needs {program}")
    long = KINDS["table"].parse("<table>" + "<tr><td>a</td><td>1.5</td></tr>" * 90 + "</table>")
    wide = KINDS["table"].parse("<table><tr>" + f"<td>{'word ' * 30}</td>" * 8 + "</tr></table>")
    said = compiled(tmp_path, *parse(PAGE, (10, 10)), long, wide, program=program)
    for words in ("Titles & <signs>", "100% of $5 #1_a^~\\b", "\\input{/etc/passwd}", "Values & more", "(3.1)", "CC(=O)O", "[deep]", "7. seven"):
        assert words in said, words


HOSTILE = [
    r"\input{/etc/passwd}", r"\immediate\write18{touch pwned}", r"\end{document}", r"^^5cinput x", r"\catcode`\%=12", r"\csname end\endcsname",
    "\\end{verbatim}\\input{x}", "}{%\n\n$$ \\[ {{{", r"\def\par{}", "\\", "%", "~^_#&", "\\\n\n\\par", r"\newpage" * 50, "$$", "$a", r"\(",
    "*[x]", "[x]*", "\0\x1b[31m", "\u202e\u2028", "a" * 3000, "中" * 500, "\\item[", "&" * 50, "\t\n \n\t", "``''--,,<<>>!`?`",
]  # fmt: skip


def test_hostile_text_in_every_kind(tmp_path):
    blocks = []
    for text in HOSTILE:
        blocks += [Block(kind, text, problems=(text,)) for kind in (*KINDS, "gone")]
        blocks += [Block("text", text, data={"role": role, "level": 4}) for role in ("heading", "list", "lines", "paragraph")]
        cell = text.replace("&", "&amp;").replace("<", "&lt;")
        blocks.append(KINDS["table"].parse(f"<table><tr><td rowspan=2>{cell}</td><td>{cell}</td></tr><tr><td>{cell}</td></tr></table>"))
        blocks.append(Block("chart", "", data={"title": text, "x": text, "series": {text: {text: 1.0}}, "note": text}))
        blocks.append(Block("text", f"- {text}\n  1. {text}", data={"role": "list"}))
    said = compiled(tmp_path, *blocks)
    assert "root:" not in said and not (tmp_path / "pwned").exists()
    assert said.count("/etc/passwd") >= 10


def commands() -> list[str]:
    found = [f"x {name} y" if name[-1:].isalpha() else f"x{name}y" for name in SYMBOLS]
    found += [f"{name}_x y" for name in OPERATORS]
    for name in DELIMITERS:
        found += [rf"\left{name} \frac{{a}}{{b}} \middle{name} c \right{name}", rf"\Bigl{name} x"]
    for names in (forms.MARKS, forms.STYLED, forms.CLASSES, forms.BOXES, forms.MODS, forms.XARROWS):
        found += [rf"x {name}{{y}} z_{{{name}{{y}}}}" for name in names]
    found += [rf"x {name}{{a}}{{y}}" for names in (forms.FRACTIONS, forms.STACKS) for name in names]
    found += [rf"x {name} y" for names in (forms.SPACES, forms.SWITCHES, forms.STRUTS, forms.NOTES) for name in names]
    found += [rf"{{x {name} y}}" for name in forms.INFIX]
    found += [rf"\text{{a {name}{{e}} b}}" for name in forms.TEXT_ACCENTS] + [rf"{name}{{a b}}" for name in forms.TEXTS]
    for name in forms.ENVIRONMENTS:
        columns = "{ll}" if name in forms.WITH_COLUMNS else ""
        for inner in (r" a & b \\ c & d ", r" a \\ c ", r" \hline a \\ c "):
            found += [rf"\begin{{{name}}}{columns}{inner}\end{{{name}}}", rf"x + \begin{{{name}}}{columns}{inner}\end{{{name}}}"]
    return sorted(found)


def test_every_command_that_is_let_through_compiles(tmp_path):
    found = commands()
    shown = [latex for latex in found if formula.display(latex)]
    assert len(shown) > 0.85 * len(found) > 1000
    blocks = [Block("formula", latex) for latex in shown]
    blocks += [Block("text", f"${latex}$") for latex in found if formula.inline(latex)]
    compiled(tmp_path, *blocks)
