"""Markdown taken apart: what is what, and in linear time."""

from __future__ import annotations

import time

import pytest

from gotocr.evaluate.pages.split import rows, split

IN_LATEX = r"\begin{table}\begin{tabular}{l}a\end{tabular}\end{table}"
IN_HTML = "<table><tr><td>a</td><td>b|c</td></tr><tr><td>1&lt;2</td><td>$x$</td></tr></table>"


def parts(reading):
    return [(piece.kind, piece.source) for piece in split(reading)]


@pytest.mark.parametrize(
    ("reading", "found"),
    [
        ("# Head\n\ntwo\nlines", [("text", "# Head"), ("text", "two\nlines")]),
        ("one\ntwo", [("text", "one"), ("text", "two")]),  # no empty line at all: each line is a paragraph
        ("a\n$$b\nc$$\nd", [("text", "a"), ("display", r"\[b c\]"), ("text", "d")]),
        ("a\n\nb $x$ c", [("text", "a"), ("text", "b $x$ c"), ("inline", r"\[x\]")]),
        (r"\[a\]", [("display", r"\[a\]")]),
        ("a $$ b\n\n", [("text", "a $$ b")]),
        ("![a picture](x.png) text\n\n", [("text", "text")]),
        ("```markdown\nfoo\n\nbar\n```", [("text", "foo"), ("text", "bar")]),
        ("```python\nx = 1\n\ny = $2$\n```\n\nend", [("text", "x = 1\n\ny = $2$"), ("text", "end")]),
        (
            "<TABLE border=1><tr></tr></TABLE>\n\n<table>",
            [("html table", "<TABLE border=1><tr></tr></TABLE>"), ("text", "<table>")],
        ),
        ("<table><td><table></table></td></table>", [("html table", "<table><td><table></table></td></table>")]),
        (IN_LATEX, [("latex table", IN_LATEX)]),
        ("| a | b\\|c |\n|---|:-:|\n| 1<2 | $x$ |", [("html table", IN_HTML)]),
        ("| no | rule |\n| here | either |\n\n", [("text", "| no | rule |\n| here | either |")]),
        ("", []),
    ],
)
def test_pieces(reading, found):
    assert parts(reading) == found


def test_an_opening_mark_that_closes_elsewhere_loses_no_text():
    assert ("text", r"\[ open, then \(x\) and \]") in parts("\\[ open, then \\(x\\) and \\]\n\nend")


def test_places_rise():
    places = [piece.place for piece in split("a\n\n$$b$$\n\nc\n\n<table></table>\n\nd") if piece.kind != "inline"]
    assert places == sorted(places)


@pytest.mark.parametrize(
    ("latex", "found"),
    [
        (r"\begin{array}{l} a \\ b \\ \end{array}", [r"\[a\]", r"\[b\]"]),
        (r"\begin{array}{|c|} a \end{array}", [r"\[a\]"]),
        (r"\begin{array}{ll} a \\ b \end{array}", [r"\begin{array}{ll} a \\ b \end{array}"]),
        (r"\begin{array}{l} a \\ b", [r"\begin{array}{l} a \\ b"]),
        (r"\begin{array}{l} \end{array}", []),
        ("a", ["a"]),
    ],
)
def test_rows(latex, found):
    assert rows(latex) == found


@pytest.mark.parametrize(
    "unit", ["\\[", "$$", "$ ", "\\(", "<table>", "```a\n", "|", "|a|\n", "![](", "\\text{", "\\begin{tabular}"]
)
def test_no_mark_runs_away(unit):
    start = time.process_time()
    split(unit * (60_000 // len(unit)))
    assert time.process_time() - start < 2
