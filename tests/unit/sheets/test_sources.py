"""The pages of several sources: each ends with an `End`, and what goes wrong is the end of that source alone."""

from __future__ import annotations

import numpy as np

from gotocr.errors import InputError
from gotocr.schema import Page
from gotocr.sheets.sources import End, Sources

PAGE = Page(np.zeros((1, 1, 3), np.uint8))


def opening(source):
    """So many pages; below 0, as many and then an error."""
    for _ in range(abs(source)):
        yield PAGE
    if source < 0:
        try:
            raise FileNotFoundError(source)
        except OSError as error:
            raise InputError("broken") from error


def kinds(found) -> list[str]:
    return ["page" if page is PAGE else "end" if page.why is None else "failed" for page in found]


def test_each_source_ends_with_an_end():
    assert kinds(Sources([2, 0, -1, 1], opening)) == ["page", "page", "end", "end", "page", "failed", "page", "end"]


def test_an_error_that_waits_holds_nothing():
    (_, end) = Sources([-1], opening)
    assert end.why.__traceback__ is None and isinstance(end.why.__cause__, OSError) and end.why.__cause__.__traceback__ is None


def test_whoever_names_the_sources_may_fail():
    def sources():
        yield 1
        raise KeyError("no more")

    *_, end = found = list(Sources(sources(), opening))
    assert kinds(found) == ["page", "end", "failed"] and isinstance(end.why, KeyError)


def test_a_source_that_is_waited_for_is_known_before_it_is_looked_at():
    looked = []

    def open_one(source):
        looked.append(source)
        yield from opening(source)

    made = Sources([1, 2], open_one, lambda source: source == 2)
    assert not made.must_wait and looked == []
    assert kinds([next(made), next(made)]) == ["page", "end"]
    assert made.must_wait and looked == [1]
    assert next(made) is PAGE and not made.must_wait, "it has come in"
    assert next(made) is PAGE and next(made) == End() and not made.must_wait and next(made, None) is None


def test_what_was_turned_away_from_is_closed():
    closed = []

    def open_one(source):
        try:
            yield from opening(source)
        finally:
            closed.append(source)

    made = Sources([2, 1], open_one)
    next(made)
    made.skip()
    assert closed == [2] and kinds(made) == ["page", "end"]
