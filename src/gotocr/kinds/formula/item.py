"""The pieces a formula is written from: one atom each, with its scripts; and the rule how they are written one after another."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

WIDE = 0.9  # ems: a gap at least as wide is seen, and written as \quad
WORD_GAP = 0.2  # ems: a gap at least as wide parts words
_COMMAND_LAST = re.compile(r"\\[A-Za-z]+\Z")
_LAST_COMMAND = 24  # characters: no command is longer


@dataclass(frozen=True)
class Item:
    r"""One atom. `text` is its LaTeX without scripts and font.

    `kind`: "atom"; "letter" (a letter, digit or sign that takes `font`); "space" of `width` ems; "big" (a sized delimiter,
    `side` is l, r, m or ""); "name" (a named operator); "tag"; "group" (braces kept as they hold scripts of their own).
    """

    text: str
    kind: str = "atom"
    font: str = ""
    bold: bool = False
    sub: str = ""
    sup: str = ""
    primes: int = 0
    tall: bool = False
    side: str = ""
    width: float = 0.0
    role: str = "ord"

    @property
    def scripted(self) -> bool:
        return bool(self.sub or self.sup or self.primes)

    @property
    def scripts(self) -> str:
        """The scripts as written: below first, then primes, then above."""
        below = "_" + braced(self.sub) if self.sub else ""
        return below + "'" * self.primes + ("^" + braced(self.sup) if self.sup else "")

    def with_scripts(self, sub: str, primes: int, sup: str, tall: bool = False) -> Item:
        return replace(self, sub=sub, primes=primes, sup=sup, tall=self.tall or tall)


def braced(source: str) -> str:
    """A script as short as it can be: braces only around more than one symbol."""
    from ...draw.latex_symbols import SYMBOLS

    one = len(source) == 1 or (source in SYMBOLS and SYMBOLS[source].atom != "op")
    return source if one else "{" + source + "}"


def glue(parts: Iterable[str]) -> str:
    """LaTeX one after another, a blank only where a command would run into a letter."""
    written: list[str] = []
    for part in parts:
        if not part:
            continue
        if written and part[0].isascii() and part[0].isalpha() and _COMMAND_LAST.search(written[-1][-_LAST_COMMAND:]):
            written.append(" ")
        written.append(part)
    return "".join(written)


def without_edges(items: Sequence[Item]) -> list[Item]:
    """Items without the spaces in front and behind."""
    start, end = 0, len(items)
    while start < end and is_blank(items[start]):
        start += 1
    while end > start and is_blank(items[end - 1]):
        end -= 1
    return list(items[start:end])


def is_blank(item: Item) -> bool:
    return item.kind == "space" or (item.text == " " and not item.scripted)
