"""What the process does that reads the pages of a shard: it may crash, hang or be killed, and only the pages in its hands are lost.

It is asked for pages of files on this disk and answers what rows are made of; the model is loaded once, with the first.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from ..errors import GotocrError, InputError, MissingExtraError, ServerError, UsageError, WeightsError
from ..pixels.limits import Limits
from ..pixels.opening import Opening
from ..reader import Reader
from ..schema import Leaf
from .rows import failed
from .wanted import Wanted

ANSWER = "gotocr.batch.reading:answer"
HOPELESS = {kind.__name__: kind for kind in (WeightsError, ServerError)}  # no other page would fare better
PICTURES = "formats"  # the extra without which some pictures cannot be read; without others, nothing can
LIMITS = Limits(apart=True)


def answer(told: str, asked: list[list[Any]]) -> dict[str, Any]:
    """Read pages. `told` is a packed `Wanted`; each of `asked` is [path, [page, ...]].

    The answer has "read", for each of them a list of [page, what was read], or {"hopeless": [kind, message]}.
    A page's "lasting" says whether trying again is of no use.
    """
    wanted, reader = _opened(told)
    try:
        return {"read": [list(pages) for pages in read(reader, wanted, asked)]}
    except MissingExtraError as error:
        return {"hopeless": ["MissingExtraError", str(error), error.extra]}
    except tuple(HOPELESS.values()) as error:
        return {"hopeless": [type(error).__name__, str(error)]}


@lru_cache(maxsize=1)
def _opened(told: str) -> tuple[Wanted, Reader]:
    wanted = Wanted.unpacked(json.loads(told))
    reader = wanted.reader()
    reader.limits = LIMITS
    return wanted, reader


def read(reader: Reader, wanted: Wanted, asked: list[list[Any]]) -> Iterator[Iterator[tuple[int, dict[str, Any]]]]:
    """For each of `asked`, its pages with what was read of them, in order; to be used up before the next."""
    openings = [(path, opening(wanted, pages)) for path, pages in asked]
    for (_, pages), steps in zip(asked, reader.follow_each(openings, wanted.task), strict=True):
        yield _pages(steps, pages)


def opening(wanted: Wanted, pages: list[int]) -> Opening:
    """Pages by index as the reader is asked for them."""
    return Opening(tuple((page + 1, page + 1) for page in pages), wanted.dpi, wanted.password)


def _pages(steps: Iterator[Any], pages: list[int]) -> Iterator[tuple[int, dict[str, Any]]]:
    left, why, lasting = set(pages), "the source has no such page any more", True
    try:
        for step in steps:
            if isinstance(step, Leaf) and step.index in left:
                left.discard(step.index)
                yield step.index, {**read_of(step), "lasting": False}
    except tuple(HOPELESS.values()):
        raise
    except GotocrError as error:
        if isinstance(error, MissingExtraError) and error.extra != PICTURES:
            raise
        why, lasting = str(error), isinstance(error, (InputError, UsageError, MissingExtraError))
    except Exception as error:
        why, lasting = f"unexpected {type(error).__name__}: {str(error)[:300]}", False
    for page in sorted(left):
        yield page, {**failed(why), "lasting": lasting}


def read_of(leaf: Leaf) -> dict[str, Any]:
    """What a row says of a page that was read: the same for the same page, whoever read it."""
    from ..formats.json import page
    from ..formats.markdown import parts

    told = page(leaf)
    blocks = json.dumps(told["blocks"], ensure_ascii=False, separators=(",", ":"), default=str)
    names = ("width", "height", "confidence", "coverage", "truncated", "notes", "warnings", "error")
    return {"text": b"".join(parts([leaf], "", "")).decode(), "blocks": blocks} | {name: told[name] for name in names}
