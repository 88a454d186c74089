"""A LaTeX table read: rows and cells with their spans and heads, the caption and what stands under it."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache

from .cell import MOST_COLUMNS, MOST_ROWS, Cell
from .latex_columns import columns as announced
from .latex_columns import merged, separators
from .latex_grid import lay_out
from .latex_marks import ENVIRONMENTS
from .latex_text import Bit, Printer, joined, printed
from .latex_tokens import ALIGNED, MATH, TABULAR, Tokens, tokenize

__all__ = ["LatexTable", "printed", "read", "rows"]

RULES = frozenset("hline toprule midrule bottomrule specialrule Xhline hhline firsthline lasthline hdashline".split())
_LINES = RULES | {"cline", "cmidrule", "cdashline", "addlinespace", "rowcolor", "cellcolor"}
_SPANS = frozenset(["multicolumn", "multirow", "multirowcell", "multirowthead", "multirowhead"])
_SECTIONS = ("endfirsthead", "endhead", "endfoot", "endlastfoot")
_ARGUMENTS = {"tabular": "o", "tabular*": "mo", "tabularx": "mo", "tabulary": "mo", "longtable": "o", "xltabular": "mo",
              "NiceTabular": "o", "array": "o", "NiceTabular*": "mo", "NiceTabularX": "mo", "tblr": "o", "longtblr": "o"}  # fmt: skip
MOST_HEADS = 6  # rows


@dataclass(frozen=True)
class LatexTable:
    """What a LaTeX table says. `bits` are all that is printed of it, with places in the source."""

    rows: tuple[tuple[Cell, ...], ...] = ()
    caption: str = ""
    notes: tuple[str, ...] = ()
    aligned: tuple[str, ...] = ()  # "left", "center" or "right" of each column, as announced
    bits: tuple[tuple[Bit, ...], ...] = ()


@dataclass
class _Row:
    cells: list[Cell] = field(default_factory=list)
    bits: list[list[Bit]] = field(default_factory=list)
    rules: list[str] = field(default_factory=list)  # above it


@lru_cache(maxsize=4)
def read(text: str) -> LatexTable:
    """The table of a LaTeX source, of the first tabular in it. Never raises."""
    return _Reader(tokenize(text)).read()


def rows(text: str) -> list[list[Cell]]:
    """The cells as HTML would have them: the blanks that LaTeX writes under a `\\multirow` are left away. Never raises."""
    return [list(row) for row in read(text).rows]


class _Reader(Printer):
    """Prints cell after cell; ends of cells and rows, spans, rules and sections are taken out before."""

    in_table = True

    def __init__(self, tokens: Tokens) -> None:
        super().__init__(tokens)
        self.caption: list[Bit] = []
        self.aside: list[list[Bit]] = []  # what stands around the tabular
        self._math = False
        self._all: list[_Row] = []
        self._sections: dict[str, list[_Row]] = {}
        self._start_row([])
        self._closers: set[int] = set()  # tokens that end what hides the ends of rows
        self._hidden = self._nested = 0

    def _start_row(self, rules: list[str]) -> None:
        self._row = _Row(rules=rules)
        self._start_cell()

    def _start_cell(self) -> None:
        self.bits = []
        self._columns, self._rows, self._head, self._written = 1, 1, False, False
        self._first = self._last = -1  # tokens of its text, where that is a formula

    def read(self) -> LatexTable:
        tokens = self.tokens
        begins = [i for i, kind in enumerate(tokens.kinds) if kind == "begin"]
        main = next((i for i in begins if tokens.names[i] in TABULAR), None)
        main = next((i for i in begins if tokens.names[i] == "array"), 0) if main is None else main
        if not begins:
            return LatexTable()
        self._around(0, main)
        name, last = tokens.names[main], tokens.partner.get(main, len(tokens))
        self._math = name == "array"
        index = self._eat(self.skip(main + 1, _ARGUMENTS.get(name, "o")))
        spec, index = self.argument(index) if index < len(tokens) and tokens.kinds[index] == "open" else ("", index)
        aligned = tuple(announced(spec))
        self.bits = []
        while index < last:
            index = self._table_step(index)
        self._end_row()
        self._around(min(last + 1, len(tokens)), len(tokens))
        found = self._in_order()
        found = _with_heads(found, self._row.rules, len(self._sections.get("heads", ())))
        lines, between = [row.cells for row in found], separators(spec) if "{" in spec else {}
        if between and (whole := merged(lines, between)):
            lines, aligned = whole, tuple(side for number, side in enumerate(aligned) if number not in between)
        cells = lay_out(lines, len(aligned) or None)
        bits = [part for row in found for part in row.bits]
        notes = [part for part in self.aside if joined(part)]
        return LatexTable(
            tuple(map(tuple, cells)),
            joined(self.caption),
            tuple(map(joined, notes)),
            aligned,
            (tuple(self.caption), *map(tuple, bits), *map(tuple, notes)),
        )

    def _table_step(self, index: int) -> int:
        tokens, kind = self.tokens, self.tokens.kinds[index]
        if kind == "cell" and not self._nested:
            self._end_cell()
            return index + 1
        if kind == "row" and not self._nested and not self._hidden:
            self._end_row()
            return index + 1
        if kind in ("open", "begin") and index in tokens.partner:
            self._hide(index, kind == "begin" and tokens.names[index] in ALIGNED)
        elif index in self._closers:
            self._closers.discard(index)
            self._nested -= kind == "end" and tokens.names[index] in ALIGNED
            self._hidden -= 1
        if kind == "begin" and index in tokens.partner and tokens.names[index] in TABULAR | {"array"}:
            self.blank(index)
            index = self._eat(self.skip(index + 1, _ARGUMENTS.get(tokens.names[index], "o")))
            return self.argument(index)[1] if tokens.kinds[index] == "open" else index
        if kind == "command" and not self._nested:
            after = self._structure(index, tokens.names[index])
            if after:
                return after
        said = kind != "blank" and tokens.names.get(index) not in _LINES
        if self._math and said and not (kind == "close" and self._first < 0):
            self._first = index if self._first < 0 else self._first
        after = self.step(index)
        if self._math and said:
            self._last = after
        if kind == "begin" and after > index + 1 and tokens.names[index] in MATH and tokens.partner.get(index, after) < after:
            self._closers.discard(tokens.partner[index])  # printed as a whole
            self._nested, self._hidden = self._nested - 1, self._hidden - 1
        return after

    def _hide(self, index: int, aligned: bool) -> None:
        self._closers.add(self.tokens.partner[index])
        self._hidden += 1
        self._nested += aligned

    def _structure(self, index: int, name: str) -> int:
        """The index behind a rule, a span, a caption or the end of a section; 0 for what is none of them."""
        if name in RULES and not self.bits_said():
            if not self._row.cells:
                self._row.rules.append(name)
            return 0
        if name in _SPANS:
            return self._span(index, name)
        if name in _SECTIONS:
            self._end_row()
            self._sections[name] = self._all
            self._all = []
            return index + 1
        if name == "kill":
            self._start_row(self._row.rules)
            return index + 1
        if name == "caption":
            return self._caption(index)
        if name in ("thead", "rothead"):
            self._head = True
        return 0

    def bits_said(self) -> bool:
        return any(not bit.text.isspace() for bit in self.bits)

    def _span(self, index: int, name: str) -> int:
        """`\\multicolumn{n}{spec}`, `\\multirow[pos]{n}[struts]{width}[move]`: what follows in braces is the text."""
        after = index + 1 if name == "multicolumn" else self.skip(index + 1, "o")
        value, after = self.argument(after)
        count = _count(value)
        self._written = True
        if name == "multicolumn":
            _, after = self.argument(after)
            if self._columns == 1:
                self._columns = max(1, min(count, MOST_COLUMNS))
            return after
        if self._rows == 1:
            self._rows = max(-MOST_ROWS, min(count, MOST_ROWS))
        self._head = self._head or name in ("multirowthead", "multirowhead")
        return self.skip(after, "omo") if name == "multirow" else self.skip(after, "o")

    def _caption(self, index: int) -> int:
        after = self.skip(index + 1, "o")
        if after >= len(self.tokens) or self.tokens.kinds[after] != "open":
            return index + 1
        before, self.bits = self.bits, []
        _, end = self.argument(after)
        while after < end:
            after = self.step(after)
        self.caption = self.caption + self.bits if not self.caption else self.caption
        self.bits = before
        return end

    def _end_cell(self) -> None:
        text = self._cell_text()
        self._row.cells.append(Cell(text, self._columns, self._rows, self._head))
        self._row.bits.append(self.bits)
        self._start_cell()

    def _cell_text(self) -> str:
        """The printed text; in an `array`, which is all formula, the formula unless it is a number or a text."""
        text = joined(self.bits)
        if not self._math or self._first < 0 or not text:
            return text
        tokens, first = self.tokens, self._first
        source = tokens.source(first, self._last).strip()
        name = tokens.names.get(first, "")
        plain = all(letter.isdigit() or letter in " .,+-–%" for letter in text)
        if plain or name in ("text", "textbf", "textit", "mbox", "mathrm", "hbox", "textrm", "mathbf"):
            return text
        while self._written and source.startswith("{") and source.endswith("}"):
            source = source[1:-1].strip()
        return f"${source}$"

    def _end_row(self) -> None:
        """Rows without anything in them are only room."""
        if not self._row.cells and not self.bits_said() and not self._written:
            self._start_row(self._row.rules)
            return
        self._end_cell()
        self._all.append(self._row)
        self._start_row([])

    def _around(self, first: int, last: int) -> None:
        """What stands before or behind the tabular: the caption, and notes, a line or an item each."""
        tokens, index = self.tokens, first
        self.bits = []
        while index < last:
            kind = tokens.kinds[index]
            name = tokens.names.get(index, "")
            if kind == "command" and name == "caption":
                index = self._caption(index)
                continue
            if kind == "row" or (kind == "command" and name in ("item", "par")) or (kind in ("begin", "end")):
                self.aside.append(self.bits)
                self.bits = []
            if kind == "begin":
                index = self.skip(index + 1, ENVIRONMENTS.get(name, _ARGUMENTS.get(name, "")))
                continue
            index = self.step(index)
        self.aside.append(self.bits)
        self.bits = []

    def _in_order(self) -> list[_Row]:
        """The rows as they stand on paper, a longtable's heads and feet once: its first head, its last foot."""
        parts = self._sections
        heads = parts.get("endfirsthead", parts.get("endhead", []))
        foot = parts.get("endlastfoot", parts.get("endfoot", []))
        parts["heads"] = heads
        return [*heads, *self._all, *foot]


