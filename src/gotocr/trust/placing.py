"""Where on a page the words of a text stand that a model wrote without saying so: estimated from the page's ink, and better with landmarks.

Landmarks are the words of another reading of the same page, with boxes. Nothing here reads: without landmarks, words are laid
on ink by how wide they are. What fits nowhere gets no box.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from ..kinds.page import union
from ..schema import Box, Piece, Word
from .placing_fit import EM, EMS, Fit, Laid, fit
from .placing_ink import Writing, around, writing
from .placing_match import match
from .placing_text import Unit, is_wide, split, units, width_of

AROUND = 8  # words on either side whose costs say whether a word is believed to be where it was laid
LIMIT, LIMIT_ANYWHERE, LIMIT_BETWEEN = 0.9, 0.7, 1.5  # what those cost at most in the mean; of a stretch laid anywhere; between two that are believed
NEAR = 4  # words on either side that are looked at there
BELIEVED = 0.6  # share of the words: with fewer, the text may stand in another order than the ink
STRETCH, LEAST_STRETCH = 60, 15  # words that are laid anywhere together, and the fewest
WIDER = 1.5  # times its own ink a drawing is wide at most that belongs to a block
SNAP = 0.65  # intersection over union of a landmark and the ink under it: as much, and the ink's own box is taken
SAME = 0.5  # of a cluster's area: as much of it under a landmark, and it is taken


class Spot(NamedTuple):
    """Characters of the text and the box they stand in; `whole`: all of them in all of it, as of a formula."""

    start: int
    end: int
    box: Box
    whole: bool = False


def place(text: str, image: np.ndarray, landmarks: Sequence[Word] = (), mode: str = "format") -> list[Spot]:
    """Where the characters of `text` stand on an upright, level page `image` (H, W, 3) uint8, in the order of the text.

    `landmarks` are words of another reading of the page with their boxes in its pixels, in any order of columns; `mode` says
    how the text was written, as in `kinds.page.parse`. A word on which no two things agree is not among the spots. Never
    raises on content; a page without writing gives no spots but those of landmarks.
    """
    wanted = units(text, mode)
    if not wanted:
        return []
    tight = is_wide(text)
    ink = writing(image, tight=tight)
    known = _known(wanted, landmarks, ink)
    if not known:
        ink, known = _seen(wanted, image, ink, tight)
    return sorted(_Between(wanted, ink, known).spots())


def placed(pieces: Sequence[Piece], image: np.ndarray, landmarks: Sequence[Word] = (), mode: str = "format") -> list[Piece]:
    """The pieces of one page with boxes where they could be placed (see `place`); what a piece has itself is not kept.

    A piece that holds several words is parted, so that each has its own box.
    """
    text = "".join(piece.text for piece in pieces)
    spots = place(text, image, landmarks, mode)
    starts, ends = [spot.start for spot in spots], [spot.end for spot in spots]
    found, at = [], 0
    for piece in pieces:
        end = at + len(piece.text)
        own = spots[bisect_right(ends, at) : bisect_left(starts, end)]
        found += _boxed(piece, at, own, text)
        at = end
    return found


def _boxed(piece: Piece, at: int, spots: Sequence[Spot], text: str) -> Iterator[Piece]:
    """A piece that begins at a character of the text as one with a box, or as several where words end within it."""
    groups: list[list[Spot]] = []
    for spot in spots:
        if groups and groups[-1][-1].end == spot.start:
            groups[-1].append(spot)
        else:
            groups.append([spot])
    if len(groups) < 2:
        yield replace(piece, box=_shared(groups[0], (at, at + len(piece.text)), text) if groups else None)
        return
    cuts = [at, *(group[0].start for group in groups[1:]), at + len(piece.text)]
    for number, group in enumerate(groups):
        first, last = cuts[number], cuts[number + 1]
        part = replace(piece, text=piece.text[first - at : last - at], box=_shared(group, (first, last), text))
        if number:
            part = replace(part, alternatives=())
        yield part if number + 1 == len(groups) else replace(part, finish=None)


def _shared(spots: Sequence[Spot], span: tuple[int, int], text: str) -> Box | None:
    """The box around what some characters have of spots."""
    return union(_share(spot, span, text) for spot in spots)


def _share(spot: Spot, span: tuple[int, int], text: str) -> Box:
    first, last = max(span[0], spot.start), min(span[1], spot.end)
    if spot.whole or (first <= spot.start and last >= spot.end):
        return spot.box
    left, top, right, bottom = spot.box
    before, within, all_of_it = (width_of(text[a:b]) for a, b in ((spot.start, first), (first, last), (spot.start, spot.end)))
    if not all_of_it or not within:
        return spot.box
    return (left + (right - left) * before / all_of_it, top, left + (right - left) * (before + within) / all_of_it, bottom)


def _seen(wanted: Sequence[Unit], image: np.ndarray, ink: Writing, tight: bool) -> tuple[Writing, dict[int, list[Spot]]]:
    """Units that the ink alone says the place of, and its clusters: by columns or across the page, whichever the words fit better."""
    best = fit(wanted, ink), ink
    across = writing(image, rows=True, tight=tight)
    if across.boxes.shape != ink.boxes.shape or not np.array_equal(across.boxes, ink.boxes):
        other = fit(wanted, across, np.full(len(across.boxes), _usual(best[0].ems))), across
        best = min(best, other, key=lambda found: found[0].cost)
    laid, on = best
    nears = _nearby(laid.words, AROUND)
    known = _kept([one for one in laid.laid if nears[one.first : one.last].max() <= LIMIT], wanted, on)
    if len(known) < BELIEVED * sum(unit.said is not None for unit in wanted):
        loose = _anywhere(wanted, on)
        known = loose if len(loose) > len(known) else known
    return on, known


def _usual(ems: np.ndarray) -> float:
    return float(np.median(ems)) if len(ems) else EM


def _anywhere(wanted: Sequence[Unit], ink: Writing) -> dict[int, list[Spot]]:
    """Stretches of the text laid each by itself wherever it fits, the best first: for texts in another order than the ink."""
    cuts = [0]
    for at in range(1, len(wanted)):
        opens = wanted[at].begins > 0 and wanted[at].block != wanted[at - 1].block
        if at - cuts[-1] >= (LEAST_STRETCH if opens else STRETCH) and len(wanted) - at >= LEAST_STRETCH:
            cuts.append(at)
    ems = np.full(len(ink.boxes), _usual(fit(wanted, ink).ems))
    found: list[tuple[float, list[Laid]]] = []
    for first, last in zip(cuts, [*cuts[1:], len(wanted)], strict=True):
        laid = fit(wanted[first:last], ink, ems, anywhere=True)
        nears = _nearby(laid.words, AROUND)
        kept = [one for one in laid.laid if nears[one.first : one.last].max() <= LIMIT_ANYWHERE]
        if len(kept) >= LEAST_STRETCH // 2:
            found.append((float(np.mean(laid.words)), [one._replace(first=one.first + first, last=one.last + first) for one in kept]))
    taken, believed = np.zeros(len(ink.boxes), bool), []
    for _, laid in sorted(found, key=lambda pair: pair[0]):
        for one in laid:
            if not taken[one.low : one.high].any():
                taken[one.low : one.high] = True
                believed.append(one)
    return _kept(sorted(believed), wanted, ink)


def _kept(laid: Sequence[Laid], wanted: Sequence[Unit], ink: Writing) -> dict[int, list[Spot]]:
    """The spots of units that were laid, by the unit's number."""
    numbers = {unit.start: number for number, unit in enumerate(wanted)}
    starts, found = [unit.start for unit in wanted], {}
    for spot in _spots(laid, wanted, ink):
        number = numbers.get(spot.start, bisect_right(starts, spot.start) - 1)
        found.setdefault(number, []).append(spot)
    return found


