"""Pages of which a part is generated: it is compared with what it would be now, or with GOTOCR_REWRITE_GOLDEN=1 written anew."""

from __future__ import annotations

import os
import re
from pathlib import Path


def assert_is(page: Path, made: str) -> None:
    """The page is as it would be made."""
    if os.environ.get("GOTOCR_REWRITE_GOLDEN"):
        page.write_text(made, "utf-8")
    else:
        assert made == page.read_text("utf-8"), "it changed? run once with GOTOCR_REWRITE_GOLDEN=1 and look at what that wrote"


def assert_holds(page: Path, place: re.Pattern[str], table: str) -> None:
    """The page has this table at its place, between the two groups of a pattern."""
    text = page.read_text("utf-8")
    assert place.search(text)
    assert_is(page, place.sub(lambda found: found[1] + table + found[2], text))
