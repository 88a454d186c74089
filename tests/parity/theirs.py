"""transformers' GOT, very small, every weight random: what the tests of our networks, graphs and layouts are held against."""

from __future__ import annotations

SIDE, TOKENS = 64, 16  # of a picture; image tokens of it
TEXT = dict(
    model_type="qwen2", num_hidden_layers=2, num_attention_heads=4, max_position_embeddings=512, bos_token_id=1, eos_token_id=2,
    pad_token_id=1, tie_word_embeddings=True,
)  # fmt: skip


def tiny_got(vocabulary: int, image: int, kv_heads: int = 4, theta: float = 1e6, width: tuple[int, int] = (64, 144)):
    """16 x 16 patches in windows of 7 (so that windows are filled up); `width` is of the decoder and within its layers."""
    import transformers

    vision = dict(
        hidden_size=32, output_channels=16, num_hidden_layers=4, num_attention_heads=2, image_size=SIDE, patch_size=4,
        mlp_dim=64, window_size=7, global_attn_indexes=[1, 3],
    )  # fmt: skip
    text = dict(vocab_size=vocabulary, hidden_size=width[0], intermediate_size=width[1], num_key_value_heads=kv_heads)
    text["rope_parameters"] = dict(rope_type="default", rope_theta=theta)
    config = transformers.GotOcr2Config(vision_config=vision, text_config={**TEXT, **text}, image_token_index=image, image_seq_length=TOKENS)
    return loud(transformers.GotOcr2ForConditionalGeneration(config).eval(), kv_heads)


def loud(model, seed: int):
    """The same network with other weights: loud enough for varied writing, norms near one."""
    import torch

    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            gain = 1.0 if "norm" in name and name.endswith("weight") else 0.0
            parameter.normal_(gain, 0.25, generator=generator)
    return model
