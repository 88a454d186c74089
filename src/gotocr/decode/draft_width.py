"""How many tokens are worth checking in one call: by what calls of each width were measured to take, and what may be right."""

from __future__ import annotations

from collections.abc import Sequence

SLOPE = 0.3  # of the time of one token, that another one in the same call is first thought to take
WORTH = 1.05  # times as many tokens in a second as without a draft, or there is none
FOLLOWS = 0.2  # of a time that was longer than known, that is believed; one that was shorter is believed at once
WILD = 2.0  # times as long as known: longer is somebody else's work on this machine
FIRST, AGAIN = 3, 100  # calls without a draft before there is one, and calls after which there is one more without
FORGETS = 0.0005  # of a time at each call of another width, so that it is tried again some time


class Costs:
    """Seconds a call takes, by the number of tokens in it. Measured as it goes; what was not measured lies on a line."""

    def __init__(self, widths: Sequence[int] = ()) -> None:
        """`widths` above 1 that a call may have, rising."""
        self.widths = widths
        self._known: dict[int, float] = {}
        self._alone = self._since = 0  # calls of one token, and calls since the last one

    def took(self, width: int, seconds: float) -> None:
        self._alone, self._since = (self._alone + 1, 0) if width == 1 else (self._alone, self._since + 1)
        known = self.of(width)
        for other in self._known:
            if other > 1:
                self._known[other] *= 1 - FORGETS
        if known:
            seconds = min(seconds, WILD * known)
        if width in self._known and seconds > known:
            seconds = known + FOLLOWS * (seconds - known)
        self._known[width] = seconds

    def of(self, width: int) -> float:
        """What such a call is thought to take; 0 where nothing was measured."""
        if width in self._known:
            return self._known[width]
        if not self._known:
            return 0.0
        below = max((known for known in self._known if known < width), default=None)
        above = min((known for known in self._known if known > width), default=None)
        if below is None:
            return self._known[above] / (1 + SLOPE * (above - width))
        if above is None:
            return self._known[below] + SLOPE * self.of(1) * (width - below)
        share = (width - below) / (above - below)
        return (1 - share) * self._known[below] + share * self._known[above]

    def best(self, chances: Sequence[float], most: int) -> int:
        """The width, of at most `most` tokens, that writes most in a second; 1 = no draft. See `draft.Draft.chances`.

        `chances` are those of the tokens behind the first, which is known. A call may be wider than there are any.
        """
        if not chances or self._alone < FIRST or self._since >= AGAIN or not self.of(1):
            return 1
        best, most_so_far = 1, WORTH / self.of(1)
        for width in self.widths:
            tokens, seconds = self.rate(chances, width)
            if width <= most and seconds and tokens / seconds > most_so_far:
                best, most_so_far = width, tokens / seconds
        return best

    def rate(self, chances: Sequence[float], width: int) -> tuple[float, float]:
        """Tokens that a call of that width is hoped to write, and seconds."""
        return 1 + sum(chances[: width - 1]), self.of(width)
