"""How a part of a formula is set: TeX's style, cramped or not, alphabet and weight; and what an atom of a list is."""

from __future__ import annotations

from typing import NamedTuple

from ..latex_tree import Node
from .box import Box
from .font import MathFont

DISPLAY, TEXT, SCRIPT, SCRIPTSCRIPT = range(4)
_BOLD = {"": "bm", "it": "bi", "rm": "bf", "cal": "bcal", "frak": "bfrak", "sf": "bsf"}


class Look(NamedTuple):
    """TeX's style and fonts at one place of a formula."""

    style: int = TEXT
    cramped: bool = False  # superscripts stand lower: below rules, in denominators and subscripts
    alphabet: str = ""  # see alphabets.letter_in
    bold: bool = False

    @property
    def level(self) -> int:
        """0 = the size of the formula, 1 = of scripts, 2 = of scripts of scripts."""
        return max(0, self.style - TEXT)

    @property
    def face(self) -> str:
        return _BOLD.get(self.alphabet, self.alphabet) if self.bold else self.alphabet

    def scale(self, font: MathFont) -> float:
        constants = font.constants
        return (1.0, constants["ScriptPercentScaleDown"], constants["ScriptScriptPercentScaleDown"])[self.level]

    def length(self, font: MathFont, name: str) -> float:
        """A constant of the font at the size of this style."""
        return font.constants[name] * self.scale(font)

    def cramp(self) -> Look:
        return self._replace(cramped=True)

    def superscript(self) -> Look:
        return self._replace(style=SCRIPT if self.style < SCRIPT else SCRIPTSCRIPT)

    def subscript(self) -> Look:
        return self.superscript().cramp()

    def numerator(self) -> Look:
        return self._replace(style=min(self.style + 1, SCRIPTSCRIPT))

    def denominator(self) -> Look:
        return self.numerator().cramp()


class Atom(NamedTuple):
    """A box and its class; `limits` of an operator: its scripts stand above and below it in display style."""

    kind: str  # ord, op, bin, rel, open, close, punct, inner
    box: Box
    limits: bool = False
    tight: bool = False  # set in a style without space around relations and the like


class Middle(NamedTuple):
    """A delimiter within a fence, whose height is known only when all of the fence is set."""

    delimiter: Node


Item = Atom | Middle | float  # a float is a space in ems
