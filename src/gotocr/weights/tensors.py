"""Safetensors files with numpy alone: a reader that maps the file and trusts nothing in it, and a writer.

Format: 8 bytes little-endian length, a JSON header {name: {dtype, shape, data_offsets}}, then the raw tensors, which
cover the rest of the file without gap or overlap (huggingface/safetensors, README, "Format").
numpy has no bfloat16: BF16 is read as float32 (exact) or as its uint16 bits, and written from either.
"""

from __future__ import annotations

import json
import math
import os
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from ..errors import OutputError, WeightsError

DTYPES = {
    "F32": np.dtype("<f4"),
    "F16": np.dtype("<f2"),
    "BF16": np.dtype("<u2"),  # the upper half of a float32
    "I8": np.dtype("i1"),
    "U8": np.dtype("u1"),
    "I32": np.dtype("<i4"),
    "I64": np.dtype("<i8"),
}
PART = 1 << 23  # bytes that are read at a time where a tensor need not be whole
_LENGTH_BYTES = 8
_MOST_HEADER = 100_000_000  # bytes, the limit of the format's own library
_MOST_AXES = 64  # what numpy can hold
_MOST_COUNT = 1 << 62  # no real shape or offset is longer
_METADATA = "__metadata__"


@dataclass(frozen=True)
class Entry:
    """One tensor of a file: its data are the bytes `begin` .. `end` behind the header."""

    dtype: str
    shape: tuple[int, ...]
    begin: int
    end: int


class TensorFile(Mapping[str, np.ndarray]):
    """A safetensors file, mapped read-only: `file[name]` is an array that reads from disk when touched.

    BF16 comes as float32 (a copy). `entries` are dtypes and shapes, `data_start` the byte they count from,
    `metadata` the file's own notes.
    Raises WeightsError for anything that is not a sound safetensors file.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self.path = Path(path)
        try:
            self._bytes = np.memmap(self.path, np.uint8, "r")
        except (OSError, ValueError) as error:  # an empty file cannot be mapped: ValueError
            raise WeightsError(f"cannot read weights from {self.path}: {error}") from error
        try:
            self.entries, self.metadata, self.data_start = parse(self._bytes)
        except _Unsound as error:
            raise WeightsError(f"{self.path} is not a sound safetensors file: {error}; fetch it again") from error

    def bits(self, name: str) -> np.ndarray:
        """The tensor as stored, a read-only view; BF16 as uint16."""
        entry = self.entries[name]
        data = self._bytes[self.data_start + entry.begin : self.data_start + entry.end]
        return data.view(np.ndarray).view(DTYPES[entry.dtype]).reshape(entry.shape)

    def copy(self, name: str) -> np.ndarray:
        """As stored, in memory of its own; unlike `bits`, reading leaves no pages of the file in this process."""
        entry = self.entries[name]
        dtype = DTYPES[entry.dtype]
        count = (entry.end - entry.begin) // dtype.itemsize
        try:
            return np.fromfile(self.path, dtype, count, offset=self.data_start + entry.begin).reshape(entry.shape)
        except (OSError, ValueError) as error:  # ValueError: it became shorter
            raise WeightsError(f"{self.path} changed while it was read; try again") from error

    def parts(self, name: str, rows: int = 0) -> Iterator[np.ndarray]:
        """As stored, some at a time, in memory of its own: `rows` of the first axis, or flat and about `PART` bytes (the default)."""
        entry = self.entries[name]
        dtype = DTYPES[entry.dtype]
        row = math.prod(entry.shape[1:]) if rows else 1
        step = rows * row or max(1, PART // dtype.itemsize)
        count = (entry.end - entry.begin) // dtype.itemsize
        for start in range(0, count, step):
            some = min(step, count - start)
            offset = self.data_start + entry.begin + start * dtype.itemsize
            try:
                part = np.fromfile(self.path, dtype, some, offset=offset)
            except OSError as error:
                raise WeightsError(f"{self.path} cannot be read any more: {error}") from error
            if len(part) != some:
                raise WeightsError(f"{self.path} changed while it was read; try again")
            yield part.reshape(-1, *entry.shape[1:]) if rows else part

    def __getitem__(self, name: str) -> np.ndarray:
        stored = self.bits(name)
        return widen(stored) if self.entries[name].dtype == "BF16" else stored

    def __iter__(self) -> Iterator[str]:
        return iter(self.entries)

    def __len__(self) -> int:
        return len(self.entries)


def widen(bits: np.ndarray) -> np.ndarray:
    """BF16 bits (uint16) as float32, exactly."""
    return (bits.astype(np.uint32) << 16).view(np.float32)


def narrow(values: np.ndarray) -> np.ndarray:
    """float32 as BF16 bits (uint16), rounded to the nearest, ties to even; NaN stays NaN."""
    wide = np.ascontiguousarray(values, np.float32).view(np.uint32)
    rounded = ((wide + 0x7FFF + ((wide >> 16) & 1)) >> 16).astype(np.uint16)  # may wrap round for NaN alone
    return np.where(np.isnan(values), np.uint16(0x7FC0), rounded)


def write(
    path: str | os.PathLike[str],
    tensors: Mapping[str, np.ndarray],
    metadata: Mapping[str, str] | None = None,
    bf16: Collection[str] = (),
) -> None:
    """Write a safetensors file, whole or not at all. Names in `bf16` are float32 to be rounded, or uint16 bits.

    Raises WeightsError for a dtype that the format has no name for, OutputError when the disk refuses.
    """
    header: dict[str, Any] = {_METADATA: dict(metadata)} if metadata else {}
    chunks, end = [], 0
    width = {name: 2 if name in bf16 else values.dtype.itemsize for name, values in tensors.items()}
    for name in sorted(tensors, key=lambda name: (-width[name], name)):  # the widest first: all lie aligned
        dtype, data = _stored(name, tensors[name], name in bf16)
        begin, end = end, end + data.nbytes
        header[name] = {"dtype": dtype, "shape": list(data.shape), "data_offsets": [begin, end]}
        chunks.append(data)
    whole, part = Path(path), Path(f"{path}.part")
    try:
        with open(part, "wb") as file:
            file.write(beginning(header))
            for data in chunks:
                file.write(data.reshape(-1).view(np.uint8).data)
        os.replace(part, whole)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise OutputError(f"cannot write {whole}: {error}") from error


def beginning(header: Mapping[str, Any]) -> bytes:
    """What comes before the data: the header's length, and the header {name: {dtype, shape, data_offsets}}."""
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % _LENGTH_BYTES)
    return len(text).to_bytes(_LENGTH_BYTES, "little") + text


