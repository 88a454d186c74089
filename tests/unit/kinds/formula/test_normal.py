"""One spelling per picture: the rules, and that normalising twice changes nothing."""

from __future__ import annotations

import random

import numpy as np
import pytest

from gotocr.draw.corpus import BUNDLED
from gotocr.draw.latex import parse
from gotocr.kinds.formula import normalise
from gotocr.kinds.formula.grammar import Writer

KNOWN = (BUNDLED / "latex_formulas.txt").read_text("utf-8").splitlines()
SAME = [
    (r"\frac{1}{2}", [r"\frac12", r"{1 \over 2}", r"\dfrac{1}{2}", r"\tfrac 1 2", r"\cfrac{1}{2}", r"\displaystyle\frac{1}{2}"]),
    ("x_i^2", ["x^2_i", "x_{i}^{2}", "{x}_i^2", r"x_{\,i}^{\,2}", "x ^ 2 _ i"]),
    ("f_1''", ["f''_1", r"f_1^{\prime\prime}", r"f^{\prime\prime}_{1}"]),
    (r"a\le b\ne c\to d", [r"a\leq b\neq c\rightarrow d", "a \u2264 b \u2260 c \u2192 d", r"a \le b \not= c \to d"]),
    (r"\mathbf{AB}\mathcal{L}", [r"\mathbf{A}\mathbf{B}\mathcal L", r"{\bf AB}{\cal L}", r"\bold{A}\mathbf B\mathcal{L}"]),
    (r"\sin x+\max_iy_i", [r"\mathrm{sin}\,x+\operatorname{max}_iy_i", r"\text{sin}x+\max\limits_{i} y_i"]),
    (r"\argmin_\theta L", [r"\mathop{\rm argmin}_\theta L", r"\underset{\theta}{\mathrm{argmin}}L",
        r"\operatorname*{arg\,min}_\theta L"]),
    (r"\operatorname*{colim}_iX", [r"\mathop{\mathrm{colim}}\limits_iX", r"\underset{i}{\text{colim}}X"]),
    (r"\left(\frac{a}{b}\right)(x)", [r"\Bigl(\frac ab\Bigr)\left(x\right)", r"\left (\frac{a}{b}\right )\big(x\big)"]),
    (r"|x|\|y\|", [r"\vert x\vert\Vert y\Vert", r"\lvert x\rvert\,\lVert y\rVert", r"\left|x\right|\left\|y\right\|"]),
    (r"\begin{pmatrix}a&b\\c&d\end{pmatrix}", [r"\left(\begin{array}{cc}a & b\\ c & d\\\end{array}\right)",
        r"\pmatrix{a&b\cr c&d}",
                                              r"\left(\begin{matrix}a&b\\[2pt]c&d\end{matrix}\right)"]),
    (r"\begin{cases}a&b\\c&d\end{cases}", [r"\left\{\begin{array}{ll}a&b\\c&d\end{array}\right.", r"\cases{a&b\cr c&d}"]),
    (r"\begin{aligned}a&=b\\&=c\end{aligned}", [r"\begin{align*}a&=b\\&=c\end{align*}",
        r"\begin{eqnarray}a&=&b\nonumber\\&=&c\end{eqnarray}",
                                                r"\begin{array}{rcl}a&=&b\\&=&c\end{array}",
        r"\begin{split}a&=b\\&=c\\\end{split}"]),
    (r"a=b\tag{3.1}", [r"a=b\eqno(3.1)", r"\begin{equation}a=b\tag{3.1}\label{x}\end{equation}", r"\tag*{(3.1)} a=b"]),
    (r"x\quad\mathrm{if}\quad y", [r"x\qquad\mbox{if}~~~y", r"x \quad \text{ if } \quad y"]),
    (r"x\text{ if }y", [r"x~\mathrm{if}~y", r"x\;\text{if}\;y", r"x \textrm{ if } y"]),
    (r"1,\ldots,n+\cdots", [r"1,\dots,n+\dotsb", "1,...,n+\u22ef"]),
    (r"\binom{n}{k}\sqrt[3]{x}", [r"{n \choose k}\sqrt[3]x"]),
    (r"a\xrightarrow{f}b\overset{!}{=}c", [r"a\stackrel{f}{\to}b\stackrel{!}{=}c"]),
    (r"90^\circ", ["90\u00b0", r"90^{\circ}"]),
    (r"R_g{}^2", ["R_{g}{}^{2}"]),
    (r"\text{naïve rule}", [r'\text{na\"{\i}ve rule}', "\\mbox{na\u00efve rule}"]),
]  # fmt: skip


@pytest.mark.parametrize(("one", "others"), SAME, ids=[one for one, _ in SAME])
def test_spellings_of_one_picture_are_one(one, others):
    assert [normalise(other) for other in [one, *others]] == [one] * (len(others) + 1)


@pytest.mark.parametrize(
    ("one", "other"),
    [("x^2", "x_2"), (r"\bar x", r"\overline{xy}"), (r"\epsilon", r"\varepsilon"), (r"(\frac ab)", r"\left(\frac ab\right)"),
     (r"\mathbf{x}", r"\boldsymbol{x}"), ("{a_1}^2", "a_1^2"), (r"\to", r"\longrightarrow"), ("<x>", r"\langle x\rangle"),
     (r"\begin{matrix}a&b\\c&d\end{matrix}", r"\begin{pmatrix}a&b\\c&d\end{pmatrix}"), ("x.", "x"), (r"\sum_i", r"\Sigma_i")],
)  # fmt: skip
def test_different_pictures_stay_different(one, other):
    assert normalise(one) != normalise(other)


def test_known_formulas_stay_well_formed_and_are_normalised_once_and_for_all():
    for source in KNOWN:
        once = normalise(source)
        assert normalise(once) == once and not parse(once).problems, source


def test_new_formulas_are_normalised_once_and_for_all():
    for seed in range(150):
        once = normalise(Writer(np.random.default_rng(seed)).formula())
        assert normalise(once) == once and not parse(once).problems, once


def test_rubbish_is_normalised_without_an_exception_and_quickly():
    random.seed(3)
    marks = [*r"{}[]()^_&'~$%#|.1x", r"\\", r"\left", r"\right", r"\begin{array}{c}", r"\end{array}", r"\frac", r"\sqrt[",
        r"\text{", r"\bf",
             r"\over", r"\mathop", r"\limits", r"\tag{", "\0", "\ufffd", "\u4e2d", r"\Big(", r"\hline", r"\kern-3.4.5em",
        r"\unknown"]  # fmt: skip
    for _ in range(300):
        once = normalise("".join(random.choices(marks, k=random.randrange(25))))
        assert isinstance(once, str)
    for long in ("{" * 5000, "x^" * 3000, r"\left(" * 2000, "a&" * 3000, r"\frac" * 3000):
        normalise(long)


def test_scripts_within_scripts_take_no_longer_than_they_are_deep():
    """A model that lost its way writes them by the dozen."""
    deep = "a" + "_{b" * 30 + "}" * 30
    assert normalise(normalise(deep)) == normalise(deep) and normalise(deep).count("b") == 30
