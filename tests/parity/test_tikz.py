"""TeX reads our TikZ and draws the same figure: pages of truths set by pdflatex against our own pixels."""

from __future__ import annotations

import shutil
import subprocess

import numpy as np
import pytest

pytest.importorskip("skia")
cv2 = pytest.importorskip("cv2")
pdfium = pytest.importorskip("pypdfium2")

from gotocr.draw.canvas import Canvas
from gotocr.draw.figure import Figure
from gotocr.draw.figure_labels import LabelLook
from gotocr.draw.figure_paint import FigureLook, frame, paint
from gotocr.draw.fonts import find_faces
from gotocr.draw.supply import Supply
from gotocr.kinds import KINDS
from gotocr.kinds.geometry.tikz import read

COUNT = 40
UNIT = 40.0  # pixels a centimetre
HEAD = "\\documentclass[tikz,border=4mm]{standalone}\n\\begin{document}\n"
PAGE = "\\begin{tikzpicture}[line width=0.8pt,every node/.style={inner sep=0pt,text opacity=0}]\n%s\n\\end{tikzpicture}\n"
pytestmark = pytest.mark.skipif(not shutil.which("pdflatex"), reason="pdflatex is not installed")


def truths() -> list[str]:
    supply = Supply()
    kind = KINDS["geometry"]
    return [kind.parse(kind.sample(np.random.default_rng(seed), supply, (700, 800)).format).text for seed in range(COUNT)]


def by_tex(texts: list[str], folder) -> list[np.ndarray]:
    """Gray pictures of the figures, without labels, as TeX draws them."""
    (folder / "all.tex").write_text(HEAD + "".join(PAGE % text for text in texts) + "\\end{document}\n", "utf-8")
    done = subprocess.run(
        ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "all.tex"],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=240,
    )
    if "tikz.sty' not found" in done.stdout or "standalone.cls' not found" in done.stdout:
        pytest.skip("TikZ is not installed")
    assert done.returncode == 0, done.stdout[-1500:]
    pages = pdfium.PdfDocument(str(folder / "all.pdf"))
    scale = UNIT / (72 / 2.54)
    return [pages[number].render(scale=scale, grayscale=True).to_numpy() for number in range(len(pages))]


def by_us(text: str) -> np.ndarray:
    figure = Figure(read(text).figure.paths)
    face = find_faces(held_out=None)[0].path
    look = FigureLook(
        UNIT, LabelLook(face, face, 14.0), line=0.8 / 72 * 2.54 * UNIT, thick=1.0, dot=2 / 72 * 2.54 * UNIT, tip_size=6.0
    )
    left, top, right, bottom = frame(figure, look)
    canvas = Canvas((int(bottom - top) + 20, int(right - left) + 20))
    paint(canvas, figure, look, (10 - left, 10 - top))
    return cv2.cvtColor(canvas.finish()[0], cv2.COLOR_RGB2GRAY)


def ink(picture: np.ndarray) -> np.ndarray:
    """Where the picture is dark, cut to its ink and set in the middle of a square."""
    dark = (picture < 225).astype(np.uint8)
    rows, columns = np.nonzero(dark)
    cut = dark[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1]
    square = np.zeros((520, 520), np.uint8)
    top, left = (520 - cut.shape[0]) // 2, (520 - cut.shape[1]) // 2
    square[top : top + cut.shape[0], left : left + cut.shape[1]] = cut
    return square


def within(one: np.ndarray, two: np.ndarray, pixels: int) -> float:
    """The share of the ink of `one` that lies at most so many pixels from ink of `two`."""
    near = cv2.dilate(two, np.ones((2 * pixels + 1, 2 * pixels + 1), np.uint8))
    return float((one & near).sum() / one.sum())


def test_tex_draws_the_same_figures(tmp_path):
    texts = truths()
    pages = by_tex(texts, tmp_path)
    assert len(pages) == len(texts)
    alike = []
    for page, text in zip(pages, texts, strict=True):
        one, two = ink(page), ink(by_us(text))
        alike.append((min(within(one, two, 2), within(two, one, 2)), text))
    alike.sort()
    assert alike[len(alike) // 4][0] > 0.99 and alike[0][0] > 0.93, alike[:3]