def _stored(name: str, values: np.ndarray, as_bf16: bool) -> tuple[str, np.ndarray]:
    if as_bf16:
        bits = values if values.dtype == np.uint16 else narrow(values)
        return "BF16", np.ascontiguousarray(bits, DTYPES["BF16"]).reshape(values.shape)
    for dtype, stored in DTYPES.items():
        if dtype != "BF16" and values.dtype == stored:
            return dtype, np.ascontiguousarray(values, stored).reshape(values.shape)
    raise WeightsError(f"tensor {name} has dtype {values.dtype}; weights files hold {', '.join(DTYPES)}")


class _Unsound(Exception):
    """Why a file is not a sound safetensors file."""


def parse(data: np.ndarray) -> tuple[dict[str, Entry], dict[str, str], int]:
    """Entries, metadata and the place where the data begin, from the bytes (n,) uint8 of a whole file."""
    if len(data) < _LENGTH_BYTES:
        raise _Unsound("it is shorter than its header")
    length = int.from_bytes(data[:_LENGTH_BYTES].tobytes(), "little")
    start = _LENGTH_BYTES + length
    if length > _MOST_HEADER or start > len(data):
        raise _Unsound(f"its header claims {length} bytes of {len(data)}")
    try:
        header = json.loads(data[_LENGTH_BYTES:start].tobytes().decode(), object_pairs_hook=_unique)
    except (ValueError, RecursionError) as error:  # UnicodeDecodeError and JSONDecodeError are ValueErrors
        raise _Unsound(f"its header is not JSON ({error})") from error
    if not isinstance(header, dict):
        raise _Unsound("its header is not a JSON object")
    metadata = header.pop(_METADATA, {})
    if not isinstance(metadata, dict) or not all(isinstance(value, str) for value in metadata.values()):
        raise _Unsound("its metadata are not texts")
    entries = {name: _entry(name, described) for name, described in header.items()}
    reached = 0
    for name, entry in sorted(entries.items(), key=lambda item: (item[1].begin, item[1].end)):
        if entry.begin != reached:
            raise _Unsound(f"tensor {name!r:.80} begins at byte {entry.begin}, not at {reached}")
        reached = entry.end
    if reached != len(data) - start:
        raise _Unsound(f"its tensors need {reached} bytes, it holds {len(data) - start}")
    return entries, metadata, start


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    unique = dict(pairs)
    if len(unique) != len(pairs):
        raise ValueError("a name stands twice")
    return unique


def _entry(name: str, described: Any) -> Entry:
    if not isinstance(described, dict) or set(described) != {"dtype", "shape", "data_offsets"}:
        raise _Unsound(f"tensor {name!r:.80} is not described by dtype, shape and data_offsets")
    dtype, shape, offsets = described["dtype"], described["shape"], described["data_offsets"]
    if not isinstance(dtype, str) or dtype not in DTYPES:
        raise _Unsound(f"tensor {name!r:.80} has the unknown dtype {str(dtype)[:40]!r}")
    if not _counts(shape) or len(shape) > _MOST_AXES or not _counts(offsets) or len(offsets) != 2:
        raise _Unsound(f"tensor {name!r:.80} has a shape or offsets that are no counts")
    begin, end = offsets
    if end - begin != math.prod(shape) * DTYPES[dtype].itemsize:
        raise _Unsound(f"tensor {name!r:.80} of shape {str(shape):.80} and dtype {dtype} does not fit its {end - begin} bytes")
    return Entry(dtype, tuple(shape), begin, end)


def _counts(values: Any) -> bool:
    return isinstance(values, list) and all(type(value) is int and 0 <= value < _MOST_COUNT for value in values)
