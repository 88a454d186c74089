"""Keys and values of all tokens read so far, in memory set aside once; plain bookkeeping, no arithmetic."""

from __future__ import annotations

import torch
from torch import Tensor

from .config import DecoderConfig


class Cache:
    """Room for `capacity` tokens in each layer; `length` of them are taken.

    Memory is 2 * layers * batch * kv_heads * capacity * head_size numbers. On a CPU untouched pages cost nothing.
    """

    def __init__(self, config: DecoderConfig, batch: int, capacity: int, like: Tensor) -> None:
        """`like` gives dtype and device."""
        shape = (config.layers, batch, config.kv_heads, capacity, config.head_size)
        self.keys = torch.empty(shape, dtype=like.dtype, device=like.device)
        self.values = torch.empty_like(self.keys)
        self.capacity, self.length = capacity, 0

    def ahead(self, count: int) -> tuple[Tensor, Tensor | None]:
        """Places (T,) of the next `count` tokens, and what each may look at (T, length + T), True for yes.

        None in place of a mask: all that is taken, and of the next ones those before it.
        """
        start, device = self.length, self.keys.device
        mask = None
        if start and count > 1:
            mask = torch.ones(count, start + count, dtype=torch.bool, device=device).tril(start)
        return torch.arange(start, start + count, device=device), mask

    def put(self, layer: int, keys: Tensor, values: Tensor) -> tuple[Tensor, Tensor]:
        """Write (B, G, T, E) of one layer behind what is taken; returns all of that layer (B, G, length + T, E).

        `length` moves only with `advance`, once every layer has put. Raises ValueError beyond the capacity.
        """
        end = self.length + keys.shape[2]
        if end > self.capacity:
            raise ValueError(f"a cache of {self.capacity} tokens cannot hold {end}")
        self.keys[layer, :, :, self.length : end] = keys
        self.values[layer, :, :, self.length : end] = values
        return self.keys[layer, :, :, :end], self.values[layer, :, :, :end]

    def advance(self, count: int) -> None:
        """Take `count` tokens that every layer has put."""
        self.length += count

    def rewind(self, length: int) -> None:
        """Forget all tokens from `length` on (a draft that was not accepted)."""
        if not 0 <= length <= self.length:
            raise ValueError(f"cannot rewind a cache of {self.length} tokens to {length}")
        self.length = length
