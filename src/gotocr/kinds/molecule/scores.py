"""How close a written SMILES is to the true one: the same molecule or not, and how many surroundings of atoms are shared."""

from __future__ import annotations

from collections import Counter

from ...metrics.sets import tanimoto
from .reading import bare, molecule
from .smiles import Writing, order, read

RADIUS, BITS = 2, 2048  # of the Morgan fingerprint, as is usual for ECFP4


def exact(written: str, truth: str) -> float:
    """1 where both are the same molecule with the same stereo, by RDKit's canonical SMILES; without RDKit, the same string."""
    written, truth = bare(written), bare(truth)
    if written == truth:
        return 1.0
    try:
        from rdkit import Chem

        one, two = molecule(written), molecule(truth)
    except ImportError:
        return 0.0
    return float(one is not None and two is not None and Chem.MolToSmiles(one) == Chem.MolToSmiles(two))


def similarity(written: str, truth: str) -> float:
    """Tanimoto coefficient of Morgan fingerprints with stereo (Rogers and Hahn 2010); 0 for what is no molecule.

    Without RDKit: of the counts of `surroundings`, which know no stereo and are a little lower for small changes.
    """
    written, truth = bare(written), bare(truth)
    if written == truth:
        return 1.0
    try:
        one, two = molecule(written), molecule(truth)
    except ImportError:
        return _by_surroundings(written, truth)
    if one is None or two is None:
        return 0.0
    from rdkit.Chem import rdFingerprintGenerator
    from rdkit.DataStructs import TanimotoSimilarity

    maker = rdFingerprintGenerator.GetMorganGenerator(radius=RADIUS, fpSize=BITS, includeChirality=True)
    return float(TanimotoSimilarity(maker.GetFingerprint(one), maker.GetFingerprint(two)))


def _by_surroundings(written: str, truth: str) -> float:
    one, two = read(written), read(truth)
    if one.problems or two.problems:
        return 0.0
    return tanimoto(surroundings(one), surroundings(two))


def surroundings(said: Writing) -> Counter[str]:
    """How often each atom with its neighbours up to `RADIUS` bonds away occurs, as text."""
    known = [f"{atom.isotope}{atom.name}{atom.charge}" for atom in said.atoms]
    bound: list[list[tuple[str, int]]] = [[] for _ in known]
    for bond in said.bonds:
        both = {said.atoms[bond.first].name.islower(), said.atoms[bond.second].name.islower()}
        mark = ":" if both == {True} else "-=#$"[order(bond) - 1]
        bound[bond.first].append((mark, bond.second))
        bound[bond.second].append((mark, bond.first))
    counts = Counter(known)
    for _ in range(RADIUS):
        known = [
            f"{own}({','.join(sorted(mark + known[n] for mark, n in ends))})" for own, ends in zip(known, bound, strict=True)
        ]
        counts.update(known)
    return counts
