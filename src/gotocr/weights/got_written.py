"""The writing half of the published model as an ONNX graph that anyone can run: token ids and image tokens to logits.

`got_text` draws what our own engine runs, with memory that is bound in place; here is the plain one of the same layers: it looks the
tokens up itself, lays the picture into its places, and gives keys and values back, longer by what was read. The same sums in the
same order, so the same logits to the last bit.

Shapes: R rows (texts of the same length), T tokens now, P tokens before, D hidden, G key-value heads, E head size, V vocabulary.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from ..model.config import DecoderConfig, GotConfig
from .got_packed import Form
from .got_text import LOGITS, Writer, layers
from .names import EMBEDDING
from .onnx_file import FLOAT, INT32, INT64, MICROSOFT, Graph

IDS, IMAGES = "ids", "images"


def past_names(config: DecoderConfig) -> list[str]:
    """The inputs for what was kept; outputs have the same names with `.out` behind."""
    return [f"{part}.{layer}" for layer in range(config.layers) for part in ("keys", "values")]


def written_graph(config: GotConfig, kinds: Mapping[str, int], form: Form) -> Graph:
    """The graph; weights are stored as `kinds` says (numbers of ONNX, by our names), matrices in `form`.

    Inputs: `ids` (R, T) int64; `images` (N, D) float32, for the N places among them that hold the image token, row by row (none: 0);
    `keys.L`, `values.L` (R, G, P, E) float32 of each layer, P = 0 at first. Outputs: `logits` (R, V) float32 of what comes after the last
    token; `keys.L.out`, `values.L.out` (R, G, P + T, E). T is 1 where P is not 0, or R is 1.
    """
    decoder = config.decoder
    write = Writer(decoder, kinds, form)
    graph, add = write.graph, write.graph.add
    graph.input(IDS, INT64, ("R", "T"))
    graph.input(IMAGES, FLOAT, ("N", decoder.hidden))
    names, places = past_names(decoder), ("R", decoder.kv_heads, "P", decoder.head_size)
    for name in names:
        graph.input(name, FLOAT, places)
    x = _vectors(write, config)
    turns, lengths = _turns(graph, decoder), _lengths(graph, names[0])

    def attend(layer: int, heads: str) -> str:
        past = names[2 * layer : 2 * layer + 2]
        mixed, *grown = f"layers.{layer}.mixed", *(f"{name}.out" for name in past)
        sizes = {"num_heads": decoder.heads, "kv_num_heads": decoder.kv_heads, "do_rotary": 1}
        add("GroupQueryAttention", [heads, "", "", *past, *lengths, *turns], mixed, *grown, domain=MICROSOFT, **sizes)
        return mixed

    def last(x: str) -> str:
        return add("Slice", [x, *(graph.constant([number]) for number in (-1, 1 << 31, 1))])

    logits = layers(write, x, attend, last)
    add("Squeeze", [logits, graph.constant([1])], LOGITS)
    graph.output(LOGITS, FLOAT, ("R", decoder.vocab_size))
    for name in names:
        graph.output(f"{name}.out", FLOAT, ("R", decoder.kv_heads, "P + T", decoder.head_size))
    return graph


def _vectors(write: Writer, config: GotConfig) -> str:
    """(R, T, D): the tokens' own, the picture in its places."""
    graph, add, decoder = write.graph, write.graph.add, config.decoder
    kind = write.kinds[EMBEDDING]
    x = add("Gather", [graph.weight(EMBEDDING, kind, (decoder.vocab_size, decoder.hidden)), IDS], axis=0)
    x = x if kind == FLOAT else add("Cast", [x], to=FLOAT)
    there = add("NonZero", [add("Equal", [IDS, graph.constant(config.image_id)])])  # (2, N)
    return add("ScatterND", [x, add("Transpose", [there], perm=[1, 0]), IMAGES])


def _turns(graph: Graph, config: DecoderConfig) -> list[str]:
    """Cosines and sines (places, E / 2)."""
    return [graph.constant(table, "float32") for table in rotary(config, config.max_positions)]


def _lengths(graph: Graph, past: str) -> list[str]:
    """The place of each row's last token (R,), and how many there are ()."""
    add = graph.add
    before, now = (add("Shape", [name], start=axis, end=axis + 1) for name, axis in ((past, 2), (IDS, 1)))
    total = add("Cast", [add("Add", [before, now])], to=INT32)  # (1,)
    last = add("Sub", [total, graph.constant([1], "int32")])
    rows = add("Shape", [IDS], start=0, end=1)
    return [add("Expand", [last, rows]), add("Squeeze", [total])]


def rotary(config: DecoderConfig, count: int) -> list[np.ndarray]:
    """Cosines and sines (count, E / 2) of the first places, rounded on the way as `model.decoder.rotary` does."""
    size = config.head_size
    rates = np.float32(config.rope_theta) ** -(np.arange(0, size, 2, dtype=np.float32) / np.float32(size))  # (E/2,)
    angles = np.arange(count, dtype=np.float32)[:, None] * rates
    return [np.cos(angles), np.sin(angles)]
