"""Letters as outlines that can be set on curves, bent and put in perspective, and the exact box of each afterwards."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np

from .fonts import covered, require_skia, typeface
from .style import SPACE_HEIGHT, Style, make_font, measure

OUTLINED_AT = 100.0  # font size that outlines are kept at
CAPITAL = 0.7  # height of capitals in ems, about
JUDGES, MOST_ALIKE = "aegrnt", 4  # small letters compared with their capitals, and how many alike make a face of capitals
ALIKE = 0.7  # share of ink in common from which a small letter is a capital drawn again
Map = Callable[[np.ndarray], np.ndarray]  # points (n, 2) to points (n, 2)


@dataclass(frozen=True)
class Letters:
    """A run of n characters as outlines. Points are (x, y), y down; a cell is the four corners of a character's place."""

    text: str
    points: np.ndarray  # (m, 2) float64: those of all outlines, in order
    owners: np.ndarray  # (m,) which character a point belongs to
    verbs: tuple[tuple, ...]  # of each outline
    cells: np.ndarray  # (n, 4, 2): advance wide, from the baseline to the height of capitals

    def mapped(self, function: Map) -> Letters:
        """All points moved by a function of the place."""
        cells = function(self.cells.reshape(-1, 2)).reshape(-1, 4, 2)
        return replace(self, points=function(self.points), cells=cells)

    def placed(self, matrices: np.ndarray) -> Letters:
        """Each character moved by its own matrix (n, 2, 3)."""
        points = np.einsum("mij,mj->mi", matrices[self.owners, :, :2], self.points) + matrices[self.owners, :, 2]
        cells = np.einsum("nij,nkj->nki", matrices[:, :, :2], self.cells) + matrices[:, None, :, 2]
        return replace(self, points=points, cells=cells)

    def bounds(self) -> tuple[float, float, float, float]:
        """The box around all outlines (of their control points: it may be a little too large)."""
        points = self.points if len(self.points) else self.cells.reshape(-1, 2)
        return (*points.min(0).tolist(), *points.max(0).tolist())

    def paths(self) -> list:
        """A skia path for each character; an empty one for a space."""
        skia = require_skia()
        starts = np.searchsorted(self.owners, np.arange(len(self.text) + 1))
        found = []
        for index, verbs in enumerate(self.verbs):
            points = [skia.Point(x, y) for x, y in self.points[starts[index] : starts[index + 1]].tolist()]
            weights = [0.7071] * sum(verb == skia.Path.kConic_Verb for verb in verbs)
            found.append(skia.Path.Make(points, list(verbs), weights, skia.PathFillType.kWinding))
        return found

    def boxes(self, paths: list, grown: float = 0.0) -> np.ndarray:
        """The ink box of each character (n, 4) float32, of its `paths`, `grown` on all sides; of a space, its cell."""
        boxes = np.zeros((len(self.text), 4), np.float32)
        for index, path in enumerate(paths):
            if path.isEmpty():
                cell = self.cells[index]
                boxes[index] = (*cell.min(0), *np.maximum(cell.max(0), cell.min(0) + 1))
            else:
                box = path.computeTightBounds()
                boxes[index] = (box.left() - grown, box.top() - grown, box.right() + grown, box.bottom() + grown)
        return boxes


@lru_cache(maxsize=20_000)
def _outline(path: str, glyph: int, bold: bool) -> tuple[np.ndarray, tuple]:
    """Points (m, 2) and verbs of one glyph at the size `OUTLINED_AT`."""
    found = make_font(Style(path, OUTLINED_AT, bold=bold)).getPath(glyph)
    if found is None or found.isEmpty():
        return np.zeros((0, 2)), ()
    return np.array([(point.x(), point.y()) for point in found.getPoints(found.countPoints())]), tuple(found.getVerbs())


