"""A folder of texts becomes passages and words; what is held back is never drawn."""

from __future__ import annotations

import lzma

import numpy as np
import pytest

from gotocr.errors import InputError
from gotocr.draw.corpus import clean, load


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "text_a.txt").write_text("".join(f"passage number {n}\n" for n in range(40)) + "\n \n", "utf-8")
    with lzma.open(tmp_path / "text_b.txt.xz", "wt", encoding="utf-8") as file:
        file.write("".join(f"zweiter Text {n}\n" for n in range(100)))
    (tmp_path / "text_zh.txt").write_text("中文\n", "utf-8")
    (tmp_path / "notes.txt").write_text("not a corpus\n", "utf-8")
    (tmp_path / "words_en.txt").write_text("one\t17\ntwo\n\n", "utf-8")
    return tmp_path


def test_files_and_their_forms(folder):
    corpus = load(folder)
    assert len(corpus.passages) == 140 and corpus.passages[0] == "passage number 0" and corpus.passages[-1] == "zweiter Text 99"
    assert corpus.words == ("one", "two")
    assert load(folder, limit=3).passages == tuple(f"{text} {n}" for text in ("passage number", "zweiter Text") for n in range(3))


@pytest.mark.parametrize(("asked", "held"), [(0, (0, 0)), (3, (3, 3)), (7, (4, 7)), (5000, (4, 10))])
def test_held_back_passages_are_the_first_and_a_tenth_at_most(folder, asked, held):
    drawn = load(folder, held_back=asked).passages
    assert [sum(text.startswith(start) for text in drawn) for start in ("passage", "zweiter")] == [40 - held[0], 100 - held[1]]
    if asked:
        kept = load(folder, held_back=asked, validate=True).passages
        assert not set(kept) & set(drawn) and len(kept) == sum(held)
        assert kept[: held[0]] == tuple(f"passage number {n}" for n in range(held[0]))


def test_the_bundled_corpus_trains_and_validates():
    drawn, kept = load(held_back=2000), load(held_back=2000, validate=True)
    assert drawn.passages and kept.passages and not set(drawn.passages) & set(kept.passages)
    assert drawn.words, "words come from the passages where no list of them is"


def test_clean():
    assert clean(" a\u0301\tb\u00a0\u200bc\x07 \n") == "\u00e1 b c"


def test_passages_are_about_as_long_as_asked(folder):
    corpus, rng = load(folder), np.random.default_rng(0)
    for length in (1, 5, 50, 400):
        assert length <= len(corpus.passage(rng, length)) + 20 and len(corpus.passage(rng, length)) <= length + 20
    assert corpus.word(rng) in corpus.words


@pytest.mark.parametrize(
    ("name", "data", "says"),
    [
        ("other.txt", b"text", "no text_"),
        ("text_a.txt", b"", "too few lines"),
        ("text_a.txt", b"caf\xe9 au lait\n", "UTF-8"),
        ("text_a.txt.xz", b"not compressed", "damaged"),
        ("text_a.txt.xz", lzma.compress(b"a passage\n" * 50)[:-30], "damaged"),
    ],
)
def test_bad_folders_say_so_in_one_line(tmp_path, name, data, says):
    (tmp_path / name).write_bytes(data)
    with pytest.raises(InputError, match=says) as caught:
        load(tmp_path)
    assert "\n" not in str(caught.value)


def test_a_missing_folder_says_so(tmp_path):
    with pytest.raises(InputError, match="no text_"):
        load(tmp_path / "nowhere")


def test_too_little_to_hold_anything_back(tmp_path):
    (tmp_path / "text_a.txt").write_text("only one\n", "utf-8")
    assert load(tmp_path, held_back=2000).passages == ("only one",)
    with pytest.raises(InputError, match="validate"):
        load(tmp_path, held_back=2000, validate=True)
