"""Reads JSON, and dictionaries as Python prints them, whole or cut off, without ever running them."""

from __future__ import annotations

import math
import re
from typing import Any

DEEPEST = 8  # a chart nests three deep
_SPACE = re.compile(r"\s*")
_STRING = re.compile(r'"((?:[^"\\]|\\.)*)("?)|\'((?:[^\'\\]|\\.)*)(\'?)', re.DOTALL)
_WORD = re.compile(r"[^\s,:\[\](){}\"']+")
_ESCAPE = re.compile(r"\\(u[0-9a-fA-F]{4}|x[0-9a-fA-F]{2}|.)", re.DOTALL)
_NAMED = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f"}
_CONSTANTS = {"null": None, "None": None, "true": True, "True": True, "false": False, "False": False}
_CLOSES = {"{": "}", "[": "]", "(": ")"}


def read(text: str) -> tuple[Any, list[str]]:
    """The value `text` spells, as far as it goes, and what is wrong with it; None where nothing could be read."""
    reader = _Reader(text)
    value = reader.value(0)
    reader.space()
    if not reader.problems and reader.at < len(text):
        reader.problems.append(f"something follows the end, from character {reader.at + 1} on")
    return value, reader.problems + [f"{name[:40]!r} stands there twice" for name in dict.fromkeys(reader.repeated)]


def end(text: str, start: int) -> int:
    """Where the bracket that opens at `start` is closed, one behind it; the text's end when it never is."""
    depth, at = 0, start
    while at < len(text):
        letter = text[at]
        if letter in "\"'" and (string := _STRING.match(text, at)):
            at = string.end()
            continue
        depth += (letter in "{[(") - (letter in "}])")
        at += 1
        if depth == 0:
            return at
    return len(text)


class _Reader:
    """One pass from left to right; at the first problem it stops, and everything open is closed as it stands."""

    def __init__(self, text: str) -> None:
        self.text, self.at = text, 0
        self.problems: list[str] = []
        self.repeated: list[str] = []  # names that stood in a dictionary before

    def space(self) -> None:
        self.at = _SPACE.match(self.text, self.at).end()

    def peek(self) -> str:
        self.space()
        return self.text[self.at : self.at + 1]

    def stop(self) -> None:
        if not self.problems:
            cut = self.at >= len(self.text)
            self.problems.append("it is cut off" if cut else f"character {self.at + 1} fits nowhere")

    def value(self, depth: int) -> Any:
        letter = self.peek()
        if letter and letter in _CLOSES and depth < DEEPEST:
            self.at += 1
            return self.entries(depth, _CLOSES[letter]) if letter == "{" else self.items(depth, _CLOSES[letter])
        if letter and letter in "\"'":
            return self.string()
        word = _WORD.match(self.text, self.at)
        if not word:
            self.stop()
            return None
        self.at = word.end()
        if depth and self.at == len(self.text):  # a number at the end of a cut text may lack digits
            self.stop()
            return None
        return _constant(word[0])

    def string(self) -> str:
        found = _STRING.match(self.text, self.at)
        self.at = found.end()
        if not (found[2] or found[4]):
            self.at = len(self.text)
            self.stop()
        return _ESCAPE.sub(_unescape, found[1] if found[1] is not None else found[3])

    def entries(self, depth: int, closing: str) -> dict[str, Any]:
        made: dict[str, Any] = {}
        while not self.problems and self.peek() != closing:
            key = self.value(DEEPEST)  # no key is itself a list
            if self.problems:
                break
            if self.peek() != ":":
                self.stop()
                break
            self.at += 1
            value = self.value(depth + 1)
            if not self.problems or value not in (None, {}, []):
                self.repeated += [str(key)] * (str(key) in made)
                made[str(key)] = value
            self.comma(closing)
        self.at += not self.problems
        return made

    def items(self, depth: int, closing: str) -> list[Any]:
        made: list[Any] = []
        while not self.problems and self.peek() != closing:
            value = self.value(depth + 1)
            if not self.problems or value is not None:
                made.append(value)
            self.comma(closing)
        self.at += not self.problems
        return made

    def comma(self, closing: str) -> None:
        if self.problems:
            return
        mark = self.peek()
        if mark == ",":
            self.at += 1
        elif mark != closing:
            self.stop()


def _constant(word: str) -> Any:
    if word in _CONSTANTS:
        return _CONSTANTS[word]
    try:
        number = float(word) if len(word) < 64 else math.nan
    except ValueError:
        return word
    if math.isfinite(number) and number == int(number) and not set(word) & set(".eE_"):
        return int(number)
    return number


def _unescape(found: re.Match[str]) -> str:
    mark = found[1]
    if mark[0] in "ux" and len(mark) > 1:
        code = int(mark[1:], 16)
        return chr(code) if not 0xD800 <= code < 0xE000 else "\ufffd"
    return _NAMED.get(mark, mark)
