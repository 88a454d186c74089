"""The rename tables: one to one, and true to names known from the published files."""

from __future__ import annotations

import pytest

from gotocr.errors import WeightsError
from gotocr.weights import names

# ours, original, on disk, in memory
KNOWN = [
    (
        "vision.blocks.11.attention.rel_h",
        "model.vision_tower_high.blocks.11.attn.rel_pos_h",
        "vision_tower.layers.11.attn.rel_pos_h",
        "model.vision_tower.layers.11.attn.rel_pos_h",
    ),
    (
        "vision.neck.norm2.bias",
        "model.vision_tower_high.neck.3.bias",
        "vision_tower.neck.layer_norm2.bias",
        "model.vision_tower.neck.layer_norm2.bias",
    ),
    (
        "vision.positions",
        "model.vision_tower_high.pos_embed",
        "vision_tower.pos_embed",
        "model.vision_tower.pos_embed",
    ),
    (
        "projector.conv1.weight",
        "model.vision_tower_high.net_2.weight",
        "multi_modal_projector.conv_upsampler1.weight",
        "model.multi_modal_projector.conv_upsampler1.weight",
    ),
    (
        "projector.linear.bias",
        "model.mm_projector_vary.bias",
        "multi_modal_projector.multimodal_projector.bias",
        "model.multi_modal_projector.multimodal_projector.bias",
    ),
    (
        "decoder.layers.3.attention.query.bias",
        "model.layers.3.self_attn.q_proj.bias",
        "language_model.model.layers.3.self_attn.q_proj.bias",
        "model.language_model.layers.3.self_attn.q_proj.bias",
    ),
    (
        "decoder.norm.weight",
        "model.norm.weight",
        "language_model.model.norm.weight",
        "model.language_model.norm.weight",
    ),
]


@pytest.mark.parametrize("row", KNOWN, ids=[row[0] for row in KNOWN])
def test_known_names(row):
    for source, name in zip(names.LAYOUTS, row, strict=True):
        for target, wanted in zip(names.LAYOUTS, row, strict=True):
            assert names.rename(name, source, target) == wanted


@pytest.mark.parametrize("layout", names.LAYOUTS)
def test_tables_are_one_to_one(layout):
    table = names.table(layout)
    assert len(set(table.values())) == len(table) == len(names.table("ours"))


def test_the_copy_of_the_embedding_is_dropped():
    given = {"model.embed_tokens.weight": 1, "lm_head.weight": 2}
    assert names.translate(given, "original", "ours") == {names.EMBEDDING: 1}


@pytest.mark.parametrize("stranger", ["model.extra.weight", "model.layers.1.2.mlp.up_proj.weight", "visual.blocks.0.norm1.weight"])
def test_strangers(stranger):
    assert names.rename(stranger, "original", "ours") is None
    with pytest.raises(WeightsError, match=stranger):
        names.translate({stranger: 0}, "original", "ours")


@pytest.mark.parametrize("layout", names.LAYOUTS)
def test_detect(layout):
    some = [name.replace("#", "0") for name in names.table(layout).values()]
    assert names.detect([*some, "stranger"]) == layout


@pytest.mark.parametrize("strangers", [[], ["bert.embeddings.weight", "cls.bias"]])
def test_another_model_is_refused(strangers):
    with pytest.raises(WeightsError, match="not weights of a GOT-OCR"):
        names.detect(strangers)
