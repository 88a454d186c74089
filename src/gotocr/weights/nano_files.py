"""nano's folder: `nano.safetensors`, `config.json` and `tokenizer.json`; both engines read it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ..errors import MissingExtraError, OutputError, WeightsError
from ..model.config import GROUP, PLACE_WAVES, NanoConfig
from . import int8
from .settings import CONFIG, read_config
from .tensors import TensorFile, write

if TYPE_CHECKING:
    from ..model.nano import Nano

FOLDER = Path(__file__).parent / "nano"
WEIGHTS, TOKENIZER = "nano.safetensors", "tokenizer.json"


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
    tensors = {name: torch.from_numpy(value) for name, value in read_tensors(folder, config).items()}
    network = Nano(config)
    network.load_state_dict(tensors)
    return network


def read_tensors(folder: str | Path, config: NanoConfig) -> dict[str, np.ndarray]:
    """The float32 tensors of a folder by name, in whatever form they are stored.

    Raises WeightsError on any missing or ill-shaped one, before memory is taken for it.
    """
    tensors, expected = TensorFile(Path(folder) / WEIGHTS), dict(tensor_shapes(config))
    found = int8.shapes(tensors)
    scales = {name + int8.SCALES for name in found if tensors.entries[name].dtype == "I8"}
    named = expected.keys() | (tensors.keys() - scales)
    wrong = sorted(name for name in named if expected.get(name) != found.get(name))
    if wrong:
        raise WeightsError(f"{folder}: {len(wrong)} tensors do not fit {CONFIG}, first {wrong[0][:80]}; get the model again")
    return {name: int8.widen(tensors, name) for name in expected}


def tensor_shapes(config: NanoConfig) -> Iterator[tuple[str, tuple[int, ...]]]:
    """The name and shape of every tensor of `model.nano.Nano`, without torch."""
    hidden, fine, stem, inner = config.hidden, config.fine_width, config.stem_width, config.feed_forward

    def layer(name: str, outer: int, *shape: int, bias: bool = True) -> Iterator[tuple[str, tuple[int, ...]]]:
        yield f"{name}.weight", (outer, *shape)
        if bias:
            yield f"{name}.bias", (outer,)

    def block(name: str, width: int, *kernel: int) -> Iterator[tuple[str, tuple[int, ...]]]:
        yield from layer(f"{name}.mix", width, GROUP, *kernel)
        yield from layer(f"{name}.norm", width)
        yield from layer(f"{name}.up", 2 * width, width)
        yield from layer(f"{name}.down", width, 2 * width)
        yield f"{name}.scale", (width,)

    def feed(name: str) -> Iterator[tuple[str, tuple[int, ...]]]:
        for part in ("gate", "up"):
            yield f"{name}.feed.{part}.weight", (inner, hidden)
        yield f"{name}.feed.down.weight", (hidden, inner)
        for part in ("norm1", "norm2"):
            yield f"{name}.{part}.weight", (hidden,)

    yield from layer("stem.conv1", stem // 2, 3, 3, 3)
    yield from layer("stem.conv2", stem, stem // 2, 3, 3)
    yield from block("stem.early", stem, 3, 3)
    yield from layer("stem.down", fine, stem, 3, 3)
    for number in range(config.fine_blocks):
        yield from block(f"stem.blocks.{number}", fine, 3, 5)
    yield from layer("merge", hidden, fine, config.token_rows, config.token_columns)
    for number in range(config.context_layers):
        yield from layer(f"context.{number}.qkv", 3 * hidden, hidden)
        yield f"context.{number}.out.weight", (hidden, hidden)
        yield from feed(f"context.{number}")
    for name in ("context_norm", "read_norm", "norm"):
        yield f"{name}.weight", (hidden,)
    yield from layer("spread", fine, hidden)
    yield from layer("fine_norm", fine)
    for name, outer in (("ink", 1), ("box", 4), ("glyph", hidden), ("point_key", config.pointer)):
        yield from layer(name, outer, fine)
    yield from layer("point_query", config.pointer, hidden)
    yield "ink_weight", (1,)
    yield "embedding.weight", (config.vocab_size, hidden)
    yield from layer("place.linear", hidden, 4 * PLACE_WAVES + 2)
    for number in range(config.layers):
        for part in ("query", "key", "value", "image_key", "image_value"):
            yield from layer(f"layers.{number}.{part}", hidden, hidden)
        yield f"layers.{number}.out.weight", (hidden, hidden)
        yield from feed(f"layers.{number}")
    yield from layer("where", 4, hidden)


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


def blend(folder: str | Path, other: str | Path, share: float) -> Mapping[str, np.ndarray]:
    """The tensors between two nanos, one trained on from the other: 1 - `share` of those in `folder` and `share` of `other`'s.

    It often reads better than both (Wortsman et al., "Model soups", ICML 2022, and "Robust fine-tuning", CVPR 2022). Raises
    WeightsError where the two differ in shape or tokenizer, and what `read_tensors` raises.
    """
    config, second = (replace(read_nano_config(one), temperature=1.0) for one in (folder, other))
    if config != second or (Path(folder) / TOKENIZER).read_bytes() != (Path(other) / TOKENIZER).read_bytes():
        raise WeightsError(f"{folder} and {other} differ in shape or tokenizer; only weights trained from each other can be blended")
    one, two = (read_tensors(path, config) for path in (folder, other))
    return {name: values + np.float32(share) * (two[name] - values) for name, values in one.items()}
