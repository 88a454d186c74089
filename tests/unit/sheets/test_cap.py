"""What a page may take: tokens are counted over all its views, and where they were not enough it is said."""

from __future__ import annotations

from gotocr.schema import Piece, Task
from gotocr.sheets.cap import Cap


def test_a_page_whose_tokens_end_with_one_view_is_cut_off_at_the_next():
    cap = Cap(Task(max_tokens=3))
    first = [Piece(1, "a", 1.0), Piece(2, "b", 1.0), Piece(0, "", 1.0, finish="stop")]
    assert list(cap.count(iter(first))) == first and cap()
    (last,) = cap.count(iter([Piece(3, "c", 1.0), Piece(0, "", 1.0, finish="stop")]))
    assert (last.text, last.finish) == ("", "length")


def test_a_view_is_cut_off_within():
    cap = Cap(Task(max_tokens=2))
    found = list(cap.count(iter([Piece(n, "a", 1.0) for n in (1, 2, 3)])))
    assert [piece.finish for piece in found] == [None, "length"]


def test_the_time_begins_when_it_is_first_asked_for():
    assert not Cap(Task(seconds=60))() and Cap(Task(seconds=1e-9))()
