"""A molecule as an MDL molfile with places to draw it at; for a child of its own, since RDKit may die of a molecule."""

from __future__ import annotations

from .reading import molecule

MOST_V2000 = 999  # atoms, and bonds


def molfile(smiles: str, name: str) -> str:
    """V2000, or V3000 where that alone can say it: 2-D coordinates, wedges, `name` on the first line, ends with `M  END`.

    Read again it is the same molecule, stereo and isotopes too. Raises ValueError where it is none or would be another one,
    ImportError without RDKit.
    """
    from rdkit import Chem, rdBase
    from rdkit.Chem import rdDepictor

    with rdBase.BlockLogs():
        mol = molecule(smiles)
        if mol is None:
            raise ValueError("no such molecule")
        wanted = Chem.MolToSmiles(mol)
        mol.SetProp("_Name", name)
        large = max(mol.GetNumAtoms(), mol.GetNumBonds()) > MOST_V2000
        for coordgen in (False, True):  # some double bonds have their sides in one layout only
            rdDepictor.SetPreferCoordGen(coordgen)
            rdDepictor.Compute2DCoords(mol)
            for newer in (True,) if large else (False, True):
                block = Chem.MolToMolBlock(mol, forceV3000=newer)
                again = Chem.MolFromMolBlock(block)
                if again is not None and Chem.MolToSmiles(again) == wanted:
                    return block
    raise ValueError("a molfile cannot say all of it")
