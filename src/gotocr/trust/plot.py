"""A chart beside the page: its words looked for among the printed ones, and its values held against the bars, parts and lines."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from ..draw.fonts import require_cv2
from .letters import Set, Words, likeness, roughly, thumbs

MOST_WORDS = 120  # of a chart that are looked for
CLOSEST = 4  # printed words that each is compared with
MOST_VALUES = 400
EVEN, OFF = 22, 30  # of 255: within a bar colours differ by less, and from the paper by more
SMALLEST = 0.0004  # of the picture: a smaller patch is no bar and no part of a pie
FULL = 0.8  # share of the box around a bar that it fills
POINTS = 700
ROUNDS = 12
CURVES, PARTS = ("line", "area", "stacked area", "scatter"), ("pie", "donut")  # types of charts


class Values(NamedTuple):
    """How far the values are off what is drawn (0 = not at all, 1 = no likeness), and log of the number of marks over that of values."""

    off: float
    count: float
    known: bool  # whether marks were found at all


def labels(data: Mapping[str, Any]) -> list[str]:
    """The words that stand in a chart, each once: of its texts, categories and series."""
    texts = [str(data[key]) for key in ("title", "subtitle", "x", "y", "note", "source") if data.get(key)]
    series = data.get("series")
    for name, values in series.items() if isinstance(series, Mapping) else ():
        texts.append(str(name))
        if isinstance(values, Mapping):
            texts += map(str, values)
    found: dict[str, None] = {}
    for text in texts:
        found.update(dict.fromkeys(word for word in text[:400].split() if any(map(str.isalnum, word))))
        if len(found) >= MOST_WORDS:
            break
    return list(found)[:MOST_WORDS]


def spotted(words: Sequence[str], sets: Sequence[Callable[[], Set]], page: Words) -> tuple[float, float, float]:
    """How alike the words are to the printed ones that are most like them: the mean, weighted by letters, of the lowest fifth, and
    the share of the printed words' width that is like one of ours. The face that suits best counts."""
    boxes = [box for line in page.lines for box in line]
    cuts = [page.cut([box]) for box in boxes]
    pairs = [(left, right) for line in page.lines for left, right in zip(line, line[1:], strict=False)]
    cuts += [page.cut(pair) for pair in pairs]
    best: tuple[float, float, float] = (0.0, 0.0, 0.0)
    weights = np.array([len(word) for word in words], float)
    wide = np.array([box.right - box.left for box in boxes], float)
    printed = thumbs(cuts)
    for made in sets:
        face = made()
        mine = [face.cut(at, at + 1) for at in range(len(words))]
        rough = roughly(thumbs(mine), printed)
        found, taken = np.zeros(len(words)), np.zeros(len(cuts))
        for at, ours in enumerate(mine):
            for other in np.argsort(-rough[at])[:CLOSEST]:
                if rough[at, other] > 0:
                    like = likeness(ours, cuts[other])
                    found[at], taken[other] = max(found[at], like), max(taken[other], like)
        order = np.sort(found)
        mean = float(np.average(found, weights=weights))
        if mean > best[0]:
            share = float(np.average(taken[: len(boxes)] > 0.7, weights=wide)) if len(boxes) else 0.0
            best = mean, float(order[: max(1, len(order) // 5)].mean()), share
    return best


def flat(image: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Patches of one colour that is not the paper's: boxes (n, 4) as left, top, width, height, and ink (n,) in pixels."""
    cv2 = require_cv2()
    smooth = cv2.medianBlur(np.ascontiguousarray(image), 5 if min(image.shape[:2]) > 250 else 3)
    paper = _paper(smooth)
    spread = (cv2.dilate(smooth, np.ones((3, 3), np.uint8)).astype(int) - cv2.erode(smooth, np.ones((3, 3), np.uint8))).max(2)
    mask = (spread < EVEN) & (np.abs(smooth.astype(int) - paper).max(2) > OFF)
    count, _, found, _ = cv2.connectedComponentsWithStats(mask.astype(np.uint8), connectivity=4)
    found = found[1:count]
    keep = found[:, 4] >= max(12, SMALLEST * mask.size)
    return found[keep, :4] + np.array([-1, -1, 2, 2]), found[keep, 4]


def _paper(image: np.ndarray) -> np.ndarray:
    """(3,) the colour that most of a picture has."""
    coarse = image.reshape(-1, 3)[:: max(1, image.size // 300_000)].astype(int) // 8
    code = coarse[:, 0] * 1024 + coarse[:, 1] * 32 + coarse[:, 2]
    most = np.bincount(code).argmax()
    return np.array([most // 1024, most // 32 % 32, most % 32]) * 8 + 4


def values_of(data: Mapping[str, Any], image: np.ndarray, page: Words | None) -> Values:
    """The values of a chart held against the picture (H, W, 3) by the marks that its type has."""
    kind, series = str(data.get("type", "bar")), data["series"]
    numbers = [value for values in series.values() for value in _numbers(values)][:MOST_VALUES]
    if not numbers:
        return Values(1.0, 0.0, False)
    if kind in CURVES:
        return _curves(series, image, page)
    boxes, ink = flat(image)
    if kind in PARTS:
        return _sorted(np.array(numbers), ink.astype(float))
    full = ink >= FULL * np.maximum((boxes[:, 2] - 2) * (boxes[:, 3] - 2), 1)
    boxes = boxes[full]
    ways = []
    for across in (True, False):  # bars that lie, bars that stand
        length, thick = (boxes[:, 2], boxes[:, 3]) if across else (boxes[:, 3], boxes[:, 2])
        ways.append(_bars(series, boxes[_alike(thick)], length[_alike(thick)], across))
    return min(ways, key=lambda way: way.off + 0.2 * abs(way.count))


def _numbers(values: Any) -> Iterator[float]:
    if isinstance(values, Mapping):
        yield from map(float, values.values())
    elif isinstance(values, list):
        yield from (float(pair[1]) for pair in values)


def _alike(thick: np.ndarray) -> np.ndarray:
    """Those of the thickness that most have."""
    if not len(thick):
        return np.zeros(0, bool)
    near = np.abs(np.log(thick[:, None] / thick[None])) < 0.15
    middle = thick[near.sum(1).argmax()]
    return np.abs(np.log(thick / middle)) < 0.3


def _bars(series: Mapping[str, Any], boxes: np.ndarray, length: np.ndarray, across: bool) -> Values:
    """Bars in the order of the page held against the values in that of the chart; by size alone where their numbers differ."""
    names = list(dict.fromkeys(name for values in series.values() if isinstance(values, Mapping) for name in values))
    wanted = [abs(float(values[name])) for name in names for values in series.values() if isinstance(values, Mapping) and name in values]
    wanted = np.array([value for value in wanted if value][:MOST_VALUES])
    if len(wanted) == len(length) and len(length) > 1:
        middle = boxes[:, :2] + boxes[:, 2:] / 2
        first, second = (middle[:, 1], middle[:, 0]) if across else (middle[:, 0], -middle[:, 1])
        tall = np.median(boxes[:, 3] if across else boxes[:, 2])
        order = np.lexsort([second, np.round(first / max(tall * 0.7, 1))])
        in_order = _off(wanted, length[order].astype(float))
        by_size = _off(np.sort(wanted), np.sort(length).astype(float))
        return Values(0.5 * (in_order + by_size) if in_order > by_size else in_order, 0.0, True)
    return _sorted(wanted, length.astype(float))


def _sorted(wanted: np.ndarray, found: np.ndarray) -> Values:
    """Sizes alone: the sorted values, and the sorted marks, as many of the largest."""
    wanted = np.sort(np.abs(wanted[wanted != 0]))[::-1]
    found = np.sort(found)[::-1]
    if not len(found) or not len(wanted):
        return Values(1.0, 0.0, False)
    most = min(len(wanted), len(found))
    count = math.log(len(found) / len(wanted))
    return Values(_off(wanted[:most], found[:most]), float(np.clip(count, -2, 2)), True)


def _off(wanted: np.ndarray, found: np.ndarray) -> float:
    """How far sizes are from proportional, or (axes may begin anywhere) from a straight line through them; the larger counts half."""
    if len(wanted) < 2:
        return 0.3
    top = max(float(wanted.max()), 1e-12)
    wanted, found = wanted / top, found / max(float(found.max()), 1e-12)
    ratio = np.median(found / np.maximum(wanted, 0.02))
    plain = np.abs(found - ratio * wanted)
    slope, rest = np.polyfit(wanted, found, 1) if np.ptp(wanted) > 1e-9 else (1.0, 0.0)
    straight = np.abs(found - slope * wanted - rest) if slope > 0 else plain
    error = min((part.mean() + part.max()) / 2 for part in (plain, straight + 0.02))
    return float(min(1.0, 3 * error))


def _curves(series: Mapping[str, Any], image: np.ndarray, page: Words | None) -> Values:
    """Points of all lines laid on what is drawn between the words, each axis stretched by itself."""
    drawn = _points(series)
    seen = _ink_points(image, page)
    if len(drawn) < 4 or len(seen) < 20:
        return Values(1.0, 0.0, False)
    size = max(np.ptp(seen, axis=0).max(), 1.0)
    best = 1.0
    low, high = np.percentile(seen, [1, 99], axis=0)
    unit = (drawn - drawn.min(0)) / np.maximum(np.ptp(drawn, axis=0), 1e-12)
    for top in (0.0, 0.25, 0.5):  # lines may begin above the ground
        scale = (high - low) * np.array([1.0, 1.0 - top])
        moved = low + unit * scale
        for number in range(ROUNDS):
            reach = size * (0.15 - 0.11 * number / ROUNDS)
            apart = np.abs(moved[:, None] - seen[None]).sum(2)
            near, least = apart.argmin(1), apart.min(1)
            close = least < reach
            if close.sum() < 6:
                break
            for axis in (0, 1):
                here, there = unit[close, axis], seen[near[close], axis]
                if np.ptp(here) > 0.05:
                    slope, rest = np.polyfit(here, there, 1)
                    if slope > 0.2 * scale[axis]:
                        moved[:, axis] = slope * unit[:, axis] + rest
        apart = np.abs(moved[:, None] - seen[None]).sum(2)
        forth = np.minimum(apart.min(1) / (0.03 * size), 1.0).mean()
        back = np.minimum(apart.min(0) / (0.06 * size), 1.0).mean()
        best = min(best, 0.75 * float(forth) + 0.25 * float(back))
    return Values(best, 0.0, True)


def _points(series: Mapping[str, Any]) -> np.ndarray:
    """(n, 2) points along the lines, y downward; of a scatter chart its points."""
    names = list(dict.fromkeys(name for values in series.values() if isinstance(values, Mapping) for name in values))
    place = {name: float(at) for at, name in enumerate(names)}
    found = []
    for values in series.values():
        if isinstance(values, Mapping):
            points = np.array([[place[name], -float(value)] for name, value in values.items()][:MOST_VALUES])
            if len(points) > 1:
                along = np.linspace(0, len(points) - 1, min(POINTS // max(len(series), 1), 12 * len(points)))
                points = np.stack([np.interp(along, np.arange(len(points)), points[:, axis]) for axis in (0, 1)], 1)
            found.append(points)
        elif values:
            found.append(np.array([[float(x), -float(y)] for x, y in values[:MOST_VALUES]]))
    return np.concatenate(found)[:POINTS] if found else np.zeros((0, 2))


def _ink_points(image: np.ndarray, page: Words | None) -> np.ndarray:
    """(n, 2) points of what is neither paper, nor word, nor rule."""
    cv2 = require_cv2()
    mask = (np.abs(image.astype(int) - _paper(image)).max(2) > OFF + 30).astype(np.uint8)
    count, where, found, _ = cv2.connectedComponentsWithStats(mask, connectivity=8)
    mask[(found[:, 4] < 6)[where]] = 0  # dust
    long = max(12, min(mask.shape) // 6)
    for shape in ((1, long), (long, 1)):
        mask[cv2.dilate(cv2.morphologyEx(mask, cv2.MORPH_OPEN, np.ones(shape, np.uint8)), np.ones((3, 3), np.uint8)) > 0] = 0
    height, width = mask.shape
    if page is not None:
        share = page.ink.shape[1] / width
        lying = [box for line in page.lines for box in line if len(line) > 1 or box.bottom - box.top < 2.2 * page.size]
        for left, top, right, bottom in lying:
            if right - left > 1.2 * (bottom - top):
                mask[int(top / share) : int(bottom / share) + 1, int(left / share) : int(right / share) + 1] = 0
    down, across = np.nonzero(mask)
    chosen = np.random.default_rng(0).permutation(len(down))[:POINTS]
    return np.stack([across[chosen], down[chosen]], 1).astype(float)
