"""A formula as MathML for a page that shows what was read: converted by latex2mathml, and of that only what is known to be harmless.

The converter is not trusted with text from outside: it would pass on links and colours as they come. Its tree is walked, and
what is written is elements and attributes of a list, each value of a plain form, and text, escaped.
"""

from __future__ import annotations

import html
import re
import unicodedata
from functools import lru_cache
from xml.etree.ElementTree import Element

from ...draw.math.alphabets import letter_in

MOST_LETTERS = 6000  # of a formula
DEEPEST = 60  # braces and environments within each other
_ELEMENTS = frozenset(
    "math mrow mi mn mo ms mtext mspace mfrac msqrt mroot mstyle mpadded mphantom menclose msub msup msubsup munder mover"
    " munderover mmultiscripts mprescripts mtable mtr mtd none".split()
)
_LEAVES = frozenset(["mi", "mn", "mo", "ms", "mtext"])
_LENGTH = re.compile(r"-?\d{0,2}(?:\.\d{0,6})?(?:em|ex|px|pt|mu|%)?")
_WORDS = re.compile(r"[a-zA-Z]{1,20}(?: [a-zA-Z]{1,20}){0,63}")
_COLOUR = re.compile(r"#[0-9a-fA-F]{3,8}|[a-zA-Z]{3,20}")
_ATTRIBUTES = {
    **dict.fromkeys("width height depth voffset lspace rspace linethickness minsize maxsize scriptlevel".split(), _LENGTH),
    **dict.fromkeys("rowspacing columnspacing".split(), re.compile(rf"(?:{_LENGTH.pattern})(?: (?:{_LENGTH.pattern})){{0,63}}")),
    **dict.fromkeys(
        "display displaystyle stretchy fence form separator accent accentunder movablelimits largeop symmetric columnalign"
        " rowalign columnlines rowlines frame notation align".split(),
        _WORDS,
    ),
    "mathcolor": _COLOUR,
}
_ALPHABETS = {
    "normal": "rm", "bold": "bf", "italic": "it", "bold-italic": "bi", "double-struck": "bb", "script": "cal", "bold-script": "bcal",
    "fraktur": "frak", "bold-fraktur": "bfrak", "sans-serif": "sf", "bold-sans-serif": "bsf", "sans-serif-italic": "sfit",
    "monospace": "tt",
}  # fmt: skip
_REFERENCE = re.compile(r"&#x([0-9A-F]{5});")  # how the converter writes symbols into its tree
_OPENING = re.compile(r"\\(?:begin|left)\b|(?<!\\)\{")
_CLOSING = re.compile(r"\\(?:end|right)\b|(?<!\\)\}")
_MARK = re.compile(rf"(?P<open>{_OPENING.pattern})|{_CLOSING.pattern}")
_DROPPED = re.compile(r"\\label\s*\{[^{}]*\}|\\(?:nonumber|notag)\b|\\(?:begin|end)\{(?:equation|displaymath|math)\*?\}")
_TAG = re.compile(r"\\tag\*?\s*\{([^{}$]{1,40})\}")
_ENVIRONMENT = re.compile(
    r"\\(?P<end>begin|end)\{(?P<name>align|aligned|alignat|alignedat|flalign|eqnarray|gather|gathered|multline)\*?\}"
)
_COLUMNS = re.compile(r"(?<=\\begin\{alignat\})\s*\{\d{1,2}\}|(?<=\\begin\{alignat\*\})\s*\{\d{1,2}\}|(?<=\\begin\{alignedat\})\s*\{\d{1,2}\}")
_ARRAYS = {"eqnarray": "rcl", "gather": "c", "gathered": "c", "multline": "c"}
_UNKNOWN = re.compile(r"\\[A-Za-z]+")
_OPERATORS = {"~": "\u223c"}  # what the converter writes with a sign that is not the one of mathematics
_LETTERS = "\u2202\u2207\u221e\u2205"  # signs that stand for things
_SIGNS = frozenset("+-\u2212\u00b1\u2213")
_CLOSING_MARKS = frozenset(")]}|!\u2032\u2033\u2034\u2016\u27e9\u230b\u2309")  # behind these, a sign stands between two things
_THIN = '<mspace width="0.167em"/>'
_ROWS = ("math", "mrow", "mtd", "mstyle", "mpadded", "menclose", "msqrt", "mphantom")  # whose parts stand side by side
_CLOSE = frozenset("/|")  # TeX sets nothing between these and what is beside them
_PARTS = {**dict.fromkeys(["mfrac", "mroot", "msub", "msup", "munder", "mover"], 2), "msubsup": 3, "munderover": 3}
_BASES = ("msub", "msup", "msubsup")


