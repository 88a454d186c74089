"""The picture half of the published model as an ONNX graph without weights: one tile to its image tokens.

The same arithmetic as `model.vision` and `model.projector`. Windows are attended to all at once, with the relative positions
folded into longer vectors; the whole grid a head and a band of queries at a time, each with its slice of the bias, because
that is quicker on a CPU and never holds the scores of all (see `model.relative`).

Shapes: H x W patches, N = H * W, C width, S heads, E head size, G = windows * S, O output channels, K tokens, D hidden.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from ..model.config import GotConfig, VisionConfig
from .onnx_file import FLOAT, MICROSOFT, Graph

PIXELS, TOKENS = "pixels", "tokens"  # its input (1, 3, image_size, image_size) and its output (K, D)
BAND_SCORES = 1 << 22  # scores held at once: 16 MiB


class Drawer:
    """A graph being drawn from weights that are stored as `kinds` says (numbers of ONNX, by our names) and computed in float32."""

    def __init__(self, kinds: Mapping[str, int]) -> None:
        self.graph, self.kinds = Graph(), kinds
        self._wide: dict[str, str] = {}

    def wide(self, name: str, *shape: int) -> str:
        """A weight of ours in float32. ONNX Runtime widens it once, when a session is made."""
        if name not in self._wide:
            stored = self.graph.weight(name, self.kinds[name], shape)
            self._wide[name] = stored if self.kinds[name] == FLOAT else self.graph.add("Cast", [stored], to=FLOAT)
        return self._wide[name]

    def reshape(self, x: str, *shape: int) -> str:
        return self.graph.add("Reshape", [x, self.graph.constant(shape)])

    def turn(self, x: str, *order: int) -> str:
        return self.graph.add("Transpose", [x], perm=order)

    def cut(self, x: str, axis: int, start: int, end: int) -> str:
        return self.graph.add("Slice", [x, *(self.graph.constant([number]) for number in (start, end, axis))])

    def linear(self, x: str, name: str, inner: int, outer: int, bias: bool = True) -> str:
        """(N, inner) -> (N, outer)."""
        weights = [self.wide(f"{name}.weight", outer, inner)]
        weights += [self.wide(f"{name}.bias", outer)] if bias else []
        return self.graph.add("Gemm", [x, *weights], transB=1)

    def norm(self, x: str, name: str, width: int, eps: float) -> str:
        weights = [self.wide(f"{name}.{part}", width) for part in ("weight", "bias")]
        return self.graph.add("LayerNormalization", [x, *weights], axis=-1, epsilon=eps)

    def convolution(self, x: str, name: str, outer: int, inner: int, **shape: list[int]) -> str:
        kernel = self.wide(f"{name}.weight", outer, inner, *shape["kernel_shape"])
        return self.graph.add("Conv", [x, kernel], **shape)


def picture_graph(config: GotConfig, kinds: Mapping[str, int]) -> Graph:
    """The graph of one tile; see `Drawer` for `kinds`."""
    vision, draw = config.vision, Drawer(kinds)
    side, width = vision.grid, vision.width
    pixels = draw.graph.input(PIXELS, FLOAT, (1, vision.channels, vision.image_size, vision.image_size))
    kernel = draw.wide("vision.patch.weight", width, vision.channels, vision.patch, vision.patch)
    stride = [vision.patch, vision.patch]
    patches = draw.graph.add(
        "Conv", [pixels, kernel, draw.wide("vision.patch.bias", width)], kernel_shape=stride, strides=stride
    )
    x = draw.turn(draw.reshape(patches, width, side * side), 1, 0)  # (N, C)
    places = draw.reshape(draw.wide("vision.positions", 1, side, side, width), side * side, width)
    x = draw.graph.add("Add", [x, places])
    for layer in range(vision.layers):
        x = _block(draw, vision, f"vision.blocks.{layer}", x, 0 if layer in vision.global_layers else vision.window)
    return _tokens(draw, config, x)


def _block(draw: Drawer, config: VisionConfig, name: str, x: str, window: int) -> str:
    """(N, C) -> (N, C)."""
    width, add = config.width, draw.graph.add
    normed = draw.norm(x, f"{name}.norm1", width, config.eps)
    attend = _windows if window else _everywhere
    mixed = attend(draw, config, f"{name}.attention", normed)  # (N, C)
    x = add("Add", [x, draw.linear(mixed, f"{name}.attention.out", width, width)])
    normed = draw.norm(x, f"{name}.norm2", width, config.eps)
    inner = add("Gelu", [draw.linear(normed, f"{name}.mlp.up", width, config.feed_forward)], domain=MICROSOFT)
    return add("Add", [x, draw.linear(inner, f"{name}.mlp.down", config.feed_forward, width)])


def _windows(draw: Drawer, config: VisionConfig, name: str, x: str) -> str:
    """Attention within windows. What fills them up at the edges is zero before the bias of the linear layer."""
    grid, side, heads, size, add = config.grid, config.window, config.heads, config.head_size, draw.graph.add
    number = -(-grid // side)  # windows a side
    full, places = number * side, side * side
    qkv = draw.linear(x, f"{name}.qkv", config.width, 3 * config.width, bias=False)
    qkv = draw.reshape(qkv, grid, grid, 3 * config.width)
    qkv = add("Pad", [qkv, draw.graph.constant([0, 0, 0, full - grid, full - grid, 0])])
    qkv = add("Add", [qkv, draw.wide(f"{name}.qkv.bias", 3 * config.width)])
    qkv = draw.turn(draw.reshape(qkv, number, side, number, side, 3, heads, size), 4, 0, 2, 5, 1, 3, 6)
    query, key, value = _thirds(draw, draw.reshape(qkv, 3, -1, places, size))  # each (G, side * side, E)
    by_row, by_column = _terms(draw, query, name, side, size)
    scaled = add("Mul", [query, draw.graph.constant(size**-0.5, "float32")])
    here = np.concatenate([np.eye(side).repeat(side, 0), np.tile(np.eye(side), (side, 1))], 1)  # row and column, one-hot
    here = add("Expand", [draw.graph.constant(here, "float32"), draw.graph.constant([number * number * heads, 1, 1])])
    long_query = add("Concat", [scaled, by_row, by_column], axis=2)
    scores = add("FusedMatMul", [long_query, add("Concat", [key, here], axis=2)], transB=1, domain=MICROSOFT)
    mixed = add("MatMul", [add("Softmax", [scores], axis=-1), value])
    mixed = draw.turn(draw.reshape(mixed, number, number, heads, side, side, size), 0, 3, 1, 4, 2, 5)
    mixed = draw.reshape(mixed, full, full, config.width)
    if full > grid:
        mixed = draw.cut(draw.cut(mixed, 0, 0, grid), 1, 0, grid)
    return draw.reshape(mixed, grid * grid, config.width)


def _everywhere(draw: Drawer, config: VisionConfig, name: str, x: str) -> str:
    """Attention to the whole grid, by head and by band of queries unless all scores are few."""
    side, heads, size, add = config.grid, config.heads, config.head_size, draw.graph.add
    places = side * side
    qkv = draw.reshape(draw.linear(x, f"{name}.qkv", config.width, 3 * config.width), places, 3, heads, size)
    query, key, value = _thirds(draw, draw.turn(qkv, 1, 2, 0, 3))  # each (S, N, E)
    by_row, by_column = _terms(draw, query, name, side, size)
    together = heads if heads * places * places <= BAND_SCORES else 1
    step = max(1, BAND_SCORES // (together * places * side)) * side  # queries
    mixed = []
    for head in range(0, heads, together):
        parts = [draw.cut(part, 0, head, head + together) for part in (query, by_row, by_column, key, value)]
        bands = []
        for start in range(0, places, step):
            end = min(start + step, places)
            some, rows, columns = (draw.cut(part, 1, start, end) for part in parts[:3])
            scores = add("FusedMatMul", [some, parts[3]], transB=1, alpha=size**-0.5, domain=MICROSOFT)
            rows, columns = draw.reshape(rows, together, end - start, side, 1), draw.reshape(columns, together, end - start, 1, side)
            bias = draw.reshape(add("Add", [rows, columns]), together, end - start, places)
            bands.append(add("MatMul", [add("Softmax", [add("Add", [scores, bias])], axis=-1), parts[4]]))
        mixed.append(add("Concat", bands, axis=1))
    mixed = add("Concat", mixed, axis=0)  # (S, N, E)
    return draw.reshape(draw.turn(mixed, 1, 0, 2), places, config.width)


def _thirds(draw: Drawer, x: str) -> list[str]:
    """(3, ...) -> three times (...)."""
    parts = [f"{x}.{part}" for part in ("query", "key", "value")]
    draw.graph.add("Split", [x], *parts, axis=0, num_outputs=3)
    return [draw.graph.add("Squeeze", [part, draw.graph.constant([0])]) for part in parts]


def _terms(draw: Drawer, query: str, name: str, side: int, size: int) -> list[str]:
    """The bias of every query (G, side * side, E) for each row and each column of keys, both (G, side * side, side)."""
    distances = np.arange(side)[:, None] - np.arange(side) + side - 1
    grid = draw.reshape(query, -1, side, side, size)
    terms = []
    for table, order, back in (("rel_h", (1, 0, 2, 3), (1, 0, 2, 3)), ("rel_w", (2, 0, 1, 3), (1, 2, 0, 3))):
        spread = draw.graph.add("Gather", [draw.wide(f"{name}.{table}", 2 * side - 1, size), draw.graph.constant(distances)], axis=0)
        lines = draw.reshape(draw.turn(grid, *order), side, -1, size)
        term = draw.graph.add("FusedMatMul", [lines, spread], transB=1, domain=MICROSOFT)  # (side, G * side, side)
        term = draw.turn(draw.reshape(term, side, -1, side, side), *back)  # (G, row, column, side)
        terms.append(draw.reshape(term, -1, side * side, side))
    return terms


def _tokens(draw: Drawer, config: GotConfig, x: str) -> Graph:
    """The neck and the projector, (N, C) -> (K, D), which end the graph."""
    vision, hidden, add = config.vision, config.decoder.hidden, draw.graph.add
    side, channels = vision.grid, vision.out_channels
    kernel = draw.wide("vision.neck.conv1.weight", channels, vision.width, 1, 1)
    x = add("Gemm", [x, draw.reshape(kernel, channels, vision.width)], transB=1)  # (N, O)
    x = draw.norm(x, "vision.neck.norm1", channels, vision.eps)
    three = {"kernel_shape": [3, 3], "pads": [1, 1, 1, 1]}
    x = draw.convolution(draw.reshape(draw.turn(x, 1, 0), 1, channels, side, side), "vision.neck.conv2", channels, channels, **three)
    x = draw.norm(draw.turn(x, 0, 2, 3, 1), "vision.neck.norm2", channels, vision.eps)
    halved = {**three, "strides": [2, 2]}
    x = draw.convolution(draw.turn(x, 0, 3, 1, 2), "projector.conv1", 2 * channels, channels, **halved)
    x = draw.convolution(x, "projector.conv2", hidden, 2 * channels, **halved)
    x = draw.turn(draw.reshape(x, hidden, config.tokens_per_tile), 1, 0)
    x = draw.linear(x, "projector.linear", hidden, hidden)
    draw.graph.output(add("Identity", [x], TOKENS), FLOAT, (config.tokens_per_tile, hidden))
    return draw.graph
