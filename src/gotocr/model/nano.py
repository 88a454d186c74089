"""nano: the small reader that comes along: see (`stem`), point at the ink that comes next, read it, write it.

Shapes: B pictures, H x W pixels, M = H/8 * W/4 cells of the fine map, N = image tokens, T text tokens,
D hidden width, V vocabulary, P pointer width. A cell is 8 pixels high and 4 wide.

At each step the decoder points at the cell where the next token's ink stands (a supervised attention over the
fine map), adds what stands there to its state (in the space of the token embeddings, so that the dense glyph
head and the writer share one alphabet), writes the token and its box, and gets both back as the next input.
"""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from .config import PLACE_WAVES, REACH, ROTARY_BASE, SPAN, NanoConfig
from .stem import Attention, RMSNorm, Stem, cell_centres, rotate, waves
from .swiglu import SwiGLU


class Sight(NamedTuple):
    """All the decoder needs of a picture; nothing of it changes while writing, but the ink."""

    image_keys: tuple[Tensor, ...]  # of each layer (B, heads, N, D/heads)
    image_values: tuple[Tensor, ...]  # of each layer (B, heads, N, D/heads)
    point_keys: Tensor  # (B, M, P), already rotated to their places
    cells: Tensor  # (B, M, C) the fine map
    ink: Tensor  # (B, M) logit that a glyph is centred in the cell
    boxes: Tensor  # (B, M, 4) box of that glyph, model pixels
    seen: Tensor | None = None  # (B, N) 0 for image tokens, `NOT_THERE` for what only fills up a batch; None = all are there


class Past(NamedTuple):
    """The tokens written before, in any order: their places are in the keys."""

    keys: tuple[Tensor, ...]  # of each layer (B, heads, S, D/heads)
    values: tuple[Tensor, ...]  # of each layer (B, heads, S, D/heads)
    kept: Tensor | None = None  # (B, S) 0 for tokens, `NOT_THERE` for room that is not taken yet; None = all are tokens

    def grown(self, new: Past) -> Past:
        """With the tokens of `new` behind its own; both without `kept`."""
        pairs = ((self.keys, new.keys), (self.values, new.values))
        return Past(*(tuple(torch.cat(pair, 2) for pair in zip(*both, strict=True)) for both in pairs))


class Text(NamedTuple):
    """Tokens as they go in. Positions count from the prompt on; a window of a long text keeps its own."""

    ids: Tensor  # (B, T)
    places: Tensor  # (B, T, 4) box of the ink each was written at, model pixels; zeros for prompts
    positions: Tensor  # (B, T)


class Written(NamedTuple):
    """What follows each token."""

    logits: Tensor  # (B, T, V)
    scores: Tensor  # (B, T, M) pointer logits
    boxes: Tensor  # (B, T, 4) box of the next token's ink, model pixels


class PlaceEmbedding(nn.Module):
    """A box (..., 4) in model pixels as a vector: waves of its right edge and middle height, and its size."""

    def __init__(self, hidden: int, count: int = PLACE_WAVES) -> None:
        super().__init__()
        self.register_buffer("rates", waves(count), persistent=False)
        self.linear = nn.Linear(4 * count + 2, hidden)

    def forward(self, boxes: Tensor) -> Tensor:
        x, y = boxes[..., 2:3], (boxes[..., 1:2] + boxes[..., 3:4]) / 2
        size = torch.cat([boxes[..., 2:3] - boxes[..., 0:1], boxes[..., 3:4] - boxes[..., 1:2]], -1) / SPAN
        angles = torch.cat([x * self.rates, y * self.rates], -1)  # (..., 2 * count)
        return self.linear(torch.cat([angles.sin(), angles.cos(), size], -1))


