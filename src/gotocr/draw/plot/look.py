"""How a chart looks, as one frozen list of choices, and the letters it is set in."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..fonts import covered
from ..style import Style
from ..supply import Supply
from .palettes import Colour

WHITE, BLACK = (255, 255, 255), (0, 0, 0)
PLAIN_FAMILIES = (
    "arimo", "liberation", "dejavu", "roboto", "lato", "franklin", "source", "inter", "plex", "fira", "noto", "carlito",
    "work", "montserrat", "poppins", "karla", "raleway", "cabin", "barlow", "open", "nunito", "rubik", "ubuntu", "tinos",
    "gelasio", "merriweather", "lora", "archivo", "oswald", "exo", "cantarell", "freesans", "heros", "helvet", "arial",
    "pagella", "termes",
)  # fmt: skip


@dataclass(frozen=True)
class Letters:
    """The fonts of one family."""

    regular: str
    bold: str
    italic: str

    def style(self, size: float, shade: Colour, bold: bool = False, italic: bool = False) -> Style:
        path = self.bold if bold else self.italic if italic else self.regular
        fake_bold, fake_slant = bold and self.bold == self.regular, italic and self.italic == self.regular
        return Style(path, size, shade, slant=0.2 if fake_slant else 0.0, bold=fake_bold)


@dataclass(frozen=True)
class Look:
    """All choices. Lengths are in ems of `size` (pixels) unless they say otherwise."""

    letters: Letters
    heading: Letters
    size: float
    theme: str = "plain"
    paper: Colour = WHITE
    plot: Colour | None = None  # behind the data
    ink: Colour = BLACK
    faint: Colour = (110, 110, 110)  # notes, ticks
    shades: tuple[Colour, ...] = ()
    hatches: tuple[str, ...] = ()  # "" = none, by series
    edge: Colour | None = None  # around bars and slices
    edge_width: float = 1.0  # pixels
    grid: str = "value"  # "none", "value", "both"
    grid_colour: Colour = (220, 220, 220)
    grid_dash: tuple[float, ...] = ()
    spines: str = "lb"  # of "lbtr"
    spine_colour: Colour = (60, 60, 60)
    line: float = 1.0  # pixels, of axes and grid
    tick: float = 0.3  # length; 0 = none
    align: float = 0.0  # of the title: 0 left, 0.5 centred
    title_size: float = 1.3
    title_bold: bool = True
    subtitle_italic: bool = False
    legend: str = "top"  # "top", "bottom", "right", "inside", "direct", "none"
    legend_frame: bool = False
    labels: bool = False  # values printed
    axis: bool = True  # the value axis has numbers
    gap: float = 0.3  # between bars, share of the room of a category
    stroke: float = 2.0  # pixels, of lines
    markers: str = "o"  # "" = none
    smooth: bool = False
    rules: bool = False  # a line above and below everything
    border: bool = False
    pad: float = 1.0
    aspect: float = 0.62  # height of the plot to its width
    turn: int = 0  # of category labels, when they do not fit: 0 = as it comes
    first_unit: bool = False  # only the first printed value has its unit


def letters_for(rng: np.random.Generator, supply: Supply, text: str) -> Letters:
    """A family that has all characters of `text` where one is soon found, a plain one mostly."""
    families = supply.families
    plain = rng.random() < 0.85
    best, most = families[0], -1
    for attempt in range(40):
        family = families[int(rng.integers(len(families)))]
        if plain and attempt < 30 and not any(name in family[0].family.lower() for name in PLAIN_FAMILIES):
            continue
        has = len(covered(family[0].path, text))
        if has > most:
            best, most = family, has
        if has == len(text):
            break
    return _members([face.path for face in best])


def _members(paths: list[str]) -> Letters:
    def told(path: str) -> tuple[bool, bool]:
        name = path.rpartition("/")[2].lower()
        return any(
            mark in name for mark in ("700", "bold", "black", "heavy", "800", "900")
        ), "italic" in name or "oblique" in name

    faint = ("thin", "hair", "light", "100", "200", "300")
    paths = [path for path in paths if not any(mark in path.rpartition("/")[2].lower() for mark in faint)] or paths
    kinds = {path: told(path) for path in paths}
    regular = [path for path in paths if kinds[path] == (False, False)] or paths
    usual = [path for path in regular if any(mark in path.lower() for mark in ("400", "regular"))] or regular
    return Letters(
        usual[0],
        next((path for path in paths if kinds[path] == (True, False)), usual[0]),
        next((path for path in paths if kinds[path] == (False, True)), usual[0]),
    )
