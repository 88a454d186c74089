"""Emphasis and its stars: shown as tags, left out of words, and never taken from what only looks like it."""

from __future__ import annotations

import time

import pytest

from gotocr.kinds.text import KIND, PRINTED, parse, show, words


def said(source: str) -> list[str]:
    return [word for _, word in words(source)]


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("a **bold thing** here", ["a", "bold", "thing", "here"]),
        ("so *very* nice, ***both***.", ["so", "very", "nice,", "both."]),
        ("5*3 and 2 * 4*", ["5*3", "and", "2", "*", "4*"]),
        ("a note* and another*", ["a", "note*", "and", "another*"]),
        ("# A **heading**", ["A", "heading"]),
    ],
)
def test_words_are_without_the_stars_of_emphasis(source, expected):
    assert said(source) == expected


def test_emphasis_is_shown_and_nothing_else():
    assert show(parse("a **b** and *c* <i>")) == "<p>a <strong>b</strong> and <em>c</em> &lt;i&gt;</p>"
    assert "<em>" not in PRINTED.html(PRINTED.parse("a *b* c"))


def test_many_stars_are_not_slow():
    start = time.process_time()
    for source in ("*a" * 20_000, "**" * 20_000, "*" + "a " * 20_000, "*a*" * 20_000):
        list(words(source)), show(parse(source))
    assert time.process_time() - start < 5


def test_scores_fall_with_damage():
    truth = "The quick brown fox\njumps over 12 dogs."
    for score in KIND.scores.values():
        assert score(truth, truth) == 1.0 and score("", "") == 1.0
        assert 0 <= score("", truth) < score("The quick", truth) < score(truth[:-5], truth) < 1
        assert 0 <= score("\0\ufffd" * 50, truth) <= 0.1
