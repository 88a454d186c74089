"""What cannot be done without: sums as torch counts them in transformers' own network, bytes as its weights have them."""

from __future__ import annotations

import pytest

from gotocr.evaluate.speed.floor import Floor, looking, reading, writing
from gotocr.model.config import BASE, DecoderConfig, GotConfig, VisionConfig

VISION = VisionConfig(
    image_size=128, patch=4, width=48, layers=4, heads=3, feed_forward=96, window=7, global_layers=(1, 3), out_channels=16
)
DECODER = DecoderConfig(vocab_size=300, hidden=64, layers=3, heads=4, kv_heads=2, feed_forward=144)


@pytest.fixture(scope="module")
def theirs():
    pytest.importorskip("torch")
    transformers = pytest.importorskip("transformers")
    vision = dict(
        hidden_size=48, output_channels=16, num_hidden_layers=4, num_attention_heads=3, image_size=128, patch_size=4, mlp_dim=96,
        window_size=7, global_attn_indexes=[1, 3],
    )  # fmt: skip
    text = dict(
        model_type="qwen2", vocab_size=300, hidden_size=64, intermediate_size=144, num_hidden_layers=3, num_attention_heads=4,
        num_key_value_heads=2, tie_word_embeddings=True, bos_token_id=1, eos_token_id=2, pad_token_id=1,
    )  # fmt: skip
    config = transformers.GotOcr2Config(vision_config=vision, text_config=text, image_token_index=299, image_seq_length=64)
    model = transformers.GotOcr2ForConditionalGeneration(config).eval()
    model.set_attn_implementation("eager")  # what is done within one operator is not counted
    return model


def sums(work) -> int:
    import torch
    from torch.utils.flop_counter import FlopCounterMode

    with torch.inference_mode(), FlopCounterMode(display=False) as counter:
        work()
    return counter.get_total_flops()


def test_sums_are_those_that_torch_counts(theirs):
    import torch

    pixels, ids = torch.zeros(1, 3, 128, 128), torch.full((1, 40), 7)
    filled = 2 * (35**2 - 32**2) * 8 * 48**2  # two layers, whose linear maps they also do for what fills windows up
    assert sums(lambda: theirs.get_image_features(pixels)) == looking(VISION, 64) + filled
    masked = 3 * 4 * 64 * (40**2 - sum(range(1, 41)))  # layers, two for each of two products, their width: what attention masks
    assert sums(lambda: theirs(input_ids=ids, logits_to_keep=1)) == reading(DECODER, 40) + masked


def test_bytes_are_those_of_the_weights(theirs):
    matrices = [value for name, value in theirs.model.language_model.named_parameters() if value.ndim == 2]
    stored = sum(value.numel() for value in matrices)
    config = GotConfig(VISION, DECODER)
    assert writing(config, 0, "float32") == 4 * stored
    kept = 2 * 3 * 2 * 16 * 4  # keys and values, layers, heads, their size, bytes
    assert writing(config, 10, "int8") == stored * (1 + 4 / 64) + 10 * kept
    assert writing(config, 10, "bfloat16") == 2 * stored + 5 * kept
    assert 0.27e9 < writing(BASE, 0, "int4") < writing(BASE, 0, "int8") < 0.5e9


def test_a_machine_has_a_pace(monkeypatch):
    monkeypatch.setattr("gotocr.evaluate.speed.floor.READ", 1 << 24)
    monkeypatch.setattr("gotocr.evaluate.speed.floor.SIDE", 512)
    pace = Floor().measure()
    assert 1e9 < pace.sums < 1e14 and 1e8 < pace.bytes < 1e13
