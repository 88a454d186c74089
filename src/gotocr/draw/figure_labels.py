r"""The labels of figures: short text with a little mathematics ($A'$, $P_1$, $\alpha$, $30^\circ$), character by character."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np

from ..schema import Box
from .fonts import covered, typeface
from .style import MEASURED_AT, Style, measure

GREEK = dict(
    zip(
        "alpha beta gamma delta epsilon varepsilon zeta eta theta vartheta kappa lambda mu nu xi pi rho "
        "sigma tau phi varphi chi psi omega "
        "Gamma Delta Theta Lambda Pi Sigma Phi Psi Omega".split(),
        "αβγδϵεζηθϑκλμνξπρστϕφχψωΓΔΘΛΠΣΦΨΩ",
        strict=True,
    )
)
SIGNS = {
    "circ": "°",
    "times": "×",
    "cdot": "·",
    "infty": "∞",
    "angle": "∠",
    "triangle": "△",
    "le": "≤",
    "ge": "≥",
    "ell": "ℓ",
    "sqrt": "√",
    "%": "%",
}
_TOKEN = re.compile(r"\\([A-Za-z]+|%)\s*|.", re.DOTALL)
SMALL, RAISED, LOWERED = 0.7, 0.36, 0.2  # size of scripts, and how far they are moved, in ems


@dataclass(frozen=True)
class Mark:
    """One character: raised 1 or lowered -1, slanted as letters of mathematics are, under a root's bar, written at `start`."""

    text: str
    start: int
    level: int = 0
    slanted: bool = False
    roofed: bool = False


def marks(text: str) -> list[Mark]:
    """The characters of a label; what is not known is left out."""
    found: list[Mark] = []
    formula, level, roofed = False, 0, False
    braces: list[tuple[int, bool]] = []  # what holds again when a brace closes
    once = False  # the script holds for one character
    for token in _TOKEN.finditer(text):
        word, letter, at = token[1], token[0], token.start()
        if letter == "$":
            formula = not formula
            continue
        if formula and word is None and letter in "_^":
            level, once = (1 if letter == "^" else -1), True
            continue
        if word is None and letter == "{":
            braces.append((0 if once or level == 0 else level, False))
            once = False
            roofed = roofed or bool(found and found[-1].text == "√" and found[-1].start + 5 == at)
            continue
        if word is None and letter == "}":
            level, roofed = braces.pop() if braces else (0, False)
            continue
        found += _one(word, letter, at, formula, (level, roofed))
        if once:
            level, once = 0, False
    return found


def _one(word: str | None, letter: str, at: int, formula: bool, state: tuple[int, bool]) -> list[Mark]:
    level, roofed = state
    if word is not None:
        shown = GREEK.get(word) or SIGNS.get(word)
        if shown == "°":
            level = 0
        return [Mark(shown, at, level, word in GREEK and word[0].islower(), roofed)] if shown else []
    if not formula:
        return [Mark(letter, at, level)]
    if letter.isspace():
        return []
    shown = {"'": "′", "-": "−"}.get(letter, letter)
    return [Mark(shown, at, level, letter.isalpha(), roofed)]


@dataclass(frozen=True)
class LabelLook:
    """The faces of a figure's labels, and their size in pixels."""

    upright: str
    slanted: str
    size: float
    bold: bool = False


@dataclass
class Set:
    """A label set at the origin: characters with pens, styles and ink boxes (y down), and bars as boxes."""

    letters: list[tuple[Mark, str, tuple[float, float], Style, Box]] = field(default_factory=list)
    bars: list[Box] = field(default_factory=list)

    def box(self) -> Box:
        boxes = [letter[4] for letter in self.letters] + self.bars
        if not boxes:
            return (0.0, 0.0, 0.0, 0.0)
        lefts, tops, rights, bottoms = zip(*boxes, strict=True)
        return (min(lefts), min(tops), max(rights), max(bottoms))


@lru_cache(maxsize=256)
def typeset(text: str, look: LabelLook) -> Set:
    """The characters of a label along a baseline from the origin, in pixels."""
    out, pen, roof = Set(), 0.0, None
    for mark in marks(text):
        shown, style = _face(mark, look)
        step, *ink = (_drawn(shown, style.font, style.slant, style.bold) * np.float32(style.size / MEASURED_AT)).tolist()
        y = -mark.level * look.size * (RAISED if mark.level > 0 else LOWERED)
        if mark.text == "′" and shown == "'":
            y = 0.0
        box = (pen + ink[0], y + ink[1], pen + ink[2], y + ink[3])
        if mark.text != " ":
            out.letters.append((mark, shown, (pen, y), style, box))
        pen += step + (0.03 * look.size if mark.slanted and not mark.level else 0.0)
        if mark.text == "√":
            roof = (box[2], box[1])
        elif mark.roofed and roof:
            thick = max(1.0, 0.045 * look.size)
            out.bars = [*out.bars[: len(out.bars) - 1], (roof[0] - thick, roof[1], pen + 0.04 * look.size, roof[1] + thick)]
    return out


@lru_cache(maxsize=4096)
def _drawn(letter: str, font: str, slant: float, bold: bool) -> np.ndarray:
    """(5,) float32: advance and ink box of a character at the size `MEASURED_AT`."""
    steps, ink = measure(letter, Style(font, MEASURED_AT, slant=slant, bold=bold))
    return np.array([steps[0], *ink[0]], np.float32)


def _face(mark: Mark, look: LabelLook) -> tuple[str, Style]:
    """The character of the font that shows a mark, and its style; slanted letters from the font's own ones where it has them."""
    size = look.size * (SMALL if mark.level else 1.0)
    path = look.slanted if mark.slanted else look.upright
    shown = mark.text
    if mark.slanted:
        own = italic(shown)
        if own and covered(path, own):
            return own, Style(path, size, bold=look.bold)
        return shown, Style(path, size, slant=0.0 if typeface(path).isItalic() else 0.22, bold=look.bold)
    if shown in "′−" and not covered(path, shown):
        shown = {"′": "'", "−": "-"}[shown]
    return shown, Style(path, size, bold=look.bold)


def italic(letter: str) -> str:
    """The mathematical italic character of Unicode for a letter; "" where there is none."""
    if "A" <= letter <= "Z":
        return chr(0x1D434 + ord(letter) - ord("A"))
    if letter == "h":
        return "\u210e"
    if "a" <= letter <= "z":
        return chr(0x1D44E + ord(letter) - ord("a"))
    if "α" <= letter <= "ω":
        return chr(0x1D6FC + ord(letter) - ord("α"))
    return {"ϵ": "\U0001d716", "ϑ": "\U0001d717", "ϕ": "\U0001d719"}.get(letter, "")


def can_show(text: str, look: LabelLook) -> bool:
    """Whether the faces have all characters of a label."""
    return all(covered(style.font, shown) for _, shown, _, style, _ in typeset(text, look).letters)
