"""The writing loop: greedy, one token at a time, with the probability and the place of each; no batching, no sampling."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np

from ..errors import EngineError
from ..schema import Box, Piece
from .guard import Guard
from .step import Step, Stepper


class Stream(Protocol):
    """Token ids to text, a token at a time (`prompt.tokenizer.TextStream`)."""

    def push(self, token: int) -> str:
        """The text that `token` completes: empty for specials and while a character is half written."""
        ...

    def close(self) -> str:
        """The text still held back when the writing ends."""
        ...


Choose = Callable[[np.ndarray], tuple[int, float]]  # logits (V,) -> the next token and its probability


def choose(logits: np.ndarray, temperature: float = 1.0) -> tuple[int, float]:
    """The likeliest token of `logits` (V,), ties going to the lowest id, and its softmax probability at a temperature.

    A temperature above 0 changes no token; above 1 it makes the writer less sure, below 1 surer: Guo et al., "On Calibration
    of Modern Neural Networks" (2017), section 4.2. Where all other logits are -inf the probability is 1 at any.

    Raises EngineError when the highest logit is no number.
    """
    values = np.asarray(logits, np.float32).reshape(-1)  # (V,)
    token = int(values.argmax())
    top = values[token]
    if not np.isfinite(top):
        raise EngineError("the model answered with numbers that are not finite; try --engine onnx or --device cpu")
    return token, float(1.0 / np.exp((values - top) / np.float32(temperature)).sum(dtype=np.float64))


@dataclass(frozen=True)
class Terms:
    """On what terms is written: `stop_ids` end it, their own text is never shown; at most `max_tokens` come before.

    `to_page` turns boxes of the model's picture into boxes of the page, `choose` takes the next token.
    """

    stop_ids: Collection[int]
    max_tokens: int
    to_page: Callable[[Box], Box] | None = None
    choose: Choose = choose


def write(step: Step, stepper: Stepper, stream: Stream, terms: Terms) -> Iterator[Piece]:
    """Write greedily from `step` (the one after the prompt) and yield a `Piece` per token.

    The last piece carries `finish`: "stop" (a token of `terms.stop_ids`), "length" (`terms.max_tokens` were written) or
    "loop" (the writer went in circles). A piece is held back while it may belong to a circle, so that of a loop only its
    first round is ever yielded, also to someone who reads along. At least one token is written.

    Raises EngineError when the logits are not numbers.
    """
    guard = Guard()
    held: deque[Piece] = deque()
    for count in range(1, max(terms.max_tokens, 1) + 1):
        token, probability = terms.choose(step.logits)
        box = terms.to_page(step.box) if step.box is not None and terms.to_page is not None else step.box
        if token in terms.stop_ids:
            yield from held
            yield Piece(token, stream.close(), probability, None, "stop")
            return
        held.append(Piece(token, stream.push(token), probability, box))
        guard.push(token, box)
        if guard.loop:
            for _ in range(min(guard.loop, len(held) - 1)):
                held.pop()
            yield from _end(held, "", "loop")
            return
        if count >= terms.max_tokens:
            yield from _end(held, stream.close(), "length")
            return
        while len(held) > guard.run + 1:
            yield held.popleft()
        step = stepper.feed([token])


def _end(held: deque[Piece], rest: str, finish: str) -> Iterator[Piece]:
    last = held.pop()
    yield from held
    yield replace(last, text=last.text + rest, finish=finish)
