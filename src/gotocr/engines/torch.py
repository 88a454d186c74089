"""The torch engine's door: looks at which family a model folder holds and opens that family's engine."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

from ..errors import MissingExtraError
from ..registry import Registry
from .engine import Engine
from .family import family_of

if find_spec("torch") is None:  # told before anything is downloaded for it
    raise MissingExtraError("torch", "the torch engine")

FAMILIES = Registry(
    "torch_families",
    {
        "nano": "gotocr.engines.torch_nano:open_engine",
        "got": "gotocr.engines.torch_got:open_engine",
    },
)


def open_engine(folder: Path, device: str = "cpu") -> Engine:
    """Open the engine of the model in `folder` on `device` ("cpu", "cuda", "cuda:1", ...). See `engine.OpenEngine`."""
    return FAMILIES[family_of(folder)](folder, device)
