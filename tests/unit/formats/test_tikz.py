"""TikZ files: pdfLaTeX sets them, with the labels that were read, and nothing in them does more than draw."""

from __future__ import annotations

import re
import shutil
import subprocess

import numpy as np
import pytest

from gotocr.formats.tikz import FORMAT, remark
from gotocr.kinds import KINDS
from gotocr.kinds.geometry.tikz import read, write
from gotocr.schema import Block, Document, Leaf

TRIANGLE = "\\draw[thick] (0,0) -- (10,0) -- (8,6) -- cycle;\n\\node at (-0.3,-0.3) {$A_1$};\n\\node at (9,3.4) {7.6 mm};"
NASTY = "\\draw (0,0) -- (4,0);\n\\node at (0,1) {\\input{/etc/passwd} \\write18{id} % & # ~ ^ _ $\\alpha$ ^^5c end};"
FOREIGN = "\\foreach \\x in {1,2} \\draw (\\x,0) -- (0,\\x);\n\\end{document}\x0c\\input{x}\x85\\input{y}"
pdflatex = pytest.mark.skipif(shutil.which("pdflatex") is None, reason="pdflatex is not installed")


def leaf(*sources: str) -> Leaf:
    return Leaf(0, 99, 99, "", tuple(Block("geometry", source) for source in sources))


def set_by_tex(tex: bytes, folder):
    """The pages as a PDF. TeX may call no program, and writes into the folder alone."""
    pdfium = pytest.importorskip("pypdfium2")
    (folder / "figure.tex").write_bytes(tex)
    command = ["pdflatex", "-no-shell-escape", "-interaction=nonstopmode", "-halt-on-error", "figure.tex"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=120, errors="replace")
    if "standalone.cls' not found" in done.stdout or "tikz.sty' not found" in done.stdout:
        pytest.skip("TikZ is not installed")
    assert done.returncode == 0, done.stdout[-1500:]
    return pdfium.PdfDocument(str(folder / "figure.pdf"))


def text_of(pdf, number: int = 0) -> str:
    return re.sub(r"\s+", " ", pdf[number].get_textpage().get_text_range())


def test_a_file_for_each_figure_that_is_read_whole():
    names = [name for name, _ in FORMAT.files([leaf(TRIANGLE, FOREIGN, NASTY)], "x", "nano")]
    assert names == ["page-0001-geometry-1.tikz.tex", "page-0001-geometry-3.tikz.tex"]


def test_what_is_not_read_is_a_remark_and_no_line_of_it_is_a_command():
    tex = FORMAT.write(Document("x", (leaf(FOREIGN),))).decode()
    assert not [line for line in tex.splitlines() if "input" in line and not line.startswith("% ") and "inputenc" not in line]
    assert tex.count("\\end{document}") == 2 and tex.endswith("\n\\end{document}\n")
    assert all(line.startswith("% ") for line in remark(FOREIGN).splitlines()) and remark("a\n\nb") == "% a\n% \n% b\n"


@pdflatex
def test_a_figure_is_set_in_its_size_with_its_labels(tmp_path):
    ((_, tex),) = FORMAT.files([leaf(TRIANGLE)], "x", "nano")
    pdf = set_by_tex(tex, tmp_path)
    wide, tall = pdf[0].get_size()
    assert len(pdf) == 1 and 10 < wide / 72 * 2.54 < 11.5 and 6 < tall / 72 * 2.54 < 7.5  # centimetres, borders included
    assert "7.6 mm" in text_of(pdf) and "A1" in text_of(pdf).replace(" ", "")


@pdflatex
def test_commands_in_labels_are_printed_and_not_obeyed(tmp_path):
    pdf = set_by_tex(FORMAT.write(Document("x", (leaf(NASTY, FOREIGN, TRIANGLE),))), tmp_path)
    assert len(pdf) == 2
    assert "root:" not in text_of(pdf) and "passwd" in text_of(pdf) and "write18" in text_of(pdf) and "α" in text_of(pdf)


@pdflatex
def test_drawn_figures_are_set(tmp_path):
    pytest.importorskip("skia")
    from gotocr.draw.supply import Supply

    kind, supply = KINDS["geometry"], Supply()
    blocks = [kind.parse(kind.sample(np.random.default_rng(seed), supply, (700, 800)).format) for seed in range(20)]
    assert all(write(read(block.text).figure)[0] == block.text for block in blocks)
    pdf = set_by_tex(FORMAT.write(Document("x", (Leaf(0, 99, 99, "", tuple(blocks)),))), tmp_path)
    assert len(pdf) == len(blocks)
    for number in range(len(pdf)):
        assert (pdf[number].render(scale=1, grayscale=True).to_numpy() < 128).any()
