"""The tree of a LaTeX formula and the tokens it is made of, each with its place in the source; no rules of LaTeX here."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

# A comment with its line break; a command, with the space that LaTeX drops behind its name; a run of space; one character.
_TOKEN = re.compile(
    r"(?P<comment>%[^\n]*(?:\n[ \t]*|\Z))|(?P<command>\\(?:[A-Za-z]+|.|\Z))|(?P<space>\s+)|(?P<letter>.)", re.DOTALL
)
_AFTER_WORD = re.compile(r"\s*")


class Token(NamedTuple):
    """Characters `start` up to, not including, `end` of the source: a command, one character, or a run of white space."""

    text: str
    start: int
    end: int


def tokens(source: str) -> list[Token]:
    """The tokens of `source` in order. Comments are dropped, and white space behind a command's name."""
    found, at = [], 0
    while at < len(source):
        match = _TOKEN.match(source, at)
        at = match.end()
        kind, text = match.lastgroup, match[0]
        if kind == "comment":
            continue
        found.append(Token(text, match.start(), match.end()))
        if kind == "command" and text[-1].isalpha():
            at = _AFTER_WORD.match(source, at).end()
    return found


@dataclass(frozen=True)
class Node:
    r"""A part of a formula: characters `start` up to, not including, `end` of the source.

    `name` is a command, character or environment as written, and stands at `at` (for scripts: the first `^` or `_`).
    What `parts` holds by `kind` (a part that is not written is None):

    - list: what follows each other; the name is `{` where braces were written, `$` for math within text.
    - symbol: nothing; the name is one character or a command of `latex_symbols.SYMBOLS` (within text also `--`, `''` ...).
    - space: nothing; `value` is the width of `\hspace{...}`, `\kern...`. Within text the name may be " " or "~".
    - operator: nothing for `\sin`; the list of `\operatorname{...}`.
    - fraction: numerator, denominator; `\frac`, `\binom`, `\over`, `\choose` ...; for `\genfrac` also left and right delimiter,
      and `value` is "thickness,style".
    - root: radicand, degree.
    - scripts: base, subscript, superscript. Primes are symbols `'` in front of the superscript's list. Which was written
      first shows in their places. The name is `\limits`, `\nolimits`, `\displaylimits` or "".
    - accent: the list below (or above) the mark: `\hat`, `\widetilde`, `\underbrace`, `\overline`; in text `\'`, `\"` ...
    - stack: base, above, below: `\overset`, `\underset`, `\stackrel`.
    - arrow: above, below: `\xrightarrow`.
    - fenced: left delimiter, list, right delimiter, both symbols, `.` for none. `\bra`, `\ket` and `\Set` too.
    - middle, big: the delimiter: `\middle|`, `\bigl(`.
    - table: a node of kind "rule" a line (`\hline`), its `value` the number of rows above it. `rows` holds the cells, lists;
      `value` the columns (`{lcr}` without braces). `\substack`, `\matrix{...}` and `\cases{...}` too.
    - text: letters, spaces, texts and lists (math) of `\text{...}`, `\textbf{...}`, `\mbox{...}`.
    - styled: the list of `\mathbf{...}`, `\boldsymbol{...}`, `\textcolor{...}{...}` (`value` = the colour).
    - switch: nothing: `\bf`, `\displaystyle`, `\color{...}`; it acts up to the end of the list it stands in.
    - class: the list of `\mathrel{...}`, `\mathop{...}`.
    - not: the atom that is struck out.
    - box: the list of `\boxed{...}`, `\cancel{...}`, `\phantom{...}`, `\smash{...}`, `\mathrlap{...}`; nothing for `\mathstrut`.
    - mod: the list of `\pmod{...}`, `\mod`; nothing for `\bmod`.
    - sideset: left scripts, right scripts, base; for `\prescript` its superscript, subscript and base.
    - tag: the text of `\tag{...}`. note: nothing: `\label{...}`, `\nonumber`: what has no ink.
    - unknown: nothing.
    """

    kind: str
    start: int
    end: int
    at: int
    name: str = ""
    parts: tuple[Node | None, ...] = ()
    rows: tuple[tuple[Node, ...], ...] = ()
    value: str = ""

    def walk(self) -> Iterator[Node]:
        """This node and all below it, each before its parts."""
        waiting = [self]
        while waiting:
            node = waiting.pop()
            yield node
            below = [*node.parts, *(cell for row in node.rows for cell in row)]
            waiting += [part for part in reversed(below) if part is not None]


class Repair(NamedTuple):
    """What would make good a problem as it was read: characters `start` up to, not including, `end` become `put`."""

    start: int
    end: int
    put: str
    why: str


@dataclass(frozen=True)
class Formula:
    """A formula as parsed: the list of all its parts, and what is wrong with it; no problems = well-formed and known.

    `repairs` stand in the order in which they were found necessary; of two at one place the first is to be made first.
    """

    source: str
    body: Node
    problems: tuple[str, ...] = ()
    repairs: tuple[Repair, ...] = ()
