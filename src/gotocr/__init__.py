"""gotocr: OCR 2.0 for everyone. This file only re-exports, lazily; nobody inside imports from it."""

from __future__ import annotations

from importlib import import_module
from typing import Any

__version__ = "0.1.0"

_EXPORTS = {
    "load": "gotocr.reader",
    "read": "gotocr.reader",
    "Reader": "gotocr.reader",
    "Document": "gotocr.schema",
    "Task": "gotocr.schema",
    "Region": "gotocr.schema",
    "GotocrError": "gotocr.errors",
}
__all__ = [*_EXPORTS, "__version__"]


def __getattr__(name: str) -> Any:
    if name in _EXPORTS:
        return getattr(import_module(_EXPORTS[name]), name)
    raise AttributeError(f"module 'gotocr' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
