"""The published model as two ONNX files that need nothing of ours, `picture.onnx` and `text.onnx`, over one file of weights.

The weights are a safetensors file, whose tensors the ONNX files point into (ONNX's "external data"): so no file meets protobuf's
limit of 2 GB, and in floats the folder is also a model in our own layout.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from ..errors import WeightsError
from .got_packed import FORMS, SCALES, TEXT_FORMS, Form, Matrices, matrices, picture_matrices, quantise, slices
from .got_picture import picture_graph
from .got_written import written_graph
from .names import EMBEDDING
from .onnx_file import BFLOAT16, FLOAT, FLOAT16
from .origin import Origin
from .rounding import Rounding
from .stream import ONE_FILE, Tensor, widest_first, write_bytes, write_tensors

PICTURE, TEXT = "picture.onnx", "text.onnx"
KINDS = {"F32": FLOAT, "F16": FLOAT16, "BF16": BFLOAT16}
HEAD_STEP = 8  # what GroupQueryAttention asks of the size of heads


def write_onnx(folder: Path, origin: Origin, floats: Sequence[Tensor], form: str, tell: Callable[[int], Any]) -> tuple[dict[str, str], Rounding]:
    """Write both files and the weights; `floats` are the tensors as they are to be stored, matrices in the form of that name.

    Gives the sha256 of each file, and what was lost by rounding to whole numbers. Raises WeightsError, OutputError.
    """
    decoder = origin.config.decoder
    if decoder.head_size % HEAD_STEP:
        raise WeightsError(f"onnxruntime attends with heads of {HEAD_STEP}, 2 x {HEAD_STEP}, ... numbers only; this model's have {decoder.head_size}")
    rounding, packed = Rounding(), list[Tensor]()
    text, picture = TEXT_FORMS[form], FORMS[form if form == "float32" else "int8"]  # pictures are never rounded to 4 bits
    replaced = set[str]()
    for some, how in ((matrices(decoder), text), (picture_matrices(origin.config.vision), picture)):
        if how.block:
            packed += [tensor for name in some for tensor in _packed(origin, some, name, how, rounding)]
            replaced |= {tensor for names, _ in some.values() for tensor in names}
    kept = [tensor for tensor in floats if tensor.name not in replaced - {EMBEDDING}]  # tokens are looked up in it
    wide = [tensor for tensor in widest_first(kept) if tensor.dtype == "F32"]
    half = [tensor for tensor in widest_first(kept) if tensor.dtype != "F32"]
    digests, places = write_tensors(folder, [*wide, *packed, *half], ONE_FILE, tell)
    kinds = {tensor.name: KINDS[tensor.dtype] for tensor in floats}
    graphs = {PICTURE: picture_graph(origin.config, kinds, picture), TEXT: written_graph(origin.config, kinds, text)}
    for name, graph in graphs.items():
        digests[name] = write_bytes(folder / name, graph.to_bytes(places))
    return digests, rounding


def _packed(origin: Origin, some: Matrices, name: str, form: Form, rounding: Rounding) -> Iterator[Tensor]:
    """A matrix in whole numbers, and its scales, which are known when it has been written."""
    tensors, inner = some[name]
    rows = sum(origin.weights.entry(origin.sources[tensor]).shape[0] for tensor in tensors)
    whole, scales = form.shapes(rows, inner)
    found = list[np.ndarray]()

    def parts() -> Iterator[np.ndarray]:
        found.clear()
        for values in (values for tensor in tensors for values in slices(origin.weights, origin.sources[tensor])):
            numbers, steps = quantise(values, form)
            rounding.note(name, values, widened(numbers, steps, form)[:, :inner])
            found.append(steps)
            yield numbers

    yield Tensor(name, "U8", whole, parts)
    yield Tensor(name + SCALES, "F32", scales, partial(iter, found))


def widened(numbers: np.ndarray, scales: np.ndarray, form: Form) -> np.ndarray:
    """What whole numbers (N, blocks, bytes) and scales (N, blocks) of `got_packed.quantise` stand for: (N, blocks * block) float32."""
    if form.bits == 4:
        numbers = np.stack([numbers & 15, numbers >> 4], -1).reshape(*numbers.shape[:2], form.block)
    steps = numbers.astype(np.float32) - np.float32(1 << (form.bits - 1))
    return (steps * scales[..., None]).reshape(len(numbers), -1)
