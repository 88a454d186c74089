"""Matrices, arrays, cases and aligned equations: rows of cells on their baselines, columns on their edges."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..latex_tree import Node
from .box import Box, Rule, centred, row
from .delimiters import covering, delimiter
from .look import DISPLAY, SCRIPT, TEXT, Atom, Item, Look

if TYPE_CHECKING:
    from .setter import Setter

COLUMN_GAP = 0.5  # beside a column of an array, ems
PAIR_GAP = 1.0  # between the pairs of columns of aligned equations
TAG_GAP = 2.0  # in front of an equation's number
RULE = 0.04
_FENCES = {
    "p": ("(", ")"), "b": ("[", "]"), "B": ("\\{", "\\}"), "v": ("|", "|"), "V": ("\\|", "\\|"),
}  # fmt: skip


@dataclass(frozen=True)
class Layout:
    """How a table is set: sizes in ems; `columns` are sides (l, c, r), the last of them for all further ones."""

    style: int = TEXT
    columns: str = "c"
    gaps: tuple[float, ...] = ()  # in front of each column and behind the last; the last but one repeats
    strut: tuple[float, float] = (0.84, 0.36)  # least height and depth of a row
    pitch: float = 0.0  # least distance of baselines
    leading: float = 0.0  # what parts rows whose baselines are too close for the pitch
    limit: float = 0.0  # how close rows may be before that
    fences: tuple[str, str] = (".", ".")
    bars: tuple[int, ...] = ()  # columns that a line stands in front of
    pairs: bool = False  # aligned: the second column of a pair begins with an empty atom


def set_table(setter: Setter, node: Node, look: Look) -> list[Item]:
    layout = layout_of(node, look)
    scale = look.scale(setter.font) if layout.style < SCRIPT else 1.0
    body = grid(setter, node, layout, look)
    axis = look.length(setter.font, "AxisHeight")
    box = centred(body, axis)
    tight = look.level > 0
    if layout.fences != (".", "."):
        target = covering(box.total / 2)
        closing = node.end - (1 if node.name.startswith("\\") else len("\\end{}" + node.name))  # what the right one stands for
        sides = [
            Node("symbol", at, at, at, mark) for at, mark in zip((node.at, max(closing, node.at)), layout.fences, strict=True)
        ]
        left, right = (delimiter(setter, side, target, look) for side in sides)
        return [Atom("inner", row([left, box, right]), tight=tight)]
    if node.name == "smallmatrix":
        return [Atom("ord", row([3 / 18 * scale, box, 3 / 18 * scale]), tight=tight)]
    return [Atom("op" if node.name == "\\substack" else "ord", box, tight=tight)]


def layout_of(node: Node, look: Look) -> Layout:
    """The layout that an environment or command asks for."""
    name = node.name.removeprefix("\\").rstrip("*")
    if name.endswith("smallmatrix"):
        return Layout(
            SCRIPT,
            "c",
            (0.0, 5 / 18, 0.0),
            (0.0, 0.0),
            0.6,
            0.15,
            0.15,
            _FENCES.get(name[:1], (".", ".")) if name[0] in "pb" else (".", "."),
        )
    if name in ("substack", "subarray"):
        side = node.value.strip()[:1] if name == "subarray" else "c"
        return Layout(max(SCRIPT, look.style), side or "c", (0.0, 0.0), (0.0, 0.0), 0.5, 0.08, 0.08)
    if name.endswith("matrix"):
        return Layout(
            TEXT,
            node.value or "c",
            (0.0, 2 * COLUMN_GAP, 0.0),
            fences=_FENCES.get(name[:1], (".", ".")) if name != "matrix" else (".", "."),
        )
    if name.endswith("cases"):
        fences = (".", "\\}") if name.startswith(("r", "dr")) else ("\\{", ".")
        return Layout(DISPLAY if name.startswith("d") else TEXT, "l", (0.0, 1.0, 0.0), (1.008, 0.432), fences=fences)
    if name in ("array", "darray"):
        return _array_layout(node, DISPLAY if name == "darray" else TEXT)
    if name in ("gathered", "gather", "multline", "multlined", "displaylines", "equation", "math", "displaymath"):
        return Layout(DISPLAY, "c", (0.0, 0.0), pitch=1.5, leading=0.4, limit=0.3)
    if name in ("lgathered", "rgathered"):
        return Layout(DISPLAY, name[0], (0.0, 0.0), pitch=1.5, leading=0.4, limit=0.3)
    if name == "eqnarray":
        return Layout(DISPLAY, "rcl", (0.0, 2 * COLUMN_GAP, 2 * COLUMN_GAP, 0.0), pitch=1.5, leading=0.4, limit=0.3)
    gap = 0.0 if name.startswith("alignedat") or name.startswith("alignat") else PAIR_GAP
    return Layout(DISPLAY, "rl", (0.0, 0.0, gap, 0.0), pitch=1.5, leading=0.4, limit=0.3, pairs=True)


def _array_layout(node: Node, style: int) -> Layout:
    """Columns of an array: letters l, c, r and lines |; what else stands there is passed over."""
    sides, bars, depth, tight = "", [], 0, []
    for letter in node.value:
        depth += (letter == "{") - (letter == "}")
        if depth or letter in "{} ":
            continue
        if letter == "@":
            tight.append(len(sides))
        elif letter in "|:":
            bars.append(len(sides))
        elif letter in "lcrpmb":
            sides += letter if letter in "lcr" else "l"
    count = max([len(sides), *(len(cells) for cells in node.rows)])
    gaps = [COLUMN_GAP, *[2 * COLUMN_GAP] * (count - 1), COLUMN_GAP]
    for place in tight:
        gaps[min(place, count)] = 0.0
    return Layout(style, sides or "c", tuple(gaps), bars=tuple(bars))


def grid(setter: Setter, node: Node, layout: Layout, look: Look) -> Box:
    """The rows of a table from the baseline of the first one down."""
    inner = look._replace(style=max(layout.style, look.style) if look.style > TEXT else layout.style)
    rows = [[_cell(setter, cell, number, layout, inner) for number, cell in enumerate(cells)] for cells in node.rows]
    tags = [tag_of(setter, cells) for cells in node.rows]
    count = max((len(cells) for cells in rows), default=0)
    widths = [max((cells[column].width for cells in rows if column < len(cells)), default=0.0) for column in range(count)]
    lefts, width = _columns(layout, widths)
    whole = Box(width)
    tag_room = max((tag.width for tag in tags if tag), default=0.0)
    down, before = 0.0, 0.0
    edges = [0.0]
    for index, cells in enumerate(rows):
        height = max([layout.strut[0], *(cell.height for cell in cells)])
        depth = max([layout.strut[1], *(cell.depth for cell in cells)])
        ruled = RULE * sum(rule.value == str(index) for rule in node.parts)
        if index:
            down += ruled
            close = layout.pitch - before - height < layout.limit - 1e-6
            down += before + layout.leading + height if close or not layout.pitch else layout.pitch
        else:
            whole.height = height + ruled
        for column, cell in enumerate(cells):
            spare = widths[column] - cell.width
            side = layout.columns[min(column, len(layout.columns) - 1)] if not layout.pairs else "rl"[column % 2]
            whole.put(lefts[column] + spare * {"l": 0.0, "c": 0.5, "r": 1.0}[side], -down, cell)
        if tag := tags[index]:
            whole.put(width + TAG_GAP + tag_room - tag.width, -down, tag)
        before = depth
        edges.append(down + depth)
    whole.depth = down + before + RULE * sum(rule.value == str(len(rows)) for rule in node.parts)
    _rules(whole, node, layout, (lefts, width, edges))
    whole.width = width + (TAG_GAP + tag_room if tag_room else 0.0)
    return whole


def _cell(setter: Setter, cell: Node, column: int, layout: Layout, look: Look) -> Box:
    items = setter.items(cell.parts, look)
    if layout.pairs and column % 2 and items:
        items.insert(0, Atom("ord", Box(), tight=look.level > 0))
    return setter.line(items)


def _columns(layout: Layout, widths: list[float]) -> tuple[list[float], float]:
    """The left edge of each column, and the width of all."""
    gaps = layout.gaps or (0.0,)
    lefts, at = [], 0.0
    for column, width in enumerate(widths):
        if layout.pairs:
            at += layout.gaps[2] if column and column % 2 == 0 else 0.0
        else:
            at += gaps[min(column, max(0, len(gaps) - 2))] if len(gaps) > 2 or not column else 0.0
        lefts.append(at)
        at += width
    return lefts, at + (0.0 if layout.pairs else gaps[-1])


def _rules(whole: Box, node: Node, layout: Layout, places: tuple[list[float], float, list[float]]) -> None:
    """Lines between rows and columns."""
    lefts, width, edges = places
    for rule in node.parts:
        index = min(int(rule.value), len(edges) - 1)
        y = -edges[index] if index else whole.height
        whole.put(0.0, y - RULE, Rule(width, RULE, rule.at))
    for column in layout.bars:
        gap = layout.gaps[min(column, len(layout.gaps) - 1)]
        x = width if column >= len(lefts) else lefts[column] - gap / 2
        x = 0.0 if column == 0 else x
        whole.put(x - RULE / 2, -whole.depth, Rule(RULE, whole.total, node.at))


def tag_of(setter: Setter, cells: tuple[Node, ...]) -> Box | None:
    """The number of a row, as `\\tag` gives it, in parentheses (without, for `\\tag*`)."""
    found = next((part for cell in cells for part in cell.parts if part.kind == "tag"), None)
    if found is None:
        return None
    look = Look(TEXT, alphabet="rm")
    body = setter.part(found.parts[0], look)
    if found.name.endswith("*"):
        return body
    return row([setter.letter("(", look, found.at), body, setter.letter(")", look, found.end - 1)])
