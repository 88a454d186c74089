"""What else might stand where the writer was in doubt, against softmax and on a bundled vocabulary."""

from __future__ import annotations

import math
from functools import partial

import numpy as np
import pytest

from gotocr.decode.alternatives import DOUBTED, LEAST, MOST, alternatives
from gotocr.decode.loop import Terms, choose, write
from gotocr.decode.step import Step
from gotocr.prompt.tokenizer import TextStream
from gotocr.reader import load


def letter(token: int) -> str:
    return chr(97 + token) if token < 26 else ""


def logits(chances: dict[int, float], size: int = 40) -> np.ndarray:
    values = np.full(size, -30.0, np.float32)
    for token, chance in chances.items():
        values[token] = math.log(chance)
    return values


def found(values: np.ndarray, stops=(), temperature: float = 1.0):
    return alternatives(values, choose(values, temperature), letter, stops, temperature)


def test_a_sure_token_has_none_and_is_not_even_looked_at():
    def spell(token):
        raise AssertionError("nobody has to know what the others would write")

    assert alternatives(logits({0: 0.95, 1: 0.05}), (0, DOUBTED), spell) == ()


def test_they_are_the_likeliest_others_with_their_probabilities():
    some = found(logits({0: 0.5, 1: 0.05, 2: 0.25, 3: 0.1, 4: 0.08, 5: 0.015, 6: 0.005}))
    assert [text for text, _ in some] == ["c", "d", "e"] and len(some) == MOST
    assert [chance for _, chance in some] == pytest.approx([0.25, 0.1, 0.08], abs=1e-4)
    assert found(logits({0: 0.8, 1: 0.18, 2: LEAST - 0.005, 3: 0.005})) == (("b", pytest.approx(0.18, abs=1e-4)),)


@pytest.mark.parametrize("temperature", [0.4, 1.0, 1.7, 3.0])
def test_their_probabilities_are_those_of_the_temperature(temperature):
    values = np.random.default_rng(3).normal(0, 2, 26).astype(np.float32)
    shares = np.exp(values.astype(np.float64) / temperature)
    shares /= shares.sum()
    order = np.argsort(-shares)
    wanted = [(letter(token), shares[token]) for token in order[1 : MOST + 1].tolist() if shares[token] >= LEAST]
    if shares.max() < DOUBTED:
        some = found(values, temperature=temperature)
        assert [text for text, _ in some] == [text for text, _ in wanted]
        assert [chance for _, chance in some] == pytest.approx([chance for _, chance in wanted], rel=1e-4)


def test_the_end_what_writes_nothing_and_what_may_not_stand_here_are_none():
    values = logits({0: 0.4, 30: 0.2, 1: 0.2, 2: 0.1, 3: 0.1})
    assert [text for text, _ in found(values, stops=(1,))] == ["c", "d"], "30 writes nothing, 1 ends the text"
    values[2] = -np.inf
    assert [text for text, _ in found(values, stops=(1,))] == ["d"]
    only = np.full(40, -np.inf, np.float32)
    only[5] = 2.0
    assert found(only) == ()


def test_half_characters_are_none_and_the_second_half_of_one_is_a_whole_character():
    tokenizer = load("nano", quiet=True).setting.tokenizer
    bytes_of = {tokenizer.token_bytes(token): token for token in range(tokenizer.vocab_size) if token not in tokenizer.special_ids}
    first, last, other, a, b = (bytes_of[part] for part in (b"\xe1", b"\x83", b"\x84", b"a", b"b"))
    middle = bytes_of[b"\x80"]

    class Script:
        def __init__(self):
            self.steps = [{first: 0.5, a: 0.3, b: 0.2}, {middle: 0.9}, {last: 0.6, other: 0.3, a: 0.1}, {a: 0.6, first: 0.2, b: 0.2}]

        def feed(self, tokens):
            chances = self.steps.pop(0) if self.steps else {stop: 1.0}
            return Step(logits(chances, tokenizer.vocab_size))

    stop = next(iter(tokenizer.special_ids))
    script = Script()
    pieces = list(write(script.feed(()), script, TextStream(tokenizer), Terms((stop,), 100, choose=partial(choose))))
    assert "".join(piece.text for piece in pieces) == "\u1003a"
    assert [[text for text, _ in piece.alternatives] for piece in pieces] == [[], [], ["\u1004"], ["b"], []]


def test_peeking_writes_nothing():
    tokenizer = load("nano", quiet=True).setting.tokenizer
    stream = TextStream(tokenizer)
    ids = tokenizer.encode("na\u1003\u00efve")
    for token in ids:
        seen = stream.peek(token)
        assert seen == stream.peek(token) == stream.push(token)
    assert stream.close() == ""
