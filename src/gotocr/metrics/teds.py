"""TEDS exactly as it was published: tables as trees of all their HTML, sections and the marks within cells counted.

Zhong, ShafieiBavani and Jimeno Yepes, "Image-based table recognition: data, model, and evaluation" (ECCV 2020), section 5, as
the authors' program computes it (ibm-aur-nlp/PubTabNet, src/metric.py): `thead` and `tbody` are nodes, a tag within a cell is
a letter of its text (and counted as a node where sizes are compared), `th` is no `td` and its text does not count, white
space does. `tree.teds` is the same of bare rows and cells.
"""

from __future__ import annotations

from collections.abc import Collection
from html.parser import HTMLParser

import numpy as np

from .edits import shares
from .tree import MOST_NODES, Tree, tree_distance

_VOID = frozenset("area base br col embed hr img input link meta source track wbr".split())
_ENDED_BY = {"td": ("td", "th"), "th": ("td", "th"), "tr": ("td", "th", "tr")}
_ENDED_BY |= dict.fromkeys(("thead", "tbody", "tfoot"), ("td", "th", "tr", "thead", "tbody", "tfoot"))
_FIRST = 0xF0000  # private characters stand for the tags within cells


def published_teds(read: str, truth: str, structure: bool = False, ignore: Collection[str] = ()) -> float:
    """1 - tree edit distance over the nodes of the larger of the first tables, 0 to 1; 0 where either has none.

    With `structure` texts do not matter; tags in `ignore` are left out, what stands between them stays.
    """
    letters: dict[str, str] = {}
    one, other = (_Reader(text, letters, frozenset(ignore)) for text in (read, truth))
    if not (one.labels and other.labels):
        return 0.0
    most = max(one.count, other.count)
    if max(len(one.labels), len(other.labels)) > MOST_NODES:
        return float(one.labels == other.labels)
    trees = [Tree(reader.labels, np.array(reader.leftmost, np.int64)) for reader in (one, other)]
    return max(1.0 - tree_distance(*trees, _costs(*trees, structure)) / max(most, 1), 0.0)


def _costs(one: Tree, other: Tree, structure: bool) -> np.ndarray:
    """(n, m): 1 for other tags and spans, between cells of equal spans the share of edits of their texts, else 0."""
    heads, texts = ([[label[part] for label in tree.labels] for tree in (one, other)] for part in (slice(0, 3), 3))
    costs = np.array([[float(first != second) for second in heads[1]] for first in heads[0]])
    return costs if structure else np.maximum(costs, shares(*texts))


class _Reader(HTMLParser):
    """The first table of a text in postorder; labels are (tag, colspan, rowspan, text), the text that of a `td`."""

    def __init__(self, text: str, letters: dict[str, str], ignore: frozenset[str]) -> None:
        super().__init__(convert_charrefs=True)
        self.labels: list[tuple[str, int, int, str]] = []
        self.leftmost: list[int] = []
        self.count = 0  # of elements within the table, those within cells too
        self._letters, self._ignore = letters, ignore
        self._open: list[tuple[str, int, int, int]] = []  # tag, spans, where its first leaf will be
        self._cell: list[str] | None = None
        self._over = False
        self.feed(text)
        self.close()
        while self._open:
            self._end()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if self._over or tag in self._ignore or not (self._open or tag == "table"):
            return
        while len(self._open) > 1 and self._open[-1][0] in _ENDED_BY.get(tag, ()):
            self._end()
        self.count += bool(self._open)
        if self._cell is not None:
            self._cell += [self._letter(f"<{tag}>")] + [self._letter(f"</{tag}>")] * (tag in _VOID)
            return
        named, is_cell = dict(attrs), tag == "td"
        spans = [_span(named.get(name)) if is_cell else 0 for name in ("colspan", "rowspan")]
        self._open.append((tag, *spans, len(self.labels)))
        self._cell = [] if is_cell else None
        if tag in _VOID:
            self._end()

    def handle_endtag(self, tag: str) -> None:
        if self._over or tag in self._ignore or tag in _VOID or all(opened[0] != tag for opened in self._open):
            if self._cell is not None and tag not in self._ignore and tag not in _VOID:
                self._cell.append(self._letter(f"</{tag}>"))
            return
        while self._end() != tag:
            pass

    def handle_data(self, data: str) -> None:
        if self._cell is not None:
            self._cell.append(data)

    def _end(self) -> str:
        tag, columns, rows, first = self._open.pop()
        self.labels.append((tag, columns, rows, "".join(self._cell or ())))
        self.leftmost.append(first)
        self._cell = None
        self._over = not self._open
        return tag

    def _letter(self, tag: str) -> str:
        return self._letters.setdefault(tag, chr(_FIRST + len(self._letters) % 0xFFFF))


def _span(value: str | None) -> int:
    digits = (value or "").strip()
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) < 9 else 1
