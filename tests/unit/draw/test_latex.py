"""The LaTeX reader: tokens and trees with their places, and rubbish that gives problems but no exception."""

from __future__ import annotations

import os
import random

import pytest

from gotocr.draw.latex import Node, parse, symbol, tokens
from gotocr.draw.latex_symbols import OPERATORS, SYMBOLS

SEEDS = int(os.environ.get("GOTOCR_SEEDS", "1"))
PIECES = [
    *r"\frac \sqrt \left \right \begin{matrix} \end{matrix} \text{ \over \limits \hat \kern 1em \genfrac \not \tag \end".split(),
    *r"\begin \operatorname* \bigl \middle \substack{ \color \xrightarrow \sideset \pmatrix{ \cr \hline & \\ { } ^ _ x".split(),
    *"( $ [ ] ' . 1 é % # ~ *".split(),
    " ",
    "\n",
    "%\n",
]


def outline(node: Node) -> object:
    """A tree as nested lists of kinds and names, short enough to write down."""
    parts = [outline(part) if part else None for part in node.parts]
    rows = [[outline(cell) for cell in row] for row in node.rows]
    if node.kind == "list" and not node.name:
        return parts
    return (node.kind, node.name, *parts, *rows) if parts or rows else (node.kind, node.name)


def sym(name: str) -> tuple[str, str]:
    return ("symbol", name)


def test_tokens_are_the_source():
    source = "\\frac {a}\\,b % remark\n  \\\\[2pt] \\alpha x"
    found = tokens(source)
    assert all(source[token.start : token.end] == token.text for token in found)
    assert [token.text for token in found if not token.text.isspace()] == [
        *["\\frac", "{", "a", "}", "\\,", "b", "\\\\", "[", "2", "p", "t", "]", "\\alpha", "x"]
    ]


@pytest.mark.parametrize(
    ("source", "tree"),
    [
        (r"\frac12", [("fraction", "\\frac", sym("1"), sym("2"))]),
        (r"{a \over b}", [("list", "{", ("fraction", "\\over", [sym("a")], [sym("b")]))]),
        (r"\sqrt[3]x", [("root", "\\sqrt", sym("x"), [sym("3")])]),
        ("x'^2_i", [("scripts", "", sym("x"), sym("i"), [sym("'"), sym("2")])]),
        ("^2", [("scripts", "", None, None, sym("2"))]),
        (r"\sum\limits_i", [("scripts", "\\limits", sym("\\sum"), sym("i"), None)]),
        (r"\left( x \right.", [("fenced", "\\left", sym("("), [sym("x")], sym("."))]),
        (r"\overset ab", [("stack", "\\overset", sym("b"), sym("a"), None)]),
        (r"\xrightarrow[b]a", [("arrow", "\\xrightarrow", sym("a"), [sym("b")])]),
        (r"\pmatrix{a&b\cr c}", [("table", "\\pmatrix", [[sym("a")], [sym("b")]], [[sym("c")]])]),
        (r"\text{a $x$}", [("text", "\\text", sym("a"), ("space", " "), ("list", "$", sym("x")))]),
        (r"\operatorname*{a}", [("operator", "\\operatorname*", ("list", "{", sym("a")))]),
        (r"{\bf x}y", [("list", "{", ("switch", "\\bf"), sym("x")), sym("y")]),
    ],
)
def test_trees(source, tree):
    formula = parse(source)
    assert not formula.problems
    assert outline(formula.body) == tree


def test_tables_know_their_columns_and_rules():
    formula = parse(r"\begin{array}{l|@{}r}\hline a&b\\[2pt]\hline\hline c&d\\\hline\end{array}")
    (table,) = formula.body.parts
    assert not formula.problems
    assert (table.name, table.value, len(table.rows)) == ("array", "l|@{}r", 2)
    assert [rule.value for rule in table.parts] == ["0", "1", "1", "2"]


@pytest.mark.parametrize(
    "source",
    [
        r"{a",
        "a}",
        r"\left(a",
        r"a\right)",
        r"\begin{matrix}a",
        r"\end{matrix}",
        r"\begin{matrix}a\end{array}",
        r"\frac{a}",
        "x^",
        "x_a_b",
    ]
    + [
        "x^a^b",
        r"\foo",
        r"\begin{foo}\end{foo}",
        "a&b",
        r"a\\b",
        r"\left x\right)",
        r"a\over b\over c",
        "$",
        "#",
        r"\text{a",
        r"\kern x",
    ],
)
def test_what_is_wrong_is_said(source):
    assert parse(source).problems


@pytest.mark.parametrize(
    "piece", ["{", "}", "x^", r"\hat", r"\left(", r"\begin{matrix}", r"\text{$", r"\text{", r"\frac", r"\\", r"\sqrt["]
)
def test_deep_and_long_rubbish_is_read_quickly(piece):
    source = piece * 20_000
    assert parse(source).source == source


def test_rubbish_gives_a_tree_within_the_source():
    dice = random.Random(5)
    for _ in range(3000 * SEEDS):
        source = "".join(dice.choice(PIECES) for _ in range(dice.randint(1, 25)))
        formula = parse(source)
        for node in formula.body.walk():
            assert 0 <= node.start <= node.end <= len(source)
            assert node.start <= node.at <= node.end
            if node.kind in ("symbol", "operator", "fraction", "unknown") and node.name not in (".", "|", "\\{", "\\langle"):
                assert source.startswith(node.name, node.at) or node.name[:1] == "\\"


def test_symbols_have_one_class_and_characters_to_draw():
    classes = {"ord", "op", "bin", "rel", "open", "close", "punct", "inner"}
    assert len(SYMBOLS) > 600
    assert all(found.atom in classes and 1 <= len(found.text) <= 3 for found in SYMBOLS.values())
    assert not set(SYMBOLS) & set(OPERATORS)
    assert symbol("\\leq") == symbol("\\le") == ("≤", "rel")
    assert symbol("≤").atom == "rel" and symbol("-").text == "−" and symbol("\\nonsense") is None
