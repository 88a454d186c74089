"""Text to token ids and back, over the `tokenizers` library; a stream that withholds half-written characters.

Decoding is done here from one table of each token's bytes, not by the library, so that a whole answer and the
same answer written token by token are always the same text.
"""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import tokenizers

from ..errors import WeightsError
from . import qwen

JSON_NAME = "tokenizer.json"
TIKTOKEN_NAME = "qwen.tiktoken"

_BYTE_TOKEN = re.compile(r"<0x([0-9A-Fa-f]{2})>")


class Tokenizer:
    """A tokenizer whose tokens are byte strings: byte-level BPE, or characters with bytes as fallback.

    Byte sequences that are not UTF-8 decode to U+FFFD. Ids outside the vocabulary stand for no text: a model may
    have more rows than its tokenizer has tokens.
    """

    def __init__(self, inner: tokenizers.Tokenizer) -> None:
        self._inner = inner
        spec = json.loads(inner.to_str())
        self._special_ids = frozenset(token["id"] for token in spec["added_tokens"] if token["special"])
        added = {token["id"]: token["content"] for token in spec["added_tokens"]}
        spelled = {index: token for token, index in inner.get_vocab(with_added_tokens=True).items()}
        spell = _spelling(spec["decoder"])
        self._bytes = [b""] * (max(spelled, default=-1) + 1)
        for index, token in spelled.items():
            self._bytes[index] = added[index].encode() if index in added else spell(token)
        self._literal: tokenizers.Tokenizer | None = None

    @classmethod
    def from_folder(cls, path: str | Path) -> Tokenizer:
        """Read `tokenizer.json`, or else `qwen.tiktoken`, from a folder; the path of either file will do too.

        Raises `WeightsError` where neither is there or one is damaged.
        """
        path = Path(path)
        found = [path] if path.is_file() else [path / name for name in (JSON_NAME, TIKTOKEN_NAME)]
        for file in found:
            if file.is_file():
                return cls(qwen.build(file) if file.suffix == ".tiktoken" else _read_json(file))
        raise WeightsError(f"no {JSON_NAME} or {TIKTOKEN_NAME} in {path}; give a folder that holds a model")

    @property
    def vocab_size(self) -> int:
        """One more than the largest id."""
        return len(self._bytes)

    @property
    def special_ids(self) -> frozenset[int]:
        """Ids of the tokens that stand for no text."""
        return self._special_ids

    def id(self, token: str) -> int:
        """The id of a token by its spelling, such as "<|im_end|>". Raises `WeightsError` where there is none."""
        found = self._inner.token_to_id(token)
        if found is None:
            raise WeightsError(f"the tokenizer has no token {token!r}; it does not belong to this model")
        return found

    def encode(self, text: str, *, specials: bool = True) -> list[int]:
        """Token ids of `text`. With `specials=False`, spelled-out special tokens are read as ordinary text."""
        return self._reader(specials).encode(text, add_special_tokens=False).ids

    def decode(self, ids: Iterable[int], *, specials: bool = False) -> str:
        """The text of token ids; special tokens are left out, or spelled out with `specials=True`."""
        return b"".join(self.token_bytes(index, specials=specials) for index in ids).decode("utf-8", "replace")

    def token_bytes(self, index: int, *, specials: bool = False) -> bytes:
        """The UTF-8 bytes one token stands for, which may be a part of a character."""
        if not 0 <= index < len(self._bytes) or (index in self._special_ids and not specials):
            return b""
        return self._bytes[index]

    def _reader(self, specials: bool) -> tokenizers.Tokenizer:
        if specials:
            return self._inner
        if self._literal is None:  # a second copy: the switch belongs to the library's object, not to a call
            literal = tokenizers.Tokenizer.from_str(self._inner.to_str())
            literal.encode_special_tokens = True
            self._literal = literal
        return self._literal


class TextStream:
    """Token ids in, text out, one by one: the bytes of a half-written character wait until it is whole.

    What `push` and the final `close` return, joined, equals `Tokenizer.decode` of the same ids.
    """

    def __init__(self, tokenizer: Tokenizer) -> None:
        self._tokenizer = tokenizer
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")

    def push(self, index: int) -> str:
        """The text this token completes; empty while a character is half written."""
        return self._decoder.decode(self._tokenizer.token_bytes(index))

    def peek(self, index: int) -> str:
        """What `push` would return; nothing is written."""
        state = self._decoder.getstate()
        text = self.push(index)
        self._decoder.setstate(state)
        return text

    def close(self) -> str:
        """What is left: U+FFFD where the last character never came to its end, else nothing."""
        rest = self._decoder.decode(b"", final=True)
        self._decoder.reset()
        return rest


def _read_json(path: Path) -> tokenizers.Tokenizer:
    try:
        return tokenizers.Tokenizer.from_file(str(path))
    except Exception as error:  # the library raises bare Exception
        raise WeightsError(f"{path} is not a tokenizer ({error}); fetch it again") from error


def _spelling(decoder: dict[str, Any] | None) -> Any:
    """A function from a token's spelling to its bytes, for the decoder named in a tokenizer.json."""
    steps = decoder["decoders"] if decoder and decoder["type"] == "Sequence" else [decoder] if decoder else []
    unknown = {step["type"] for step in steps} - {"ByteLevel", "ByteFallback", "Fuse", "Replace"}
    replaces = [step for step in steps if step["type"] == "Replace"]
    unknown |= {"Replace by a pattern" for step in replaces if "String" not in step["pattern"]}
    if unknown:
        raise WeightsError(f"the tokenizer decodes with {', '.join(sorted(unknown))}, which is not known here")
    if any(step["type"] == "ByteLevel" for step in steps):
        values = {letter: byte for byte, letter in enumerate(qwen.byte_letters())}

        def spell(token: str) -> bytes:
            if all(letter in values for letter in token):
                return bytes(values[letter] for letter in token)
            return token.encode()

        return spell
    replaced = [(step["pattern"]["String"], step["content"]) for step in replaces]
    fallback = any(step["type"] == "ByteFallback" for step in steps)

    def spell_plain(token: str) -> bytes:
        if fallback and (found := _BYTE_TOKEN.fullmatch(token)):
            return bytes([int(found[1], 16)])
        for old, new in replaced:
            token = token.replace(old, new)
        return token.encode()

    return spell_plain
