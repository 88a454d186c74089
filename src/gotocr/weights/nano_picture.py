"""The seeing half of nano as an ONNX graph: a picture in, all that its writing half needs of it out.

The same arithmetic as `model.nano.Nano.see`. What depends on the picture's size alone is brought along (`nano_tables`), and
factors that are known before are multiplied into the weights.

Shapes: H x W pixels, M = H/8 * W/4 cells, C channels of one, N image tokens in `rows` and `columns`, D hidden, E = D / heads,
P pointer width.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

import numpy as np

from ..model.config import CELL_HEIGHT, CELL_WIDTH, GROUP, REACH, NanoConfig
from .nano_pen import Pen, waves
from .onnx_file import FLOAT, INT64, MICROSOFT, Graph

TABLES = ("grid", "spot", "order", "token_cosines", "token_sines", "cell_cosines", "cell_sines", "centres")


def picture_graph(config: NanoConfig, tensors: Mapping[str, np.ndarray]) -> tuple[Graph, dict[str, np.ndarray]]:
    """The graph, and the numbers it names. Inputs: `pixels` (1, 3, H, W) and `nano_tables`; outputs of `engines.nano_rows.Network.see`."""
    pen = Pen(config, tensors)
    graph, fine, hidden = pen.graph, config.fine_width, config.hidden
    _inputs(pen)
    x = graph.add("Relu", [_convolution(pen, "pixels", "stem.conv1", strides=[2, 2])])
    x = graph.add("Relu", [_block(pen, _convolution(pen, x, "stem.conv2", strides=[2, 2]), "stem.early")])
    x = _convolution(pen, x, "stem.down", strides=[2, 1])
    for number in range(config.fine_blocks):
        x = _block(pen, x, f"stem.blocks.{number}")  # (1, C, H/8, W/4)
    tokens = _convolution(pen, x, "merge", strides=[config.token_rows, config.token_columns], pads=[0] * 4)
    tokens = pen.reshape(pen.turn(tokens, 0, 2, 3, 1), -1, hidden)  # (N, D)
    normed = pen.norm(tokens, "context.0.norm1")
    for number in range(config.context_layers):
        name, last = f"context.{number}", number + 1 == config.context_layers
        normed, tokens = pen.skip(tokens, _attend(pen, normed, name), f"{name}.norm2")
        following = "context_norm" if last else f"context.{number + 1}.norm1"
        normed, tokens = pen.skip(tokens, pen.feed(normed, f"{name}.feed"), following)
    spread = graph.add("Reshape", [pen.linear(normed, "spread", *pen.stacked("spread")), "spot"])
    cells = graph.add("Reshape", [pen.turn(x, 0, 2, 3, 1), "grid"])  # (rows, down, columns, across, C)
    cells = _layer_norm(pen, pen.reshape(graph.add("Add", [cells, spread]), -1, fine), "fine_norm", 1e-5)
    _cell_outputs(pen, cells)
    _layer_outputs(pen, normed)
    return graph, pen.values


def _inputs(pen: Pen) -> None:
    graph, config = pen.graph, pen.config
    graph.input("pixels", FLOAT, (1, 3, "H", "W"))
    for name in ("grid", "spot"):
        graph.input(name, INT64, (5,))
    graph.input("order", INT64, (1, "most"))
    for what, width in (("token", config.hidden // config.heads // 2), ("cell", config.pointer // 2)):
        for part in ("cosines", "sines"):
            graph.input(f"{what}_{part}", FLOAT, (f"{what}s", width))
    graph.input("centres", FLOAT, ("cells", 4))


def _convolution(pen: Pen, x: str, name: str, strides: list[int], pads: list[int] | None = None, group: int = 1) -> str:
    """A kernel of odd sides keeps the picture's size, unless `pads` says otherwise."""
    kernel = list(pen.tensors[f"{name}.weight"].shape[2:])
    pads = pads if pads is not None else [side // 2 for side in kernel] * 2
    weights = [pen.weight(f"{name}.{part}") for part in ("weight", "bias")]
    return pen.graph.add("Conv", [x, *weights], kernel_shape=kernel, strides=strides, pads=pads, group=group)


def _layer_norm(pen: Pen, x: str, name: str, eps: float = 1e-6) -> str:
    return pen.graph.add("LayerNormalization", [x, *(pen.weight(f"{name}.{part}") for part in ("weight", "bias"))], axis=-1, epsilon=eps)


def _block(pen: Pen, x: str, name: str) -> str:
    """(1, K, h, w) -> the same; see `model.stem.ConvBlock`."""
    width = len(pen.tensors[f"{name}.scale"])
    mixed = pen.turn(_convolution(pen, x, f"{name}.mix", [1, 1], group=width // GROUP), 0, 2, 3, 1)  # (1, h, w, K)
    inner = pen.graph.add("Relu", [_linear(pen, _layer_norm(pen, mixed, f"{name}.norm"), f"{name}.up", *pen.stacked(f"{name}.up"))])
    weight, bias = pen.stacked(f"{name}.down")
    scale = pen.tensors[f"{name}.scale"]
    inner = _linear(pen, inner, f"{name}.down", weight * scale[:, None], bias * scale)
    return pen.graph.add("Add", [x, pen.turn(inner, 0, 3, 1, 2)])


def _linear(pen: Pen, x: str, name: str, weight: np.ndarray, bias: np.ndarray) -> str:
    """(1, h, w, inner) -> (1, h, w, outer)."""
    product = pen.graph.add("MatMul", [x, pen.hold(f"{name}.weight", weight.T)])
    return pen.graph.add("Add", [product, pen.hold(f"{name}.bias", bias)])


def _attend(pen: Pen, normed: str, name: str) -> str:
    """(N, D) -> (N, D), every token to every token."""
    width, heads, graph = pen.config.hidden, pen.config.heads, pen.graph
    both, value = pen.split(pen.linear(normed, f"{name}.qkv", *pen.stacked(f"{name}.qkv")), 2 * width, width)
    turned = graph.add(
        "RotaryEmbedding",
        [pen.reshape(both, 1, -1, 2 * width), _first(pen, normed), "token_cosines", "token_sines"],
        domain=MICROSOFT, num_heads=2 * heads, rotary_embedding_dim=0,
    )  # fmt: skip
    query, key = pen.split(turned, width, width)
    mixed = graph.add("MultiHeadAttention", [query, key, pen.reshape(value, 1, -1, width)], domain=MICROSOFT, num_heads=heads)
    return pen.linear(pen.reshape(mixed, -1, width), f"{name}.out", pen.tensors[f"{name}.out.weight"])


def _first(pen: Pen, x: str) -> str:
    """(1, rows of x): their numbers."""
    graph = pen.graph
    count = graph.add("Shape", [x], start=0, end=1)
    return graph.add("Slice", ["order", graph.constant([0]), count, graph.constant([1])])


def _cell_outputs(pen: Pen, cells: str) -> None:
    """What is known of each cell: (M, C) -> (1, M, ...)."""
    config, graph = pen.config, pen.graph
    weight, bias = pen.stacked("point_key", "ink", "box")
    sides = np.float32([-REACH, -REACH, REACH, REACH])
    weight[-4:], bias[-4:] = weight[-4:] * sides[:, None], bias[-4:] * sides
    told = pen.graph.add("Gemm", [cells, pen.hold("cells.weight", weight), pen.hold("cells.bias", bias)], transB=1)
    key, ink, reach = pen.split(told, config.pointer, 1, 4)
    inputs = [pen.reshape(key, 1, -1, config.pointer), _first(pen, cells), "cell_cosines", "cell_sines"]
    graph.add("RotaryEmbedding", inputs, "point_keys", domain=MICROSOFT, num_heads=1, rotary_embedding_dim=0)
    for name, x, shape in (
        ("cells", cells, (1, -1, config.fine_width)),
        ("ink", ink, (1, -1)),
        ("boxes", graph.add("Add", [reach, "centres"]), (1, -1, 4)),
    ):
        graph.add("Reshape", [x, graph.constant(shape)], f"{name}")
    for name, width in (("point_keys", config.pointer), ("cells", config.fine_width), ("boxes", 4)):
        graph.output(name, FLOAT, (1, "M", width))
    graph.output("ink", FLOAT, (1, "M"))


def _layer_outputs(pen: Pen, tokens: str) -> None:
    """Keys and values of the picture for each layer of the decoder: (N, D) -> (1, heads, N, E) each."""
    config, graph = pen.config, pen.graph
    names = [(f"layers.{layer}.image_{one}", f"image_{one}s_{layer}") for one in ("key", "value") for layer in range(config.layers)]
    size = config.hidden // config.heads
    told = pen.linear(tokens, "image", *pen.stacked(*(ours for ours, _ in names)))
    told = pen.turn(pen.reshape(told, 1, -1, len(names), config.heads, size), 2, 0, 3, 1, 4)  # (2 * layers, 1, heads, N, E)
    for (_, name), part in zip(names, pen.split(told, *[1] * len(names), axis=0), strict=True):
        graph.add("Squeeze", [part, graph.constant([0])], name)
        graph.output(name, FLOAT, (1, config.heads, "N", size))


@lru_cache(maxsize=8)  # pages are looked at in parts of few sizes
def nano_tables(config: NanoConfig, rows: int, columns: int) -> dict[str, np.ndarray]:
    """What the graph is told of a picture of so many image tokens down and across."""
    down, across = rows * config.token_rows, columns * config.token_columns
    quarter = config.hidden // config.heads // 4
    rates = (100.0 ** -(np.arange(quarter) / quarter)).astype(np.float32)
    token = _angles(np.arange(rows)[:, None] * rates, np.arange(columns)[:, None] * rates, first_down=True)
    x, y = ((np.arange(count, dtype=np.float32) + 0.5) * side for count, side in ((across, CELL_WIDTH), (down, CELL_HEIGHT)))
    cell = _angles(y[:, None] * waves(config.pointer // 4), x[:, None] * waves(config.pointer // 4), first_down=False)
    centres = np.stack(np.broadcast_arrays(x[None], y[:, None]) * 2, -1).reshape(-1, 4)
    shape = (rows, config.token_rows, columns, config.token_columns, config.fine_width)
    values = (
        np.array(shape, np.int64), np.array([rows, 1, columns, 1, config.fine_width], np.int64),
        np.arange(down * across, dtype=np.int64)[None],  # where numpy's own whole numbers have 32 bits, too
        np.cos(token), np.sin(token), np.cos(cell), np.sin(cell), centres.astype(np.float32),
    )  # fmt: skip
    return dict(zip(TABLES, values, strict=True))


def _angles(down: np.ndarray, across: np.ndarray, first_down: bool) -> np.ndarray:
    """Angles (rows, A), (columns, A) -> (rows * columns, 2 * A), one behind the other."""
    spread = [np.broadcast_to(part, (len(down), len(across), part.shape[-1])) for part in (down[:, None], across[None])]
    return np.concatenate(spread if first_down else spread[::-1], -1).reshape(-1, 2 * down.shape[-1]).astype(np.float32)
