"""Pieces on their way out: held, cut, capped; and what is left of pieces that make no sense."""

from __future__ import annotations

import math

import pytest

from gotocr.decode.watch import LETTERS, PAGE, Watch, sound
from gotocr.errors import EngineError
from gotocr.schema import Piece


def written(texts, most=10_000, over=None):
    watch, out = Watch(most, over), []
    for number, text in enumerate(texts):
        finish = watch.push(Piece(number, text, 0.9))
        if finish:
            return [*out, *watch.end(finish)]
        out += watch.ready()
    return [*out, *watch.end("stop", Piece(0, "", 1.0), "!")]


def test_all_comes_out_in_order_and_the_last_says_why():
    pieces = written("a page of letters")
    assert "".join(piece.text for piece in pieces) == "a page of letters!"
    assert [piece.finish for piece in pieces] == [None] * 17 + ["stop"]


def test_one_is_held_always_and_more_while_it_may_be_a_circle():
    watch, ready = Watch(100), []
    for number, text in enumerate("abcabcabz"):
        watch.push(Piece(number, text, 0.9))
        ready.append(len(watch.ready()))
    assert ready == [0, 1, 1, 0, 0, 0, 0, 0, 6]
    assert [piece.text for piece in watch.left()] == ["z"] and watch.left() == []


def test_of_a_circle_one_round_is_left():
    lead, once = [f"{chr(97 + n)}{chr(98 + n)}q " for n in range(20)], ["so ", "it ", "goes ", "on, "]
    pieces = written(lead + once * 500)
    assert [piece.text for piece in pieces] == lead + once and pieces[-1].finish == "loop"


def test_the_caps():
    words = [f"{chr(97 + n * 7 % 26)}{chr(97 + n * n % 26)}{chr(97 + n // 26 % 26)} " for n in range(2000)]
    pieces = written(words, most=50)
    assert len(pieces) == 50 and pieces[-1].finish == "length"
    many = written([word * 60 for word in words], most=100)
    assert many[-1].finish == "length" and PAGE <= sum(len(piece.text) for piece in many) < PAGE + 300
    assert LETTERS * 1000 > PAGE


def test_the_time():
    left = iter([False] * 5 + [True])
    pieces = written("abcdefghijkl", over=lambda: next(left))
    assert "".join(piece.text for piece in pieces) == "abcdef" and pieces[-1].finish == "time"


def made_sound(piece, size=(100, 50)):
    return list(sound(piece, size))


@pytest.mark.parametrize(
    ("box", "expected"),
    [
        ((1, 2, 3, 4), (1, 2, 3, 4)), ((-5, -5, 200, 200), (0, 0, 100, 50)), ((math.nan, 0, 1, 1), None), ((9, 0, 1, 1), None),
        ((200, 0, 300, 5), None), ((1, 2, 3), None), ("abcd", None), (5, None), ((0, math.inf, 1, math.inf), None),
    ],
)  # fmt: skip
def test_boxes_lie_on_the_page(box, expected):
    assert made_sound(Piece(1, "a", 0.5, box))[0].box == expected


def test_where_the_page_is_not_known_any_size_will_do():
    assert made_sound(Piece(1, "a", 0.5, (0, 0, 900, 900)), (0, 0))[0].box == (0, 0, 900, 900)


@pytest.mark.parametrize(("value", "expected"), [(0.5, 0.5), (1.0000001, 1.0), (-1e-9, 0.0), (7, None), (-3, None), (math.inf, None), (None, None)])
def test_probabilities_are_some(value, expected):
    (piece,) = made_sound(Piece(1, "a", value))
    assert piece.probability == expected or (expected is None and math.isnan(piece.probability))


def test_half_characters_are_marked():
    assert made_sound(Piece(1, "a\ud800b", 0.5))[0].text == "a\ufffdb"


def test_a_long_text_is_several_pieces_and_nothing_is_lost():
    text = "One line, and  another:\n\n\t`code` — ☐☐☐ 漢字 " * 8
    pieces = made_sound(Piece(3, text, 0.5, (0, 0, 9, 9), "stop"))
    assert "".join(piece.text for piece in pieces) == text and len(pieces) > 50
    assert [piece.finish for piece in pieces] == [None] * (len(pieces) - 1) + ["stop"]
    assert {piece.box for piece in pieces[:-1]} == {(0, 0, 9, 9)} and {piece.token for piece in pieces} == {3}


@pytest.mark.parametrize("wrong", [None, "a", 1, Piece(1, None, 0.5), Piece(1, "a", 0.5, None, 1)])
def test_what_is_no_piece(wrong):
    with pytest.raises(EngineError, match="no piece"):
        made_sound(wrong)


def test_of_ink_that_is_read_again_nothing_is_left():
    line = [chr(97 + n * n * 7 % 26) for n in range(60)]
    other = [chr(97 + (n * 5 + n * n // 3) % 26) for n in range(300)]
    boxes = [(10.0 * (n % 60), 20.0 * (n // 60), 10.0 * (n % 60) + 8, 20.0 * (n // 60) + 12) for n in range(360)]
    watch, out, finish = Watch(10_000), [], None
    for number, (text, box) in enumerate(zip([*line, *other, *line], [*boxes, *boxes[:60]], strict=True)):
        finish = watch.push(Piece(number, text, 0.9, box))
        if finish:
            break
        out += watch.ready()
    assert finish == "loop"
    assert [piece.text for piece in [*out, *watch.end(finish)]] == line + other
