"""The grammar of SMILES allows every molecule, and what it allows is whole but for rings and numbers of bonds."""

from __future__ import annotations

import re
import string

import numpy as np
import pytest

from gotocr.decode.grammar import Grammar
from gotocr.draw.supply import Supply
from gotocr.kinds.molecule import KIND
from gotocr.kinds.molecule.choose import choose
from gotocr.kinds.molecule.smiles import _ELEMENTS, read

BEYOND = re.compile(r"ring \d+ is never closed|ring \d+ closes on its own atom|\S+ at character \d+ has \d+ bonds")
TOKENS = [*"CCCCNOSPFIBcnops()()()[]=#-+/\\@.123%*H", "Cl", "Br", "[C", "@@", "H]", "[nH]", "[O-]", "(=O)", "C(", ")"]


@pytest.fixture(scope="module")
def grammar() -> Grammar:
    return Grammar(KIND.grammar, "\n")


def problems(smiles: str) -> list[str]:
    """What is wrong with it, but what no such grammar can tell."""
    return [found for found in read(smiles).problems if not BEYOND.fullmatch(found)]


def test_molecules_of_the_corpus_may_be_written_and_broken_off(grammar: Grammar) -> None:
    rng = np.random.default_rng(0)
    for line in Supply().items("smiles"):
        smiles = line.split()[0]
        state, at, most = grammar.start, 0, 0
        while at < len(smiles):
            size = int(rng.integers(1, 6))
            state, at = state.after(smiles[at : at + size]), at + size
            assert state is not None, smiles[:at]
            whole = smiles[:at] + state.closing()
            assert whole.endswith("\n") and not problems(whole[:-1]), whole
            most = max(most, len(state._stacks))
        assert most < 50 and state.after("\n").is_done


def test_molecules_as_drawn_may_be_written(grammar: Grammar) -> None:
    chem = pytest.importorskip("rdkit.Chem")
    supply = Supply()
    for seed in range(150):
        smiles = chem.MolToSmiles(choose(np.random.default_rng(seed), supply, 40), doRandom=bool(seed % 2))
        assert grammar.start.after(smiles + "\n").is_done, smiles


def test_what_is_written_at_random_is_a_smiles(grammar: Grammar) -> None:
    for seed in range(200):
        rng = np.random.default_rng(seed)
        state, smiles = grammar.start, ""
        for token in rng.integers(0, len(TOKENS), int(rng.integers(20, 200))):
            following = state.after(TOKENS[token])
            if following is not None:
                state, smiles = following, smiles + TOKENS[token]
        whole = smiles + state.closing()
        assert whole.endswith("\n") and len(whole) > 1 and not problems(whole[:-1]), whole


def test_the_elements_are_those_that_are_read(grammar: Grammar) -> None:
    names = ["*", *(first + second for first in string.ascii_letters for second in ["", *string.ascii_lowercase])]
    assert {name for name in names if grammar.start.after(f"[{name}]")} == set(_ELEMENTS)


@pytest.mark.parametrize(
    "smiles",
    ["(C)", "C()", "C(C", "CC)", "C(=)", "C==C", "C=", "C.", ".C", "C..C", "1C", "=C", "[", "[]", "[Cx]", "[C", "[H+",
        "[CC]", "D", "Q"]
    + ["C F", "CFC", "C(F)(FC)", "C(.C)", "C-(C)", "CC>O", "[C+-]", "[C@@@]", "[0C]", "[CH10]", "C%1", "C!"],
)
def test_what_is_no_smiles_is_refused(grammar: Grammar, smiles: str) -> None:
    assert grammar.start.after(smiles + "\n") is None


@pytest.mark.parametrize(
    "smiles",
    ["FC", "F", "FF", "F/C=C\\F", "C1CC1", "C=1CC1", "c1cc%12ccc12", "[13CH3:1]", "[Fe+2]", "[Cu++]", "[O--]",
        "N[C@@H](C)C(=O)O", "[*]", "[1*]"]
    + ["[nH]1cccc1", "[se]1cccc1", "[Na+].[Cl-]", "C(C)1CC1", "[SiH4]", "C$C", "[H][H]", "[C@]"],
)
def test_rarer_forms_are_allowed(grammar: Grammar, smiles: str) -> None:
    assert grammar.start.after(smiles + "\n").is_done
