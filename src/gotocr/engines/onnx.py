"""The ONNX engine's door: looks at which family a model folder holds and opens that family's engine; no torch."""

from __future__ import annotations

from pathlib import Path

from ..registry import Registry
from .engine import Engine
from .family import family_of

FAMILIES = Registry(
    "onnx_families",
    {
        "nano": "gotocr.engines.onnx_nano:open_engine",
        "got": "gotocr.engines.onnx_got:open_engine",
    },
)


def open_engine(folder: Path, device: str = "cpu", **choice: str) -> Engine:
    """Open the engine of the model in `folder`; only `device="cpu"`. `choice` is the family's own. See `engine.OpenEngine`."""
    return FAMILIES[family_of(folder)](folder, device, **choice)
