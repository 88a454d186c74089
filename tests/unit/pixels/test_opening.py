"""Which pages of a source are wanted."""

from __future__ import annotations

import random

import pytest

from gotocr.errors import UsageError
from gotocr.pixels.opening import Opening, page_ranges


@pytest.mark.parametrize(
    ("text", "pages"),
    [
        ("3", [2]),
        ("1-5,9", [0, 1, 2, 3, 4, 8]),
        ("10-", [9, 10, 11]),
        ("-4", [0, 1, 2, 3]),
        ("9, 2 - 3", [1, 2, 8]),
        ("2-4,3-6,5", [1, 2, 3, 4, 5]),
        ("1-", list(range(12))),
    ],
)
def test_ranges_as_people_write_them(text, pages):
    opening = Opening(page_ranges(text))
    assert list(opening.of(12)) == [index for index in range(12) if opening.wants(index)] == pages
    assert opening.number_of(12) == len(pages)
    assert opening.last == (None if text.endswith("-") else pages[-1])


@pytest.mark.parametrize("text", ["", ",", "0", "0-3", "5-3", "a", "1-2-3", "1;2", "-", "٣", "-0", "9" * 5000])
def test_what_names_no_pages(text):
    with pytest.raises(UsageError) as caught:
        page_ranges(text)
    assert "\n" not in str(caught.value) and len(str(caught.value)) < 300


def test_many_ranges_are_as_quick_as_one():
    rng = random.Random(0)
    opening = Opening(tuple((place, place + 2) for place in rng.sample(range(1, 1_000_000), 50_000)))
    wanted = {index for first, last in opening.pages for index in range(first - 1, last)}
    assert all(opening.wants(index) == (index in wanted) for index in range(100_000))
    assert opening.number_of(1_000_010) == len(wanted)


def test_pages_that_are_done_are_wanted_no_more():
    opening = Opening(page_ranges("2-5")).without({1, 2}).without({4})
    assert list(opening.of(9)) == [3] and not opening.wants(1) and opening.number_of(9) == 4
    assert list(Opening().without({0, 1, 2}).of(3)) == [] and not list(Opening().without({0, 1, 2}).absent("x", 3))


def test_what_is_absent():
    assert [(index, str(error)) for index, error in Opening(page_ranges("2,4,6-")).absent("a.pdf", 3)] == [
        (3, "a.pdf has 3 pages; there is no page 4"),
        (5, "a.pdf has 3 pages; there is no page 6"),
    ]
    assert not list(Opening(page_ranges("2-9,3")).absent("a.pdf", 2))


@pytest.mark.parametrize("dpi", [0, -3.0, float("nan"), float("inf")])
def test_what_is_no_resolution(dpi):
    with pytest.raises(UsageError, match="dpi must be a positive number"):
        Opening(dpi=dpi)


def test_a_password_is_not_shown():
    assert "secret" not in repr(Opening(password="secret"))
