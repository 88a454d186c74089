"""Figures: drawn and compared with the picture, with TeX and without it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from gotocr.draw import tex_page
from gotocr.draw.figure_plain import draw_plain
from gotocr.evaluate.judges import geometry
from gotocr.evaluate.judges.geometry import MEASURES, judge, lack
from gotocr.kinds.geometry.tikz import read

OURS = "\\draw (0,0) rectangle (10,6);\n\\draw (0,0) -- (10,6);\n\\draw (5,3) circle (2);\n\\node at (-0.5,-0.5) {$A$};"
OTHER = "\\draw (0,0) -- (8,1) -- (2,9) -- cycle;\n\\draw (1,1) -- (3,7);\n\\node at (8,1.5) {$B$};"
FOREIGN = (
    "\\documentclass{article}\n\\usepackage{tikz}\n\\newcommand\\high{6}\n\\begin{document}\n\\begin{tikzpicture}\n"
    "\\coordinate (O) at (0,0);\\coordinate (C) at (5,3);\n\\draw (O) rectangle (10,\\high);\n\\draw (O) -- (10,\\high);\n"
    "\\draw (C) circle [radius=2];\n\\node at (-0.5,-0.5) {$A$};\n\\end{tikzpicture}\n\\end{document}"
)
needs_tex = pytest.mark.skipif(not tex_page.can_typeset(), reason="pdflatex is not installed")


@pytest.fixture
def no_tex(monkeypatch):
    monkeypatch.setattr(tex_page, "can_typeset", lambda: False)
    geometry._typeset.cache_clear()
    yield
    geometry._typeset.cache_clear()


@pytest.fixture
def image(tmp_path) -> Path:
    """The figure of OURS, larger than it is drawn for comparison, in blue, with a wide margin."""
    drawn = draw_plain(read(OURS).figure, 900)
    made = Image.new("RGB", (1400, 1000), "white")
    made.paste(Image.fromarray(np.maximum(drawn, [0, 0, 160]).astype(np.uint8)), (260, 170))
    made.save(tmp_path / "figure.png")
    return tmp_path / "figure.png"


def test_the_truth_is_best(no_tex):
    for reading in (OURS, f"```tikz\n{OURS}\n```", f"\\begin{{tikzpicture}}\n{OURS}\n\\end{{tikzpicture}}"):
        assert judge(reading, OURS) == {"picture": 1.0, "tex": 0.0, "drawn": 1.0, "labels": 1.0, "elements": 1.0}
    assert [*judge(OURS, OURS)] == [*MEASURES]


def test_nothing_is_worst(image):
    for truth in (OURS, FOREIGN):
        for reading in ("", "I see a circle.", "```tikz\n```"):
            scores = judge(reading, truth, image)
            assert {score for score in scores.values() if score is not None} == {0.0}


def test_figures_are_told_apart(no_tex):
    near = judge(OURS.replace("circle (2)", "circle (2.1)").replace("(10,6)", "(10,6.2)"), OURS)
    half = judge("\\draw (0,0) rectangle (10,6);\n\\draw (0,0) -- (10,6);", OURS)
    other = judge(OTHER, OURS)
    assert 0.8 < near["picture"] < 1 and 0.5 < half["picture"] < near["picture"] and other["picture"] < 0.3
    assert (half["labels"], other["labels"]) == (0, 0) and half["elements"] == pytest.approx(2 * 5 / (5 + 7))


def test_size_and_place_do_not_matter(no_tex):
    moved = "\\draw (3,1) rectangle (8,4);\n\\draw (3,1) -- (8,4);\n\\draw (5.5,2.5) circle (1);\n\\node at (2.8,0.8) {$A$};"
    assert judge(moved, OURS)["picture"] > 0.9


def test_a_foreign_truth_is_not_drawn_where_there_is_a_picture(no_tex, image):
    right, wrong = judge(OURS, FOREIGN, image), judge(OTHER, FOREIGN, image)
    assert right["picture"] > 0.9 and wrong["picture"] < 0.35
    assert right["elements"] is None and right["labels"] == 1.0 and right["tex"] == 0.0
    assert judge(FOREIGN, FOREIGN, image)["picture"] == 1.0
    assert judge(OURS, FOREIGN, image.with_name("missing.png"))["picture"] is not None


@needs_tex
def test_tex_draws_what_our_grammar_does_not_know(image):
    geometry._typeset.cache_clear()
    scores = judge(FOREIGN.replace("$A$", "$A $"), FOREIGN, image)
    assert scores["tex"] == 1.0 and scores["picture"] > 0.85 and scores["labels"] == 1.0
    commands = FOREIGN.split("{tikzpicture}")[1].removesuffix("\\end").replace("\\high", "6")
    assert judge(commands, OURS)["picture"] > 0.97, "both drawn by TeX"


def test_without_tex_that_is_told(no_tex, monkeypatch):
    assert "texlive" in lack()
    monkeypatch.setattr(tex_page, "can_typeset", lambda: True)
    assert lack() == ""
