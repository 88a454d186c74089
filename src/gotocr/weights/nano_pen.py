"""What nano's two ONNX graphs are drawn with: a graph, the numbers it names, and how a matrix is multiplied.

The graphs are made when a model is opened, from its tensors, whatever form those are stored in. So nothing but the weights has to
be kept in a folder, and products of weights are worked out once.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from ..model.config import NanoConfig
from .got_packed import Form, quantise
from .onnx_file import FLOAT, MICROSOFT, UINT8, Graph

# Blocks of 32: of larger ones ONNX Runtime's sums depend on how many rows there are, and a row would not be what it is alone.
FORMS: Mapping[str, Form] = {form.name: form for form in (Form("float32"), Form("int8", 8, 32), Form("int4", 4, 32))}


class Pen:
    """A graph being drawn from a nano's float32 `tensors`, by our names."""

    def __init__(self, config: NanoConfig, tensors: Mapping[str, np.ndarray], form: Form = FORMS["float32"]) -> None:
        """`form` is how matrices are multiplied."""
        self.graph, self.config, self.tensors, self.form = Graph(), config, tensors, form
        self.values: dict[str, np.ndarray] = {}  # what the graph names

    def hold(self, name: str, values: np.ndarray) -> str:
        """Numbers of ours in the graph, float32 or uint8."""
        self.values[name] = values = np.ascontiguousarray(values)
        return self.graph.weight(name, UINT8 if values.dtype == np.uint8 else FLOAT, values.shape)

    def weight(self, name: str) -> str:
        """A tensor as it is."""
        return self.hold(name, self.tensors[name])

    def stacked(self, *names: str, gain: float = 1.0) -> tuple[np.ndarray, np.ndarray | None]:
        """Weights (sum of outer, inner) and biases (sum of outer,), if they have some, of linear layers, the first `gain` times as large."""
        parts = []
        for suffix in ("weight", "bias"):
            found = [self.tensors.get(f"{name}.{suffix}") for name in names]
            if found[0] is not None:
                parts.append(np.concatenate([found[0] * np.float32(gain), *found[1:]]))
        return parts[0], parts[1] if len(parts) > 1 else None

    def linear(self, x: str, name: str, weight: np.ndarray, bias: np.ndarray | None = None) -> str:
        """(N, inner) -> (N, outer), by a matrix (outer, inner) in the graph's form."""
        outer, inner = weight.shape
        biases = [self.hold(f"{name}.bias", bias)] if bias is not None else []
        if not self.form.block:
            return self.graph.add("Gemm", [x, self.hold(f"{name}.weight", weight), *biases], transB=1)
        whole, scales = quantise(weight, self.form)
        inputs = [x, self.hold(f"{name}.whole", whole), self.hold(f"{name}.scales", scales), *(["", "", *biases] if biases else [])]
        return self.graph.add("MatMulNBits", inputs, domain=MICROSOFT, **self.form.product(outer, inner))

    def reshape(self, x: str, *shape: int) -> str:
        return self.graph.add("Reshape", [x, self.graph.constant(shape)])

    def turn(self, x: str, *order: int) -> str:
        return self.graph.add("Transpose", [x], perm=order)

    def split(self, x: str, *sizes: int, axis: int = -1) -> list[str]:
        parts = [f"{x}.part{number}" for number in range(len(sizes))]
        self.graph.add("Split", [x, self.graph.constant(sizes)], *parts, axis=axis)
        return parts

    def norm(self, x: str, name: str) -> str:
        """A root mean square norm."""
        return self.graph.add("SimplifiedLayerNormalization", [x, self.weight(f"{name}.weight")], axis=-1, epsilon=EPS, stash_type=1)

    def skip(self, x: str, more: str, name: str) -> tuple[str, str]:
        """x + more, normed by the scale of that name, and as it is."""
        outputs = f"{name}.normed", "", "", f"{name}.sum"
        scale = self.weight(f"{name}.weight")
        normed = self.graph.add("SkipSimplifiedLayerNormalization", [x, more, scale], *outputs, domain=MICROSOFT, epsilon=EPS)
        return normed, outputs[-1]

    def feed(self, x: str, name: str) -> str:
        """SwiGLU, (N, hidden) -> (N, hidden)."""
        wide = self.config.feed_forward
        gate, up = self.split(self.linear(x, f"{name}.both", *self.stacked(f"{name}.gate", f"{name}.up")), wide, wide)
        gate = self.graph.add("QuickGelu", [gate], domain=MICROSOFT, alpha=1.0)  # x * sigmoid(x): SiLU
        return self.linear(self.graph.add("Mul", [gate, up]), f"{name}.down", self.tensors[f"{name}.down.weight"])


EPS = 1e-6  # of `model.stem.RMSNorm`


def waves(count: int, shortest: float = 16.0, longest: float = 8192.0) -> np.ndarray:
    """`model.stem.waves`, without torch."""
    return (2 * np.pi / np.exp(np.linspace(np.log(shortest), np.log(longest), count))).astype(np.float32)
