"""Which formulas stand in a file as they are, which are spelled anew, and which are refused."""

from __future__ import annotations

import time

import pytest

from gotocr.formats.latex.formula import display, inline
from gotocr.formats.latex.symbols import ALLOWED


@pytest.mark.parametrize(
    "latex",
    [r"E = mc^2", r"\frac{a}{b} \text{ if $x$ }", r"\left( a \middle| b \right]", r"\begin{pmatrix} a & b \\ c & d \end{pmatrix}",
     r"\begin{array}{l|r} a & b \\ \hline c & d \end{array}", r"\sum_{i=1}^n x_i \tag{3.1}"],
)  # fmt: skip
def test_sound_formulas_stand_as_they_are(latex):
    assert display(latex) == f"\\[\n{latex}\n\\]"


def test_an_environment_stands_alone():
    align = r"\begin{align} a &= b \\ &= c \end{align}"
    assert display(align) == align and inline(align) is None


def test_lines_of_a_formula():
    assert display(r"a \\ b") == "\\[\n\\begin{gathered}\na \\\\ b\n\\end{gathered}\n\\]"


@pytest.mark.parametrize(
    "latex",
    [r"\input{/etc/passwd}", r"\immediate\write18{ls}", r"\openout5=x", r"\read5 to\x", r"\catcode`\%=0", r"\def\x{y}",
     r"\csname input\endcsname", r"\special{x}", r"\directlua{x}", r"\include{x}", r"\usepackage{x}", r"x \end{document}",
     r"\begin{document}", r"\newcommand{\x}{y}", r"\let\x\y", r"\expandafter x", r"^^5cinput", r"\text{\input{x}}",
     r"\begin{array}{>{\input{x}}l} a \end{array}", r"\href{javascript:x}{y}", r"\includegraphics{x}", r"\url{x}",
     r"\begin{verbatim} x \end{verbatim}", r"\frac{1}{2", r"a }", r"\left( x", r"{", r"\begin{pmatrix} a", r"\unknown", r"a & b",
     r"\scantokens{x}", r"\loop\repeat", r"\ShellEscape{x}", "\\", "", "  ", "$", r"x^1^2_3_4 \frac",
     "x" * 30_000],
)  # fmt: skip
def test_nothing_else_comes_through(latex):
    for found in (display(latex), inline(latex)):
        assert found is None or found in ("\\[\na\n\\]", "\\(a\\)")  # what is left of a table


def test_what_has_another_spelling_is_spelled_anew():
    assert display(r"\R") == "\\[\n\\mathbb{R}\n\\]"
    assert "\\label" not in display(r"x \label{eq}") and "%" not in display("a % comment\n + b")


@pytest.mark.parametrize(
    "latex", [r"\begin{array}{l} a & b \end{array}", r"\begin{cases} a & b & c \end{cases}", r"x \middle| y", r"\text{\alpha}", r"\tag{1} \tag{2} x"]
)
def test_what_tex_would_stumble_over_does_not_stand_as_it_is(latex):
    found = display(latex)
    assert found is None or latex not in found


def test_letters_beyond_ascii():
    assert display("\u03b1 x^\u03b2 \u4e2d \\text{\u4e2d\u03b1}") == (
        "\\[\n\\alpha  x^{\\beta} {\\text{\u4e2d}} \\text{\u4e2d\\ensuremath{\\alpha}}\n\\]"
    )


def test_no_command_of_the_list_reads_or_writes():
    for name in "input include write read openin openout immediate special def edef let catcode csname directlua usepackage label".split():
        assert "\\" + name not in ALLOWED


@pytest.mark.parametrize("latex", ["{" * 9000 + "}" * 9000, r"\frac{1}{" * 2000 + "}" * 2000, "x_1+" * 4000, r"\sum " * 3000, "(" * 19_000])
def test_no_formula_takes_long(latex):
    start = time.process_time()
    display(latex), inline(latex)
    assert time.process_time() - start < 10
