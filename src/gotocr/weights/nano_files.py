"""nano's folder: `nano.safetensors`, `config.json`, `tokenizer.json` and the two ONNX graphs that share the weights."""

from __future__ import annotations

import json
from dataclasses import fields
from pathlib import Path

from ..errors import WeightsError
from .tensors import TensorFile

FOLDER = Path(__file__).parent / "nano"
WEIGHTS, CONFIG, ENCODER, DECODER = "nano.safetensors", "config.json", "encoder.onnx", "decoder.onnx"


def read_settings(folder: Path) -> dict:
    """The settings in `config.json`, checked for being a nano's."""
    path = Path(folder) / CONFIG
    try:
        settings = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as cause:
        raise WeightsError(f"{path}: not a readable config.json; give the folder of a nano model") from cause
    if not isinstance(settings, dict) or settings.get("family") != "nano":
        raise WeightsError(f"{path}: this is no nano model; its family is {settings.get('family')!r}")
    return settings


def load_nano(folder: Path):
    """Build the torch network of a folder in float32; raises WeightsError on any missing or ill-shaped tensor."""
    import torch

    from ..model.config import NanoConfig
    from ..model.nano import Nano

    known = {field.name for field in fields(NanoConfig)}
    settings = read_settings(folder)
    if unknown := sorted(set(settings) - known):
        raise WeightsError(f"{folder}: unknown settings {', '.join(unknown)} in config.json; update gotocr to read it")
    network = Nano(NanoConfig(**settings))
    tensors = TensorFile(Path(folder) / WEIGHTS)
    state = {name: torch.from_numpy(tensors[name].astype("float32")) for name in tensors}
    expected = {name: tuple(value.shape) for name, value in network.state_dict().items()}
    wrong = sorted(name for name in expected.keys() | state.keys() if expected.get(name) != tuple(getattr(state.get(name), "shape", ())))
    if wrong:
        raise WeightsError(f"{folder}: {len(wrong)} tensors do not fit config.json, first {wrong[0]}; get the model again")
    network.load_state_dict(state)
    return network
