"""nano on torch, CPU or GPU: training's twin, the oracle of the ONNX engine."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from ..errors import MissingExtraError
from ..prompt.tokenizer import Tokenizer
from ..weights.nano_files import load_nano
from .nano_rows import CELLS, NanoEngine, image_names, past_names

try:
    import torch
except ModuleNotFoundError as error:
    raise MissingExtraError("torch", "the torch engine") from error

from ..model.nano import Nano, Past, Sight, Text
from .torch_device import choose_device, telling


class NanoTorchEngine(NanoEngine):
    """nano wherever its network lies."""

    name = "torch"

    def __init__(self, network: Nano, tokenizer: Tokenizer) -> None:
        super().__init__(TorchNetwork(network.eval()), tokenizer, network.config)


class TorchNetwork:
    """The network itself; see `nano_rows.Network`."""

    def __init__(self, network: Nano) -> None:
        self.network, self._config = network, network.config
        self._device = network.embedding.weight.device

    def see(self, pixels: np.ndarray) -> dict[str, Any]:
        with telling(), torch.inference_mode():
            sight = self.network.see(torch.from_numpy(np.ascontiguousarray(pixels)).to(self._device))
            ink = sight.ink.float().cpu().numpy()
        images = dict(zip(image_names(self._config), (*sight.image_keys, *sight.image_values), strict=True))
        return {**images, **{name: getattr(sight, name) for name in CELLS}, "ink": ink}

    def write(self, text: Mapping[str, np.ndarray], blocks: Mapping[str, Any]) -> tuple[np.ndarray, np.ndarray, list[Any]]:
        layers = self._config.layers
        with telling(), torch.inference_mode():
            told = {name: torch.from_numpy(value).to(self._device) for name, value in text.items()}
            images, past = ([blocks[name] for name in names(self._config)] for names in (image_names, past_names))
            cells = {name: blocks[name] for name in CELLS}
            sight = Sight(tuple(images[:layers]), tuple(images[layers:]), ink=told["ink"], seen=told["seen"], **cells)
            said = Text(told["ids"], told["places"], told["positions"])
            written, new = self.network.write(sight, said, Past(tuple(past[:layers]), tuple(past[layers:]), told["kept"]))
            logits, boxes = (part[:, -1].float().cpu().numpy() for part in (written.logits, written.boxes))
            return logits, boxes, [part[:, :, 0] for part in (*new.keys, *new.values)]

    def zeros(self, shape: tuple[int, ...]) -> torch.Tensor:
        with telling():
            return torch.zeros(shape, device=self._device)


def open_engine(folder: Path, device: str = "cpu") -> NanoTorchEngine:
    """Load the nano in `folder` on `device`. See `engine.OpenEngine`."""
    place = choose_device(device)
    network = load_nano(folder)
    return NanoTorchEngine(network.to(place), Tokenizer.from_folder(folder))
