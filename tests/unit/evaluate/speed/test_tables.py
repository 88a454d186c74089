"""Tables for terminals and pages: aligned, escaped, three digits that count."""

from __future__ import annotations

import pytest

from gotocr.evaluate.speed.tables import Table, interval, show


@pytest.mark.parametrize(
    "value, shown",
    [
        (0.0, "0.00"), (0.00012345, "0.000123"), (0.99951, "1.00"), (9.999, "10.0"), (12.345, "12.3"), (123.45, "123"),
        (999.9, "1000"), (12345.6, "12346"), (0.0000001, "0.000000"), (None, "-"),
    ],
)  # fmt: skip
def test_three_digits_that_count(value, shown):
    assert show(value) == shown


def test_words_to_the_left_and_numbers_to_the_right():
    table = Table(("kind", "rate", "note"), (("a", "1.5", "x"), ("longer", "22.5", "yy")), 1, ("note",))
    assert table.text().splitlines() == ["kind    rate", "a        1.5", "longer  22.5"]
    assert table.markdown().splitlines()[:3] == ["| kind | rate | note |", "| --- | ---: | ---: |", "| a | 1.5 | x |"]


def test_a_page_is_not_broken_by_what_stands_in_a_cell():
    assert "a\\|b" in Table(("x",), (("a|b",),)).markdown()


def test_of_one_round_there_is_no_interval():
    assert interval({"low": 1.0, "high": 2.0, "sure": 0.75}) == "1.00–2.00"
    assert interval({"low": 1.0, "high": 1.0, "sure": 0.0}) == interval(None) == ""
