"""Words in formulas: text, named operators, `mod`; and the spaces and dots that LaTeX chooses."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

from ..latex_forms import TEXT_ACCENTS
from ..latex_symbols import OPERATORS, symbol
from ..latex_tree import Node
from .alphabets import letter_in
from .box import Box, Rule, row
from .look import DISPLAY, Atom, Item, Look

if TYPE_CHECKING:
    from .setter import Setter

_MU = 1 / 18
_SPACES = {
    ",": 3, "thinspace": 3, ":": 4, ">": 4, "medspace": 4, ";": 5, "thickspace": 5,
    "!": -3, "negthinspace": -3, "negmedspace": -4, "negthickspace": -5, "quad": 18, "qquad": 36, "enspace": 9, "enskip": 9,
}  # in mu  # fmt: skip
_WORD_SPACES = frozenset(["\\ ", "\\\n", "~", "\\space", "\\nobreakspace", " "])
_UNITS = {
    "pt": 0.1,
    "em": 1.0,
    "ex": 0.43,
    "mu": 1 / 18,
    "cm": 2.845,
    "mm": 0.2845,
    "in": 7.227,
    "pc": 1.2,
    "bp": 0.1004,
    "sp": 0.1 / 65536,
}
_LENGTH = re.compile(r"([-+]?[\d.]+)\s*([a-z]+)")
LONGEST = 20.0  # ems of the widest space that is still set
AROUND = {"\\iff": (5, 5), "\\implies": (5, 5), "\\impliedby": (5, 5), "\\colon": (2, 4)}  # mu in front and behind
DOTS = frozenset(["\\dots", "\\dotsx"])
_TEXT_STYLES = {
    "textbf": "bf", "textit": "it", "emph": "it", "textsl": "it", "textsf": "sf", "texttt": "tt", "textrm": "rm", "textup": "rm",
    "textnormal": "rm", "textmd": "rm",
}  # fmt: skip
_LIGATURES = {"--": "\u2013", "---": "\u2014", "``": "\u201c", "''": "\u201d"}
_IN_TEXT = {"'": "\u2019", "`": "\u2018", "-": "-", "*": "*"}


def dots(following: Node | None) -> str:
    """`\\dots` stands low before commas and letters, at the height of operators before them."""
    if following is not None and following.kind == "scripts":
        following = following.parts[0]
    found = symbol(following.name) if following is not None and following.kind == "symbol" else None
    return "\u22ef" if found is not None and found.atom in ("bin", "rel", "op") else "\u2026"


def low_dots(setter: Setter, look: Look, source: int) -> Box:
    """Three full stops with thin spaces between them, as one character."""
    stops = [setter.letter(".", look, source) for _ in range(3)]
    for number, stop in enumerate(stops):
        stop.parts = [(x, y, part._replace(letter="" if number else "\u2026")) for x, y, part in stop.parts]
    gap = 3 * _MU * look.scale(setter.font)
    return row([stops[0], gap, stops[1], gap, stops[2]])


def prime_step(setter: Setter, look: Look) -> float:
    """How far primes stand apart: as in the double prime of the font."""
    one, two = (setter.font.find(letter, look.level) for letter in "\u2032\u2033")
    if one is None or two is None or one[0] is not two[0]:
        return 0.0
    return max(0.0, two[0].measure(two[1]).advance - one[0].measure(one[1]).advance) * look.scale(setter.font)


def set_space(setter: Setter, node: Node, look: Look) -> list[Item]:
    if node.value:
        number, unit = _LENGTH.match(node.value).groups()
        width = float(number) * _UNITS.get(unit, 0.0) if number.count(".") < 2 and not node.name.startswith("\\v") else 0.0
        return [max(-LONGEST, min(LONGEST, width))]
    if node.name in _WORD_SPACES:
        return [_word_space(setter, look)]
    return [_SPACES.get(node.name[1:], 0) * _MU]


def _word_space(setter: Setter, look: Look) -> float:
    found = setter.font.find(" ")
    return (found[0].measure(found[1]).advance if found else 0.3) * look.scale(setter.font)


def set_text(setter: Setter, node: Node, look: Look) -> list[Item]:
    box = text_box(setter, node, look._replace(alphabet="rm"))
    return [Atom("ord", box, tight=look.level > 0)]


def text_box(setter: Setter, node: Node, look: Look) -> Box:
    """A run of text, letter by letter, with what it holds: other styles, accents, math."""
    style = _TEXT_STYLES.get(node.name[1:])
    if style:
        look = look._replace(alphabet="bi" if style == "it" and look.alphabet == "bf" else style)
    parts: list[Box | float] = []
    for part in node.parts:
        if part.kind == "symbol":
            parts.append(_letter(setter, part, look))
        elif part.kind == "text" or (part.kind == "list" and part.name == "{"):
            parts.append(text_box(setter, part, look))
        elif part.kind == "switch":
            look = setter.switched(part, look)
        elif part.kind == "accent" and part.name in TEXT_ACCENTS:
            parts.append(_accented(setter, part, look))
        else:
            inner = look._replace(alphabet="", bold=False) if part.kind == "list" else look
            items = setter.items(part.parts if part.kind == "list" else (part,), inner)
            parts += items if all(isinstance(item, float) for item in items) else [setter.line(items)]
    return row(parts)


def _letter(setter: Setter, node: Node, look: Look) -> Box:
    text = _LIGATURES.get(node.name) or _IN_TEXT.get(node.name)
    if text is None:
        found = symbol(node.name)
        text = found.text if found else node.name
    return row([setter.letter(letter_in(look.face or "rm", letter), look, node.start) for letter in text])


def _accented(setter: Setter, node: Node, look: Look) -> Box:
    """A letter with an accent: the ready-made character where there is one."""
    base = node.parts[0]
    while base.kind == "list" and len(base.parts) == 1:
        base = base.parts[0]
    found = symbol(base.name) if base.kind == "symbol" else None
    if found is None:
        return setter.part(base, look)
    letter = {"\u0131": "i", "\u0237": "j"}.get(found.text, found.text)
    whole = unicodedata.normalize("NFC", letter_in(look.face or "rm", letter) + TEXT_ACCENTS[node.name])
    if len(whole) == 1:
        return setter.letter(whole, look, node.start)
    from .marks import accented  # text is set by marks as well

    return accented(setter, _letter(setter, base, look), TEXT_ACCENTS[node.name], look, node.start)


def set_operator(setter: Setter, node: Node, look: Look) -> list[Item]:
    tight = look.level > 0
    if node.parts:
        return [Atom("op", _named(setter, node.parts[0], look), "*" in node.name or "limits" in node.name, tight)]
    name, limits = OPERATORS[node.name]
    upright = look._replace(alphabet="bf" if look.bold else "rm")
    parts = [
        3 * _MU * look.scale(setter.font)
        if letter == "\u2006"
        else setter.letter(letter_in(upright.face, letter), upright, node.at)
        for letter in name
    ]
    box = row(parts)
    if node.name in _DECORATED:
        box = _decorate(setter, box, node, look)
    return [Atom("op", box, limits, tight)]


_DECORATED = {"\\varlimsup": "\\overline", "\\varliminf": "\\underline", "\\varinjlim": "\u2192", "\\varprojlim": "\u2190"}


def _decorate(setter: Setter, box: Box, node: Node, look: Look) -> Box:
    from .marks import bracketed  # words are set by marks as well

    mark = _DECORATED[node.name]
    if len(mark) == 1:
        return bracketed(setter, box, (mark, True), look, node.at)
    gap, bar = look.length(setter.font, "OverbarVerticalGap"), look.length(setter.font, "OverbarRuleThickness")
    whole = row([box])
    over = mark == "\\overline"
    whole.put(0.0, box.height + gap if over else -box.depth - gap - bar, Rule(box.width, bar, node.at))
    whole.height += gap + 2 * bar if over else 0.0
    whole.depth += 0.0 if over else gap + 2 * bar
    return whole


def _named(setter: Setter, body: Node, look: Look) -> Box:
    """The name of an operator: upright letters; a hyphen stays one."""
    parts = body.parts if body.kind == "list" else (body,)
    upright = look._replace(alphabet="rm")
    if all(part.kind == "symbol" and len(part.name) == 1 for part in parts):
        return row([_letter(setter, part, upright) for part in parts])
    return setter.line(setter.items(parts, upright))


def set_mod(setter: Setter, node: Node, look: Look) -> list[Item]:
    upright, tight = look._replace(alphabet="rm"), look.level > 0
    word = row([setter.letter(letter, upright, node.at) for letter in "mod"])
    if node.name == "\\bmod":
        return [_MU, Atom("bin", word, tight=tight), _MU]
    space = (18 if look.style == DISPLAY else 12 if node.name == "\\mod" else 8) * _MU
    body = setter.items((node.parts[0],), look)
    if node.name == "\\mod":
        return [space, Atom("ord", word, tight=tight), 6 * _MU, *body]
    inner = [Atom("ord", word, tight=tight), 6 * _MU] if node.name == "\\pmod" else []
    left, right = (setter.letter(letter, look, source) for letter, source in (("(", node.at), (")", max(node.at, node.end - 1))))
    return [space, Atom("open", left, tight=tight), *inner, *body, Atom("close", right, tight=tight)]
