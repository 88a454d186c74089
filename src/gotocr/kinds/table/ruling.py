"""Where the rules of a table run: along the grid lines between different cells, as its look has them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from .cell import Placed
from .content import Content
from .look import Look

if TYPE_CHECKING:
    from ...draw.table import Stroke

Rule = tuple[float, bool, bool]  # width in ems, dashed, double


def strokes(content: Content, look: Look) -> list[Stroke]:
    """All rules of the table; never through a cell that reaches over the line."""
    placed, starts = content.cells, _group_lines(content)
    rows, columns = len(content.rows), content.columns
    owner = [[-1] * columns for _ in range(rows)]
    for number, at in enumerate(placed):
        for row in range(at.row, min(at.row + at.cell.rows, rows)):
            owner[row][at.column : at.column + at.cell.columns] = [number] * min(at.cell.columns, columns - at.column)
    found: list[Stroke] = []
    for line in range(rows + 1):
        rules = [_level_rule(content, look, line, line in starts)] * columns
        if line > content.heads and rules[0] and (look.name == "finance" and look.level != "all"):
            rules[0] = rules[0] if line == rows else None  # sums are ruled off in the columns of numbers alone
        if 0 < line < rows:
            rules = [None if owner[line - 1][column] == owner[line][column] else rule for column, rule in enumerate(rules)]
        found += _runs(rules, line, look, True)
    if look.frame == "box" or look.upright != "none":
        for line in range(columns + 1):
            rules = [_upright_rule(content, look, line, columns)] * rows
            if 0 < line < columns:
                rules = [None if owner[row][line - 1] == owner[row][line] else rule for row, rule in enumerate(rules)]
            found += _runs(rules, line, look, False)
    if look.group_rules and not look.all_level:
        found += _group_rules(content, look, placed)
    return found


def _level_rule(content: Content, look: Look, line: int, group: bool) -> Rule | None:
    """The rule on a line between rows; `group`: a group of rows starts or ends there."""
    rows, heads = len(content.rows), content.heads
    light = (look.light, look.dash, False)
    if line in (0, rows):
        return (look.heavy, False, False) if look.frame != "none" else None
    if line == heads:
        return (
            (look.heavy if look.level != "all" else look.light, False, False) if look.head_rule or look.level == "all" else None
        )
    if line < heads:
        return light if look.level == "all" else None
    above, below = content.rows[line - 1].role, content.rows[line].role
    if look.level == "all":
        return light
    if below == "total" != above:
        return (look.light, False, False) if look.head_rule or look.name == "finance" else None
    if above == "total" and look.double and look.name == "finance":
        return (look.light, False, True)
    return light if look.level == "groups" and (group or "section" in (above, below)) else None


def _group_lines(content: Content) -> set[int]:
    """The lines where a cell of the first column that reaches over rows starts or ends."""
    tall = [(at.row, at.row + at.cell.rows) for at in content.cells if at.column == 0 and at.cell.rows > 1]
    return {line for both in tall for line in both}


def _upright_rule(content: Content, look: Look, line: int, columns: int) -> Rule | None:
    if line in (0, columns):
        return (look.heavy, False, False) if look.frame == "box" else None
    if line == 1 and look.stub_rule and content.stub and look.upright != "none":
        return (look.stub_rule, False, False)
    if look.upright == "all":
        return (look.light, look.dash and not look.all_level, False)
    if look.upright == "groups":
        starts = {at.column for at in content.cells if at.row == 0}
        return (look.light, False, False) if line == 1 and content.stub or (line in starts and content.heads > 1) else None
    return None


def _runs(rules: Sequence[Rule | None], line: int, look: Look, level: bool) -> list[Stroke]:
    """One stroke for each stretch of equal rules."""
    from ...draw.table import Stroke

    found, at = [], 0
    while at < len(rules):
        stop = at
        while stop < len(rules) and rules[stop] == rules[at]:
            stop += 1
        if rules[at]:
            width, dashed, double = rules[at]
            pixels = max(width * look.size, 0.6)
            pixels = max(round(pixels), 1) if look.snap else pixels
            dash = (max(2.0, 2 * pixels), max(2.0, 2 * pixels)) if dashed else None
            found.append(Stroke(line, at, stop, pixels, look.rule, dash, double, level=level))
        at = stop
    return found


def _group_rules(content: Content, look: Look, placed: Sequence[Placed]) -> list[Stroke]:
    """Rules under the headings that reach over several columns, a little shorter than these."""
    from ...draw.table import Stroke

    width = max(look.light * look.size, 0.6)
    return [
        Stroke(
            at.row + at.cell.rows,
            at.column,
            at.column + at.cell.columns,
            width,
            look.rule,
            trim=0.3 * look.size * min(look.side, 1.0),
        )
        for at in placed
        if at.cell.columns > 1 and at.cell.text and at.row + at.cell.rows < content.heads
    ]
