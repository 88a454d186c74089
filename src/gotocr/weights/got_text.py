"""The writing half of the published model as an ONNX graph without weights: vectors and what came before to logits.

The same arithmetic as `model.decoder`, for one text or for a token of each of several: keys and values of all rows lie in
buffers that ONNX Runtime's GroupQueryAttention reads and adds to in place. Only what follows the last token is worked out.

Shapes: R rows, T tokens now, D hidden, G key-value heads, L places of the buffers, E head size, V vocabulary.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ..model.config import DecoderConfig
from .got_packed import SCALES, Form, matrices
from .onnx_file import FLOAT, INT32, MICROSOFT, UINT8, Graph

VECTORS, LAST, TOTAL, LOGITS = "vectors", "last", "total", "logits"
COSINES, SINES = "cosines", "sines"
ACCURACY = 4  # MatMulNBits' level: what is multiplied is rounded to int8 by blocks; level 0 takes up to eighty times as long


class _Writer:
    def __init__(self, config: DecoderConfig, kinds: Mapping[str, int], form: Form) -> None:
        self.graph, self.config, self.kinds, self.form = Graph(), config, kinds, form
        self.matrices = matrices(config)

    def wide(self, name: str, *shape: int) -> str:
        stored = self.graph.weight(name, self.kinds[name], shape)
        return stored if self.kinds[name] == FLOAT else self.graph.add("Cast", [stored], to=FLOAT)

    def linear(self, x: str, name: str, *rows: int) -> str:
        """(R, T, inner) -> (R, T, sum of rows), by one of `matrices`."""
        tensors, inner = self.matrices[name]
        total, form, graph = sum(rows), self.form, self.graph
        if form.block:
            whole, scales = form.shapes(total, inner)
            weights = [graph.weight(name, UINT8, whole), graph.weight(name + SCALES, FLOAT, scales)]
            sizes = {"K": inner, "N": total, "bits": form.bits, "block_size": form.block, "accuracy_level": ACCURACY}
            return graph.add("MatMulNBits", [x, *weights], domain=MICROSOFT, **sizes)
        weights = [self.wide(tensor, size, inner) for tensor, size in zip(tensors, rows, strict=True)]
        parts = [graph.add("FusedMatMul", [x, weight], domain=MICROSOFT, transB=1) for weight in weights]
        return self.join(parts)  # what was multiplied, not the matrices: those would be held twice while loading

    def join(self, parts: Sequence[str]) -> str:
        return self.graph.add("Concat", parts, axis=-1) if len(parts) > 1 else parts[0]

    def last(self, x: str) -> str:
        """(R, T, D) -> (R, 1, D)."""
        ends = (self.graph.constant([number]) for number in (-1, 1 << 31, 1))
        return self.graph.add("Slice", [x, *ends])


def text_graph(config: DecoderConfig, kinds: Mapping[str, int], form: Form) -> Graph:
    """The graph; weights are stored as `kinds` says (numbers of ONNX, by our names), those of `matrices` in `form`.

    Inputs: `vectors` (R, T, D), `last` (R,) the place of each row's last token, `total` () the most places taken, `cosines`
    and `sines` (P, E / 2) of at least as many places, and `keys.N`, `values.N` (R, G, L, E) of each layer, which `keys.N.out`
    and so on must be bound to as well. T is 1, or R is 1 and nothing came before. Output: `logits` (R, V).
    """
    write = _Writer(config, kinds, form)
    graph = write.graph
    x = graph.input(VECTORS, FLOAT, ("R", "T", config.hidden))
    graph.input(LAST, INT32, ("R",))
    graph.input(TOTAL, INT32, ())
    for part in (COSINES, SINES):
        graph.input(part, FLOAT, ("P", config.head_size // 2))
    norm = {"axis": -1, "epsilon": config.eps, "stash_type": 1}
    scale = write.wide("decoder.layers.0.norm1.weight", config.hidden)
    normed = graph.add("SimplifiedLayerNormalization", [x, scale], **norm)
    for layer in range(config.layers):
        name = f"decoder.layers.{layer}"
        mixed = _attend(write, name, layer, normed)
        if layer == config.layers - 1:  # of the others only keys and values were wanted
            mixed, x = write.last(mixed), write.last(x)
        mixed = write.linear(mixed, f"{name}.attention.out", config.hidden)
        normed, x = _skip(write, x, mixed, f"{name}.norm2")
        both, wide = write.linear(normed, f"{name}.mlp.both", config.feed_forward, config.feed_forward), f"{name}.gate"
        graph.add("Split", [both], wide, f"{name}.up", axis=-1, num_outputs=2)
        gate = graph.add("QuickGelu", [wide], domain=MICROSOFT, alpha=1.0)  # x * sigmoid(x): SiLU
        inner = graph.add("Mul", [gate, f"{name}.up"])
        last = layer == config.layers - 1
        following = "decoder.norm" if last else f"decoder.layers.{layer + 1}.norm1"
        normed, x = _skip(write, x, write.linear(inner, f"{name}.mlp.down", config.hidden), following)
    logits = write.linear(normed, "decoder.head", config.vocab_size)
    graph.add("Squeeze", [logits, graph.constant([1])], LOGITS)
    graph.output(LOGITS, FLOAT, ("R", config.vocab_size))
    return graph


def _attend(write: _Writer, name: str, layer: int, x: str) -> str:
    """(R, T, D) -> (R, T, S * E)."""
    config, graph = write.config, write.graph
    size = config.head_size
    rows = [config.heads * size, config.kv_heads * size, config.kv_heads * size]
    heads = write.linear(x, f"{name}.attention.heads", *rows)
    if config.attention_bias:
        parts = ("query", "key", "value")
        biases = [write.wide(f"{name}.attention.{part}.bias", number) for part, number in zip(parts, rows, strict=True)]
        heads = graph.add("Add", [heads, write.join(biases)])
    places = ("R", config.kv_heads, "L", size)
    past = [graph.input(f"{part}.{layer}", FLOAT, places) for part in ("keys", "values")]
    grown = [graph.output(f"{part}.{layer}.out", FLOAT, places) for part in ("keys", "values")]
    sizes = {"num_heads": config.heads, "kv_num_heads": config.kv_heads, "do_rotary": 1}
    inputs = [heads, "", "", *past, LAST, TOTAL, COSINES, SINES]
    return graph.add("GroupQueryAttention", inputs, f"{name}.mixed", *grown, domain=MICROSOFT, **sizes)


def _skip(write: _Writer, x: str, more: str, name: str) -> tuple[str, str]:
    """x + more, normed by the scale of that name, and as it is."""
    outputs = (f"{name}.normed", "", "", f"{name}.sum")
    inputs = [x, more, write.wide(f"{name}.weight", write.config.hidden)]
    normed = write.graph.add(
        "SkipSimplifiedLayerNormalization", inputs, *outputs, domain=MICROSOFT, epsilon=write.config.eps
    )
    return normed, outputs[-1]
