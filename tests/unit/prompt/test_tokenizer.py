"""Tokenizers from both file formats, and text written token by token."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest
from tokenizers import AddedToken, decoders, models, pre_tokenizers
from tokenizers import Tokenizer as Library

from gotocr.errors import WeightsError
from gotocr.prompt import qwen
from gotocr.prompt.tokenizer import TextStream, Tokenizer

TEXT = "the heat, 水 and 🙂 <0xE4> ü\n"


def fallback_library() -> Library:
    """Characters with bytes as fallback, and a few merges: the build of our own small model's tokenizer."""
    letters = [*"abcdefghijklmnopqrstuvwxyz ,\n<>0x", "th", "the", " a"]
    vocab = {f"<0x{byte:02X}>": byte for byte in range(256)}
    for letter in dict.fromkeys(letters):
        vocab[letter] = len(vocab)
    library = Library(models.BPE(vocab, [("t", "h"), ("th", "e"), (" ", "a")], byte_fallback=True, fuse_unk=False))
    library.decoder = decoders.Sequence([decoders.ByteFallback(), decoders.Fuse()])
    library.add_special_tokens(["<|image|>", "<|end|>"])
    library.add_tokens([AddedToken("</td>", normalized=False)])
    return library


def byte_library() -> Library:
    letters = qwen.byte_letters()
    vocab = {letter: byte for byte, letter in enumerate(letters)}
    vocab["th"], vocab["the"] = 256, 257
    library = Library(models.BPE(vocab, [("t", "h"), ("th", "e")]))
    library.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    library.decoder = decoders.ByteLevel()
    library.add_special_tokens(["<|image|>", "<|end|>"])
    return library


@pytest.fixture(params=[fallback_library, byte_library], ids=["fallback", "bytes"])
def library(request: pytest.FixtureRequest) -> Library:
    return request.param()


def test_text_survives_the_round_trip(library: Library, tmp_path: Path) -> None:
    library.save(str(tmp_path / "tokenizer.json"))
    for place in (tmp_path, tmp_path / "tokenizer.json"):
        tokenizer = Tokenizer.from_folder(place)
        ids = tokenizer.encode(TEXT)
        assert tokenizer.decode(ids) == TEXT == library.decode(ids)
        assert len(ids) < len(TEXT.encode())  # the merges were used


def test_stream_equals_decode_and_withholds_half_characters(library: Library) -> None:
    tokenizer = Tokenizer(library)
    ids = [*tokenizer.encode(TEXT), tokenizer.id("<|end|>"), *tokenizer.encode("水")[:-1]]
    stream = TextStream(tokenizer)
    pieces = [stream.push(index) for index in ids]
    assert not any("\ufffd" in piece for piece in pieces)
    assert "水" in pieces and "🙂" in pieces  # each came whole, with its last byte
    assert "".join(pieces) + stream.close() == tokenizer.decode(ids) == TEXT + "\ufffd"
    assert stream.close() == ""


def test_bytes_that_are_no_text_become_replacement_marks(library: Library) -> None:
    tokenizer = Tokenizer(library)
    lone, end = tokenizer.encode("水")[1], tokenizer.encode("a")[0]
    stream = TextStream(tokenizer)
    written = "".join(stream.push(index) for index in [lone, end, lone]) + stream.close()
    assert written == tokenizer.decode([lone, end, lone]) == "\ufffda\ufffd"


def test_special_tokens(library: Library) -> None:
    tokenizer = Tokenizer(library)
    end = tokenizer.id("<|end|>")
    assert end in tokenizer.special_ids
    assert tokenizer.encode("a<|end|>")[-1] == end
    literal = tokenizer.encode("a<|end|>", specials=False)
    assert end not in literal
    assert tokenizer.decode(tokenizer.encode("a<|end|>")) == "a"
    assert tokenizer.decode(tokenizer.encode("a<|end|>"), specials=True) == "a<|end|>"
    with pytest.raises(WeightsError, match="no token '<nothing>'"):
        tokenizer.id("<nothing>")