def set_letters(text: str, style: Style) -> Letters:
    """A run standing on y = 0 from x = 0, as `style` says; its jitter, colour and outline are not looked at."""
    steps, _ = measure(text, style)
    xs = np.concatenate([[0.0], np.cumsum(steps)])
    ids = make_font(style).textToGlyphs(text)
    outlines = [_outline(style.font, int(glyph), style.bold) for glyph in ids]
    scale = style.size / OUTLINED_AT
    points = np.concatenate([found[0] * scale + (x, 0.0) for found, x in zip(outlines, xs, strict=False)])
    owners = np.repeat(np.arange(len(text)), [len(found[0]) for found in outlines])
    points[:, 0] -= points[:, 1] * style.slant
    top = np.array([-SPACE_HEIGHT if letter == " " else -CAPITAL for letter in text]) * style.size
    left, right, zero = xs[:-1], xs[1:], np.zeros(len(text))
    cells = np.stack([np.stack(pair, 1) for pair in ((left, top), (right, top), (right, zero), (left, zero))], 1)
    return Letters(text, points, owners, tuple(found[1] for found in outlines), cells)


def _turns(angles: np.ndarray, about: np.ndarray, to: np.ndarray) -> np.ndarray:
    """Matrices (n, 2, 3) that turn by angles (n,) about points (n, 2) and move those to other points (n, 2)."""
    cos, sin = np.cos(angles), np.sin(angles)
    turn = np.stack([np.stack([cos, -sin], 1), np.stack([sin, cos], 1)], 1)
    return np.concatenate([turn, (to - np.einsum("nij,nj->ni", turn, about))[..., None]], 2)


def _feet(letters: Letters) -> np.ndarray:
    """The middle of each cell on the baseline, (n, 2)."""
    return letters.cells[:, 2:].mean(1)


def along_arc(letters: Letters, angle: float) -> Letters:
    """Set on a circle so that the run spans `angle` radians: positive arches up (∩), negative hangs (∪)."""
    feet = _feet(letters)
    left, right = letters.cells[..., 0].min(), letters.cells[..., 0].max()
    radius = (right - left) / angle
    turns = (feet[:, 0] - (left + right) / 2) / radius
    to = np.stack([(left + right) / 2 + radius * np.sin(turns), radius * (1 - np.cos(turns))], 1)
    return letters.placed(_turns(turns, feet, to))


def along_wave(letters: Letters, rise: float, length: float, phase: float) -> Letters:
    """Set on a sine of height `rise` and wave `length` in pixels."""
    feet = _feet(letters)
    bend = 2 * np.pi / length
    to = feet + np.stack([np.zeros(len(feet)), rise * np.sin(bend * feet[:, 0] + phase)], 1)
    return letters.placed(_turns(np.arctan(rise * bend * np.cos(bend * feet[:, 0] + phase)), feet, to))


def stacked(letters: Letters, step: float) -> Letters:
    """One below the other, `step` pixels apart."""
    feet = _feet(letters)
    to = np.stack([np.zeros(len(feet)), step * np.arange(len(feet))], 1)
    return letters.placed(_turns(np.zeros(len(feet)), feet, to))


def shaken(letters: Letters, rng: np.random.Generator, most: float) -> Letters:
    """As a hand writes: each character a little turned, larger and off its place; `most` = 1 is a lot."""
    feet, count = _feet(letters), len(letters.text)
    size = letters.cells[..., 1].max() - letters.cells[..., 1].min()
    drift = np.cumsum(rng.normal(0, 0.02 * most * size, count))
    to = feet + np.stack([rng.normal(0, 0.02 * most * size, count), drift + rng.normal(0, 0.03 * most * size, count)], 1)
    matrices = _turns(rng.normal(0, 0.08 * most, count), feet, to)
    scales = rng.normal(1, 0.06 * most, (count, 1, 1)).clip(0.7, 1.3)
    matrices[:, :, :2] *= scales
    matrices[:, :, 2] = to - np.einsum("nij,nj->ni", matrices[:, :, :2], feet)
    return letters.placed(matrices)