def _count(value: str) -> int:
    """A number of columns or rows; of a fraction its whole part, 1 where it is none."""
    digits = value.strip().partition(".")[0]
    sign = -1 if digits[:1] == "-" else 1
    digits = digits.lstrip("+-").strip()
    return sign * max(int(digits), 1) if digits.isascii() and digits.isdigit() and len(digits) < 9 else 1


def _with_heads(found: list[_Row], last: list[str], heads: int) -> list[_Row]:
    """The rows above `\\endhead`, else above the first inner rule that looks like the end of a head, marked as such.

    That is booktabs' first `\\midrule`; a double `\\hline`; or the only `\\hline` between the first and the last one.
    """
    heads = heads or _heads(found, last)
    for row in found[:heads]:
        row.cells = [cell._replace(head=True) for cell in row.cells]
    return found


def _heads(found: list[_Row], last: list[str]) -> int:
    inner = [(number, row.rules) for number, row in enumerate(found) if number and row.rules]
    mid = next((number for number, rules in inner if "midrule" in rules), 0)
    if not mid:
        doubled = [number for number, rules in inner if rules.count("hline") > 1]
        ruled = [number for number, rules in inner if "hline" in rules]
        framed = "hline" in found[0].rules and "hline" in last if found else False
        mid = doubled[0] if doubled else ruled[0] if framed and len(ruled) == 1 and len(found) > 3 * ruled[0] - 1 else 0
    below = len(found) - mid
    return mid if mid <= MOST_HEADS and (mid <= 2 or below >= mid) else 0
