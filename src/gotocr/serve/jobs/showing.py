"""A page of a job for those who look at it: as JSON has it, and its reading as HTML. It is drawn by a child process.

Music, molecules and charts are drawn by libraries in C; what these do with a strange enough page is the trouble of that page.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from ...child import pool
from ...errors import WorkerError
from ...formats.json import page
from ...formats.leaves import unpack
from ...formats.report import reading_of
from ...kinds.flow import marked
from ...schema import Leaf

SECONDS = 20.0  # the longest that drawing a page may take
SHOW = "gotocr.serve.jobs.showing:drawn"
_PLAIN = "source"  # no kind, so that nothing is drawn


def shown(lines: Sequence[str]) -> str:
    """JSON of the last of some packed pages; those before it are its neighbours. Without drawings where these cannot be had."""
    try:
        return pool(SHOW, SECONDS)(list(lines))
    except WorkerError as error:
        leaf = unpack(lines[-1])
        note = f"not drawn ({error})"[:200]
        bare = replace(leaf, blocks=tuple(replace(block, kind=_PLAIN, words=()) for block in leaf.blocks), warnings=(*leaf.warnings, note))
        return _told(leaf, reading_of(bare))


def drawn(lines: Sequence[str]) -> str:
    """What `shown` gives, in the child."""
    *_, leaf = marked(map(unpack, lines))
    return _told(leaf, reading_of(leaf))


def _told(leaf: Leaf, html: str) -> str:
    whole: dict[str, Any] = {**page(leaf), "html": html}
    return json.dumps(whole, ensure_ascii=True, allow_nan=False, default=str)