class DecoderLayer(nn.Module):
    """Text attends to the picture (without positions) and to the text before it (rotary) under one softmax."""

    def __init__(self, config: NanoConfig) -> None:
        super().__init__()
        self.heads, self.size = config.heads, config.hidden // config.heads
        self.norm1, self.norm2 = RMSNorm(config.hidden), RMSNorm(config.hidden)
        self.query = nn.Linear(config.hidden, config.hidden)
        self.key = nn.Linear(config.hidden, config.hidden)
        self.value = nn.Linear(config.hidden, config.hidden)
        self.out = nn.Linear(config.hidden, config.hidden, bias=False)
        self.image_key = nn.Linear(config.hidden, config.hidden)
        self.image_value = nn.Linear(config.hidden, config.hidden)
        self.feed = SwiGLU(config.hidden, config.feed_forward)

    def split(self, x: Tensor) -> Tensor:
        return x.unflatten(-1, (self.heads, self.size)).transpose(1, 2)  # (B, heads, T, size)

    def forward(self, x: Tensor, angles: Tensor, picture: tuple, past: tuple) -> tuple[Tensor, Tensor, Tensor]:
        """`picture` and `past` are keys, values and what hides some of them. Gives x and the keys and values of its tokens."""
        normed = self.norm1(x)
        query = self.split(self.query(normed)) * self.size**-0.5
        turned = rotate(query, angles)
        key, value = rotate(self.split(self.key(normed)), angles), self.split(self.value(normed))  # (B, heads, T, size)
        seen = _scores(query, *picture[::2])  # (B, heads, T, N)
        kept = _scores(turned, *past[::2])  # (B, heads, T, S)
        steps = torch.arange(key.shape[2], device=x.device)
        own = (turned @ key.transpose(-1, -2)).masked_fill(steps[None] > steps[:, None], float("-inf"))  # (B, heads, T, T)
        weights = torch.cat([seen, kept, own], -1).float().softmax(-1).to(value.dtype)
        parts = weights.split([seen.shape[-1], kept.shape[-1], own.shape[-1]], -1)
        mixed = parts[0] @ picture[1] + parts[1] @ past[1] + parts[2] @ value  # (B, heads, T, size)
        x = x + self.out(mixed.transpose(1, 2).flatten(2))
        return x + self.feed(self.norm2(x)), key, value


def _scores(query: Tensor, key: Tensor, hiding: Tensor | None) -> Tensor:
    scores = query @ key.transpose(-1, -2)
    return scores if hiding is None else scores + hiding[:, None, None]


