"""Learn nano's vocabulary from text files: a character BPE with byte fallback, single digits, marks for the prompts.

Characters seen too rarely are written as UTF-8 bytes, so that nothing is unwritable; a space is joined to the
word behind it; digits stay single (a number is read digit by digit).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from pathlib import Path

from .phrases import PHRASES

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


def learn(lines: Iterable[str], size: int = 4096, more: str = ""):
    """Return a `tokenizers.Tokenizer` with `size` entries over ALPHABET and the letters `more`, marks and bytes."""
    from tokenizers import Regex, Tokenizer, decoders, models, pre_tokenizers, trainers

    marks = [*MARKS, *(f"<|spare_{i}|>" for i in range(RESERVED))]
    raw = [f"<0x{byte:02X}>" for byte in range(256)]
    learner = Tokenizer(models.BPE(byte_fallback=True, unk_token=None))
    learner.pre_tokenizer = pre_tokenizers.Split(Regex(SPLIT), "isolated")
    known = sorted({*ALPHABET, *more})
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


def with_phrases(tokenizer, phrases: Iterable[str]):
    """A `tokenizers.Tokenizer` in which each of `phrases` is one token, in place of as many of the last merges.

    The longest phrase that fits is taken, before any merge. Ids of all other tokens stay; a phrase that is a token already
    keeps its id. Raises ValueError for more phrases than there are merges.
    """
    from tokenizers import Tokenizer

    phrases = tuple(dict.fromkeys(phrases))
    state = json.loads(tokenizer.to_str())
    known, merges, free = state["model"]["vocab"], state["model"]["merges"], []
    while len(new := [phrase for phrase in phrases if phrase not in known]) > len(free):
        if not merges:
            raise ValueError(f"{len(new)} phrases are more than the vocabulary has merges")
        free.append(known.pop("".join(merges.pop())))  # may be a phrase itself, which then needs an id again
    known |= zip(new, sorted(free), strict=True)
    as_is = dict.fromkeys(("single_word", "lstrip", "rstrip", "normalized", "special"), False)
    already = {token["content"] for token in state["added_tokens"]}
    state["added_tokens"] += [{"id": known[phrase], "content": phrase, **as_is} for phrase in phrases if phrase not in already]
    state["added_tokens"].sort(key=lambda token: token["id"])
    return Tokenizer.from_str(json.dumps(state))


def carry(embedding, old, new) -> int:
    """Make the rows of `embedding` (V, D), a tensor learnt with tokenizer `old`, those of `new`, in place; how many changed.

    A token that `old` spells in several begins as the mean of the first, which was written where it now is, and the last,
    which told what follows. Raises ValueError where marks or single characters differ: those rows mean something else.
    """
    before, after = old.get_vocab(), new.get_vocab()
    changed = {token: index for token, index in after.items() if before.get(token) != index}
    if len(after) > len(embedding) or any(len(token) == 1 or token in MARKS for token in changed):
        raise ValueError("marks or single characters of the two vocabularies differ, or there are too many tokens")
    rows = embedding.clone()
    for token, index in changed.items():
        ids = old.encode(token).ids
        embedding[index] = (rows[ids[0]] + rows[ids[-1]]) / 2
    return len(changed)


def write(lines: Iterable[str], path: Path, size: int = 4096, more: str = "") -> None:
    """Learn from `lines` and save `tokenizer.json` at `path`, with the phrases of nano's markup and the letters `more`."""
    with_phrases(learn(lines, size, more), PHRASES).save(str(path), pretty=False)
