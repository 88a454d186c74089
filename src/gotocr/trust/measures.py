"""What tells whether a block is what its crop shows, kind by kind: a few figures, from the block drawn anew and laid over the ink."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import cache

import numpy as np

from ..child import child
from ..draw.fonts import require_cv2
from ..kinds import KINDS
from ..kinds.table import rows
from ..kinds.table.cell import place
from ..schema import Block
from . import flow, grid, plot, pose
from .anew import FACES, Anew, unpacked
from .letters import Set, Words, words_of
from .likeness import alike
from .paper import strokes, trimmed

DRAWN = "gotocr.trust.anew:drawn"
SECONDS = 8.0  # the longest a drawing may take
MOST_CELL_WORDS = 1500  # of a table that are compared
TURNS = tuple(math.radians(30 * number) for number in range(12))
LEANS = tuple(math.radians(angle) for angle in (-3.0, 0.0, 3.0))
FILL = 0.55  # ink of a drawing that is fainter is a tint, no line

Measures = dict[str, float]


def anew(kind: str, text: str, look: tuple[float, ...] = ()) -> Anew:
    """The block's text drawn in a process of its own. Raises WorkerError where it cannot be."""
    return unpacked(child(DRAWN, SECONDS)(kind, text, list(look)))


def measured(block: Block, image: np.ndarray) -> Measures | None:
    """The figures of a block and its crop (H, W, 3) uint8; None where there is no ink or nothing to be drawn.

    Raises WorkerError where the drawing fails, takes too long or kills its process.
    """
    measure = MEASURES.get(block.kind)
    return measure(block, image) if measure and block.text.strip() and min(image.shape[:2], default=0) >= 6 else None


def _inked(made: Anew) -> np.ndarray:
    picture = made.image.astype(np.float32) / 255
    return np.where(picture > FILL, picture, 0).astype(np.float32) if made.image.size else picture


def _formula(block: Block, image: np.ndarray) -> Measures | None:
    seen = _trimmed(image)
    if seen is None:
        return None
    made = anew("formula", block.text)
    found, _ = flow.laid(made.image.astype(np.float32) / 255, made.boxes, seen)
    return {**_of_flow(found), "size": math.log(max(len(made.boxes), 1))}


def _of_flow(found: flow.Flow) -> Measures:
    parts = found.parts._asdict()
    return {**parts, "cost": found.cost, "stretch": found.worst, "bent": found.bent, "tall": min(abs(found.stretched), 1.5)}


def _trimmed(image: np.ndarray) -> np.ndarray | None:
    soft = strokes(image)
    cut = None if soft is None else trimmed(soft)
    return None if cut is None or min(cut.shape) < 4 else cut


def _music(block: Block, image: np.ndarray) -> Measures | None:
    seen = _trimmed(image)
    if seen is None:
        return None
    made = anew("music", block.text)
    drawn = made.image.astype(np.float32) / 255
    systems = _systems(drawn, made.boxes)
    found, weights = [], []
    for (top, bottom), part in zip(systems, _split(seen, systems, drawn.shape[0]), strict=True):
        here = made.boxes[(made.boxes[:, 1] >= top) & (made.boxes[:, 3] <= bottom)] - np.array([0, top, 0, top])
        cut = trimmed(part)
        if cut is None or min(cut.shape) < 4:
            continue
        strip = drawn[top:bottom]
        left = max(0, int(np.flatnonzero((strip > 0.4).any(0))[0]))
        right = int(np.flatnonzero((strip > 0.4).any(0))[-1]) + 1
        laid, _ = flow.laid(np.ascontiguousarray(strip[:, left:right]), here - np.array([left, 0, left, 0]), cut)
        found.append(_of_flow(laid))
        weights.append(max(len(here), 1))
    if not found:
        return None
    mean = {name: float(np.average([one[name] for one in found], weights=weights)) for name in found[0]}
    low = {name: min(one[name] for one in found) for name in ("low", "worst")}
    return {**mean, **low, "size": math.log(max(len(made.boxes), 1))}


