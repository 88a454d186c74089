"""Marks within a line, items of lists, and letters that no file may hold."""

from __future__ import annotations

import time

import pytest

from gotocr.formats.prose import DEEPEST, Item, Run, clean, items, level, lines, plain, runs
from gotocr.schema import Block


def test_runs_of_a_line():
    assert runs("a **bold $x*y$ b** *it* `c*d*e` ***both***") == [
        Run("a "),
        Run("bold ", bold=True),
        Run("x*y", bold=True, formula=True),
        Run(" b", bold=True),
        Run(" "),
        Run("it", italic=True),
        Run(" "),
        Run("c*d*e", code=True),
        Run(" "),
        Run("both", bold=True, italic=True),
    ]


@pytest.mark.parametrize("text", ["2*3*4", "$5 and $6", "a * b * c", "x**2", "5 * 3", "**", "", "a_b_c", "`", r"\(", "$$"])
def test_what_is_no_mark_stays(text):
    assert "".join(run.text for run in runs(text)) == text
    assert not any(run.bold or run.italic or run.code or run.formula for run in runs(text))


def test_a_backslash_takes_the_meaning_from_a_mark():
    assert plain(r"\*not\* \$5") == "*not* $5"


def test_formulas_in_both_spellings():
    assert [run.text for run in runs(r"$a_1$ and \(\frac{1}{2}\)") if run.formula] == ["a_1", r"\frac{1}{2}"]


def test_stars_in_a_cell_are_stars():
    assert runs("*p* < $x$", emphasis=False) == [Run("*p* < "), Run("x", formula=True)]


def test_items_know_depth_and_number():
    assert items("- a\n  1. b\n     - c\n     goes on\n- d\n3) e") == [
        Item(0, None, "a"),
        Item(1, 1, "b"),
        Item(2, None, "c goes on"),
        Item(0, None, "d"),
        Item(0, 3, "e"),
    ]


def test_lines_are_joined_as_markdown_joins_them():
    assert lines(Block("text", "one\ntwo  \nthree\\\nfour")) == ["one two", "three", "four"]
    assert lines(Block("text", "\u4e2d\u6587\n\u5b57 a")) == ["\u4e2d\u6587\u5b57 a"]
    assert lines(Block("text", "a\n b", data={"role": "lines"})) == ["a", " b"]


@pytest.mark.parametrize(("said", "found"), [(1, 1), ("3", 3), (9, 6), (0, 1), ("x", 1), (None, 1), ("\u0663", 1), (-2, 1)])
def test_level_of_a_heading(said, found):
    assert level(Block("text", "x", data={"level": said})) == found


def test_unfit_letters_are_left_out():
    assert clean("a\0\x1b\u202eb\ud800c\r\nd\u2028e") == "ab\ufffdc\nd\ne"


@pytest.mark.parametrize(
    "text", ["*a " * 15_000, "*a* " * 15_000, "$x " * 15_000, "`a " * 15_000, r"\( " * 15_000, "**" * 50_000, "a" * 1_000_000]
)
def test_no_line_takes_long(text):
    start = time.process_time()
    assert "".join(run.text for run in runs(text))
    assert time.process_time() - start < 5


def test_lists_of_any_depth_end():
    found = items("\n".join(" " * depth + "- x" for depth in range(1500)))
    assert len(found) == 1500 and max(item.level for item in found) == DEEPEST
