"""ONNX graphs put together and written with numpy alone: what a model file needs of protobuf is a handful of fields.

Weights are only named (`Graph.weight`): their data come when a session is made, from wherever they lie, or the file says where
in which file beside it (`Place`). So a graph is a few kilobytes, is made anew whenever it is needed, for any sizes, and the `onnx`
package is not.

Fields and their numbers: onnx/onnx.proto of the ONNX project (IR version 10).
"""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

IR_VERSION, OPSET = 10, 20
MICROSOFT = "com.microsoft"  # ONNX Runtime's own operators
FLOAT, UINT8, INT32, INT64, BOOL, FLOAT16, BFLOAT16 = 1, 2, 6, 7, 9, 10, 16  # TensorProto.DataType
_NUMPY = {"float32": FLOAT, "uint8": UINT8, "int32": INT32, "int64": INT64, "float16": FLOAT16}
_OUTSIDE = 1  # TensorProto.DataLocation.EXTERNAL

Shape = Sequence["int | str"]  # a name stands for any number


@dataclass(frozen=True)
class Place:
    """Where the data of a weight lie: a file beside the graph's own, the first byte, and how many."""

    file: str
    begin: int
    size: int


class Graph:
    """Nodes in the order they are added; every method gives the name of what it made.

    A graph made by `body` is for an attribute of a node: it knows all values of the graph around it, and what it needs of
    weights and constants stands there.
    """

    def __init__(self, around: Graph | None = None) -> None:
        self._around = around
        self._count: list[int] = around._count if around else [0]  # of values named so far, by all graphs together
        self._nodes: list[bytes] = []
        self._tensors: list[bytes] = []
        self._inputs: list[bytes] = []
        self._outputs: list[bytes] = []
        self._known: dict[tuple[str, bytes], str] = {}
        self.weights: dict[str, tuple[int, tuple[int, ...]]] = {}  # name -> type and shape of what has to be brought

    def body(self) -> Graph:
        """A graph within this one."""
        return Graph(self)

    def input(self, name: str, kind: int, shape: Shape) -> str:
        self._inputs.append(_value(name, kind, shape))
        return name

    def output(self, name: str, kind: int, shape: Shape) -> str:
        self._outputs.append(_value(name, kind, shape))
        return name

    def weight(self, name: str, kind: int, shape: Sequence[int]) -> str:
        """A tensor whose data are brought from outside under this name."""
        if self._around:
            return self._around.weight(name, kind, shape)
        if name not in self.weights:
            self.weights[name] = kind, tuple(shape)
        return name

    def constant(self, values: Any, dtype: str = "int64") -> str:
        """A small tensor that stands in the graph itself; equal ones stand there once."""
        if self._around:
            return self._around.constant(values, dtype)
        array = np.asarray(values, dtype)
        key = f"{dtype}{array.shape}", array.tobytes()
        if key not in self._known:
            self._known[key] = name = f"constant.{len(self._known)}"
            self._tensors.append(_dims(array.shape) + _number(2, _NUMPY[dtype]) + _text(8, name) + _text(9, array.tobytes()))
        return self._known[key]

    def add(self, operator: str, inputs: Sequence[str], *outputs: str, domain: str = "", **attributes: Any) -> str:
        """A node; without `outputs` it has one, named by its number. Gives the first output. An empty name is left out."""
        outputs = outputs or (self.name(),)
        parts = [*(_text(1, name) for name in inputs), *(_text(2, name) for name in outputs), _text(4, operator)]
        parts += [_text(5, _attribute(name, value)) for name, value in sorted(attributes.items())]
        self._nodes.append(b"".join(parts) + (_text(7, domain) if domain else b""))
        return outputs[0]

    def name(self) -> str:
        """A new one, for a value."""
        self._count[0] += 1
        return f"value.{self._count[0]}"

    def proto(self, places: Mapping[str, Place] | None = None) -> bytes:
        """The GraphProto."""
        tensors = [*self._tensors, *(_outside(name, *told, places) for name, told in self.weights.items())]
        fields = ((1, self._nodes), (5, tensors), (11, self._inputs), (12, self._outputs))
        return b"".join(_text(number, part) for number, parts in fields for part in parts) + _text(2, "gotocr")

    def to_bytes(self, places: Mapping[str, Place] | None = None) -> bytes:
        """The model file. Without `places` of all weights it can be opened only by who brings them."""
        opsets = b"".join(
            _text(8, _text(1, domain) + _number(2, version)) for domain, version in (("", OPSET), (MICROSOFT, 1))
        )
        return _number(1, IR_VERSION) + _text(2, "gotocr") + _text(7, self.proto(places)) + opsets


def _varint(value: int) -> bytes:
    value &= (1 << 64) - 1  # negative numbers as their two's complement
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*out, value])


def _number(field: int, value: int) -> bytes:
    return _varint(field << 3) + _varint(value)


def _text(field: int, value: str | bytes) -> bytes:
    data = value.encode() if isinstance(value, str) else value
    return _varint(field << 3 | 2) + _varint(len(data)) + data


def _outside(name: str, kind: int, shape: Sequence[int], places: Mapping[str, Place] | None) -> bytes:
    """A TensorProto whose data lie elsewhere."""
    told = {"location": "weights"}
    if places is not None:
        place = places[name]
        told = {"location": place.file, "offset": str(place.begin), "length": str(place.size)}
    entries = b"".join(_text(13, _text(1, key) + _text(2, value)) for key, value in told.items())
    return _dims(shape) + _number(2, kind) + _text(8, name) + entries + _number(14, _OUTSIDE)


def _dims(shape: Sequence[int]) -> bytes:
    return b"".join(_number(1, size) for size in shape)


def _value(name: str, kind: int, shape: Shape) -> bytes:
    sizes = (_text(2, size) if isinstance(size, str) else _number(1, size) for size in shape)
    tensor = _number(1, kind) + _text(2, b"".join(_text(1, size) for size in sizes))
    return _text(1, name) + _text(2, _text(1, tensor))


def _attribute(name: str, value: Any) -> bytes:
    """An AttributeProto: a whole number, a float, a text, a graph, or several whole numbers."""
    if isinstance(value, Graph):
        return _text(1, name) + _text(6, value.proto()) + _number(20, 5)
    if isinstance(value, float):
        return _text(1, name) + b"\x15" + struct.pack("<f", value) + _number(20, 1)
    if isinstance(value, int):
        return _text(1, name) + _number(3, value) + _number(20, 2)
    if isinstance(value, str):
        return _text(1, name) + _text(4, value) + _number(20, 3)
    return _text(1, name) + b"".join(_number(8, item) for item in value) + _number(20, 7)
