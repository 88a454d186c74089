"""Read LaTeX math into a tree with source positions; forgiving: rubbish gives problems, never an exception."""

from __future__ import annotations

import re
from collections.abc import Callable

from . import latex_forms as forms
from .latex_reader import CELL_STOPS, DEEPEST, GROUPS, Reader, is_near
from .latex_symbols import DELIMITERS, OPERATORS, symbol
from .latex_tree import Formula, Node, Repair, Token, tokens

__all__ = ["Formula", "Node", "Token", "parse", "symbol", "tokens"]
_LENGTH = re.compile(r"\s*=?\s*\{?\s*(?P<length>[-+]?(?:\d+\.?\d*|\.\d+)\s*(?:pt|em|ex|mu|cm|mm|in|pc|bp|sp))\s*\}?")
_ROW_SPACE = re.compile(r"\s*\[\s*[-+]?[\d.]+\s*[a-z]{2}\s*\]")
_PLACE = re.compile(r"\s*\[\s*([tbclr])\s*\]")  # of a table's rows or columns: \begin{aligned}[t], \begin{matrix*}[r]
_COLUMNS = re.compile(r"\s*\{[lcr|\s]+\}")
_LIGATURE = re.compile(r"---?|``|''")


def parse(source: str) -> Formula:
    """The tree of a formula without `$` around it. Takes any text; what is wrong with it is in `problems`."""
    parser = _Parser(source)
    body = parser.sequence(frozenset())
    return Formula(source, body, tuple(dict.fromkeys(parser.problems)), tuple(parser.repairs))


