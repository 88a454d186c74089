"""How truths and readings look in the report: drawn where the kind can be drawn, and their difference as marked text."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress

from ...kinds import KINDS
from ...kinds.page import parse
from ..difference import DELETE, EQUAL, INSERT, Difference
from ..reading import source
from .markup import text, visible
from .pictures import shrink

MOST_TEXT = 20_000  # characters of one text that are shown
MOST_DRAWN = 50  # tables, formulas ... of one page
LONG, LONG_LINES = 1500, 25  # characters and lines, beyond which a text scrolls by itself
EM, MARGIN = 22.0, 6  # pixels of a formula's picture
MOST_PIXELS = 4_000_000
WRITTEN = ("text", "code")  # kinds that are shown as they are written


def clip(source: str) -> str:
    """As much of a text as is shown."""
    return source[:MOST_TEXT]


def cut_note(*texts: str) -> str:
    """What the report says of texts longer than it shows; nothing of others."""
    more = max(len(source) for source in texts) - MOST_TEXT
    said = f"Only the first {MOST_TEXT:,} characters are shown and compared; {more:,} more are in the result's JSON."
    return f'<p class="note">{said}</p>' if more > 0 else ""


def verbatim(source: str) -> str:
    """A text as it was written, its lines kept."""
    return _block("pre", "written", source, text(clip(source)))


def marked(parts: Sequence[Difference]) -> str:
    """The differences of a reading from its truth: what is missing, what is too much, and what stands for something else."""
    pieces = []
    for number, (tag, read, truth) in enumerate(parts):
        if tag == EQUAL:
            pieces.append(text(read))
        elif not (read + truth).strip() and ((read and truth) or _among_blanks(parts, number)):
            pieces.append(f'<span class="blank" title="other white space">{_ended(read or truth)}</span>')
        elif tag == INSERT:
            pieces.append(f"<ins>{_ended(read)}</ins>")
        elif tag == DELETE:
            pieces.append(f"<del>{_ended(truth)}</del>")
        else:
            pieces.append(f'<span class="other"><del>{_ended(truth)}</del><ins>{_ended(read)}</ins></span>')
    return _block("div", "difference", "".join(read or truth for _, read, truth in parts), "".join(pieces))


def _among_blanks(parts: Sequence[Difference], number: int) -> bool:
    """Whether a run stands at an end of the text, or beside blanks that both have: more or fewer of them part no words."""
    before = parts[number - 1][2] if number else ""
    after = parts[number + 1][2] if number + 1 < len(parts) else ""
    return not before[-1:].strip() or not after[:1].strip()


def _ended(part: str) -> str:
    """Marked text, with a sign for the ends of lines, which have no ink of their own."""
    return text(part).replace("\n", '<span class="end">↵</span>\n')


def _block(tag: str, name: str, source: str, inner: str) -> str:
    """A text on lines of its own; a long one scrolls by itself, and the keyboard then reaches it."""
    long = len(source) > LONG or source.count("\n") > LONG_LINES
    scrolls = f' tabindex="0" role="region" aria-label="{name}"' if long else ""
    return f'<{tag} class="{name}{" long" if long else ""}" dir="auto"{scrolls}>{inner}</{tag}>'


def kind_of(type_name: str) -> str | None:
    """The kind that a type of items is of; None for text and for whole pages."""
    return type_name if type_name in KINDS and type_name not in WRITTEN else None


def content(reading: str, kind: str | None) -> str:
    """What a reading says of one kind, without the marks about it; the whole of it where the type is of no kind."""
    return source(clip(reading), kind) if kind else reading


def comparable(written: str, kind: str | None) -> str | None:
    """The form in which two texts of a kind are compared by eye; None where letters say nothing of their likeness."""
    if kind == "geometry":
        return None
    form = _FORMS.get(kind or "")
    with suppress(Exception):  # rubbish is compared as it was written
        return form(written) if form else written
    return written


def _grid(written: str) -> str:
    """A line for each row of a table, its cells parted by bars."""
    from ...kinds.table import rows

    return "\n".join(" | ".join(cell.text for cell in row) for row in rows(KINDS["table"].parse(written))) or written


def _values(written: str) -> str:
    """A line for each figure of a chart."""
    data = KINDS["chart"].parse(written).data
    lines = [f"{key}: {value}" for key, value in data.items() if isinstance(value, str) and key != "type"]
    for name, values in (data.get("series") or {}).items():
        pairs = values.items() if isinstance(values, Mapping) else values
        lines += [f"{name + ' | ' if name else ''}{key} = {value}" for key, value in pairs]
    return "\n".join(lines) or written


def _kern(written: str) -> str:
    """Music of any form as kern."""
    from ...kinds.music.block import read
    from ...kinds.music.kern_writer import to_kern

    score = read(written)[0]
    return to_kern(score) if score.bars else written


def _latex(written: str) -> str:
    """A formula in its one spelling, so that only what is printed differently differs."""
    from ...kinds.formula import normalise

    return normalise(KINDS["formula"].parse(written).text)


_FORMS: Mapping[str, Callable[[str], str]] = {"formula": _latex, "table": _grid, "chart": _values, "music": _kern}


def drawn(written: str, kind: str) -> str:
    """A truth or what was read, drawn; empty where it cannot be drawn, whatever the reason."""
    if not written.strip() or len(written) > MOST_TEXT:
        return ""
    with suppress(Exception):  # a picture less, where untrusted text breaks what draws
        shown = _formula(written) if kind == "formula" else KINDS[kind].html(KINDS[kind].parse(visible(written)))
        return "" if shown.startswith("<pre") else shown
    return ""


def drawn_parts(written: str) -> str:
    """All of a page that is no running text, drawn one after the other."""
    with suppress(Exception):
        blocks = [block for block in parse(clip(written), (1, 1)) if block.kind not in WRITTEN]
        shown = [part for part in (drawn(block.text, block.kind) for block in blocks[:MOST_DRAWN]) if part]
        left = len(blocks) - MOST_DRAWN
        return "".join(f"<div>{part}</div>" for part in shown) + (f"<p>… and {left} more</p>" if left > 0 else "")
    return ""


def _formula(latex: str) -> str:
    """A formula set by our own typesetter. Raises where it cannot be set, or nothing that draws is installed."""
    from ...draw.canvas import Canvas
    from ...draw.math import math_font, paint, set_formula

    body = KINDS["formula"].parse(latex).text
    made = set_formula(body, math_font(), EM)
    left, top, right, bottom = made.ink()
    height, width = (math.ceil(extent) + 2 * MARGIN for extent in (bottom - top, right - left))
    if not 0 < height * width <= MOST_PIXELS:
        return ""
    canvas = Canvas((height, width))
    paint(made, canvas, (MARGIN - left, MARGIN - top))
    picture = shrink(canvas.finish()[0])
    return f'<img src="{picture.address}" width="{picture.width}" height="{picture.height}" alt="the formula, typeset">'


def pretty(truth: str) -> str:
    """JSON spread over lines; any other text as it is."""
    if truth[:1] in ("{", "["):
        with suppress(ValueError, RecursionError):
            return json.dumps(json.loads(truth), ensure_ascii=False, indent=1)
    return truth
