"""Writing safetensors files a part of a tensor at a time: of a model of any size little more than one part is ever held.

Each file's sha256 is taken while it is written. Several files get an index, as the Hugging Face hub has it.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from ..errors import OutputError
from .files import INDEX, SINGLE
from .onnx_file import Place
from .tensors import DTYPES, beginning

ONE_FILE = 1 << 62  # bytes: the most in a file that is not cut into shards


@dataclass(frozen=True)
class Tensor:
    """A tensor to be written: `parts()` are its data from the beginning to the end, in its `dtype` (BF16: as uint16)."""

    name: str
    dtype: str
    shape: tuple[int, ...]
    parts: Callable[[], Iterator[np.ndarray]]

    @property
    def size(self) -> int:
        """Bytes."""
        return math.prod(self.shape) * DTYPES[self.dtype].itemsize


def write_tensors(folder: Path, tensors: Sequence[Tensor], most: int, tell: Callable[[int], Any] = bool) -> tuple[dict[str, str], dict[str, Place]]:
    """Write `tensors` to `folder`: one file, or shards of at most `most` bytes (or of one tensor) and their index.

    They lie in the order given; whoever cares for alignment gives the widest numbers first. `tell` hears of bytes written.
    Gives the sha256 of every file that was made, and where each tensor lies. Raises OutputError.
    """
    groups = _groups(tensors, most)
    names = [SINGLE] if len(groups) == 1 else [f"model-{number:05}-of-{len(groups):05}.safetensors" for number in range(1, len(groups) + 1)]
    digests, places = dict[str, str](), dict[str, Place]()
    for name, group in zip(names, groups, strict=True):
        digests[name] = _write(folder / name, group, places, tell)
    if len(groups) > 1:
        total = sum(tensor.size for tensor in tensors)
        index = {"metadata": {"total_size": total}, "weight_map": {name: lies.file for name, lies in sorted(places.items())}}
        digests[INDEX] = write_text(folder / INDEX, json.dumps(index, indent=2) + "\n")
    return digests, places


def write_text(path: Path, text: str) -> str:
    """Write a small file and give its sha256. Raises OutputError."""
    return write_bytes(path, text.encode())


def write_bytes(path: Path, data: bytes) -> str:
    """Likewise."""
    try:
        path.write_bytes(data)
    except OSError as error:
        raise OutputError(f"cannot write {path}: {error.strerror or error}") from error
    return hashlib.sha256(data).hexdigest()


def _groups(tensors: Sequence[Tensor], most: int) -> list[list[Tensor]]:
    groups: list[list[Tensor]] = [[]]
    size = 0
    for tensor in tensors:
        if groups[-1] and size + tensor.size > most:
            groups.append([])
            size = 0
        groups[-1].append(tensor)
        size += tensor.size
    return groups


def _write(path: Path, tensors: Sequence[Tensor], places: dict[str, Place], tell: Callable[[int], Any]) -> str:
    header: dict[str, Any] = {"__metadata__": {"format": "pt"}}  # transformers asks for it
    end = 0
    for tensor in tensors:
        begin, end = end, end + tensor.size
        header[tensor.name] = {"dtype": tensor.dtype, "shape": list(tensor.shape), "data_offsets": [begin, end]}
    first = beginning(header)
    state = hashlib.sha256(first)
    try:
        with open(path, "wb") as file:
            file.write(first)
            for tensor in tensors:
                places[tensor.name] = Place(path.name, file.tell(), tensor.size)
                for part in tensor.parts():
                    data = np.ascontiguousarray(part, DTYPES[tensor.dtype]).reshape(-1).view(np.uint8).data
                    file.write(data)
                    state.update(data)
                    tell(len(data))
                if file.tell() != places[tensor.name].begin + tensor.size:
                    raise OutputError(f"{tensor.name} is not as long as its shape says; nothing was kept")
    except OSError as error:
        raise OutputError(f"cannot write {path}: {error.strerror or error}") from error
    return state.hexdigest()


def widest_first(tensors: Sequence[Tensor]) -> list[Tensor]:
    """In the order in which all lie aligned, those as wide as each other by name; the same tensors give the same file."""
    return sorted(tensors, key=lambda tensor: (-DTYPES[tensor.dtype].itemsize, tensor.name))


