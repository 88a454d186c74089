"""How close a written figure is to the true one: as pictures, and by the elements they hold in common."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...draw.figure import Figure, Path, lines
from ...metrics.sets import f1
from .canonical import canonical, fitted
from .reading import bare
from .tikz import read

if TYPE_CHECKING:
    import numpy as np

NEAR = 0.5  # centimetres of ten: how far lines may lie apart and still be the same
SPACING = 0.1  # of points along lines
MOST_ELEMENTS = 300
PARTS = 16  # points by which an element is compared


def _figure(text: str) -> Figure:
    return canonical(fitted(read(bare(text)).figure))


def picture(written: str, truth: str) -> float:
    """Chamfer F1 of points along all lines, rims of areas, and places of equal labels; both figures fitted to one size."""
    if bare(written) == bare(truth):
        return 1.0
    from ...metrics.figures import chamfer_f1

    one, two = _figure(written), _figure(truth)
    return chamfer_f1(_points(one, two), _points(two, one), NEAR)


def _points(figure: Figure, other: Figure) -> np.ndarray:
    """Points along the lines of a figure; its labels as a few points each, far away where the other has no such text."""
    import numpy as np

    found = [point for path in figure.paths[:MOST_ELEMENTS] for point in _along(path)]
    texts = {label.text for label in other.labels}
    for n, label in enumerate(figure.labels[:MOST_ELEMENTS]):
        at = complex(*label.at) if label.text in texts else complex(1e6 * (n + 1), 1e6)
        found += [at] * 3
    return np.array(found, np.complex128)


def _along(path: Path) -> list[complex]:
    found = []
    for line in lines(path):
        points = [*line.points, line.points[0]] if line.closed else line.points
        for a, b in zip(points, points[1:], strict=False):
            count = min(200, int(abs(b - a) / SPACING) + 1)
            found += [a + (b - a) * k / count for k in range(count)]
        found.append(points[-1])
    return found


def elements(written: str, truth: str) -> float:
    """F1 of elements: two are the same where kind and pen agree and they lie within half a centimetre of each other, of ten."""
    if bare(written) == bare(truth):
        return 1.0
    import numpy as np

    from ...metrics.figures import matched

    one, two = (_elements(_figure(text)) for text in (written, truth))
    kinds = {kind for kind, _ in one} & {kind for kind, _ in two}
    right = 0
    for kind in sorted(kinds):
        rows, columns = ([run for other, run in side if other == kind] for side in (one, two))
        a, b = np.array(rows)[:, None, :], np.array(columns)[None, :, :]  # (n, 1, points), (1, m, points)
        costs = np.minimum(np.abs(a - b).max(-1), np.abs(a - b[..., ::-1]).max(-1))
        right += len(matched(costs, NEAR))
    return f1(right, len(one), len(two))


def _elements(figure: Figure) -> list[tuple[str, list[complex]]]:
    """(kind, points evenly along it): straight pieces, curves, closed shapes, areas, dots and labels."""
    found: list[tuple[str, list[complex]]] = []
    for path in figure.paths[:MOST_ELEMENTS]:
        pen = path.pen
        look = f"{pen.fill}{pen.dash}{pen.arrow}{pen.colour}"
        if path.dot:
            found.append((f"dot{look}", [complex(*path.start)] * PARTS))
        elif not pen.fill and all(step.name in ("line", "close", "rectangle") for step in path.steps):
            for line in lines(path):
                points = [*line.points, line.points[0]] if line.closed else line.points
                found += [(f"line{look}", _even([a, b])) for a, b in zip(points, points[1:], strict=False)]
        else:
            kind = next((step.name for step in path.steps if step.name not in ("move", "by")), "mark")
            run = [point for line in lines(path) for point in (*line.points, line.points[0])[: len(line.points) + line.closed]]
            found.append((f"{kind}{look}", _even(run)))
    found += [(f"label {label.text}", [complex(*label.at)] * PARTS) for label in figure.labels[:MOST_ELEMENTS]]
    return found


def _even(points: list[complex]) -> list[complex]:
    """So many points at equal distances along a broken line; of a line of one point, that one; of none, the origin."""
    if len(points) < 2:
        return (points or [0j]) * PARTS
    reach = [0.0]
    for a, b in zip(points, points[1:], strict=False):
        reach.append(reach[-1] + abs(b - a))
    found, at = [], 0
    for k in range(PARTS):
        wanted = reach[-1] * k / (PARTS - 1)
        while at < len(points) - 2 and reach[at + 1] < wanted:
            at += 1
        gap = reach[at + 1] - reach[at]
        found.append(points[at] + (points[at + 1] - points[at]) * (min(1.0, (wanted - reach[at]) / gap) if gap else 0.0))
    return found
