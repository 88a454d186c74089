"""The published model's matrices as whole numbers of 8 or 4 bits: made once, kept beside the download, mapped from there.

A row is cut into blocks, each with a float32 scale: what ONNX Runtime's MatMulNBits reads. The file is safetensors inside and
says what it was made from; any other file, a torn one too, is made again. Where the model's folder cannot be written the file
goes to the hub's own folder (HF_HOME), and where that cannot be either, nothing is kept.
"""

from __future__ import annotations

import hashlib
import json
import os
import secrets
import time
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from tqdm import tqdm

from ..errors import OutputError, WeightsError
from ..model.config import DecoderConfig, VisionConfig
from .files import Weights
from .tensors import TensorFile, write

SCALES = ".scales"
ACCURACY = 4  # MatMulNBits' level: what is multiplied is rounded to int8 by blocks; level 0 takes up to eighty times as long
VERSION = 1  # of what a packed file holds; another number, and it is made again
_ROWS = 256  # of a matrix packed at a time: they stay in the cache
_SAMPLE = 256  # bytes of a tensor's beginning and of its end that are looked at to know it again
_ENDS = (7.0, 8.0, 9.0)  # where the largest number of a block may come to lie, in 4 bits: of -8 .. 7
_STALE = 3600.0  # seconds after which half a file is nobody's any more


