"""Which typeface plays which role: families of body text, monospaced ones, display and hand-like ones, with their cuts."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np

from ...draw.fonts import typeface
from ...draw.style import Style, metrics, shape
from ...draw.supply import Supply

LIGHTEST, LIGHT, HEAVIEST, BOLD = 250, 350, 560, 600  # weights of a thin and a regular cut, and the least of a bold one
STEP = 200  # least difference of weight between a regular cut and its bold, so that it is seen
SLANT = 0.2  # shear that stands in for a missing italic
ACCENTS = "éèêàçäöüßñáíóúãõÉÀÜÑ–—‘’“”…«»•"  # a family for running text must have these
PHONETICS = "əɪʊɛɔæʌɑːˈʃʒθðŋ"
REPLACED = {"’": "'", "‘": "'", "“": '"', "”": '"', "„": '"', "–": "-", "—": "-", "−": "-", "…": "...", "•": "-", "\u00a0": " "}
HANDS = frozenset(
    "Caveat,Kalam,Indie Flower,Patrick Hand,Shadows Into,Architects Daughter,Dancing Script,Satisfy,Comic Neue".split(",")
)


@dataclass(frozen=True)
class Family:
    """The cuts of one family: paths of font files; a missing bold or italic is made from the regular."""

    regular: str
    bold: str | None = None
    italic: str | None = None
    both: str | None = None

    def style(self, size: float, bold: bool = False, italic: bool = False, **more) -> Style:
        """A style of this family; `more` are the other fields of `draw.style.Style`."""
        cut = {(False, False): self.regular, (True, False): self.bold, (False, True): self.italic, (True, True): self.both}
        path = cut[bold, italic]
        if path is None and italic and bold and self.bold:
            return Style(self.bold, size, slant=SLANT, **more)
        if path is None:
            return Style(self.regular, size, bold=bold, slant=SLANT if italic else 0.0, **more)
        return Style(path, size, **more)


@dataclass(frozen=True)
class Cast:
    """All families of a supply by what they can play; no list is empty."""

    body: tuple[Family, ...]
    light: tuple[Family, ...]  # thin cuts of those of `body`
    mono: tuple[Family, ...]
    display: tuple[Family, ...]
    hand: tuple[Family, ...]
    spoken: tuple[Family, ...]  # those with the letters of phonetics

    @cached_property
    def shaky(self) -> frozenset[Family]:
        """Those whose letters stand as a hand puts them."""
        return frozenset(self.hand) - frozenset(self.body)


def choose(rng: np.random.Generator, families: tuple[Family, ...]) -> Family:
    return families[int(rng.integers(len(families)))]


@lru_cache(maxsize=4)
def cast(supply: Supply) -> Cast:
    """The families of a supply, measured once."""
    body, light, mono, display, hand = [], [], [], [], []
    for faces in supply.families:
        for family in _families([face.path for face in faces]):
            widths = metrics(family.regular).rows(shape("iWm.", Style(family.regular, 10))[0])[:, 0]
            if np.ptp(widths) < 1:
                mono.append(family)
            elif faces[0].family in HANDS:
                hand.append(family)
            elif (family.bold or family.italic) and all(shape(ACCENTS, Style(family.regular, 10))[0]):
                (light if typeface(family.regular).fontStyle().weight() < LIGHT else body).append(family)
            else:
                display.append(family)
    anything = tuple(body + light + display + mono + hand)
    spoken = [family for family in body + mono if all(shape(PHONETICS, Style(family.regular, 10))[0])]
    return Cast(*(tuple(found) or anything for found in (body, light, mono, display, hand, spoken)))


def _families(paths: list[str]) -> list[Family]:
    """One family for each regular cut of each width: a light and a regular weight count as two."""
    cuts = []
    for path in paths:
        style = typeface(path).fontStyle()
        cuts.append((style.width(), style.weight(), "Upright" not in str(style.slant()), path))
    found = []
    for width in sorted({cut[0] for cut in cuts}):
        cut = [(weight, slanted, path) for at, weight, slanted, path in sorted(cuts) if at == width]
        regulars = {weight: path for weight, slanted, path in cut if not slanted and LIGHTEST <= weight < HEAVIEST}
        for weight, path in (regulars or {cut[0][0]: cut[0][2]}).items():
            bold, both = (_first(cut, slanted, max(BOLD, weight + STEP), 1000) for slanted in (False, True))
            found.append(Family(path, bold, _first(cut, True, LIGHTEST, HEAVIEST), both))
    return found


def _first(cuts: list[tuple[int, bool, str]], slanted: bool, least: int, most: int) -> str | None:
    return next((path for weight, leans, path in cuts if leans is slanted and least <= weight < most), None)
