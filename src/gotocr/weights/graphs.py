"""Write nano's two ONNX graphs, which hold no weights: their initialisers point into the safetensors file.

ONNX keeps big tensors outside the graph as (file, offset, length); a safetensors file is such a file. So the
weights are stored once, as float16 or int8, and each becomes float32 when a session is made.
"""

from __future__ import annotations

import logging
import os
import shutil
import warnings
from collections.abc import Mapping
from copy import deepcopy
from pathlib import Path

import numpy as np

from ..errors import MissingExtraError, OutputError, WeightsError
from . import FORMS, int8
from .nano_files import DECODER, ENCODER, TOKENIZER, WEIGHTS, blend, load_nano, save_nano
from .settings import CONFIG
from .tensors import TensorFile

try:
    import onnx
    import onnxscript  # noqa: F401 - torch's exporter writes with it
    import torch
    from onnx import TensorProto, helper, numpy_helper
except ModuleNotFoundError as cause:
    raise MissingExtraError("train", "exporting a model") from cause

from ..model.nano import Nano, Past, Sight, Text

OPSET = 20
SMALL = 512  # constants of fewer elements may stay in the graph
STORED = {"F16": TensorProto.FLOAT16, "F32": TensorProto.FLOAT, "I8": TensorProto.INT8}
TEXT = ("ids", "places", "positions", "kept", "seen", "point_keys", "cells", "ink", "boxes")


class _Encoder(torch.nn.Module):
    def __init__(self, network: Nano) -> None:
        super().__init__()
        self.network = network

    def forward(self, pixels):
        sight = self.network.see(pixels)
        return (*sight.image_keys, *sight.image_values, sight.point_keys, sight.cells, sight.ink, sight.boxes)


class _Decoder(torch.nn.Module):
    """One token of each row: `TEXT` and the layers' in, logits, boxes, and the token's own keys and values out."""

    def __init__(self, network: Nano) -> None:
        super().__init__()
        self.network = network

    def forward(self, *inputs):
        count, layers = self.network.config.layers, inputs[len(TEXT) :]
        ids, places, positions, kept, seen, *cells = inputs[: len(TEXT)]
        image_keys, image_values, keys, values = (layers[start : start + count] for start in range(0, 4 * count, count))
        sight = Sight(image_keys, image_values, *cells, seen)
        written, new = self.network.write(sight, Text(ids, places, positions), Past(keys, values, kept))
        return (written.logits[:, -1], written.boxes[:, -1], *new.keys, *new.values)


def export_folder(source: str | Path, folder: str | Path, form: str = FORMS[0], blended: tuple[Path, float] | None = None) -> None:
    """Make of the trained nano in `source` a `folder` that both engines read; it appears whole or not at all.

    `blended` is another nano and its share in the weights, see `nano_files.blend`.

    A folder that is there keeps its other files, and is no model while its files are replaced. Raises WeightsError when
    `source` is no nano, OutputError when `folder` cannot be written.
    """
    source, folder = Path(source), Path(folder).absolute()
    network = blend(source, *blended) if blended else load_nano(source)
    part = folder.with_name(f".{folder.name}-{os.getpid()}.part")
    try:
        export(network, part, source / TOKENIZER, form)
        if folder.is_dir() and any(folder.iterdir()):
            (folder / CONFIG).unlink(missing_ok=True)
            for name in (WEIGHTS, TOKENIZER, ENCODER, DECODER, CONFIG):  # last what makes it a model
                os.replace(part / name, folder / name)
        else:
            os.replace(part, folder)
    except OSError as cause:
        raise OutputError(f"cannot write {folder}: {cause.strerror or cause}") from cause
    finally:
        shutil.rmtree(part, ignore_errors=True)


def export(network: Nano, folder: str | Path, tokenizer: str | Path, form: str = FORMS[0]) -> None:
    """Write weights (in one of `FORMS`), config, tokenizer and both graphs into `folder`; `network` stays as it is.

    Raises WeightsError when a weight has no place in that form or in the file.
    """
    folder, network = Path(folder), deepcopy(network).eval().float().cpu()
    weights = network.state_dict()
    save_nano(folder, int8.pack({name: value.numpy() for name, value in weights.items()}, form), network.config, tokenizer)
    stored = TensorFile(folder / WEIGHTS)
    with torch.no_grad():  # the graphs are traced with the weights as stored
        for name, value in weights.items():
            value.copy_(torch.from_numpy(int8.widen(stored, name)))
    for name, graph in ((ENCODER, trace_encoder(network)), (DECODER, trace_decoder(network))):
        point_outside(graph, stored)
        (folder / name).write_bytes(graph.SerializeToString())


def trace_encoder(network: Nano) -> onnx.ModelProto:
    """`see` as a graph: pixels (1, 3, H, W) -> what `nano_rows.Network.see` gives."""
    down, across = network.config.stride
    rows, columns = (torch.export.Dim(name, min=1, max=512) for name in ("rows", "columns"))
    sides = {2: down * rows, 3: across * columns}
    outputs = [*_layered("image", network), "point_keys", "cells", "ink", "boxes"]
    return _trace(_Encoder(network), (torch.randn(1, 3, 4 * down, 5 * across),), ["pixels"], outputs, (sides,))


