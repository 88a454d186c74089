"""A stand-in for the published weights: random ones of the true size, as fast and as large as they, that read nothing."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from ...errors import GotocrError, OutputError
from .rounds import Tell

if TYPE_CHECKING:
    from ...model.config import GotConfig

SEED, BLOCK = 7, 1_000_003  # so many different values, over and over: of no width a multiple, so no two rows are equal
LOUD, QUIET = 2.0, 0.5  # gains of the layers and of the embedding: a loud embedding would write one token for ever


def stand_in(folder: Path, notes: list[str], tell: Tell) -> tuple[str, str | None]:
    """Name and folder of the published model: its weights where they are here already, else random ones in `folder`.

    What is to be said of them goes to `notes`; there is no folder where random ones cannot be made.
    """
    from ...weights.fetch import at_hand, find

    if at_hand("base"):
        return "base", str(find("base", quiet=True))
    tell(0.0, "making random weights")
    place = folder / "base"
    place.mkdir()
    try:
        write_standin(place)
    except (GotocrError, ImportError) as error:
        notes.append(f"base: not measured: its weights are not here, and random ones need torch ({error})")
        return "base", None
    notes.append("base (random): random weights of the true size, since the published ones are not here; it reads nothing")
    return "base (random)", str(place)


def write_standin(folder: Path, preset: str = "base") -> Path:
    """A folder as published (bfloat16), of a preset of the got family, with random weights. Needs torch; raises OutputError."""
    import torch

    from ...model.presets import PRESETS, build
    from ...weights.config import write_config
    from ...weights.files import SINGLE
    from ...weights.names import translate
    from ...weights.tensors import write

    config = PRESETS[preset]
    with torch.device("meta"):
        shapes = {name: tuple(value.shape) for name, value in build(config).state_dict().items()}
    tensors: Mapping[str, np.ndarray] = translate(dict(_random(shapes)), "ours", "hf")
    try:
        write_config(config, folder)
        (folder / "tokenizer.json").write_text(json.dumps(_tokenizer(config)), "utf-8")
    except OSError as cause:
        raise OutputError(f"cannot write random weights to {folder}: {cause.strerror or cause}") from cause
    write(folder / SINGLE, tensors, {"format": "pt"}, bf16=tensors)
    return folder


def _random(shapes: Mapping[str, tuple[int, ...]]) -> Iterator[tuple[str, np.ndarray]]:
    """bfloat16 bits of every tensor: normal values by the size of what a weight sums over, ones and zeros for vectors."""
    values = np.random.default_rng(SEED).standard_normal(BLOCK, np.float32)
    for name, shape in shapes.items():
        if len(shape) == 1:
            block = np.full(1, float("norm" in name and name.endswith("weight")), np.float32)
        else:
            gain = QUIET if "embed" in name else LOUD
            block = values * np.float32(gain * np.prod(shape[1:]) ** -0.5)
        yield name, np.resize((block.view(np.uint32) >> 16).astype(np.uint16), shape)


def _tokenizer(config: GotConfig) -> dict[str, object]:
    """A tokenizer.json of the published special tokens at their ids; every word is one token, all words the same one."""
    from ...prompt.published import QWEN_SPECIALS, QWEN_SPLIT

    first = config.image_id + 1 - len(QWEN_SPECIALS)
    usual = {"special": True, "single_word": False, "lstrip": False, "rstrip": False, "normalized": False}
    specials = [{"id": first + place, "content": token, **usual} for place, token in enumerate(QWEN_SPECIALS)]
    words = {"": 0, **{str(token["content"]): token["id"] for token in specials}}
    split = {"type": "Split", "pattern": {"Regex": QWEN_SPLIT}, "behavior": "Isolated", "invert": False}
    model = {"type": "WordLevel", "vocab": words, "unk_token": ""}
    nothing = dict.fromkeys(("normalizer", "post_processor", "decoder", "truncation", "padding"))
    return {"version": "1.0", "added_tokens": specials, **nothing, "pre_tokenizer": split, "model": model}
