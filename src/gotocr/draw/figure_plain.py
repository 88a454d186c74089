"""A figure as a plain picture, black on white, by Pillow alone: for comparison, not for show."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .figure import Figure, extent

if TYPE_CHECKING:
    import numpy as np

MARGIN = 30  # pixels
LINE, TEXT = 2, 14  # width of lines, size of labels, in pixels
PALE = (224, 224, 224)


def draw_plain(figure: Figure, side: int = 600) -> np.ndarray | None:
    """(H, W, 3) uint8 RGB, the longer side of the lines so many pixels; None where nothing is drawn."""
    import numpy as np
    from PIL import Image, ImageDraw, ImageFont

    drawn = [line for path in figure.paths for line in path.lines]
    left, low, right, high = extent(drawn)
    spots = [label.at for label in figure.labels]
    if not drawn and not spots:
        return None
    left, right = min([left, *(x for x, _ in spots)]), max([right, *(x for x, _ in spots)])
    low, high = min([low, *(y for _, y in spots)]), max([high, *(y for _, y in spots)])
    scale = side / max(right - left, high - low, 1e-6)

    def place(point: complex) -> tuple[float, float]:
        return (MARGIN + (point.real - left) * scale, MARGIN + (high - point.imag) * scale)

    size = tuple(int(reach * scale) + 2 * MARGIN for reach in (right - left, high - low))
    image = Image.new("RGB", size, "white")
    pen = ImageDraw.Draw(image)
    for path in figure.paths:
        for line in path.lines:
            points = [place(point) for point in line.points]
            if path.pen.fill and len(points) > 2:
                pen.polygon(points, fill="black" if path.dot else PALE)
            elif len(points) > 1:
                pen.line([*points, points[0]] if line.closed else points, fill="black", width=LINE)
    font = ImageFont.load_default(TEXT)
    for label in figure.labels:
        pen.text(place(complex(*label.at)), label.text.strip("$"), fill="black", font=font, anchor="mm")
    return np.array(image)
