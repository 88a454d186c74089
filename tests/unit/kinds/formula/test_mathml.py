"""Formulas as MathML: what is known is shown as it should be, and nothing but a list of elements and attributes is let through."""

from __future__ import annotations

import re
import time
import xml.etree.ElementTree as ElementTree

import pytest

from gotocr.kinds.formula.mathml import mathml

SPACE = "{http://www.w3.org/1998/Math/MathML}"


def tree(latex: str, display: bool = False) -> ElementTree.Element:
    source = mathml(latex, display)
    assert source is not None, latex
    return ElementTree.fromstring(source)


def said(latex: str) -> str:
    return "".join(tree(latex).itertext())


@pytest.mark.parametrize("name", ["align", "align*", "aligned", "split", "alignat", "eqnarray", "flalign*"])
def test_columns_are_aligned(name):
    more = "{2}" if name == "alignat" else ""
    middle = "&=&" if name == "eqnarray" else "&="
    table = tree(rf"\begin{{{name}}}{more} a {middle} b \\ c {middle} d \end{{{name}}}").find(f".//{SPACE}mtable")
    rows = ["".join(row.itertext()) for row in table]
    assert rows == ["a=b", "c=d"] and len(table[0]) >= 2


@pytest.mark.parametrize("latex", [r"\begin{gather}a\\b\end{gather}", r"a \\ b", r"\begin{multline*}a\\b\end{multline*}"])
def test_lines_are_lines(latex):
    assert len(tree(latex).findall(f".//{SPACE}mtr")) == 2


def test_letters_of_alphabets_are_unicode_s():
    assert said(r"\mathbb{R}\mathcal{L}\mathfrak{g}\mathbf{v}\mathsf{T}") == "ℝℒ𝔤𝐯𝖳"
    upright = [element.text for element in tree(r"\Gamma \mathrm{d} x").iter(f"{SPACE}mi") if element.get("mathvariant") == "normal"]
    assert "Γ" in upright and "x" not in upright


def test_names_of_functions_stand_off_and_signs_do_not():
    spaces = lambda latex: len(tree(latex).findall(f".//{SPACE}mspace"))  # noqa: E731
    assert spaces(r"a \sin x") == 2 and spaces(r"\sin(x)") == 0 and spaces(r"\sin^2 x") == 1 and spaces("ab") == 0
    assert len(tree(r"\sin^2 x").find(f".//{SPACE}msup")) == 2
    signs = [element.get("form") for element in tree(r"a - b = - c").iter(f"{SPACE}mo")]
    assert signs == [None, None, "prefix"]


def test_numbers_of_equations_and_labels():
    assert said(r"\begin{equation}a\label{x}\tag{3}\end{equation}").replace("\u2003", "").strip().endswith("(3)")


@pytest.mark.parametrize(
    "latex",
    ["", " ", r"\nosuchcommand{x}", "a & b", r"\frac{a}", "{" * 100 + "x" + "}" * 100, "x" * 7000, r"\begin{nosuch}x\end{nosuch}y & z",
     "\\left(" * 3000],
)  # fmt: skip
def test_what_cannot_be_shown_is_none(latex):
    assert mathml(latex) is None


@pytest.mark.parametrize(
    "latex",
    [
        r"\href{javascript:alert(1)}{x}", r"\color{red;background:url(http://x)}{x}", r"\style{color:red}{x}", r"\class{a}{x}",
        r"\text{</mtext><script>alert(1)</script>}", r"\text{&#x0003C;script&#x0003E;}", r"\hspace{999999em}x", r"\rule{1em}{99999em}x",
        r'\begin{array}{c"onclick="alert(1)}x\end{array}', r"\unicode{60}x", r"\mathop{\href{x}{y}}", r"\text{]]><!--}",
    ],
)  # fmt: skip
def test_nothing_but_mathematics_is_let_through(latex):
    source = mathml(latex)
    if source is None:
        return
    root = ElementTree.fromstring(source)
    for element in root.iter():
        assert element.tag.startswith(SPACE + "m") or element.tag == SPACE + "none"
        for name, value in element.items():
            assert name not in ("href", "style", "class", "id") and not name.startswith("on")
            assert name == "alttext" or re.fullmatch(r"[\w#.% +-]*", value) and not re.search(r"\d{3,}(em|ex|px)", value)


def test_the_source_is_the_alternative_text():
    assert tree('a < "b"').get("alttext") == 'a < "b"'
    assert tree("x", True).get("display") == "block" and tree("x").get("display") is None


def test_odd_ones_are_quick():
    began = time.process_time()
    for latex in ("x_" * 2500, "a&" * 2900, "^" * 5900, "'" * 5900, "\\sqrt[" * 900, "\\left(" * 50 + "x" + "\\right)" * 50, "\\frac" * 1100):
        mathml(latex)
    assert time.process_time() - began < 5
