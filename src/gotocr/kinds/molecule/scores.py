"""How close a written SMILES is to the true one: the same molecule or not, and how many surroundings of atoms are shared."""

from __future__ import annotations

import re
from collections import Counter

from ...metrics.sets import tanimoto
from .reading import bare, molecule
from .smiles import Writing, order, read

RADIUS, BITS = 2, 2048  # of the Morgan fingerprint, as is usual for ECFP4
_BRACKET = re.compile(r"\[([^\[\]]{1,40})\]")
_RESIDUE = re.compile(r"R(\d{1,3})")


def exact(written: str, truth: str, stereo: bool = True) -> float:
    """1 where both are the same molecule by RDKit's canonical SMILES; without RDKit, the same string.

    Without `stereo`, isotopes do not count either, nor do the numbers of residues.
    """
    written, truth = bare(written), bare(truth)
    if written == truth:
        return 1.0
    try:
        from rdkit import Chem

        one, two = molecule(written), molecule(truth)
    except ImportError:
        return 0.0
    if one is None or two is None:
        return 0.0
    return float(Chem.MolToSmiles(one, isomericSmiles=stereo) == Chem.MolToSmiles(two, isomericSmiles=stereo))


def same_inchi(written: str, truth: str) -> float | None:
    """1 where both have one standard InChI; None without RDKit, or where the true molecule has none (residues)."""
    try:
        from rdkit import rdBase
        from rdkit.Chem import inchi

        one, two = molecule(bare(written)), molecule(bare(truth))
    except ImportError:
        return None
    if two is None or not inchi.INCHI_AVAILABLE:
        return None
    with rdBase.BlockLogs():
        codes = [inchi.MolToInchi(each) if each is not None else "" for each in (one, two)]
    return float(codes[0] == codes[1]) if codes[1] else None


def is_molecule(written: str) -> float:
    """1 where it is a molecule that can exist (RDKit); without RDKit, where its grammar is kept."""
    text = bare(written)
    try:
        return float(bool(text) and molecule(text) is not None)
    except ImportError:
        return float(bool(text) and not read(text).problems)


def starred(smiles: str) -> str:
    """The SMILES with residues as RDKit reads them, as MolScribe's evaluation does: `[R1]` as `[1*]`, other names that are no
    atoms as `*`."""
    return _BRACKET.sub(_star, smiles)


def _star(found: re.Match[str]) -> str:
    number = _RESIDUE.fullmatch(found[1])
    return f"[{number[1]}*]" if number else found[0] if not read(found[0]).problems else "*"


def similarity(written: str, truth: str, stereo: bool = True) -> float:
    """Tanimoto coefficient of Morgan fingerprints (Rogers and Hahn 2010); 0 for what is no molecule.

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

    maker = rdFingerprintGenerator.GetMorganGenerator(radius=RADIUS, fpSize=BITS, includeChirality=stereo)
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
