"""New letters in nano's vocabulary: what was there stays, to the bit; what is new begins like what it looks like."""

from __future__ import annotations

import json
import shutil

import numpy as np
import pytest

from gotocr.errors import OutputError, UsageError, WeightsError
from gotocr.prompt.tokenizer import Tokenizer
from gotocr.train.recipe import Window
from gotocr.train.targets import Targets
from gotocr.weights.nano_files import FOLDER, read_nano_config, read_tensors
from gotocr.weights.nano_letters import grow, known, room, similar

YORUBA = "ẹọṣẸỌṢǹ"
OLD = "The <td> of $$\\frac{a}{b}$$ costs 12 € </td></tr> né à Łódź\n```chart\n"


@pytest.fixture(scope="module")
def grown(tmp_path_factory):
    folder = tmp_path_factory.mktemp("grown") / "yo"
    assert grow(FOLDER, YORUBA + "é", folder) == tuple(YORUBA)
    return folder


def test_every_other_token_keeps_its_row_and_every_other_tensor_its_numbers(grown):
    config, new = read_nano_config(FOLDER), read_nano_config(grown)
    assert (new.glyph_count, new.vocab_size) == (config.glyph_count + len(YORUBA), config.vocab_size)
    before, after = read_tensors(FOLDER, config), read_tensors(grown, new)
    assert [name for name in before if not np.array_equal(before[name], after[name])] == ["embedding.weight"]
    one, two = Tokenizer.from_folder(FOLDER), Tokenizer.from_folder(grown)
    was, now = (json.loads((folder / "tokenizer.json").read_text("utf-8"))["model"]["vocab"] for folder in (FOLDER, grown))
    kept = was.keys() & now.keys()
    assert len(now) == len(kept) + len(YORUBA) == len(was)
    assert all(token.startswith("<|spare_") for token in was.keys() - kept)
    for token in kept:
        assert np.array_equal(before["embedding.weight"][was[token]], after["embedding.weight"][now[token]]), token
    pieces = [[tokenizer.token_bytes(index) for index in tokenizer.encode(OLD)] for tokenizer in (one, two)]
    assert pieces[0] == pieces[1]
    assert {index for index in one.special_ids if index < 9} == {index for index in two.special_ids if index < 9}


def test_new_letters_are_one_token_that_begins_as_what_it_looks_like(grown):
    tokenizer, rows = Tokenizer.from_folder(grown), read_tensors(grown, read_nano_config(grown))["embedding.weight"]
    assert len(tokenizer.encode(YORUBA)) == len(YORUBA) < len(Tokenizer.from_folder(FOLDER).encode(YORUBA))
    assert tokenizer.decode(tokenizer.encode(YORUBA)) == YORUBA
    for letter, base in zip(YORUBA, "eosEOSn", strict=True):
        assert np.array_equal(rows[tokenizer.id(letter)], rows[tokenizer.id(base)])
    assert Targets(grown / "tokenizer.json", Window()).fits(read_nano_config(grown))


def test_it_grows_again_until_there_is_no_room(grown, tmp_path):
    assert (room(FOLDER), room(grown)) == (23, 16)
    assert grow(grown, "ɓɗ", tmp_path / "more") == ("ɓ", "ɗ")
    assert known(tmp_path / "more") == known(FOLDER) | {*YORUBA, "ɓ", "ɗ"}
    assert Targets(tmp_path / "more" / "tokenizer.json", Window()).fits(read_nano_config(tmp_path / "more"))
    with pytest.raises(UsageError, match="17 letters are new, and there is room for 16"):
        grow(grown, map(chr, range(0x1EA0, 0x1EB1)), tmp_path / "full")
    assert not (tmp_path / "full").exists()


@pytest.mark.parametrize(
    ("letter", "there", "found"),
    [("ộ", "oôọ", ("ọ", "ô")), ("ộ", "oô", ("ô",)), ("ộ", "o", ("o",)), ("ɓ", "b", ("b",)), ("Ɓ", "Bb", ("B",)), ("Ə", "eE", ("E",)),
     ("ł", "ld", ("l",)), ("ж", "Ж", ("Ж",)), ("漢", "a", ())],
)  # fmt: skip
def test_what_a_letter_looks_like(letter, there, found):
    assert set(similar(letter, there)) == set(found)


def test_what_cannot_be_is_refused(grown, tmp_path):
    with pytest.raises(UsageError, match="no single character"):
        grow(FOLDER, ["ẹ̀"], tmp_path / "new")
    with pytest.raises(OutputError, match="holds something"):
        grow(FOLDER, "ạ", grown)
    shutil.copytree(FOLDER, tmp_path / "bad")
    (tmp_path / "bad" / "tokenizer.json").write_text("[]", "utf-8")
    with pytest.raises(WeightsError, match="no tokenizer of nano's"):
        known(tmp_path / "bad")
