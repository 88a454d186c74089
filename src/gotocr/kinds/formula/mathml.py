"""A formula as MathML for a page that shows what was read: converted by latex2mathml, and of that only what is known to be harmless.

The converter is not trusted with text from outside: it would pass on links and colours as they come. Its tree is walked, and
what is written is elements and attributes of a list, each value of a plain form, and text, escaped.
"""

from __future__ import annotations

import html
import re
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
_LABEL = re.compile(r"\\label\s*\{[^{}]*\}|\\(?:nonumber|notag)\b")
_UNKNOWN = re.compile(r"\\[A-Za-z]+")


@lru_cache(maxsize=4096)
def mathml(latex: str, display: bool = False) -> str | None:
    """The formula as a `<math>` element with its LaTeX as the alternative text; None where it cannot be shown as one."""
    if not latex.strip() or len(latex) > MOST_LETTERS or _depth(latex) > DEEPEST:
        return None
    from latex2mathml.converter import Converter

    try:
        tree = Converter(display="block" if display else "inline").convert_to_element(_LABEL.sub("", latex))
        inner = "".join(_written(child, "") for child in tree)
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


def _written(element: Element, variant: str) -> str:
    """One element and all in it; raises ValueError for a command the converter did not understand."""
    variant = element.get("mathvariant", variant)
    inner = "".join(_written(child, variant) for child in element)
    if element.tag not in _ELEMENTS:
        return inner
    said = ""
    if element.tag in _LEAVES:
        said = _REFERENCE.sub(lambda found: chr(int(found[1], 16)), element.text or "")
        if element.tag != "mtext" and _UNKNOWN.search(said):
            raise ValueError(f"unknown command {said}")
        if variant in _ALPHABETS and element.tag != "mtext":
            said = "".join(letter_in(_ALPHABETS[variant], letter) for letter in said)
        said = html.escape(said)
    named = {name: value.strip() for name, value in element.items() if name in _ATTRIBUTES}
    held = "".join(f' {name}="{value}"' for name, value in named.items() if _ATTRIBUTES[name].fullmatch(value))
    if element.tag == "mi" and variant == "normal":
        held += ' mathvariant="normal"'
    return f"<{element.tag}{held}>{said}{inner}</{element.tag}>"
