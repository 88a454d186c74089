"""Jobs to pieces: one file an engine; `onnx` reads without torch, `torch` also reads on a GPU and is training's twin, `remote` asks a server."""

from __future__ import annotations

from ..registry import Registry

ELSEWHERE = ("remote",)  # engines that ask a server, and read with no model of this machine

# Each opens as `open_engine(folder, device) -> engine.Engine`.
ENGINES = Registry(
    "engines",
    {
        "onnx": "gotocr.engines.onnx:open_engine",
        "torch": "gotocr.engines.torch:open_engine",
        "remote": "gotocr.engines.remote:open_engine",
    },
)
