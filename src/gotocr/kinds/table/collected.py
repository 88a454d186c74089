"""Tables of the corpus as contents to draw: HTML and LaTeX ones, and the series of charts set as tables."""

from __future__ import annotations

import html
import json
import re
from typing import TYPE_CHECKING

from ...schema import AREA
from . import latex
from .cell import Cell, widths
from .content import FORMULA, Content, Row, tidy

if TYPE_CHECKING:
    import numpy as np

    from ...draw.supply import Supply

_MARKUP = re.compile(
    r"\\(?:begin|end)\{[^{}]*\}(?:\[[^\[\]]*\])?(?:\{(?:[^{}]|\{[^{}]*\})*\})?"
    r"|\\(?:hline|toprule|midrule|bottomrule|centering)(?![A-Za-z])"
    r"|\\c(?:line|midrule)(?:\([lr]*\))?\{[^{}]*\}"
)
MOST_LETTERS = 160  # of one cell
_TOKEN = re.compile(r"<(tr|td|th)\b([^<>]*)>([^<>]*)|<(/?)thead>", re.IGNORECASE)
_SPAN = re.compile(r'(col|row)span="?(\d{1,3})')
_TEX = re.compile(r"\$([^$]*)\$")
_PLAIN_POWER = re.compile(r"[\d.,+−-]*(?:(?:\\times|\\cdot)?\s*\d+\^\{?[-+]?\d+\}?)?")
_UP = str.maketrans("0123456789+-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻")
_SIGNS = {
    **{
        r"\times": "×",
        r"\pm": "±",
        r"\cdot": "·",
        r"\leq": "≤",
        r"\le": "≤",
        r"\geq": "≥",
        r"\ge": "≥",
        r"\mu": "μ",
        r"\sim": "∼",
    },
    **{r"\uparrow": "↑", r"\downarrow": "↓", r"\rightarrow": "→", r"\%": "%", "<": "<", ">": ">", "+": "+", "-": "−", "=": "="},
}


def from_corpus(rng: np.random.Generator, supply: Supply) -> Content | None:
    """A table of the corpus, None where it holds what cannot be drawn."""
    items = supply.items("tables")
    if not items:
        return None
    record = json.loads(items[int(rng.integers(len(items)))])
    source, title = record.get("content") or "", str(record.get("title") or "")
    table = latex_table(source) if record.get("format") == "latex" else html_table(source)
    if table is None or any(
        len(cell.text) > MOST_LETTERS or not _drawable(cell.text) for row in table.rows for cell in row.cells
    ):
        return None
    wide = widths([row.cells for row in table.rows])
    if len(set(wide)) != 1 or not wide[0] or _shifted(table):
        return None
    return Content(tidy(table).rows, title if 3 < len(title) < 100 else "")


def _shifted(table: Content) -> bool:
    """Whether heads stand over wrong columns, as where a layout was lost: a year over the names of rows, values under no head."""
    headed = {at.column + step for at in table.cells if at.row < table.heads and at.cell.text for step in range(at.cell.columns)}
    said = {at.column for at in table.cells if at.row >= table.heads and at.cell.columns == 1 and at.cell.text}
    corner = next((at.cell.text for at in table.cells if at.row < table.heads and at.column == 0 and at.cell.text), "")
    stub = [row.cells[0].text for row in table.rows[table.heads :] if row.cells]
    dated = re.search(r"\b(?:19|20)\d\d\b|[Ee]nded\b", corner) and not all(text[:1].isdigit() for text in stub)
    return bool(dated or said - headed - {0}) if table.heads else False


def _drawable(text: str) -> bool:
    """Whether nothing is left in it of a language that the reader of the table never saw."""
    words = FORMULA.sub("", text)
    return words.isprintable() and AREA not in text and not ("\\" in words and ("$" in words or "{" in words))


