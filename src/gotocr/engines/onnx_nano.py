"""nano on ONNX Runtime: the default engine, without torch. Two graphs share one weights file."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from ..errors import WeightsError
from ..model.config import NanoConfig
from ..prompt.tokenizer import Tokenizer
from ..weights.nano_files import DECODER, ENCODER, WEIGHTS, read_nano_config
from .nano_rows import NanoEngine
from .onnx_session import PROVIDERS, first_line, runtime, settings, telling


class NanoOnnxEngine(NanoEngine):
    """nano on the CPU, by two graphs."""

    name = "onnx"

    def __init__(self, encoder: Any, decoder: Any, tokenizer: Tokenizer, config: NanoConfig) -> None:
        super().__init__(Sessions(encoder, decoder), tokenizer, config)


class Sessions:
    """The two graphs, opened; see `nano_rows.Network`."""

    def __init__(self, encoder: Any, decoder: Any) -> None:
        self.encoder, self.decoder = encoder, decoder
        self._names = [output.name for output in encoder.get_outputs()]

    def see(self, pixels: np.ndarray) -> dict[str, np.ndarray]:
        return dict(zip(self._names, _run(self.encoder, {"pixels": np.ascontiguousarray(pixels, np.float32)}), strict=True))

    def write(self, text: Mapping[str, np.ndarray], blocks: Mapping[str, np.ndarray]) -> tuple[np.ndarray, np.ndarray, list[np.ndarray]]:
        logits, boxes, *new = _run(self.decoder, {**text, **blocks})
        return logits, boxes, [part[:, :, 0] for part in new]

    def zeros(self, shape: tuple[int, ...]) -> np.ndarray:
        return np.zeros(shape, np.float32)


def _run(session: Any, inputs: dict[str, np.ndarray]) -> list[np.ndarray]:
    with telling():
        return session.run(None, inputs)


def open_engine(folder: Path, device: str = "cpu") -> NanoOnnxEngine:
    """Load the nano in `folder`; only `device="cpu"`. See `engine.OpenEngine`."""
    onnxruntime = runtime(device)
    folder = Path(folder)
    config = read_nano_config(folder)
    sessions = []
    for name in (WEIGHTS, ENCODER, DECODER):
        if not (folder / name).is_file():
            mend = f"make a folder that has it with: gotocr export {folder} -o DIR, or read with --engine torch"
            raise WeightsError(f"{folder}: {name} is missing; {mend}")
    for name in (ENCODER, DECODER):
        try:
            session = onnxruntime.InferenceSession(str(folder / name), settings(onnxruntime), providers=list(PROVIDERS))
        except Exception as cause:  # onnxruntime's own exceptions share no public parent
            raise WeightsError(f"{folder / name}: onnxruntime cannot load it ({first_line(cause)}); get the model again") from cause
        sessions.append(session)
    return NanoOnnxEngine(*sessions, Tokenizer.from_folder(folder), config)