def test_ids_outside_the_vocabulary_are_no_text(library: Library) -> None:
    tokenizer = Tokenizer(library)
    assert tokenizer.vocab_size == library.get_vocab_size()
    assert tokenizer.decode([tokenizer.vocab_size, -1, *tokenizer.encode("a")]) == "a"
    assert TextStream(tokenizer).push(tokenizer.vocab_size + 5) == ""


def test_added_token_that_is_no_special_is_text() -> None:
    tokenizer = Tokenizer(fallback_library())
    ids = tokenizer.encode("a</td>")
    assert len(ids) == 2
    assert tokenizer.decode(ids) == "a</td>"


def test_replaced_spaces_are_decoded() -> None:
    library = fallback_library()
    library.decoder = decoders.Sequence([decoders.Replace("x", " "), decoders.ByteFallback(), decoders.Fuse()])
    assert Tokenizer(library).decode(library.encode("axb").ids) == "a b" == library.decode(library.encode("axb").ids)


def test_unknown_decoder_is_refused() -> None:
    library = fallback_library()
    library.decoder = decoders.WordPiece()
    with pytest.raises(WeightsError, match="WordPiece"):
        Tokenizer(library)


@pytest.mark.parametrize("content", ["", "{", "[]", '{"version": "1.0"}', "\x00\x01"])
def test_damaged_json_is_one_line(content: str, tmp_path: Path) -> None:
    (tmp_path / "tokenizer.json").write_text(content)
    with pytest.raises(WeightsError) as error:
        Tokenizer.from_folder(tmp_path)
    assert "\n" not in str(error.value)


def test_missing_files(tmp_path: Path) -> None:
    for place in (tmp_path, tmp_path / "nowhere"):
        with pytest.raises(WeightsError, match=r"no tokenizer\.json or qwen\.tiktoken"):
            Tokenizer.from_folder(place)


TOKENS = [*(bytes([byte]) for byte in range(256)), b"th", b"he", b"the", b"at", b"heat", b"\xe6\xb0", b"\xe6\xb0\xb4"]


def write_ranks(path: Path, tokens: list[bytes], end: bytes = b"\n") -> Path:
    path.write_bytes(b"".join(base64.b64encode(token) + b" %d" % rank + end for rank, token in enumerate(tokens)))
    return path


@pytest.mark.parametrize("end", [b"\n", b"\r\n"])
def test_tiktoken_file(tmp_path: Path, end: bytes) -> None:
    write_ranks(tmp_path / "qwen.tiktoken", TOKENS, end)
    tokenizer = Tokenizer.from_folder(tmp_path)
    spelled = [tokenizer.token_bytes(index) for index in tokenizer.encode("the heat 水")]
    assert spelled == [b"the", b" ", b"heat", b" ", "水".encode()]
    assert tokenizer.id("<|endoftext|>") == len(TOKENS)
    assert tokenizer.vocab_size == len(TOKENS) + 217


def test_last_pair_follows_the_order_of_learning() -> None:
    ranks = {token: rank for rank, token in enumerate(TOKENS)}
    assert qwen.last_pair(b"the", ranks) == (b"th", b"e")  # "th" was learnt before "he"
    assert qwen.last_pair(b"heat", ranks) == (b"he", b"at")
    assert qwen.last_pair(b"xyz", ranks) is None


@pytest.mark.parametrize(
    "content", [b"", b"not base64 at all", b"YQ== x\n", b"YQ==\n", b"YQ== 0\n", b"YQ== 0\nYg== 0\n"]
)
def test_damaged_tiktoken_file(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "qwen.tiktoken").write_bytes(content)
    with pytest.raises(WeightsError, match=r"qwen\.tiktoken"):
        Tokenizer.from_folder(tmp_path)
