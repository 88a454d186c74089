"""Write nano's two ONNX graphs, which hold no weights: their initialisers point into the safetensors file.

ONNX keeps big tensors outside the graph as (file, offset, length); a safetensors file is such a file. So the
weights are stored once, as float16, and each is cast to float32 when a session is made.
"""

from __future__ import annotations

from dataclasses import asdict
from json import dumps
from pathlib import Path

import numpy as np

from ..errors import MissingExtraError, WeightsError
from .nano_files import CONFIG, DECODER, ENCODER, WEIGHTS
from .tensors import TensorFile, write

try:
    import onnx
    import torch
    from onnx import TensorProto, helper, numpy_helper

    from ..model.nano import Nano, Sight, Text
except ImportError as cause:
    raise MissingExtraError("train", "exporting a model") from cause

OPSET = 20
SMALL = 512  # constants of fewer elements may stay in the graph
TEXT = ("ids", "places", "positions", "past_keys", "past_values")


class _Encoder(torch.nn.Module):
    def __init__(self, network: Nano) -> None:
        super().__init__()
        self.network = network

    def forward(self, pixels):
        return tuple(self.network.see(pixels))


class _Decoder(torch.nn.Module):
    def __init__(self, network: Nano) -> None:
        super().__init__()
        self.network = network

    def forward(self, ids, places, positions, past_keys, past_values, *sight):
        written, keys, values = self.network.write(Sight(*sight), Text(ids, places, positions), past_keys, past_values)
        return written.logits[:, -1], written.boxes[:, -1], keys, values


def export(network: Nano, folder: str | Path) -> None:
    """Write weights (float16), config and both graphs into `folder`; raises WeightsError when a weight has no place."""
    folder, network = Path(folder), network.eval().float().cpu()
    folder.mkdir(parents=True, exist_ok=True)
    with torch.no_grad():  # the graphs are traced with the weights as stored
        for value in network.state_dict().values():
            value.copy_(value.half())
    write(folder / WEIGHTS, {name: value.numpy().astype(np.float16) for name, value in network.state_dict().items()})
    (folder / CONFIG).write_text(dumps(asdict(network.config), indent=1) + "\n", "utf-8")
    stored = TensorFile(folder / WEIGHTS)
    for name, graph in ((ENCODER, trace_encoder(network)), (DECODER, trace_decoder(network))):
        point_outside(graph, stored)
        (folder / name).write_bytes(graph.SerializeToString())


def trace_encoder(network: Nano) -> onnx.ModelProto:
    """`see` as a graph: pixels (1, 3, H, W) -> the fields of `Sight`."""
    down, across = network.config.stride
    rows, columns = (torch.export.Dim(name, min=1, max=512) for name in ("rows", "columns"))
    sides = {2: down * rows, 3: across * columns}
    return _trace(_Encoder(network), (torch.randn(1, 3, 4 * down, 5 * across),), ["pixels"], list(Sight._fields), (sides,))


def trace_decoder(network: Nano) -> onnx.ModelProto:
    """`write` as a graph: text, past and sight -> logits (1, V) and box (1, 4) of what follows, grown past."""
    config = network.config
    with torch.no_grad():
        sight = network.see(torch.randn(1, 3, 4 * config.stride[0], 5 * config.stride[1]))
    past = [torch.randn(config.layers, 1, config.heads, 7, config.hidden // config.heads) for _ in range(2)]
    text = (torch.randint(0, 9, (1, 3)), torch.rand(1, 3, 4) * 64, torch.arange(3)[None])
    tokens, kept, images, cells = (torch.export.Dim(name, min=0 if name == "kept" else 1, max=65536) for name in ("tokens", "kept", "images", "cells"))
    shapes = (*[{1: tokens}] * 3, *[{3: kept}] * 2, (*[{3: images}] * 2, *[{1: cells}] * 4))
    return _trace(_Decoder(network), (*text, *past, *sight), [*TEXT, *Sight._fields], ["logits", "box", "keys", "values"], shapes)


def _trace(module: torch.nn.Module, inputs: tuple, names: list[str], outputs: list[str], shapes: tuple) -> onnx.ModelProto:
    import logging
    import warnings

    logging.getLogger("torch.onnx").setLevel(logging.ERROR)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        program = torch.onnx.export(
            module.eval(), inputs, dynamo=True, input_names=names, output_names=outputs, dynamic_shapes=shapes, opset_version=OPSET, verbose=False
        )
    return program.model_proto


def point_outside(graph: onnx.ModelProto, stored: TensorFile) -> None:
    """Replace every weight in `graph`, whole or transposed, by a reference into `stored`, in place."""
    tensors = {name: stored.bits(name) for name in stored}
    constants, before = [], []
    for constant in graph.graph.initializer:
        if int(np.prod(constant.dims)) < SMALL:
            constants.append(constant)
            continue
        name, turned = _origin(numpy_helper.to_array(constant), tensors)
        if name is None:
            raise WeightsError(f"the graph's constant {constant.name} {list(constant.dims)} is no weight of the model; see model/nano.py")
        half, wide = f"{name}.half", f"{name}.wide"
        if half not in {known.name for known in constants}:
            constants.append(_reference(half, name, stored))
            before.append(helper.make_node("Cast", [half], [wide], to=TensorProto.FLOAT))
        before.append(helper.make_node("Transpose", [wide], [constant.name], perm=[1, 0]) if turned else helper.make_node("Identity", [wide], [constant.name]))
    nodes = [*before, *graph.graph.node]
    del graph.graph.initializer[:], graph.graph.node[:], graph.graph.value_info[:], graph.metadata_props[:], graph.graph.metadata_props[:]
    graph.graph.initializer.extend(constants)
    graph.graph.node.extend(nodes)
    graph.doc_string = graph.graph.doc_string = ""
    for node in graph.graph.node:  # the exporter's notes hold paths of the exporting machine
        node.doc_string = ""
        del node.metadata_props[:]


def _origin(values: np.ndarray, tensors: dict[str, np.ndarray]) -> tuple[str | None, bool]:
    """Which stored tensor a constant is, and whether it is its transpose."""
    for name, tensor in tensors.items():
        if tensor.shape == values.shape and np.array_equal(tensor.astype(np.float32), values):
            return name, False
    for name, tensor in tensors.items():
        if tensor.ndim == 2 and tensor.shape[::-1] == values.shape and np.array_equal(tensor.astype(np.float32).T, values):
            return name, True
    return None, False


def _reference(label: str, name: str, stored: TensorFile) -> TensorProto:
    """An initialiser whose data are the bytes of tensor `name` in the safetensors file beside the graph."""
    entry = stored.entries[name]
    proto = TensorProto(name=label, data_type=TensorProto.FLOAT16, dims=list(entry.shape), data_location=TensorProto.EXTERNAL)
    for key, value in (("location", WEIGHTS), ("offset", stored.data_start + entry.begin), ("length", entry.end - entry.begin)):
        proto.external_data.add(key=key, value=str(value))
    return proto
