"""Tables of a formula as the one environment that shows them: aligned, gathered, cases, a matrix, or an array."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from .item import Item, glue, without_edges
from .runs import enclosed, write

if TYPE_CHECKING:
    from ...draw.latex import Node
    from .flatten import Look

_ALIGNED = frozenset("align aligned alignat alignedat flalign eqnarray split \\eqalign".split())
_GATHERED = frozenset("gather gathered lgathered rgathered multline multlined \\displaylines equation math displaymath".split())
_MATRICES = {
    "pmatrix": "()",
    "bmatrix": "[]",
    "Bmatrix": "{}",
    "vmatrix": "||",
    "Vmatrix": "\u2016\u2016",
    "smallmatrix": "",
    "matrix": "",
}
_MATRICES |= {"psmallmatrix": "()", "bsmallmatrix": "[]", "\\matrix": "", "\\pmatrix": "()", "\\bmatrix": "[]"}
_FENCED = {"()": "pmatrix", "[]": "bmatrix", r"\{\}": "Bmatrix", "||": "vmatrix", r"\|\|": "Vmatrix"}
_REPEATED = re.compile(r"\*\s*\{(\d{1,2})\}\s*\{([lcr|\s]{1,20})\}")
_COLUMN = re.compile(r"[lcr|]|[pmb]\s*\{[^{}]*\}|[@!<>]\s*\{[^{}]*\}")
_RULES = {r"\hdashline": r"\hdashline"}
_WIDEST = 40  # columns


def table_items(node: Node, look: Look) -> list[Item]:
    """The items of a table: one, or what is in it where it is no more than one cell."""
    name = node.name.rstrip("*")
    rows, tags = _rows(node, look)
    rules = _rules(node)
    if not rows:
        return tags
    if name in ("\\substack", "subarray"):
        return [Item(r"\substack{" + _body([[cell for cell in row] for row in rows], []) + "}", tall=True)]
    if name in ("cases", "dcases", "rcases", "drcases", "\\cases"):
        return [_environment("rcases" if name in ("rcases", "drcases") else "cases", rows)]
    fence = _MATRICES.get(name)
    if fence:
        left, right = (mark if mark in "()[]|" else "\\" + ("|" if mark == "\u2016" else mark) for mark in fence)
        columns = (re.sub(r"[^lcr]", "", node.value) or "c") * _width(rows)
        if set(columns) == {"c"}:
            return [_environment(_FENCED[left + right], rows)]
        return enclosed(left, [_array(rows, columns[: _width(rows)], rules)], right)
    return [*_bare(name, rows, _columns(node, rows), rules), *tags]


def _bare(name: str, rows: list[list[list[Item]]], columns: str, rules: list[tuple[int, str]]) -> list[Item]:
    """A table without delimiters."""
    plain = set(columns) <= set("lcr") and not rules
    width = _width(rows)
    if name in _ALIGNED or (plain and name not in _GATHERED and _pairs(columns, rows)):
        if len(rows) == 1:
            return _in_line(rows[0])
        rows = [_merged(row, columns if name not in _ALIGNED else "rcl" if name == "eqnarray" else "") for row in rows]
        return [_environment("aligned", rows if columns != "l" or name in _ALIGNED else [[[], *row] for row in rows])]
    if len(rows) == 1 and width == 1 and plain:
        return rows[0][0]
    if name in _GATHERED or (plain and columns == "c"):
        return [_environment("gathered", [[[item for cell in row for item in cell]] for row in rows])]
    if plain and set(columns) == {"c"}:
        return [_environment("matrix", rows)]
    return [_array(rows, columns, rules)]


def fenced_table(left: str, node: Node, right: str, look: Look) -> Item | None:
    """A table alone between `left` and `right`, where there is an environment for both."""
    name = node.name.rstrip("*")
    rows, _ = _rows(node, look)
    if not rows or _rules(node) or name in _ALIGNED:
        return None
    columns = _columns(node, rows)
    if set(columns) == {"c"} and name not in _GATHERED and left + right in _FENCED and not _MATRICES.get(name):
        return _environment(_FENCED[left + right], rows)
    if name in ("array", "darray") and columns in ("l", "ll") and (left, right) in ((r"\{", "."), (".", r"\}")):
        return _environment("cases" if right == "." else "rcases", rows)
    return None


def _rows(node: Node, look: Look) -> tuple[list[list[list[Item]]], list[Item]]:
    """The cells of a table as items, empty rows at its end left out, and the tags that stand in it."""
    from .flatten import flatten

    tags: list[Item] = []
    rows: list[list[list[Item]]] = []
    for row in node.rows:
        cells = []
        for cell in row:
            items = flatten(cell, look)
            tags += [item for item in items if item.kind == "tag"]
            cells.append(without_edges([item for item in items if item.kind != "tag"]))
        rows.append(cells)
    while rows and not any(rows[-1]):
        rows.pop()
    return rows, tags


def _rules(node: Node) -> list[tuple[int, str]]:
    return [(int(rule.value), _RULES.get(rule.name, r"\hline")) for rule in node.parts if rule is not None]


def _columns(node: Node, rows: Sequence[Sequence[object]]) -> str:
    """The columns of an array, one letter each, with `|` between; centred where they are not said."""
    if node.name.rstrip("*") not in ("array", "darray", "subarray"):
        return "c" * _width(rows)
    value = _REPEATED.sub(lambda found: found[2] * int(found[1]), node.value)
    marks = [mark for mark in _COLUMN.findall(value) if mark[0] in "lcr|pmb"]
    columns = "".join("l" if mark[0] in "pmb" else mark for mark in marks)[: 2 * _WIDEST]
    width, kept, seen = _width(rows), [], 0
    for mark in columns:
        if mark != "|":
            seen += 1
        if seen > width:
            break
        kept.append(mark)
    return "".join(kept) + "c" * (width - min(seen, width)) + ("|" if columns.endswith("|") and seen > width else "")


def _width(rows: Sequence[Sequence[object]]) -> int:
    return min(max((len(row) for row in rows), default=0), _WIDEST)


def _pairs(columns: str, rows: list[list[list[Item]]]) -> bool:
    """True for columns that look as aligned relations do."""
    if columns == "rcl":
        return all(len(row) < 2 or len(row[1]) <= 1 for row in rows)
    return columns in ("l", "rl", "rlrl", "rlrlrl")


def _merged(row: list[list[Item]], columns: str) -> list[list[Item]]:
    """A row of `rcl` with its relation put in front of what follows it."""
    if columns != "rcl" or len(row) < 2:
        return row
    return [row[0], [item for cell in row[1:3] for item in cell], *row[3:]]


def _in_line(row: list[list[Item]]) -> list[Item]:
    """The cells of an only row: pairs run together, a gap between pairs."""
    items: list[Item] = []
    for index, cell in enumerate(row):
        if index and index % 2 == 0 and cell:
            items.append(Item("", "space", width=2.0))
        items += cell
    return items


def _environment(name: str, rows: list[list[list[Item]]]) -> Item:
    return Item(glue([rf"\begin{{{name}}}", _body(rows, []), rf"\end{{{name}}}"]), tall=True)


def _array(rows: list[list[list[Item]]], columns: str, rules: list[tuple[int, str]]) -> Item:
    return Item(glue([rf"\begin{{array}}{{{columns}}}", _body(rows, rules), r"\end{array}"]), tall=True)


def _body(rows: list[list[list[Item]]], rules: list[tuple[int, str]]) -> str:
    written: list[str] = []
    for index, row in enumerate(rows):
        cells = [write(cell) for cell in row]
        while len(cells) > 1 and not cells[-1]:
            cells.pop()
        line = "&".join(cells)
        if index and line.startswith("["):
            line = "{}" + line
        written += [r"\\"] if index else []
        written += [name for at, name in rules if at == index] + [line]
    if any(at >= len(rows) for at, _ in rules):
        written += [r"\\", r"\hline"]
    return glue(written)
