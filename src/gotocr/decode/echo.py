"""How long a text has been saying nothing new, where no cycle repeats exactly: a low entropy, counted in phrases."""

from __future__ import annotations

from typing import NamedTuple

PHRASE = 4  # tokens


class Memory(NamedTuple):
    """After how many tokens a phrase is as good as new, how often, one soon behind the other, a page may say it, and how many
    phrases well known one other outweighs."""

    reach: int
    often: int
    other: int


WORDS = Memory(96, 3, 1)  # longer rounds of words are found where they are exact: filler texts come again after some lines
MARKS = Memory(512, 2, 2)


class Echo:
    """Push what each token says. `stale` is by how many the phrases known well outweigh the others, and `since` the token that began.

    Phrases are of words, or of letters where tokens are letters. What is neither is passed over, so numbers and marks that
    change from round to round hide nothing; but not where `marks` are asked for, which takes all as it is.
    """

    def __init__(self, marks: bool = False) -> None:
        self._marks, self._memory = marks, MARKS if marks else WORDS
        self._phrase: tuple[str, ...] = ()
        self._known: dict[tuple[str, ...], tuple[int, int]] = {}  # phrase -> where it was last, how often until then
        self._count = 0
        self.stale = self.since = 0

    def push(self, text: str) -> None:
        at, self._count = self._count, self._count + 1
        if not self._marks and not text.strip().isalpha():
            return
        phrase = self._phrase = (*self._phrase[1 - PHRASE :], text)
        if len(phrase) < PHRASE or (self._marks and phrase.count(text) == PHRASE):  # a leader says nothing, and is a cycle
            return
        reach, often, other = self._memory
        last, times = self._known.get(phrase, (-reach, 0))
        times = times + 1 if at - last < reach else 1
        self._known[phrase] = at, times
        if times <= often:
            self.stale = max(self.stale - other, 0)
        elif self.stale:
            self.stale += 1
        else:
            self.stale, self.since = 1, at
