"""What is a number for certain, and what stays text."""

from __future__ import annotations

from decimal import Decimal

import pytest

from gotocr.formats.numbers import decimal_mark, number


@pytest.mark.parametrize(
    ("text", "value", "look"),
    [
        ("1,234.5", "1234.5", "#,##0.0"),
        ("1,234", "1234", "#,##0"),
        ("12,345,678.90", "12345678.90", "#,##0.00"),
        ("12 %", "0.12", "0%"),
        ("12.5%", "0.125", "0.0%"),
        ("-3", "-3", "0"),
        ("\u22123.50", "-3.5", "0.00"),
        ("+5", "5", "+0;-0"),
        ("0", "0", "0"),
        ("0.5", "0.5", "0.0"),
        (".5", "0.5", "0.0"),
        ("2024", "2024", "0"),
    ],
)
def test_numbers_and_their_looks(text, value, look):
    found = number(text)
    assert found.value == Decimal(value) and found.look == look


@pytest.mark.parametrize(
    "text",
    ["", "-", "007", "00.5", "1234567890123", "12,34", "1 234", "3/4", "2024-01-02", "01.02.2024", "1e5", "5.", "\u0663", "1,23,456",
     "(5)", "$5", "12kg", "1,2345", "--5", "1.2.3", "%", "1234567890.1234567", "0x10", "inf", "nan", "1_000", "9" * 50],
)  # fmt: skip
def test_texts_stay_texts(text):
    assert number(text) is None


def test_a_decimal_comma():
    assert number("1.234,5", ",").value == Decimal("1234.5")
    assert number("1.234", ",").value == 1234 and number("1,234", ",").value == Decimal("1.234")
    assert number("1,234", None) is None and number("1.5", None) is None and number("12", None).value == 12


@pytest.mark.parametrize(
    ("texts", "mark"),
    [
        (["1,234", "2,345"], "."),
        (["1,234", "3,5"], ","),
        (["1,234", "0,123"], ","),
        (["1.234,5"], ","),
        (["1,234.5"], "."),
        (["1,234,567"], "."),
        (["1.234.567"], ","),
        (["1.234", "2.5"], "."),
        (["2.5", "3,5"], None),
        (["a, b", "1.2.3", ""], "."),
    ],
)
def test_a_table_tells_its_decimal_mark(texts, mark):
    assert decimal_mark(texts) == mark
