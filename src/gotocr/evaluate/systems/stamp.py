"""A short digest of a model's weights, for saying what exactly was measured."""

from __future__ import annotations

import hashlib
from pathlib import Path

from ...weights.fetch import digest

_WEIGHTS = ("*.safetensors", "*.onnx", "*.onnx.data")
_SHORT = 12  # letters of a digest that are shown


def stamp(model: Path) -> str:
    """The first letters of the sha256 of a weights file; for several, that of their digests one after the other."""
    files = [model] if model.is_file() else sorted(file for pattern in _WEIGHTS for file in model.glob(pattern))
    digests = [digest(file, quiet=True) for file in files]
    whole = digests[0] if len(digests) == 1 else hashlib.sha256("".join(digests).encode()).hexdigest()
    return whole[:_SHORT]
