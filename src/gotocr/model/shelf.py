"""Keys and values of several texts that are written together, each of a length of its own; rows come and go.

Shapes: B rows, S heads, G key-value heads, L tokens of the longest row, E head size.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import Tensor

from .cache import Cache
from .config import DecoderConfig

STEP = 256  # tokens that memory is set aside for at a time


class Shelf:
    """The caches of rows that are all fed one token at a time, or of one that is fed several: `lengths` says how many tokens of each are kept.

    `padded` says how rows of different lengths are looked at: all at once up to the longest, what is beyond a row's own
    length being masked (a GPU does that in one call, in the time of the longest row), or else each alone up to its own
    length, which wastes nothing and counts exactly as a `Cache` of one row. Memory is 2 * layers * rows * kv_heads *
    (longest row, up to the next STEP) * head_size numbers, and follows what is there up and down. On a CPU untouched
    pages cost nothing.
    """

    def __init__(self, config: DecoderConfig, like: Tensor, padded: bool | None = None) -> None:
        """`like` gives dtype and device; unless told, rows are padded where that is not a CPU."""
        self.lengths: list[int] = []
        self._padded = like.device.type != "cpu" if padded is None else padded
        self._make: Callable[..., Tensor] = like.new_zeros if self._padded else like.new_empty  # 0 * nan would be nan
        shape = (2, 0, config.kv_heads, 0, config.head_size)
        self._kept = [like.new_empty(shape) for _ in range(config.layers)]  # (2, rows, G, capacity, E) a layer: keys, values
        self._at: tuple[Tensor, Tensor] | None = None

    def take(self, cache: Cache) -> None:
        """What was read of a text by itself, a cache of one row, becomes the last row here."""
        row, length = len(self.lengths), cache.length
        self._fit(row + 1, max([*self.lengths, length]) + 1)
        for layer, kept in enumerate(self._kept):
            for part, source in enumerate((cache.keys, cache.values)):
                self._lay(kept[part, row], source[layer, 0, :, :length])
        self.lengths.append(length)

    def drop(self, row: int) -> None:
        """A row leaves; the last one takes its place, so that there are no gaps."""
        last = self.lengths.pop()
        if row < len(self.lengths):
            for kept in self._kept:
                for part in kept:
                    self._lay(part[row], part[len(self.lengths), :, :last])
            self.lengths[row] = last
        self._fit(len(self.lengths), max(self.lengths, default=-1) + 1)

    def ahead(self, count: int) -> tuple[Tensor, Any]:
        """Places (B, 1, 1) of the next token of each row, or (T,) of those of one, and the mask for `scaled_dot_product_attention`."""
        if count != 1 and len(self.lengths) != 1:
            raise ValueError(f"several rows on a shelf are fed one token at a time, not {count}")
        longest = max(self.lengths) + count
        self._fit(len(self.lengths), longest)
        device = self._kept[0].device
        if count > 1:
            self._at = None
            mask = torch.ones(count, longest, dtype=torch.bool, device=device).tril(longest - count)
            return torch.arange(longest - count, longest, device=device), mask
        places = torch.tensor(self.lengths, device=device)
        self._at = torch.arange(len(self.lengths), device=device), places
        if not self._padded:
            return places[:, None, None], Alone([length + 1 for length in self.lengths])
        mask = torch.arange(longest, device=device) <= places[:, None]  # (B, L)
        return places[:, None, None], mask[:, None, None]

    def put(self, layer: int, keys: Tensor, values: Tensor) -> tuple[Tensor, Tensor]:
        """Write (B, G, T, E) of one layer behind each row; returns all of that layer up to the longest (B, G, L, E)."""
        count = keys.shape[2]
        longest = max(self.lengths) + count
        found = []
        for part, new in zip(self._kept[layer], (keys, values), strict=True):
            if self._at is None:
                part[0, :, longest - count : longest] = new[0]
            else:
                rows, places = self._at
                part[rows, :, places] = new[:, :, 0]
            found.append(part[: len(self.lengths), :, :longest])
        return found[0], found[1]

    def advance(self, count: int) -> None:
        """Take the tokens that every layer has put."""
        self.lengths = [length + count for length in self.lengths]

    def back(self, count: int) -> None:
        """The last tokens of the only row, so many, were none of it."""
        self.lengths[0] -= count

    def _lay(self, place: Tensor, what: Tensor) -> None:
        """`what` (G, T, E) to the front of a row's place; nothing of who was there before is left where it would be looked at."""
        place[:, : what.shape[1]] = what
        if self._padded:
            place[:, what.shape[1] :] = 0

    def _fit(self, rows: int, tokens: int) -> None:
        """Room for so many rows and tokens; where there is more than twice as much, it is given back."""
        capacity = -(-tokens // STEP) * STEP
        _, most, heads, longest, size = self._kept[0].shape
        if rows <= most <= 2 * rows and capacity <= longest <= 2 * capacity:
            return
        for layer, old in enumerate(self._kept):  # one after another, so that only one is there twice
            new = self._make((2, rows, heads, capacity, size))
            for row, length in enumerate(self.lengths):
                new[:, row, :, :length] = old[:, row, :, :length]
            self._kept[layer] = new


class Alone:
    """A mask that is never made: each row looks at its own first tokens, so many, in a call of its own.

    It stands in for the mask of `scaled_dot_product_attention` (torch's own way to do so, see `torch.nn.attention.bias`).
    """

    def __init__(self, lengths: Sequence[int]) -> None:
        self.lengths = lengths

    @classmethod
    def __torch_function__(cls, function: Callable, types: Any, args: tuple = (), kwargs: Any = None) -> Tensor:
        kwargs = dict(kwargs)
        lengths = kwargs.pop("attn_mask").lengths
        query, key, value = args  # (B, S, 1, E), (B, G, L, E) twice
        rows = zip(query.split(1), key.split(1), value.split(1), lengths, strict=True)
        return torch.cat([function(one, keys[:, :, :end], values[:, :, :end], **kwargs) for one, keys, values, end in rows])
