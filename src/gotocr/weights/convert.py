"""A model from one layout to another: the authors', transformers', ours, or ONNX; streamed, checked, whole or not at all."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from tqdm import tqdm

from ..errors import OutputError, UsageError
from . import FORMS, LAYOUTS, STORED, int8, names
from .card import Told, card, manifest
from .companions import companions
from .fetch import digest
from .folder import MANIFEST, whole_folder
from .nano_files import TOKENIZER, WEIGHTS, blend, read_tensors, save_nano
from .origin import GOT, NANO, Origin, find_origin
from .rounding import Rounding, cast
from .settings import CONFIG
from .stream import Tensor, widest_first, write_tensors, write_text

CARD = "README.md"
SHARD = 5_000_000_000  # bytes of a file of weights
# In which numbers a model can be stored in a layout; without being asked, GOT's stay as they are and nano's become the first.
KINDS: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    GOT: {**dict.fromkeys(("ours", "hf", "original"), STORED[:3]), "onnx": STORED},
    NANO: {"ours": (*FORMS, "float32")},
}
_DTYPES = {"float32": "F32", "bfloat16": "BF16", "float16": "F16"}
_NAMES = {"ours": "ours", "hf": "hf", "original": "original", "onnx": "ours"}  # whose names of tensors a layout has


@dataclass(frozen=True)
class Wanted:
    """What is to be made of a model."""

    layout: str = LAYOUTS[0]
    weights: str | None = None  # of `STORED`, see `KINDS`
    shard: int = SHARD
    force: bool = False  # whether a model that is there is replaced
    blended: tuple[Path, float] | None = None  # another nano and its share, see `nano_files.blend`
    quiet: bool = False
    repo: str | None = None  # where it will go on a hub, for its card
    revision: str | None = None  # and to which branch


@dataclass(frozen=True)
class Converted:
    """What was made: `files` are the sha256 and the bytes of each, but for the manifest, which says so itself."""

    folder: Path
    found: str  # what was converted, in a line
    lost: str  # by rounding, in a line
    files: Mapping[str, tuple[str, int]]


def convert(model: str | Path, folder: str | Path, wanted: Wanted | None = None) -> Converted:
    """Write `model` (nano, base, or a folder or file in any layout) to `folder` as `wanted`, with its card and a manifest.

    Little more than one part of one tensor is held in memory. Raises UsageError for what cannot be asked of that model,
    WeightsError for the model, OutputError for the folder.
    """
    wanted = wanted or Wanted()
    origin, folder = find_origin(model, wanted.quiet), Path(folder).expanduser().absolute()
    _check(origin, folder, wanted)
    with whole_folder(folder, wanted.force) as part:
        write = _write_nano if origin.family == NANO else _write_got
        digests, stored, lost = write(part, origin, wanted)
        told = Told(origin, wanted.layout, stored, lost, digests, folder.name, wanted.repo, wanted.revision)
        digests[CARD] = write_text(part / CARD, card(told))
        files = {name: (digest, (part / name).stat().st_size) for name, digest in sorted(digests.items())}
        write_text(part / MANIFEST, json.dumps(manifest(told, files), indent=2) + "\n")
    return Converted(folder, origin.told(), lost, files)


def _check(origin: Origin, folder: Path, wanted: Wanted) -> None:
    if wanted.layout not in LAYOUTS:
        raise UsageError(f"no layout named {wanted.layout!r}; choose from: {', '.join(LAYOUTS)}")
    kinds = KINDS[origin.family].get(wanted.layout)
    if kinds is None:
        raise UsageError(f"nano is a network of our own, which only gotocr reads: it cannot be written in the layout {wanted.layout!r}; use --to ours")
    if wanted.weights is not None and wanted.weights not in kinds:
        raise UsageError(f"in the layout {wanted.layout!r} its weights are {', '.join(kinds)}, not {wanted.weights!r}")
    if wanted.blended and origin.family != NANO:
        raise UsageError("only nanos can be blended")
    if wanted.shard < 1:
        raise UsageError("a file of weights has at least a byte")
    target = folder.resolve()
    for source in (origin.path, *(wanted.blended or ())[:1]):
        if target in (source.resolve(), *source.resolve().parents):
            raise OutputError(f"{folder} holds a model that is converted; name another folder")


def _write_nano(folder: Path, origin: Origin, wanted: Wanted) -> tuple[dict[str, str], str, str]:
    """nano is small: it is held whole."""
    form = wanted.weights or FORMS[0]
    tensors = blend(origin.path, *wanted.blended) if wanted.blended else read_tensors(origin.path, origin.config)
    packed = tensors if form == "float32" else int8.pack(tensors, form)
    rounding = Rounding()
    for name, values in tensors.items():
        back = packed[name].astype(np.float32)
        rounding.note(name, values, back * packed[name + int8.SCALES] if packed[name].dtype == np.int8 else back)
    save_nano(folder, packed, origin.config, origin.folder / TOKENIZER)
    return {name: digest(folder / name, quiet=True) for name in (WEIGHTS, TOKENIZER, CONFIG)}, form, rounding.told()


def _write_got(folder: Path, origin: Origin, wanted: Wanted) -> tuple[dict[str, str], str, str]:
    whole = wanted.weights in STORED[3:]
    rounding = Rounding()
    tensors = list(_tensors(origin, _DTYPES.get(wanted.weights), rounding))
    stored = wanted.weights or " and ".join(origin.dtypes)
    with _bar(sum(tensor.size for tensor in tensors), wanted.quiet) as bar:
        if wanted.layout == "onnx":
            from .got_onnx import write_onnx

            digests, packing = write_onnx(folder, origin, tensors, wanted.weights if whole else "float32", bar.update)
            rounding = packing if whole else rounding
        else:
            renamed = list(_renamed(tensors, wanted.layout))
            digests, _ = write_tensors(folder, widest_first(renamed), wanted.shard, bar.update)
    dtype = stored if stored in _DTYPES else None
    for name, text in companions(wanted.layout, origin.config, dtype, origin.folder).items():
        digests[name] = write_text(folder / name, text)
    return digests, stored, rounding.told()


def _tensors(origin: Origin, dtype: str | None, rounding: Rounding) -> Iterator[Tensor]:
    """All tensors by our names, in floats of that kind, or as they are stored."""
    for name, source in origin.sources.items():
        entry = origin.weights.entry(source)
        change = entry.dtype, dtype or entry.dtype
        parts: Callable[[], Any] = partial(_cast, origin, name, change, rounding)
        yield Tensor(name, change[1], entry.shape, parts)


def _cast(origin: Origin, name: str, change: tuple[str, str], rounding: Rounding) -> Iterator[np.ndarray]:
    return cast(origin.weights.parts(origin.sources[name]), name, change, rounding)


def _renamed(tensors: list[Tensor], layout: str) -> Iterator[Tensor]:
    """By the layout's names; the authors' has the embedding a second time, as the output head."""
    for tensor in tensors:
        yield replace(tensor, name=names.rename(tensor.name, "ours", _NAMES[layout]))
        if layout == "original" and tensor.name == names.EMBEDDING:
            yield replace(tensor, name=names.head(layout))


def _bar(total: int, quiet: bool) -> tqdm:
    return tqdm(total=total, unit="B", unit_scale=True, desc="converting", leave=False, disable=quiet or None)