def _systems(drawn: np.ndarray, boxes: np.ndarray) -> list[tuple[int, int]]:
    """Rows (top, bottom) of the systems of a score that was drawn, parted by its widest white bands where it is not wide."""
    inked = (drawn > 0.4).any(1)
    edges = np.flatnonzero(np.diff(np.pad(inked.astype(int), 1)))
    bands = edges.reshape(-1, 2)
    long = [(int(top), int(bottom)) for top, bottom in bands if _staff(drawn[top:bottom])]
    if len(long) < 2:
        return [(0, drawn.shape[0])]
    cuts = [(one[1] + other[0]) // 2 for one, other in zip(long, long[1:], strict=False)]
    return list(zip([0, *cuts], [*cuts, drawn.shape[0]], strict=True))


def _staff(band: np.ndarray) -> bool:
    """Whether a band holds lines as long as a staff's."""
    return bool(((band > 0.4).mean(1) > 0.6).sum() >= 3)


def _split(seen: np.ndarray, systems: list[tuple[int, int]], height: int) -> list[np.ndarray]:
    """As many strips of the crop as systems were drawn: cut where there is least ink near where the drawing is cut."""
    inked, cuts = seen.sum(1), [0]
    reach = max(2, seen.shape[0] // (4 * len(systems)))
    for _, bottom in systems[:-1]:
        middle = round(bottom / height * seen.shape[0])
        low = max(cuts[-1] + 4, middle - reach)
        near = inked[low : middle + reach]
        cuts.append(low + int(near.argmin()) if len(near) else min(cuts[-1] + 4, seen.shape[0]))
    cuts.append(seen.shape[0])
    return [np.ascontiguousarray(seen[one:other]) for one, other in zip(cuts, cuts[1:], strict=False)]


def _geometry(block: Block, image: np.ndarray) -> Measures | None:
    soft = strokes(image)
    if soft is None:
        return None
    made = anew("geometry", block.text)
    return _posed(made, soft, LEANS, (False,))[1]


def _molecule(block: Block, image: np.ndarray) -> Measures | None:
    soft = strokes(image)
    if soft is None:
        return None
    seen = pose.points(soft)
    if len(seen) < 8:
        return None
    tried = []
    for coordgen in (0.0, 1.0):
        made = anew("molecule", block.text, (coordgen,))
        tried.append((pose.best(pose.points(_inked(made)), seen, np.array(TURNS), (False, True)), coordgen))
    found, coordgen = min(tried, key=lambda pair: pair[0].apart)
    angle = math.atan2(found.turn.imag, found.turn.real)
    look = (coordgen, angle + math.pi, 1.0) if found.mirrored else (coordgen, -angle, 0.0)  # as `Taste` turns, y being upward there
    return _posed(anew("molecule", block.text, look), soft, LEANS, (False,))[1]


def _posed(made: Anew, soft: np.ndarray, angles: tuple[float, ...], mirrors: tuple[bool, ...]) -> tuple[pose.Pose, Measures]:
    drawn = _inked(made)
    mine, seen = pose.points(drawn), pose.points(soft)
    if len(mine) < 4 or len(seen) < 4:
        return pose.Pose(1.0, 0j, False, 1.0), {}
    found = pose.best(mine, seen, np.array(angles), mirrors)
    over = pose.laid(soft, found, drawn.shape)
    parts = alike(drawn, made.boxes, over, (4, 4))
    inside = float(over.sum()) * abs(found.turn) ** 2 / max(float(soft.sum()), 1e-6)
    figures = {**parts._asdict(), "apart": found.apart, "outside": max(0.0, 1.0 - inside), "size": math.log(max(len(made.boxes), 1))}
    return found, figures


def _sets(words: list[str]) -> list[Callable[[], Set]]:
    """The words set in each of our faces, when asked for."""

    def made(face: int) -> Callable[[], Set]:
        @cache
        def set_in() -> Set:
            found = anew("words", "\n".join(words), (float(face),))
            return Set(found.image, np.append(found.boxes[:, 0], found.boxes[-1, 2]).round().astype(int))

        return set_in

    return [made(face) for face in range(len(FACES))]


def _page(image: np.ndarray) -> Words | None:
    soft = strokes(image)
    return None if soft is None else words_of(soft)


def _table(block: Block, image: np.ndarray) -> Measures | None:
    page = _page(image)
    words = [
        grid.Word(word, at.row if at.cell.rows == 1 else -1, at.column if at.cell.columns == 1 else -1)
        for at in place(rows(block))
        for word in at.cell.text.split()[:MOST_CELL_WORDS]
    ][:MOST_CELL_WORDS]
    if page is None or not words:
        return None
    sets = _sets([word.text[:60] for word in words])
    laid = grid.lay(words, sets[0](), page)
    likes = np.array(grid.best_face(laid.pairs, sets, page))
    letters = np.array([sum(len(words[at].text) for at in range(pair.first, pair.last)) for pair in laid.pairs], float)
    seen = sum(box.right - box.left for line in page.lines for box in line)
    used = sum(box.right - box.left for pair in laid.pairs for box in pair.seen)
    all_letters = max(1, sum(len(word.text) for word in words))
    order = np.sort(likes)
    ours = float(sets[0]().edges[-1])
    return {
        "mean": float((likes * letters).sum() / all_letters) if len(likes) else 0.0,
        "paired": float(letters.sum() / all_letters),
        "low": float(order[: max(1, len(order) // 10)].mean()) if len(order) else 0.0,
        "worst": float(order[:2].mean()) if len(order) else 0.0,
        "used": float(used / max(seen, 1)),
        "rows": laid.rows_alone,
        "lines": laid.lines_alone,
        "columns": grid.columns_kept(words, laid.pairs),
        "wide": float(np.clip(math.log(max(seen, 1) / page.size / max(ours, 1.0) * 14), -1.5, 1.5)),
        "size": math.log(len(words)),
    }


def _chart(block: Block, image: np.ndarray) -> Measures | None:
    cv2 = require_cv2()
    data = block.data if "series" in block.data else KINDS["chart"].parse(block.text).data
    if not data.get("series"):
        return None
    if image.shape[0] * image.shape[1] > LARGEST:
        by = math.sqrt(LARGEST / (image.shape[0] * image.shape[1]))
        image = cv2.resize(image, None, fx=by, fy=by, interpolation=cv2.INTER_AREA)
    page, words = _page(image), plot.labels(data)
    found = plot.spotted(words, _sets([word[:60] for word in words]), page) if page is not None and words else (0.0, 0.0, 0.0)
    said = dict(zip(("mean", "low", "taken"), found, strict=True)) if found[0] > NOTHING else {}
    values = plot.values_of(data, image, page)
    off = UNKNOWN if not values.known else values.off - USUAL if data.get("type") in plot.CURVES else values.off
    return {**said, "off": min(1.0, off + MISCOUNT * abs(values.count))}


NOTHING = 0.2  # likeness of words under which the crop's could not be cut out, and say nothing
UNKNOWN, USUAL, MISCOUNT = 0.4, 0.45, 0.3  # how far values are off where no marks are found; lines lie so far off that are right
LARGEST = 1_500_000  # pixels of a chart that is looked at; larger ones are shrunk
MEASURES: dict[str, Callable[[Block, np.ndarray], Measures | None]] = {
    "formula": _formula, "table": _table, "chart": _chart, "music": _music, "molecule": _molecule, "geometry": _geometry,
}  # fmt: skip
