"""The writing loop: greedy, one token at a time, with the probability and the place of each; no sampling."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from ..errors import EngineError
from ..schema import Box, Piece
from .alternatives import DOUBTED, alternatives
from .step import Step, Stepper
from .watch import Watch


class Stream(Protocol):
    """Token ids to text, a token at a time (`prompt.tokenizer.TextStream`)."""

    def push(self, token: int) -> str:
        """The text that `token` completes: empty for specials and while a character is half written."""
        ...

    def peek(self, token: int) -> str:
        """What `push` would give; nothing is written."""
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

    `to_page` turns boxes of the model's picture into boxes of the page, `choose` takes the next token, and `temperature`
    is the one its probability is told at. `over` is asked between tokens: whether the time is up.
    """

    stop_ids: Collection[int]
    max_tokens: int
    to_page: Callable[[Box], Box] | None = None
    choose: Choose = choose
    temperature: float = 1.0
    over: Callable[[], bool] | None = None


class Writing:
    """One text being written greedily: `take` the step after each token, hand out the pieces that are ready, feed `token`.

    `token` is what the model has to be fed next, None when the text is over. The last piece carries `finish`: "stop" (a
    token of `terms.stop_ids`), "length" (`terms.max_tokens` were written), "time" (`terms.over`) or "loop" (the writer
    went in circles, see `watch.Watch`). At least one token is written.
    """

    def __init__(self, stream: Stream, terms: Terms) -> None:
        self._stream, self._terms = stream, terms
        self._watch = Watch(terms.max_tokens, terms.over)
        self.token: int | None = None

    def take(self, step: Step) -> list[Piece]:
        """Choose a token by `step`. Raises EngineError when its logits are not numbers."""
        terms, stream, self.token = self._terms, self._stream, None
        token, probability = terms.choose(step.logits)
        box = terms.to_page(step.box) if step.box is not None and terms.to_page is not None else step.box
        if token in terms.stop_ids:
            return self._watch.end("stop", Piece(token, "", probability), stream.close())
        others = self._others(step.logits, token, probability) if probability < DOUBTED else ()
        text = stream.push(token)
        finish = self._watch.push(Piece(token, text, probability, box, alternatives=others if text else ()))
        if finish:
            return self._watch.end(finish, rest="" if finish == "loop" else stream.close())
        self.token = token
        return self._watch.ready()

    def left(self) -> list[Piece]:
        """What was written and not handed out, where the model failed."""
        return self._watch.left()

    def _others(self, logits: np.ndarray, token: int, probability: float) -> tuple[tuple[str, float], ...]:
        """What else might stand here; asked before the token is written."""
        return alternatives(logits, (token, probability), self._stream.peek, self._terms.stop_ids, self._terms.temperature)


def write(step: Step, stepper: Stepper, stream: Stream, terms: Terms) -> Iterator[Piece]:
    """Write from `step` (the one after the prompt) and yield a `Piece` per token: see `Writing`."""
    writing = Writing(stream, terms)
    try:
        yield from writing.take(step)
        while writing.token is not None:
            yield from writing.take(stepper.feed([writing.token]))
    except EngineError:
        yield from writing.left()
        raise
