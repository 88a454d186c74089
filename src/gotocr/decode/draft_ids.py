"""Tokens that a writer probably writes: those of another writing, or those he wrote himself where the same stood before."""

from __future__ import annotations

from collections.abc import Sequence

GRAMS = (4, 3, 2)  # tokens in a row that are looked for, the most first
NEAR = 12  # tokens ahead in which one alone is looked for


class IdsDraft:
    """Tokens followed as they are written; `run` is how many at the end were as expected, and `next` what is expected now.

    Where something else is written, it is taken for one token in place of another until the last ones are found elsewhere.
    """

    def __init__(self, ids: Sequence[int]) -> None:
        self._ids = list(ids)
        self._places: dict[tuple[int, ...], list[int]] = {}
        for end in range(1, len(self._ids) + 1):
            for count in GRAMS:
                if end >= count:
                    self._places.setdefault(tuple(self._ids[end - count : end]), []).append(end)
        self._at, self._written = 0, list[int]()
        self._missed = 0
        self.run = 0

    def push(self, token: int, text: str) -> bool | None:
        is_told = self._at < len(self._ids) and self._ids[self._at] == token
        self._at += 1
        self._written = [*self._written[1 - GRAMS[0] :], token]
        self.run, self._missed = (self.run + 1, 0) if is_told else (0, self._missed + 1)
        if self._missed > 1:
            self._look()
        return is_told

    def _look(self) -> None:
        """Go to the nearest place of the last tokens, the longest row of them first; one alone counts only where it is near."""
        for count in GRAMS:
            places = self._places.get(tuple(self._written[-count:])) if len(self._written) >= count else None
            if places:
                self._at = min(places, key=lambda place: abs(place - self._at))
                return
        if self._written[-1] in self._ids[self._at : self._at + NEAR]:
            self._at = self._ids.index(self._written[-1], self._at) + 1

    def next(self, count: int) -> list[int]:
        return self._ids[self._at : self._at + count]


class EchoDraft:
    """What was written already, once more: tables, lists and phrases have the same tokens again and again."""

    def __init__(self) -> None:
        self._ids: list[int] = []
        self._places: dict[tuple[int, ...], int] = {}
        self._at: int | None = None
        self.run = 0

    def push(self, token: int, text: str) -> bool | None:
        """None where nothing was expected."""
        is_told = None if self._at is None else self._ids[self._at] == token
        self._ids.append(token)
        self.run = self.run + 1 if is_told else 0
        self._at = self._at + 1 if is_told else None
        for count in GRAMS:
            if len(self._ids) < count:
                continue
            gram = tuple(self._ids[-count:])
            if self._at is None and gram in self._places:
                self._at, self.run = self._places[gram], count
            self._places[gram] = len(self._ids)
        return is_told

    def next(self, count: int) -> list[int]:
        """The next tokens; where what stood before is at its end, it goes round."""
        if self._at is None:
            return []
        ids = self._ids[self._at : self._at + count]
        return ids * (count // len(ids)) + ids[: count % len(ids)]
