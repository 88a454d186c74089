"""How long a text has been saying nothing new, where no cycle repeats exactly: a low entropy, counted in phrases."""

from __future__ import annotations

PHRASE = 4  # tokens
REMEMBERED = 512  # tokens back to which a phrase is known
TWICE = 2  # as often a page may say something: there are forms in duplicate, and refrains
NEW = 2  # known phrases that a new one outweighs


class Echo:
    """Push what each token says. `stale` is by how many the phrases known well outweigh the others, and `since` the token that began.

    Phrases are of words, or of letters where tokens are letters. What is neither is passed over, so numbers and marks that
    change from round to round hide nothing; but not where `marks` are asked for, which takes all as it is.
    """

    def __init__(self, marks: bool = False) -> None:
        self._marks = marks
        self._phrase: tuple[str, ...] = ()
        self._known: dict[tuple[str, ...], tuple[int, int]] = {}
        self._count = 0
        self.stale = self.since = 0

    def push(self, text: str) -> None:
        at, self._count = self._count, self._count + 1
        if not self._marks and not text.strip().isalpha():
            return
        phrase = self._phrase = (*self._phrase[1 - PHRASE :], text)
        if len(phrase) < PHRASE or phrase.count(text) == PHRASE:  # a leader says nothing, and is a cycle
            return
        last, times = self._known.get(phrase, (-REMEMBERED, 0))
        times = times + 1 if at - last < REMEMBERED else 1
        self._known[phrase] = at, times
        if times <= TWICE:
            self.stale = max(self.stale - NEW, 0)
        elif self.stale:
            self.stale += 1
        else:
            self.stale, self.since = 1, at
