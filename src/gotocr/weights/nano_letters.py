"""New letters for a nano: as tokens and as rows of its embedding, so that the row of every other token stays to the bit.

Single characters have to stand together in the vocabulary. So a new one takes the id behind the last of them, and the token
that stood there moves, with its row, to the id of a mark that was kept in reserve.
"""

from __future__ import annotations

import json
import tempfile
import unicodedata
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

from ..errors import OutputError, UsageError, WeightsError
from ..model.config import NanoConfig
from .nano_files import TOKENIZER, read_nano_config, read_tensors, save_nano

SPARE = "<|spare_"  # how the marks in reserve begin
LIKE = dict(zip("ıłđɓɗɖƙƴəɛɔŋƒ", "ildbddkyeeonf", strict=True))  # alike, though Unicode takes no mark off them
LIKE |= {letter.upper(): other.upper() for letter, other in LIKE.items() if len(letter.upper()) == 1}


def known(folder: str | Path) -> frozenset[str]:
    """The characters that the nano in `folder` writes as one token. Raises WeightsError where there is no tokenizer of nano's."""
    return frozenset(token for token in _state(Path(folder))["model"]["vocab"] if len(token) == 1)


def room(folder: str | Path) -> int:
    """How many letters the nano in `folder` can still be given. Raises WeightsError."""
    return sum(token.startswith(SPARE) for token in _state(Path(folder))["model"]["vocab"])


def similar(letter: str, letters: Iterable[str]) -> tuple[str, ...]:
    """Those of `letters` that a new letter begins as the mean of: it without one of its marks, or else without any.

    `ộ` begins as the mean of `ô` and `ọ` if both are there, `ơ` as `o`, `ɓ` as `b`; a letter without marks as its other
    case; empty where nothing is like it.
    """
    there = frozenset(letters) - {letter}
    base, *marks = unicodedata.normalize("NFD", letter)
    less = [unicodedata.normalize("NFC", base + "".join(marks[:at] + marks[at + 1 :])) for at in range(len(marks))]
    for candidates in (less, [base], [LIKE.get(base, "")], [letter.swapcase()]):
        if found := tuple(dict.fromkeys(one for one in candidates if one in there)):
            return found
    return ()


def grow(folder: str | Path, letters: Iterable[str], out: str | Path) -> tuple[str, ...]:
    """Write the nano of `folder` to the folder `out`, with a token for each of `letters`; those that were new.

    Raises UsageError for what is no single character and for more letters than there is room, OutputError where `out` holds
    something, and what `read_tensors` and `save_nano` raise.
    """
    folder, out = Path(folder), Path(out)
    config, state = read_nano_config(folder), _state(folder)
    old = dict(state["model"]["vocab"])
    given = dict.fromkeys(unicodedata.normalize("NFC", letter) for letter in letters)
    new = tuple(letter for letter in given if letter not in old)
    if wrong := [letter for letter in new if len(letter) != 1 or not letter.isprintable()]:
        raise UsageError(f"{wrong[0]!r} is no single character that can be printed")
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise OutputError(f"{out} holds something; give a new folder")
    moves = _move(state, new, config)
    rows = read_tensors(folder, config)
    before, table = rows["embedding.weight"], rows["embedding.weight"].copy()
    singles = [token for token in old if len(token) == 1]
    for token, index in moves.items():
        sources = [old[token]] if token in old else [old[one] for one in similar(token, singles) or singles]
        table[index] = before[sources[0]] if len(sources) == 1 else before[sources].mean(0)
    with tempfile.TemporaryDirectory() as place:
        file = Path(place) / TOKENIZER
        file.write_text(json.dumps(state, ensure_ascii=False), "utf-8")
        save_nano(out, {**rows, "embedding.weight": table}, replace(config, glyph_count=config.glyph_count + len(new)), file)
    return new


def _move(state: dict[str, Any], new: tuple[str, ...], config: NanoConfig) -> dict[str, int]:
    """Give `new` letters ids, and those that stood there the ids of spare marks, in place; which token has which id now."""
    vocabulary = state["model"]["vocab"]
    spares = sorted((token for token in vocabulary if token.startswith(SPARE)), key=vocabulary.get)
    if len(new) > len(spares):
        raise UsageError(
            f"{len(new)} letters are new, and there is room for {len(spares)}: leave out seldom ones, or train afresh with a "
            "vocabulary of your own (docs/add-a-language.md)"
        )
    at = {index: token for token, index in vocabulary.items()}
    moves: dict[str, int] = {}
    taken = [spares.pop() for _ in new]
    state["added_tokens"] = [token for token in state["added_tokens"] if token["content"] not in taken]
    for index, letter, spare in zip(range(config.glyph_first + config.glyph_count, config.vocab_size), new, taken, strict=False):
        free = vocabulary.pop(spare)
        if index in at:
            moves[at[index]] = free
        moves[letter] = index
    vocabulary.update(moves)
    for token in state["added_tokens"]:
        token["id"] = moves.get(token["content"], token["id"])
    state["added_tokens"].sort(key=lambda token: token["id"])
    return moves


def _state(folder: Path) -> dict[str, Any]:
    path = folder / TOKENIZER
    try:
        state = json.loads(path.read_text("utf-8"))
        vocabulary, marks = state["model"]["vocab"], state["added_tokens"]
    except (OSError, ValueError, KeyError, TypeError) as cause:
        raise WeightsError(f"{path} is no tokenizer of nano's ({cause}); give the folder of a nano model") from cause
    if not isinstance(vocabulary, dict) or not isinstance(marks, list):
        raise WeightsError(f"{path} is no tokenizer of nano's; give the folder of a nano model")
    return state
