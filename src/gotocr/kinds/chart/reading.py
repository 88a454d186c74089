"""Charts as they are written, ours (JSON) and GOT's (a Python dictionary), read into one form and checked."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from typing import Any

from ...schema import Block
from .. import code
from ..kind import Span
from . import literal
from .writing import KEYS, write

TYPES = (
    "bar", "horizontal bar", "stacked bar", "stacked horizontal bar", "diverging bar", "panel bar", "histogram", "line", "area",
    "stacked area", "bar and line", "pie", "donut", "scatter",
)  # fmt: skip
_ALIASES = {"values": "series", "x_title": "x", "y_title": "y", "x_axis": "x", "y_axis": "y", "chart_type": "type"}
NAMES = (*KEYS, *_ALIASES)  # of what a chart may say
_KNOWN = "|".join(NAMES)
_OPEN = re.compile(rf"^[ \t]*(?P<brace>\{{)\s*[\"'](?:{_KNOWN})[\"']\s*:", re.MULTILINE)
_VALUES = re.compile(r"[\"'](?:series|values)[\"']\s*:")
_TOKEN = re.compile(r"\"(?:[^\"\\]|\\.)*\"|'(?:[^'\\]|\\.)*'|(?<![\w.])-?\d[\d.]*", re.DOTALL)
_NUMBER = re.compile(r"[-−(]?[^\d()−.-]{0,8}(\d[\d, ]*(?:\.\d+)?|\.\d+)(?:[eE]([+-]?\d{1,2}))?[^\d]{0,16}")


def find(text: str) -> Iterator[Span]:
    """Bare dictionaries at the start of a line that open with a chart's key and hold values; an unclosed one runs to the text's end."""
    at = 0
    while opened := _OPEN.search(text, at):
        at = literal.end(text, opened.start("brace"))
        if text[at - 1] != "}" or _VALUES.search(text, opened.start(), at):
            yield Span(opened.start("brace"), at)


def is_bare(text: str) -> bool:
    """Whether a page is nothing but a dictionary with values, whatever its first key is."""
    if text[:1] != "{" or text[-1:] != "}" or not _VALUES.search(text) or literal.end(text, 0) != len(text):
        return False
    raw, problems = literal.read(text)
    return not problems and not _faults(understand(raw)[0])


def parse(source: str) -> Block:
    """The chart in `data` (see `understand`); its text is our JSON, or as it was written where something is wrong with it."""
    text = code.bare(source)
    raw, problems = literal.read(text)
    data, more = understand(raw)
    problems = [*problems, *(more or _faults(data))]
    return Block("chart", text if problems else write(data)[0], problems=tuple(problems), data=data)


def understand(raw: Any) -> tuple[dict[str, Any], list[str]]:
    """What was read as a chart, and what is wrong with it: `type`, texts, and `series`.

    `series` maps a name ("" = not named) to {category: number} or, for points, to a list of [x, y].
    """
    if not isinstance(raw, Mapping):
        return {"series": {}}, ["it is no dictionary"]
    named = {_ALIASES.get(key, key): value for key, value in raw.items()}
    data: dict[str, Any] = {
        key: str(named[key]) for key in KEYS if key != "series" and isinstance(named.get(key), (str, int, float))
    }
    data = {key: value for key, value in data.items() if value and value != "None"}
    series, problems = _all_series(named.get("series"))
    data["series"] = series
    return data, problems


def _all_series(raw: Any) -> tuple[dict[str, Any], list[str]]:
    problems: list[str] = []
    if not isinstance(raw, Mapping):
        raw = {"": raw} if isinstance(raw, list) else {}
    loose = {key: value for key, value in raw.items() if not isinstance(value, (Mapping, list))}
    series: dict[str, Any] = {"": _values(loose, problems)} if loose else {}
    for name, values in raw.items():
        if isinstance(values, (Mapping, list)):
            series[name] = _values(values, problems)
    return series, problems


def _values(raw: Any, problems: list[str]) -> Any:
    if isinstance(raw, list):
        pairs = [[number(x), number(y)] for x, y in (pair for pair in raw if isinstance(pair, list) and len(pair) == 2)]
        good = [pair for pair in pairs if None not in pair]
        if len(good) < len(raw):
            problems.append(f"{len(raw) - len(good)} points are no pairs of numbers")
        return good
    values = {}
    for category, value in raw.items():
        found = number(value)
        if found is not None:
            values[category] = found
        elif value is not None:
            problems.append(f"the value of {category[:40]!r} is no number")
    return values


def number(value: Any) -> float | None:
    """A finite number, also of a text such as "45%", "$1,200" or "(3.5)"; None for what is none."""
    if isinstance(value, bool):
        return None
    if isinstance(value, str):
        found = _NUMBER.fullmatch(value.strip()) if len(value) < 64 else None
        if not found:
            return None
        size = float(re.sub(r"[, ]", "", found[1])) * 10.0 ** int(found[2] or 0)
        value = -size if value.strip()[0] in "-−(" else size
        value = int(value) if value == int(value) and abs(value) < 1e15 else value
    return value if isinstance(value, (int, float)) and math.isfinite(value) and abs(value) < 1e300 else None


def check(block: Block) -> list[str]:
    """A chart has a known type if any, values that are finite numbers, and no series without a value."""
    return _faults(block.data)


def _faults(data: Mapping[str, Any]) -> list[str]:
    series = data.get("series")
    if not isinstance(series, Mapping) or not series:
        return ["the chart has no values"]
    problems = [f"there is no chart of the type {data['type'][:40]!r}"] if data.get("type", TYPES[0]) not in TYPES else []
    problems += [f"the series {name[:40]!r} has no values" for name, values in series.items() if not values]
    forms = {isinstance(values, Mapping) for values in series.values()}
    return problems + (["some series are points, others are not"] if len(forms) > 1 else [])


def words(source: str) -> Iterator[tuple[Span, str]]:
    """The printed words and numbers: those within quotes that are no keys of ours, and bare numbers."""
    last = ""
    for token in _TOKEN.finditer(source):
        inner = token[0]
        quoted = inner[0] in "\"'"
        name = inner[1:-1] if quoted else inner
        is_key = quoted and source[token.end() : token.end() + 1] == ":"
        if (is_key and (name in KEYS or name in _ALIASES)) or last == "type":
            last = name if is_key else ""
            continue
        last = ""
        start = token.start() + quoted
        for word in re.finditer(r"\S+", name):
            yield Span(start + word.start(), start + word.end()), word[0]
