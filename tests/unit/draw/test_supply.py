"""A supply finds texts and fonts, keeps the validation part apart, and travels to other processes without its files."""

from __future__ import annotations

import lzma
import pickle

import numpy as np
import pytest

pytest.importorskip("skia")

from gotocr.draw.supply import Supply  # noqa: E402


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "text_a.txt").write_text("".join(f"passage number {n}\n" for n in range(40)), "utf-8")
    (tmp_path / "smiles.txt").write_text("".join(f"{'C' * n}\n" for n in range(1, 101)) + "\n", "utf-8")
    with lzma.open(tmp_path / "abc_tunes.txt.xz", "wt", encoding="utf-8") as file:
        file.write("%src a\nX:1\nK:C\nabc\n\nX:2\nK:D\ndef\n\n")
    return tmp_path


def test_records(folder):
    supply = Supply(folder, held_back=5)
    assert len(supply.items("smiles")) == 95 and supply.items("smiles")[0] == "CCCCCC"
    assert Supply(folder, held_back=5, validate=True).items("smiles") == ("C", "CC", "CCC", "CCCC", "CCCCC")
    assert Supply(folder, held_back=0, limit=3).items("smiles") == ("C", "CC", "CCC")
    assert supply.items("abc_tunes", "\n\n") == ("%src a\nX:1\nK:C\nabc", "X:2\nK:D\ndef")
    assert supply.items("no_such_file") == ()
    assert supply.corpus.passages and supply.items("text_en"), "what the folder lacks is taken from the package"


def test_it_is_small_on_its_way(folder):
    supply = Supply(folder)
    supply.items("smiles")
    packed = pickle.dumps(supply)
    assert len(packed) < 1000 and pickle.loads(packed).items("smiles") == supply.items("smiles")


def test_faces_have_the_letters_and_families_are_even():
    supply, rng = Supply(), np.random.default_rng(0)
    paths = [supply.face(rng, "Größe").path for _ in range(200)]
    assert len(set(paths)) > 8
    held = {face.path for family in Supply(validate=True).families for face in family}
    assert not held & {face.path for family in supply.families for face in family} and held
