"""Formulas set and painted: places of parts, boxes over the ink, offsets of the source, what cannot be set."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("skia")
pytest.importorskip("cv2")
pytest.importorskip("fontTools")

from gotocr.draw.canvas import Canvas
from gotocr.draw.math import find_math_fonts, math_font, paint, set_formula
from gotocr.draw.math.box import Mark, Rule
from gotocr.errors import InputError
from gotocr.schema import AREA

FONTS = find_math_fonts()
ROUNDED = 0.25  # skia draws glyphs at quarters of a pixel
FORMULAS = [
    r"\frac{a+b}{\sqrt[3]{x^2+y'}}=\sum_{i=1}^{n}\int_0^\infty f_i(x)\,dx",
    r"\begin{pmatrix}a&b\\c&d\end{pmatrix}\left[\frac{1}{2}\right]^{-1}\begin{cases}x&\text{if }x>0\\-x&\text{else}\end{cases}",
    r"\begin{aligned}a&=b+c\\&=\underbrace{d+e}_{n}\end{aligned}\quad\widehat{abc}+\hat{x}+\vec v+\overline{AB}",
    r"\boxed{E=mc^2}\cancel{x}\not\in\xrightarrow[b]{abc}\lim_{x\to0}\mathcal{L}\mathbb{R}\mathfrak{g}\boldsymbol{\alpha}\mathbf{x}",
    r"\begin{array}{|l|r|}\hline a&b\\\hline c&d\\\hline\end{array}\binom nk\Bigl(\tfrac12\Bigr)x\tag{1.2}",
    r"\left.\frac{\partial f}{\partial x}\right|_{x=0}\text{caf\'e \textbf{b}, $x$}\dots+\ldots\operatorname{div}a\pmod p",
    r"\sqrt{\begin{matrix}1\\2\\3\\4\\5\\6\end{matrix}}\Biggl\{\bigg|\overrightarrow{ABC}\prod\limits_{\substack{a\\b}}\sideset{_a}{^b}\sum",
]


def drawn(source: str, font, size: float = 32.0, display: bool = True):
    formula = set_formula(source, font, size, display)
    left, top, right, bottom = formula.ink()
    canvas = Canvas((int(bottom - top) + 12, int(right - left) + 12))
    paint(formula, canvas, (5 - left, 5 - top), plain=7, format=9)
    return canvas.finish()


@pytest.mark.parametrize("path", FONTS)
@pytest.mark.parametrize("source", FORMULAS)
def test_boxes_hold_all_ink(path, source):
    image, glyphs = drawn(source, math_font(path))
    covered = np.zeros(image.shape[:2], bool)
    for left, top, right, bottom in glyphs.boxes + np.array([-1, -1, 1, 1]) * ROUNDED:
        covered[int(np.floor(top)) : int(np.ceil(bottom)), int(np.floor(left)) : int(np.ceil(right))] = True
    ink = image.min(2) < 200
    assert ink.sum() > 100
    assert (ink & covered).sum() == ink.sum()


@pytest.mark.parametrize("source", FORMULAS)
def test_every_glyph_has_ink_and_a_place_in_the_source(source):
    image, glyphs = drawn(source, math_font())
    for (left, top, right, bottom), plain, form in zip(glyphs.boxes, glyphs.plain, glyphs.format, strict=True):
        assert image[int(np.floor(top)) : int(np.ceil(bottom)), int(np.floor(left)) : int(np.ceil(right))].min() < 250
        assert 7 <= plain < 7 + len(source) and form == plain + 2
    assert list(glyphs.plain) == sorted(glyphs.plain)


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        (r"\frac{a}{b}", [(0, AREA), (6, "𝑎"), (9, "𝑏")]),
        (r"\sqrt x", [(0, "√"), (0, AREA), (6, "𝑥")]),
        (r"\left(\alpha\right]", [(5, "("), (6, "𝛼"), (18, "]")]),
        (r"x_{i}^{2}", [(0, "𝑥"), (3, "𝑖"), (7, "2")]),
        (r"\hat{y}'", [(0, "\u0302"), (5, "𝑦"), (7, "′")]),
        (r"\text{if }\sin\mathbf{B}", [(6, "i"), (7, "f"), (10, "s"), (10, "i"), (10, "n"), (22, "𝐁")]),
        (r"a\ldots b\not=c", [(0, "𝑎"), (1, "…"), (8, "𝑏"), (9, "≠"), (14, "𝑐")]),
        (r"\begin{bmatrix}1&2\end{bmatrix}", [(0, "["), (15, "1"), (17, "2"), (18, "]")]),
    ],
)
def test_offsets(source, expected):
    _, glyphs = drawn(source, math_font())
    assert list(zip((glyphs.plain - 7).tolist(), glyphs.text, strict=True)) == expected


def test_equal_calls_give_equal_bytes():
    for source in FORMULAS:
        (first, glyphs), (second, others) = drawn(source, math_font()), drawn(source, math_font())
        assert first.tobytes() == second.tobytes() and glyphs.boxes.tobytes() == others.boxes.tobytes()


def marks(source: str, display: bool = True) -> dict[str, tuple[float, float, float]]:
    """x, y and scale of each glyph by its character."""
    found = set_formula(source, math_font(), 1.0, display).placed
    return {item.part.letter: (item.x, item.y, item.part.scale) for item in found if isinstance(item.part, Mark)}


def test_space_between_atoms():
    plain, binary, relation = (set_formula(source, math_font(), 18.0).width for source in ("1{+}1", "1+1", "1{=}1"))
    assert binary - plain == pytest.approx(8.0, abs=1e-3)  # four mu on each side, one mu a pixel
    assert set_formula("1=1", math_font(), 18.0).width - relation == pytest.approx(10.0, abs=1e-3)
    assert set_formula("(+1", math_font(), 18.0).width == pytest.approx(set_formula("({+}1", math_font(), 18.0).width)
    scripts = [set_formula(f"x^{{{inner}}}", math_font(), 18.0).width for inner in ("1+1", "1{+}1")]
    assert scripts[0] == pytest.approx(scripts[1])


def test_scripts_shrink_and_stand_above_and_below():
    places = marks("a^{b^c}_d")
    assert places["𝑎"][2] == 1.0 > places["𝑏"][2] == places["𝑑"][2] > places["𝑐"][2]
    assert places["𝑐"][1] > places["𝑏"][1] > 0 > places["𝑑"][1]


def test_limits_by_style():
    shown, inline = marks(r"\sum_i"), marks(r"\sum_i", display=False)
    assert shown["𝑖"][0] < inline["𝑖"][0] and shown["𝑖"][1] < inline["𝑖"][1]
    assert marks(r"\sum\nolimits_i")["𝑖"][0] > shown["𝑖"][0]


def test_fences_cover_what_they_hold():
    low, high = (
        set_formula(source, math_font(), 1.0) for source in (r"\left(x\right)", r"\left(\frac{\frac ab}{\frac cd}\right)")
    )
    assert high.ascent + high.descent > 2 * (low.ascent + low.descent)
    tall = set_formula(r"\left(\begin{matrix}1\\2\\3\\4\\5\\6\\7\\8\\9\end{matrix}\right)", math_font(), 1.0)
    _, top, _, bottom = tall.ink()
    assert bottom - top == pytest.approx(tall.ascent + tall.descent, rel=0.05)


def test_bars_are_as_wide_as_their_parts():
    found = set_formula(r"\frac{abc}{d}", math_font(), 1.0)
    (bar,) = [item for item in found.placed if isinstance(item.part, Rule)]
    assert bar.part.width == pytest.approx(found.width - 0.24)


@pytest.mark.parametrize("source", [r"\foo", r"\frac{a}", "x^a^b", r"\left(x", "a}", "漢", "a&b"])
def test_what_cannot_be_set_is_refused(source):
    with pytest.raises(InputError):
        set_formula(source, math_font(), 20.0)


def test_bold_letters_without_a_bold_glyph_are_thickened():
    plain, bold = (drawn(source, math_font())[0] for source in (r"\nabla\infty", r"\boldsymbol{\nabla\infty}"))
    assert (bold < 128).sum() > 1.15 * (plain < 128).sum()


def test_deep_formulas_end():
    for opening, closing in ((r"\overset{", "}{x}"), (r"\cfrac{1}{", "}"), (r"\left(", r"\right)"), (r"\text{$", "$}")):
        set_formula(opening * 25 + "x" + closing * 25, math_font(), 20.0)
