"""A picture of a molecule: whether the SMILES read is the true molecule, and how alike the two are."""

from __future__ import annotations

import re
from importlib.util import find_spec
from types import MappingProxyType

from ...kinds.molecule.reading import bare
from ...kinds.molecule.scores import exact, is_molecule, same_inchi, similarity, starred
from ..reading import source
from ..suite import Measure, Score

_PLAIN = "; where RDKit is not installed, by equal strings"
_MOLSCRIBE = "Qian et al., MolScribe, J. Chem. Inf. Model. 2023"
_SIDES = re.compile(r"[/\\]")
MEASURES = MappingProxyType(
    {
        "exact": Measure(
            "exact match",
            f"Share of readings with the true canonical SMILES (RDKit), stereo included; residues [R1] as [1*]{_PLAIN}.",
            _MOLSCRIBE,
        ),
        "chiral": Measure(
            "exact match but for cis and trans",
            f"The same with the marks / and \\ left out on both sides: the main figure of MolScribe{_PLAIN}.",
            _MOLSCRIBE,
        ),
        "graph": Measure(
            "exact match without stereo",
            f"The same without stereo, isotopes and numbers of residues{_PLAIN}.",
            _MOLSCRIBE,
        ),
        "inchi": Measure(
            "InChI match",
            "Share of readings with the true standard InChI (RDKit), of molecules that have one; no figure without RDKit.",
            "Rajan et al., A review of optical chemical structure recognition tools, J. Cheminf. 12:60, 2020",
        ),
        "tanimoto": Measure(
            "Tanimoto similarity",
            "Of Morgan fingerprints with radius 2 and 2,048 bits, without stereo, mean over items, 0 for what is no molecule; "
            "where RDKit is not installed, of the counts of atoms' surroundings two bonds wide, which is a little lower.",
            "Rogers and Hahn, J. Chem. Inf. Model. 50:742, 2010",
        ),
        "valid": Measure(
            "validity",
            "Share of readings that are a molecule that can exist (RDKit); where RDKit is not installed, that keep the grammar "
            "of SMILES.",
        ),
    }
)


def lack() -> str:
    """See `suite.Subject`."""
    if find_spec("rdkit"):
        return ""
    return "molecules are compared as they are spelled, for RDKit is not installed: pip install 'gotocr[synth]'"


def judge(reading: str, truth: str) -> dict[str, Score]:
    """Both are SMILES, bare, fenced, or between `<smiles>` and `</smiles>`; of a reading the first word of the block counts."""
    true = starred(bare(truth))
    written = starred((bare(source(reading, "molecule")).split() or [""])[0])
    if not true:
        return dict.fromkeys(MEASURES)
    without = [_SIDES.sub("", smiles) for smiles in (written, true)]
    return {
        "exact": exact(written, true) if written else 0.0,
        "chiral": exact(*without) if written else 0.0,
        "graph": exact(written, true, stereo=False) if written else 0.0,
        "inchi": same_inchi(written, true),
        "tanimoto": similarity(written, true, stereo=False) if written else 0.0,
        "valid": is_molecule(written),
    }
