"""nano reading several pictures at once, in any framework: one block of memory for each input of the decoder, a slot a row.

Rows that write together have pictures and texts of different lengths; what fills up a block is hidden from attention, and
the pointer finds no ink there. So a row writes what it would write alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any, Protocol

import numpy as np

from ..decode.batch import AT_ONCE, Opened, Rows, write_all
from ..decode.loop import Choose, Terms, choose
from ..decode.place import page_boxes
from ..errors import EngineError
from ..model.config import CELL_WIDTH, NOT_THERE, NanoConfig
from ..prompt.tokenizer import TextStream, Tokenizer
from ..schema import Job, Piece
from .nano_steps import Answer, NanoRow, Question, Unread, guide

# All lengths in memory are multiples of this: sums over them are then worked out in the same order, however long the others' are, and
# a row's numbers are to the last bit what they would be alone.
ROOM = 64

Array = Any  # of numpy or torch: the decoder's own


class Network(Protocol):
    """A loaded nano in its framework. Raises EngineError for whatever fails in there."""

    def see(self, pixels: np.ndarray) -> dict[str, Array]:
        """Pixels (1, 3, H, W) -> by name, (1, ...) each: `image_names`, `CELLS`, and "ink" (1, M) of numpy."""
        ...

    def write(self, text: Mapping[str, np.ndarray], blocks: Mapping[str, Array]) -> tuple[np.ndarray, np.ndarray, list[Array]]:
        """One token of each of B rows -> logits (B, V), boxes (B, 4) of what follows, and (B, heads, D/heads) for each of `past_names`.

        `text` has ids (B, 1), places (B, 1, 4), positions (B, 1), ink (B, M), seen (B, N) and kept (B, S).
        """
        ...

    def zeros(self, shape: tuple[int, ...]) -> Array: ...


def past_names(config: NanoConfig) -> list[str]:
    return [f"past_{part}_{layer}" for part in ("keys", "values") for layer in range(config.layers)]


def image_names(config: NanoConfig) -> list[str]:
    return [f"image_{part}_{layer}" for part in ("keys", "values") for layer in range(config.layers)]


CELLS = ("point_keys", "cells", "boxes")  # (B, M, ...)


class NanoEngine:
    """A loaded nano; see `engine.Engine`. Computes in float32."""

    name = "nano"

    def __init__(self, network: Network, tokenizer: Tokenizer, config: NanoConfig) -> None:
        self.network: Network | None = network
        self.tokenizer, self.config = tokenizer, config
        self.choose: Choose = partial(choose, temperature=config.temperature)

    def run(self, job: Job) -> Iterator[Piece]:
        """Write what stands in the picture, a piece a token. Raises EngineError."""
        yield from (piece for _, piece in write_all(self.rows(1), [job]))

    def rows(self, most: int = AT_ONCE) -> Rows:
        """Several pictures at once; see `decode.batch.Rows`."""
        if self.network is None:
            raise EngineError("this engine was closed; open another")
        blocks = Blocks(self.network, self.config)
        return Rows(partial(self._open, blocks), blocks.answer, most, partial(_look, self.network))

    def _open(self, blocks: Blocks, job: Job, sight: dict[str, Array]) -> Opened:
        prompt = job.prompt
        unread = Unread(sight.pop("ink"), job.pixels.values.shape[3] // CELL_WIDTH)
        written = [token for token in prompt.ids if token != prompt.image_id]
        place = blocks.take(sight)
        try:
            row = NanoRow(place, written, unread, prompt.stop_ids[0], guide(job, self.tokenizer))
        except BaseException:
            place.close()
            raise
        terms = Terms(prompt.stop_ids, job.max_tokens, page_boxes(job.pixels), self.choose, self.config.temperature, job.over)
        return Opened(row, TextStream(self.tokenizer), terms)

    def close(self) -> None:
        self.network = None


def _look(network: Network, job: Job, _: Callable[[], bool]) -> dict[str, Array]:
    return network.see(job.pixels.values)


class Place:
    """A row's slot in the blocks; see `nano_steps.Slot`."""

    def __init__(self, blocks: Blocks, number: int, images: int, cells: int) -> None:
        self._blocks, self.number = blocks, number
        self.images, self.cells, self.tokens = images, cells, 1  # how much of the blocks it fills

    def close(self) -> None:
        self._blocks.give_back(self)


