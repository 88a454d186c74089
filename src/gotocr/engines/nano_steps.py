"""nano's way of stepping, for any engine: feed back the ink each token was written at, forget what is far behind."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from ..decode.step import Step

# (ids (1, T), places (1, T, 4), positions (1, T), past) -> logits (V,), box (4,), past; past is the engine's own.
Write = Callable[[np.ndarray, np.ndarray, np.ndarray, Any], tuple[np.ndarray, np.ndarray, Any]]


class NanoStepper:
    """One picture being read. The engine's `write` keeps the prompt and the last `window` tokens in its past."""

    def __init__(self, write: Write, past: Any) -> None:
        self._write, self._past = write, past
        self._position = 0
        self._box = np.zeros(4, np.float32)

    def begin(self, prompt: Sequence[int]) -> Step:
        """Read the prompt, which stands on no ink, and return the step after it."""
        return self._advance(prompt, np.zeros((1, len(prompt), 4), np.float32))

    def feed(self, tokens: Sequence[int]) -> Step:
        """Append tokens that were written where the last step said; one at a time, each moves the place on."""
        for token in tokens:
            step = self._advance([token], self._box.reshape(1, 1, 4))
        return step

    def _advance(self, tokens: Sequence[int], places: np.ndarray) -> Step:
        ids = np.asarray([tokens], np.int64)
        positions = self._position + np.arange(len(tokens), dtype=np.int64)[None]
        logits, self._box, self._past = self._write(ids, places, positions, self._past)
        self._position += len(tokens)
        return Step(logits, tuple(float(value) for value in self._box))
