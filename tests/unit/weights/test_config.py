"""config.json of several ages and origins, and what is refused."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from gotocr.errors import WeightsError
from gotocr.model.config import BASE, DecoderConfig, GotConfig, VisionConfig
from gotocr.weights.config import read_config, write_config

TEXT = {
    "hidden_size": 48,
    "intermediate_size": 96,
    "num_attention_heads": 4,
    "num_hidden_layers": 2,
    "num_key_value_heads": 2,
    "vocab_size": 300,
}


def read(folder, described) -> GotConfig:
    (folder / "config.json").write_text(described if isinstance(described, str) else json.dumps(described))
    return read_config(folder)


def test_written_and_read(tmp_path):
    vision = VisionConfig(64, 4, 3, 32, 4, 2, 64, 7, (1, 3), 16, 1e-5)
    config = GotConfig(vision, DecoderConfig(300, 48, 2, 4, 2, 96, True, 1e-5, 5e5, 512), 299)
    write_config(config, tmp_path)
    assert read_config(tmp_path) == config == read_config(tmp_path / "model.safetensors")


def test_a_folder_without_one_is_the_published_model(tmp_path):
    assert read_config(tmp_path) == BASE


def test_left_out_keys_are_qwen2s_own(tmp_path):
    decoder = read(tmp_path, {"model_type": "got_ocr2", "text_config": TEXT, "image_token_index": 299}).decoder
    assert (decoder.rope_theta, decoder.eps, decoder.max_positions) == (1e4, 1e-6, 32768)
    assert read(tmp_path, {"model_type": "got_ocr2"}) == BASE
    heads = {key: value for key, value in TEXT.items() if key != "num_key_value_heads"}
    assert read(tmp_path, {"model_type": "got_ocr2", "text_config": heads, "image_token_id": 299}).decoder.kv_heads == 4


@pytest.mark.parametrize(
    "rope",
    [
        {"rope_theta": 7.0},
        {"rope_parameters": {"rope_type": "default", "rope_theta": 7.0}},
        {"rope_theta": 7.0, "rope_scaling": None},
    ],
)
def test_old_and_new_rope(rope, tmp_path):
    assert read(tmp_path, {"model_type": "got_ocr2", "text_config": {**TEXT, **rope}, "image_token_index": 299}).decoder.rope_theta == 7.0


def test_the_original_authors_config(tmp_path):
    described = {"model_type": "GOT", "im_patch_token": 151859, "rope_theta": 1000000.0, "vocab_size": 151860, "use_sliding_window": False}
    assert read(tmp_path, described) == BASE
    small = read(tmp_path, {**described, "num_hidden_layers": 3})
    assert small == replace(BASE, decoder=replace(BASE.decoder, layers=3))


REFUSED = {
    "no JSON": "{",
    "a list": "[]",
    "another family": {"model_type": "bert"},
    "none": {},
    "huge": {"model_type": "got_ocr2", "image_token_index": 1, "text_config": {**TEXT, "num_hidden_layers": 10**9}},
    "zero": {"model_type": "got_ocr2", "image_token_index": 1, "text_config": {**TEXT, "vocab_size": 0}},
    "text": {"model_type": "got_ocr2", "image_token_index": 1, "text_config": {**TEXT, "hidden_size": "48"}},
    "truth": {"model_type": "got_ocr2", "image_token_index": 1, "text_config": {**TEXT, "num_attention_heads": True}},
    "uneven heads": {"model_type": "got_ocr2", "image_token_index": 1, "text_config": {**TEXT, "num_attention_heads": 5}},
    "uneven groups": {"model_type": "got_ocr2", "image_token_index": 1, "text_config": {**TEXT, "num_key_value_heads": 3}},
    "scaled rope": {"model_type": "got_ocr2", "image_token_index": 1, "text_config": {**TEXT, "rope_scaling": {"type": "yarn", "factor": 2}}},
    "sliding": {"model_type": "got_ocr2", "image_token_index": 1, "text_config": {**TEXT, "use_sliding_window": True}},
    "vision": {"model_type": "got_ocr2", "vision_config": {"hidden_size": -1}},
    "image token beyond the vocabulary": {"model_type": "got_ocr2", "image_token_index": 300, "text_config": TEXT},
    "image token of text": {"model_type": "got_ocr2", "image_token_index": "299", "text_config": TEXT},
    "layers of text": {"model_type": "got_ocr2", "vision_config": {"global_attn_indexes": ["1"]}},
    "layers": {"model_type": "got_ocr2", "vision_config": {"global_attn_indexes": 3}},
}


@pytest.mark.parametrize("name", REFUSED)
def test_refused(name, tmp_path):
    with pytest.raises(WeightsError, match=r"cannot understand .*config\.json"):
        read(tmp_path, REFUSED[name])
