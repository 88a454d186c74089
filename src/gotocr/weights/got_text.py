"""The writing half of the published model as an ONNX graph without weights: vectors and what came before to logits.

The same arithmetic as `model.decoder`, for some tokens of one text or for one of each of several: keys and values of all rows lie in
buffers that ONNX Runtime's GroupQueryAttention reads and adds to in place. Only what follows the last tokens is worked out.

Shapes: R rows, T tokens now, D hidden, G key-value heads, L places of the buffers, E head size, V vocabulary.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from ..model.config import DecoderConfig
from .got_packed import SCALES, Form, matrices
from .onnx_file import BOOL, FLOAT, INT32, INT64, MICROSOFT, UINT8, Graph

VECTORS, LAST, TOTAL, FROM, LOGITS = "vectors", "last", "total", "from", "logits"
COSINES, SINES = "cosines", "sines"
CHECKED = (4, 8)  # tokens that can be checked in a call
APART = ("apart", "apart.1")


class Writer:
    """A decoder's graph being drawn, its matrices in `form`."""

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
            return graph.add("MatMulNBits", [x, *weights], domain=MICROSOFT, **form.product(total, inner))
        weights = [self.wide(tensor, size, inner) for tensor, size in zip(tensors, rows, strict=True)]
        parts = [graph.add("FusedMatMul", [x, weight], domain=MICROSOFT, transB=1) for weight in weights]
        return self.join(parts)  # what was multiplied, not the matrices: those would be held twice while loading

    def join(self, parts: Sequence[str]) -> str:
        return self.graph.add("Concat", parts, axis=-1) if len(parts) > 1 else parts[0]

    def last(self, x: str) -> str:
        """(R, T, D) -> (R, W, D)."""
        return self.graph.add("Slice", [x, FROM, *(self.graph.constant([number]) for number in (1 << 31, 1))])


