"""The writing loop over a model that is a script of tokens."""

from __future__ import annotations

import math

import numpy as np
import pytest

from gotocr.decode.loop import Terms, choose, write
from gotocr.decode.step import Step
from gotocr.errors import EngineError

VOCABULARY, STOPS = 32, (30, 31)


def step(token: int, box=None, height: float = 5.0) -> Step:
    logits = np.zeros(VOCABULARY, np.float32)
    logits[token] = height
    return Step(logits, box)


class Script:
    """Feeds back the next token of a list; counts how often it was asked."""

    def __init__(self, tokens, box=lambda index: None):
        self.tokens, self.box, self.fed = list(tokens), box, []

    def start(self) -> Step:
        return step(self.tokens[0], self.box(0))

    def feed(self, tokens):
        assert list(tokens) == [self.tokens[len(self.fed)]], "the loop feeds back what it wrote"
        self.fed += tokens
        return step(self.tokens[len(self.fed)], self.box(len(self.fed)))


class Letters:
    """Token 1 is "a", 2 is "b"...; token 29 is half a character that only `close` or the next token brings out."""

    def __init__(self):
        self.rest = ""

    def push(self, token):
        if token == 29:
            self.rest += "\ufffd"
            return ""
        text, self.rest = self.rest + chr(96 + token), ""
        return text

    def peek(self, token):
        return "" if token == 29 else self.rest + chr(96 + token)

    def close(self):
        text, self.rest = self.rest, ""
        return text


def run(tokens, max_tokens=10_000, box=lambda index: None, to_page=None):
    script = Script(tokens, box)
    return list(write(script.start(), script, Letters(), Terms(STOPS, max_tokens, to_page))), script


def written(pieces):
    return "".join(piece.text for piece in pieces)


@pytest.mark.parametrize("stop", STOPS)
def test_every_stop_id_ends_the_writing_and_shows_no_text(stop):
    pieces, script = run([8, 9, stop, 5])
    assert written(pieces) == "hi"
    assert [piece.token for piece in pieces] == [8, 9, stop]
    assert [piece.finish for piece in pieces] == [None, None, "stop"]
    assert script.fed == [8, 9], "nothing is asked after the stop"


def test_the_cap_is_exact_and_says_so():
    pieces, script = run([1, 2, 3, 4, 5, 6, 7], max_tokens=3)
    assert written(pieces) == "abc" and [piece.finish for piece in pieces] == [None, None, "length"]
    assert script.fed == [1, 2], "the model is not run for a token that is not written"


def test_stop_exactly_at_the_cap_is_a_stop():
    assert run([1, 2, 30], max_tokens=3)[0][-1].finish == "stop"


def test_when_the_time_is_up_what_was_written_stays():
    asked = iter([False, False, False, True])
    script = Script([1, 2, 29, 3, 4, 5, 6, 30])
    pieces = list(write(script.start(), script, Letters(), Terms(STOPS, 100, over=lambda: next(asked))))
    assert written(pieces) == "ab\ufffdc" and pieces[-1].finish == "time" and script.fed == [1, 2, 29]


def test_half_a_character_comes_out_at_the_end():
    assert written(run([1, 29, 30])[0]) == "a\ufffd"
    assert written(run([1, 29, 2, 2], max_tokens=2)[0]) == "a\ufffd"


def test_probability_is_the_softmax():
    pieces, _ = run([1, 30])
    expected = math.exp(5) / (math.exp(5) + VOCABULARY - 1)
    assert [piece.probability for piece in pieces] == pytest.approx([expected, expected])


def test_choose_survives_large_logits_and_refuses_nan():
    assert choose(np.array([1e30, -1e30], np.float32)) == (0, 1.0)
    assert choose(np.array([3.0, 3.0], np.float32)) == (0, 0.5)
    with pytest.raises(EngineError, match="not finite"):
        choose(np.array([0.0, np.nan], np.float32))


@pytest.mark.parametrize("temperature", [0.01, 0.4, 1.0, 1.7, 8.0])
def test_a_temperature_changes_how_sure_it_is_and_nothing_else(temperature):
    torch = pytest.importorskip("torch")
    for seed in range(20):
        logits = np.random.default_rng(seed).normal(0, 4, 4096).astype(np.float32)
        expected = torch.softmax(torch.from_numpy(logits).double() / temperature, 0).max().item()
        token, probability = choose(logits, temperature)
        assert token == logits.argmax() and probability == pytest.approx(expected, rel=1e-5)


def test_where_only_one_token_may_follow_it_is_certain():
    logits = np.full(4096, -np.inf, np.float32)
    logits[7] = -3.0
    assert [choose(logits, temperature) for temperature in (0.01, 1.0, 50.0)] == [(7, 1.0)] * 3


def test_boxes_go_through_to_page_and_missing_ones_stay_missing():
    def box(index):
        return (index, 0, index + 1, 2) if index else None

    pieces, _ = run([1, 2, 30], box=box, to_page=lambda b: tuple(10 * v for v in b))
    assert [piece.box for piece in pieces] == [None, (10, 0, 20, 20), None]


@pytest.mark.parametrize("cycle", [[1], [1, 2], [1, 2, 3, 2, 4]])
def test_a_loop_is_cut_to_one_round_and_the_reader_never_saw_more(cycle):
    lead = [8, 9, 10, 11]
    pieces, script = run(lead + cycle * 2000)
    assert [piece.token for piece in pieces] == lead + cycle
    assert pieces[-1].finish == "loop" and not any(piece.finish for piece in pieces[:-1])
    assert len(script.fed) < 600


def test_a_short_repetition_is_written_whole():
    tokens = [1] * 200 + [2] + [3, 4, 5] * 7 + [30]
    pieces, _ = run(tokens)
    assert [piece.token for piece in pieces] == tokens


def test_pieces_come_as_they_are_written():
    script = Script([1, 2, 3, 4, 5, 6, 7, 8, 30])
    stream = write(script.start(), script, Letters(), Terms(STOPS, 100))
    first = next(stream)
    assert first.text == "a" and len(script.fed) <= 2, "a lag of one token, not of a page"
