"""Frames of a colour drawn on a page: closed upright rectangles of thin lines, and what they hold as boxes."""

from __future__ import annotations

import math

import numpy as np
from PIL import Image, ImageFilter

from ..errors import UsageError
from ..schema import COLOURS, Box
from .lettering import sides
from .textheight import Runs, runs_of

WORK_PIXELS = 1_500_000  # larger pages are shrunk, no thin line being lost
HUES = {"red": (335, 20), "green": (80, 165), "blue": (190, 265)}  # degrees on the colour wheel, from and to
STRONG, LIGHT = 0.2, 0.2  # how saturated and how bright a line is at least, 0 to 1
SMALLEST, SHARE = 20, 0.015  # pixels of a side; share of the page's longer side
ROOM = 0.7  # of the smallest frame, that is within its lines at least
THICK = 0.12  # of a frame's shorter side: thicker lines are letters or patches
CLOSED = 0.92  # share of a side that is drawn
SLANT = 0.02  # of a side's length, by which it may leave its row or column
HOLLOW, PLAIN = 0.15, 0.4  # share of the inside that may belong to the frame, and that may have its colour


def frames(image: np.ndarray, colour: str) -> list[Box]:
    """The insides of all frames of a colour on a picture (H, W, 3) uint8, as they are read; in its pixels, none for no frame.

    What stands in a larger frame is not given again. Raises `UsageError` for a colour that is none of `schema.COLOURS`.
    """
    if colour not in COLOURS:
        raise UsageError(f"no frame colour named {colour!r}; choose from: {', '.join(COLOURS)}")
    height, width = image.shape[:2]
    mask, step = _coloured(image, colour)
    if not mask.any():
        return []
    near = np.asarray(Image.fromarray(mask.astype(np.uint8) * 255).filter(ImageFilter.MaxFilter(3))) > 0  # across small gaps
    least = max(SMALLEST, SHARE * max(width, height)) / step
    runs = runs_of(near)
    left, top, right, bottom = sides(runs)
    found = []
    for patch in np.flatnonzero((right - left >= least) & (bottom - top >= least)):
        place = int(left[patch]), int(top[patch]), int(right[patch]), int(bottom[patch])
        inside = _inside(_drawn_alone(runs, patch, place) & mask[place[1] : place[3], place[0] : place[2]], least)
        if inside is not None:
            x, y = place[:2]
            box = ((inside[0] + x) * step, (inside[1] + y) * step, (inside[2] + x) * step, (inside[3] + y) * step)
            if mask[inside[1] + y : inside[3] + y, inside[0] + x : inside[2] + x].mean() > PLAIN:
                continue
            found.append((float(box[0]), float(box[1]), float(min(box[2], width)), float(min(box[3], height))))
    outer = [box for box in found if not any(_holds(other, box) for other in found)]
    return sorted(outer, key=lambda box: (box[1], box[0]))


def _coloured(image: np.ndarray, colour: str) -> tuple[np.ndarray, int]:
    """Where a picture has that colour, (h, w) bool, one for each square of `step` pixels with some of it."""
    height, width = image.shape[:2]
    high = np.maximum(np.maximum(image[:, :, 0], image[:, :, 1]), image[:, :, 2])  # (H, W) uint8
    low = np.minimum(np.minimum(image[:, :, 0], image[:, :, 1]), image[:, :, 2])
    mask = (high - low > STRONG * high) & (high >= 255 * LIGHT)
    mask[mask] = _in_hue(image[mask], HUES[colour])
    step = max(1, math.ceil(math.sqrt(height * width / WORK_PIXELS)))
    if step > 1:
        padded = np.pad(mask, ((0, -height % step), (0, -width % step)))
        mask = padded.reshape(padded.shape[0] // step, step, -1, step).any((1, 3))
    return mask, step


def _in_hue(values: np.ndarray, hues: tuple[int, int]) -> np.ndarray:
    """Which of the colours (N, 3) uint8 lie between two places of the colour wheel, in degrees: red 0, green 120, blue 240."""
    red, green, blue = values.astype(np.float32).T
    high, low = np.maximum(np.maximum(red, green), blue), np.minimum(np.minimum(red, green), blue)
    chroma = np.maximum(high - low, 1)
    hue = np.where(high == red, (green - blue) / chroma, np.where(high == green, (blue - red) / chroma + 2, (red - green) / chroma + 4))
    hue = hue * 60 % 360
    first, last = hues
    return (hue >= first) & (hue <= last) if first < last else (hue >= first) | (hue <= last)


def _drawn_alone(runs: Runs, patch: int, place: tuple[int, int, int, int]) -> np.ndarray:
    """One patch within its box: (h, w) bool."""
    left, top, right, bottom = place
    own = np.flatnonzero(runs.patch == patch)
    change = np.zeros((bottom - top, right - left + 1), np.int8)
    np.add.at(change, (runs.row[own] - top, runs.start[own] - left), 1)
    np.add.at(change, (runs.row[own] - top, runs.end[own] - left), -1)
    return np.cumsum(change, 1, np.int8)[:, :-1] > 0


def _inside(drawn: np.ndarray, least: float) -> tuple[int, int, int, int] | None:
    """The box within the lines of a patch (h, w) bool, if it is a frame; arrows and letters may hang on to it."""
    across, down = _ends(drawn.sum(0)), _ends(drawn.sum(1))
    if across is None or down is None:
        return None
    (left, right), (top, bottom) = across, down
    width, height = right - left, bottom - top
    if min(width, height) < least:
        return None
    part = drawn[top:bottom, left:right]
    thick = max(2, round(THICK * min(width, height)))
    lines = []
    for side, slant in ((part, width), (part[::-1], width), (part.T, height), (part.T[::-1], height)):
        thickness = _line(side, min(thick, max(2, round(SLANT * slant)) + 1), thick)
        if thickness is None:
            return None
        lines.append(thickness)
    upper, lower, first, last = lines
    box = (left + first, top + upper, right - last, bottom - lower)
    if min(box[2] - box[0], box[3] - box[1]) < ROOM * least:
        return None
    hollow = drawn[box[1] : box[3], box[0] : box[2]].mean() <= HOLLOW
    return box if hollow else None


def _ends(counts: np.ndarray) -> tuple[int, int] | None:
    """The first and the last (exclusive) of the rows that are drawn along half of the longest."""
    long = np.flatnonzero(counts >= 0.5 * counts.max(initial=1))
    return (int(long[0]), int(long[-1]) + 1) if len(long) else None


def _line(part: np.ndarray, reach: int, thick: int) -> int | None:
    """How many rows the line along the first row takes, if there is one from end to end, not thicker than `thick`."""
    if part[:reach].any(0).mean() < CLOSED:
        return None
    within = part[: 2 * thick + reach].mean(1)
    below = np.flatnonzero(within < 0.5 * within[:reach].max())
    after = below[below >= int(np.argmax(within[:reach]))]
    if not len(after):
        return None
    return int(after[0]) if after[0] <= thick + reach else None


def _holds(outer: Box, inner: Box) -> bool:
    return outer != inner and outer[0] <= inner[0] and outer[1] <= inner[1] and outer[2] >= inner[2] and outer[3] >= inner[3]
