"""What the loop asks of a model: tokens in, the logits of the next token out; no framework is named here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from ..schema import Box

if TYPE_CHECKING:
    import numpy as np


@dataclass(frozen=True)
class Step:
    """What a model says about the token it would write next.

    `logits` is (V,) float32. `box` is where the ink of that next token stands, in pixels of the model's picture
    (see `schema.Pixels`), or None when the model cannot tell.
    """

    logits: np.ndarray
    box: Box | None = None


class Stepper(Protocol):
    """A model that has already seen the picture and the prompt and carries its own cache."""

    def feed(self, tokens: Sequence[int]) -> Step:
        """Append `tokens` (at least one id) to what was written and return the step after the last of them."""
        ...
