"""Learn nano's vocabulary from text files: a character BPE with byte fallback, single digits, marks for the prompts.

Characters seen too rarely are written as UTF-8 bytes, so that nothing is unwritable; a space is joined to the
word behind it; digits stay single (a number is read digit by digit).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from pathlib import Path

# Order is part of the format: ids 0.. of every nano tokenizer.
MARKS = ("<|end|>", "<|image|>", "<|plain|>", "<|format|>", "<|pad|>", "<|box|>", "<|red|>", "<|green|>", "<|blue|>")
RESERVED = 23  # spare marks, so that later prompts need no new embedding table
ALPHABET = (
    "\n" + "".join(map(chr, range(32, 127))) + "".join(chr(code) for code in range(0xA1, 0x180) if code != 0xAD)
    + "ſȘșȚțẞ\u0364" + "ΓΔΘΛΞΠΣΥΦΨΩαβγδεζηθικλμνξοπρςστυφχψωϑϕϵ"
    + "‐‑–—―‖‘’‚‛“”„†‡•…‰′″‹›⁄⁰⁴⁵⁶⁷⁸⁹₀₁₂₃₄₅₆₇₈₉€£™℃№ℓ←↑→↓↔⇒⇔∀∂∃∅∆∇∈∉∏∑−∓∗∘√∝∞∠∥∧∨∩∪∫∴∼≃≅≈≠≡≤≥≪≫⊂⊃⊆⊇⊕⊗⊥⋅⋮⋯"
    + "■□▪▶►▼◆○●☐☑☒★☆♀♂♠♣♥♦♩♪♭♮♯✓✗✔✘"
)
SPLIT = r"\n| ?\\[A-Za-z]+| ?</?[a-z]+| ?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}\\<]+| ?[\\<]|\s"


def learn(lines: Iterable[str], size: int = 4096):
    """Return a `tokenizers.Tokenizer` with `size` entries over ALPHABET, marks and bytes."""
    from tokenizers import Regex, Tokenizer, decoders, models, pre_tokenizers, trainers

    marks = [*MARKS, *(f"<|spare_{i}|>" for i in range(RESERVED))]
    raw = [f"<0x{byte:02X}>" for byte in range(256)]
    learner = Tokenizer(models.BPE(byte_fallback=True, unk_token=None))
    learner.pre_tokenizer = pre_tokenizers.Split(Regex(SPLIT), "isolated")
    known = sorted(set(ALPHABET))
    absent = re.compile(f"[^{re.escape(''.join(known))}]+")
    trainer = trainers.BpeTrainer(
        vocab_size=size, special_tokens=marks + raw, initial_alphabet=known, show_progress=False
    )
    learner.train_from_iterator((absent.sub(" ", line) for line in lines), trainer)
    return _with_plain_bytes(learner, len(marks), decoders)


def _with_plain_bytes(learner, marks: int, decoders):
    """Byte tokens are ordinary entries, not marks: text that spells "<0x41>" must not become one."""
    from tokenizers import Tokenizer

    state = json.loads(learner.to_str())
    state["added_tokens"] = [token for token in state["added_tokens"] if token["id"] < marks]
    finished = Tokenizer.from_str(json.dumps(state))
    finished.decoder = decoders.Sequence([decoders.ByteFallback(), decoders.Fuse()])
    return finished


def write(lines: Iterable[str], path: Path, size: int = 4096) -> None:
    """Learn from `lines` and save `tokenizer.json` at `path`."""
    learn(lines, size).save(str(path), pretty=False)
