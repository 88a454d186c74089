r"""The grammar of formulas allows every truth, and what it allows is a formula: all is ended, `\frac` has its parts."""

from __future__ import annotations

import re

import numpy as np
import pytest

from gotocr.decode.grammar import Grammar, State
from gotocr.draw.latex import _Parser, tokens
from gotocr.draw.latex_symbols import OPERATORS, SYMBOLS
from gotocr.draw.supply import Supply
from gotocr.kinds.formula import KIND, check, normalise
from gotocr.kinds.formula.writer import compose
from gotocr.schema import Block
from gotocr.train.phrases import FORMULA

WORDS = [phrase for phrase in FORMULA if "$$" not in phrase]
SINGLE = [chr(code) for code in range(32, 127) if chr(code) not in "$"]
OFTEN = [r"\left", *[r"\right"] * 3, r"\middle", r"\sqrt", r"\frac", r"\text", r"\begin{array}{cl}", r"\\", "&", r"\hline", *"}}}}"]


@pytest.fixture(scope="module")
def grammar() -> Grammar:
    return Grammar(KIND.grammar, "$$")


def problems(latex: str) -> list[str]:
    """What is wrong with it but that a command is unknown, which no grammar here can tell."""
    return [found for found in check(Block("formula", latex)) if not found.startswith("unknown command")]


def ended(state: State, latex: str) -> str:
    whole = latex + state.closing()
    assert whole.endswith("$$")
    return whole[:-2]


@pytest.mark.parametrize("first", range(0, 200, 50))
def test_truths_may_be_written_and_broken_off(grammar: Grammar, first: int) -> None:
    supply = Supply()
    for seed in range(first, first + 50):
        rng = np.random.default_rng(seed)
        latex = compose(rng, supply)
        state, at = grammar.start, 0
        for token in tokens(latex):
            if rng.random() < 0.3:
                state, at = state.after(latex[at : token.end]), token.end
                assert state is not None, latex[:at]
                assert not problems(ended(state, latex[:at])), latex[:at]
        state = state.after(latex[at:] + "$$")
        assert state is not None and state.is_done and state.closing() == "", latex


@pytest.mark.parametrize("first", range(0, 120, 40))
def test_what_is_written_at_random_is_a_formula(grammar: Grammar, first: int) -> None:
    choice = [*WORDS, *SINGLE, *OFTEN]
    for seed in range(first, first + 40):
        rng = np.random.default_rng(seed)
        state, latex = grammar.start, ""
        for token in rng.integers(0, len(choice), int(rng.integers(200, 1500))):
            following = state.after(choice[token])
            if following is not None:
                state, latex = following, latex + choice[token]
        latex = ended(state, latex)
        assert latex and problems(latex) in ([], ["nested too deep"]), latex


def test_known_commands_may_be_written(grammar: Grammar) -> None:
    symbols = [*SYMBOLS, *OPERATORS, *(name for name, read in _Parser.forms.items() if "with_body" in read.__code__.co_freevars)]
    refused = []
    for name in symbols:
        state = grammar.start.after(name if len(name) > 1 else f"{name} ")
        if state is None or [found for found in check(Block("formula", ended(state, name))) if "closes nothing" not in found]:
            refused.append(name)
    assert {*refused} <= {"'", "$", "#", "%", "&", "_", "^", "~", "\\cr", "\\\n"} and "\\bmod" not in refused, refused


@pytest.mark.parametrize(
    "latex",
    [r"\frac12", r"\frac{1}2", r"\frac{1}}", r"\fracx", r"x_1_2", r"x^2'", r"x_i^2_j", r"x_\alpha_\beta", r"x_1 _2", "{x",
        "x}", r"\alpha}", r"\right)"]
    + [r"\left x", r"\left(x)", r"\left(x}", r"\left(x\right y", r"\left(\begin{matrix}a\right)", r"\middle|", "a&b",
        r"a\\b", r"{a\\b}"]
    + [r"\begin{matrix}a\end{pmatrix}", r"\begin{matrx}", r"\begin{array}a", r"\begin{array}{xy}", r"\begin{cases}a}",
        r"\begin{matrix}a\\[b"]
    + [r"a\over b\over c", r"\hline", r"\begin{matrix}a\hline", r"\sqrt[3", r"\sqrt[3]x", r"\text{a_b}", r"\text{a",
        r"\end{a}", "a$x", "50%"]
    + [r"a\tag{1}b", r"\tag{1}\tag{2}", r"\not}", r"x_", r"x^^", r"\big x", r"\operatorname x", "a#", "a\nb"],
)
def test_what_is_no_formula_is_refused(grammar: Grammar, latex: str) -> None:
    assert grammar.start.after(latex + "$") is None, latex


@pytest.mark.parametrize(
    "latex",
    [r"x = \left\{ \begin{array}{l|r} a & b \\ \hline c & d \end{array} \right.", r"\mymacro_1 + x", r"a \over b",
        r"\hat {x} ^2 _1"]
    + [r"\sum\limits_{i}^n x_i'", r"\bigl( x \bigr)^2", r"\mathop{x}\nolimits", r"\genfrac{(}{)}{0pt}{}{n}{k}",
        r"\hspace*{1.5em}", r"\kern-2pt x"]
    + [r"\substack{a\\b}", r"\left.\frac{a}{b}\right|_{x=1}", r"\left\langle a\middle|b\right\rangle c",
        r"\text{50\% if \textbf{so}}", r"\not\in \not= \not x"]
    + [r"\begin{aligned}a&=b\\{}[c]&=d\end{aligned}", r"\sqrt[\alpha{]}]{x}", r"\textcolor{red!30}{x}", r"\xrightarrow[a]{b}"],
)
def test_what_others_write_is_allowed(grammar: Grammar, latex: str) -> None:
    state = grammar.start.after(latex + "$$")
    assert state is not None and state.is_done and not problems(latex)


def test_what_is_normal_stays_allowed_in_any_spelling(grammar: Grammar) -> None:
    latex = normalise(r"{a \choose b} \eqno(3) \mathrm{d}x \over {\bf v}^{\prime 2}_1")
    assert grammar.start.after(latex + "$$").is_done


def test_few_ways_are_followed_at_a_time(grammar: Grammar) -> None:
    supply, within, elsewhere = Supply(), 0, 0
    for seed in range(20):
        state, latex = grammar.start, ""
        for letter in compose(np.random.default_rng(seed), supply):
            state, latex = state.after(letter), latex + letter
            if re.search(r"\\[A-Za-z]*\Z", latex):
                within = max(within, len(state._stacks))
            else:
                elsewhere = max(elsewhere, len(state._stacks))
    assert within < 80 and elsewhere < 20, "only names of commands have many ways to go on"


def test_a_name_broken_off_is_left(grammar: Grammar) -> None:
    assert grammar.start.after(r"x\fra").closing() == "$$" and grammar.start.after(r"\frac").closing() == "{}{}$$"
