"""What may be written next within a table: `<table>`, rows, cells with spans, and text that opens no other tag.

Small models know where cells stand before they know that rows close. A state is immutable: `after` gives the next one, so
that tokens can be tried.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

_CELL = re.compile(r'<td(?: (?:col|row)span="[1-9]\d?")*')
_SPAN = re.compile(r' (?:col|row)span="(?:[1-9]\d?)?')


@dataclass(frozen=True)
class TableState:
    """Where in a table the writer is; begins behind `<table`."""

    level: str = "table"  # "table", "row", "cell", or "closed"
    tag: str = "<table"  # as much of a tag as was written; "" outside tags
    is_empty: bool = True  # nothing stands yet in the table or the row

    def after(self, text: str) -> TableState | None:
        """The state behind `text` (at least one character), or None where it may not stand here."""
        state: TableState | None = self if text else None
        for character in text:
            state = state._next(character) if state else None
        return state

    def _next(self, character: str) -> TableState | None:
        if self.level == "closed":
            return self
        if not self.tag and character != "<":
            return self if self.level == "cell" else None
        tag = self.tag + character
        if tag == "<table>":
            return replace(self, tag="")
        if self.level == "cell":
            return self._fixed(tag, "</td>", replace(self, level="row", tag="", is_empty=False))
        if self.level == "row":
            opened = self._cell(tag)
            if opened or self.is_empty:
                return opened
            return self._fixed(tag, "</tr>", replace(self, level="table", tag="", is_empty=False))
        opened = self._fixed(tag, "<tr>", replace(self, level="row", tag="", is_empty=True))
        if opened or self.is_empty:
            return opened
        return self._fixed(tag, "</table>", replace(self, level="closed", tag=""))

    def _fixed(self, tag: str, whole: str, then: TableState) -> TableState | None:
        if tag == whole:
            return then
        return replace(self, tag=tag) if whole.startswith(tag) else None

    def _cell(self, tag: str) -> TableState | None:
        whole = _CELL.match(tag)
        rest = tag[whole.end() :] if whole else ""
        if whole and rest == ">":
            return replace(self, level="cell", tag="")
        begun = "<td".startswith(tag) or (whole and (rest == "" or _SPAN.fullmatch(rest) or _begins_span(rest)))
        return replace(self, tag=tag) if begun else None


def _begins_span(rest: str) -> bool:
    return ' colspan="'.startswith(rest) or ' rowspan="'.startswith(rest)


def allowed(logits: np.ndarray, state: TableState, spell: Callable[[int], str]) -> np.ndarray:
    """`logits` (V,) in which the likeliest token is one that may stand behind `state`; as they are where none is found.

    A token without text (the end, a mark) may not stand in a table. A tag is not begun by less than its first letter where
    another token may follow: that leaves the writer where it never learnt to go on.
    """
    order = np.argsort(-logits).tolist()
    fallback = None
    for rank, token in enumerate(order):
        then = state.after(spell(token))
        if then is not None and (state.tag or then.tag not in ("<", "</")):
            return _without(logits, order[:rank])
        if then is not None and fallback is None:
            fallback = rank
    return logits if fallback is None else _without(logits, order[:fallback])


def _without(logits: np.ndarray, tokens: list[int]) -> np.ndarray:
    if not tokens:
        return logits
    changed = logits.copy()
    changed[tokens] = logits.min() - 1
    return changed
