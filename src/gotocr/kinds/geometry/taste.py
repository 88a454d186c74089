"""How one figure names its points, sides and angles, which colours it uses, and what else its author likes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ...draw.figure import Pen

SETS = ("ABCDEFGHIJ", "PQRSTUVWXY", "MNPQRSTUVW", "XYZWUVTSRQ", "KLMNOPQRST", "EFGHIJKLMN", "abcdefgh")
GREEK = tuple("\\alpha \\beta \\gamma \\delta \\theta \\varphi \\phi \\omega \\epsilon \\lambda".split())
HUES = ("red", "blue", "green", "orange", "violet", "brown", "gray", "cyan", "magenta")


@dataclass
class Taste:
    """Choices that hold for a whole figure."""

    rng: np.random.Generator
    greek: bool = True  # the font has Greek letters
    upright: bool = False  # points in upright letters
    coloured: bool = False
    dots: bool = False  # points marked
    filled: bool = False
    names: bool = True
    crosses: bool = False  # points marked by crosses
    arcs: bool = False  # right angles as an arc with a point, as in German books

    def __post_init__(self) -> None:
        self.letters = SETS[int(self.rng.integers(len(SETS)))] if self.rng.random() < 0.45 else SETS[0]
        self.form = self.rng.choice(["{}", "{}'", "{}_n"], p=[0.86, 0.05, 0.09])
        self.hue = HUES[int(self.rng.integers(len(HUES)))]
        self.other = HUES[int(self.rng.integers(len(HUES)))]
        self.used = 0

    def chance(self, share: float) -> bool:
        return bool(self.rng.random() < share)

    def point(self) -> str:
        """The next point's name."""
        n = self.used
        self.used += 1
        if self.form == "{}_n":
            return f"${self.letters[0]}_{{{n + 1}}}$" if n > 8 else f"${self.letters[0]}_{n + 1}$"
        letter = self.letters[n % len(self.letters)] + "'" * (n // len(self.letters)) + ("'" if self.form == "{}'" else "")
        return letter if self.upright else f"${letter}$"

    def points(self, count: int) -> list[str]:
        return [self.point() for _ in range(count)]

    def angle(self, degrees: float) -> str:
        """A name for an angle, or its size."""
        kind = self.rng.random()
        if kind < 0.5 and self.greek:
            return f"${GREEK[int(self.rng.integers(len(GREEK)))]}$"
        if kind < 0.62:
            return f"${'xyzn'[int(self.rng.integers(4))]}^\\circ$"
        if kind < 0.7:
            return f"${int(self.rng.integers(1, 5))}$"
        return f"${round(degrees)}^\\circ$"

    def length(self, value: float | None = None, letters: str = "abcdefhklmnpqrstxyz") -> str:
        """A name for a length, or its value with or without a unit."""
        kind = self.rng.random()
        if kind < 0.45:
            return f"${letters[int(self.rng.integers(len(letters)))]}$"
        number = f"{value:.1f}".removesuffix(".0") if value and kind < 0.7 else str(int(self.rng.integers(1, 30)))
        if kind < 0.6:
            return number + self.rng.choice([" cm", " m", " cm", " mm", " km", " in", " ft"])
        if kind < 0.66:
            return f"$\\sqrt{{{int(self.rng.integers(2, 12))}}}$"
        if kind < 0.7:
            return f"${int(self.rng.integers(2, 6))}{'xyab'[int(self.rng.integers(4))]}$"
        return f"${number}$"

    def pen(self, share: float = 0.5, **more: object) -> Pen:
        """A line in ink, or in the figure's colour by that chance where it uses colours."""
        colour = self.hue if self.coloured and self.chance(share) else ""
        return Pen(colour=colour, **more)  # type: ignore[arg-type]

    def aid(self) -> Pen:
        """The line of a construction: dashed, dotted, coloured or plain."""
        kind = self.rng.random()
        dash = "dashed" if kind < 0.5 else "dotted" if kind < 0.6 else ""
        return Pen(dash=dash, colour=self.other if self.coloured and self.chance(0.5) else "")

    def pale(self, share: float = 1.0) -> str:
        """The colour of an area; "" for none."""
        if not self.filled or not self.chance(share):
            return ""
        name = HUES[int(self.rng.integers(len(HUES)))] if self.coloured else "gray"
        return name if self.chance(0.06) else f"{name}!30"


def taste_of(rng: np.random.Generator, greek: bool) -> Taste:
    """A taste by chance."""
    draw = rng.random(7)
    return Taste(
        rng,
        greek,
        upright=draw[0] < 0.18,
        coloured=draw[1] < 0.3,
        dots=draw[2] < 0.4,
        filled=draw[3] < 0.3,
        names=draw[4] < 0.93,
        crosses=draw[5] < 0.04,
        arcs=draw[6] < 0.2,
    )