def text_graph(config: DecoderConfig, kinds: Mapping[str, int], form: Form) -> Graph:
    """The graph; weights are stored as `kinds` says (numbers of ONNX, by our names), those of `matrices` in `form`.

    Inputs: `vectors` (R, T, D), `last` (R,) the place of each row's last token, `total` () the most places taken, `from` (1,)
    = -W for logits of the last W tokens, `cosines` and `sines` (P, E / 2) of at least as many places, and `keys.N`, `values.N`
    (R, G, L, E) of each layer, which `keys.N.out` and so on must be bound to as well. T is 1, or R is 1 and nothing came before.
    Output: `logits` (R, W, V).

    Where `apart` () is true, R is 1 and T, one of `CHECKED`, are tokens behind others, each attended to by itself: its sums are
    those of one token alone, to the last bit, which those of GroupQueryAttention over several are not, and rounding to int8
    makes much of a last bit. There are `last.1`, `total.1` and so on for all of them but the first, and `keys.N.1.out` and
    so on, bound to the same buffers; `apart.1` () is true where T is the second of `CHECKED`.
    """
    write = Writer(config, kinds, form)
    graph = write.graph
    x = graph.input(VECTORS, FLOAT, ("R", "T", config.hidden))
    for number in range(CHECKED[-1]):
        graph.input(numbered(LAST, number), INT32, ("R",))
        graph.input(numbered(TOTAL, number), INT32, ())
    for name in APART:
        graph.input(name, BOOL, ())
    graph.input(FROM, INT64, (1,))
    for part in (COSINES, SINES):
        graph.input(part, FLOAT, ("P", config.head_size // 2))
    logits = layers(write, x, lambda layer, heads: _attend(write, layer, heads), write.last)
    graph.add("Identity", [logits], LOGITS)
    graph.output(LOGITS, FLOAT, ("R", "W", config.vocab_size))
    return graph


def layers(write: Writer, x: str, attend: Callable[[int, str], str], last: Callable[[str], str]) -> str:
    """All layers and the head, from vectors (R, T, D) to logits (R, W, V).

    `attend` makes of a layer's number and its queries, keys and values (R, T, ...) what is mixed of them (R, T, S * E); `last`
    takes those tokens (R, W, D) whose logits are wanted.
    """
    graph, config = write.graph, write.config
    nothing = graph.add("Sub", [x, x])  # the operator that norms and adds nothing stands in no list of ONNX's or Microsoft's
    normed, x = skip(write, x, nothing, "decoder.layers.0.norm1")
    for layer in range(config.layers):
        name = f"decoder.layers.{layer}"
        mixed = attend(layer, _heads(write, name, normed))
        if layer == config.layers - 1:  # of the others only keys and values were wanted
            mixed, x = last(mixed), last(x)
        mixed = write.linear(mixed, f"{name}.attention.out", config.hidden)
        normed, x = skip(write, x, mixed, f"{name}.norm2")
        both, wide = write.linear(normed, f"{name}.mlp.both", config.feed_forward, config.feed_forward), f"{name}.gate"
        graph.add("Split", [both], wide, f"{name}.up", axis=-1, num_outputs=2)
        gate = graph.add("QuickGelu", [wide], domain=MICROSOFT, alpha=1.0)  # x * sigmoid(x): SiLU
        inner = graph.add("Mul", [gate, f"{name}.up"])
        following = "decoder.norm" if layer == config.layers - 1 else f"decoder.layers.{layer + 1}.norm1"
        normed, x = skip(write, x, write.linear(inner, f"{name}.mlp.down", config.hidden), following)
    return write.linear(normed, "decoder.head", config.vocab_size)


def numbered(name: str, number: int) -> str:
    """The name of an input or output for the token of that number, of those that are attended to one by one."""
    return f"{name}.{number}" if number else name


def _heads(write: Writer, name: str, x: str) -> str:
    """(R, T, D) -> queries, keys and values side by side (R, T, (S + 2 * G) * E)."""
    config, graph = write.config, write.graph
    rows = [number * config.head_size for number in (config.heads, config.kv_heads, config.kv_heads)]
    heads = write.linear(x, f"{name}.attention.heads", *rows)
    if config.attention_bias:
        parts = ("query", "key", "value")
        biases = [write.wide(f"{name}.attention.{part}.bias", number) for part, number in zip(parts, rows, strict=True)]
        heads = graph.add("Add", [heads, write.join(biases)])
    return heads


def _attend(write: Writer, layer: int, heads: str) -> str:
    """Queries, keys and values (R, T, ...) -> (R, T, S * E)."""
    config, graph, name = write.config, write.graph, f"decoder.layers.{layer}"
    places = ("R", config.kv_heads, "L", config.head_size)
    past = [graph.input(f"{part}.{layer}", FLOAT, places) for part in ("keys", "values")]
    together, apart = _Attention(graph.body(), config), _Attention(graph.body(), config)
    mixed, grown = together.one(heads, past, 0)
    together.give(mixed, [*grown, *together.again(grown, CHECKED[-1] - 1)])
    few, more = apart.several(heads, past, (0, CHECKED[0])), _Attention(apart.graph.body(), config)
    none, (first, grown) = _Attention(apart.graph.body(), config), few
    more.give(*more.several(heads, grown[-2:], CHECKED))
    none.give(none.cut(first, 0, 0), none.again(grown[-2:], CHECKED[1] - CHECKED[0]))
    rest = [graph.name() for _ in range(1 + 2 * (CHECKED[1] - CHECKED[0]))]
    apart.graph.add("If", [APART[1]], *rest, then_branch=more.graph, else_branch=none.graph)
    apart.give(apart.graph.add("Concat", [first, rest[0]], axis=1), [*grown, *rest[1:]])
    names = [f"{numbered(f'{part}.{layer}', number)}.out" for number in range(CHECKED[-1]) for part in ("keys", "values")]
    for output in names:
        graph.output(output, FLOAT, places)
    return graph.add("If", [APART[0]], f"{name}.mixed", *names, then_branch=apart.graph, else_branch=together.graph)


class _Attention:
    """A graph within the graph that attends to what is in the buffers; see `text_graph`."""

    def __init__(self, graph: Graph, config: DecoderConfig) -> None:
        self.graph, self.config = graph, config

    def one(self, heads: str, past: Sequence[str], number: int) -> tuple[str, list[str]]:
        """What is mixed of `heads` and what came before, and the buffers with it. `number` is that of its token."""
        sizes = {"num_heads": self.config.heads, "kv_num_heads": self.config.kv_heads, "do_rotary": 1}
        mixed, *grown = (self.graph.name() for _ in range(3))
        inputs = [heads, "", "", *past, numbered(LAST, number), numbered(TOTAL, number), COSINES, SINES]
        self.graph.add("GroupQueryAttention", inputs, mixed, *grown, domain=MICROSOFT, **sizes)
        return mixed, grown

    def several(self, heads: str, past: Sequence[str], span: tuple[int, int]) -> tuple[str, list[str]]:
        """The same of each token of a span by itself, one behind the other, and the buffers with each."""
        tokens = [self.graph.name() for _ in range(*span)]
        self.graph.add("Split", [self.cut(heads, *span)], *tokens, axis=1, num_outputs=len(tokens))
        parts, buffers = [], list[str]()
        for number, token in enumerate(tokens, span[0]):
            mixed, past = self.one(token, past, number)
            parts.append(mixed)
            buffers += past
        return self.graph.add("Concat", parts, axis=1), buffers

    def cut(self, x: str, start: int, end: int) -> str:
        """Some of the tokens."""
        return self.graph.add("Slice", [x, *(self.graph.constant([number]) for number in (start, end, 1))])

    def again(self, buffers: Sequence[str], count: int) -> list[str]:
        """Buffers so many times more: as outputs they lie where these do, so nothing is copied."""
        return [self.graph.add("Identity", [name]) for _ in range(count) for name in buffers]

    def give(self, mixed: str, buffers: Sequence[str]) -> None:
        """Make them the outputs."""
        config = self.config
        self.graph.output(mixed, FLOAT, ("R", "T", config.heads * config.head_size))
        for name in buffers:
            self.graph.output(name, FLOAT, ("R", config.kv_heads, "L", config.head_size))


def skip(write: Writer, x: str, more: str, name: str) -> tuple[str, str]:
    """x + more, normed by the scale of that name, and as it is."""
    outputs = (f"{name}.normed", "", "", f"{name}.sum")
    inputs = [x, more, write.wide(f"{name}.weight", write.config.hidden)]
    normed = write.graph.add(
        "SkipSimplifiedLayerNormalization", inputs, *outputs, domain=MICROSOFT, epsilon=write.config.eps
    )
    return normed, outputs[-1]
