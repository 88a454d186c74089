"""Set the tree of a formula: lists of atoms with TeX's spaces between them; the parts are set by the files of their names."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable

from ..latex_symbols import symbol
from ..latex_tree import Node
from . import delimiters, fractions, marks, scripts, tables, words
from .alphabets import letter_in
from .box import Box, Mark, glyph_box, row
from .font import MathFont
from .look import Atom, Item, Look, Middle

MU = 1 / 18  # ems
_KINDS = ("ord", "op", "bin", "rel", "open", "close", "punct", "inner")
# Space between two atoms (TeXbook, page 170) in mu; negative = only in display and text style.
_SPACES = {
    "ord": (0, 3, -4, -5, 0, 0, 0, -3),
    "op": (3, 3, 0, -5, 0, 0, 0, -3),
    "bin": (-4, -4, 0, 0, -4, 0, 0, -4),
    "rel": (-5, -5, 0, 0, -5, 0, 0, -5),
    "open": (0, 0, 0, 0, 0, 0, 0, 0),
    "close": (0, 3, -4, -5, 0, 0, 0, -3),
    "punct": (-3, -3, 0, -3, -3, -3, -3, -3),
    "inner": (-3, 3, -4, -5, -3, 0, -3, -3),
}
_BETWEEN = {(left, right): mu for left, row_ in _SPACES.items() for right, mu in zip(_KINDS, row_, strict=True)}
_NO_BINARY_BEHIND = frozenset(["bin", "op", "rel", "open", "punct"])
_NO_BINARY_BEFORE = frozenset(["rel", "close", "punct"])
INTEGRALS = frozenset("\u222b\u222c\u222d\u222e\u222f\u2230\u2231\u2232\u2233")
ALPHABETS = {
    "mathrm": "rm", "mathup": "rm", "rm": "rm", "sc": "rm", "mathbf": "bf", "bold": "bf", "bf": "bf", "mathbfit": "bi",
    "mathit": "it", "it": "it", "sl": "it", "em": "it", "mathnormal": "", "mit": "", "mathsf": "sf", "sf": "sf",
    "mathsfit": "sfit", "mathtt": "tt", "tt": "tt", "mathcal": "cal", "cal": "cal", "mathscr": "cal", "mathbb": "bb",
    "mathds": "bb", "Bbb": "bb", "mathfrak": "frak", "frak": "frak",
}  # fmt: skip
BOLD = frozenset(["boldsymbol", "bm", "pmb", "boldmath"])
STYLES = {"displaystyle": 0, "textstyle": 1, "scriptstyle": 2, "scriptscriptstyle": 3}


class Setter:
    """Sets parts of one formula in one font; what cannot be set is noted in `problems`."""

    def __init__(self, font: MathFont) -> None:
        self.font = font
        self.problems: list[str] = []

    # Lists

    def items(self, nodes: Iterable[Node], look: Look) -> list[Item]:
        """Atoms and spaces of a list, in order."""
        found: list[Item] = []
        nodes = list(nodes)
        for index, node in enumerate(nodes):
            if node.kind == "switch":
                look = self.switched(node, look)
            elif node.kind == "symbol":
                found += self.symbol(node, look, nodes[index + 1] if index + 1 < len(nodes) else None)
            else:
                found += _SETTERS[node.kind](self, node, look)
        return found

    def switched(self, node: Node, look: Look) -> Look:
        name = node.name[1:]
        if name in STYLES:
            return look._replace(style=STYLES[name])
        if name in ALPHABETS:
            return look._replace(alphabet=ALPHABETS[name])
        return look._replace(bold=name == "boldmath") if name in ("boldmath", "unboldmath") else look

    def line(self, items: list[Item]) -> Box:
        """Items beside each other with the spaces between atoms that TeX puts there."""
        items = [self.lone(item) if isinstance(item, Middle) else item for item in items]
        kinds = [item.kind if isinstance(item, Atom) else "" for item in items]
        atoms = [index for index, kind in enumerate(kinds) if kind]
        before = "open"
        for place, index in enumerate(atoms):
            kind = kinds[index]
            after = kinds[atoms[place + 1]] if place + 1 < len(atoms) else "close"
            if kind == "bin" and (before in _NO_BINARY_BEHIND or after in _NO_BINARY_BEFORE):
                kind = kinds[index] = "ord"
            before = kind
        parts: list[Box | float] = []
        last = ""
        for item, kind, following in zip(items, kinds, [*kinds, ""][1:], strict=True):
            if not isinstance(item, Atom):
                parts.append(item)
                continue
            mu = _BETWEEN[last, kind] if last else 0
            if mu > 0 or (mu < 0 and not item.tight):
                parts.append(abs(mu) * MU)
            if not following:
                item.box.upright()
            parts.append(item.box)
            last = kind
        return row(parts)

    def lone(self, middle: Middle) -> Atom:
        """`\\middle` without a fence around it."""
        return Atom("rel", delimiters.delimiter(self, middle.delimiter, 0.0, Look()))

    def part(self, node: Node | None, look: Look) -> Box:
        """A node as a formula of its own within another."""
        if node is None:
            return Box()
        return self.joined(self.items(node.parts if node.kind == "list" else (node,), look))

    def joined(self, items: list[Item]) -> Box:
        """Items as one box; one character keeps what it knows for scripts and accents."""
        if len(items) == 1 and isinstance(items[0], Atom):
            items[0].box.upright()
            return items[0].box
        return self.line(items)

    def group(self, node: Node, look: Look) -> list[Item]:
        """What stands in braces: an ordinary atom; one character alone is as if it had none."""
        items = self.items(node.parts, look)
        if len(items) == 1 and isinstance(items[0], Atom):
            atom = items[0]
            kind = "ord" if atom.kind in ("bin", "rel", "open", "close", "punct") else atom.kind
            return [atom._replace(kind=kind)]
        return [Atom("ord", self.line(items), tight=look.level > 0)]

    # Characters

    def letter(self, letter: str, look: Look, source: int) -> Box:
        """One character as it is, in the size of a style."""
        found = self.font.find(letter, look.level)
        bold = look.bold and not unicodedata.name(letter, "").startswith("MATHEMATICAL BOLD")
        scale = look.scale(self.font)
        if found is not None:
            return glyph_box(*found, scale, letter, source, bold)
        parts = unicodedata.normalize("NFD", letter)
        if len(parts) == 2 and self.font.find(parts[0]) and self.font.find(parts[1]):
            return marks.accented(self, self.letter(parts[0], look, source), parts[1], look, source)
        self.problems.append(f"no glyph for {letter!r} (U+{ord(letter):04X})")
        return Box()

    def text(self, text: str, look: Look, source: int) -> Box:
        """A symbol of one character, or of a few that stand for one command; a combining slash strikes out what is before it."""
        if len(text) == 1:
            return self.letter(letter_in(look.face, text), look, source)
        if text.endswith("\u0338"):
            return marks.struck(self, self.text(text[:-1], look, source), look, source)
        return row([self.letter(letter_in(look.face, letter), look, source) for letter in text])

    def symbol(self, node: Node, look: Look, following: Node | None = None) -> list[Item]:
        found = symbol(node.name)
        if found is None:
            self.problems.append(f"unknown command {node.name}")
            return []
        text, kind = found
        tight = look.level > 0
        if kind == "op":
            small = node.name == "\\smallint"
            if len(text) > 1:
                return [
                    Atom("op", row([delimiters.operator(self, letter, look, node.start, small) for letter in text]), tight=tight)
                ]
            return [Atom("op", delimiters.operator(self, text, look, node.start, small), text not in INTEGRALS, tight)]
        if node.name in words.DOTS:
            text = words.dots(following)
        if text == "\u2026":
            return [Atom(kind, words.low_dots(self, look, node.start), tight=tight)]
        box = self.text(text, look, node.start)
        if node.name == "'" and following is not None and following.name == "'":
            box.width = words.prime_step(self, look) or box.width
        if look.alphabet != "it":  # the letters of a word in italics stand close
            box.width += box.italic
            box.slant = box.italic
        items: list[Item] = [Atom(kind, box, tight=tight)]
        around = words.AROUND.get(node.name)
        return [around[0] * MU, *items, around[1] * MU] if around else items


def _set_list(setter: Setter, node: Node, look: Look) -> list[Item]:
    return setter.group(node, look) if node.name in ("{", "$") else setter.items(node.parts, look)


def _set_styled(setter: Setter, node: Node, look: Look) -> list[Item]:
    name = node.name[1:]
    if name in BOLD:
        look = look._replace(bold=True)
    elif name in ALPHABETS:
        look = look._replace(alphabet=ALPHABETS[name])
    body = node.parts[0]
    if body.kind != "list":
        return setter.items((body,), look)
    items = setter.items(body.parts, look)
    if len(items) == 1 or node.value:
        return items
    return [Atom("ord", setter.line(items), tight=look.level > 0)]


def _set_class(setter: Setter, node: Node, look: Look) -> list[Item]:
    kind = node.name.removeprefix("\\math")
    box = setter.part(node.parts[0], look)
    limits = kind == "op"
    if limits and box.is_character and isinstance(mark := box.parts[0][2], Mark) and not mark.letter.isalnum():
        middle = delimiters.centred(box, look.length(setter.font, "AxisHeight"))
        middle.italic = middle.slant = box.italic
        box = middle
    return [Atom(kind, box, limits, look.level > 0)]


def _set_nothing(setter: Setter, node: Node, look: Look) -> list[Item]:
    return []


def _set_unknown(setter: Setter, node: Node, look: Look) -> list[Item]:
    setter.problems.append(f"unknown command {node.name}")
    return []


_SETTERS: dict[str, Callable[[Setter, Node, Look], list[Item]]] = {
    "list": _set_list,
    "space": words.set_space,
    "operator": words.set_operator,
    "fraction": fractions.set_fraction,
    "root": fractions.set_root,
    "scripts": scripts.set_scripts,
    "sideset": scripts.set_sideset,
    "accent": marks.set_accent,
    "stack": marks.set_stack,
    "arrow": marks.set_arrow,
    "not": marks.set_not,
    "box": marks.set_box,
    "fenced": delimiters.set_fenced,
    "middle": delimiters.set_middle,
    "big": delimiters.set_big,
    "table": tables.set_table,
    "text": words.set_text,
    "mod": words.set_mod,
    "tag": _set_nothing,
    "note": _set_nothing,
    "styled": _set_styled,
    "class": _set_class,
    "unknown": _set_unknown,
}
