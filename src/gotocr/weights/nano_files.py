"""nano's folder: `nano.safetensors`, `config.json`, `tokenizer.json` and the two ONNX graphs that share the weights."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ..errors import MissingExtraError, OutputError, WeightsError
from ..model.config import NanoConfig
from . import int8
from .settings import CONFIG, read_config
from .tensors import TensorFile, write

if TYPE_CHECKING:
    from ..model.nano import Nano

FOLDER = Path(__file__).parent / "nano"
WEIGHTS, TOKENIZER, ENCODER, DECODER = "nano.safetensors", "tokenizer.json", "encoder.onnx", "decoder.onnx"


def read_nano_config(folder: str | Path) -> NanoConfig:
    """The sizes in a folder's `config.json`. Raises WeightsError unless they are those of a nano that can be built."""
    folder = Path(folder)
    if not folder.is_dir():
        raise WeightsError(f"{folder} is no folder; give the folder of a nano model")
    settings = read_config(folder)
    if not settings:
        raise WeightsError(f"{folder / CONFIG} is missing or empty; give the folder of a nano model")
    return nano_config(settings, folder / CONFIG)


def nano_config(settings: Mapping[str, Any], where: object) -> NanoConfig:
    """The config that `settings` describe; sizes left out are the preset's. Raises WeightsError, which names `where`."""
    if settings.get("family") != "nano":
        raise WeightsError(f"{where}: this is no nano model; its family is {str(settings.get('family'))[:40]!r}")
    if unknown := sorted(set(settings) - {field.name for field in fields(NanoConfig)}):
        raise WeightsError(f"{where}: unknown settings {', '.join(unknown)[:200]}; update gotocr to read it")
    try:
        return NanoConfig(**settings)
    except ValueError as cause:
        raise WeightsError(f"{where}: {cause}; get the model again") from cause


def load_nano(folder: str | Path) -> Nano:
    """The torch network of a folder, float32 on the CPU, in whatever form its weights are stored.

    Raises WeightsError on any missing or ill-shaped tensor, before memory is taken for it; MissingExtraError without torch.
    """
    try:
        import torch
    except ModuleNotFoundError as cause:
        raise MissingExtraError("torch", "running nano with torch") from cause
    from ..model.nano import Nano

    config = read_nano_config(folder)
    tensors = TensorFile(Path(folder) / WEIGHTS)
    with torch.device("meta"):
        expected = {name: tuple(value.shape) for name, value in Nano(config).state_dict().items()}
    found = int8.shapes(tensors)
    scales = {name + int8.SCALES for name in found if tensors.entries[name].dtype == "I8"}
    named = expected.keys() | (tensors.keys() - scales)
    wrong = sorted(name for name in named if expected.get(name) != found.get(name))
    if wrong:
        raise WeightsError(f"{folder}: {len(wrong)} tensors do not fit {CONFIG}, first {wrong[0][:80]}; get the model again")
    network = Nano(config)
    network.load_state_dict({name: torch.from_numpy(int8.widen(tensors, name)) for name in expected})
    return network


def blend(folder: str | Path, other: str | Path, share: float) -> Nano:
    """The network between two, one trained on from the other: 1 - `share` of the weights in `folder` and `share` of `other`'s.

    It often reads better than both (Wortsman et al., "Model soups", ICML 2022, and "Robust fine-tuning", CVPR 2022). Raises WeightsError where the two
    differ in shape or tokenizer, and what `load_nano` raises.
    """
    one, two = load_nano(folder), load_nano(other)
    shapes = [replace(network.config, temperature=1.0) for network in (one, two)]
    if shapes[0] != shapes[1] or (Path(folder) / TOKENIZER).read_bytes() != (Path(other) / TOKENIZER).read_bytes():
        raise WeightsError(f"{folder} and {other} differ in shape or tokenizer; only weights trained from each other can be blended")
    target = two.state_dict()
    one.load_state_dict({name: value.lerp(target[name], share) for name, value in one.state_dict().items()})
    return one


def save_nano(folder: str | Path, tensors: Mapping[str, np.ndarray], config: NanoConfig, tokenizer: str | Path) -> Path:
    """Write weights, config and a copy of the `tokenizer` file; a cut run leaves whole files. Raises OutputError."""
    folder = Path(folder)
    try:
        text = Path(tokenizer).read_bytes()
    except OSError as cause:
        raise WeightsError(f"no tokenizer at {tokenizer}: {cause.strerror or cause}") from cause
    try:
        folder.mkdir(parents=True, exist_ok=True)
        write(folder / WEIGHTS, tensors)
        for name, data in ((TOKENIZER, text), (CONFIG, json.dumps(asdict(config), indent=1).encode() + b"\n")):
            part = folder / f"{name}.part"
            part.write_bytes(data)
            part.replace(folder / name)
    except OSError as cause:
        raise OutputError(f"cannot write to {folder}: {cause.strerror or cause}") from cause
    return folder
