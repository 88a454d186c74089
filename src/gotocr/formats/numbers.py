"""Which texts of a table are numbers for certain, and what they look like; all else stays text."""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import Decimal
from typing import NamedTuple

LONGEST = 11  # digits without separators that are a number: longer ones name something (accounts, telephones, articles)
PRECISE = 15  # digits that a spreadsheet keeps
_SHAPE = re.compile(r"(?P<sign>[-+\u2212\u2013]?)(?P<body>(?:\d+|\d{1,3}(?:[.,]\d{3})+)?(?:[.,]\d+)?)(?P<percent> ?%)?", re.ASCII)
_GROUPED = {mark: re.compile(rf"\d{{1,3}}(?:\{mark}\d{{3}})+", re.ASCII) for mark in ".,"}


class Number(NamedTuple):
    """A number as printed: its value (0.12 for "12 %"), decimals shown, and how it is written."""

    value: Decimal
    decimals: int = 0
    grouped: bool = False
    percent: bool = False
    plus: bool = False

    @property
    def look(self) -> str:
        """The number format of a spreadsheet that shows it as it was printed."""
        body = "#,##0" if self.grouped else "0"
        body += "." + "0" * self.decimals if self.decimals else ""
        body += "%" if self.percent else ""
        return f"+{body};-{body}" if self.plus else body


def decimal_mark(texts: Iterable[str]) -> str | None:
    """What parts whole numbers from decimals in a table: "." or ","; None where it holds both ways of writing.

    A "1,234" alone may be either; the others of its table decide ("3,5" and "0,123" have a decimal comma, "1,234,567",
    "1,234.5" and "3.5" a point), and a table that says nothing is read as English.
    """
    comma = point = False
    for text in texts:
        found = _SHAPE.fullmatch(text.strip()) if len(text) < 40 else None
        body = found["body"] if found else ""
        commas, points = body.count(","), body.count(".")
        if commas and points:
            comma, point = comma or body.rfind(",") > body.rfind("."), point or body.rfind(".") > body.rfind(",")
        elif commas + points > 1:
            comma, point = comma or points > 1, point or commas > 1
        elif commas + points == 1 and (not _GROUPED["," if commas else "."].fullmatch(body) or body[0] == "0"):
            comma, point = comma or bool(commas), point or bool(points)
    return None if comma and point else "," if comma else "."


def number(text: str, mark: str | None = ".") -> Number | None:
    """The number that `text` is for certain, or None: leading zeros, long rows of digits, dates and units stay text.

    `mark` is what `decimal_mark` found in the table; with None only what can be read in one way is a number.
    """
    text = text.strip()
    found = _SHAPE.fullmatch(text) if len(text) < 40 else None
    if not found or not found["body"] or not any(letter.isdigit() for letter in found["body"]):
        return None
    body, groups = found["body"], "," if mark == "." else "."
    if mark is None:
        if "," in body or "." in body:
            return None
        mark = "."
    whole, _, decimals = body.partition(mark)
    grouped = bool(_GROUPED[groups].fullmatch(whole))
    if (not grouped and groups in whole) or groups in decimals or mark in decimals or (mark in body and not decimals):
        return None
    digits = whole.replace(groups, "")
    if (len(digits) > 1 and digits[0] == "0") or (len(digits) > LONGEST and not grouped) or len(digits + decimals) > PRECISE:
        return None
    value = Decimal(f"{'-' if found['sign'] not in ('', '+') else ''}{digits or 0}.{decimals or 0}")
    percent = bool(found["percent"])
    return Number(value / 100 if percent else value, len(decimals), grouped, percent, found["sign"] == "+")