def _nearby(costs: np.ndarray, around: int) -> np.ndarray:
    """The mean cost of each word and its neighbours."""
    sums = np.concatenate([[0.0], np.cumsum(costs)])
    at = np.arange(len(costs))
    low, high = np.maximum(at - around, 0), np.minimum(at + around + 1, len(costs))
    return (sums[high] - sums[low]) / np.maximum(high - low, 1)


def _spots(laid: Sequence[Laid], wanted: Sequence[Unit], ink: Writing) -> Iterator[Spot]:
    """Words and the boxes of their clusters: one that several words share is cut, a word that is parted has two."""
    for one in laid:
        own = wanted[one.first : one.last]
        if one.last - one.first > 1:
            yield from _cut(own, ink, one.low)
        elif ink.line[one.low] != ink.line[one.high - 1]:
            yield from _hyphened(own[0], ink.boxes[one.low : one.high])
        else:
            yield Spot(own[0].start, own[0].end, around(ink.boxes[one.low : one.high]))


def _cut(own: Sequence[Unit], ink: Writing, cluster: int) -> Iterator[Spot]:
    """A cluster cut between its words, at white near where they should end."""
    left, top, right, bottom = map(float, ink.boxes[cluster])
    total = sum(unit.width for unit in own) or 1.0
    start, done = left, 0.0
    for number, unit in enumerate(own):
        done += unit.width
        end, begin = right, right
        if number + 1 < len(own):
            goal = left + (right - left) * done / total
            white = [(abs(middle - goal) - 1.5 * gap, middle, gap) for middle, gap in ink.cuts[cluster] if start < middle < right]
            near = min(white, default=None)
            end = begin = goal
            if near and abs(near[1] - goal) < 1.5 * ink.size[cluster]:
                end, begin = near[1] - max(near[2], 0.0) / 2, near[1] + max(near[2], 0.0) / 2
        yield Spot(unit.start, unit.end, (start, top, max(end, start + 1.0), bottom))
        start = min(begin, right - 1.0)


