"""What else might stand where the writer was in doubt: the other tokens it held for likely, as the text they would have written."""

from __future__ import annotations

from collections.abc import Callable, Collection

import numpy as np

DOUBTED = 0.9  # a token at least so likely has no alternatives: most have none, and cost nothing
LEAST, MOST = 0.02, 3  # an alternative is at least so likely; there are at most so many


def alternatives(
    logits: np.ndarray, chosen: tuple[int, float], spell: Callable[[int], str], stops: Collection[int] = (), temperature: float = 1.0
) -> tuple[tuple[str, float], ...]:
    """(text, probability) of tokens that might stand where `chosen` (token, probability) does, the likeliest first.

    `logits` is (V,), the probability of `chosen` its softmax at `temperature`, from which those of the others follow; `spell` says
    what a token would write here. The end of the text (`stops`), half characters, and what writes nothing are no alternatives;
    nor are tokens that may not stand here, since their logits were lowered to nothing.
    """
    token, probability = chosen
    if probability >= DOUBTED:
        return ()
    values = np.asarray(logits, np.float32).reshape(-1)  # (V,)
    near = np.flatnonzero(values >= values[token] + np.float32(temperature * np.log(LEAST / probability)))
    said, found = {spell(token)}, []
    for other in near[np.argsort(-values[near], kind="stable")].tolist():
        if other == token or other in stops:
            continue
        text = spell(other)
        if text and "\ufffd" not in text and text not in said:
            said.add(text)
            found.append((text, float(probability * np.exp((values[other] - values[token]) / np.float32(temperature)))))
            if len(found) == MOST:
                break
    return tuple(found)