def html_table(source: str) -> Content | None:
    """The rows of clean HTML: tags of rows and cells, text with entities, nothing within cells."""
    rows: list[tuple[list[Cell], bool]] = []
    head = False
    for tag, spans, text, closing in _TOKEN.findall(source):
        if not tag:
            head = not closing
        elif tag.lower() == "tr":
            rows.append(([], head))
        elif rows:
            found = {name: int(count) for name, count in _SPAN.findall(spans)}
            words = " ".join(html.unescape(text).split())
            rows[-1][0].append(Cell(words, max(found.get("col", 1), 1), max(found.get("row", 1), 1)))
    rows = [(cells, first) for cells, first in rows if cells]
    return Content(tuple(_row(cells, first) for cells, first in rows)) if rows else None


def _row(cells: list[Cell], head: bool) -> Row:
    """The row with its role by what stands in it."""
    texts = [cell.text for cell in cells]
    if head:
        return Row(tuple(cells), "head")
    if len(cells) > 1 and texts[0] and not any(texts[1:]) or len(cells) == 1 and cells[0].columns > 1:
        return Row(tuple(cells), "section")
    return Row(tuple(cells), "total" if re.match(r"(?:Grand )?[Tt]otal\b|All\b|Sum\b|Overall\b", texts[0]) else "body")


def latex_table(source: str) -> Content | None:
    """The rows of a tabular; what stands above its first rule within is the head."""
    cut = re.split(r"\\(?:midrule|hline)(?![A-Za-z])", source)
    heads = 0
    if len(cut) > 2:
        first = cut[1] if not _lines(cut[0]) else cut[0]
        heads = _lines(first)
    found = [[cell._replace(text=_typed(cell.text)) for cell in row] for row in latex.rows(source)]
    found = [row for row in found if row]
    if not found or heads >= len(found):
        heads = 0 if len(found) < 2 else 1
    return Content(tuple(_row(row, number < max(heads, 1)) for number, row in enumerate(found))) if found else None


def _lines(part: str) -> int:
    return _MARKUP.sub("", part).count(r"\\")


def _typed(text: str) -> str:
    """A cell's LaTeX with formulas marked; those that are no more than a number or a sign become text."""
    return _TEX.sub(lambda found: simple(found[1]) or f"\x02{found[1].strip()}\x03", text)


def simple(formula: str) -> str:
    """The text that looks like the formula, such as 10⁻³ or ±; empty where a formula is needed."""
    formula = formula.strip()
    if formula in _SIGNS:
        return _SIGNS[formula]
    if not formula or not _PLAIN_POWER.fullmatch(formula):
        return ""
    base, _, power = formula.partition("^")
    base = base.replace(r"\times", " × ").replace(r"\cdot", " · ").replace("-", "−")
    return " ".join(base.split()) + power.strip("{}").translate(_UP)


def from_chart(rng: np.random.Generator, supply: Supply) -> Content | None:
    """The values of a chart as a table, its categories down or across."""
    items = supply.items("chart_tables")
    if not items:
        return None
    record = json.loads(items[int(rng.integers(len(items)))])
    categories, series = [str(name) for name in record["categories"]], record["series"]
    if any(len(name) > 40 for name in [*categories, *series]) or not all(
        len(values) == len(categories) for values in series.values()
    ):
        return None
    grid = [[str(record.get("x_label") or ""), *categories], *([name, *map(number_text(rng), series[name])] for name in series)]
    if rng.random() < 0.75 and len(categories) > len(series):
        grid = [list(column) for column in zip(*grid, strict=True)]
    rows = tuple(Row(tuple(map(Cell, line)), "body" if number else "head") for number, line in enumerate(grid))
    return Content(rows, str(record.get("title") or "")[:100])


def number_text(rng: np.random.Generator):
    """How a table prints its values: with or without separated thousands, a blank, a dash or "n/a" where there is none."""
    grouped, missing = rng.random() < 0.6, str(rng.choice(["", "–", "—", "n/a", "..", "NA"]))

    def text(value: object) -> str:
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            return str(value) if value is not None else missing
        return f"{value:,}" if grouped else str(value)

    return text
