"""The writing loop: greedy, one token at a time, with the probability and the place of each; no batching, no sampling."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Collection, Iterator
from dataclasses import replace
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


def write(
    step: Step,
    stepper: Stepper,
    stream: Stream,
    stop_ids: Collection[int],
    max_tokens: int,
    to_page: Callable[[Box], Box] | None = None,
) -> Iterator[Piece]:
    """Write greedily from `step` (the one after the prompt) and yield a `Piece` per token.

    The last piece carries `finish`: "stop" (a token of `stop_ids`, whose own text is never shown), "length"
    (`max_tokens` were written) or "loop" (the writer went in circles). A piece is held back while it may belong to a
    circle, so that of a loop only its first round is ever yielded, also to someone who reads along. `to_page` turns
    boxes of the model's picture into boxes of the page. At least one token is written.

    Raises EngineError when the logits are not numbers.
    """
    guard = Guard()
    held: deque[Piece] = deque()
    for count in range(1, max(max_tokens, 1) + 1):
        token, probability = choose(step.logits)
        box = to_page(step.box) if step.box is not None and to_page is not None else step.box
        if token in stop_ids:
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
        if count >= max_tokens:
            yield from _end(held, stream.close(), "length")
            return
        while len(held) > guard.run + 1:
            yield held.popleft()
        step = stepper.feed([token])


def choose(logits: np.ndarray) -> tuple[int, float]:
    """The likeliest token of `logits` (V,) and its softmax probability; ties go to the lowest id."""
    values = np.asarray(logits, np.float32).reshape(-1)  # (V,)
    token = int(values.argmax())
    top = values[token]
    if not np.isfinite(top):
        raise EngineError("the model answered with numbers that are not finite; try --engine onnx or --device cpu")
    return token, float(1.0 / np.exp(values - top).sum(dtype=np.float64))


def _end(held: deque[Piece], rest: str, finish: str) -> Iterator[Piece]:
    last = held.pop()
    yield from held
    yield replace(last, text=last.text + rest, finish=finish)
