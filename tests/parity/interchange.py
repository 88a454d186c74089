"""A very small model of the published architecture, as transformers saves it, with a tokenizer of the published kind."""

from __future__ import annotations

import base64
from pathlib import Path

MERGED = (b"OC", b"OCR", b"us", b"er", b"user", b"\xe4\xb8")
WORDS = [bytes([byte]) for byte in range(256)] + list(MERGED)
IMAGE, VOCABULARY = len(WORDS) + 216, 488  # <imgpad> is the last of 217 special tokens
TIKTOKEN = "".join(f"{base64.b64encode(word).decode()} {rank}\n" for rank, word in enumerate(WORDS))


def save(model, folder: Path, **options) -> Path:
    """As transformers writes it, and the tokenizer as the authors have it."""
    model.save_pretrained(folder, **options)
    (folder / "qwen.tiktoken").write_text(TIKTOKEN)
    return folder
