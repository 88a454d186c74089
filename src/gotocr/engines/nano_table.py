"""What nano knows of a table while it writes one, from where its cells stand: two never stand on each other, rows hold something."""

from __future__ import annotations

from ..schema import Box

EMPTY_ROWS = 2  # so many rows in a row without a letter end a table


class Cells:
    """The cells of the table that is being written."""

    def __init__(self) -> None:
        self._boxes: list[Box] = []
        self._is_empty, self._empty_rows = True, 0

    def push(self, text: str, box: Box) -> None:
        """`text`, a token of the table, was written at `box` (left, top, right, bottom) in model pixels."""
        if text.startswith(("<table", "<td")):
            if text.startswith("<table"):
                self.__init__()
            else:
                self._boxes.append(box)
        elif "</tr" in text:
            self._empty_rows = self._empty_rows + 1 if self._is_empty else 0
            self._is_empty = True
        elif "<" not in text and '="' not in text and text.strip(" >"):
            self._is_empty = False

    def covers(self, box: Box) -> bool:
        """Whether the middle of `box` lies well within a cell that was written."""
        x, y = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
        return any(_within(x, left, right) and _within(y, top, bottom) for left, top, right, bottom in self._boxes)

    @property
    def run_dry(self) -> bool:
        """Whether only empty rows were written of late: whoever does so has lost the table, and what would follow is invented."""
        return self._empty_rows >= EMPTY_ROWS


def _within(value: float, low: float, high: float) -> bool:
    margin = 0.2 * (high - low)
    return low + margin < value < high - margin