class _Parser(Reader):
    """A reader that knows the form of every command."""

    def fraction(self, token: Token) -> Node:
        return self.node("fraction", token, (self.argument(token), self.argument(token)))

    def genfrac(self, token: Token) -> Node:
        left, right = self.raw_delimiter(token), self.raw_delimiter(token)
        value = f"{self.raw(token).strip()},{self.raw(token).strip()}"
        return self.node("fraction", token, (self.argument(token), self.argument(token), left, right), value)

    def raw_delimiter(self, command: Token) -> Node:
        """A delimiter in braces, or none."""
        start = self.taken_to()
        name = self.raw(command).strip()
        at = self.source.find(name, start)
        return Node("symbol", at, at + len(name), at, name if name in DELIMITERS else ".")

    def root(self, token: Token) -> Node:
        degree = self.optional()
        return self.node("root", token, (self.argument(token), degree))

    def stack(self, token: Token) -> Node:
        mark, base = self.argument(token), self.argument(token)
        above, below = (None, mark) if token.text == "\\underset" else (mark, None)
        return self.node("stack", token, (base, above, below))

    def arrow(self, token: Token) -> Node:
        below = self.optional()
        return self.node("arrow", token, (self.argument(token), below))

    def fenced(self, token: Token) -> Node:
        left = self.delimiter(token)
        body = self.sequence(frozenset(["\\right"]))
        if not self.sees("\\right"):
            self.lacks("\\left is never closed", "\\right.", "\\left was closed by \\right.")
            end = self.taken_to()
            return self.node("fenced", token, (left, body, Node("symbol", end, end, end, ".")))
        return self.node("fenced", token, (left, body, self.delimiter(self.take())))

    def braced_fence(self, token: Token) -> Node:
        left, right = forms.FENCES[token.text]
        body = self.argument(token)
        opening = Node("symbol", token.start, token.end, token.start, left)
        closing = Node("symbol", body.end - 1, body.end, body.end - 1, right)
        return self.node("fenced", token, (opening, body, closing))

    def operator(self, token: Token) -> Node:
        return self.node("operator", token)

    def operatorname(self, token: Token) -> Node:
        token = self.star(token)
        return self.node("operator", token, (self.argument(token),))

    def coloured(self, token: Token) -> Node:
        colour = self.raw(token)
        return self.node("styled", token, (self.argument(token),), colour)

    def colour_switch(self, token: Token) -> Node:
        return self.node("switch", token, value=self.raw(token))

    def measured_space(self, token: Token) -> Node:
        token = self.star(token)
        match = _LENGTH.match(self.source, self.taken_to())
        if not match:
            why = f"{token.text} without a length was left out"
            self.flaw(f"{token.text} lacks a length", (token.start, token.end, "", why))
            return self.node("space", token, value="0pt")
        self.pass_to(match.end())
        return self.node("space", token, value=match["length"].replace(" ", ""))

    def raw_note(self, token: Token) -> Node:
        self.raw(token)
        return self.node("note", token)

    def tag(self, token: Token) -> Node:
        token = self.star(token)
        return self.node("tag", token, (self.text(token),))

    def sideset(self, token: Token) -> Node:
        return self.node("sideset", token, (self.argument(token), self.argument(token), self.argument(token)))

    # Tables

    def environment(self, token: Token) -> Node:
        name = self.raw(token).strip()
        known = name if name in forms.ENVIRONMENTS else self.environment_meant(name)
        if name != known:
            why = f"the unknown environment {name[:40]} was written as {known}"
            self.flaw(f"unknown environment {name}"[:80], (token.start, self.taken_to(), f"\\begin{{{known}}}", why))
        value = ""
        if place := _PLACE.match(self.source, self.taken_to()):
            self.pass_to(place.end())
            value = place[1] if name.endswith("*") else ""
        if name in forms.WITH_COLUMNS:
            value = self.raw(token)
        rows, rules = self.rows("\\end")
        if self.sees("\\end"):
            closing = self.take()
            other = self.raw(closing).strip()
            if other != name:
                self.problems.append(f"\\begin{{{name}}} is closed by another name"[:80])
            if other != known:
                why = f"\\begin{{{known}}} was closed by its own name"
                self.repairs += [] if self.lost else [Repair(closing.start, self.taken_to(), f"\\end{{{known}}}", why)]
        else:
            problem = f"\\begin{{{name}}} is never closed"[:80]
            self.lacks(problem, f"\\end{{{known}}}", f"\\begin{{{known}}} was closed")
        return Node("table", token.start, self.taken_to(), token.start, name, rules, rows, value)

    def environment_meant(self, name: str) -> str:
        """What an unknown environment is written as: the only one that is a letter away, else one for any lines."""
        near = [one for one in forms.ENVIRONMENTS if is_near(name, one)]
        if len(near) == 1:
            return near[0]
        return "array" if _COLUMNS.match(self.source, self.taken_to()) else "aligned"

    def braced_table(self, token: Token) -> Node:
        if not self.sees("{"):
            self.lacks(f"{token.text} lacks an argument", "{}", f"an empty argument was put behind {token.text}")
            return self.node("table", token)
        opened = self.take()
        rows, rules = self.rows("}")
        self.close(opened, "}")
        return Node("table", token.start, self.taken_to(), token.start, token.text, rules, rows)

    def rows(self, closing: str) -> tuple[tuple[tuple[Node, ...], ...], tuple[Node, ...]]:
        """Rows of cells up to `closing`, which is not taken, and the rules between them; an empty last row is no row."""
        stops = CELL_STOPS | {closing}
        rows: list[tuple[Node, ...]] = []
        rules: list[Node] = []
        while True:
            while self.sees(*forms.RULES):
                rules.append(self.node("rule", self.take(), value=str(len(rows))))
            cells = [self.sequence(stops)]
            while self.sees("&"):
                self.take()
                cells.append(self.sequence(stops))
            ended = self.sees(*forms.ROW_ENDS)
            if ended or len(cells) > 1 or cells[0].parts:
                rows.append(tuple(cells))
            if not ended:
                return tuple(rows), tuple(rules)
            self.star(self.take())
            if space := _ROW_SPACE.match(self.source, self.taken_to()):
                self.pass_to(space.end())

    # Text

    def text(self, token: Token) -> Node:
        """The argument of `\\text`: letters one by one, spaces, texts in other styles, math between `$`."""
        if not self.sees("{"):
            return self.node("text", token, (self.argument(token),))
        opened = self.take()
        parts = self._letters()
        self.close(opened, "}")
        return self.node("text", token, tuple(parts))

    def _letters(self) -> list[Node]:
        parts: list[Node] = []
        self.stops.append(frozenset("}"))
        self.depth += 1
        in_text, self.in_text = self.in_text, True
        while self.at < len(self.tokens) and self.tokens[self.at].text != "}":
            if self.depth > DEEPEST:
                self.too_deep()
            else:
                parts.append(self._letter(self.take()))
        self.depth -= 1
        self.stops.pop()
        self.in_text = in_text
        return parts

    def _letter(self, token: Token) -> Node:
        if token.text.isspace() or token.text in forms.ROW_ENDS:
            return Node("space", token.start, token.end, token.start, " ")
        if token.text in ("$", "\\("):
            body = self.sequence(frozenset(["$" if token.text == "$" else "\\)"]))
            return Node("list", token.start, self.close(token, "$", "\\)"), token.start, "$", body.parts)
        if token.text in forms.TEXT_ACCENTS:
            return self.node("accent", token, (self.argument(token),))
        self.at -= 1
        if token.text == "{":
            return self.text(Token("{", token.start, token.start))
        ligature = _LIGATURE.match(self.source, token.start)
        if ligature:
            self.pass_to(ligature.end())
            return Node("symbol", token.start, ligature.end(), token.start, ligature[0])
        if not token.text.startswith("\\"):
            return self.plain(self.take())
        return self.atom()