def trace_decoder(network: Nano) -> onnx.ModelProto:
    """`write` as a graph, for B rows and a token of each: what `nano_rows.Network.write` takes and gives."""
    config, rows = network.config, 3
    with torch.no_grad():
        sight = network.see(torch.randn(rows, 3, 4 * config.stride[0], 5 * config.stride[1]))
    past = [torch.randn(rows, config.heads, 7, config.hidden // config.heads) for _ in range(2 * config.layers)]
    count = sight.image_keys[0].shape[2]
    text = (torch.randint(0, 9, (rows, 1)), torch.rand(rows, 1, 4) * 64, torch.full((rows, 1), 7), torch.zeros(rows, 7))
    inputs = (*text, torch.zeros(rows, count), sight.point_keys, sight.cells, sight.ink, sight.boxes)
    batch, kept, images, cells = (torch.export.Dim(name, min=1, max=65536) for name in ("batch", "kept", "images", "cells"))
    layer = [{0: batch, 2: images}] * (2 * config.layers) + [{0: batch, 2: kept}] * (2 * config.layers)
    shapes = (*[{0: batch}] * 3, {0: batch, 1: kept}, {0: batch, 1: images}, *[{0: batch, 1: cells}] * 4, *layer)
    names = [*TEXT, *_layered("image", network), *_layered("past", network)]
    outputs = ["logits", "box", *_layered("new", network)]
    layers = (*sight.image_keys, *sight.image_values, *past)
    return _trace(_Decoder(network), (*inputs, *layers), names, outputs, (shapes,))


def _layered(what: str, network: Nano) -> list[str]:
    return [f"{what}_{part}_{layer}" for part in ("keys", "values") for layer in range(network.config.layers)]


def _trace(
    module: torch.nn.Module, inputs: tuple, names: list[str], outputs: list[str], shapes: tuple
) -> onnx.ModelProto:
    log = logging.getLogger("torch.onnx")
    level = log.level
    log.setLevel(logging.ERROR)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            program = torch.onnx.export(
                module.eval(),
                inputs,
                dynamo=True,
                input_names=names,
                output_names=outputs,
                dynamic_shapes=shapes,
                opset_version=OPSET,
                verbose=False,
            )
    finally:
        log.setLevel(level)
    return program.model_proto


def point_outside(graph: onnx.ModelProto, stored: TensorFile) -> None:
    """Replace every weight in `graph`, whole or transposed, by a reference into `stored`, in place.

    Raises WeightsError for a big constant that is no weight: it would make the graph grow with the model.
    """
    tensors = {name: int8.widen(stored, name) for name in int8.shapes(stored)}
    constants, before, used = [], [], set()
    for constant in graph.graph.initializer:
        if int(np.prod(constant.dims)) < SMALL:
            constants.append(constant)
            continue
        name, turned = _origin(numpy_helper.to_array(constant), tensors)
        if name is None:
            what = f"the graph's constant {constant.name} {list(constant.dims)}"
            raise WeightsError(f"{what} is no weight of the model; see model/nano.py")
        if name not in used:
            used.add(name)
            references, widening = _widened(name, stored)
            constants += references
            before += widening
        turn = ("Transpose", {"perm": [1, 0]}) if turned else ("Identity", {})
        before.append(helper.make_node(turn[0], [f"{name}.wide"], [constant.name], **turn[1]))
    nodes = [*before, *graph.graph.node]
    for field in (graph.graph.initializer, graph.graph.node, graph.graph.value_info, graph.graph.metadata_props):
        del field[:]
    del graph.metadata_props[:]
    graph.graph.initializer.extend(constants)
    graph.graph.node.extend(nodes)
    graph.doc_string = graph.graph.doc_string = ""
    for node in graph.graph.node:  # the exporter's notes hold paths of the exporting machine
        node.doc_string = ""
        del node.metadata_props[:]


def _origin(values: np.ndarray, tensors: Mapping[str, np.ndarray]) -> tuple[str | None, bool]:
    """Which stored tensor a constant is, and whether it is its transpose."""
    for name, tensor in tensors.items():
        if np.array_equal(tensor, values):
            return name, False
    for name, tensor in tensors.items():
        if tensor.ndim == 2 and np.array_equal(tensor.T, values):
            return name, True
    return None, False


def _widened(name: str, stored: TensorFile) -> tuple[list[TensorProto], list[onnx.NodeProto]]:
    """References to a stored tensor and the nodes that make float32 of it, under `NAME.wide`.

    ONNX Runtime works such nodes out once, when a session is made; a DequantizeLinear it would work out at every step.
    """
    wide = f"{name}.wide"
    if stored.entries[name].dtype != "I8":
        half = f"{name}.half"
        return [_reference(half, name, stored)], [helper.make_node("Cast", [half], [wide], to=TensorProto.FLOAT)]
    whole, steps, scales = f"{name}.whole", f"{name}.steps", name + int8.SCALES
    nodes = [
        helper.make_node("Cast", [whole], [steps], to=TensorProto.FLOAT),
        helper.make_node("Mul", [steps, scales], [wide]),
    ]
    return [_reference(whole, name, stored), _reference(scales, scales, stored)], nodes


def _reference(label: str, name: str, stored: TensorFile) -> TensorProto:
    """An initialiser whose data are the bytes of tensor `name` in the safetensors file beside the graph."""
    entry = stored.entries[name]
    proto = TensorProto(
        name=label, data_type=STORED[entry.dtype], dims=list(entry.shape), data_location=TensorProto.EXTERNAL
    )
    place = {"location": WEIGHTS, "offset": stored.data_start + entry.begin, "length": entry.end - entry.begin}
    for key, value in place.items():
        proto.external_data.add(key=key, value=str(value))
    return proto
