"""nano on ONNX Runtime: the default engine, without torch. Both graphs are drawn here, from the weights as they are stored."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from ..errors import WeightsError
from ..model.config import NanoConfig
from ..prompt.tokenizer import Tokenizer
from ..weights.nano_files import WEIGHTS, read_nano_config, read_tensors
from ..weights.nano_pen import FORMS
from ..weights.nano_picture import nano_tables, picture_graph
from ..weights.nano_text import rotary, text_graph
from .nano_rows import NanoEngine
from .onnx_session import choose_precision, first_line, open_graph, runtime, telling


class NanoOnnxEngine(NanoEngine):
    """nano on the CPU, by two graphs."""

    name = "onnx"

    def __init__(self, encoder: Any, decoder: Any, tokenizer: Tokenizer, config: NanoConfig) -> None:
        super().__init__(Sessions(encoder, decoder, config), tokenizer, config)


class Sessions:
    """The two graphs, opened; see `nano_rows.Network`."""

    def __init__(self, encoder: Any, decoder: Any, config: NanoConfig) -> None:
        self.encoder, self.decoder, self.config = encoder, decoder, config
        self._seen, self._written = ([output.name for output in session.get_outputs()] for session in (encoder, decoder))

    def see(self, pixels: np.ndarray) -> dict[str, np.ndarray]:
        rows, columns = (side // step for side, step in zip(pixels.shape[2:], self.config.stride, strict=True))
        pixels = np.ascontiguousarray(pixels, np.float32)
        return dict(zip(self._seen, _run(self.encoder, {"pixels": pixels, **nano_tables(self.config, rows, columns)}), strict=True))

    def write(self, text: Mapping[str, np.ndarray], blocks: Mapping[str, np.ndarray]) -> tuple[np.ndarray, np.ndarray, list[np.ndarray]]:
        own = np.zeros((len(text["ids"]), 1), np.float32)
        cosines, sines = rotary(self.config, text["positions"])
        inputs = {
            "ids": text["ids"][:, 0], "places": text["places"][:, 0], "ink": text["ink"], "cosines": cosines, "sines": sines,
            "rows": np.arange(len(own), dtype=np.int64)[:, None], "hidden": np.concatenate([text["seen"], text["kept"], own], 1)[:, None, None],
        }  # fmt: skip
        logits, boxes, *new = _run(self.decoder, {**inputs, **blocks})
        return logits, boxes, [part[:, :, 0] for part in new]

    def zeros(self, shape: tuple[int, ...]) -> np.ndarray:
        return np.zeros(shape, np.float32)


def _run(session: Any, inputs: dict[str, np.ndarray]) -> list[np.ndarray]:
    with telling():
        return session.run(None, inputs)


def open_engine(folder: Path, device: str = "cpu", precision: str | None = None) -> NanoOnnxEngine:
    """Load the nano in `folder`; only `device="cpu"`. `precision` is one of `weights.PRECISIONS`. See `engine.OpenEngine`.

    It is that of the decoder's matrices; pictures are seen in float32.
    """
    onnxruntime = runtime(device)
    form, folder = FORMS[choose_precision(precision)], Path(folder)
    config = read_nano_config(folder)
    tensors = read_tensors(folder, config)
    sessions = []
    for draw, spins in ((picture_graph, False), (partial(text_graph, form=form), True)):
        graph, values = draw(config, tensors)
        try:
            sessions.append(open_graph(onnxruntime, graph, values, spins))
        except Exception as cause:  # onnxruntime's own exceptions share no public parent
            raise WeightsError(f"{folder / WEIGHTS}: onnxruntime cannot load it ({first_line(cause)}); try --engine torch") from cause
    return NanoOnnxEngine(*sessions, Tokenizer.from_folder(folder), config)
