"""The ink of chemical bonds: lines, wedges, hashes and waves between two points, as strokes and filled shapes.

Points are complex numbers, x + iy with y down, in bond lengths.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

Points = tuple[complex, ...]
Trim = Callable[[complex, complex], tuple[complex, complex]]  # cuts a line off at the labels of its ends
WAVES = 6  # half waves of a wavy bond


@dataclass(frozen=True)
class Stroke:
    """A line through points of a width, or, where `filled`, the area within."""

    points: Points
    width: float = 0.0
    filled: bool = False


@dataclass(frozen=True)
class BondLook:
    """How bonds are drawn; lengths in bond lengths."""

    width: float = 0.05
    gap: float = 0.16  # between the lines of a double bond
    shorten: float = 0.12  # of the inner line at each end
    wedge: float = 0.2  # width of the broad end
    hashes: int = 7  # strokes across a hashed bond
    hash_form: str = "growing"  # growing, even (strokes of one length) or dashed (a broken line along the bond)
    hollow: bool = False  # wedges as outlines


def single(a: complex, b: complex, trim: Trim, look: BondLook) -> list[Stroke]:
    return [Stroke(trim(a, b), look.width)]


def double(a: complex, b: complex, trim: Trim, look: BondLook, side: int, inner: tuple[bool, bool]) -> list[Stroke]:
    """Two lines: both beside the axis (`side` 0), or one on it and one on its left (1) or right (-1), shortened where `inner`."""
    along = (b - a) / (abs(b - a) or 1.0)
    across = along * -1j * look.gap
    if side == 0:
        return [
            Stroke(trim(a + across / 2, b + across / 2), look.width),
            Stroke(trim(a - across / 2, b - across / 2), look.width),
        ]
    p, q = trim(a + across * side, b + across * side)
    cut = min(look.shorten, 0.3 * abs(q - p))
    p, q = p + along * cut * inner[0], q - along * cut * inner[1]
    return [Stroke(trim(a, b), look.width), Stroke((p, q), look.width)]


def triple(a: complex, b: complex, trim: Trim, look: BondLook) -> list[Stroke]:
    across = (b - a) / (abs(b - a) or 1.0) * 1j * look.gap * 0.9
    return [Stroke(trim(a + across * k, b + across * k), look.width) for k in (0, 1, -1)]


def wedge(a: complex, b: complex, trim: Trim, look: BondLook) -> list[Stroke]:
    """A triangle from its point at `a`."""
    a, b = trim(a, b)
    across = (b - a) / (abs(b - a) or 1.0) * 1j * look.wedge / 2
    shape = (a, b + across, b - across)
    return [Stroke((*shape, a), look.width * 0.8)] if look.hollow else [Stroke(shape, filled=True)]


def hashed(a: complex, b: complex, trim: Trim, look: BondLook) -> list[Stroke]:
    """Strokes across the bond from `a`, growing or all alike, or a broken line along it."""
    a, b = trim(a, b)
    length = abs(b - a) or 1.0
    count = max(3, round(look.hashes * length))
    if look.hash_form == "dashed":
        step = (b - a) / (2 * count - 1)
        return [Stroke((a + step * 2 * k, a + step * (2 * k + 1)), look.width) for k in range(count)]
    across = (b - a) / length * 1j * look.wedge / 2
    strokes = []
    for k in range(count):
        part = k / (count - 1)
        half = across * (max(part, 0.12) if look.hash_form == "growing" else 0.7)
        centre = a + (b - a) * part
        strokes.append(Stroke((centre - half, centre + half), look.width * 0.85))
    return strokes


def wavy(a: complex, b: complex, trim: Trim, look: BondLook) -> list[Stroke]:
    """A wave: which way the bond points is not known."""
    a, b = trim(a, b)
    across = (b - a) / (abs(b - a) or 1.0) * 1j * look.wedge * 0.45
    steps = 4 * WAVES
    swing = [0.0, 0.7071, 1.0, 0.7071, 0.0, -0.7071, -1.0, -0.7071]
    return [Stroke(tuple(a + (b - a) * k / steps + across * swing[k % 8] for k in range(steps + 1)), look.width)]


def arrow(a: complex, b: complex, trim: Trim, look: BondLook) -> list[Stroke]:
    """A dative bond: a line with a filled tip at `b`."""
    a, b = trim(a, b)
    along = (b - a) / (abs(b - a) or 1.0)
    back, across = b - along * 0.24, along * 1j * 0.09
    return [Stroke((a, back), look.width), Stroke((b, back + across, back - across), filled=True)]


def box_of(strokes: Sequence[Stroke]) -> tuple[float, float, float, float]:
    """The box around strokes, their widths too."""
    points = [point for stroke in strokes for point in stroke.points]
    half = max(stroke.width for stroke in strokes) / 2
    xs, ys = [p.real for p in points], [p.imag for p in points]
    return (min(xs) - half, min(ys) - half, max(xs) + half, max(ys) + half)
