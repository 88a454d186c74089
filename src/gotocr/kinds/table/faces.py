"""Which fonts a table is set in: common ones more often than others, with all the characters it has."""

from __future__ import annotations

from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from .content import FORMULA

if TYPE_CHECKING:
    import numpy as np

    from ...draw.fonts import Face
    from ...draw.supply import Supply

USUAL = (
    "Liberation Sans", "Liberation Serif", "Arimo", "Tinos", "Nimbus Roman", "Nimbus Sans", "TeX Gyre Termes",
    "TeX Gyre Heros", "Carlito", "Caladea", "Latin Modern Roman", "LM Roman 10", "DejaVu Sans", "Open Sans", "Roboto",
    "Source Sans 3", "PT Sans", "Noto Sans", "Noto Serif", "STIX", "P052", "Gelasio", "C059", "Libre Franklin", "Inter",
    "Lato", "FreeSerif", "Nimbus Sans Narrow", "Fira Sans", "IBM Plex Sans",
)  # fmt: skip
FIXED = (
    "Liberation Mono",
    "Cousine",
    "DejaVu Sans Mono",
    "Courier Prime",
    "Nimbus Mono PS",
    "Hack",
    "FreeMono",
    "Fira Code",
    "Inconsolata",
)


class Chance:
    """Short words for what is drawn by lot."""

    def __init__(self, rng: np.random.Generator) -> None:
        self.rng = rng

    def yes(self, share: float) -> bool:
        return bool(self.rng.random() < share)

    def among(self, low: float, high: float) -> float:
        return float(low + (high - low) * self.rng.random())

    def one(self, *choices):
        return choices[int(self.rng.integers(len(choices)))]


def choose_math(rng: np.random.Generator, supply: Supply) -> str:
    from ..formula.picture import choose_font

    return choose_font(rng, supply)


def choose_faces(by: Chance, supply: Supply, name: str, text: str) -> tuple[tuple[Face, Face, Face], tuple[bool, bool]]:
    """Upright, bold and italic of one family that has the characters of `text`, and which of the two are made."""
    from ...draw import fonts
    from ...draw.grid import BASE

    families = _families(supply)
    wanted = FIXED if name == "fixed" else USUAL
    usual = [families[family] for family in wanted if family in families]
    best, most = None, -1
    letters = "".join(sorted({*FORMULA.sub("", text).translate(BASE)}))
    for attempt in range(12):
        pool = usual if usual and (name == "fixed" or attempt > 8 or by.yes(0.62)) else [*families.values()]
        upright, bold, italic = split_family(pool[int(by.rng.integers(len(pool)))])
        has = len(fonts.covered(upright.path, letters))
        if has > most:
            best, most = (upright, bold, italic), has
        if has == len(letters):
            break
    upright, bold, italic = best
    return (upright, bold or upright, italic or upright), (bold is None, italic is None)


def _families(supply: Supply) -> dict[str, tuple[Face, ...]]:
    """The families of a supply by their names."""
    if supply not in _NAMED:
        _NAMED[supply] = {family[0].family: tuple(family) for family in supply.families}
    return _NAMED[supply]


_NAMED: WeakKeyDictionary[Supply, dict[str, tuple[Face, ...]]] = WeakKeyDictionary()
_SPLIT: dict[tuple, tuple] = {}


def split_family(family: tuple[Face, ...]) -> tuple[Face, Face | None, Face | None]:
    """The upright, bold and italic faces of a family; None for what it lacks."""
    from ...draw.fonts import typeface

    if family not in _SPLIT:
        styled = [(face, typeface(face.path).fontStyle()) for face in family]
        kinds = [(face, style.weight(), style.slant().value != 0) for face, style in styled if 3 <= style.width() <= 7] or [
            (family[0], 400, False)
        ]
        upright = min(kinds, key=lambda kind: (kind[2], abs(kind[1] - 400)))
        heavier = [kind for kind in kinds if kind[2] == upright[2] and kind[1] >= upright[1] + 150]
        slanted = [kind for kind in kinds if kind[2]]
        bold = min(heavier, key=lambda kind: abs(kind[1] - 700))[0] if heavier else None
        italic = min(slanted, key=lambda kind: abs(kind[1] - upright[1]))[0] if slanted else None
        _SPLIT[family] = (upright[0], bold, italic)
    return _SPLIT[family]
