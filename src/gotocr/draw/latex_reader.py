"""Read the lists, atoms, scripts and arguments of LaTeX math; which command takes which arguments is said elsewhere."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from functools import cached_property
from typing import Any

from . import latex_forms as forms
from .latex_symbols import DELIMITERS, OPERATORS, SYMBOLS
from .latex_tree import Node, Repair, Token, tokens

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
ALIGN = "set as lines under each other, as it has & outside of a table"
_DEGREE = re.compile(r"\s*[^\s{}\[\]]*")
_COLUMNS = re.compile(r"[a-z]{3,}\*?|[lcr|]*(?: [lcr|]+(?=[ }&]|\Z))*")
_NAME = re.compile(r"[^{}&\\]*")
_END = re.compile(r"\\end\s*(?:\{[^{}\\]*\}?)?|\\right\s*\.?")

LEAST = 4  # characters of a command that may be a misspelt one
_PAIRED = ("\\right", "\\middle", "\\end", "\\limits", "\\nolimits")


def is_near(one: str, other: str) -> bool:
    """Whether one letter doubled, less or another, or two that changed places, make `one` of `other`."""
    if one == other or abs(len(one) - len(other)) > 1 or len(other) < LEAST:
        return False
    start = next((n for n, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
    if len(one) == len(other):
        swapped = one[start : start + 2] == other[start : start + 2][::-1] and one[start + 2 :] == other[start + 2 :]
        return one[start + 1 :] == other[start + 1 :] or swapped
    if len(one) < len(other):
        return other[start + 1 :] == one[start:]
    return one[start + 1 :] == other[start:] and one[start] in (one[start - 1], one[start + 1 : start + 2])


def _commands(forms: Mapping[str, Any]) -> Iterator[str]:
    """All commands that are known, each once."""
    return (name for name in dict.fromkeys([*SYMBOLS, *OPERATORS, *forms, *_PAIRED]) if name.startswith("\\"))


class Reader:
    """Reads tokens from left to right; `stops` of the lists being read say what may close here.

    `forms` says what reads the command of a name, given the token, which is taken.
    """

    forms: Mapping[str, Callable[[Any, Token], Node]] = {}

    def __init__(self, source: str) -> None:
        self.source, self.tokens, self.at = source, tokens(source), 0
        self.problems: list[str] = []
        self.repairs: list[Repair] = []
        self.stops: list[frozenset[str]] = []
        self.depth = 0
        self.in_text = False
        self.lost = False  # an argument swallowed what stands behind it: nothing more can be repaired in this reading
        self.spellings: dict[str, str] = {}  # of commands nobody knows
        self.braces: list[int] = []  # the tokens that opened the groups being read

    @cached_property
    def paired(self) -> frozenset[int]:
        """The tokens that are braces and closed within the environment they stand in."""
        found, stack = [], []
        for number, token in enumerate(self.tokens):
            if token.text in ("{", "\\begin"):
                stack.append(number)
            elif token.text == "}" and stack and self.tokens[stack[-1]].text == "{":
                found.append(stack.pop())
            elif token.text == "\\end":
                while stack and self.tokens[stack.pop()].text != "\\begin":
                    pass
        return frozenset(found)

    def flaw(self, problem: str, *repairs: tuple[int, int, str, str]) -> None:
        """Note what is wrong, and what would make it good: start, end, what is put there, why."""
        self.problems.append(problem)
        self.repairs += [Repair(*repair) for repair in repairs if not self.lost]

    def too_deep(self) -> None:
        """Read no further: what is open now may well be closed in what is not read."""
        self.problems.append("nested too deep")
        self.at = len(self.tokens)
        self.repairs.clear()
        self.lost = True

    def lacks(self, problem: str, put: str, why: str) -> None:
        """Note that something is missing behind the last token."""
        end = self.taken_to()
        word = end and self.source[end - 1].isalpha() and self.tokens[self.at - 1].text[:1] == "\\" and put[:1].isalpha()
        self.flaw(problem, (end, end, f" {put}" if word else put, why))

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
        in_text, self.in_text = self.in_text, False
        start = self.tokens[self.at].start if self.at < len(self.tokens) else len(self.source)
        parts: list[Node] = []
        over: tuple[Token, Node] | None = None
        while (token := self.peek()) is not None and token.text not in stops:
            if token.text in CLOSERS and token.text != "$":
                if any(token.text in outer for outer in self.stops):
                    break
                whole = _END.match(self.source, token.start)
                why = f"{token.text} that closes nothing was left out"
                self.flaw(f"{token.text} closes nothing", (token.start, whole.end() if whole else token.end, "", why))
                self.take()
            elif token.text in CELL_STOPS:
                if any("&" in outer for outer in self.stops) and not ("}" in stops and self.braces and self.braces[-1] in self.paired):
                    break
                why = "& outside of a table was left out" if len(self.stops) > 1 else ALIGN
                repairs = [(token.start, token.end, "", why)] if token.text == "&" else []
                self.flaw(f"{token.text} outside of a table", *repairs)
                self.take()
            elif token.text in forms.INFIX:
                if over:
                    why = f"a group with two {token.text} was parted by braces"
                    self.flaw(f"a second {token.text} in one group", (start, start, "{", why), (token.start, token.start, "}", why))
                over = self.take(), self.listed(start, parts)
                parts = []
            else:
                parts.append(self.scripted())
        self.stops.pop()
        self.in_text = in_text
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
        self.braces.append(self.at - 1)
        body = self.sequence(frozenset([closing]))
        self.braces.pop()
        end = self.close(token, closing)
        return Node("list", token.start, end, token.start, "{", body.parts)

    def close(self, opened: Token, *closing: str) -> int:
        """Take what closes `opened`, or note that it is missing; return where it ends."""
        if self.sees(*closing):
            return self.take().end
        put = closing[0] + " " * closing[0][-1].isalpha()
        self.lacks(f"{opened.text} is never closed", put, f"{opened.text} was closed")
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
                name = "subscript" if token.text == "_" else "superscript"
                self.flaw(f"two {name}s on one base", (token.start, token.start, "{}", f"a second {name} was put on an empty base"))
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
                self.too_deep()
                return self.node("unknown", token)
            read = self.forms.get(token.text)
            return read(self, token) if read else self.plain(token)
        finally:
            self.depth -= 1

    def plain(self, token: Token) -> Node:
        if token.text in SYMBOLS or not token.text.startswith("\\"):
            if token.text in "#$^_&":
                put = "\\#" if token.text == "#" else ""
                why = f"{token.text} was {'written as ' + put if put else 'left out'} where it cannot stand"
                self.flaw(f"{token.text} where it cannot stand", (token.start, token.end, put, why))
            return self.symbol(token)
        if token.text not in self.spellings:
            self.spellings[token.text] = self._spelled(token.text)
        put = self.spellings[token.text]
        if self.in_text:
            put = put.removeprefix("\\operatorname{").removesuffix("}")
        why = f"the unknown command {token.text} was {'written as ' + put if put else 'left out'}"
        self.flaw(f"unknown command {token.text}", (token.start, token.end, put, why))
        self.lost = self.lost or put.split(" ")[0] in self.forms or put in _PAIRED  # what it takes, or pairs with, was read as something else
        return self.node("unknown", token)

    def _spelled(self, name: str) -> str:
        """What an unknown command is written as.

        A known one and a letter that it ran into; or the only one that is a letter away; else the letters of its name.
        """
        if not name[1:].isalpha():
            return "" if name[1:] in ("", "(", "[", "]", ")") else name[1:]
        if len(name) > LEAST and any(name[:-1] in names for names in (SYMBOLS, OPERATORS, self.forms)):
            return f"{name[:-1]} {name[-1]}"
        near = [one for one in _commands(self.forms) if is_near(name, one)]
        if len(near) == 1:
            return near[0]
        return f"\\operatorname{{{name[1:]}}}"

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
            self.lacks(f"{command.text} lacks an argument", "{}", f"an empty argument was put behind {command.text}")
            end = self.taken_to()
            return Node("list", end, end, end)
        return self.atom()

    def optional(self) -> Node | None:
        """What stands in square brackets, when they come next."""
        if not self.sees("["):
            return None
        opened = self.take()
        body = self.sequence(frozenset(["]"]))
        if not self.sees("]"):
            self._swallowed(opened, _DEGREE, "]")
        self.close(opened, "]")
        return body

    def _swallowed(self, opened: Token, inside: re.Pattern[str], closing: str) -> None:
        """`opened` is never closed: it would be behind what can stand inside, which is on from it."""
        end = inside.match(self.source, opened.end).end()
        self.repairs += [] if self.lost else [Repair(end, end, closing, f"{opened.text} was closed")]
        self.lost = True

    def raw(self, command: Token) -> str:
        """The source of an argument that is no math: a name, a length, columns."""
        if not self.sees("{"):
            if self.peek() is None:
                self.lacks(f"{command.text} lacks an argument", "{}", f"an empty argument was put behind {command.text}")
                return ""
            return self.take().text
        opened, depth = self.take(), 1
        while self.at < len(self.tokens):
            token = self.take()
            depth += (token.text == "{") - (token.text == "}")
            if not depth:
                return self.source[opened.end : token.start]
        self._swallowed(opened, _COLUMNS if command.text == "\\begin" else _NAME, "}")
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
        if token is not None and (token.text == "{" or (token.text == "}" and not any("}" in outer for outer in self.stops))):
            brace, why = self.take(), f"a brace behind {command.text} was written as a delimiter"
            self.flaw(f"{command.text} lacks a delimiter", (brace.start, brace.end, "\\" + brace.text, why))
            return Node("symbol", brace.start, brace.end, brace.start, "\\" + brace.text)
        self.lacks(f"{command.text} lacks a delimiter", ".", f"an empty delimiter was put behind {command.text}")
        return Node("symbol", self.taken_to(), self.taken_to(), self.taken_to(), ".")
