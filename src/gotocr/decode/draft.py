"""Draft and verify: what a writer will probably write next, from several sources, so that a model checks many tokens in one call.

A draft changes nothing of what is written: the model's own choice is asked for at every token of it, and the first one that
is another ends it (Leviathan et al., arXiv 2211.17192; of drafts without a model: Yang et al., arXiv 2304.04487).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from .draft_ids import EchoDraft, IdsDraft
from .draft_text import TextDraft

# Tokens foretold one behind the other, from so many on, and how likely the next one is then held for at first: of a text or of
# tokens that came with the job, and of what was written already. That of texts and of what was written is as it was found with
# nano's readings of real pages and tables beside their truths; all are learnt anew as it is written.
TEXT = ((-1, 0.05), (0, 0.27), (1, 0.66), (2, 0.77), (4, 0.81), (8, 0.92))
IDS = ((0, 0.6), (1, 0.8), (2, 0.85), (4, 0.9), (8, 0.94))
ECHO = ((0, 0.1), (2, 0.45), (3, 0.6), (4, 0.7), (8, 0.8), (16, 0.95))
WEIGHT, MEMORY = 4.0, 24.0  # tokens that these figures count for, and that are remembered


class Source(Protocol):
    """`TextDraft`, `IdsDraft` or `EchoDraft`."""

    run: int

    def push(self, token: int, text: str) -> bool | None: ...

    def next(self, count: int) -> list[int]: ...


class Odds:
    """How often a token was foretold right, by how many before it were."""

    def __init__(self, table: Sequence[tuple[int, float]]) -> None:
        self._from = [first for first, _ in table]
        self._right = [WEIGHT * chance for _, chance in table]
        self._all = [WEIGHT] * len(table)

    def _place(self, run: int) -> int:
        place = 0
        while place + 1 < len(self._from) and self._from[place + 1] <= run:
            place += 1
        return place

    def learn(self, run: int, is_right: bool) -> None:
        """A token behind `run` right ones was right or not."""
        place = self._place(run)
        keep = 1 - 1 / MEMORY
        self._right[place] = self._right[place] * keep + is_right
        self._all[place] = self._all[place] * keep + 1

    def ahead(self, run: int, count: int) -> list[float]:
        """How likely the first of the next tokens are all right, for 1 .. `count` of them."""
        found, chance = [], 1.0
        for more in range(count):
            place = self._place(run + more)
            chance *= self._right[place] / self._all[place]
            found.append(chance)
        return found


@dataclass(frozen=True)
class Draft:
    """`ids` that may come next; `chances`, how likely all are right up to each."""

    ids: Sequence[int] = ()
    chances: Sequence[float] = ()


class Drafter:
    """Follows one text. `push` every token that is written, then `next` gives a draft of what follows."""

    def __init__(
        self, spell: Callable[[int], str], encode: Callable[[str], list[int]], drafts: Sequence[str | Sequence[int]] = ()
    ) -> None:
        """`spell` gives the text that a token completes, each being asked for once; `drafts` are texts, or tokens as they are."""
        given = [(TextDraft(one, encode), Odds(TEXT)) if isinstance(one, str) else (IdsDraft(one), Odds(IDS)) for one in drafts if len(one)]
        self._spell = spell
        self._sources: list[tuple[Source, Odds]] = [*given, (EchoDraft(), Odds(ECHO))]

    def push(self, token: int) -> None:
        text = self._spell(token)
        for source, odds in self._sources:
            run = source.run
            is_right = source.push(token, text)
            if is_right is not None:
                odds.learn(run, is_right)

    def next(self, count: int) -> Draft:
        """At most `count` tokens, of the source that promises most; of two alike, the one that was given."""
        hopes = [(odds.ahead(source.run, count), source) for source, odds in self._sources]
        for chances, source in sorted(hopes, key=lambda hope: -sum(hope[0])):
            if ids := source.next(count):
                return Draft(ids, chances[: len(ids)])
        return Draft()
