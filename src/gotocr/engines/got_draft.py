"""Drafts of the published model's texts: what was checked ahead of its time, and how many tokens are worth checking in a call.

Where a text's draft was right, its next logits are there before they are asked for. They are those of the same arithmetic; only
its sums may be added up in another order than with one token at a time, as they are with several texts at once.
"""

from __future__ import annotations

import sys
import time
from collections import deque
from collections.abc import Sequence
from itertools import zip_longest
from typing import Any

from ..decode.batch import NO_TOKEN
from ..decode.draft import Draft, Drafter
from ..decode.draft_width import WORTH, Costs
from ..prompt.tokenizer import TextStream, Tokenizer
from ..schema import Job

NOTHING = Draft()
processor_time = time.perf_counter if sys.platform == "win32" else time.thread_time  # which is counted in steps of 16 ms there


def drafter(job: Job, tokenizer: Tokenizer) -> Drafter | None:
    """What drafts the text of a job; None where it is to be written without."""
    if job.drafts is None:
        return None
    return Drafter(TextStream(tokenizer).push, tokenizer.encode, job.drafts)


class Ahead:
    """One text: what is fed to the network next, and the answers that are there already."""

    def __init__(self, drafter: Drafter | None, vocabulary: int) -> None:
        self._drafter, self._vocabulary = drafter, vocabulary
        self._known: deque[tuple[int, Any]] = deque()  # tokens that were fed, and what came behind them

    def push(self, token: int) -> Any | None:
        """The answer behind `token`, which was written; None where the network has to be asked."""
        if self._drafter is not None:
            self._drafter.push(token)
        return self._known.popleft()[1] if self._known and self._known[0][0] == token else None

    def wrong(self) -> int:
        """How many tokens at the end were fed and are not written; they are forgotten."""
        count = len(self._known)
        self._known.clear()
        return count

    def draft(self, most: int) -> Draft:
        """At most `most` tokens that may come behind the last one."""
        if self._drafter is None or most < 1:
            return NOTHING
        draft = self._drafter.next(most)
        sound = next((place for place, token in enumerate(draft.ids) if not 0 <= token < self._vocabulary), len(draft.ids))
        return Draft(draft.ids[:sound], draft.chances[:sound])

    def keep(self, ids: Sequence[int], answers: Sequence[Any]) -> None:
        """The answers behind tokens that were fed: those of a draft, and others, which fill up a call."""
        self._known.extend(zip_longest(ids, answers, fillvalue=NO_TOKEN))


class Pace:
    """How many tokens a call is worth: what was measured of calls for one text, and of calls for a token of each of several.

    On a CPU that is `processor_time`: the calling thread has its share of the work, and its time does not pass while others have
    the processor.
    """

    def __init__(self, widths: Sequence[int]) -> None:
        """`widths` above 1 that a call for one text may have, rising."""
        self.one, self.several = Costs(widths), Costs()
        self.most = widths[-1]

    def widths(self, drafts: Sequence[Draft], rooms: Sequence[int]) -> list[int] | None:
        """Of each text's next call, which has room for so many tokens, where each has one of its own; None = one call for all."""
        found = [self.one.best(draft.chances, room) for draft, room in zip(drafts, rooms, strict=True)]
        if len(drafts) == 1:
            return found
        together = self.several.of(len(drafts))
        if max(found) == 1 or not together:
            return None
        hopes = [self.one.rate(draft.chances, width) for draft, width in zip(drafts, found, strict=True)]
        apart = sum(tokens for tokens, _ in hopes) / sum(seconds for _, seconds in hopes)
        return found if apart > WORTH * len(drafts) / together else None