@dataclass(frozen=True)
class Form:
    """How matrices are multiplied: float32, or whole numbers of `bits` with a scale for every `block` of a row."""

    name: str
    bits: int = 32
    block: int = 0

    def shapes(self, rows: int, inner: int) -> tuple[tuple[int, int, int], tuple[int, int]]:
        """What a matrix (rows, inner) becomes, and its scales; the last block of a row is filled up with zeros."""
        blocks = -(-inner // self.block)
        return (rows, blocks, self.block * self.bits // 8), (rows, blocks)

    def product(self, rows: int, inner: int) -> dict[str, int]:
        """Attributes of the MatMulNBits that multiplies by a matrix (rows, inner)."""
        return {"K": inner, "N": rows, "bits": self.bits, "block_size": self.block, "accuracy_level": ACCURACY}


FORMS: Mapping[str, Form] = {form.name: form for form in (Form("float32"), Form("int8", 8, 128), Form("int4", 4, 32))}

# Those of base's text. Blocks of 128 are added up in one order for one row and in another for several, those of 64 are not:
# so a text is the same alone, beside others, and checked against a draft.
TEXT_FORMS: Mapping[str, Form] = {**FORMS, "int8": Form("int8", 8, 64)}

Matrices = Mapping[str, tuple[tuple[str, ...], int]]  # name -> (tensors of ours, stacked by rows; the length of a row)


def matrices(config: DecoderConfig) -> Matrices:
    """Those that are multiplied while a text is written."""
    found = {}
    for layer in range(config.layers):
        name, inner = f"decoder.layers.{layer}", config.heads * config.head_size
        heads = tuple(f"{name}.attention.{part}.weight" for part in ("query", "key", "value"))
        found[f"{name}.attention.heads"] = heads, config.hidden
        found[f"{name}.attention.out"] = (f"{name}.attention.out.weight",), inner
        found[f"{name}.mlp.both"] = (f"{name}.mlp.gate.weight", f"{name}.mlp.up.weight"), config.hidden
        found[f"{name}.mlp.down"] = (f"{name}.mlp.down.weight",), config.feed_forward
    found["decoder.head"] = ("decoder.embed.weight",), config.hidden
    return found


def picture_matrices(config: VisionConfig) -> Matrices:
    """Those that are multiplied while a picture is looked at, but for the ends of the network."""
    found = {}
    for layer in range(config.layers):
        name = f"vision.blocks.{layer}"
        for part in ("attention.qkv", "attention.out", "mlp.up", "mlp.down"):
            found[f"{name}.{part}"] = (f"{name}.{part}.weight",), config.feed_forward if part == "mlp.down" else config.width
    return found


def packed(some: Matrices, weights: Weights, sources: Mapping[str, str], form: Form, part: str = "") -> Mapping[str, np.ndarray]:
    """Matrices in `form`, from a file where one is or can be made; it is named after the model, `part` and the form.

    `sources` are the stored names of our tensors. Raises WeightsError for numbers that are not finite.
    """
    key, expected = _key(weights, form, part), _expected(some, weights, sources, form)
    places = list(_places(weights, key, f"{part}.{form.name}" if part else form.name))
    for place in places:
        if (kept := _kept(place, key, expected)) is not None:
            return kept
    made = {}
    for name, (tensors, inner) in tqdm(some.items(), desc=f"packing to {form.name}", leave=False, disable=None):
        made[name], made[name + SCALES] = (np.empty(shape, kind) for kind, shape in (expected[name], expected[name + SCALES]))
        row = 0
        for values in (some for tensor in tensors for some in slices(weights, sources[tensor])):
            rows = slice(row, row := row + len(values))
            made[name][rows], made[name + SCALES][rows] = quantise(values, form)
    for place in places:
        if _keep(place, made, key) and (kept := _kept(place, key, expected)) is not None:
            return kept  # mapped: its pages need no memory of ours
    return made


def quantise(values: np.ndarray, form: Form) -> tuple[np.ndarray, np.ndarray]:
    """float32 (N, K) as whole numbers (N, blocks, bytes) and scales (N, blocks), see `Form.shapes`; 2^(bits - 1) is zero.

    Raises WeightsError for numbers that are not finite.
    """
    if not np.isfinite(values).all():
        raise WeightsError("the weights hold numbers that are not finite; get the model again")
    filled = np.pad(values, ((0, 0), (0, -values.shape[1] % form.block)))
    blocks = filled.reshape(len(values), -1, form.block)  # (N, blocks, block)
    if form.bits == 8:
        scales = np.abs(blocks).max(-1, keepdims=True) / np.float32(127)
        scales[scales == 0] = 1
        return (np.rint(blocks / scales) + 128).astype(np.uint8), scales[..., 0]
    whole, scales = _quantise_finely(blocks)
    nibbles = (whole + 8).astype(np.uint8)
    return nibbles[..., ::2] | nibbles[..., 1::2] << 4, scales[..., 0]


def _quantise_finely(blocks: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Whole numbers of -8 .. 7 and scales (..., 1): of several ranges, each with its best scale, that of the least error."""
    far = np.take_along_axis(blocks, np.abs(blocks).argmax(-1)[..., None], -1)  # with its sign: it comes to lie at -8
    far[far == 0] = 1
    whole, scales = np.zeros_like(blocks), np.ones_like(far)
    least = np.full_like(far, np.inf)  # squared error, less that of zeros
    for end in _ENDS:
        steps = np.rint(blocks * (-end / far)).clip(-8, 7)
        along, power = (blocks * steps).sum(-1, keepdims=True), (steps * steps).sum(-1, keepdims=True)
        fitted = along / np.maximum(power, 1)
        better = (error := (fitted * power - 2 * along) * fitted) < least
        least, scales = np.where(better, error, least), np.where(better, fitted, scales)
        np.copyto(whole, steps, where=better)
    return whole, scales


def slices(weights: Weights, name: str) -> Iterator[np.ndarray]:
    """A stored matrix some rows at a time, in float32."""
    is_half = weights.entry(name).dtype == "BF16"
    for some in weights.parts(name, _ROWS):
        yield (some.astype(np.uint32) << 16).view(np.float32) if is_half else some.astype(np.float32)


def _expected(some: Matrices, weights: Weights, sources: Mapping[str, str], form: Form) -> dict[str, tuple]:
    expected = {}
    for name, (tensors, inner) in some.items():
        rows = sum(weights.entry(sources[tensor]).shape[0] for tensor in tensors)
        whole, scales = form.shapes(rows, inner)
        expected[name], expected[name + SCALES] = (np.dtype(np.uint8), whole), (np.dtype(np.float32), scales)
    return expected


def _key(weights: Weights, form: Form, part: str) -> str:
    """What tells one model's files from another's without reading them whole: a gigabyte takes seconds.

    Of each file the size, the time (whole seconds: copies often keep no more), the header, both ends of every tensor.
    """
    state = hashlib.sha256(json.dumps([VERSION, form.name, form.bits, form.block, *([part] if part else [])]).encode())
    for file in weights.files:
        told = file.path.stat()
        state.update(json.dumps([told.st_size, int(told.st_mtime), sorted(map(str, file.entries.items()))]).encode())
        for name in file.entries:
            data = file.bits(name).reshape(-1).view(np.uint8)
            state.update(data[:_SAMPLE].tobytes() + data[-_SAMPLE:].tobytes())
    return state.hexdigest()


def _places(weights: Weights, key: str, name: str) -> Iterator[Path]:
    """Where a packed file may lie; not .safetensors, so that nobody takes it for the model's own weights."""
    first = weights.files[0].path
    yield first.with_name(f"{first.stem}.{name}.packed")
    with suppress(ImportError):
        from huggingface_hub.constants import HF_HOME

        yield Path(HF_HOME) / "gotocr" / f"{key[:32]}.{name}.packed"


def _kept(place: Path, key: str, expected: Mapping[str, tuple]) -> Mapping[str, np.ndarray] | None:
    """What lies there, mapped; None unless it is whole and was made from these weights."""
    try:
        file = TensorFile(place)
    except WeightsError:
        return None
    found = {name: (file.bits(name).dtype, entry.shape) for name, entry in file.entries.items()}
    return {name: file.bits(name) for name in file} if file.metadata.get("key") == key and found == expected else None


def _keep(place: Path, made: Mapping[str, np.ndarray], key: str) -> bool:
    """Write a packed file, whole or not at all, also where others do the same; False where it cannot be."""
    own = place.with_name(f".{place.name}.{secrets.token_hex(4)}")
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        for left in place.parent.glob(f".{place.name}.*"):  # by someone who was killed
            with suppress(FileNotFoundError):  # another one tidies up, too
                if time.time() - left.stat().st_mtime > _STALE:
                    left.unlink()
        write(own, made, {"key": key})
        os.replace(own, place)
    except (OSError, OutputError):
        own.unlink(missing_ok=True)
        return False
    return True
