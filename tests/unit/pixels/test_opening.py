"""Which pages: as people write them, and what is left of them."""

from __future__ import annotations

import pytest

from gotocr.errors import UsageError
from gotocr.pixels.opening import Opening, page_ranges


@pytest.mark.parametrize(("text", "ranges"), [
    ("3", ((3, 3),)), ("1-5,9", ((1, 5), (9, 9))), ("10-", ((10, None),)), ("-4", ((1, 4),)), (" 2 - 3 , 7", ((2, 3), (7, 7))),
])  # fmt: skip
def test_ranges_as_people_write_them(text, ranges):
    assert page_ranges(text) == ranges


@pytest.mark.parametrize("text", ["", "0", "a", "1,", "3-1", "1-2-3", "-", "1.5", "²", "0-3", "--"])
def test_what_names_no_pages_is_said(text):
    with pytest.raises(UsageError):
        page_ranges(text)


@pytest.mark.parametrize("text", ["1-5,9", "10-", "2-3", "1-4,3-6"])
def test_pages_wanted(text):
    opening = Opening(page_ranges(text))
    wanted = [index for index in range(20) if opening.wants(index)]
    assert (opening.last is None) == (19 in wanted)
    assert opening.last in (None, wanted[-1])


@pytest.mark.parametrize("text", ["1-", "2-12", "1-5,9", "4"])
@pytest.mark.parametrize("done", [set(), {0}, {3}, {0, 1, 2, 3}, {2, 8, 30}, set(range(40))], ids=str)
def test_what_is_left_of_them(text, done):
    opening = Opening(page_ranges(text), password="x")
    left = opening.without(done)
    assert [index for index in range(50) if left.wants(index)] == [index for index in range(50) if opening.wants(index) and index not in done]
    assert left.password == "x"
