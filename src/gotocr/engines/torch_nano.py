"""nano on torch, CPU or GPU: training's twin, the oracle of the ONNX engine."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path

import numpy as np

from ..decode.loop import Choose, Terms, choose, write
from ..decode.place import page_boxes
from ..errors import EngineError, MissingExtraError
from ..model.config import CELL_WIDTH
from ..prompt.tokenizer import TextStream, Tokenizer
from ..schema import Job, Piece
from ..weights.nano_files import load_nano
from .nano_steps import NanoStepper, Unread, oldest, spelling

try:
    import torch
except ModuleNotFoundError as error:
    raise MissingExtraError("torch", "the torch engine") from error

from ..model.nano import Nano, Sight, Text
from .torch_device import choose_device, telling


class NanoTorchEngine:
    """A loaded nano; see `engine.Engine`. Computes in float32 wherever the network lies."""

    name = "torch"

    def __init__(self, network: Nano, tokenizer: Tokenizer) -> None:
        self.network: Nano | None = network.eval()
        self.tokenizer = tokenizer
        self.choose: Choose = partial(choose, temperature=network.config.temperature)

    def run(self, job: Job) -> Iterator[Piece]:
        """Write what stands in the picture, a piece a token. Raises EngineError."""
        if self.network is None:
            raise EngineError("this engine was closed; open another")
        with telling(), torch.inference_mode():
            pixels = torch.from_numpy(np.ascontiguousarray(job.pixels.values)).to(self._device)
            sight = self.network.see(pixels)
        unread = Unread(sight.ink.float().cpu().numpy(), job.pixels.values.shape[3] // CELL_WIDTH)
        stepper = NanoStepper(self._writer(sight), self.network.empty_past(1), unread, job.prompt.stop_ids[0], spelling(job, self.tokenizer))
        prompt = [token for token in job.prompt.ids if token != job.prompt.image_id]
        step, stream = stepper.begin(prompt), TextStream(self.tokenizer)
        terms = Terms(job.prompt.stop_ids, job.max_tokens, page_boxes(job.pixels), self.choose)
        yield from write(step, stepper, stream, terms)

    @property
    def _device(self) -> torch.device:
        return self.network.embedding.weight.device

    def _writer(self, sight: Sight):
        network, device = self.network, self._device
        window = network.config.window

        def follow(ids: np.ndarray, places: np.ndarray, positions: np.ndarray, ink: np.ndarray, past: tuple) -> tuple:
            with telling(), torch.inference_mode():
                text = Text(*(torch.from_numpy(np.ascontiguousarray(part)).to(device) for part in (ids, places, positions)))
                left = sight._replace(ink=torch.from_numpy(ink).to(device))
                written, keys, values = network.write(left, text, *past)
                if gone := oldest(keys.shape[3], window):
                    stays = [slice(None, gone.start), slice(gone.stop, None)]
                    keys, values = (torch.cat([part[..., some, :] for some in stays], 3) for part in (keys, values))
                return written.logits[0, -1].float().cpu().numpy(), written.boxes[0, -1].cpu().numpy(), (keys, values)

        return follow

    def close(self) -> None:
        self.network = None


def open_engine(folder: Path, device: str = "cpu") -> NanoTorchEngine:
    """Load the nano in `folder` on `device`. See `engine.OpenEngine`."""
    place = choose_device(device)
    network = load_nano(folder)
    return NanoTorchEngine(network.to(place), Tokenizer.from_folder(folder))
