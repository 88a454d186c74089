"""What is printed for LaTeX text: faces, sizes and colours dropped, accents and symbols as Unicode, formulas kept between `$`."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from ...draw.latex_symbols import SYMBOLS
from ..kind import Span
from .latex_marks import ACCENTS, ALONE, CHARACTERS, DROPPED, ENVIRONMENTS, FORMULAS, LOWERED, NOTES, PARTED, RAISED, SIGNS, SPACED
from .latex_marks import dingbat
from .latex_tokens import LENGTH, MATH, Tokens, tokenize

_LENGTH = re.compile(rf"={{0,1}}{LENGTH}(?:\s*(?:plus|minus)(?:\s*[\d.]+\s*fil+|{LENGTH})){{0,2}}")
_PARTS = re.compile(r"\s+|\S+")
_QUOTES = {"``": "“", "''": "”", "`": "‘"}
_DASHES = {"--": "–", "---": "—"}
_CLOSING = {"o": ("[", "]"), "p": ("(", ")")}
_BETWEEN = frozenset(name for name, symbol in SYMBOLS.items() if symbol.atom in ("bin", "rel"))
FARTHEST = 60  # tokens that an argument in brackets reaches at most


class Bit(NamedTuple):
    """Printed text and where in the source it stands."""

    text: str
    start: int
    end: int


class Printer:
    """Prints token after token into `bits`; what is no text, the reader of tables takes out before."""

    in_table = False  # elsewhere a bare `&` is the sign

    def __init__(self, tokens: Tokens) -> None:
        self.tokens = tokens
        self.bits: list[Bit] = []
        self._accents: list[tuple[str, int]] = []  # that the next letter gets, and where they stand
        self._silent: set[int] = set()  # brackets around the label of an item

    def put(self, text: str, start: int, end: int) -> None:
        if self._accents and text.strip():
            start = min(start, self._accents[0][1])
            marks = "".join(mark for mark, _ in reversed(self._accents))
            text = unicodedata.normalize("NFC", text[0].translate({0x131: "i", 0x237: "j"}) + marks) + text[1:]
            self._accents.clear()
        self.bits.append(Bit(text, start, end))

    def blank(self, index: int) -> None:
        self.bits.append(Bit(" ", self.tokens.starts[index], self.tokens.ends[index]))

    def step(self, index: int) -> int:
        """Print token `index`; the index of the one to go on with."""
        tokens = self.tokens
        kind, start, end = tokens.kinds[index], tokens.starts[index], tokens.ends[index]
        source = tokens.text[start:end]
        if kind == "command":
            return self._command(index, tokens.names[index])
        if kind in ("text", "letter") and index not in self._silent:
            self.put(source if source != "\\" else "", start, end)
        elif kind in ("blank", "row", "tie") or (kind == "cell" and self.in_table):
            self.blank(index)
        elif kind == "cell":
            self.put("&", start, end)
        elif kind in ("dash", "quote"):
            self.put(_DASHES.get(source, source) if kind == "dash" else _QUOTES[source], start, end)
        elif kind == "formula":
            self.put(_formula(source), start, end)
        elif kind == "dollar" and source == "$":
            self.put("$", start, end)
        elif kind == "verb":
            mark = source[-1]
            self.put(source[source.index(mark) + 1 : -1], start, end)
        elif kind == "address":
            self.put(source[source.index("{") + 1 : -1], start + source.index("{") + 1, end - 1)
        elif kind == "raise":
            return self._raised(index)
        elif kind == "close" and self._accents:
            self._bare_accent()
        elif kind == "begin":
            return self._environment(index)
        elif kind == "end":
            self.blank(index)
        return index + 1

    def _bare_accent(self) -> None:
        mark, start = self._accents.pop()
        self._accents.clear()
        self.bits.append(Bit(ALONE.get(mark, ""), start, start + 2))

    def _environment(self, index: int) -> int:
        tokens, name = self.tokens, self.tokens.names[index]
        last = tokens.partner.get(index)
        if name in MATH and last is not None:
            self.put(f"${tokens.source(index, last + 1)}$", tokens.starts[index], tokens.ends[last])
            return last + 1
        self.blank(index)
        return self.skip(index + 1, ENVIRONMENTS.get(name, ""))

    def _command(self, index: int, name: str) -> int:
        tokens = self.tokens
        start, end = tokens.starts[index], tokens.ends[index]
        if name in ACCENTS:
            self._accents.append((ACCENTS[name], start))
            return index + 1
        if name in SIGNS:
            self.put(SIGNS[name], start, end)
            return index + 1
        if name in FORMULAS:
            last = index + 1
            for _ in range(FORMULAS[name]):
                last = self.skip(self.skip(last, "o"), "m")
            end = tokens.starts[last] if last < len(tokens) else len(tokens.text)
            self.put(f"${tokens.text[start:end].strip()}$", start, end)
            return last
        if name == "ding":
            code, last = self.argument(index + 1)
            self.put(dingbat(int(code)) if code.isascii() and code.isdigit() and len(code) < 4 else "", start, tokens.ends[last - 1])
            return last
        if name in ("textsuperscript", "tnote", "textsubscript", "sp", "sb"):
            return self._raised(index)
        if name in CHARACTERS:
            return self._symbol(index, CHARACTERS[name])
        if name in DROPPED:
            return self._dropped(index, name)
        return self._unknown(index, name)

    def _symbol(self, index: int, symbol: str) -> int:
        tokens = self.tokens
        start, end = tokens.starts[index], tokens.ends[index]
        if symbol in "∘°" and self.bits and self.bits[-1].text == "^":
            raised = self.bits.pop()
            self.put("°", raised.start, end)
        else:
            self.put(symbol, start, end)
        if tokens.names[index] == "item":
            self._silence_label(index + 1)
        between = f"\\{tokens.names[index]}" in _BETWEEN and len(self.bits) > 1 and self.bits[-2].text == " "
        return index + 1 if between else self._eat(index + 1)

    def _silence_label(self, index: int) -> None:
        index = self._eat(index)
        close = self._bracket(index, "o")
        if close:
            self._silent |= {index, close}

    def _eat(self, index: int) -> int:
        """TeX passes over blanks behind a command of letters."""
        return index + (index < len(self.tokens) and self.tokens.kinds[index] == "blank")

    def _dropped(self, index: int, name: str) -> int:
        tokens = self.tokens
        if name in SPACED:
            self.blank(index)
        starred = bool(DROPPED[name]) and tokens.source(index + 1, min(index + 2, len(tokens))) == "*"
        index = self.skip(index + 1 + starred, DROPPED[name])
        if name in PARTED and index < len(tokens) and (close := tokens.partner.get(index)):
            while index < close:
                index = self.step(index)
            self.blank(close)
        return self._eat(index) if not DROPPED[name] else index

    def _unknown(self, index: int, name: str) -> int:
        """A command nobody knows: its name, if it has no arguments, stands for something; else they are printed."""
        tokens = self.tokens
        after = self.skip(index + 1, "o")
        if after < len(tokens) and tokens.kinds[after] == "open":
            return after
        if not name[0].isalpha():
            return index + 1
        self.put(f"\\{name}", tokens.starts[index], tokens.ends[index])
        return index + 1

    def _raised(self, index: int) -> int:
        """Superscripts and subscripts that Unicode has; others as written, or, of text, on the line."""
        tokens = self.tokens
        name = tokens.names.get(index, tokens.source(index, index + 1))
        low = name in ("_", "sb", "textsubscript")
        text, last = self.argument(index + 1)
        table = LOWERED if low else RAISED
        shown = text.strip()
        if shown in ("\\circ", "\\degree") and not low:
            shown = "°"
        elif shown and all(letter in table for letter in shown):
            shown = "".join(table[letter] for letter in shown)
        elif shown in NOTES and not low:
            shown = NOTES[shown]
        elif tokens.kinds[index] == "raise":
            self.put(name, tokens.starts[index], tokens.ends[index])
            return index + 1
        else:
            return index + 1
        self.put(shown, tokens.starts[index], tokens.ends[last - 1])
        return last

    def argument(self, index: int) -> tuple[str, int]:
        """The source of the argument in braces, or of one token, at `index`, and the index behind it."""
        index = self._eat(index)
        if index >= len(self.tokens):
            return "", len(self.tokens)
        close = self.tokens.partner.get(index) if self.tokens.kinds[index] == "open" else None
        if close is not None:
            return self.tokens.source(index + 1, close), close + 1
        if self.tokens.kinds[index] in ("cell", "row", "begin", "end", "close", "open"):
            return "", index
        return self._letter(index)

    def _letter(self, index: int) -> tuple[str, int]:
        """The one letter, or the one command, that is an argument without braces."""
        tokens = self.tokens
        if tokens.kinds[index] != "text" or tokens.ends[index] - tokens.starts[index] < 2:
            return tokens.source(index, index + 1), index + 1
        tokens.starts[index] += 1
        return tokens.text[tokens.starts[index] - 1], index

    def skip(self, index: int, arguments: str) -> int:
        """The index behind arguments (see `DROPPED`), those in brackets only where they are there."""
        tokens = self.tokens
        for kind in arguments:
            if kind == "m":
                _, index = self.argument(index)
            elif kind == "d":
                index = self._length(index)
            elif close := self._bracket(self._eat(index), kind):
                index = close + 1
        return index

    def _length(self, index: int) -> int:
        tokens = self.tokens
        if index < len(tokens) and (found := _LENGTH.match(tokens.text, tokens.starts[index])):
            while index < len(tokens) and tokens.ends[index] <= found.end():
                index += 1
            if index < len(tokens) and tokens.starts[index] < found.end():
                tokens.starts[index] = found.end()
        return index

    def _bracket(self, index: int, kind: str) -> int:
        """The index of the bracket that closes the one at `index`; 0 where none is there."""
        tokens = self.tokens
        first, last = _CLOSING[kind]
        if index >= len(tokens) or tokens.source(index, index + 1) != first:
            return 0
        depth, at = 0, index
        while at < min(len(tokens), index + FARTHEST):
            kind = tokens.kinds[at]
            if kind in ("cell", "row", "begin", "end"):
                return 0
            if kind == "open":
                at = tokens.partner.get(at, at)
            letter = tokens.source(at, at + 1)
            depth += (letter == first) - (letter == last)
            if not depth:
                return at
            at += 1
        return 0


def _formula(source: str) -> str:
    for mark, end in (("$$", "$$"), ("$", "$"), ("\\(", "\\)")):
        if source.startswith(mark):
            return f"${source[len(mark) : len(source) - len(end)].strip()}$"
    return source


def joined(bits: Iterable[Bit]) -> str:
    """The text of bits, one space between words."""
    return " ".join("".join([bit.text for bit in bits]).split())


def words(bits: Iterable[Bit]) -> Iterator[tuple[Span, str]]:
    """The words of bits with their places; a formula is one piece of a word."""
    text, start, end = "", 0, 0
    for bit in bits:
        if bit.text[:1] == "$" and len(bit.text) > 1:
            text, start, end = text + bit.text, start if text else bit.start, bit.end
            continue
        exact, at = len(bit.text) == bit.end - bit.start, 0
        for part in _PARTS.findall(bit.text):
            if not part[0].isspace():
                first, last = (bit.start + at, bit.start + at + len(part)) if exact else (bit.start, bit.end)
                text, start, end = text + part, start if text else first, last
            elif text:
                yield Span(start, end), text
                text = ""
            at += len(part)
    if text:
        yield Span(start, end), text


def printed_bits(text: str) -> list[Bit]:
    """What is printed for LaTeX text, bit by bit. Never raises."""
    printer, index = Printer(tokenize(text)), 0
    while index < len(printer.tokens):
        index = printer.step(index)
    return printer.bits


def printed(text: str) -> str:
    """What is printed for LaTeX text: faces and escapes undone, formulas kept between their `$`, one space between words."""
    return joined(printed_bits(text))
