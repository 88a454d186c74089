"""What is compared of texts and formulas, as OmniDocBench's program has it."""

from __future__ import annotations

import pytest

from gotocr.evaluate.pages import normal


# Of the benchmark's clean_string(textblock2unicode(...)) and normalized_formula with pylatexenc 2.11.
@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("Tides, and the *moon*: 17 %", "Tidesandthemoon17"),
        ("tabs\\t and\\n lines /t", "tabsandlines"),
        ("潮水，每天 2 次。", "潮水每天2次"),
        ("a_1 ____", "a_1____"),
        ("costs $5 and $6", "costs5and6"),
        (r"let $\alpha_{i}^{2}$ be", "letα_i2be"),
        (r"\(\mathbb{R}^{n}\) and \(\mathbf{x}\)", "ℝnand𝐱"),
        (r"\(\frac{a}{b}\sqrt{x}\)", "abx"),
        (r"\(\mathcal{L}_0\) \(\hat{u}\)", "ℒ_0û"),
        (r"\(\text{if } x\)", "ifx"),
        (r"\(\begin{array}{ll} a & b \end{array}\)", "ab"),
        (r"\(\lim_{n}\log x\)", "lim_nlogx"),
        (r"\( never closed ^", "neverclosed"),
    ],
)
def test_text(source, found):
    assert normal.text(source) == found


@pytest.mark.parametrize(
    ("source", "found"),
    [
        (r"$$ \mathbf{X} = \left( a \right) \quad \tag{1} $$", "{x}=(a)"),
        (r"\[ \begin{aligned} a &= b \end{aligned}. \]", "a&=b"),
        (r"\[a\\[2pt] b\]", r"a\\[2pt]b"),
        (r"\displaystyle\operatorname{arg}x", "{arg}x"),
        ("$$", ""),
    ],
)
def test_formula(source, found):
    assert normal.formula(source) == found
