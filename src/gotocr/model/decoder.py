"""The writer of the published model: a Qwen2-style decoder (RMSNorm, rotary positions, SwiGLU, tied head).

Shapes: B batch, T tokens now, L tokens with those before, D hidden, S heads, G key-value heads, E head size, V vocabulary.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from .cache import Cache
from .config import DecoderConfig
from .shelf import Shelf
from .swiglu import SwiGLU


class Decoder(nn.Module):
    """Vectors in, normalised states out; `embed` and `logits` are the two uses of the one embedding table."""

    def __init__(self, config: DecoderConfig) -> None:
        super().__init__()
        self.config = config
        self.embed = nn.Embedding(config.vocab_size, config.hidden)
        self.layers = nn.ModuleList(DecoderLayer(config) for _ in range(config.layers))
        self.norm = RMSNorm(config.hidden, config.eps)

    def forward(self, x: Tensor, cache: Cache | Shelf | None = None) -> Tensor:
        """(B, T, D) -> (B, T, D). With a cache the tokens follow those in it, and are added to it; each row's own on a shelf."""
        count = x.shape[1]
        places, mask = cache.ahead(count) if cache else (torch.arange(count, device=x.device), None)
        turn = turns(self.config, places, x)
        for index, layer in enumerate(self.layers):
            x = layer(x, turn, mask, (cache, index) if cache else None)
        if cache:
            cache.advance(count)
        return self.norm(x)

    def logits(self, states: Tensor) -> Tensor:
        """(..., D) -> (..., V)."""
        return F.linear(states, self.embed.weight)


class DecoderLayer(nn.Module):
    def __init__(self, config: DecoderConfig) -> None:
        super().__init__()
        self.norm1 = RMSNorm(config.hidden, config.eps)
        self.attention = CausalAttention(config)
        self.norm2 = RMSNorm(config.hidden, config.eps)
        self.mlp = SwiGLU(config.hidden, config.feed_forward)

    def forward(self, x: Tensor, turn: tuple, mask: Tensor | None, slot: tuple[Cache | Shelf, int] | None) -> Tensor:
        x = x + self.attention(self.norm1(x), turn, mask, slot)
        return x + self.mlp(self.norm2(x))


class CausalAttention(nn.Module):
    """Attention to what came before, with rotary positions; groups of heads may share one key and value."""

    def __init__(self, config: DecoderConfig) -> None:
        super().__init__()
        self.size, self.shared = config.head_size, config.heads != config.kv_heads
        inner, narrow = config.heads * config.head_size, config.kv_heads * config.head_size
        self.query = nn.Linear(config.hidden, inner, bias=config.attention_bias)
        self.key = nn.Linear(config.hidden, narrow, bias=config.attention_bias)
        self.value = nn.Linear(config.hidden, narrow, bias=config.attention_bias)
        self.out = nn.Linear(inner, config.hidden, bias=False)

    def split(self, x: Tensor) -> Tensor:
        return x.unflatten(-1, (-1, self.size)).transpose(1, 2)  # (B, S or G, T, E)

    def forward(self, x: Tensor, turn: tuple, mask: Tensor | None, slot: tuple[Cache | Shelf, int] | None) -> Tensor:
        query, key, value = self.split(self.query(x)), self.split(self.key(x)), self.split(self.value(x))
        query, key = rotate(query, turn), rotate(key, turn)
        if slot:
            cache, index = slot
            key, value = cache.put(index, key, value)  # (B, G, L, E)
        causal = mask is None and query.shape[2] > 1
        mixed = F.scaled_dot_product_attention(
            query, key, value, attn_mask=mask, is_causal=causal, enable_gqa=self.shared
        )  # (B, S, T, E)
        return self.out(mixed.transpose(1, 2).flatten(2))


class RMSNorm(nn.Module):
    """Scale to unit root mean square, computed in float32 whatever the dtype."""

    def __init__(self, width: int, eps: float) -> None:
        super().__init__()
        self.weight, self.eps = nn.Parameter(torch.ones(width)), eps

    def forward(self, x: Tensor) -> Tensor:
        wide = x.float()
        return self.weight * (wide * torch.rsqrt(wide.square().mean(-1, keepdim=True) + self.eps)).to(x.dtype)


def rotary(config: DecoderConfig, start: int, count: int, like: Tensor) -> tuple[Tensor, Tensor]:
    """Cosines and sines (T, E) of the places start .. start + count, in dtype and device of `like`."""
    return turns(config, torch.arange(start, start + count, device=like.device), like)


def turns(config: DecoderConfig, places: Tensor, like: Tensor) -> tuple[Tensor, Tensor]:
    """Cosines and sines (..., E) of places (...), in dtype and device of `like`."""
    size = config.head_size
    rates = config.rope_theta ** -(torch.arange(0, size, 2, device=like.device).float() / size)  # (E/2,)
    angles = places.float()[..., None] * rates
    angles = torch.cat([angles, angles], -1)
    return angles.cos().to(like.dtype), angles.sin().to(like.dtype)


def rotate(x: Tensor, turn: tuple[Tensor, Tensor]) -> Tensor:
    """Turn pairs (first half, second half) of x (B, S, T, E) by their places (RoFormer, arXiv 2104.09864)."""
    cosine, sine = turn
    first, second = x.chunk(2, -1)
    return x * cosine + torch.cat([-second, first], -1) * sine
