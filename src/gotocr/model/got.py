"""The whole published network, and the naive greedy loop that is the oracle of every faster one.

Shapes: B batch, T tokens, N tiles, K image tokens a tile, D hidden, V vocabulary.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

import torch
from torch import Tensor, nn

from .cache import Cache
from .config import GotConfig
from .decoder import Decoder
from .projector import Projector
from .shelf import Shelf
from .vision import Vision


class Got(nn.Module):
    """Picture encoder, projector and decoder; a picture takes the places of `config.image_id` in the text."""

    def __init__(self, config: GotConfig) -> None:
        super().__init__()
        self.config = config
        self.vision = Vision(config.vision)
        self.projector = Projector(config)
        self.decoder = Decoder(config.decoder)

    def encode(self, pixels: Tensor) -> Tensor:
        """Tiles (N, 3, H, W), normalised -> image tokens (N, K, D). Raises ValueError for another size of tile."""
        side, channels = self.config.vision.image_size, self.config.vision.channels
        if tuple(pixels.shape[1:]) != (channels, side, side):
            raise ValueError(f"tiles must be (N, {channels}, {side}, {side}), not {tuple(pixels.shape)}")
        return self.projector(self.vision(pixels))

    def embed(self, ids: Tensor, images: Tensor | None = None) -> Tensor:
        """Ids (B, T) and image tokens (N, K, D), laid into the image places in reading order -> (B, T, D).

        Raises ValueError unless there are exactly N * K image places.
        """
        x = self.decoder.embed(ids)
        places = ids == self.config.image_id  # (B, T)
        wanted, given = int(places.sum()), images.shape[0] * images.shape[1] if images is not None else 0
        if wanted != given:
            raise ValueError(f"the prompt has {wanted} image places, the picture has {given} image tokens")
        if images is None:
            return x
        return x.masked_scatter(places[..., None], images.to(x.dtype))

    def forward(self, ids: Tensor, pixels: Tensor | None = None) -> Tensor:
        """Ids (B, T), tiles (N, 3, H, W) -> logits (B, T, V)."""
        images = self.encode(pixels) if pixels is not None else None
        return self.decoder.logits(self.decoder(self.embed(ids, images)))

    def follow(self, x: Tensor, cache: Cache | Shelf) -> Tensor:
        """Vectors (B, T, D) behind what is in the cache -> logits (B, V) of what comes after the last."""
        return self.decoder.logits(self.decoder(x, cache)[:, -1])


@torch.inference_mode()
def write_naively(
    model: Got, ids: Sequence[int], pixels: Tensor, stop_ids: Collection[int], max_tokens: int
) -> list[int]:
    """Greedy writing without a cache: the whole text again for each token. Slow on purpose; ends with the stop id."""
    prompt = model.embed(torch.tensor([list(ids)], device=pixels.device), model.encode(pixels))  # (1, T, D)
    written: list[int] = []
    while len(written) < max_tokens and not (written and written[-1] in stop_ids):
        tail = model.decoder.embed(torch.tensor([written], dtype=torch.long, device=pixels.device))
        states = model.decoder(torch.cat([prompt, tail], 1))  # (1, T + written, D)
        written.append(int(model.decoder.logits(states[0, -1]).argmax()))
    return written
