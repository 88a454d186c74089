"""The picture half of the published model as an ONNX graph without weights: one tile to its image tokens.

The same arithmetic as `model.vision` and `model.projector`. What is done row by row is done a band of rows after the other
(Scan), so that what lies between two matrices stays in the processor's cache and is never held whole. Windows are attended to
a row of them at once, with the relative positions folded into longer vectors; the whole grid a head and a band of queries at a time,
each with its slice of the bias, because that is quicker on a CPU and never holds the scores of all (see `model.relative`).

Shapes: H x W patches, N = H * W, C width, S heads, E head size, G = windows * S, O output channels, K tokens, D hidden,
B bands, R rows of a band.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from ..model.config import GotConfig, VisionConfig
from .got_packed import FORMS, SCALES, Form
from .onnx_file import FLOAT, MICROSOFT, UINT8, Graph

PIXELS, TOKENS = "pixels", "tokens"  # its input (1, 3, image_size, image_size) and its output (K, D)
ROWS = 512  # patches whose rows are worked on at a time, if the grid can be cut like that
BAND_SCORES = 1 << 21  # scores held at once: 8 MiB


class Drawer:
    """A graph being drawn from weights that are stored as `kinds` says (numbers of ONNX, by our names) and computed in float32.

    With a `form` of whole numbers the matrices of the blocks are in it.
    """

    def __init__(self, kinds: Mapping[str, int], form: Form = FORMS["float32"]) -> None:
        self.graph, self.kinds, self.form = Graph(), kinds, form
        self._whole = self.graph
        self._wide: dict[str, str] = {}

    def wide(self, name: str, *shape: int) -> str:
        """A weight of ours in float32. ONNX Runtime widens it once, when a session is made."""
        if name not in self._wide:
            stored = self._whole.weight(name, self.kinds[name], shape)
            self._wide[name] = stored if self.kinds[name] == FLOAT else self._whole.add("Cast", [stored], to=FLOAT)
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

    def matrix(self, x: str, name: str, inner: int, outer: int, bias: bool = True) -> str:
        """As `linear`, in `form`."""
        if not self.form.block:
            return self.linear(x, name, inner, outer, bias)
        whole, scales = self.form.shapes(outer, inner)
        inputs = [x, self.graph.weight(name, UINT8, whole), self.graph.weight(name + SCALES, FLOAT, scales)]
        inputs += ["", "", self.wide(f"{name}.bias", outer)] if bias else []
        return self.graph.add("MatMulNBits", inputs, domain=MICROSOFT, **self.form.product(outer, inner))

    def norm(self, x: str, name: str, width: int, eps: float) -> str:
        weights = [self.wide(f"{name}.{part}", width) for part in ("weight", "bias")]
        return self.graph.add("LayerNormalization", [x, *weights], axis=-1, epsilon=eps)

    def convolution(self, x: str, name: str, outer: int, inner: int, **shape: list[int]) -> str:
        kernel = self.wide(f"{name}.weight", outer, inner, *shape["kernel_shape"])
        return self.graph.add("Conv", [x, kernel], **shape)

    def each(self, given: Sequence[tuple[str, tuple[int, ...]]], outer: tuple[int, ...], work: Callable[..., str]) -> str:
        """`work` on one after the other: values (B, ...) of the shapes given without B -> (B, *outer)."""
        around, self.graph = self.graph, self.graph.body()
        try:
            names = [self.graph.input(self.graph.name(), FLOAT, shape) for _, shape in given]
            self.graph.output(work(*names), FLOAT, outer)
            body = self.graph
        finally:
            self.graph = around
        return around.add("Scan", [name for name, _ in given], body=body, num_scan_inputs=len(given))


def picture_graph(config: GotConfig, kinds: Mapping[str, int], form: Form = FORMS["float32"]) -> Graph:
    """The graph of one tile; see `Drawer` for `kinds` and `form`."""
    vision, draw = config.vision, Drawer(kinds, form)
    side, width = vision.grid, vision.width
    pixels = draw.graph.input(PIXELS, FLOAT, (1, vision.channels, vision.image_size, vision.image_size))
    kernel = draw.wide("vision.patch.weight", width, vision.channels, vision.patch, vision.patch)
    stride = [vision.patch, vision.patch]
    patches = draw.graph.add(
        "Conv", [pixels, kernel, draw.wide("vision.patch.bias", width)], kernel_shape=stride, strides=stride
    )
    x = draw.turn(draw.reshape(patches, width, side * side), 1, 0)  # (N, C)
    places = draw.reshape(draw.wide("vision.positions", 1, side, side, width), side * side, width)
    x = draw.reshape(draw.graph.add("Add", [x, places]), *_bands(vision), width)
    for layer in range(vision.layers):
        x = _block(draw, vision, f"vision.blocks.{layer}", x, 0 if layer in vision.global_layers else vision.window)
    return _tokens(draw, config, draw.reshape(x, side * side, width))


def _bands(config: VisionConfig) -> tuple[int, int]:
    """(B, R): the fewest rows of the grid to a band that make `ROWS` patches and divide the grid evenly."""
    grid = config.grid
    rows = next(rows for rows in range(1, grid + 1) if grid % rows == 0 and (rows * grid >= ROWS or rows == grid))
    return grid // rows, rows * grid


def _block(draw: Drawer, config: VisionConfig, name: str, x: str, window: int) -> str:
    """(B, R, C) -> (B, R, C)."""
    width, inner, add, (bands, rows) = config.width, config.feed_forward, draw.graph.add, _bands(config)
    one = (rows, width)

    def ask(x: str) -> str:
        normed = draw.norm(x, f"{name}.norm1", width, config.eps)
        return draw.matrix(normed, f"{name}.attention.qkv", width, 3 * width, bias=not window)

    def answer(x: str, mixed: str) -> str:
        add = draw.graph.add
        x = add("Add", [x, draw.matrix(mixed, f"{name}.attention.out", width, width)])
        normed = draw.norm(x, f"{name}.norm2", width, config.eps)
        wide = add("Gelu", [draw.matrix(normed, f"{name}.mlp.up", width, inner)], domain=MICROSOFT)
        return add("Add", [x, draw.matrix(wide, f"{name}.mlp.down", inner, width)])

    qkv = draw.each([(x, one)], (rows, 3 * width), ask)
    attend = _windows if window else _everywhere
    mixed = attend(draw, config, f"{name}.attention", qkv)  # (N, C)
    return draw.each([(x, one), (draw.reshape(mixed, bands, rows, width), one)], one, answer)


def _windows(draw: Drawer, config: VisionConfig, name: str, qkv: str) -> str:
    """Attention within windows, one row of them after the other.

    What fills them up at the edges is zero before the bias of the linear layer, which comes here.
    """
    grid, side, heads, size, width = config.grid, config.window, config.heads, config.head_size, config.width
    number = -(-grid // side)  # windows a side
    full, places = number * side, side * side
    qkv = draw.reshape(qkv, grid, grid, 3 * width)
    qkv = draw.graph.add("Pad", [qkv, draw.graph.constant([0, 0, 0, full - grid, full - grid, 0])])
    bias, spreads = draw.wide(f"{name}.qkv.bias", 3 * width), _spreads(draw, name, side, size)
    here = np.concatenate([np.eye(side).repeat(side, 0), np.tile(np.eye(side), (side, 1))], 1)  # row and column, one-hot
    here = draw.graph.add("Expand", [draw.graph.constant(here, "float32"), draw.graph.constant([number * heads, 1, 1])])

    def row(qkv: str) -> str:
        add = draw.graph.add
        qkv = draw.turn(draw.reshape(add("Add", [qkv, bias]), side, number, side, 3, heads, size), 3, 1, 4, 0, 2, 5)
        query, key, value = _thirds(draw, draw.reshape(qkv, 3, -1, places, size))  # each (G, side * side, E)
        by_row, by_column = _terms(draw, query, spreads, side, size)
        scaled = add("Mul", [query, draw.graph.constant(size**-0.5, "float32")])
        long_query = add("Concat", [scaled, by_row, by_column], axis=2)
        scores = add("FusedMatMul", [long_query, add("Concat", [key, here], axis=2)], transB=1, domain=MICROSOFT)
        mixed = add("MatMul", [add("Softmax", [scores], axis=-1), value])
        mixed = draw.turn(draw.reshape(mixed, number, heads, side, side, size), 2, 0, 3, 1, 4)
        return draw.reshape(mixed, side, full, width)

    one = (side, full)
    mixed = draw.each([(draw.reshape(qkv, number, *one, 3 * width), (*one, 3 * width))], (*one, width), row)
    mixed = draw.reshape(mixed, full, full, width)
    if full > grid:
        mixed = draw.cut(draw.cut(mixed, 0, 0, grid), 1, 0, grid)
    return draw.reshape(mixed, grid * grid, width)


def _everywhere(draw: Drawer, config: VisionConfig, name: str, qkv: str) -> str:
    """Attention to the whole grid, a head after the other, each by bands of queries."""
    side, heads, size = config.grid, config.heads, config.head_size
    places = side * side
    qkv = draw.reshape(qkv, places, 3, heads, size)
    query, key, value = _thirds(draw, draw.turn(qkv, 1, 2, 0, 3))  # each (S, N, E)
    by_row, by_column = _terms(draw, query, _spreads(draw, name, side, size), side, size)  # each (S, N, H)
    step = max(1, BAND_SCORES // (places * side)) * side  # queries

    def head(query: str, by_row: str, by_column: str, key: str, value: str) -> str:
        add, bands = draw.graph.add, []
        for start in range(0, places, step):
            count = min(step, places - start)
            some, rows, columns = (draw.cut(part, 0, start, start + count) for part in (query, by_row, by_column))
            bias = add("Add", [draw.reshape(rows, count, side, 1), draw.reshape(columns, count, 1, side)])
            scores = add("Gemm", [some, key, draw.reshape(bias, count, places)], transB=1, alpha=size**-0.5)
            bands.append(add("MatMul", [add("Softmax", [scores], axis=-1), value]))
        return add("Concat", bands, axis=0)

    long, line = (places, size), (places, side)
    given = [(query, long), (by_row, line), (by_column, line), (key, long), (value, long)]
    mixed = draw.each(given, long, head)  # (S, N, E)
    return draw.reshape(draw.turn(mixed, 1, 0, 2), places, config.width)


def _thirds(draw: Drawer, x: str) -> list[str]:
    """(3, ...) -> three times (...)."""
    parts = [f"{x}.{part}" for part in ("query", "key", "value")]
    draw.graph.add("Split", [x], *parts, axis=0, num_outputs=3)
    return [draw.graph.add("Squeeze", [part, draw.graph.constant([0])]) for part in parts]


def _spreads(draw: Drawer, name: str, side: int, size: int) -> list[str]:
    """What a step of each distance is worth, down and across, for each of `side` queries and keys: both (side, side, E)."""
    distances = draw.graph.constant(np.arange(side)[:, None] - np.arange(side) + side - 1)
    tables = (draw.wide(f"{name}.{table}", 2 * side - 1, size) for table in ("rel_h", "rel_w"))
    return [draw.graph.add("Gather", [table, distances], axis=0) for table in tables]


def _terms(draw: Drawer, query: str, spreads: Sequence[str], side: int, size: int) -> list[str]:
    """The bias of every query (G, side * side, E) for each row and each column of keys, both (G, side * side, side)."""
    grid = draw.reshape(query, -1, side, side, size)
    terms = []
    for spread, order, back in zip(spreads, ((1, 0, 2, 3), (2, 0, 1, 3)), ((1, 0, 2, 3), (1, 2, 0, 3)), strict=True):
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
