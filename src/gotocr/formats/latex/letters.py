"""Text as LaTeX that only prints it: every letter that means something to TeX is escaped, for pdfTeX, LuaTeX and XeTeX."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator

from ..prose import clean

_ASCII = {
    **{letter: "\\" + letter for letter in "{}$&#_%"},
    "\\": r"\textbackslash{}",
    "^": r"\textasciicircum{}",
    "~": r"\textasciitilde{}",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
    "|": r"\textbar{}",
    '"': r"\textquotedbl{}",
    "`": r"\textasciigrave{}",
}
_SPACES = {"\u00a0": "~", "\u2009": r"\,", "\u202f": r"\,", "\u200a": r"\,", "\u00ad": r"\-", "\u2011": "-"}
_INVISIBLE = frozenset("\u200b\u200c\u200d\u200e\u200f\u2060\ufeff\ufe0e\ufe0f")
_TWICE = frozenset("-,'")  # two of them side by side would be drawn as another sign
_SCRIPTS = {"<sub>": "textsubscript", "<super>": "textsuperscript"}
PLAIN_TO = "\u0180"  # letters below are drawn by every engine as they are
LONGEST_WORD, LINE = 40, 100  # letters: longer words may be broken; columns of the source


def escape(text: str) -> str:
    """`text` in one line, printed as it is. Nothing of it can be taken for a command."""
    words = " ".join(unicodedata.normalize("NFC", clean(text)).split(" "))
    return "".join(_each(words))


def _each(text: str) -> Iterator[str]:
    before, run = "", 0
    for letter in text:
        run = 0 if letter.isspace() else run + 1
        if run > LONGEST_WORD:
            yield "\\allowbreak\n"  # the end of the line is swallowed with the command
            run = 0
        if letter == before and letter in _TWICE:
            yield "{}"
        before = letter
        yield _one(letter)


def _one(letter: str) -> str:
    if letter < "\x80":
        return " " if letter.isspace() else _ASCII.get(letter, letter)
    if letter in _INVISIBLE:
        return ""
    if letter in _SPACES:
        return _SPACES[letter]
    if letter.isspace():
        return " "
    return letter if letter < PLAIN_TO and letter not in "²³¹¼½¾ª" else _sign(letter)


def _sign(letter: str) -> str:
    """A letter beyond Latin: its command where mathematics has one, else itself."""
    from .symbols import COMMANDS

    if letter in COMMANDS:
        return rf"\ensuremath{{{COMMANDS[letter]}}}"
    form, *codes = unicodedata.decomposition(letter).split() or [""]
    if form in (*_SCRIPTS, "<fraction>", "<compat>"):
        inner = "".join(_one(chr(int(code, 16))) for code in codes).replace("\u2044", "/")
        return rf"\{_SCRIPTS[form]}{{{inner}}}" if form in _SCRIPTS else inner
    return letter


def mono(text: str) -> str:
    """One line of code, spaces and all."""
    words = "".join(_each(clean(text).expandtabs(4).replace("\n", " "))).replace("'", r"\textquotesingle{}").split(" ")
    parts, size = [], 0
    for word in words:
        size += len(word) + 2
        parts.append(f"{word}\\ ")
        if size > LINE:  # no line of the source is longer than TeX reads
            parts.append("%\n")
            size = 0
    return "".join(parts).removesuffix("%\n").removesuffix("\\ ")


def led(written: str) -> str:
    """What may stand behind `\\\\` or `\\item`, which take a star and a square bracket for theirs."""
    return "{}" + written if written[:1] in ("*", "[") else written


def folded(written: str) -> str:
    """The source in lines of bearable length; an end of a line is a space to TeX."""
    if len(written) <= LINE:
        return written
    lines, line, size = [], [], 0
    for word in written.split(" "):
        if size + len(word) > LINE and line and not line[-1].endswith("\\"):
            lines.append(" ".join(line))
            line, size = [], 0
        line.append(word)
        size += len(word) + 1
    return "\n".join(part.lstrip() if number else part for number, part in enumerate([*lines, " ".join(line)]))


def remark(text: str) -> str:
    """A comment of one line."""
    said = "".join(letter if letter.isprintable() else " " for letter in clean(text))
    return f"% {said[:300]}\n"