class Blocks:
    """The decoder's inputs for all rows: (slots, heads, N or S, D/heads) and (slots, M, ...), the first slots taken."""

    def __init__(self, network: Network, config: NanoConfig) -> None:
        self.network, self.config = network, config
        self._blocks: dict[str, Array] = {}
        self._taken: list[Place] = []
        self._images, self._past = image_names(config), past_names(config)

    def take(self, sight: dict[str, Array]) -> Place:
        """Room for one more picture, filled with what was seen of it (1, ...)."""
        place = Place(self, len(self._taken), sight[self._images[0]].shape[2], sight["point_keys"].shape[1])
        self._taken.append(place)
        try:
            self._fit()
        except BaseException:  # no memory: nobody would ever leave that place
            self._taken.pop()
            raise
        for name in self._images:
            self._blocks[name][place.number, :, : place.images] = sight[name][0]
        for name in CELLS:
            self._blocks[name][place.number, : place.cells] = sight[name][0]
        return place

    def give_back(self, place: Place) -> None:
        """Free a slot; the last row moves into it, so that those taken stay the first."""
        if place not in self._taken:
            return
        last = self._taken.pop()
        if last is not place:
            for block in self._blocks.values():
                block[place.number] = block[last.number]
            last.number = place.number
            self._taken[place.number] = last
        if self._taken:
            self._fit()
        else:
            self._blocks = {}

    def answer(self, questions: Sequence[Question]) -> list[Answer]:
        """What follows the token of each question, by one call of the decoder; the tokens go into the past.

        The first token stays in the past for good, the others take the places behind it in turn, so that it holds the last ones.
        """
        for question in questions:
            question.slot.tokens = min(question.position, self.config.window) + 1
        if max(place.tokens for place in self._taken) > self._extents()[2]:
            self._fit()
        count = len(self._taken)
        logits, boxes, new = self.network.write(self._text(questions), {name: block[:count] for name, block in self._blocks.items()})
        places = [(question.slot.number, self._at(question.position)) for question in questions]
        for name, values in zip(self._past, new, strict=True):
            block = self._blocks[name]
            for slot, at in places:
                block[slot, :, at] = values[slot]
        return [(logits[slot], boxes[slot]) for slot, _ in places]

    def _at(self, position: int) -> int:
        return 1 + (position - 1) % self.config.window if position else 0

    def _text(self, questions: Sequence[Question]) -> dict[str, np.ndarray]:
        """The decoder's inputs that change from token to token."""
        count = len(self._taken)
        images, cells, room = self._extents()
        text = {
            "ids": np.zeros((count, 1), np.int64),
            "places": np.zeros((count, 1, 4), np.float32),
            "positions": np.zeros((count, 1), np.int64),
            "ink": np.full((count, cells), NOT_THERE, np.float32),
            "seen": np.full((count, images), NOT_THERE, np.float32),
            "kept": np.full((count, room), NOT_THERE, np.float32),
        }
        for question in questions:
            place = question.slot
            row = place.number
            text["ids"][row], text["places"][row], text["positions"][row] = question.token, question.place, question.position
            text["ink"][row, : place.cells] = question.ink
            text["seen"][row, : place.images] = 0
            text["kept"][row, : place.tokens] = 0
            text["kept"][row, self._at(question.position)] = NOT_THERE  # what stood there is forgotten now
        return text

    def _extents(self) -> tuple[int, int, int]:
        """N, M and S of the blocks, multiples of `ROOM`."""
        if not self._blocks:
            return 0, 0, 0
        return self._blocks[self._images[0]].shape[2], self._blocks["point_keys"].shape[1], self._blocks[self._past[0]].shape[2]

    def _fit(self) -> None:
        """Make the blocks as large as the rows need: larger where one does not fit, smaller where half of it is empty."""
        need = [max(-(-getattr(place, part) // ROOM) * ROOM for place in self._taken) for part in ("images", "cells", "tokens")]
        have, slots, taken = self._extents(), len(self._blocks.get("point_keys", ())), len(self._taken)
        if slots >= taken and all(least <= size < 2 * least for least, size in zip(need[:2], have, strict=False)) and have[2] >= need[2]:
            return
        slots = slots if slots >= taken else max(2 * slots, 1)
        images, cells, tokens = *need[:2], max(need[2], have[2])
        config, old = self.config, self._blocks
        layer = slots, config.heads, config.hidden // config.heads
        new = {name: self.network.zeros((*layer[:2], tokens, layer[2])) for name in self._past}
        new |= {name: self.network.zeros((*layer[:2], images, layer[2])) for name in self._images}
        widths = (config.pointer, config.fine_width, 4)
        new |= {name: self.network.zeros((slots, cells, width)) for name, width in zip(CELLS, widths, strict=True)}
        for name, block in old.items():
            rows = slice(min(len(block), slots))
            if name in CELLS:
                some = slice(min(block.shape[1], cells))
                new[name][rows, some] = block[rows, some]
            else:
                some = slice(min(block.shape[2], new[name].shape[2]))
                new[name][rows, :, some] = block[rows, :, some]
        self._blocks = new
