"""JSON: the whole document, pages to blocks to words, with boxes, confidences and problems.

A doubtful word has `alternatives`, other spellings with how likely they are; a table whose words have boxes has `cells`, each
with its row and column from 0, how many of them it spans, and the box around its words (null = empty). Pages are as on paper; a block that goes on with the last one of the page before has `"continues": true` in its data.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Iterator
from typing import Any

from ..kinds.flow import marked
from ..kinds.table.places import Seen, cells
from ..schema import Block, Box, Leaf, Word
from .format import Format

COORDINATES = (
    "boxes are [left, top, right, bottom] in pixels of the source page, origin top left, right and bottom exclusive; "
    "null = not known"
)
_BOX_DIGITS, _CONFIDENCE_DIGITS, _WIDTH = 1, 4, 120


def parts(leaves: Iterable[Leaf], source: str, model: str) -> Iterator[bytes]:
    head = {"source": source, "model": model, "coordinates": COORDINATES}
    entries = ",\n ".join(f"{_line(key)}: {_line(value)}" for key, value in head.items())
    yield f'{{\n {entries},\n "pages": ['.encode("utf-8", "replace")
    for number, leaf in enumerate(marked(leaves)):
        yield f"{',' if number else ''}\n  {_lay_out(page(leaf), '  ')}".encode("utf-8", "replace")
    yield b"\n ]\n}\n"


def _line(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False, default=str)


def _lay_out(value: Any, indent: str) -> str:
    """`value` on one line where it fits (a word always does), else an entry a line."""
    line = _line(value)
    if len(line) + len(indent) <= _WIDTH or not isinstance(value, (dict, list)) or not value:
        return line
    inner = indent + " "
    if isinstance(value, dict):
        entries = [f"{_line(key)}: {_lay_out(entry, inner)}" for key, entry in value.items()]
        return "{\n" + ",\n".join(inner + entry for entry in entries) + f"\n{indent}}}"
    return "[\n" + ",\n".join(inner + _lay_out(entry, inner) for entry in value) + f"\n{indent}]"


def page(leaf: Leaf) -> dict[str, Any]:
    """A page as one of the `pages`."""
    return {
        "index": leaf.index,
        "width": leaf.width,
        "height": leaf.height,
        "text": leaf.text,
        "truncated": leaf.truncated,
        "confidence": _sure(leaf.confidence),
        "error": leaf.error,
        "notes": list(leaf.notes),
        "warnings": list(leaf.warnings),
        "coverage": _sure(leaf.coverage),
        "estimated": leaf.estimated,
        "blocks": [entry(block) for block in leaf.blocks],
    }


def entry(block: Block) -> dict[str, Any]:
    """One block as JSON knows it."""
    said = {
        "kind": block.kind,
        "text": block.text,
        "box": _box(block.box),
        "confidence": _sure(block.confidence),
        "problems": list(block.problems),
        "warnings": list(block.warnings),
        "agreement": _sure(block.agreement),
        "data": dict(block.data),
        "words": [_word(word) for word in block.words],
    }
    if block.kind == "table" and any(word.box for word in block.words):
        said["cells"] = [_cell(seen) for seen in cells(block)]
    return said


def _cell(seen: Seen) -> dict[str, Any]:
    row, column, _, cell = seen.at
    return {"row": row, "column": column, "rows": cell.rows, "columns": cell.columns, "box": _box(seen.box)}


def _word(word: Word) -> dict[str, Any]:
    said = {"text": word.text, "box": _box(word.box), "confidence": _sure(word.confidence)}
    if word.alternatives:
        said["alternatives"] = [[text, _sure(chance)] for text, chance in word.alternatives]
    return said | ({"problems": list(word.problems)} if word.problems else {})


def _box(box: Box | None) -> list[float] | None:
    return None if box is None else [round(float(value), _BOX_DIGITS) for value in box]


def _sure(confidence: float | None) -> float | None:
    if confidence is None or math.isnan(confidence):
        return None
    return round(float(confidence), _CONFIDENCE_DIGITS)


FORMAT = Format("json", ".json", "application/json", parts, whole=True)
