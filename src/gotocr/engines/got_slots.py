"""Keys and values of several texts in memory that ONNX Runtime adds to in place: a slot a text, no slot empty between them.

Shapes: R slots taken, T tokens, W of them whose logits are wanted, D hidden, G key-value heads, L places, E head size, V vocabulary.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..errors import EngineError
from ..model.config import DecoderConfig
from ..weights.got_text import APART, CHECKED, COSINES, FROM, LAST, LOGITS, SINES, TOTAL, VECTORS, numbered
from ..weights.got_written import rotary
from .onnx_session import telling

STEP = 512  # places by which the memory of all slots grows


@dataclass
class Slot:
    """One text: where it lies, None before its prompt was read and once it is closed, and how many tokens it has."""

    most: int  # tokens it will ever have
    at: int | None = None
    length: int = 0


@dataclass(frozen=True)
class _Bound:
    """The decoder bound to some slots; a call reads and writes these arrays."""

    call: Any
    inputs: Mapping[str, np.ndarray]  # held here, since not every ONNX Runtime holds what is bound
    vectors: np.ndarray  # (R, T, D)
    last: Sequence[np.ndarray]  # (R,), of every token that is attended to by itself, or the one
    total: Sequence[np.ndarray]  # ()
    logits: np.ndarray  # (R, W, V)


class Slots:
    """The decoder's session and its memory, which grows with the texts in it and goes when none is left.

    It takes 2 * layers * slots * G * L * E float32; slots double, and places grow by `STEP` as far as the longest text may.
    """

    def __init__(self, onnxruntime: Any, session: Any, config: DecoderConfig, most: int) -> None:
        """At most `most` texts at a time."""
        self._value = onnxruntime.OrtValue.ortvalue_from_numpy
        self._session, self._config, self._most = session, config, most
        self._taken: list[Slot] = []
        self._blocks: list[np.ndarray] = []  # keys and values of each layer, (slots, G, L, E)
        self._bound: dict[tuple[int, int, int], _Bound] = {}  # by slots and tokens, while the memory stays where it is
        self._turns: list[np.ndarray] = []

    def begin(self, slot: Slot, vectors: np.ndarray) -> np.ndarray:
        """Read a prompt (T, D) into a free slot; the logits (V,) of what comes after it. Raises EngineError."""
        count, at = len(vectors), len(self._taken)
        if at >= self._most or slot.at is not None:
            raise EngineError(f"{self._most} texts are being written already")
        self._grow(at + 1, count, slot.most)
        bound = self._bind(slice(at, at + 1), count, 1)
        bound.vectors[0], bound.last[0][:], bound.total[0][...] = vectors, count - 1, count
        with telling():
            self._session.run_with_iobinding(bound.call)
        slot.at, slot.length = at, count
        self._taken.append(slot)
        return bound.logits[0, 0]

    def follow(self, slots: Sequence[Slot], vectors: np.ndarray) -> np.ndarray:
        """A token (R, D) behind each of all texts -> the logits (R, V) of what comes next. Raises EngineError."""
        count = len(self._taken)
        places = [slot.at for slot in slots]
        if sorted(place for place in places if place is not None) != list(range(count)) or len(places) != count:
            raise EngineError("texts that are written at once go on at once")
        longest = max(slot.length for slot in slots) + 1
        self._grow(count, longest, max(slot.most for slot in slots))
        bound = self._kept(slice(0, count), 1)
        bound.vectors[places, 0] = vectors
        bound.last[0][places] = [slot.length for slot in slots]
        bound.total[0][...] = longest
        with telling():
            self._session.run_with_iobinding(bound.call)
        for slot in slots:
            slot.length += 1
        return bound.logits[places, 0]

    def check(self, slot: Slot, vectors: np.ndarray) -> np.ndarray:
        """Tokens (T, D) behind one text, 1 or as many as one of `CHECKED` -> the logits (T, V) of what comes after each.

        They are overwritten by the next call for as many. Tokens that should not have come are forgotten by `back`. Raises EngineError.
        """
        if slot.at is None:
            raise EngineError("a text that has not begun cannot go on")
        count, length = len(vectors), slot.length + len(vectors)
        self._grow(len(self._taken), length, slot.most)
        bound = self._kept(slice(slot.at, slot.at + 1), count)
        bound.vectors[0] = vectors
        for number in range(count):
            bound.last[number][:], bound.total[number][...] = slot.length + number, slot.length + number + 1
        with telling():
            self._session.run_with_iobinding(bound.call)
        slot.length = length
        return bound.logits[0]

    def back(self, slot: Slot, count: int) -> None:
        """The last `count` tokens of a text were none of it."""
        slot.length -= count

    def free(self, slot: Slot) -> None:
        """Take a text out; the last one moves to where it was."""
        if slot.at is None:
            return
        moved, hole, slot.at = self._taken.pop(), slot.at, None
        if moved is not slot:
            for block in self._blocks:
                block[hole, :, : moved.length] = block[len(self._taken), :, : moved.length]
            self._taken[hole], moved.at = moved, hole
        if not self._taken:
            self._blocks, self._bound = [], {}

    def _grow(self, slots: int, needed: int, most: int) -> None:
        """Have memory for so many slots of `needed` places each; `most` is the longest any of them will be."""
        config = self._config
        had = self._blocks[0].shape if self._blocks else (0, 0, 0, 0)
        if slots <= had[0] and needed <= had[2]:
            return
        slots = had[0] if slots <= had[0] else min(self._most, max(slots, 2 * had[0]))
        places = had[2] if needed <= had[2] else max(needed, min(-(-needed // STEP) * STEP, most))
        self._bound = {}
        if len(self._turns) == 0 or len(self._turns[0]) < places:
            self._turns = rotary(config, places)
        for number in range(2 * config.layers):  # one after the other: the old one goes before the next comes
            try:
                block = np.empty((slots, config.kv_heads, places, config.head_size), np.float32)
            except MemoryError as error:
                self._blocks = []  # of two sizes; whoever comes next begins anew
                raise EngineError(f"no memory for {slots} texts of {places} tokens; ask for fewer at once, or fewer tokens") from error
            if not self._blocks or number >= len(self._blocks):
                self._blocks.append(block)
                continue
            for slot in self._taken:
                block[slot.at, :, : slot.length] = self._blocks[number][slot.at, :, : slot.length]
            self._blocks[number] = block

    def _kept(self, rows: slice, tokens: int) -> _Bound:
        """What is bound for tokens of which all logits are wanted."""
        key = rows.start, rows.stop, tokens
        if key not in self._bound:
            self._bound[key] = self._bind(rows, tokens, tokens)
        return self._bound[key]

    def _bind(self, rows: slice, tokens: int, wanted: int) -> _Bound:
        config, call, count = self._config, self._session.io_binding(), rows.stop - rows.start
        vectors = np.zeros((count, tokens, config.hidden), np.float32)
        last = [np.zeros(count, np.int32) for _ in range(CHECKED[-1])]
        total = [np.zeros((), np.int32) for _ in last]
        logits = np.zeros((count, wanted, config.vocab_size), np.float32)
        inputs = {VECTORS: vectors, FROM: np.array([-wanted], np.int64), COSINES: self._turns[0], SINES: self._turns[1]}
        for name, least in zip(APART, (1, CHECKED[0]), strict=True):
            inputs[name] = np.array(wanted == tokens > least)
        for number in range(len(last)):
            inputs |= {numbered(LAST, number): last[number], numbered(TOTAL, number): total[number]}
        with telling():
            for name, array in inputs.items():
                call.bind_ortvalue_input(name, self._value(array))
            for number, block in enumerate(self._blocks):
                name, value = f"{('keys', 'values')[number % 2]}.{number // 2}", self._value(block[rows])
                call.bind_ortvalue_input(name, value)
                for token in range(len(last)):
                    call.bind_ortvalue_output(f"{numbered(name, token)}.out", value)
            call.bind_ortvalue_output(LOGITS, self._value(logits))
        return _Bound(call, inputs, vectors, last, total, logits)
