"""The published model's weights as they lie on disk, for graphs that only name them: checked, mapped, never copied whole."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np

from ..errors import WeightsError
from ..model.config import GotConfig
from .config import read_config
from .files import open_weights
from .got_packed import Form, matrices, packed, picture_matrices
from .load import match
from .names import EMBEDDING
from .onnx_file import BFLOAT16, FLOAT, FLOAT16, Graph
from .tensors import widen

_KINDS = {"F32": FLOAT, "F16": FLOAT16, "BF16": BFLOAT16}


class Stored:
    """A model's config and tensors, by our names whatever the layout. Raises WeightsError unless they fit each other."""

    def __init__(self, path: Path) -> None:
        self.config = read_config(path)
        self._weights = open_weights(path)
        self._sources = match(dict(shapes(self.config)), self._weights, path)
        self.kinds = {name: _KINDS[self._weights.entry(source).dtype] for name, source in self._sources.items()}

    def packed(self, form: Form) -> Mapping[str, np.ndarray]:
        """The decoder's matrices in one of `got_packed.TEXT_FORMS`; in float32 nothing has to be packed."""
        return packed(matrices(self.config.decoder), self._weights, self._sources, form) if form.block else {}

    def packed_picture(self, form: Form) -> Mapping[str, np.ndarray]:
        """Likewise those of the picture network, in one of `got_packed.FORMS`."""
        return packed(picture_matrices(self.config.vision), self._weights, self._sources, form, "picture") if form.block else {}

    def values(self, graph: Graph, more: Mapping[str, np.ndarray]) -> Iterator[tuple[str, np.ndarray, int]]:
        """Name, data and kind of all that `graph` names; BF16 as its bits. `more` are tensors that are not stored here."""
        for name, (kind, _) in graph.weights.items():
            yield name, more[name] if name in more else self._weights.bits(self._sources[name]), kind

    def embed(self, ids: Sequence[int]) -> np.ndarray:
        """Token ids (T) -> vectors (T, D) float32."""
        rows = self._weights.bits(self._sources[EMBEDDING])[np.asarray(ids, np.int64)]
        return widen(rows) if self.kinds[EMBEDDING] == BFLOAT16 else rows.astype(np.float32)


def shapes(config: GotConfig) -> Iterator[tuple[str, tuple[int, ...]]]:
    """The name and shape of every tensor of `model.got.Got`, without torch."""
    vision, decoder = config.vision, config.decoder
    if not vision.grid:
        raise WeightsError(f"pictures of {vision.image_size} pixels have no patches of {vision.patch}; check config.json")
    yield from _vision_shapes(config)
    width, inner, narrow = decoder.hidden, decoder.heads * decoder.head_size, decoder.kv_heads * decoder.head_size
    yield "decoder.embed.weight", (decoder.vocab_size, width)
    yield "decoder.norm.weight", (width,)
    for layer in range(decoder.layers):
        name = f"decoder.layers.{layer}"
        for part, rows in (("query", inner), ("key", narrow), ("value", narrow)):
            yield f"{name}.attention.{part}.weight", (rows, width)
            if decoder.attention_bias:
                yield f"{name}.attention.{part}.bias", (rows,)
        yield f"{name}.attention.out.weight", (width, inner)
        for part, shape in (("gate", (decoder.feed_forward, width)), ("up", (decoder.feed_forward, width))):
            yield f"{name}.mlp.{part}.weight", shape
        yield f"{name}.mlp.down.weight", (width, decoder.feed_forward)
        for part in ("norm1", "norm2"):
            yield f"{name}.{part}.weight", (width,)


def _vision_shapes(config: GotConfig) -> Iterator[tuple[str, tuple[int, ...]]]:
    vision, hidden = config.vision, config.decoder.hidden
    width, out = vision.width, vision.out_channels

    def both(name: str, *shape: int) -> Iterator[tuple[str, tuple[int, ...]]]:
        yield f"{name}.weight", shape
        yield f"{name}.bias", shape[:1]

    yield from both("vision.patch", width, vision.channels, vision.patch, vision.patch)
    yield "vision.positions", (1, vision.grid, vision.grid, width)
    for layer in range(vision.layers):
        name, side = f"vision.blocks.{layer}", vision.grid if layer in vision.global_layers else vision.window
        for part in ("norm1", "norm2"):
            yield from both(f"{name}.{part}", width)
        yield from both(f"{name}.attention.qkv", 3 * width, width)
        yield from both(f"{name}.attention.out", width, width)
        for part in ("rel_h", "rel_w"):
            yield f"{name}.attention.{part}", (2 * side - 1, vision.head_size)
        yield from both(f"{name}.mlp.up", vision.feed_forward, width)
        yield from both(f"{name}.mlp.down", width, vision.feed_forward)
    yield "vision.neck.conv1.weight", (out, width, 1, 1)
    yield "vision.neck.conv2.weight", (out, out, 3, 3)
    for part in ("norm1", "norm2"):
        yield from both(f"vision.neck.{part}", out)
    yield "projector.conv1.weight", (2 * out, out, 3, 3)
    yield "projector.conv2.weight", (hidden, 2 * out, 3, 3)
    yield from both("projector.linear", hidden, hidden)
