"""Molecules in tables and in mol files."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from gotocr.errors import MissingExtraError
from gotocr.evaluate.suite import Item, Trouble
from gotocr.evaluate.suites.molecules import SUITE


def load(folder: Path):
    found = list(SUITE.load(folder))
    return [one for one in found if isinstance(one, Item)], [one for one in found if isinstance(one, Trouble)]


def pictures(folder: Path, *names: str) -> None:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(b"")


def test_a_table_with_paths_as_molscribe_writes_it(tmp_path):
    pictures(tmp_path, "real/UOB/a.png", "real/UOB_p/a.png", "real/CLEF/b.png")
    (tmp_path / "real" / "UOB_p.csv").write_text("image_id,file_path,SMILES\na,real/UOB_p/a.png,CCO\n")
    (tmp_path / "real" / "UOB.csv").write_text('image_id,file_path,SMILES,mol\na,real/UOB/a.png,CC=O,"x\ny"\n')
    items, troubles = load(tmp_path)
    assert [(item.id, item.truth, item.image.parent.name, item.group) for item in items] == [
        ("UOB__a", "CC=O", "UOB", "UOB"),
        ("UOB_p__a", "CCO", "UOB_p", "UOB_p"),
    ]
    assert [trouble.what[:10] for trouble in troubles] == ["1 pictures"]


def test_a_table_with_file_names(tmp_path):
    pictures(tmp_path, "images/1.tif", "images/2.PNG")
    (tmp_path / "labels.tsv").write_text("Filename\tSmiles\n1.tif\tC\n2.PNG\tCC\n3.png\tCCC\n1.tif\tC\n\tC\n4.png\t\n")
    items, troubles = load(tmp_path)
    assert [item.image.name for item in items] == ["1.tif", "2.PNG", "3.png"]
    assert [trouble.where for trouble in troubles] == ["labels__3", *(f"labels.tsv, line {n}" for n in (5, 6, 7))]


def test_mol_files_of_the_same_names(tmp_path):
    chem = pytest.importorskip("rdkit.Chem")
    pictures(tmp_path, "CLEF/a.png", "CLEF/b.png", "JPO/a.png")
    for name, smiles in (("CLEF_mol_ref/a.mol", "OCC"), ("JPO_mol_ref/a.sdf", "c1ccncc1"), ("JPO_mol_ref/c.sdf", "C")):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(chem.MolToMolBlock(chem.MolFromSmiles(smiles)) + "$$$$\n")
    (tmp_path / "CLEF_mol_ref" / "d.mol").write_text("rubbish")
    items, troubles = load(tmp_path)
    assert [(item.id, item.truth, item.image.relative_to(tmp_path).as_posix()) for item in items] == [
        ("CLEF__a", "CCO", "CLEF/a.png"),
        ("JPO__a", "c1ccncc1", "JPO/a.png"),
        ("JPO__c", "C", "JPO_mol_ref/c.png"),
    ]
    assert [trouble.where for trouble in troubles] == ["CLEF__d", "JPO__c", "CLEF/b.png"]


def test_without_rdkit_mol_files_cannot_be_read(tmp_path, monkeypatch):
    (tmp_path / "a.mol").write_text("x")
    monkeypatch.setitem(sys.modules, "rdkit", None)
    with pytest.raises(MissingExtraError, match="mol files"):
        load(tmp_path)


def test_other_tables_are_none_of_these(tmp_path):
    (tmp_path / "prices.csv").write_text("item,price\na,1\n")
    assert not SUITE.is_in(tmp_path)
