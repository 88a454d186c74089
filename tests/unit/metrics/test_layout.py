"""One layout within another: marks placed by hand."""

from __future__ import annotations

import time

from gotocr.metrics.layout import is_within
from gotocr.metrics.pictures import Mark


def line(text, x=0.0, y=0.0, size=1.0):
    return [Mark(sign, x + 0.5 * at * size, y, size, 0.5 * size) for at, sign in enumerate(text)]


FRACTION = [*line("a", 0.25, 0.7), Mark("Rule", 0, 0.25, 1), *line("bc", 0, -0.7)]


def moved(marks, by):
    return [mark._replace(x=mark.x + by) for mark in marks]


def test_a_part_is_found_wherever_it_stands():
    assert is_within(line("3x"), line("a=3x+1")) and is_within(FRACTION, [*line("z="), *moved(FRACTION, 1.0)])
    assert is_within(line("aa"), line("aaa")) and not is_within(line("aaa"), line("aa"))
    assert is_within([], []) and not is_within([], line("a"))


def test_neighbours_must_be_the_same():
    assert not is_within(line("ab"), line("ba")) and not is_within(line("ab"), line("a+b"))
    assert not is_within(line("x2"), [*line("x"), *line("2", 0.5, 0.4, 0.7)]), "a script stands in no line"
    upside_down = [*line("bc", 0, 0.7), *line("a", 0.25, -0.7)]
    assert not is_within([*line("a", 0, 0.7), *line("b", 0, -0.7)], upside_down)


def test_bars_do_not_count():
    assert is_within(FRACTION, [mark for mark in FRACTION if mark.sign != "Rule"])


def test_signs_that_repeat_end_the_search():
    start = time.process_time()
    assert not is_within(line("x" * 40 + "y"), [*line("x" * 300), *line("+y", 0, 3.0)])
    assert time.process_time() - start < 2.0
