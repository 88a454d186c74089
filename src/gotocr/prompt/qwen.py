"""The published byte-pair vocabulary `qwen.tiktoken` made into a `tokenizers` tokenizer, merges recovered.

The file holds one `base64 rank` pair a line. A rank list says which byte strings are tokens and in which order
they were learnt, but not which two parts each was joined from; `tokenizers` wants those pairs, so they are found
here by replaying the joining of each token's own bytes.
"""

from __future__ import annotations

import base64
import binascii
from pathlib import Path

from tokenizers import Regex, Tokenizer, decoders, pre_tokenizers
from tokenizers.models import BPE

from ..errors import WeightsError
from .published import QWEN_SPECIALS, QWEN_SPLIT


def read_ranks(path: Path) -> dict[bytes, int]:
    """The `{bytes: rank}` table of a tiktoken file. Raises `WeightsError` where it is damaged."""
    ranks: dict[bytes, int] = {}
    try:
        for line in path.read_bytes().split(b"\n"):
            if parts := line.split():
                ranks[base64.b64decode(parts[0], validate=True)] = int(parts[1])
    except (OSError, ValueError, IndexError, binascii.Error) as error:
        raise WeightsError(f"{path} is not a tiktoken vocabulary ({error}); fetch it again") from error
    whole = sorted(ranks.values()) == list(range(len(ranks))) and all(bytes([b]) in ranks for b in range(256))
    if not whole:
        raise WeightsError(f"{path} is damaged: its ranks have gaps or single bytes are missing; fetch it again")
    return ranks


def byte_letters() -> tuple[str, ...]:
    """The 256 printable letters that byte-level tokenizers write bytes with (GPT-2's table), by byte value."""
    printable = [*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
    spare = iter(range(0x100, 0x200))
    return tuple(chr(byte) if byte in printable else chr(next(spare)) for byte in range(256))


def last_pair(token: bytes, ranks: dict[bytes, int]) -> tuple[bytes, bytes] | None:
    """The two parts `token` is joined from last, or None when joining its bytes never yields it."""
    splits = [k for k in range(1, len(token)) if token[:k] in ranks and token[k:] in ranks]
    if len(splits) == 1:
        return token[: splits[0]], token[splits[0] :]
    parts = [token[k : k + 1] for k in range(len(token))]
    while len(parts) > 2:
        found = [(ranks.get(parts[k] + parts[k + 1]), k) for k in range(len(parts) - 1)]
        found = [(rank, k) for rank, k in found if rank is not None]
        if not found:
            return None
        k = min(found)[1]
        parts[k : k + 2] = [parts[k] + parts[k + 1]]
    return (parts[0], parts[1]) if len(parts) == 2 else None


def build(path: Path) -> Tokenizer:
    """A byte-level BPE tokenizer from a tiktoken file, the published special tokens after its ranks.

    No text normaliser is set, as in the published `tokenizer.json`. Raises `WeightsError` on a damaged file.
    """
    ranks = read_ranks(path)
    letters = byte_letters()
    spelled = {token: "".join(letters[b] for b in token) for token in ranks}
    merges = []
    for token in sorted(ranks, key=ranks.__getitem__):
        pair = last_pair(token, ranks) if len(token) > 1 else None
        if pair is not None:
            merges.append((spelled[pair[0]], spelled[pair[1]]))
    model = BPE({spelled[token]: rank for token, rank in ranks.items()}, merges, ignore_merges=True)
    tokenizer = Tokenizer(model)
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(QWEN_SPLIT), behavior="isolated"),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
        ]
    )
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.add_special_tokens(list(QWEN_SPECIALS))
    return tokenizer
