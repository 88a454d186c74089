"""Answers at a low confidence are dropped, all others are passed on."""

from __future__ import annotations

import re

import pytest

from gotocr.decode.batch import LEAD
from gotocr.decode.doubt import HELD, UNREADABLE, believed, completed, is_believed, kept
from gotocr.schema import Piece


def pieces(count: int, probability: float) -> list[Piece]:
    written = [Piece(5, "a", probability, (0, 0, 4, 8)) for _ in range(count)]
    return [*written, Piece(0, "", 1.0, None, "stop")]


def test_an_answer_that_is_hardly_believed_is_none() -> None:
    for count, probability, kept in ((3, 0.3, False), (HELD - 1, 0.35, False), (HELD + 60, 0.2, False), (3, 0.9, True), (HELD + 9, 0.45, True)):
        given = pieces(count, probability)
        found = list(believed(iter(given)))
        assert found == given if kept else [(piece.text, piece.finish) for piece in found] == [("", "stop")]
        assert is_believed(given) == kept
    long = pieces(HELD + 60, 0.3)
    assert list(believed(iter(long))) == long and not is_believed(long), "it is handed on, and taken back when it is whole"
    assert list(believed(iter(pieces(0, 1.0)))) == pieces(0, 1.0)


def test_of_a_long_answer_what_is_sure_is_kept() -> None:
    spelled = [("some words before", 0.95), ("\n\n$$x+y+z+x+y+z+x+y+z$$", 0.05), ("\n\nand some behind", 0.95)]
    given = [Piece(1, token, sure) for text, sure in spelled for token in re.findall(r"\$\$|\s+|.", text)] + [Piece(0, "", 0.9, None, "stop")]
    assert not is_believed(given)
    assert "".join(piece.text for piece in kept(given)).split() == "some words before and some behind".split()
    assert kept(given[:10]) == given[:10] and kept(given)[-1].finish == "stop"


def test_a_letter_or_two_need_to_be_surer() -> None:
    assert not is_believed(pieces(1, 0.75)) and not is_believed(pieces(2, 0.75)) and is_believed(pieces(2, 0.9)) and is_believed(pieces(3, 0.75))


def test_that_something_cannot_be_read_may_be_said_without_being_sure() -> None:
    assert is_believed([Piece(1, letter, 0.2) for letter in UNREADABLE])


def test_what_is_believed_is_handed_on_before_its_end() -> None:
    taken = []
    stream = believed(taken.append(piece) or piece for piece in pieces(100, 0.9))
    next(stream)
    assert len(taken) == HELD + 1 < LEAD


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("Car Parks\n[unread", "Car Parks\n[unreadable]"),
        ("[un", "[unreadable]"),
        ("[u", "[u"),
        ("see [unreadable]", "see [unreadable]"),
        ("[unusual", "[unusual"),
        ("a[1] [unr", "a[1] [unreadable]"),
        ("[unread] it", "[unread] it"),
    ],
)
def test_a_mark_that_was_cut_off_is_written_out(written, expected):
    pieces = [Piece(number, letter, 0.9) for number, letter in enumerate(written)] + [Piece(0, "", 0.9, None, "stop")]
    found = list(completed(iter(pieces)))
    assert "".join(piece.text for piece in found) == expected and len(found) == len(pieces) and found[-1].finish == "stop"
    assert len(UNREADABLE) == 12
