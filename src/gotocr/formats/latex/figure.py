"""A plane figure as a `tikzpicture` that is written anew from what our grammar read of it; nothing is copied."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from ...draw.figure import extent, lines
from ...kinds.geometry.tikz import read, write

MOST, WIDEST = 60.0, 15.0  # centimetres to each side that are drawn; width of a page
MOST_LINES = 400  # of a grid


def figure(source: str, label: Callable[[str], str], widest: float = WIDEST) -> str | None:
    """The picture, at most `widest` cm, `label` making LaTeX of its labels; None where something cannot be read or drawn."""
    reading = read(source)
    if reading.problems:
        return None
    drawn = reading.figure
    for path in drawn.paths:
        for step in path.steps:
            if step.name == "grid" and (step.numbers[2] <= 0 or 2 * MOST / step.numbers[2] > MOST_LINES):
                return None
    points = [value for path in drawn.paths for value in extent(lines(path))] + [value for one in drawn.labels for value in one.at]
    reach = [abs(value) for value in points]
    if not all(value <= MOST for value in reach):
        return None
    scale = min(1.0, widest / (2 * max(reach, default=1.0) or 1.0))
    body, _ = write(replace(drawn, labels=()))
    nodes = [f"\\node at ({one.at[0]:.1f},{one.at[1]:.1f}) {{{label(one.text)}}};" for one in drawn.labels]
    option = f"[scale={scale:.3f}]" if scale < 1 else ""
    return "\n".join([f"\\begin{{tikzpicture}}{option}", *([body] if body else []), *nodes, "\\end{tikzpicture}"])
