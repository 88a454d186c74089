"""Which molecule is drawn: one of the corpus, changed by chance now and then, so that no list is learnt by heart."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...draw.molecule import require_rdkit
from ...errors import UsageError

if TYPE_CHECKING:
    import numpy as np
    from rdkit.Chem import Mol

    from ...draw.supply import Supply

TRIES = 40
PIECES = tuple(
    "C CC CCC C(C)C C(C)(C)C O OC OCC N NC N(C)C F Cl Br I C#N C(=O)O C(=O)OC C(=O)OCC C(C)=O C=O C(N)=O C(F)(F)F "
    "OC(F)(F)F [N+](=O)[O-]     S(C)(=O)=O S(N)(=O)=O SC NC(C)=O OC(C)=O C=C C#C CO CN c1ccccc1 c1ccncc1 "
    "c1ccc(Cl)cc1 c1ccc(OC)cc1 C1CC1 C1CCCCC1 C1CCNCC1 N1CCOCC1 N1CCCC1 n1cccn1 c1ccco1 c1cccs1 c1nccs1 Cc1ccccc1 "
    "OCc1ccccc1 NC(=O)OC(C)(C)C B(O)O P(=O)(O)O [Si](C)(C)C CC(=O)O C(=O)Cl SCC=C /C=C/C C=CC(=O)O N=[N+]=[N-] "
    "C(C)(C)O S(=O)(=O)O".split()
)
SALTS = ("Cl", "Cl", "Br", "O", "[Na+].[Cl-]", "O=C(O)C(=O)O", "O=C(O)C(F)(F)F", "CS(=O)(=O)O", "OS(=O)(=O)O")
HALOGENS = (9, 17, 35, 53)
LEAST = {15: 3, 16: 2, 17: 1, 34: 2, 35: 1, 53: 1}  # bonds beyond which these elements hold no hydrogen: cutting would leave some


def choose(rng: np.random.Generator, supply: Supply, most: int) -> Mol:
    """A sane molecule of 1 to `most` heavy atoms; raises UsageError where the corpus holds none."""
    chem = require_rdkit()
    items = supply.items("smiles")
    for _ in range(TRIES if items else 0):
        mol = chem.MolFromSmiles(items[int(rng.integers(len(items)))].split()[0])
        if mol is None:
            continue
        changed = _sane(vary(rng, mol)) if rng.random() < 0.45 else mol
        if changed is not None and 0 < changed.GetNumHeavyAtoms() <= most:
            return changed
    raise UsageError(f"no molecule of up to {most} atoms in the smiles file of {supply.folder}; give one SMILES a line")


def vary(rng: np.random.Generator, mol: Mol) -> Mol:
    """The molecule with one or two changes: a piece put on, cut off or exchanged, a salt, an isotope, no charges, no stereo."""
    changes = (put_on, put_on, exchange, cut_off, cut_off, salt, label_isotope, plain, neutral)
    for _ in range(int(rng.integers(1, 3))):
        changed = _sane(changes[int(rng.integers(len(changes)))](rng, mol))
        mol = changed if changed is not None else mol
    return mol


def _sane(mol: Mol | None) -> Mol | None:
    """The molecule read anew from its own SMILES; None where it cannot exist."""
    chem = require_rdkit()
    try:
        again = None if mol is None else chem.MolFromSmiles(chem.MolToSmiles(mol))
    except (ValueError, RuntimeError):
        return None
    odd = again and any(
        atom.GetTotalNumHs() and atom.GetTotalValence() > LEAST.get(atom.GetAtomicNum(), 9) for atom in again.GetAtoms()
    )
    return None if odd else again


def _one(rng: np.random.Generator, among: list[int]) -> int | None:
    return among[int(rng.integers(len(among)))] if among else None


def put_on(rng: np.random.Generator, mol: Mol) -> Mol | None:
    """A piece in place of a hydrogen of a carbon or nitrogen."""
    chem = require_rdkit()
    spots = [a.GetIdx() for a in mol.GetAtoms() if a.GetAtomicNum() in (6, 7) and a.GetTotalNumHs() and not a.GetFormalCharge()]
    spot = _one(rng, [n for n in spots if not mol.GetAtomWithIdx(n).GetNumExplicitHs()] or [])
    piece = chem.MolFromSmiles(PIECES[int(rng.integers(len(PIECES)))])
    if spot is None or piece is None:
        return None
    joined = chem.RWMol(chem.CombineMols(mol, piece))
    joined.AddBond(spot, mol.GetNumAtoms(), chem.BondType.SINGLE)
    return joined


def exchange(rng: np.random.Generator, mol: Mol) -> Mol | None:
    """Another element at one atom: halogens for halogens, aromatic CH for N and back, O for S."""
    chem = require_rdkit()
    made = chem.RWMol(mol)
    spots = [
        a.GetIdx() for a in mol.GetAtoms() if a.GetAtomicNum() in (*HALOGENS, 8, 16) or (a.GetIsAromatic() and a.GetDegree() == 2)
    ]
    spot = _one(rng, spots)
    if spot is None:
        return None
    atom = made.GetAtomWithIdx(spot)
    if atom.GetFormalCharge() or atom.GetNumExplicitHs():
        return None
    number = atom.GetAtomicNum()
    if number in HALOGENS:
        atom.SetAtomicNum(HALOGENS[int(rng.integers(4))])
    else:
        atom.SetAtomicNum({6: 7, 7: 6, 8: 16, 16: 8}.get(number, number))
    return made


def cut_off(rng: np.random.Generator, mol: Mol) -> Mol | None:
    """One side of a single bond outside rings, the larger one more often."""
    chem = require_rdkit()
    cuts = [b.GetIdx() for b in mol.GetBonds() if b.GetBondType() == chem.BondType.SINGLE and not b.IsInRing()]
    cut = _one(rng, cuts)
    if cut is None:
        return None
    parts = chem.GetMolFrags(chem.FragmentOnBonds(mol, [cut], addDummies=False), asMols=True, sanitizeFrags=False)
    weights = [part.GetNumAtoms() + 2.0 for part in parts]
    return parts[int(rng.choice(len(parts), p=[weight / sum(weights) for weight in weights]))]


def salt(rng: np.random.Generator, mol: Mol) -> Mol | None:
    """An acid, water or ions beside it."""
    chem = require_rdkit()
    if len(chem.GetMolFrags(mol)) > 1:
        return None
    return chem.CombineMols(mol, chem.MolFromSmiles(SALTS[int(rng.integers(len(SALTS)))]))


def label_isotope(rng: np.random.Generator, mol: Mol) -> Mol | None:
    """One atom as an isotope that people label with."""
    made = require_rdkit().RWMol(mol)
    heavy = {6: (13, 14, 11), 7: (15,), 8: (18, 17), 9: (18,), 53: (125, 131), 16: (35,)}
    spot = _one(rng, [a.GetIdx() for a in mol.GetAtoms() if a.GetAtomicNum() in heavy])
    if spot is None or rng.random() < 0.5:
        return None
    atom = made.GetAtomWithIdx(spot)
    isotopes = heavy[atom.GetAtomicNum()]
    atom.SetIsotope(isotopes[int(rng.integers(len(isotopes)))])
    return made


def plain(rng: np.random.Generator, mol: Mol) -> Mol:
    """Without stereo marks."""
    made = require_rdkit().RWMol(mol)
    require_rdkit().RemoveStereochemistry(made)
    return made


def neutral(rng: np.random.Generator, mol: Mol) -> Mol:
    """Without charges that a hydrogen takes away or brings."""
    made = require_rdkit().RWMol(mol)
    for atom in made.GetAtoms():
        charge = atom.GetFormalCharge()
        charged = [other.GetFormalCharge() for other in atom.GetNeighbors()]
        if any(charged):
            continue
        if charge == 1 and atom.GetTotalNumHs() and atom.GetAtomicNum() == 7:
            atom.SetFormalCharge(0)
            atom.SetNumExplicitHs(max(0, atom.GetNumExplicitHs() - 1))
        elif charge == -1 and atom.GetAtomicNum() in (8, 16):
            atom.SetFormalCharge(0)
    return made
