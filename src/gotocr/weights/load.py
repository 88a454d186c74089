"""Building the published network from a folder of weights, in any of the known layouts, and saving it for transformers."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from tqdm import tqdm

from ..errors import MissingExtraError, OutputError, WeightsError
from . import names
from .config import read_config, write_config
from .files import SINGLE, Weights, check, open_weights
from .tensors import write

if TYPE_CHECKING:
    import torch

    from ..model.got import Got

FLOATS = ("F32", "F16", "BF16")


def load_got(path: str | os.PathLike[str], dtype: str = "float32", device: str = "cpu", quiet: bool = False) -> Got:
    """The network with its weights, ready to read (eval mode, no gradients asked for).

    `path` is a folder or a .safetensors file; `dtype` float32, bfloat16 or float16, whatever the file holds.
    Raises WeightsError when the weights are absent, damaged, or of another model or shape; MissingExtraError without torch.
    """
    torch = _torch()
    from ..model.presets import build

    path = Path(path)
    config = read_config(path)
    weights = open_weights(path)
    with torch.device("meta"):
        network = build(config).to(getattr(torch, dtype)).eval().requires_grad_(False)
    sources = match({name: tuple(value.shape) for name, value in network.state_dict().items()}, weights, path)
    network = network.to_empty(device=device)
    with torch.no_grad():
        parameters = tqdm(network.state_dict().items(), desc="loading", leave=False, disable=quiet or None)
        for name, parameter in parameters:
            parameter.copy_(tensor(weights, sources[name]))
    return network


def match(expected: Mapping[str, tuple[int, ...]], weights: Weights, where: object) -> dict[str, str]:
    """Our tensor name -> the file's, for every tensor `expected` of the network. Raises WeightsError unless all fit exactly."""
    if any(entry.dtype == "U8" for file in weights.files for entry in file.entries.values()):
        raise WeightsError(f"{where} holds matrices in whole numbers, for ONNX Runtime alone; use the model that it was made from")
    layout = names.detect(weights)
    _check_head(weights, layout)
    ours = {theirs: names.rename(theirs, layout, "ours") for theirs in weights if theirs != names.head(layout)}
    found = {mine or theirs: weights.entry(theirs).shape for theirs, mine in ours.items()}
    check(expected, found, where)
    whole = [name for name in ours if weights.entry(name).dtype not in FLOATS]
    if whole:
        raise WeightsError(f"{whole[0]} in {where} is {weights.entry(whole[0]).dtype}; this model takes {', '.join(FLOATS)}")
    return {mine: theirs for theirs, mine in ours.items() if mine}


def _check_head(weights: Weights, layout: str) -> None:
    """The output head, where a file holds it, must be the embedding again: this network has only the one table."""
    head, embedding = names.head(layout), names.rename(names.EMBEDDING, "ours", layout)
    if head in weights and embedding in weights and not _equal(weights, head, embedding):
        raise WeightsError(f"{head} differs from {embedding}: a model with an output head of its own is not supported")


def _equal(weights: Weights, name: str, other: str) -> bool:
    """Whether two stored tensors are the same to the bit; neither is ever held whole."""
    one, two = weights.entry(name), weights.entry(other)
    if (one.dtype, one.shape) != (two.dtype, two.shape):
        return False
    pairs = zip(weights.parts(name), weights.parts(other), strict=True)
    return all(np.array_equal(first.view(np.uint8), second.view(np.uint8)) for first, second in pairs)


def tensor(weights: Weights, name: str) -> torch.Tensor:
    """One stored tensor as torch sees it, its own memory, dtype as stored."""
    torch = _torch()
    stored = torch.from_numpy(weights.copy(name))
    return stored.view(torch.bfloat16) if weights.entry(name).dtype == "BF16" else stored


def save_got(network: Got, folder: str | os.PathLike[str], layout: str = "hf", bf16: bool = True) -> None:
    """Write `model.safetensors` and `config.json`, by default as transformers does. Raises OutputError."""
    folder = Path(folder)
    state = {name: value.detach().float().cpu().numpy() for name, value in network.state_dict().items()}
    tensors: Mapping[str, np.ndarray] = names.translate(state, "ours", layout)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        write_config(network.config, folder)
    except OSError as error:
        raise OutputError(f"cannot write to {folder}: {error}") from error
    write(folder / SINGLE, tensors, {"format": "pt"}, bf16=tensors if bf16 else ())


def _torch():
    try:
        import torch
    except ModuleNotFoundError as error:
        raise MissingExtraError("torch", "running the base model with torch") from error
    return torch
