"""Finding and opening the weights of a folder: one safetensors file or many with an index; never pickle."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np

from ..errors import WeightsError
from .tensors import Entry, TensorFile

SINGLE = "model.safetensors"
INDEX = "model.safetensors.index.json"
PICKLES = (".bin", ".pt", ".pth", ".ckpt", ".pkl", ".pickle")
_MOST_NAMED = 3  # tensors named in an error


class Weights(Mapping[str, np.ndarray]):
    """All tensors of one or more safetensors files under one roof; see `TensorFile`."""

    def __init__(self, files: list[TensorFile]) -> None:
        self.files = files
        self._home: dict[str, TensorFile] = {}
        for file in files:
            for name in file.entries:
                if name in self._home:
                    raise WeightsError(f"tensor {name} stands in both {self._home[name].path.name} and {file.path.name}")
                self._home[name] = file

    @property
    def metadata(self) -> dict[str, str]:
        return {key: value for file in self.files for key, value in file.metadata.items()}

    def entry(self, name: str) -> Entry:
        return self._home[name].entries[name]

    def bits(self, name: str) -> np.ndarray:
        """As stored, a read-only view; BF16 as uint16."""
        return self._home[name].bits(name)

    def copy(self, name: str) -> np.ndarray:
        """As stored, in memory of its own; BF16 as uint16."""
        return self._home[name].copy(name)

    def parts(self, name: str, rows: int = 0) -> Iterator[np.ndarray]:
        """As stored, some at a time; see `TensorFile.parts`."""
        return self._home[name].parts(name, rows)

    def __getitem__(self, name: str) -> np.ndarray:
        return self._home[name][name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._home)

    def __len__(self) -> int:
        return len(self._home)


def open_weights(path: str | os.PathLike[str]) -> Weights:
    """The weights at `path`: a .safetensors file, an index, or a folder that holds either.

    Raises WeightsError when there are none, for pickle files, and when a shard is missing or holds other tensors than
    the index says.
    """
    path = Path(path)
    if path.suffix.lower() in PICKLES:
        raise WeightsError(_pickle_message(path))
    if path.is_dir():
        return open_weights(_in_folder(path))
    if not path.is_file():
        raise WeightsError(f"no weights at {path}; give a folder with {SINGLE} or a .safetensors file")
    if path.name.endswith(".index.json"):
        return _open_shards(path)
    if path.suffix.lower() != ".safetensors":
        raise WeightsError(f"{path} is not a .safetensors file, the only kind of weights that is read")
    return Weights([TensorFile(path)])


def _in_folder(folder: Path) -> Path:
    for name in (SINGLE, INDEX):
        if (folder / name).is_file():
            return folder / name
    present = sorted(file for file in folder.iterdir() if file.is_file())
    tensors = [file for file in present if file.suffix == ".safetensors"]
    if len(tensors) == 1:
        return tensors[0]
    if tensors:
        raise WeightsError(f"{folder} has {len(tensors)} .safetensors files and no {INDEX}; name one of them")
    pickles = [file for file in present if file.suffix.lower() in PICKLES]
    if pickles:
        raise WeightsError(_pickle_message(pickles[0]))
    raise WeightsError(f"{folder} holds no weights; it needs {SINGLE}, or shards with {INDEX}")


def _pickle_message(path: Path) -> str:
    return (
        f"{path} is a pickle file, which can run any code when opened, so it is never read; "
        f"save the model as safetensors (transformers: model.save_pretrained(folder))"
    )


def _open_shards(index: Path) -> Weights:
    try:
        placed = json.loads(index.read_text(encoding="utf-8"))["weight_map"]
        shards = {shard: {name for name in placed if placed[name] == shard} for shard in sorted(set(placed.values()))}
    except (OSError, ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise WeightsError(f"{index} is not an index of shards; fetch it again") from error
    files = []
    for shard, names in shards.items():
        if not isinstance(shard, str) or Path(shard).name != shard or "\\" in shard or not shard.endswith(".safetensors"):
            raise WeightsError(f"{index} names {shard!r:.80}, which is not a .safetensors file beside it")
        if not (index.parent / shard).is_file():
            raise WeightsError(f"the shard {shard} is missing from {index.parent}; fetch it again")
        file = TensorFile(index.parent / shard)
        if set(file.entries) != names:
            name = min(set(file.entries) ^ names)
            raise WeightsError(f"{index.name} and {shard} do not agree about the tensor {name!r:.80}; fetch both again")
        files.append(file)
    return Weights(files)


def check(expected: Mapping[str, tuple[int, ...]], found: Mapping[str, tuple[int, ...]], where: object) -> None:
    """Compare tensor names and shapes. Raises WeightsError that counts and names what is missing, unexpected, ill-shaped."""
    missing = [name for name in expected if name not in found]
    unexpected = [name for name in found if name not in expected]
    shaped = [
        f"{name} {list(found[name])} instead of {list(shape)}"
        for name, shape in expected.items()
        if name in found and tuple(found[name]) != tuple(shape)
    ]
    kinds = (("missing", missing), ("unexpected", unexpected), ("of another shape", shaped))
    faults = [f"{len(names)} {kind} ({_some(names)})" for kind, names in kinds if names]
    if faults:
        raise WeightsError(f"the weights in {where} do not fit the model: {'; '.join(faults)}")


def _some(names: list[str]) -> str:
    rest = ", ..." if len(names) > _MOST_NAMED else ""
    return ", ".join(f"{name:.120}" for name in names[:_MOST_NAMED]) + rest
