"""nano on torch, CPU or GPU: training's twin, the oracle of the ONNX engine."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import torch

from ..decode.loop import write
from ..decode.place import page_boxes
from ..errors import EngineError
from ..model.nano import Nano, Sight, Text
from ..prompt.tokenizer import TextStream, Tokenizer
from ..schema import Job, Piece
from ..weights.nano_files import load_nano
from .nano_steps import NanoStepper


class NanoTorchEngine:
    """A loaded nano; see `engine.Engine`. Computes in float32 wherever the network lies."""

    name = "torch"

    def __init__(self, network: Nano, tokenizer: Tokenizer) -> None:
        self.network: Nano | None = network.eval()
        self.tokenizer = tokenizer

    def run(self, job: Job) -> Iterator[Piece]:
        """Write what stands in the picture, a piece a token. Raises EngineError."""
        if self.network is None:
            raise EngineError("this engine was closed; open another")
        with torch.inference_mode():
            pixels = torch.from_numpy(np.ascontiguousarray(job.pixels.values)).to(self._device)
            sight = self.network.see(pixels)
        stepper = NanoStepper(self._writer(sight), self.network.empty_past(1))
        prompt = [token for token in job.prompt.ids if token != job.prompt.image_id]
        step, stream = stepper.begin(prompt), TextStream(self.tokenizer)
        yield from write(step, stepper, stream, job.prompt.stop_ids, job.max_tokens, page_boxes(job.pixels))

    @property
    def _device(self) -> torch.device:
        return self.network.embedding.weight.device

    def _writer(self, sight: Sight):
        network, device = self.network, self._device
        kept = network.config.window

        @torch.inference_mode()
        def follow(ids: np.ndarray, places: np.ndarray, positions: np.ndarray, past: tuple) -> tuple:
            text = Text(*(torch.from_numpy(np.ascontiguousarray(part)).to(device) for part in (ids, places, positions)))
            written, keys, values = network.write(sight, text, *past)
            if keys.shape[3] > kept:  # the prompt stays, the oldest token goes
                keys, values = (torch.cat([part[..., :1, :], part[..., 1 - kept :, :]], 3) for part in (keys, values))
            return written.logits[0, -1].float().cpu().numpy(), written.boxes[0, -1].cpu().numpy(), (keys, values)

        return follow

    def close(self) -> None:
        self.network = None


def open_engine(folder: Path, device: str = "cpu") -> NanoTorchEngine:
    """Load the nano in `folder` on `device`. See `engine.OpenEngine`."""
    return NanoTorchEngine(load_nano(folder).to(device), Tokenizer.from_folder(folder))