def _hyphened(unit: Unit, boxes: np.ndarray) -> Iterator[Spot]:
    """A word that is parted at the end of a line."""
    wide = boxes[:, 2] - boxes[:, 0]
    length = unit.end - unit.start
    middle = unit.start + min(max(round(length * float(wide[0] / wide.sum())), 1), length - 1) if length > 1 else unit.end
    yield Spot(unit.start, middle, around(boxes[:1]))
    if middle < unit.end:
        yield Spot(middle, unit.end, around(boxes[1:]))


def region(own: np.ndarray, others: np.ndarray, neighbours: tuple[Box | None, Box | None]) -> Box | None:
    """The box of a block of other ink: its clusters (n, 4) and what drawings (k, 4) stand with them, or between its neighbours."""
    before, behind = neighbours
    hull = around(own) if len(own) else None
    centres = (others[:, 1] + others[:, 3]) / 2
    if hull:
        near = (others[:, 0] < hull[2]) & (others[:, 2] > hull[0]) & (others[:, 1] < hull[3]) & (others[:, 3] > hull[1])
        near &= others[:, 2] - others[:, 0] <= WIDER * max(hull[2] - hull[0], hull[3] - hull[1])  # no rule across the page
    else:
        near = np.zeros(len(others), bool)
    if not (before and behind) or before[3] <= behind[1]:
        top, bottom = before[3] if before else -np.inf, behind[1] if behind else np.inf
        if before or behind or hull:
            near |= (centres > top) & (centres < bottom) & (others[:, 1] > top - 3) & (others[:, 3] < bottom + 3) & (hull is None or near.any())
    boxes = [hull] if hull else []
    if near.any():
        boxes.append(around(others[near]))
    return union(boxes)


def _known(wanted: Sequence[Unit], landmarks: Sequence[Word], ink: Writing) -> dict[int, list[Spot]]:
    """Units that landmarks say the place of."""
    marks = [(said, box) for word in landmarks if word.box for said, box in _split(word)]
    pairs = match([unit.said or "" for unit in wanted], [said for said, _ in marks])
    found: dict[int, list[Spot]] = {}
    for first, last, other, other_last in pairs:
        boxes = [box for _, box in marks[other:other_last]]
        own = wanted[first:last]
        if len(own) > 1:
            box, total, done = boxes[0], sum(unit.width for unit in own) or 1.0, 0.0
            for number, unit in enumerate(own, first):
                wide = box[2] - box[0]
                edges = box[0] + wide * done / total, box[0] + wide * (done + unit.width) / total
                found[number] = [Spot(unit.start, unit.end, (edges[0], box[1], edges[1], box[3]))]
                done += unit.width
        elif len(boxes) > 1 and min(boxes[0][3], boxes[1][3]) <= max(boxes[0][1], boxes[1][1]):
            found[first] = list(_hyphened(own[0], np.array(boxes)))
        else:
            found[first] = [_snapped(Spot(own[0].start, own[0].end, union(boxes)), ink)]
    return found


def _snapped(spot: Spot, ink: Writing) -> Spot:
    """A spot with the box of the ink it stands on, where that is about its own."""
    under = _under([spot], ink)
    if not len(under) or len(under) > 3:
        return spot
    box = around(ink.boxes[under])
    wide, tall = min(box[2], spot.box[2]) - max(box[0], spot.box[0]), min(box[3], spot.box[3]) - max(box[1], spot.box[1])
    shared = max(wide, 0.0) * max(tall, 0.0)
    either = sum((one[2] - one[0]) * (one[3] - one[1]) for one in (box, spot.box)) - shared
    return spot._replace(box=box) if shared > SNAP * either else spot


def _under(spots: Sequence[Spot], ink: Writing) -> np.ndarray:
    """The clusters under spots, by number."""
    boxes = ink.boxes
    found = np.zeros(len(boxes), bool)
    for spot in spots:
        left, top, right, bottom = spot.box
        wide = np.minimum(boxes[:, 2], right) - np.maximum(boxes[:, 0], left)
        tall = np.minimum(boxes[:, 3], bottom) - np.maximum(boxes[:, 1], top)
        area = np.maximum((boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1]), 1.0)
        found |= (wide > 0) & (tall > 0) & (wide * tall > SAME * np.minimum(area, max((right - left) * (bottom - top), 1.0)))
    return np.flatnonzero(found)


