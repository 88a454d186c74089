"""What repeats, for how long: against a search by brute force, and numbers that count on."""

from __future__ import annotations

import random

import pytest

from gotocr.decode.cycles import DIGITS, Cycles


def follow(texts):
    cycles = Cycles()
    for token, text in enumerate(texts):
        cycles.push(token, text)
        yield cycles.period, cycles.run


def searched(texts):
    """The longest run of any period, and the shortest period that has it."""
    best = 0, 0
    for period in range(1, len(texts)):
        run = 0
        while run < len(texts) - period and texts[-1 - run] == texts[-1 - run - period]:
            run += 1
        if run > best[1]:
            best = period, run
    return best


@pytest.mark.parametrize("seed", range(8))
def test_it_finds_what_a_search_finds(seed):
    texts = random.Random(seed).choices("abc"[: 2 + seed % 2], k=80)
    assert list(follow(texts)) == [searched(texts[: end + 1]) for end in range(80)]


@pytest.mark.parametrize(
    ("text", "period", "run"),
    [
        ("1. 2. 3. 4. 5. 6. ", 3, 11), ("no 1, no 2, no 3, no 4, ", 6, 14), ("8 9 10 11 12 ", 3, 8), ("10 20 30 40 ", 3, 5),
        ("9 8 7 6 5 ", 2, 5), ("7 7 7 7 ", 2, 6), ("3 1 4 1 5 9 2 6 ", 0, 0),
    ],
)  # fmt: skip
def test_numbers_that_count_on_repeat(text, period, run):
    found = list(follow(text))
    assert found[-1][1] >= run and (not period or found[-1][0] in (period, period - 1)), found[-1]
    assert run or found[-1][1] <= 1


def test_a_number_is_one_whatever_tokens_it_is_written_in():
    assert list(follow(["12", ". ", "1", "3", ". ", "14", ". ", "15. "]))[-1][1] >= 3


def test_digits_without_an_end_repeat():
    assert list(follow("1" * 200))[-1][1] >= 200 - 2 * DIGITS


def test_half_characters_are_known_by_their_token():
    cycles = Cycles()
    for token in [1, 2, 3, 1, 2, 3, 1]:
        cycles.push(token, "")
    assert (cycles.period, cycles.run) == (3, 4)
