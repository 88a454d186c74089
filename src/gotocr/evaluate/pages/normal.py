"""Texts and formulas reduced to what OmniDocBench compares: letters and digits of text, LaTeX without its fonts and spaces."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from ...draw.latex_symbols import OPERATORS, symbol
from ...draw.latex_tree import tokens

INLINE = re.compile(r"\$([^$\n]*)\$|\\\(([^\n]{0,1000}?)\\\)")
_NEEDS_READING = re.compile(r"[\\^_]")
_ESCAPED = re.compile(r"\\([\\_&%^])")
_DROPPED = re.compile(r"[\\/][tn]|\W")  # "\t" and "\n" as two characters stand for tabs and lines in the truths
_ARGUMENT = r"\{[^{}\n]{0,200}\}"
_ENVIRONMENT = re.compile(r"\\(?:tag|hspace|begin|end)\{[^}\n]{0,200}\}|\\arraycolsep[^}\n]{0,80}\}")
_HARDLY_SHOWN = re.compile(
    r"\\(?:math(?:bf|rm|normal|it|bb|cal|scr|frak|sf|tt)|textbf|text|boldmath|boldsymbol|operatorname|bm"
    r"|symbfit|symbf|scriptscriptstyle|notag|setlength|coloneqq|(?:thick|thin|med|nobreak|negmed)?space"
    r"|q?quad|enspace|left|right|displaystyle)|\$\$| "
)
_ACCENTS = {
    **{r"\grave": "\u0300", r"\acute": "\u0301", r"\hat": "\u0302", r"\tilde": "\u0303", r"\breve": "\u0306"},
    **{r"\dot": "\u0307", r"\ddot": "\u0308", r"\check": "\u030c"},
}
_FONTS = {
    r"\mathbb": ("MATHEMATICAL DOUBLE-STRUCK ", "DOUBLE-STRUCK "),
    r"\mathbf": ("MATHEMATICAL BOLD ",),
    r"\mathcal": ("MATHEMATICAL SCRIPT ", "SCRIPT "),
    r"\mathscr": ("MATHEMATICAL SCRIPT ", "SCRIPT "),
    r"\mathfrak": ("MATHEMATICAL FRAKTUR ", "BLACK-LETTER "),
    r"\mathsf": ("MATHEMATICAL SANS-SERIF ",),
    r"\mathtt": ("MATHEMATICAL MONOSPACE ",),
    r"\mathit": ("MATHEMATICAL ITALIC ",),
}  # what the names of such letters begin with in Unicode
_UNPRINTED = re.compile(rf"\\begin\{{(?:array|tabular)\}}{_ARGUMENT}|\\(?:begin|end|[hv]space|phantom|color)\*?{_ARGUMENT}")


def text(source: str) -> str:
    """Letters, digits and underscores of a text in Markdown, in order; formulas within it as the letters they print."""
    return _DROPPED.sub("", INLINE.sub(_printed, source))


def _printed(formula: re.Match[str]) -> str:
    latex = _ESCAPED.sub(r"\1", formula[1] if formula[1] is not None else formula[2])
    return plain(latex) if _NEEDS_READING.search(latex) else formula[0]


def printed(latex: str) -> str:
    """Letters and digits of a formula, as `text` has them of one within a line."""
    return _DROPPED.sub("", plain(latex))


def plain(latex: str) -> str:
    """What a formula prints, in one line of Unicode: symbols and names for commands, no braces, marks of scripts kept."""
    found: list[str] = []
    font, grouped, accent = "", False, ""  # of the letter or the group that follows
    for token in tokens(_UNPRINTED.sub("", latex)):
        mark = token.text
        if mark in _FONTS:
            font, grouped = mark, False
        elif mark in _ACCENTS:
            accent = _ACCENTS[mark]
        elif mark == "{":
            grouped = bool(font)
        elif mark == "}":
            font = ""
        elif not mark.isspace():
            known = symbol(mark)
            printed = OPERATORS[mark][0] if mark in OPERATORS else known.text if known else ""
            found += [unicodedata.normalize("NFC", _styled(letter, font) + accent) for letter in printed]
            font, accent = font if grouped else "", ""
    return "".join(found)


@lru_cache(maxsize=None)
def _styled(letter: str, font: str) -> str:
    """A letter A to Z as Unicode has it in a font; any other sign as it is."""
    if not font or not (letter.isascii() and letter.isalpha()):
        return letter
    size = "CAPITAL" if letter.isupper() else "SMALL"
    for begin in _FONTS[font]:
        try:
            return unicodedata.lookup(f"{begin}{size} {letter.upper()}")
        except KeyError:
            continue
    return letter


def formula(source: str) -> str:
    """LaTeX in small letters, without what hardly shows: delimiters, fonts, spaces, sizes, environments and their columns."""
    latex = inner(source)
    return _HARDLY_SHOWN.sub("", _ENVIRONMENT.sub("", latex).strip(".")).lower()


def inner(source: str) -> str:
    """What stands between the first `\\[` and its `\\]`, or between dollar signs; all of it where there are none."""
    latex = source.strip().strip("$").strip("\n")
    start = latex.find(r"\[")
    end = latex.find(r"\]", start + 3)
    while end > 0 and latex[end - 1] == "\\":
        end = latex.find(r"\]", end + 1)
    return latex[start + 2 : end].strip() if 0 <= start < end else latex
