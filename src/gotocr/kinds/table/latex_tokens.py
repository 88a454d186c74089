"""LaTeX cut into tokens, in one pass and without recursion: which braces and environments pair, and what is a formula or a comment."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

LENGTH = r"\s*[-+]?[\d.,]*\s*(?:pt|pc|in|bp|cm|mm|dd|cc|sp|ex|em|mu|\\[A-Za-z]+)\s*"
_LETTER = r"[^\\{}&$%~`'\-\s^_\[\]()=*]"
_TOKEN = re.compile(
    rf"""
      (?P<verb>\\(?:verb\*?|lstinline(?:\[[^\[\]\n]{{0,200}}\])?)(?P<mark>[^A-Za-z0-9\s*{{\[])[^\n]{{0,500}}?(?P=mark))
    | (?P<link>\\href[ ]?\{{[^{{}}\n]{{0,500}}\}})
    | (?P<address>\\(?:url|nolinkurl|path)[ ]?\{{[^{{}}\n]{{0,500}}\}})
    | (?P<row>(?:\\\\\*?|\\(?:tabularnewline|crcr|cr)(?![A-Za-z]))(?:[ \t]{{0,9}}\[{LENGTH}\])?)
    | (?P<edge>\\(?:begin|end)[ ]{{0,3}}\{{[ ]{{0,3}}(?P<environment>[A-Za-z]{{1,30}}\*?)[ ]{{0,3}}\}})
    | (?P<inline>\\\()
    | (?P<command>\\(?:[A-Za-z@]+|[^A-Za-z]))
    | (?P<open>\{{) | (?P<close>\}}) | (?P<cell>&) | (?P<dollar>\$\$?) | (?P<percent>%)
    | (?P<blank>\s+) | (?P<tie>~) | (?P<dash>--+) | (?P<quote>``|''|`) | (?P<raise>[\^_](?=\{{))
    | (?P<text>{_LETTER}+(?:[ ]{_LETTER}+)*) | (?P<letter>.)
    """,
    re.VERBOSE | re.DOTALL,
)
_TO_DOLLAR = re.compile(r"[^\\$]*(?:\\.[^\\$]*)*(?P<end>\$\$?)", re.DOTALL)
_SPLITS = re.compile(r"\\begin\{|\\end\{|\\\\|\\.|&", re.DOTALL)
_BARE_SIGN = re.compile(r"\d ?%[ ]{0,3}(?:[&)\]/,;]|\\\\)")
_NOTHING = re.compile(r"[^\S\n]*(?:\n|\Z)")
_NEXT_LINE = re.compile(r"\n?[ \t]*")
_RULED = re.compile(r"\\(?:[a-z]*rule|[a-z]*line)\b[^\n\\&]{0,60}$")
MOST_FORMULA = 4000  # characters

TABULAR = frozenset(
    "tabular tabular* tabularx tabulary longtable longtable* tabu longtabu xltabular supertabular supertabular* xtabular "
    "mpsupertabular NiceTabular NiceTabular* NiceTabularX tblr longtblr talltblr".split()
)
MATH = frozenset(
    "matrix pmatrix bmatrix Bmatrix vmatrix Vmatrix smallmatrix cases dcases rcases aligned alignedat gathered split equation "
    "equation* align align* gather gather* multline multline* math displaymath subarray eqnarray eqnarray*".split()
)
ALIGNED = TABULAR | MATH | {"array"}


@dataclass
class Tokens:
    """`kinds[i]` (a group of the pattern, or "formula", "begin", "end") of the characters `starts[i]` up to `ends[i]`.

    `partner[i]` is the token that closes brace or environment `i`, or that opens it; a token without one pairs with nothing.
    """

    text: str
    kinds: list[str] = field(default_factory=list)
    starts: list[int] = field(default_factory=list)
    ends: list[int] = field(default_factory=list)
    names: dict[int, str] = field(default_factory=dict)  # of environments and commands
    partner: dict[int, int] = field(default_factory=dict)

    def add(self, kind: str, start: int, end: int) -> None:
        self.kinds.append(kind)
        self.starts.append(start)
        self.ends.append(end)

    def __len__(self) -> int:
        return len(self.kinds)

    def source(self, first: int, last: int) -> str:
        """The characters of tokens `first` up to, not including, `last`."""
        return self.text[self.starts[first] : self.ends[last - 1]] if last > first else ""


def tokenize(text: str) -> Tokens:
    """The tokens of LaTeX text, comments left out. Never raises."""
    tokens, comments = Tokens(text), _Comments(text)
    at, dollars, fresh = 0, True, True  # fresh: nothing stands in this row yet
    while at < len(text):
        found = _TOKEN.match(text, at)
        kind, end = found.lastgroup, found.end()
        if kind == "percent":
            if comments.opens(at, fresh):
                at = comments.end()
                continue
            kind = "letter"
        elif kind in ("dollar", "inline") and (kind == "inline" or dollars):
            close = _formula_end(text, found)
            if close > 0:
                kind, end = "formula", close
            elif close < 0 and kind == "dollar":
                dollars = False
        elif kind == "edge":
            kind = "begin" if text.startswith("\\begin", at) else "end"
            tokens.names[len(tokens)] = found["environment"]
        elif kind == "command":
            tokens.names[len(tokens)] = found[0][1:]
        fresh = kind == "row" or (fresh and kind in ("blank", "command", "begin", "end"))
        tokens.add(kind, at, end)
        at = end
    _pair(tokens)
    return tokens


class _Comments:
    """Tells comments from percent signs: people write comments into LaTeX, models write the sign that they see."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._bare = _BARE_SIGN.search(text) is not None  # who writes 5% for 5\\% comments nothing
        self._end = self._split = -1  # of the line that is being read; the last end of a cell or row in it

    def opens(self, at: int, fresh: bool) -> bool:
        """Whether the `%` at `at` opens a comment.

        Nothing behind it, or at the start of a line, or between rows: a comment. Behind a cell's text it is a sign, unless
        a cell or a row ends right before it and none does behind it.
        """
        text = self._text
        if at > self._end:
            end = text.find("\n", at)
            self._end = end if end >= 0 else len(text)
            self._split = max(text.rfind(mark, at, self._end) for mark in ("&", "\\\\", "\\end"))
        line = text[max(at - 80, 0) : at].rpartition("\n")
        if _NOTHING.match(text, at + 1):
            return not (self._bare and line[2].rstrip()[-1:].isalnum())
        if self._bare:
            return False
        if not line[2].strip() and (line[1] or at < 80):
            return True
        last = self._end == len(text)
        if self._split > at:
            return fresh and not last
        ended = line[2].rstrip().endswith(("&", "\\\\")) and not last
        return fresh or ended or _RULED.search(line[2]) is not None

    def end(self) -> int:
        """Where the line behind the comment goes on."""
        return _NEXT_LINE.match(self._text, self._end).end()


def _formula_end(text: str, opened: re.Match[str]) -> int:
    """Where the formula closes that a `$`, `$$` or `\\(` opens; 0 = it is no formula, -1 = no `$` follows at all."""
    start, mark = opened.end(), opened[0]
    if mark == "\\(":
        close = text.find("\\)", start, start + MOST_FORMULA)
        return close + 2 if close >= 0 and not _splits(text[start:close]) else 0
    found = _TO_DOLLAR.match(text, start)
    if not found:
        return -1
    end = found.end("end") if mark == "$$" else found.start("end") + 1
    inner = text[start : found.start("end")]
    if mark == "$$" and found["end"] != "$$":
        return 0
    money = inner[:1].isdigit() and text[end : end + 1].isdigit()
    return 0 if len(inner) > MOST_FORMULA or not inner.strip() or money or _splits(inner) else end


def _splits(inner: str) -> bool:
    """Whether a cell or a row ends within what looks like a formula."""
    if "&" not in inner and "\\\\" not in inner:
        return False
    depth = 0
    for mark in _SPLITS.finditer(inner):
        if mark[0] in ("\\begin{", "\\end{"):
            depth += 1 if mark[0] == "\\begin{" else -1
        elif depth <= 0 and mark[0] in ("&", "\\\\"):
            return True
    return False


def _pair(tokens: Tokens) -> None:
    """Braces and environments that pair; a brace does not reach over the end of a cell."""
    stack: list[int] = []
    open_names: dict[str, int] = {}
    aligned = 0
    for index, kind in enumerate(tokens.kinds):
        if kind == "open":
            stack.append(index)
        elif kind == "close":
            if stack and tokens.kinds[stack[-1]] == "open":
                _join(tokens, stack.pop(), index)
        elif kind == "cell" and aligned <= 1:
            while stack and tokens.kinds[stack[-1]] == "open":
                stack.pop()
        elif kind == "begin":
            name = tokens.names[index]
            stack.append(index)
            open_names[name] = open_names.get(name, 0) + 1
            aligned += name in ALIGNED
        elif kind == "end" and open_names.get(tokens.names[index]):
            name = tokens.names[index]
            while stack:
                top = stack.pop()
                if tokens.kinds[top] == "begin":
                    other = tokens.names[top]
                    open_names[other] -= 1
                    aligned -= other in ALIGNED
                    if other == name:
                        _join(tokens, top, index)
                        break


def _join(tokens: Tokens, first: int, last: int) -> None:
    tokens.partner[first], tokens.partner[last] = last, first
