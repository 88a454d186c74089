"""Texts that say nothing new, in other words each time."""

from __future__ import annotations

import random

from gotocr.decode.echo import Echo


def follow(texts, marks=False):
    echo, most = Echo(marks), 0
    for text in texts:
        echo.push(text)
        most = max(most, echo.stale)
    return echo, most


def test_new_words_are_new():
    rng = random.Random(1)
    assert follow([f"w{chr(97 + rng.randrange(26))}{chr(97 + rng.randrange(26))}" for _ in range(3000)])[1] == 0


def test_few_words_in_any_order_are_stale():
    rng = random.Random(2)
    echo, most = follow([*"abcdefghijklmnopqrst", *(rng.choice(["cat ", "dog "]) for _ in range(400))])
    assert most > 200 and echo.since < 120


def test_numbers_and_marks_between_hide_nothing():
    texts = [part for n in range(200) for part in ("the ", str(n * n), "cat ", "<td>", "sat ", "down ")]
    assert follow(texts)[1] > 300


def test_marks_are_followed_where_asked_for():
    rng = random.Random(3)
    texts = [rng.choice(["&", "1", "0"]) for _ in range(900)]
    assert follow(texts)[1] == 0 and follow(texts, marks=True)[1] > 300


def test_what_is_said_a_few_times_or_long_after_is_no_echo():
    rng = random.Random(4)
    said = [f"{chr(97 + rng.randrange(26))}{chr(97 + rng.randrange(26))}x" for _ in range(90)]
    assert follow(said * 3)[1] == 0 and follow(said[:40] * 12)[1] > 160
    assert follow((said + [f"y{word}" for word in said]) * 8)[1] == 0
