"""Formulas found on a page: what stands between delimiters, and which of them has another as a part."""

from __future__ import annotations

import time

import pytest

from gotocr.evaluate.suites import olmocr_formulas
from gotocr.evaluate.suites.olmocr_formulas import formulas, has_formula


def test_delimiters():
    page = r"Let \(a\) and $b$; \[ c \] $$d$$ \( e \) $x \[f\] y$ \(g"
    assert [*formulas(page)] == ["a", "e", "c", "f", "d", "b", "x  y"]
    assert [*formulas(page, dollars=False)] == ["a", "e", "c", "f"]
    assert [*formulas(r"\(\)x\) $$$$ y $$ $z$")] == [r"\)x", "$$ y", "z"], "one character at least"


@pytest.mark.parametrize("opening", [r"\(", r"\[", "$$", "$", r"\(x", "$x$"])
def test_delimiters_that_never_close_take_no_time(opening):
    start = time.process_time()
    [*formulas(opening * 20_000)]
    assert time.process_time() - start < 1.0


def test_spelling_is_enough_without_what_draws(monkeypatch):
    monkeypatch.setattr(olmocr_formulas, "_marks", lambda latex: None)
    assert has_formula(r"so $x^{2}+ 1$ is", "x^2+1") and not has_formula(r"$y=x^2+1$", "x^2+1")


def test_a_formula_may_be_part_of_another():
    pytest.importorskip("fontTools")
    pytest.importorskip("skia")
    assert has_formula(r"$ \int_a^b{ 3x ^ 2dx} $", "3x^2"), "the example of the published guide"
    assert has_formula(r"\[S=\sum_{i=1}^{n}i^{2}+1\]", r"\sum_{i=1}^n i^2")
    assert has_formula(r"\(A=\begin{pmatrix}a&b\\c&d\end{pmatrix}\)", r"\begin{pmatrix}a&b\\c&d\end{pmatrix}")
    assert not has_formula(r"$$A=\begin{pmatrix}a&c\\b&d\end{pmatrix}$$", r"\begin{pmatrix}a&b\\c&d\end{pmatrix}")
    assert not has_formula(r"$\frac{b}{a}$", r"\frac{a}{b}") and not has_formula("$b+a$", "a+b")
    assert not has_formula("$a+b$", "a+b", dollars=False) and not has_formula("a+b", "a+b")
    assert not has_formula(r"$\frac{a$ and $\nosuch{b}$", r"\frac{a}{b}")
