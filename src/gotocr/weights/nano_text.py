"""The writing half of nano as an ONNX graph: a token of each of several rows in, what follows it out.

The same arithmetic as `model.nano.Nano.write`, of nodes that do more at once; factors that are known before are multiplied into the weights.

Shapes: B rows, M cells, N image tokens, S tokens written before, D hidden, E = D / heads, P pointer width, V vocabulary.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

import numpy as np

from ..model.config import PLACE_WAVES, REACH, ROTARY_BASE, SPAN, NanoConfig
from .got_packed import Form
from .nano_pen import Pen, waves
from .onnx_file import FLOAT, INT64, MICROSOFT, Graph


def text_graph(config: NanoConfig, tensors: Mapping[str, np.ndarray], form: Form) -> tuple[Graph, dict[str, np.ndarray]]:
    """The graph, and the numbers it names.

    Inputs: `ids` (B,), `places` (B, 4), `rows` (B, 1) the numbers 0 .. B-1, `cosines` and `sines` (B, E / 2) of each row's position,
    `hidden` (B, 1, 1, N + S + 1) what is added to hide what is not there, `point_keys` (B, M, P), `cells` (B, M, C), `ink` (B, M),
    `boxes` (B, M, 4), and of each layer `image_keys_L`, `image_values_L` (B, heads, N, E), `past_keys_L`, `past_values_L`
    (B, heads, S, E). Outputs: `logits` (B, V), `box` (B, 4), `new_keys_L`, `new_values_L` (B, heads, 1, E).
    """
    pen = Pen(config, tensors, form)
    graph, width = pen.graph, config.hidden
    graph.input("ids", INT64, ("B",))
    graph.input("places", FLOAT, ("B", 4))
    graph.input("rows", INT64, ("B", 1))
    for name in ("cosines", "sines"):
        graph.input(name, FLOAT, ("B", width // config.heads // 2))
    graph.input("hidden", FLOAT, ("B", 1, 1, "all"))
    graph.input("point_keys", FLOAT, ("B", "M", config.pointer))
    graph.input("cells", FLOAT, ("B", "M", config.fine_width))
    graph.input("ink", FLOAT, ("B", "M"))
    graph.input("boxes", FLOAT, ("B", "M", 4))
    graph.output("logits", FLOAT, ("B", config.vocab_size))
    graph.output("box", FLOAT, ("B", 4))
    for part in ("keys", "values"):
        for layer in range(config.layers):
            graph.output(f"new_{part}_{layer}", FLOAT, ("B", config.heads, 1, width // config.heads))
    place, turns = _places(pen)
    embedding = pen.weight("embedding.weight")
    x = graph.add("Add", [graph.add("Gather", [embedding, "ids"], axis=0), place])
    normed, sizes, found = pen.norm(x, "layers.0.norm1"), _sizes(pen), ""
    for layer in range(config.layers):
        name = f"layers.{layer}"
        mixed = _attend(pen, layer, normed, sizes)
        normed, x = pen.skip(x, mixed, f"{name}.norm2")
        more, last = pen.feed(normed, f"{name}.feed"), layer + 1 == config.layers
        following = "norm" if last else f"layers.{layer + 1}.norm1"
        if layer + 1 == config.read_after:
            normed, x = pen.skip(x, more, "read_norm")
            more, found = _point(pen, normed, turns)
        normed, x = pen.skip(x, more, following)
    head = pen.tensors["embedding.weight"]
    if form.block:
        logits = pen.linear(normed, "head", head)
    else:
        logits = graph.add("Gemm", [normed, embedding], transB=1)
    where = [pen.hold(f"where.{part}", pen.tensors[f"where.{part}"] * np.float32(REACH)) for part in ("weight", "bias")]
    graph.add("Add", [found, graph.add("Gemm", [normed, *where], transB=1)], "box")
    graph.add("Identity", [logits], "logits")
    return graph, pen.values


def _sizes(pen: Pen) -> str:
    """[N, S, 1], into which scores are split."""
    config, graph, parts = pen.config, pen.graph, []
    size = config.hidden // config.heads
    for name, count in (("image", "N"), ("past", "S")):
        for layer in range(config.layers):
            for part in ("keys", "values"):
                graph.input(f"{name}_{part}_{layer}", FLOAT, ("B", config.heads, count, size))
        parts.append(graph.add("Shape", [f"{name}_keys_0"], start=2, end=3))
    return graph.add("Concat", [*parts, graph.constant([1])], axis=0)


def _attend(pen: Pen, layer: int, normed: str, sizes: str) -> str:
    """(B, D) -> (B, D): the picture without positions, the text with them, under one softmax."""
    config, graph, name = pen.config, pen.graph, f"layers.{layer}"
    heads, width = config.heads, config.hidden
    size = width // heads
    joined = pen.stacked(*(f"{name}.{part}" for part in ("query", "key", "value")), gain=size**-0.5)
    both, value = pen.split(pen.linear(normed, f"{name}.qkv", *joined), 2 * width, width)
    still = pen.split(both, width, width)[0]
    turned = graph.add(
        "RotaryEmbedding", [pen.reshape(both, 0, 2 * heads, 1, size), "rows", "cosines", "sines"], domain=MICROSOFT
    )
    query, key = f"{name}.turned", f"new_keys_{layer}"
    graph.add("Split", [turned, graph.constant([heads, heads])], query, key, axis=1)
    still, value = pen.reshape(still, 0, heads, 1, size), graph.add("Reshape", [value, graph.constant([0, heads, 1, size])], f"new_values_{layer}")
    pairs = ((still, f"image_keys_{layer}"), (query, f"past_keys_{layer}"), (query, key))
    scores = graph.add("Concat", [graph.add("FusedMatMul", pair, domain=MICROSOFT, transB=1) for pair in pairs], axis=-1)
    weights = graph.add("Softmax", [graph.add("Add", [scores, "hidden"])], axis=-1)
    parts = [f"{name}.weights{number}" for number in range(3)]
    graph.add("Split", [weights, sizes], *parts, axis=-1)
    seen, kept = (graph.add("MatMul", [part, f"{what}_values_{layer}"]) for part, what in zip(parts[:2], ("image", "past"), strict=True))
    mixed = graph.add("Sum", [seen, kept, graph.add("Mul", [parts[2], value])])
    return pen.linear(pen.reshape(mixed, 0, width), f"{name}.out", pen.tensors[f"{name}.out.weight"])


def _places(pen: Pen) -> tuple[str, tuple[str, str]]:
    """What the place of each token adds to it (B, D), and cosines and sines (B, P / 2) by which the pointer is turned from there."""
    graph, quarter = pen.graph, pen.config.pointer // 4
    turns = np.zeros((4, 2 * PLACE_WAVES + 2 * quarter), np.float32)  # of left, top, right, bottom
    for first, count in ((0, PLACE_WAVES), (2 * PLACE_WAVES, quarter)):
        turns[2, first : first + count] = waves(count)  # by the right edge ...
        turns[1, first + count : first + 2 * count] = turns[3, first + count : first + 2 * count] = waves(count) / 2  # ... and the middle
    sides = np.float32([[-1, 0], [0, -1], [1, 0], [0, 1]]) / np.float32(SPAN)
    angles = graph.add("MatMul", ["places", pen.hold("place.turns", turns)])
    (sine, *sines), (cosine, *cosines) = (
        pen.split(graph.add(name, [angles]), 2 * PLACE_WAVES, 2 * quarter) for name in ("Sin", "Cos")
    )
    size = graph.add("MatMul", ["places", pen.hold("place.sides", sides)])
    told = graph.add("Concat", [sine, cosine, size], axis=-1)
    weights = [pen.weight(f"place.linear.{part}") for part in ("weight", "bias")]
    return graph.add("Gemm", [told, *weights], transB=1), (*cosines, *sines)


def _point(pen: Pen, normed: str, turns: tuple[str, str]) -> tuple[str, str]:
    """(B, D) -> the glyph read where the pointer stands (B, D), and its box (B, 4)."""
    config, graph = pen.config, pen.graph
    weights = [pen.hold(f"point_query.{part}", pen.tensors[f"point_query.{part}"] * np.float32(config.pointer**-0.5)) for part in ("weight", "bias")]
    query = pen.reshape(graph.add("Gemm", [normed, *weights], transB=1), 0, 1, config.pointer)
    query = graph.add("RotaryEmbedding", [query, "rows", *turns], domain=MICROSOFT, num_heads=1, rotary_embedding_dim=0)
    near = graph.add("FusedMatMul", [query, "point_keys"], domain=MICROSOFT, transB=1)  # (B, 1, M)
    ink = graph.add("Mul", [graph.add("Unsqueeze", ["ink", graph.constant([1])]), pen.weight("ink_weight")])
    scores = graph.add("Add", [near, ink])
    read = graph.add("MatMul", [graph.add("Softmax", [scores], axis=-1), "cells"])  # (B, 1, C)
    glyph = [pen.weight(f"glyph.{part}") for part in ("weight", "bias")]
    read = graph.add("Gemm", [pen.reshape(read, 0, config.fine_width), *glyph], transB=1)
    best = graph.add("ArgMax", [scores], axis=-1, keepdims=0)  # (B, 1)
    return read, graph.add("GatherND", ["boxes", best], batch_dims=1)


def rotary(config: NanoConfig, positions: np.ndarray) -> list[np.ndarray]:
    """Cosines and sines (B, E / 2) of positions (B, 1)."""
    angles = positions.astype(np.float32) * _rates(config.hidden // config.heads)
    return [np.cos(angles), np.sin(angles)]


@lru_cache(maxsize=4)
def _rates(size: int) -> np.ndarray:
    return np.float32(ROTARY_BASE) ** (-np.arange(0, size, 2, dtype=np.float32) / np.float32(size))
