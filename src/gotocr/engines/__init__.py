"""Jobs to pieces: one file an engine; `onnx` reads without torch, `torch` also reads on a GPU and is training's twin."""

from __future__ import annotations

from ..registry import Registry

# Each opens as `open_engine(folder, device) -> engine.Engine`.
ENGINES = Registry(
    "engines",
    {
        "onnx": "gotocr.engines.onnx:open_engine",
        "torch": "gotocr.engines.torch:open_engine",
    },
)