class Nano(nn.Module):
    """The whole: `see` a picture once, then `write` any number of tokens at a time."""

    def __init__(self, config: NanoConfig) -> None:
        super().__init__()
        self.config = config
        hidden = config.hidden
        self.stem = Stem(config.stem_width, config.fine_width, config.fine_blocks)
        merge = (config.token_rows, config.token_columns)
        self.merge = nn.Conv2d(config.fine_width, hidden, merge, merge)
        self.context = nn.ModuleList(Attention(hidden, config.heads, config.feed_forward) for _ in range(config.context_layers))
        self.context_norm = RMSNorm(hidden)
        self.spread = nn.Linear(hidden, config.fine_width)
        self.fine_norm = nn.LayerNorm(config.fine_width)
        self.ink = nn.Linear(config.fine_width, 1)
        self.box = nn.Linear(config.fine_width, 4)
        self.glyph = nn.Linear(config.fine_width, hidden)
        self.point_key = nn.Linear(config.fine_width, config.pointer)
        self.point_query = nn.Linear(hidden, config.pointer)
        self.ink_weight = nn.Parameter(torch.ones(1))
        self.embedding = nn.Embedding(config.vocab_size, hidden)
        self.place = PlaceEmbedding(hidden)
        self.layers = nn.ModuleList(DecoderLayer(config) for _ in range(config.layers))
        self.read_norm = RMSNorm(hidden)
        self.where = nn.Linear(hidden, 4)
        self.norm = RMSNorm(hidden)
        self.apply(self._start)

    @staticmethod
    def _start(module: nn.Module) -> None:
        if isinstance(module, nn.Linear | nn.Embedding):
            nn.init.normal_(module.weight, std=0.02 if isinstance(module, nn.Linear) else 0.05)
        if isinstance(module, nn.Linear) and module.bias is not None:
            nn.init.zeros_(module.bias)

    def look(self, pictures: Tensor) -> tuple[Tensor, Tensor]:
        """Pictures (B, 3, H, W) -> fine map (B, H/8, W/4, C) with context, image tokens (B, N, D)."""
        fine = self.stem(pictures)  # (B, C, H/8, W/4)
        tokens = self.merge(fine)  # (B, D, rows, columns)
        rows, columns = tokens.shape[2:]
        tokens = tokens.flatten(2).transpose(1, 2)  # (B, N, D)
        for layer in self.context:
            tokens = layer(tokens, rows, columns)
        tokens = self.context_norm(tokens)
        spread = self.spread(tokens).unflatten(1, (rows, columns))[:, :, None, :, None]  # (B, rows, 1, columns, 1, C)
        cells = fine.permute(0, 2, 3, 1)  # (B, H/8, W/4, C)
        grouped = cells.unflatten(2, (columns, self.config.token_columns)).unflatten(1, (rows, self.config.token_rows))
        return self.fine_norm((grouped + spread).flatten(3, 4).flatten(1, 2)), tokens

    def spot(self, fine: Tensor) -> tuple[Tensor, Tensor]:
        """The dense head: fine map (B, h, w, C) -> ink (B, M), boxes (B, M, 4)."""
        centres = cell_centres(fine.shape[1], fine.shape[2], fine.device)  # (M, 2)
        cells = fine.flatten(1, 2)  # (B, M, C)
        reach = self.box(cells).float() * REACH
        sign = reach.new_tensor([-1.0, -1.0, 1.0, 1.0])
        boxes = centres.repeat(1, 2) + reach * sign
        return self.ink(cells).squeeze(-1).float(), boxes

    def name_glyphs(self, cells: Tensor) -> Tensor:
        """Cells of the fine map (..., C) -> logits over the single characters (..., G) that may stand in them."""
        first, count = self.config.glyph_first, self.config.glyph_count
        return F.linear(self.norm(self.glyph(cells)), self.embedding.weight[first : first + count])

    def see(self, pictures: Tensor) -> Sight:
        """Pictures (B, 3, H, W), sides multiples of `config.stride`, values about -1..1."""
        fine, tokens = self.look(pictures)
        ink, boxes = self.spot(fine)
        centres = cell_centres(fine.shape[1], fine.shape[2], fine.device)
        cells = fine.flatten(1, 2)
        keys = self._turn(self.point_key(cells), centres)
        image_keys = tuple(layer.split(layer.image_key(tokens)) for layer in self.layers)
        image_values = tuple(layer.split(layer.image_value(tokens)) for layer in self.layers)
        return Sight(image_keys, image_values, keys, cells, ink, boxes)

    def _turn(self, vectors: Tensor, places: Tensor) -> Tensor:
        """Rotate pointer vectors (..., P) by places (..., 2): half by x, half by y, so that scores know offsets."""
        rates = waves(self.config.pointer // 4).to(vectors.device)
        angles = torch.cat([places[..., :1] * rates, places[..., 1:] * rates], -1)  # (..., P/2)
        return rotate(vectors.float(), angles)

    def write(self, sight: Sight, text: Text, past: Past) -> tuple[Written, Past]:
        """The tokens of `text` -> what follows each of them; and their own keys and values, to go into the past."""
        x = self.embedding(text.ids) + self.place(text.places)
        size = self.config.hidden // self.config.heads
        rates = ROTARY_BASE ** (-torch.arange(0, size, 2, device=x.device) / size)
        angles = text.positions[:, None, :, None].float() * rates  # (B, 1, T, size/2)
        keys, values, scores, found = [], [], None, None
        for index, layer in enumerate(self.layers):
            picture = sight.image_keys[index], sight.image_values[index], sight.seen
            x, key, value = layer(x, angles, picture, (past.keys[index], past.values[index], past.kept))
            keys.append(key)
            values.append(value)
            if index + 1 == self.config.read_after:
                scores, read, found = self.point(sight, x, text.places)
                x = x + read.to(x.dtype)
        x = self.norm(x)
        boxes = found + self.where(x).float() * REACH
        return Written(F.linear(x, self.embedding.weight), scores, boxes), Past(tuple(keys), tuple(values))

    def point(self, sight: Sight, x: Tensor, places: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """States (B, T, D) -> pointer logits (B, T, M), glyph read there (B, T, D), its box (B, T, 4)."""
        last = torch.stack([places[..., 2], (places[..., 1] + places[..., 3]) / 2], -1)
        query = self._turn(self.point_query(self.read_norm(x)), last)
        scores = query @ sight.point_keys.float().transpose(1, 2) * self.config.pointer**-0.5
        scores = scores + self.ink_weight * sight.ink[:, None]  # (B, T, M)
        weights = scores.softmax(-1)
        read = self.glyph((weights @ sight.cells.float()).to(x.dtype))  # the mean of their glyphs, for half the reading
        if self.training:
            return scores, read, weights @ sight.boxes
        best = scores.argmax(-1)[..., None].expand(-1, -1, 4)  # one glyph's box, never a mean of two places
        return scores, read, sight.boxes.gather(1, best)

    def empty_past(self, batch: int) -> Past:
        """Keys and values of no token at all."""
        size = self.config.hidden // self.config.heads
        layers = (self.embedding.weight.new_zeros(batch, self.config.heads, 0, size),) * self.config.layers
        return Past(layers, layers)
