"""Molecules: the same written otherwise, and what stereo and residues are worth; reference figures by RDKit 2026.9."""

from __future__ import annotations

import sys

import pytest

from gotocr.evaluate.judges.molecule import MEASURES, judge, lack

ASPIRIN, OTHER = "CC(=O)Oc1ccccc1C(=O)O", "OC(=O)c1ccccc1OC(C)=O"


@pytest.fixture
def rdkit():
    return pytest.importorskip("rdkit.Chem")


@pytest.mark.parametrize(
    "reading", [OTHER, f"<smiles>{OTHER}</smiles>", f"```smiles\n{OTHER}\n```", f"It is <smiles>{OTHER}</smiles>."]
)
def test_the_same_molecule_is_right(reading, rdkit):
    assert judge(reading, ASPIRIN) == dict.fromkeys(MEASURES, 1.0)


def test_another_molecule(rdkit):
    scores = judge("CC(=O)Oc1ccccc1C(N)=O", ASPIRIN)
    assert scores["tanimoto"] == pytest.approx(20 / 29) and scores["valid"] == 1
    assert scores["exact"] == scores["graph"] == scores["inchi"] == 0.0
    assert judge("C1CC", ASPIRIN)["valid"] == 0.0 == judge("C(C)(C)(C)(C)C", ASPIRIN)["valid"]


def test_stereo(rdkit):
    turned, sides = judge("C[C@H](N)C(=O)O", "C[C@@H](N)C(=O)O"), judge("F/C=C/F", "F/C=C\\F")
    assert (turned["exact"], turned["chiral"], turned["graph"], turned["inchi"], turned["tanimoto"]) == (0, 0, 1, 0, 1)
    assert (sides["exact"], sides["chiral"], sides["graph"], sides["inchi"]) == (0, 1, 1, 0)


def test_residues_are_stars(rdkit):
    assert judge("[1*]c1ccccc1", "[R1]c1ccccc1")["exact"] == 1.0 and judge("[2*]c1ccccc1", "[R1]c1ccccc1")["exact"] == 0.0
    assert judge("*c1ccccc1", "[Het]c1ccccc1")["exact"] == 1.0
    assert judge("*C", "*C")["inchi"] is None, "what has residues has no InChI"


def test_nothing_is_worst():
    for reading in ("", "```smiles\n```", "no molecule"):
        assert {score for score in judge(reading, ASPIRIN).values() if score is not None} == {0.0}
    assert set(judge("C", "").values()) == {None}


def test_nothing_is_lacking_with_rdkit(rdkit):
    assert lack() == ""


def test_without_rdkit_strings_are_compared(monkeypatch):
    monkeypatch.setitem(sys.modules, "rdkit", None)
    monkeypatch.setitem(sys.modules, "rdkit.Chem", None)
    assert "gotocr[synth]" in lack()
    scores = judge(ASPIRIN, ASPIRIN)
    assert scores.pop("inchi") is None and set(scores.values()) == {1.0}
    other = judge("CC(=O)Oc1ccccc1C(N)=O", ASPIRIN)
    assert other["exact"] == 0.0 and other["valid"] == 1.0 and 0.4 < other["tanimoto"] < 1.0
