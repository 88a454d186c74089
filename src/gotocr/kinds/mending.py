"""The mending of blocks: what was written with faults is repaired as little as possible, and every change is told; never a reading of its own."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from time import monotonic
from typing import NamedTuple

from ..schema import Block
from . import KINDS, code

ROUNDS, FEW = 60, 8  # of repairs, as one may lay open another fault; of a text longer than LONG
LONG = 4_000
MOST_WARNINGS = 20
_NAMED = re.compile(r"\d+|'[^']*'|cells?\b")  # what tells one change from another of its sort
SECONDS = 5.0  # after which a text that is still not mended keeps its problems
LONGEST = 50_000  # characters of a text that is mended; longer ones keep their problems


class Edit(NamedTuple):
    """Characters `start` up to, not including, `end` of a text become `put`; `why` is the warning."""

    start: int
    end: int
    put: str
    why: str


def mended(block: Block) -> Block:
    """The block as its kind mends it, its fence closed; a valid one as it is."""
    if not block.problems:
        return block
    return KINDS[block.kind].mend(code.mend(block))


def mend(
    block: Block,
    parse: Callable[[str], Block],
    repair: Callable[[str], tuple[str, list[str]]],
    closings: Mapping[str, str] | None = None,
) -> Block:
    """`block` with its text repaired, where fewer problems are left then, or only others that the first ones hid; else as it is,
    but for what `closings` settles.

    `repair(text)` gives another text and what was done, or the same text. `closings` maps problems of what stood around the text,
    which is closed in any case when it is written again, to warnings. Problems that neither `parse` nor `closings` knows stay.
    """
    if not block.problems:
        return block
    closings = closings or {}
    settled = tuple(closings[problem] for problem in block.problems if problem in closings)
    kept = [problem for problem in block.problems if problem not in closings]
    block = replace(block, problems=tuple(kept), warnings=(*block.warnings, *settled)) if settled else block
    before = parse(block.text) if kept and len(block.text) <= LONGEST else block
    foreign = tuple(problem for problem in kept if problem not in before.problems)
    if not before.problems or before is block:
        return block
    text, done, until = block.text, [], monotonic() + SECONDS
    for _ in range(FEW if len(text) > LONG else ROUNDS):
        if monotonic() > until:
            return block
        then, said = repair(text)
        if then == text:
            break
        text, done = then, done + said
    else:  # it has no end
        return block
    after = parse(text) if text != block.text else before
    if len(after.problems) >= len(before.problems) and set(after.problems) & set(before.problems):
        return block
    told = _summed(dict.fromkeys(done))
    if len(told) > MOST_WARNINGS:
        told = [*told[: MOST_WARNINGS - 1], f"{len(told) - MOST_WARNINGS + 1} more changes"]
    data = {**block.data, **after.data}
    return replace(block, text=after.text, problems=(*foreign, *after.problems), data=data, warnings=(*block.warnings, *told))


def _summed(done: Iterable[str]) -> list[str]:
    """What was done, each sort of it once: of "row 1 was filled up ...", "row 4 was filled up ..." the first, and how many more."""
    alike: dict[str, list[str]] = {}
    for said in done:
        alike.setdefault(_NAMED.sub("", said), []).append(said)
    return [some[0] if len(some) == 1 else f"{some[0]}; so in {len(some) - 1} more place{'s' if len(some) > 2 else ''}" for some in alike.values()]


def edited(text: str, edits: list[Edit]) -> tuple[str, list[str]]:
    """`text` after the edits, and why, equal ones counted; an edit within an earlier one is left out."""
    parts, at = [], 0
    reasons: dict[str, int] = {}
    for edit in sorted(edits, key=lambda edit: edit.start):
        if edit.start < at or text[edit.start : edit.end] == edit.put:
            continue
        parts += [text[at : edit.start], edit.put]
        at = edit.end
        reasons[edit.why] = reasons.get(edit.why, 0) + 1
    return "".join([*parts, text[at:]]), [why if count == 1 else f"{why} ({count} times)" for why, count in reasons.items()]