def _of(kind: str, *, with_body: bool) -> Callable[[_Parser, Token], Node]:
    def read(parser: _Parser, token: Token) -> Node:
        return parser.node(kind, token, (parser.argument(token),) if with_body else ())

    return read


def _of_delimiter(kind: str) -> Callable[[_Parser, Token], Node]:
    def read(parser: _Parser, token: Token) -> Node:
        return parser.node(kind, token, (parser.delimiter(token),))

    return read


def _forms() -> dict[str, Callable[[_Parser, Token], Node]]:
    """How what begins with a command is read."""
    table = [
        (forms.FRACTIONS, _Parser.fraction),
        (forms.MARKS, _of("accent", with_body=True)),
        (forms.STACKS, _Parser.stack),
        (forms.XARROWS, _Parser.arrow),
        (forms.BIG, _of_delimiter("big")),
        (forms.STYLED, _of("styled", with_body=True)),
        (forms.COLOURED, _Parser.coloured),
        (forms.SWITCHES, _of("switch", with_body=False)),
        (forms.TEXTS, _Parser.text),
        (forms.CLASSES, _of("class", with_body=True)),
        (forms.BOXES, _of("box", with_body=True)),
        (forms.STRUTS, _of("box", with_body=False)),
        (forms.MODS, _of("mod", with_body=True)),
        (forms.SPACES, _of("space", with_body=False)),
        (forms.MEASURED_SPACES, _Parser.measured_space),
        (forms.NOTES, _of("note", with_body=False)),
        (forms.RAW_NOTES, _Parser.raw_note),
        (forms.FENCES, _Parser.braced_fence),
        (forms.MATRICES, _Parser.braced_table),
        (OPERATORS, _Parser.operator),
        (GROUPS, _Parser.group),
    ]
    found = {name: read for names, read in table for name in names}
    return found | {
        "\\bmod": _of("mod", with_body=False),
        "\\not": _of("not", with_body=True),
        "\\middle": _of_delimiter("middle"),
        "\\genfrac": _Parser.genfrac,
        "\\sqrt": _Parser.root,
        "\\left": _Parser.fenced,
        "\\begin": _Parser.environment,
        "\\operatorname": _Parser.operatorname,
        "\\operatornamewithlimits": _Parser.operatorname,
        "\\color": _Parser.colour_switch,
        "\\tag": _Parser.tag,
        "\\sideset": _Parser.sideset,
        "\\prescript": _Parser.sideset,
    }


_Parser.forms = _forms()
