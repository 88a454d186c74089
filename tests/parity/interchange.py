"""A very small model of the published architecture, as transformers saves it, with a tokenizer of the published kind."""

from __future__ import annotations

import base64
from pathlib import Path

MERGED = (b"OC", b"OCR", b"us", b"er", b"user", b"\xe4\xb8")
WORDS = [bytes([byte]) for byte in range(256)] + list(MERGED)
IMAGE, TOKENS, SIDE, VOCABULARY = len(WORDS) + 216, 16, 64, 488  # <imgpad> is the last of 217 special tokens
TIKTOKEN = "".join(f"{base64.b64encode(word).decode()} {rank}\n" for rank, word in enumerate(WORDS))


def tiny_theirs(kv_heads: int = 4):
    """transformers' network of 16 x 16 patches in windows of 7 (so that windows are filled up), every weight random and in bfloat16's reach."""
    import torch
    import transformers

    config = transformers.GotOcr2Config(
        vision_config=dict(
            hidden_size=32, output_channels=16, num_hidden_layers=4, num_attention_heads=2, image_size=SIDE, patch_size=4,
            mlp_dim=64, window_size=7, global_attn_indexes=[1, 3],
        ),
        text_config=dict(
            model_type="qwen2", vocab_size=VOCABULARY, hidden_size=64, intermediate_size=144, num_hidden_layers=2,
            num_attention_heads=4, num_key_value_heads=kv_heads, max_position_embeddings=512, bos_token_id=1,
            eos_token_id=2, pad_token_id=1, tie_word_embeddings=True, rope_parameters=dict(rope_type="default", rope_theta=1e6),
        ),
        image_token_index=IMAGE, image_seq_length=TOKENS,
    )  # fmt: skip
    model = transformers.GotOcr2ForConditionalGeneration(config).eval()
    generator = torch.Generator().manual_seed(kv_heads)
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            gain = 1.0 if "norm" in name and name.endswith("weight") else 0.0
            parameter.normal_(gain, 0.25, generator=generator)  # loud enough for varied writing
    return model


def save(model, folder: Path, **options) -> Path:
    """As transformers writes it, and the tokenizer as the authors have it."""
    model.save_pretrained(folder, **options)
    (folder / "qwen.tiktoken").write_text(TIKTOKEN)
    return folder
