"""What no program can do without: the sums and the bytes of the published model, and how fast this machine does either.

The sums are those of all matrices and of attention, two for each product that is added up; windows at the edge of the grid
count as full ones. The bytes are those of the weights and of what was written so far, each read once for a token.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from ...model.config import DecoderConfig, GotConfig, VisionConfig
from ...weights.got_packed import TEXT_FORMS

SIDE = 2048  # of the two matrices that are multiplied
READ = 1 << 28  # bytes that are read: far more than a cache holds
TIMES = 5  # of which the best counts
FLOAT = 4  # bytes
SCALE = 32  # bits
# Of a number of the decoder, its share of a scale and all.
BITS = {"bfloat16": 16.0, **{name: form.bits + SCALE / (form.block or math.inf) for name, form in TEXT_FORMS.items()}}


@dataclass(frozen=True)
class Pace:
    """Sums and bytes in a second of processor time, by the best libraries at hand that do nothing else."""

    sums: float
    bytes: float


class Floor:
    """Measures a `Pace`, in a process of its own as the others have."""

    def __init__(self) -> None:
        values = np.random.default_rng(0).random(READ // FLOAT, np.float32)
        self._values, self._square = values, values[: SIDE * SIDE].reshape(SIDE, SIDE)

    def measure(self) -> Pace:
        multiplying = _best(lambda: self._square @ self._square)
        return Pace(2 * SIDE**3 / multiplying, READ / _best(lambda: self._values @ self._values))


def _best(work: Callable[[], object]) -> float:
    """Seconds of processor time."""
    found = []
    for _ in range(TIMES):
        used = time.process_time()
        work()
        found.append(time.process_time() - used)
    return max(min(found), 1e-9)


def looking(config: VisionConfig, hidden: int) -> float:
    """Sums for the picture of one tile, `hidden` numbers to an image token."""
    places, width, side = config.grid**2, config.width, config.window
    rows = 2 * places * width * (4 * width + 2 * config.feed_forward)  # of a layer: query, key, value, out, both of the MLP
    windows = (-(-config.grid // side)) ** 2 if side else 0
    everywhere, within = 4 * places**2 * width, 4 * windows * side**4 * width
    biases = [2 * 2 * places * width * config.grid, 2 * 2 * windows * side**2 * width * side]
    whole = sum(layer in config.global_layers for layer in range(config.layers))
    layers = config.layers * rows + whole * (everywhere + biases[0]) + (config.layers - whole) * (within + biases[1])
    out, patch = config.out_channels, 2 * places * config.channels * config.patch**2 * width
    neck = 2 * places * out * (width + 9 * out)
    halved = -(-config.grid // 2)
    shrunk = [halved**2, (-(-halved // 2)) ** 2]
    projector = 2 * 9 * 2 * out * (shrunk[0] * out + shrunk[1] * hidden) + 2 * shrunk[1] * hidden**2
    return float(layers + patch + neck + projector)


def reading(config: DecoderConfig, tokens: int) -> float:
    """Sums for a prompt of so many tokens, up to the first answer."""
    attention = sum(4 * before * config.heads * config.head_size for before in range(1, tokens + 1))
    return float(2 * tokens * _layer(config) * config.layers + attention * config.layers + 2 * config.vocab_size * config.hidden)


def writing(config: GotConfig, tokens: float, number: str) -> float:
    """Bytes for one more token after `tokens` others, with numbers of the kind `number` of `BITS`; keys and values are float32."""
    decoder = config.decoder
    weights = decoder.layers * _layer(decoder) + decoder.vocab_size * decoder.hidden
    kept = 2 * decoder.layers * decoder.kv_heads * decoder.head_size * (BITS["bfloat16"] / 8 if number == "bfloat16" else FLOAT)
    return weights * BITS[number] / 8 + kept * tokens


def _layer(config: DecoderConfig) -> int:
    """Numbers in the matrices of a layer."""
    heads = config.hidden * config.head_size * (2 * config.heads + 2 * config.kv_heads)
    return heads + 3 * config.hidden * config.feed_forward
