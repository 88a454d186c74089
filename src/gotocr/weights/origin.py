"""What lies in a model's folder, whatever its layout: found out, checked against what it should be, and nothing read into memory."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import prod
from pathlib import Path

from ..errors import UsageError
from ..model.config import GotConfig, NanoConfig
from . import names
from .config import read_config as read_got_config
from .fetch import SOURCES, find
from .files import Weights, open_weights
from .got_stored import shapes
from .load import match
from .nano_files import FOLDER, read_nano_config
from .settings import read_config

NANO, GOT = "nano", "got"
SHIPPED = "nano"  # the name of the model that comes with the package
_WORDS = {"F32": "float32", "F16": "float16", "BF16": "bfloat16"}
_TITLES = {
    "ours": "gotocr's own layout",
    "original": "the authors' layout",
    "hf": "transformers' layout",
    "hf-memory": "transformers' layout (with the names it uses in memory)",
}


@dataclass(frozen=True)
class Origin:
    """A model that was found: `sources` are the stored names of our tensors (of GOT; nano's are ours)."""

    name: str  # as it was asked for
    path: Path  # a folder, or the .safetensors file of one
    family: str
    layout: str  # of `names.LAYOUTS`
    config: GotConfig | NanoConfig
    weights: Weights | None = None  # of GOT
    sources: Mapping[str, str] | None = None

    @property
    def folder(self) -> Path:
        return self.path if self.path.is_dir() else self.path.parent

    @property
    def dtypes(self) -> list[str]:
        """Of GOT: in which floats its tensors are stored."""
        return sorted({_WORDS[self.weights.entry(name).dtype] for name in self.sources.values()})

    @property
    def parameters(self) -> int:
        """How many numbers it has."""
        if self.family == NANO:
            from .nano_files import tensor_shapes

            return sum(prod(shape) for _, shape in tensor_shapes(self.config))
        return sum(prod(shape) for _, shape in shapes(self.config))

    def told(self) -> str:
        """What was found, in a line."""
        if self.family == NANO:
            return f"nano, {self.parameters:,} numbers"
        files = len(self.weights.files)
        stored = " and ".join(self.dtypes)
        return f"GOT-OCR 2.0 in {_TITLES[self.layout]}, {self.parameters:,} numbers in {stored}, {files} file{'s' * (files > 1)}"


def find_origin(model: str | Path, quiet: bool = False) -> Origin:
    """The model of a name (nano, base: downloaded on first use) or in a folder (or .safetensors file) in any layout.

    Every tensor is accounted for by its header; no data are read but where a file holds the output head a second time. Raises
    WeightsError for a model that is none, or not whole, or has tensors that do not belong to it, or lies in pickle files.
    """
    name = str(model)
    if name == SHIPPED:
        return Origin(name, FOLDER, NANO, "ours", read_nano_config(FOLDER))
    path = find(name, quiet) if name in SOURCES else Path(model).expanduser()
    if not path.exists():
        raise UsageError(f"no model named {name!r} and no such folder; choose from: {', '.join([SHIPPED, *SOURCES])}, or give a folder")
    if "family" in read_config(path):
        folder = path if path.is_dir() else path.parent
        return Origin(name, folder, NANO, "ours", read_nano_config(folder))
    weights, config = open_weights(path), read_got_config(path)
    layout = names.detect(weights)
    return Origin(name, path, GOT, layout, config, weights, match(dict(shapes(config)), weights, path))
