"""Equations of Word: the objects that stand for the parts of a formula, and what is refused."""

from __future__ import annotations

import re
import time

import pytest

from gotocr.formats.docx.equation import equation

etree = pytest.importorskip("lxml.etree")
NAMES = {
    "m": "http://schemas.openxmlformats.org/officeDocument/2006/math",
    "w": "http://schemas.openxmlformats.org/wordprocessingml/2006/main",
}


def tree(latex: str, display: bool = True):
    made = equation(latex, display)
    assert made is not None, latex
    declared = " ".join(f'xmlns:{name}="{place}"' for name, place in NAMES.items())
    return etree.fromstring(f"<x {declared}>{made}</x>")[0]


def shape(latex: str, display: bool = True) -> str:
    """The objects of an equation as words: f(a;b) for a fraction of a and b."""

    def said(element) -> str:
        name = etree.QName(element).localname
        if name == "r":
            return "".join(element.itertext()).replace("\u200b", "")
        inner = [said(child) for child in element if not etree.QName(child).localname.endswith("Pr")]
        return f"{name}({';'.join(inner)})" if name in OBJECTS else "".join(inner)

    return said(tree(latex, display))


OBJECTS = set("f rad sSub sSup sSubSup nary d m mr eqArr acc bar groupChr limLow limUpp func borderBox phant sPre".split())


@pytest.mark.parametrize(
    ("latex", "found"),
    [
        (r"\frac{a}{b}", "f(a;b)"),
        (r"x_1^2 + y^{12}", "sSubSup(x;1;2)+sSup(y;12)"),
        (r"\sqrt{x} \sqrt[3]{y}", "rad(;x)rad(3;y)"),
        (r"\sum_{i=1}^n x_i + 1", "nary(i=1;n;sSub(x;i))+1"),
        (r"\int_0^1 f\,dx = 2", "nary(0;1;f\u2009dx)=2"),
        (r"\bigcup_i A", "limLow(\u22c3;i)A"),
        (r"\lim_{x \to 0} f(x)", "func(limLow(lim;x\u21920);f)d(x)"),
        (r"\sin^2 x + \cos y", "func(sSup(sin;2);x)+func(cos;y)"),
        (r"\left( \frac12 \right]", "d(f(1;2))"),
        (r"\left\{ x \middle| y \right\}", "d(x;y)"),
        (r"(a+b)^2", "sSup(d(a+b);2)"),
        (r"\begin{pmatrix} a & b \\ c & d \end{pmatrix}", "d(m(mr(a;b);mr(c;d)))"),
        (r"\begin{gathered} a \\ b \end{gathered}", "eqArr(a;b)"),
        (r"\hat{x} \vec{v} \overline{ab} \underline{c}", "acc(x)acc(v)bar(ab)bar(c)"),
        (r"\underbrace{a+b}_{n}", "limLow(groupChr(a+b);n)"),
        (r"\overset{!}{=} \underset{x}{y}", "limUpp(=;!)limLow(y;x)"),
        (r"\binom{n}{k} {a \over b}", "d(f(n;k))f(a;b)"),
        (r"\boxed{x} \phantom{y}", "borderBox(x)phant(y)"),
        (r"\text{if } \mathrm{const} \mathbb{R}", "if const\u211d"),
        (r"a \equiv b \pmod{n}", "a\u2261b\u2002d(mod n)"),
        (r"\prescript{14}{2}{C}", "sPre(2;14;C)"),
        (r"f'(x)", "sSup(f;\u2032)d(x)"),
        (r"a \\ b", "eqArr(a;b)"),
        (r"x \tag{3.1}", "x\u2003d(3.1)"),
        (r"\not= \alpha < 3.14", "\u2260\u03b1<3.14"),
    ],
)
def test_objects(latex, found):
    assert shape(latex) == found


def test_limits_stand_beside_within_a_line():
    assert 'val="subSup"' in equation(r"\sum_i x") and 'val="undOvr"' in equation(r"\sum_i x", True)
    assert shape(r"\lim_n x", display=False) == "func(sSub(lim;n);x)"


def test_no_object_lacks_what_it_must_hold():
    for latex in (r"\sum_i", r"{}_a", r"\begin{aligned} a &= b \\ &= c \end{aligned}", r"^2"):
        for element in tree(latex).iter("{%s}e" % NAMES["m"]):
            assert len(element), latex


@pytest.mark.parametrize("latex", ["", " ", r"\frac{1", r"\unknown x", r"\input{x}", "a & b", r"\left( x", "x" * 20_000])
def test_what_is_broken_stays_latex(latex):
    assert equation(latex) is None


@pytest.mark.parametrize("latex", ["<&>\"'", "\ud800x", "a\0b", r"\text{</m:t>}"])
def test_nothing_breaks_the_xml(latex):
    made = equation(latex)
    assert made is None or tree(latex) is not None


@pytest.mark.parametrize(
    "latex", [r"\sum " * 1600, "(" * 4000 + ")" * 4000, r"\bf " * 2400, r"\sin " * 1500, "{" * 4000 + "}" * 4000, "x_1+" * 2400, r"\left(" * 900]
)
def test_no_formula_takes_long(latex):
    start = time.process_time()
    equation(latex, True)
    assert time.process_time() - start < 5


def test_words_are_upright():
    assert re.search(r"<m:nor/></m:rPr>.*?>const</m:t>", equation(r"\mathrm{const}"))
