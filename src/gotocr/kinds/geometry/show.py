"""A figure as SVG, drawn from what our grammar reads; what it cannot read is shown as its TikZ, escaped."""

from __future__ import annotations

import html

from ...draw.figure import Figure, Path, extent, lines
from ...schema import Block
from ..svg import pure
from .tikz import COLOURS, read

UNIT = 36.0  # user units a centimetre
MOST = 60.0  # centimetres that are shown to each side
TEXT = 14.0  # size of labels


def show(block: Block) -> str:
    drawing = svg(block)
    code = f'<pre class="geometry"><code>{html.escape(block.text)}</code></pre>'
    return f'<div class="geometry">{drawing}</div>' if drawing else code


def svg(block: Block) -> str | None:
    """The figure; None where our grammar does not read it all, or it is larger than can be shown."""
    reading = read(block.text)
    return None if reading.problems else pure(drawn(reading.figure))


def drawn(figure: Figure) -> str:
    """The picture as SVG; empty where it is larger than can be shown."""
    from ...draw.figure_labels import marks

    drawn = [line for path in figure.paths for line in lines(path)]
    left, low, right, high = extent(drawn)
    for label in figure.labels:
        half = len(marks(label.text)) * TEXT * 0.25 / UNIT  # a letter is half as wide as high, or so
        left, right = min(left, label.at[0] - half), max(right, label.at[0] + half)
        low, high = min(low, label.at[1]), max(high, label.at[1])
    if max(abs(value) for value in (left, low, right, high)) > MOST:
        return ""
    parts = [_path(path) for path in figure.paths]
    for label in figure.labels:
        spans = []
        for mark in marks(label.text):
            shift = {1: ' baseline-shift="super" font-size="70%"', -1: ' baseline-shift="sub" font-size="70%"'}.get(
                mark.level, ""
            )
            slant = ' font-style="italic"' if mark.slanted else ""
            spans.append(f"<tspan{shift}{slant}>{html.escape(mark.text)}</tspan>")
        x, y = label.at[0] * UNIT, -label.at[1] * UNIT + TEXT * 0.34
        parts.append(
            f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="middle" font-size="{TEXT:g}" fill="currentColor">{"".join(spans)}</text>'
        )
    pad = 24.0
    wide, tall = (right - left) * UNIT + 2 * pad, (high - low) * UNIT + 2 * pad
    box = f"{left * UNIT - pad:.0f} {-high * UNIT - pad:.0f} {wide:.0f} {tall:.0f}"
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{box}" width="{wide:.0f}" role="img" font-family="serif">'
    return head + "".join(parts) + "</svg>"


def _path(path: Path) -> str:
    pen = path.pen
    name, _, pale = pen.colour.partition("!")
    colour = name if name in COLOURS and name != "black" else "currentColor"
    if path.dot:
        x, y = path.start[0] * UNIT, -path.start[1] * UNIT
        inside = colour if pen.fill else "white"
        return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{inside}" stroke="{colour}"/>'
    data = " ".join(
        "M" + " L".join(f"{p.real * UNIT:.1f} {-p.imag * UNIT:.1f}" for p in line.points) + (" Z" if line.closed else "")
        for line in lines(path)
    )
    if pen.fill:
        return f'<path d="{data}" fill="{colour}"{" fill-opacity=" + chr(34) + "0.3" + chr(34) if pale else ""}/>'
    more = f' stroke-width="{2.4 if pen.thick else 1.2}"'
    more += {"dashed": ' stroke-dasharray="5 4"', "dotted": ' stroke-dasharray="1 3"'}.get(pen.dash, "")
    tips = "".join(_tip(path, end) for end in ("<", ">") if end in pen.arrow)
    return f'<path d="{data}" fill="none" stroke="{colour}"{more}/>' + tips.replace("COLOUR", colour)


def _tip(path: Path, end: str) -> str:
    drawn = lines(path)
    if not drawn:
        return ""
    tip, before = (drawn[-1].points[-1], drawn[-1].points[-2]) if end == ">" else (drawn[0].points[0], drawn[0].points[1])
    along = (tip - before) / (abs(tip - before) or 1.0) * 0.25
    corners = (tip, tip - along + along * 0.35j, tip - along - along * 0.35j)
    points = " ".join(f"{p.real * UNIT:.1f},{-p.imag * UNIT:.1f}" for p in corners)
    return f'<polygon points="{points}" fill="COLOUR"/>'
