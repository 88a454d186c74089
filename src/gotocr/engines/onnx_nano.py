"""nano on ONNX Runtime: the default engine, without torch. Two graphs share one weights file."""

from __future__ import annotations

import os
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from ..decode.loop import Choose, Terms, choose, write
from ..decode.place import page_boxes
from ..errors import EngineError, UsageError, WeightsError
from ..model.config import CELL_WIDTH, NanoConfig
from ..prompt.tokenizer import TextStream, Tokenizer
from ..schema import Job, Piece
from ..weights.nano_files import DECODER, ENCODER, WEIGHTS, read_nano_config
from .nano_steps import NanoStepper, Unread, oldest, spelling

LOG_ERRORS_ONLY = 3


class NanoOnnxEngine:
    """A loaded nano; see `engine.Engine`. Computes in float32 on the CPU."""

    name = "onnx"

    def __init__(self, encoder: Any, decoder: Any, tokenizer: Tokenizer, config: NanoConfig) -> None:
        self.encoder, self.decoder = encoder, decoder
        self.tokenizer, self.config = tokenizer, config
        self.choose: Choose = partial(choose, temperature=config.temperature)

    def run(self, job: Job) -> Iterator[Piece]:
        """Write what stands in the picture, a piece a token. Raises EngineError."""
        if self.encoder is None:
            raise EngineError("this engine was closed; open another")
        names = [output.name for output in self.encoder.get_outputs()]
        sight = dict(zip(names, _run(self.encoder, {"pixels": np.ascontiguousarray(job.pixels.values, np.float32)}), strict=True))
        unread = Unread(sight.pop("ink"), job.pixels.values.shape[3] // CELL_WIDTH)
        stepper = NanoStepper(self._writer(sight), self._no_past(), unread, job.prompt.stop_ids[0], spelling(job, self.tokenizer))
        prompt = [token for token in job.prompt.ids if token != job.prompt.image_id]
        step, stream = stepper.begin(prompt), TextStream(self.tokenizer)
        terms = Terms(job.prompt.stop_ids, job.max_tokens, page_boxes(job.pixels), self.choose)
        yield from write(step, stepper, stream, terms)

    def _no_past(self) -> tuple[np.ndarray, np.ndarray]:
        config = self.config
        past = np.zeros((config.layers, 1, config.heads, 0, config.hidden // config.heads), np.float32)
        return past, past

    def _writer(self, sight: dict[str, np.ndarray]):
        window = self.config.window

        def follow(ids: np.ndarray, places: np.ndarray, positions: np.ndarray, ink: np.ndarray, past: tuple) -> tuple:
            text = {"ink": ink, "ids": ids, "places": np.ascontiguousarray(places, np.float32), "positions": positions}
            logits, box, keys, values = _run(self.decoder, {**text, "past_keys": past[0], "past_values": past[1], **sight})
            if gone := oldest(keys.shape[3], window):
                keys, values = (np.delete(part, gone, axis=3) for part in (keys, values))
            return logits[0], box[0], (keys, values)

        return follow

    def close(self) -> None:
        self.encoder = self.decoder = None


def _run(session: Any, inputs: dict[str, np.ndarray]) -> list[np.ndarray]:
    try:
        return session.run(None, inputs)
    except Exception as cause:  # onnxruntime's own exceptions share no public parent
        why = (str(cause).splitlines() or [type(cause).__name__])[0]
        raise EngineError(f"onnxruntime failed: {why:.200}; try --engine torch") from cause


def open_engine(folder: Path, device: str = "cpu") -> NanoOnnxEngine:
    """Load the nano in `folder`; only `device="cpu"`. See `engine.OpenEngine`."""
    try:
        import onnxruntime
    except ImportError as cause:
        raise EngineError("onnxruntime is not installed; install it with: pip install onnxruntime") from cause
    if device != "cpu":
        raise UsageError(f"the onnx engine reads on the CPU, not on {device!r}; use --engine torch for other devices")
    folder = Path(folder)
    config = read_nano_config(folder)
    options = onnxruntime.SessionOptions()
    options.log_severity_level = LOG_ERRORS_ONLY
    options.intra_op_num_threads = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 0
    sessions = []
    for name in (WEIGHTS, ENCODER, DECODER):
        if not (folder / name).is_file():
            mend = f"make a folder that has it with: gotocr export {folder} -o DIR, or read with --engine torch"
            raise WeightsError(f"{folder}: {name} is missing; {mend}")
    for name in (ENCODER, DECODER):
        try:
            sessions.append(onnxruntime.InferenceSession(str(folder / name), options, providers=["CPUExecutionProvider"]))
        except Exception as cause:  # onnxruntime's own exceptions share no public parent
            why = (str(cause).splitlines() or [type(cause).__name__])[0]
            raise WeightsError(f"{folder / name}: onnxruntime cannot load it ({why:.200}); get the model again") from cause
    return NanoOnnxEngine(*sessions, Tokenizer.from_folder(folder), config)
