"""Charts whose dictionary is broken read on: commas and brackets that are missing are put in, what is cut off ends at the last whole entry."""

from __future__ import annotations

import re
from typing import Any

from ...schema import Block
from ..mending import mend
from . import literal
from .reading import NAMES, parse, understand
from .writing import write

_REST = re.compile(r"[\s,\]})\"'`]*\Z")
_SWALLOWED = re.compile(r"[:,] ?[{\[]*\Z")  # how a string ends that ran on to the quote of the next one
_NEXT = re.compile(r"(?=: ?(?:[-\d{\[\"']|\Z))|(?=[}\]]|, ?[\"'\[{]|,? ?\Z)")
_LOOSE = re.compile(r"(?P<words>[^\s\"'{}\[\](),:-][^\"'{}\[\]\n]{0,200})[\"'](?=\s*[:,}\]]|\s*\Z)")
_FIGURE = re.compile(r"[\d., -]*")
INNERMOST = 2  # dictionaries around one that has numbers alone
PAIR = 2  # numbers of a point
MOST_GAPS = 50  # signs put in; a text that lacks more is something else


def mend_block(block: Block) -> Block:
    """See `Kind.mend`."""
    return mend(block, parse, repair)


def repair(text: str) -> tuple[str, list[str]]:
    """Our JSON of what can be read, and what was done; the text as it is where something readable would be lost unsaid."""
    start = text.find("{")
    if start < 0 or text[:start].strip():
        return text, []
    then, done = _repaired(text, closes=text.rstrip().endswith("}"))
    return (then, done) if done else _repaired(text, closes=False)


def _repaired(text: str, closes: bool) -> tuple[str, list[str]]:
    """Strings that never close do so where the next sign of a dictionary stands, if `closes`; else the text was cut off in them."""
    reader = _Mender(text, closes)
    value = reader.value(0)
    done = reader.done
    rest = reader.text[reader.at :]
    if rest.strip() and not reader.cut:
        if not _REST.fullmatch(rest):
            return text, []
        done.append("signs behind the end were left out")
    if reader.cut:
        lost = reader.text[reader.whole :].strip(" ,\n{[(")
        done.append("it was cut off, and is closed behind the last whole entry" + (f"; {lost[:60]!r} was left out" if lost else ""))
    if len(done) > MOST_GAPS:
        return text, []
    data, faults = understand(value)
    if faults:
        return text, []
    done += [f"{key[:40]!r}, which no chart has, was left out: {str(said)[:60]!r}" for key, said in value.items() if done and key not in NAMES]
    return write(data)[0], done


class _Mender(literal._Reader):
    """A reader that goes on where a comma, a colon, a quote or a bracket is missing."""

    def __init__(self, text: str, closes: bool) -> None:
        super().__init__(text)
        self.closes = closes
        self.done: list[str] = []
        self.cut = False
        self.whole = 0  # where the last entry ends that is whole
        self._closing = "}"

    def stop(self) -> None:
        super().stop()
        self.cut = self.cut or self.at >= len(self.text)

    def note(self, why: str) -> None:
        self.done.append(why)
        if len(self.done) > MOST_GAPS:
            self.stop()

    def comma(self, closing: str) -> None:
        if self.problems:
            return
        self.whole = self.at
        mark = self.peek()
        if mark == ",":
            self.at += 1
            while self.peek() == ",":
                self.at += 1
                self.note("a comma too many was left out")
        elif mark == closing:
            return
        elif mark and mark in "}])":
            self.note(f"{closing} was put in")
            self._closed_here()
        elif mark and (mark in "\"'{[(-" or mark.isalnum()):
            self.note("a comma was put in")
        else:
            self.stop()

    def _closed_here(self) -> None:
        """The bracket that stands here closes something further out: read as if the own one stood before it."""
        self.text = self.text[: self.at] + self._closing + self.text[self.at :]

    def entries(self, depth: int, closing: str) -> dict[str, Any]:
        self._closing = closing
        made: dict[str, Any] = {}
        while not self.problems and self.peek() != closing:
            self._closing = closing
            if self.peek() in ("]", ")"):
                self.note(f"a {self.peek()} was read as }}")
                self.text = self.text[: self.at] + closing + self.text[self.at + 1 :]
                break
            if self.peek() == "{":
                self.at += 1
                self.note("a { too many was left out")
                continue
            here = self.at
            key = self.value(literal.DEEPEST)
            if self.problems:
                break
            if self.peek() == ":":
                self.at += 1
                while self.peek() == ":":
                    self.at += 1
                    self.note("a colon too many was left out")
            elif self.peek() and (self.peek() in "\"'{[-" or self.peek().isdigit()):
                self.note("a colon was put in")
            else:
                self.stop()
                break
            if depth == INNERMOST and self.peek() == "{" and made:
                self.note("} was put in")
                self.text, self.at = f"{self.text[:here]}}}, {self.text[here:]}", here
                continue
            value = self.value(depth + 1)
            self._closing = closing
            if not self.problems or value not in (None, {}, []):
                name = str(key)
                while name in made:
                    name += " (again)"
                if name != str(key):
                    self.note(f"{str(key)[:40]!r} stood there twice: the second is named {name[:50]!r}")
                made[name] = value
                if self.problems and isinstance(value, str):  # as far as it goes
                    self.whole = len(self.text)
            self.comma(closing)
        self.at += not self.problems
        return made

    def items(self, depth: int, closing: str) -> list[Any]:
        made: list[Any] = []
        while not self.problems and self.peek() != closing:
            self._closing = closing
            value = self.value(depth + 1)
            self._closing = closing
            half = isinstance(value, list) and len(value) < PAIR and depth >= INNERMOST - 1
            if not self.problems or (value is not None and not half):
                made.append(value)
            self.comma(closing)
        self.at += not self.problems
        return made

    def value(self, depth: int) -> Any:
        """Words without their first quote are a string up to the last one."""
        self.space()
        loose = _LOOSE.match(self.text, self.at)
        if loose and not _FIGURE.fullmatch(loose["words"]):
            self.note("a quote was opened")
            self.at = loose.end()
            return loose["words"]
        return super().value(depth)

    def string(self) -> str:
        """A string that never closes ends where the next mark of the dictionary stands, if it does."""
        quote, start = self.text[self.at], self.at
        found = literal._STRING.match(self.text, start)
        inner = found[1] if found[1] is not None else found[3]
        closed = bool(found[2] or found[4])
        behind = self.text[found.end() : found.end() + 1]
        if closed and not inner and behind and behind not in ",:}] \n":
            self.note("a quote too many was left out")
            self.at += 1
            if self.problems:
                return ""
            return self.string() if self.peek() in ("'", '"') else self.value(literal.DEEPEST)
        if closed and behind == quote and self.text[found.end() + 1 : found.end() + 2] in (":", ",", "}"):
            self.note("a quote too many was left out")
            self.text = self.text[: found.end()] + self.text[found.end() + 1 :]
        if not closed and not self.closes:  # its end is what was cut off
            return super().string()
        odd = _NEXT.search(inner) if not closed or (behind.isalnum() and _SWALLOWED.search(inner)) else None
        if odd is None:
            return super().string()
        self.note("a quote was closed")
        end = start + 1 + odd.start()
        self.text = self.text[:end] + quote + self.text[end:]
        return super().string()