def homography(rng: np.random.Generator, box: tuple[float, float, float, float], lean: float, turn: float) -> np.ndarray:
    """The (3, 3) matrix of a box seen askew: corners off by `lean` of its height, all turned by `turn` radians."""
    left, top, right, bottom = box
    high = bottom - top
    corners = np.array([(left, top), (right, top), (right, bottom), (left, bottom)])
    seen = corners + rng.uniform(-lean, lean, (4, 2)) * high
    middle = corners.mean(0)
    cos, sin = np.cos(turn), np.sin(turn)
    seen = (seen - middle) @ np.array([[cos, sin], [-sin, cos]]) + middle
    rows = []
    for (x, y), (u, v) in zip(corners, seen, strict=True):
        rows += [[x, y, 1, 0, 0, 0, -u * x, -u * y], [0, 0, 0, x, y, 1, -v * x, -v * y]]
    return np.append(np.linalg.solve(np.array(rows), seen.reshape(-1)), 1.0).reshape(3, 3)


def projected(matrix: np.ndarray) -> Map:
    """The map of points by a (3, 3) matrix."""

    def move(points: np.ndarray) -> np.ndarray:
        mapped = points @ matrix[:, :2].T + matrix[:, 2]
        return mapped[:, :2] / mapped[:, 2:]

    return move


def bulged(box: tuple[float, float, float, float], swell: float, slope: float) -> Map:
    """The map that makes a run taller in its middle (`swell` > 0) or at its ends, or towards one end (`slope`)."""
    left, _, right, bottom = box

    def move(points: np.ndarray) -> np.ndarray:
        along = (points[:, 0] - left) / max(right - left, 1e-6) * 2 - 1
        taller = 1 + swell * (1 - along**2) + slope * along
        return np.stack([points[:, 0], bottom + (points[:, 1] - bottom) * taller], 1)

    return move


@lru_cache(maxsize=1024)
def has_small_letters(path: str) -> bool:
    """False for a face that draws its small letters as capitals: what it prints cannot be told from capitals."""
    if typeface(path).getFamilyName().endswith((" SC", "Small Caps")):
        return False
    font, alike = make_font(Style(path, OUTLINED_AT)), 0
    for left, small in zip(range(len(JUDGES), 0, -1), JUDGES, strict=True):
        if alike + left < MOST_ALIKE:  # decided
            break
        one, other = _stretched(font, small), _stretched(font, small.upper())
        if one is None or other is None:
            return True
        alike += (one & other).sum() >= ALIKE * (one | other).sum()
    return alike < MOST_ALIKE


def _stretched(font, letter: str) -> np.ndarray | None:
    """A letter's ink (32, 32) bool, as wide as high whatever its shape; None where it has none."""
    skia = require_skia()
    path = font.getPath(font.textToGlyphs(letter)[0])
    if path is None or path.isEmpty():
        return None
    box, mask = path.getBounds(), np.zeros((32, 32, 4), np.uint8)
    canvas = skia.Surface(mask, skia.kRGBA_8888_ColorType).getCanvas()
    canvas.translate(1, 1)
    canvas.scale(30 / max(box.width(), 1e-6), 30 / max(box.height(), 1e-6))
    canvas.translate(-box.left(), -box.top())
    canvas.drawPath(path, skia.Paint(AntiAlias=True))
    return mask[..., 3] > 127


@lru_cache(maxsize=1024)
def heaviness(path: str) -> float:
    """How bold and plain a face is: the share of its capital I's place that is stem, less for serifs and slant."""
    points, _ = _outline(path, int(make_font(Style(path, OUTLINED_AT)).textToGlyphs("I")[0]), False)
    if not len(points):
        return 0.0
    wide, high = np.ptp(points, 0)
    return float(wide / high) if wide < 0.33 * high else 0.0  # wider than a stem: it has serifs


def printed(text: str, path: str) -> str:
    """What is seen of a text set in a face: without the characters it lacks, in capitals where it has no others."""
    return covered(path, text if has_small_letters(path) else text.upper())
