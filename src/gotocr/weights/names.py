"""What each tensor of the published model is called in the layouts that are about; every table can be read both ways.

original: stepfun-ai/GOT-OCR2_0. hf: GOT-OCR-2.0-hf as it lies on disk. hf-memory: the state dict of transformers >= 4.52.
ours: the state dict of `model.got.Got`. A `#` stands for the number of a layer.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import cache
from typing import TypeVar

from ..errors import WeightsError

Value = TypeVar("Value")

LAYOUTS = ("ours", "original", "hf", "hf-memory")

_BOTH = ("weight", "bias")
_WEIGHT = ("weight",)

# ours, original, transformers; then the endings (none: the name is whole)
_VISION = (
    ("patch", "patch_embed.proj", "patch_embed.projection", _BOTH),
    ("positions", "pos_embed", "pos_embed", ()),
    ("blocks.#.norm1", "blocks.#.norm1", "layers.#.layer_norm1", _BOTH),
    ("blocks.#.norm2", "blocks.#.norm2", "layers.#.layer_norm2", _BOTH),
    ("blocks.#.attention.qkv", "blocks.#.attn.qkv", "layers.#.attn.qkv", _BOTH),
    ("blocks.#.attention.out", "blocks.#.attn.proj", "layers.#.attn.proj", _BOTH),
    ("blocks.#.attention.rel_h", "blocks.#.attn.rel_pos_h", "layers.#.attn.rel_pos_h", ()),
    ("blocks.#.attention.rel_w", "blocks.#.attn.rel_pos_w", "layers.#.attn.rel_pos_w", ()),
    ("blocks.#.mlp.up", "blocks.#.mlp.lin1", "layers.#.mlp.lin1", _BOTH),
    ("blocks.#.mlp.down", "blocks.#.mlp.lin2", "layers.#.mlp.lin2", _BOTH),
    ("neck.conv1", "neck.0", "neck.conv1", _WEIGHT),
    ("neck.norm1", "neck.1", "neck.layer_norm1", _BOTH),
    ("neck.conv2", "neck.2", "neck.conv2", _WEIGHT),
    ("neck.norm2", "neck.3", "neck.layer_norm2", _BOTH),
)
_PROJECTOR = (
    ("conv1", "vision_tower_high.net_2", "conv_upsampler1", _WEIGHT),
    ("conv2", "vision_tower_high.net_3", "conv_upsampler2", _WEIGHT),
    ("linear", "mm_projector_vary", "multimodal_projector", _BOTH),
)
# ours, both others
_DECODER = (
    ("embed", "embed_tokens", _WEIGHT),
    ("layers.#.norm1", "layers.#.input_layernorm", _WEIGHT),
    ("layers.#.norm2", "layers.#.post_attention_layernorm", _WEIGHT),
    ("layers.#.attention.query", "layers.#.self_attn.q_proj", _BOTH),
    ("layers.#.attention.key", "layers.#.self_attn.k_proj", _BOTH),
    ("layers.#.attention.value", "layers.#.self_attn.v_proj", _BOTH),
    ("layers.#.attention.out", "layers.#.self_attn.o_proj", _WEIGHT),
    ("layers.#.mlp.gate", "layers.#.mlp.gate_proj", _WEIGHT),
    ("layers.#.mlp.up", "layers.#.mlp.up_proj", _WEIGHT),
    ("layers.#.mlp.down", "layers.#.mlp.down_proj", _WEIGHT),
    ("norm", "norm", _WEIGHT),
)
# where the three parts hang: vision, projector, decoder
_ROOTS = {
    "ours": ("vision.", "projector.", "decoder."),
    "original": ("model.vision_tower_high.", "model.", "model."),
    "hf": ("vision_tower.", "multi_modal_projector.", "language_model.model."),
    "hf-memory": ("model.vision_tower.", "model.multi_modal_projector.", "model.language_model."),
}
EMBEDDING = "decoder.embed.weight"  # ours
# the output head: a copy of the embedding where a layout stores it at all
_HEADS = {"original": "lm_head.weight", "hf": "language_model.lm_head.weight", "hf-memory": "lm_head.weight"}
_LAYER = re.compile(r"(?<=layers\.|blocks\.)\d+(?=\.)")


@cache
def table(layout: str) -> Mapping[str, str]:
    """Our name -> the layout's name, numbers as `#`; one to one."""
    side = 1 if layout == "original" else 2
    if layout == "ours":
        side = 0
    roots, ours = _ROOTS[layout], _ROOTS["ours"]
    rows = [(0, row[0], row[side], row[3]) for row in _VISION]
    rows += [(1, row[0], row[side], row[3]) for row in _PROJECTOR]
    rows += [(2, row[0], row[min(side, 1)], row[2]) for row in _DECODER]
    return {
        f"{ours[part]}{mine}{dotted}": f"{roots[part]}{theirs}{dotted}"
        for part, mine, theirs, endings in rows
        for dotted in ([f".{ending}" for ending in endings] or [""])
    }


@cache
def _inverse(layout: str) -> Mapping[str, str]:
    return {theirs: ours for ours, theirs in table(layout).items()}


def head(layout: str) -> str | None:
    """What the layout calls the output head, a second copy of the embedding; None where there is none."""
    return _HEADS.get(layout)


def detect(names: Iterable[str]) -> str:
    """The layout most of these tensor names belong to. Raises WeightsError when none of them is known."""
    stems = [_LAYER.sub("#", name) for name in names]
    hits = {layout: sum(stem in _inverse(layout) for stem in stems) for layout in LAYOUTS}
    best = max(LAYOUTS, key=lambda layout: hits[layout])
    if not hits[best]:
        some = ", ".join(sorted(stems)[:3]) or "nothing"
        raise WeightsError(f"these are not weights of a GOT-OCR 2.0 model (found {some}); check the path given to --model")
    return best


def rename(name: str, source: str, target: str) -> str | None:
    """One tensor's name in another layout; None when the source layout has no such tensor."""
    number = _LAYER.search(name)
    ours = _inverse(source).get(_LAYER.sub("#", name))
    if ours is None:
        return None
    renamed = table(target)[ours]
    return renamed.replace("#", number.group()) if number else renamed


def translate(tensors: Mapping[str, Value], source: str, target: str) -> dict[str, Value]:
    """All tensors under the target layout's names; the copy of the embedding is dropped.

    Raises WeightsError when a name is unknown.
    """
    renamed = {name: rename(name, source, target) for name in tensors if name != head(source)}
    strangers = [name for name, new in renamed.items() if new is None]
    if strangers:
        raise WeightsError(f"{len(strangers)} tensors are not part of a GOT-OCR 2.0 model, the first is {strangers[0]}")
    return {new: tensors[name] for name, new in renamed.items() if new is not None}
