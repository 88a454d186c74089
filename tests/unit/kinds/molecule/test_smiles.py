"""SMILES are read with their places, and what is wrong with them is told, without any library."""

from __future__ import annotations

import random
import time

import pytest

from gotocr.kinds.molecule.smiles import LONGEST, order, read

GOOD = [
    "C",
    "CCO",
    "[NH4+].[Cl-]",
    "c1ccccc1",
    "C[C@@H](N)C(=O)O",
    "F/C=C/F",
    "[13CH4]",
    "C1CC%10CC1CC%10",
    "O=S(=O)(O)O",
    "[2H]C",
    "N#N",
    "c1cc[nH]c1",
]
BAD = [
    "",
    "C(",
    "C)",
    "C1CC",
    "[C",
    "C==C",
    "Xx",
    "C(=)C",
    "=C",
    "C.",
    "F(C)C",
    "C(C)(C)(C)(C)C",
    "CO(C)C",
    "[Qq]",
    "C C",
    "C=",
    "1CC1",
    "C11",
    "<b>",
]


@pytest.mark.parametrize("text", GOOD)
def test_good_ones_have_no_problems(text):
    assert read(text).problems == []


@pytest.mark.parametrize("text", BAD)
def test_bad_ones_have(text):
    assert read(text).problems


def test_places_and_bonds():
    said = read("[NH3+][C@H](Br)C1=CC1")
    assert [(atom.name, atom.start, atom.end) for atom in said.atoms][:3] == [("N", 0, 6), ("C", 6, 11), ("Br", 12, 14)]
    assert (said.atoms[0].hydrogens, said.atoms[0].charge, said.atoms[1].turn) == (3, "+", "@")
    ring = next(bond for bond in said.bonds if {bond.first, bond.second} == {3, 5})
    assert ring.places == (16, 20)
    assert sorted(order(bond) for bond in said.bonds) == [1, 1, 1, 1, 1, 2]


def test_rdkit_reads_the_same_atoms_and_bonds():
    chem = pytest.importorskip("rdkit.Chem")
    from gotocr.draw.supply import Supply

    for text in Supply().items("smiles")[:200]:
        mol, said = chem.MolFromSmiles(text), read(text)
        assert not said.problems, (text, said.problems)
        assert [atom.GetSymbol() for atom in mol.GetAtoms()] == [atom.name.capitalize() for atom in said.atoms]
        real = {frozenset((bond.GetBeginAtomIdx(), bond.GetEndAtomIdx())) for bond in mol.GetBonds()}
        assert real == {frozenset((bond.first, bond.second)) for bond in said.bonds}


def test_rubbish_is_told_quickly():
    random.seed(3)
    letters = "CNOcno[]()=#1234%+-@H./\\ClBr \n\0é"
    start = time.process_time()
    for _ in range(2000):
        read("".join(random.choices(letters, k=random.randrange(60))))
    for text in ("(" * LONGEST, "C1" * 1000, "[" * LONGEST, "[C" + "+" * 1900, "C" * 100_000, "C(" * 900):
        read(text)
    assert time.process_time() - start < 3
