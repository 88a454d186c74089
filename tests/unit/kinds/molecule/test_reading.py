"""Molecules are found, checked and shown, and hostile ones do no harm."""

from __future__ import annotations

import pytest

from gotocr.kinds import KINDS
from gotocr.kinds.page import parse as parse_page

KIND = KINDS["molecule"]
HOSTILE = [
    "C" * 100_000,
    "(" * 1999,
    "C1" * 999,
    "[C@@" * 400,
    "c1" * 500,
    "C.C" * 600,
    "\0",
    "C C |$;;$|",
    "[" + "9" * 1000 + "C]",
    "C%99C",
    "*" * 1999,
]


def test_tags_of_mathpix_markdown_are_found():
    found = parse_page("Before\n\n<smiles>CCO</smiles>\n\nAfter <smiles>CC", (10, 10))
    assert [(block.kind, block.text) for block in found][1] == ("molecule", "CCO")
    assert found[-1].kind == "molecule" and found[-1].text == "CC"


def test_chemistry_is_checked_where_rdkit_is():
    pytest.importorskip("rdkit")
    assert KIND.check(KIND.parse("c1cccc1")) and not KIND.check(KIND.parse("c1cc[nH]c1"))


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_smiles_do_no_harm(text):
    block = KIND.parse(text)
    KIND.check(block)
    assert "<script" not in KIND.html(block)
    assert all(0 <= score(text, "CCO") < 1 for score in KIND.scores.values())


def test_a_valid_one_is_shown_as_a_picture():
    pytest.importorskip("rdkit")
    pytest.importorskip("skia")
    shown = KIND.html(KIND.parse("CC(=O)Oc1ccccc1C(=O)O"))
    assert "<svg" in shown and ">O</text>" in shown and "<svg" not in KIND.html(KIND.parse("C1CC"))


def test_scores_fall_with_damage():
    exact, similarity = KIND.scores["exact"], KIND.scores["similarity"]
    truth = "CC(=O)Oc1ccccc1C(=O)O"
    assert exact(truth, truth) == similarity(truth, truth) == 1.0
    assert exact("CC(=O)Oc1ccccc1C(=O)N", truth) == 0.0
    near, far = similarity("CC(=O)Oc1ccccc1C(=O)N", truth), similarity("CCCCCC", truth)
    assert 1 > near > far
    assert exact("", truth) == similarity("", truth) == similarity("C1", truth) == 0.0
    assert exact(f"```smiles\n{truth}\n```", truth) == 1.0


def test_other_spellings_are_equal_and_other_stereo_is_not():
    pytest.importorskip("rdkit")
    exact = KIND.scores["exact"]
    assert exact("OC(=O)c1ccccc1OC(C)=O", "CC(=O)Oc1ccccc1C(=O)O") == 1.0
    assert exact("C[C@@H](N)C(=O)O", "C[C@H](N)C(=O)O") == 0.0 and exact("F/C=C/F", "F/C=C\\F") == 0.0


def test_without_rdkit_likeness_is_told_by_surroundings():
    from gotocr.kinds.molecule.scores import _by_surroundings

    truth = "CC(=O)Oc1ccccc1C(=O)O"
    assert _by_surroundings("OC(=O)c1ccccc1OC(C)=O", truth) == 1.0
    assert 1 > _by_surroundings("CC(=O)Oc1ccccc1C(=O)N", truth) > _by_surroundings("CCCCCC", truth)
    assert _by_surroundings("C1", truth) == 0.0
