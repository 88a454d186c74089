"""Rows and cells of a LaTeX tabular, with `\\multirow` and `\\multicolumn` as spans."""

from __future__ import annotations

import re

from .cell import MOST_COLUMNS, Cell, span

MARKUP = re.compile(
    r"\\(?:begin|end)\{[^{}]*\}(?:\[[^\[\]]*\])?(?:\{(?:[^{}]|\{[^{}]*\})*\})?"
    r"|\\(?:hline|toprule|midrule|bottomrule|centering)(?![A-Za-z])"
    r"|\\c(?:line|midrule)(?:\([lr]*\))?\{[^{}]*\}"
)
CELL_ENDS = re.compile(r"(?<!\\)&")
_ROW_ENDS = re.compile(r"\\\\(?:\[[^\[\]]{0,40}\])?")
_MULTICOLUMN = re.compile(r"\s*\\multicolumn\{(?P<n>\d{1,4})\}\{[^{}]*\}\{(?P<text>.*)\}\s*", re.DOTALL)
_MULTIROW = re.compile(r"\s*\\multirow(?:\[[^\[\]]*\])?\{(?P<n>[^{}]*)\}\{[^{}]*\}\{(?P<text>.*)\}\s*", re.DOTALL)
_FORMULA = re.compile(r"(\$[^$]*\$)")
_FACE = re.compile(r"\\(?:text(?:bf|it|sl|tt|sc|sf|rm|up)|emph|mbox)\{([^{}]*)\}")
_MARKS = {
    r"\%": "%",
    r"\&": "&",
    r"\$": "$",
    r"\#": "#",
    r"\_": "_",
    r"\{": "{",
    r"\}": "}",
    "~": " ",
    "---": "—",
    "--": "–",
    r"\textasciicircum": "^",
    r"\textasciitilde": "~",
    r"\textbackslash": "\\",
    r"\ldots": "…",
    r"\dots": "…",
}
_MARK = re.compile("|".join(re.escape(mark) + (r"(?![A-Za-z])(?:\{\})?" if mark[1:].isalpha() else "") for mark in _MARKS))


def rows(text: str) -> list[list[Cell]]:
    """The cells as HTML would have them: the blanks that LaTeX writes under a `\\multirow` are left away. Never raises."""
    body = MARKUP.sub("", text)
    lines = [line for line in _ROW_ENDS.split(body) if line.strip()]
    table: list[list[Cell]] = []
    covered: dict[int, int] = {}  # rows still to come, by column, of cells that reach down
    for line in lines:
        row, column = [], 0
        for cell in map(_cell, CELL_ENDS.split(line)):
            if covered.get(column) and not cell.text:
                covered[column] -= 1
                column += cell.columns
                continue
            row.append(cell)
            if cell.rows > 1:
                row[-1] = cell._replace(rows=min(cell.rows, len(lines) - len(table)))
                covered[column] = row[-1].rows - 1
            column += cell.columns
        table.append(row)
    return table


def _cell(text: str) -> Cell:
    wide = _MULTICOLUMN.fullmatch(text)
    columns = span(wide["n"], MOST_COLUMNS) if wide else 1
    text = wide["text"] if wide else text
    tall = _MULTIROW.fullmatch(text)
    return Cell(printed(tall["text"] if tall else text), columns, span(tall["n"], MOST_COLUMNS) if tall else 1)


def printed(text: str) -> str:
    """What is printed for LaTeX text: faces and escapes undone, formulas kept between their `$`, one space between words."""
    parts = _FORMULA.split(text)
    for index in range(0, len(parts), 2):
        parts[index] = _MARK.sub(lambda found: _MARKS[found[0].removesuffix("{}")], _FACE.sub(r"\1", parts[index]))
    return " ".join("".join(parts).split())
