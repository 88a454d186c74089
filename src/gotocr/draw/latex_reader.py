"""Read the lists, atoms, scripts and arguments of LaTeX math; which command takes which arguments is said elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from . import latex_forms as forms
from .latex_symbols import DELIMITERS, SYMBOLS
from .latex_tree import Node, Token, tokens

DEEPEST = 60  # nested parts that are still read; Python's own stack ends not far behind
CLOSERS = {
    "}": "{",
    "\\right": "\\left",
    "\\end": "\\begin",
    "$": "$",
    "\\)": "\\(",
    "\\egroup": "\\bgroup",
    "\\endgroup": "\\begingroup",
}
GROUPS = {opening: closing for closing, opening in CLOSERS.items() if opening in ("{", "\\bgroup", "\\begingroup")}
CELL_STOPS = frozenset(["&"]) | forms.ROW_ENDS


class Reader:
    """Reads tokens from left to right; `stops` of the lists being read say what may close here.

    `forms` says what reads the command of a name, given the token, which is taken.
    """

    forms: Mapping[str, Callable[[Any, Token], Node]] = {}

    def __init__(self, source: str) -> None:
        self.source, self.tokens, self.at = source, tokens(source), 0
        self.problems: list[str] = []
        self.stops: list[frozenset[str]] = []
        self.depth = 0

    # What comes next

    def peek(self) -> Token | None:
        """The next token that is no white space, not taken yet."""
        while self.at < len(self.tokens) and self.tokens[self.at].text.isspace():
            self.at += 1
        return self.tokens[self.at] if self.at < len(self.tokens) else None

    def sees(self, *texts: str) -> bool:
        token = self.peek()
        return token is not None and token.text in texts

    def take(self) -> Token:
        self.at += 1
        return self.tokens[self.at - 1]

    def taken_to(self) -> int:
        """Where in the source the last token that was taken ends."""
        return self.tokens[self.at - 1].end if self.at else 0

    def pass_to(self, end: int) -> None:
        """Take all tokens that start before `end` of the source."""
        while self.at < len(self.tokens) and self.tokens[self.at].start < end:
            self.at += 1

    # Lists

    def sequence(self, stops: frozenset[str], name: str = "") -> Node:
        """All up to a token in `stops`, which is not taken, or one that closes what was opened further out."""
        self.stops.append(stops)
        start = self.tokens[self.at].start if self.at < len(self.tokens) else len(self.source)
        parts: list[Node] = []
        over: tuple[Token, Node] | None = None
        while (token := self.peek()) is not None and token.text not in stops:
            if token.text in CLOSERS and token.text != "$":
                if any(token.text in outer for outer in self.stops):
                    break
                self.problems.append(f"{token.text} closes nothing")
                self.take()
            elif token.text in CELL_STOPS:
                self.problems.append(f"{token.text} outside of a table")
                self.take()
            elif token.text in forms.INFIX:
                if over:
                    self.problems.append(f"a second {token.text} in one group")
                over = self.take(), self.listed(start, parts)
                parts = []
            else:
                parts.append(self.scripted())
        self.stops.pop()
        end = max(self.taken_to(), start)
        if over:
            token, top = over
            parts = [Node("fraction", start, end, token.start, token.text, (top, self.listed(token.end, parts)))]
        return Node("list", start, end, start, name, tuple(parts))

    def listed(self, start: int, parts: list[Node]) -> Node:
        start = parts[0].start if parts else start
        return Node("list", start, parts[-1].end if parts else start, start, "", tuple(parts))

    def group(self, token: Token) -> Node:
        """What stands between the brace `token`, already taken, and its partner."""
        closing = GROUPS[token.text]
        body = self.sequence(frozenset([closing]))
        end = self.close(token, closing)
        return Node("list", token.start, end, token.start, "{", body.parts)

    def close(self, opened: Token, *closing: str) -> int:
        """Take what closes `opened`, or note that it is missing; return where it ends."""
        if self.sees(*closing):
            return self.take().end
        self.problems.append(f"{opened.text} is never closed")
        return self.taken_to()

    # Atoms and scripts

    def scripted(self) -> Node:
        """One atom with its scripts."""
        base = None if self.sees("^", "_", "'") else self.atom()
        scripts: dict[str, Node] = {}
        primes: list[Node] = []
        limits, first = "", None
        while (token := self.peek()) is not None and (token.text in ("^", "_", "'") or token.text in forms.LIMITS):
            self.take()
            if token.text in forms.LIMITS:
                limits = token.text
                continue
            first = token if first is None else first
            if token.text in scripts or (token.text == "'" and "^" in scripts):
                self.problems.append("two subscripts on one base" if token.text == "_" else "two superscripts on one base")
            if token.text == "'":
                primes.append(self.symbol(token))
            else:
                scripts[token.text] = self.argument(token)
        if first is None:
            return base
        above = scripts.get("^")
        if primes:
            above = self.listed(0, sorted([*primes, *([above] if above else [])], key=lambda node: node.start))
        start = first.start if base is None else base.start
        return Node("scripts", start, self.taken_to(), first.start, limits, (base, scripts.get("_"), above))

    def atom(self) -> Node:
        """What one token begins, with all its arguments; the token is there."""
        token = self.take()
        self.depth += 1
        try:
            if self.depth > DEEPEST:
                self.problems.append("nested too deep")
                self.at = len(self.tokens)
                return self.node("unknown", token)
            read = self.forms.get(token.text)
            return read(self, token) if read else self.plain(token)
        finally:
            self.depth -= 1

    def plain(self, token: Token) -> Node:
        if token.text in SYMBOLS or not token.text.startswith("\\"):
            if token.text in "#$^_&":
                self.problems.append(f"{token.text} where it cannot stand")
            return self.symbol(token)
        self.problems.append(f"unknown command {token.text}")
        return self.node("unknown", token)

    def node(self, kind: str, token: Token, parts: tuple[Node | None, ...] = (), value: str = "") -> Node:
        """A node that begins with `token` and ends with the last one taken."""
        return Node(kind, token.start, self.taken_to(), token.start, token.text, parts, value=value)

    def symbol(self, token: Token) -> Node:
        return Node("symbol", token.start, token.end, token.start, token.text)

    # Arguments

    def argument(self, command: Token) -> Node:
        """A group in braces, or one atom; an empty list where there is none."""
        token = self.peek()
        if token is None or token.text in CLOSERS or token.text in CELL_STOPS or token.text in ("^", "_"):
            self.problems.append(f"{command.text} lacks an argument")
            end = self.taken_to()
            return Node("list", end, end, end)
        return self.atom()

    def optional(self) -> Node | None:
        """What stands in square brackets, when they come next."""
        if not self.sees("["):
            return None
        opened = self.take()
        body = self.sequence(frozenset(["]"]))
        self.close(opened, "]")
        return body

    def raw(self, command: Token) -> str:
        """The source of an argument that is no math: a name, a length, columns."""
        if not self.sees("{"):
            if self.peek() is None:
                self.problems.append(f"{command.text} lacks an argument")
                return ""
            return self.take().text
        opened, depth = self.take(), 1
        while self.at < len(self.tokens):
            token = self.take()
            depth += (token.text == "{") - (token.text == "}")
            if not depth:
                return self.source[opened.end : token.start]
        self.problems.append(f"{opened.text} is never closed")
        return self.source[opened.end :]

    def star(self, token: Token) -> Token:
        """`token` with the star behind it, when one follows at once."""
        if self.at < len(self.tokens) and self.tokens[self.at].text == "*":
            return Token(token.text + "*", token.start, self.take().end)
        return token

    def delimiter(self, command: Token) -> Node:
        token = self.peek()
        if token is not None and token.text in DELIMITERS:
            return self.symbol(self.take())
        self.problems.append(f"{command.text} lacks a delimiter")
        return Node("symbol", self.taken_to(), self.taken_to(), self.taken_to(), ".")