@lru_cache(maxsize=4096)
def mathml(latex: str, display: bool = False) -> str | None:
    """The formula as a `<math>` element with its LaTeX as the alternative text; None where it cannot be shown as one."""
    if not latex.strip() or len(latex) > MOST_LETTERS or _depth(latex) > DEEPEST:
        return None
    from latex2mathml.converter import Converter

    try:
        tree = Converter(display="block" if display else "inline").convert_to_element(_known(latex))
        inner = _row(tree, "")
    except Exception:  # the converter raises many things on what it does not know
        return None
    if not re.search(r">[^<]", inner):
        return None
    mode = ' display="block"' if display else ""
    return f'<math xmlns="http://www.w3.org/1998/Math/MathML"{mode} alttext="{html.escape(latex)}">{inner}</math>'


def _depth(latex: str) -> int:
    deepest = depth = 0
    for mark in _MARK.finditer(latex):
        depth += 1 if mark["open"] else -1
        deepest = max(deepest, depth)
    return deepest


def _known(latex: str) -> str:
    """The formula in environments that the converter knows."""
    plain = _COLUMNS.sub("", _TAG.sub(r"\\qquad\\text{(\1)}", _DROPPED.sub("", latex)))

    def named(found: re.Match[str]) -> str:
        columns = _ARRAYS.get(found["name"])
        if columns is None:
            return rf"\{found['end']}{{align*}}"
        return rf"\begin{{array}}{{{columns}}}" if found["end"] == "begin" else r"\end{array}"

    plain = _ENVIRONMENT.sub(named, plain)
    return rf"\begin{{array}}{{l}}{plain}\end{{array}}" if r"\\" in plain and r"\begin" not in plain else plain


def _row(element: Element, variant: str) -> str:
    """All in an element, side by side: functions stand off from what is beside them, a sign that begins a term does not."""
    parts: list[str] = []
    before: Element | None = None
    beside = element.tag in _ROWS
    for child in element:
        sign = before is not None and child.tag == "mo" and _said(child) in _SIGNS and _opens(before)
        if before is not None and child.tag != "mo" and (_function(before) or (_function(child) and before.tag != "mo")):
            parts.append(_THIN)
        elif before is not None and _function(child) and _said(before) in _CLOSING_MARKS:
            parts.append(_THIN)
        parts.append(_written(child, variant, sign))
        if child.tag != "mspace" and beside:
            before = child
    return "".join(parts)


def _said(element: Element) -> str:
    said = _REFERENCE.sub(lambda found: chr(int(found[1], 16)), element.text or "") if element.tag in _LEAVES else ""
    return _OPERATORS.get(said, said)


def _opens(element: Element) -> bool:
    return element.tag == "mo" and _said(element) not in _CLOSING_MARKS


def _function(element: Element) -> bool:
    """Whether it is the name of one, as sin or log, with or without scripts."""
    base = element[0] if element.tag in _BASES and len(element) else element
    said = _said(base) if base.tag == "mi" else ""
    return len(said) > 1 and said.isascii() and said.isalpha()


def _written(element: Element, variant: str, sign: bool = False) -> str:
    """One element and all in it; raises ValueError for what the converter did not understand."""
    variant = element.get("mathvariant", variant)
    tag, said = element.tag, _said(element)
    inner = _row(element, variant)
    if tag not in _ELEMENTS:
        return inner
    if len(element) != _PARTS.get(tag, len(element)):
        if len(element) == 0:  # `\\limits` of what has none
            return ""
        raise ValueError(f"{tag} of {len(element)} parts")
    if tag != "mtext" and (_UNKNOWN.search(said) or element.text == "&"):
        raise ValueError(f"unknown command {said}")
    if tag == "mi" and len(said) == 1 and unicodedata.category(said) == "Sm" and said not in _LETTERS:
        tag = "mo"
    upright = variant == "normal" or (tag == "mi" and len(said) == 1 and "\u0391" <= said <= "\u03a9" and not variant)
    if variant in _ALPHABETS and tag != "mtext":
        said = "".join(letter_in(_ALPHABETS[variant], letter) for letter in said)
    named = {name: value.strip() for name, value in element.items() if name in _ATTRIBUTES}
    held = "".join(f' {name}="{value}"' for name, value in named.items() if _ATTRIBUTES[name].fullmatch(value))
    if tag == "mo" and said in _CLOSE and "lspace" not in named:
        held += ' lspace="0em" rspace="0em"'
    held += ' form="prefix"' if sign and "form" not in named else ""
    held += ' mathvariant="normal"' if tag == "mi" and upright else ""
    return f"<{tag}{held}>{html.escape(said)}{inner}</{tag}>"
