"""SMILES, molfiles and SDF: what RDKit reads of them is what was written, stereo too; what is no molecule harms nobody."""

from __future__ import annotations

import lzma
import time
from pathlib import Path

import pytest

from gotocr.errors import MissingExtraError
from gotocr.formats import mol
from gotocr.formats.mol import FORMAT as MOL, SDF
from gotocr.formats.smi import FORMAT as SMI
from gotocr.kinds.molecule.molfile import molfile
from gotocr.schema import Block, Document, Leaf

Chem = pytest.importorskip("rdkit.Chem")
CORPUS = Path(__file__).parents[4] / "shared" / "corpora" / "smiles.txt.xz"
KNOWN = [
    "CCO", "c1ccccc1", "C/C=C/C", "F/C=C\\F", "C[C@H](N)C(=O)O", "C[C@@H]1CC[C@H](C)CC1", "[13CH3]C([2H])[2H]", "[Na+].[Cl-]",
    "C[N+](=O)[O-]", "*CC[*:1]", "C[S@](=O)CC", "[NH4+]", "OC(=O)/C=C/c1ccc(O)cc1", "C1CC2(C1)CCC2", "N#N", "[Cu+2]",
]  # fmt: skip
BAD = ["C<N", "C(C", "C1CC", "CN(C)(C)(C)(C)C", "", "C\nC", "\0", "C" * 5000]


def leaf(*sources: str) -> Leaf:
    return Leaf(0, 99, 99, "", tuple(Block("molecule", source, confidence=0.5) for source in sources))


def canonical(molecule) -> str:
    return Chem.MolToSmiles(molecule)


def test_a_list_of_smiles_is_read_by_rdkit(tmp_path):
    path = tmp_path / "list.smi"
    path.write_bytes(SMI.title("a\nC b") + SMI.write(Document("x", (leaf("C<N", *KNOWN), leaf("CCN")))))
    found = [one for one in Chem.SmilesMolSupplier(str(path), delimiter="\t", titleLine=False)]  # noqa: C416  # its length is not known first
    assert [canonical(one) for one in found] == [canonical(Chem.MolFromSmiles(source)) for source in [*KNOWN, "CCN"]]
    assert found[0].GetProp("_Name") == "page-0001-molecule-2" and found[-1].GetProp("_Name") == "page-0001-molecule-1"


def test_a_list_of_smiles_is_read_by_open_babel(tmp_path):
    pybel = pytest.importorskip("openbabel.pybel")
    path = tmp_path / "list.smi"
    path.write_bytes(SMI.write(Document("x", (leaf("C<N", *KNOWN),))))
    assert len(list(pybel.readfile("smi", str(path)))) == len(KNOWN)


def test_what_is_no_molecule_is_a_remark():
    lines = SMI.write(Document("x", (leaf(*BAD),))).decode().splitlines()
    assert all(line.startswith("# ") for line in lines) and len(lines) >= len(BAD)
    assert not list(MOL.files([leaf(*BAD)], "x", "nano")) and SDF.write(Document("x", (leaf(*BAD),))) == b""


def test_molfiles_hold_the_molecule_and_its_stereo():
    found = dict(MOL.files([leaf("C(", *KNOWN)], "x", "nano"))
    assert list(found)[0] == "page-0001-molecule-2.mol" and len(found) == len(KNOWN)
    for source, block in zip(KNOWN, found.values(), strict=True):
        made = Chem.MolFromMolBlock(block.decode())
        assert canonical(made) == canonical(Chem.MolFromSmiles(source)) and not made.GetConformer().Is3D()
        assert b"V2000" in block and block.endswith(b"M  END\n")


def test_sdf_holds_all_of_them_with_what_is_known(tmp_path):
    path = tmp_path / "all.sdf"
    path.write_bytes(SDF.write(Document("x", (leaf(*KNOWN), leaf("C(", "CCN")))))
    found = list(Chem.SDMolSupplier(str(path)))
    assert [canonical(one) for one in found] == [canonical(Chem.MolFromSmiles(source)) for source in [*KNOWN, "CCN"]]
    assert found[-1].GetProp("_Name") == "page-0001-molecule-2"
    assert found[0].GetPropsAsDict()["SMILES"] == "CCO" and found[0].GetProp("CONFIDENCE") == "0.5000"


@pytest.mark.skipif(not CORPUS.is_file(), reason="the corpus is not here")
def test_molfiles_of_a_corpus_hold_every_molecule():
    sources = lzma.open(CORPUS, "rt").read().split()[::480][:500]
    assert len(sources) == 500
    for source in sources:
        assert canonical(Chem.MolFromMolBlock(molfile(source, "x"))) == canonical(Chem.MolFromSmiles(source))


@pytest.mark.parametrize("source", ["C$C", "[Fe@SP1](N)(O)(Cl)Br", "not one"])
def test_a_molfile_that_would_say_another_molecule_is_refused(source):
    with pytest.raises(ValueError):
        molfile(source, "x")


def test_large_molecules_end_soon():
    started = time.perf_counter()
    cage = "C12C3C4C1C5C2C3C45" * 30 + "C%10" * 1 + "C" * 10 + "%10"
    assert len(list(MOL.files([leaf("C" * 300, cage, "C1" * 150 + "C" + "1" * 3)], "x", "nano"))) >= 1
    assert time.perf_counter() - started < 40


def test_without_rdkit_it_says_what_to_install(monkeypatch):
    monkeypatch.setattr(mol, "find_spec", lambda name: None)
    for target in (MOL, SDF):
        with pytest.raises(MissingExtraError, match=r"gotocr\[formats\]"):
            target.ready()