def _split(word: Word) -> Iterator[tuple[str, Box]]:
    """A landmark as the units of a text are parted, with their shares of its box."""
    left, top, right, bottom = map(float, word.box)
    parts = split(word.text)
    total, done = sum(map(width_of, parts)) or 1.0, 0.0
    for part in parts:
        wide = width_of(part)
        yield part, (left + (right - left) * done / total, top, left + (right - left) * (done + wide) / total, bottom)
        done += wide


class _Between:
    """Units that are placed already, and those between them, for which ink is looked for between their places."""

    def __init__(self, wanted: Sequence[Unit], ink: Writing, known: dict[int, list[Spot]]) -> None:
        self.wanted, self.ink = wanted, ink
        self.known = known
        self.taken = np.zeros(len(ink.boxes), bool)
        self.low: dict[int, int] = {}  # the first and the last cluster of a unit that is known
        self.high: dict[int, int] = {}
        ratios = []
        for number, spots in known.items():
            under = _under(spots, ink)
            if not len(under):
                continue
            self.taken[under] = True
            self.low[number], self.high[number] = int(under[0]), int(under[-1])
            if len(under) == len(spots) == 1 and wanted[number].width > 1.2:
                ratios.append((spots[0].box[2] - spots[0].box[0]) / ink.size[under[0]] / wanted[number].width)
        self.ems = float(np.clip(np.median(ratios), *EMS)) if ratios else EM

    def spots(self) -> list[Spot]:
        found = [spot for spots in self.known.values() for spot in spots]
        at = 0
        while at < len(self.wanted):
            if at in self.known:
                at += 1
                continue
            end = at
            while end < len(self.wanted) and end not in self.known:
                end += 1
            found += self._filled(at, end)
            at = end
        return found

    def _filled(self, first: int, last: int) -> list[Spot]:
        """The units from `first` up to `last`, laid on the free ink behind the one before and before the one behind them."""
        free, own = self._free(self.high.get(first - 1), self.low.get(last)), self.wanted[first:last]
        if not len(free) and all(unit.said is not None for unit in own):
            return []
        ink = self.ink.some(free)
        laid: Fit = fit(own, ink, np.full(len(free), self.ems))
        nears = _nearby(laid.words, NEAR)
        believed = [one for one in laid.laid if nears[one.first : one.last].max() <= LIMIT_BETWEEN]
        found = list(_spots(believed, own, ink))
        for number, unit in enumerate(own):
            if unit.said is None:
                low, high = laid.blocks.get(number, (0, 0))
                others = self.ink.others if high > low else self._in_column(first, last)
                box = region(ink.boxes[low:high], others, self._neighbours(found, unit, (first, last)))
                found += [Spot(unit.start, unit.end, box, True)] if box else []
        return found

    def _in_column(self, first: int, last: int) -> np.ndarray:
        """The drawings (k, 4) above or below the lines of the units before and behind a run."""
        ink, others = self.ink, self.ink.others
        ends = [at for at in (self.high.get(first - 1), self.low.get(last)) if at is not None]
        beside = ink.boxes[np.isin(ink.line, ink.line[ends])]
        if not len(beside):
            return others
        middle = (others[:, 0] + others[:, 2]) / 2
        return others[(middle >= beside[:, 0].min()) & (middle <= beside[:, 2].max())]

    def _neighbours(self, found: Sequence[Spot], unit: Unit, run: tuple[int, int]) -> tuple[Box | None, Box | None]:
        """The boxes of what was placed right before and right behind a unit of a run."""
        before = max((spot for spot in found if spot.end <= unit.start), default=None)
        behind = min((spot for spot in found if spot.start >= unit.end), default=None)
        one = before or self.known.get(run[0] - 1, [None])[-1]
        other = behind or self.known.get(run[1], [None])[0]
        return one.box if one else None, other.box if other else None

    def _free(self, before: int | None, behind: int | None) -> np.ndarray:
        """Clusters that no landmark took, between two clusters in reading order; where those stand the other way round, next to each."""
        count = len(self.ink.boxes)
        low, high = -1 if before is None else before, count if behind is None else behind
        if low < high:
            return np.flatnonzero(~self.taken[low + 1 : high]) + low + 1
        taken = np.flatnonzero(self.taken)
        after = taken[taken > low]
        ahead = taken[taken < high]
        return np.concatenate([
            np.arange(ahead[-1] + 1 if len(ahead) else 0, high),
            np.arange(low + 1, after[0] if len(after) else count),
        ])  # fmt: skip
