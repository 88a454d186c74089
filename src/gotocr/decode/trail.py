"""Where a writer has been on the page: whether its ink moves on, stands still, or is read again."""

from __future__ import annotations

from math import floor, frexp, isfinite

from ..schema import Box

LATELY = 3  # tokens: letters so close behind each other may share a place
MOVED = 0.2  # of a letter's height: a pointer that moves less stands still
REACH = 8.0  # letter heights up or down within which writing goes on; who leaps further is lost, or in the next column
TICKS = 3
MISSED = 2  # letters read again that one letter elsewhere outweighs


class Trail:
    """Push what each token says and the box of its ink, in pixels.

    `again` is how many letters at the end were read before at the same place, `over` how many stand on ink of letters read
    before, whatever was read there, and `still` how many the pointer did not move for, though it moves as a rule: where
    it never does, boxes are those of whole lines and say nothing. Within fences nothing is counted: the data of a chart
    name the same ink several times, those of a drawing stand nowhere.
    """

    def __init__(self) -> None:
        self._visits: dict[tuple[int, int, int], tuple[int, str]] = {}  # cell of a letter's size -> token last seen there
        self._fresh: list[int] = []  # behind each token, how many until then were written on ink not seen before
        self._last: tuple[float, float] | None = None
        self._fence, self._ticks = False, 0
        self._moves = 0  # letters for which the pointer moved, less those for which it did not
        self._begun = {"again": 0, "over": 0, "still": 0}
        self.again = self.over = self.still = 0

    def push(self, text: str, box: Box | None) -> None:
        at, before = len(self._fresh), self._fresh[-1] if self._fresh else 0
        self._fresh.append(before)
        if "`" in text or self._ticks:
            self._follow(text)
        if box is None:
            return
        left, top, right, bottom = box
        tall = bottom - top
        if not (tall > 0 and isfinite(tall) and isfinite(left + right)):
            return
        is_letter = not self._fence and text.strip().isalnum()
        x, y = (left + right) / 2, (top + bottom) / 2
        last, self._last = self._last, (x, y)
        across, down = (tall, 0.0) if last is None else (abs(x - last[0]), abs(y - last[1]))
        if across < MOVED * tall and down < MOVED * tall:
            if is_letter:
                self._moves -= 1
                self._count("still", at, 1 if self._moves > 0 else -self.still)
            return
        known, same = self._visit(at, text, (x, y, tall))
        self._fresh[at] += not known and down < REACH * tall
        if is_letter:
            self._moves = min(self._moves + 1, 1000)
            self._count("still", at, -self.still)
            self._count("again", at, 1 if same else -MISSED)
            self._count("over", at, 1 if known else -MISSED)

    def _follow(self, text: str) -> None:
        """Three backticks one behind the other, in as many tokens as may be, begin or end a fence."""
        for letter in text:
            self._ticks = self._ticks + 1 if letter == "`" else 0
            if self._ticks == TICKS:
                self._fence = not self._fence
                self.again = self.over = self.still = 0

    def _visit(self, at: int, text: str, spot: tuple[float, float, float]) -> tuple[bool, bool]:
        """Whether somebody was at the spot (x, y, height) before, and read the same there."""
        x, y, tall = spot
        level = frexp(tall)[1]
        size = 2.0 ** (level - 2)  # a quarter to half of the height
        column, row = floor(x / size), floor(y / size)
        known, same = False, False
        for near in (column, column - 1, column + 1):
            for line in (row, row - 1, row + 1):
                visit = self._visits.get((level, near, line))
                if visit is not None and at - visit[0] > LATELY:
                    known, same = True, same or visit[1] == text
        self._visits[level, column, row] = (at, text)
        return known, same

    def _count(self, name: str, at: int, change: int) -> None:
        count = getattr(self, name)
        if not count and change > 0:
            self._begun[name] = at
        setattr(self, name, max(count + change, 0))

    def since(self, name: str) -> int:
        """The token with which "again", "over" or "still" began."""
        return self._begun[name]

    def fresh(self, count: int) -> float:
        """Share of the last `count` tokens that were written on ink not seen before."""
        before = self._fresh[-count - 1] if len(self._fresh) > count else 0
        return (self._fresh[-1] - before) / count
