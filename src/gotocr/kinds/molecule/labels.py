"""What stands at an atom, symbol with hydrogens and charge or a group's short name, and each mark's place in the SMILES."""

from __future__ import annotations

from functools import lru_cache

from ...draw.molecule import Mark, require_rdkit
from .smiles import Atom

# The group bound by `*`, its name with the bond on the left, and with the bond on the right.
GROUPS = (
    ("*C(C)(C)C", "t-Bu", "t-Bu"), ("*C(C)(C)C", "tBu", "tBu"), ("*C(C)C", "i-Pr", "i-Pr"), ("*C(C)C", "iPr", "iPr"),
    ("*CC", "Et", "Et"), ("*C", "Me", "Me"), ("*CCC", "n-Pr", "n-Pr"), ("*CCCC", "n-Bu", "n-Bu"), ("*CCC", "Pr", "Pr"),
    ("*CCCC", "Bu", "Bu"),
    ("*CC(C)C", "i-Bu", "i-Bu"), ("*c1ccccc1", "Ph", "Ph"), ("*Cc1ccccc1", "Bn", "Bn"), ("*OCc1ccccc1", "OBn", "BnO"),
    ("*OC", "OMe", "MeO"), ("*OC", "OCH3", "H3CO"), ("*OCC", "OEt", "EtO"), ("*SC", "SMe", "MeS"), ("*OC(C)C", "OiPr", "iPrO"),
    ("*OC(C)(C)C", "OtBu", "tBuO"), ("*C(F)(F)F", "CF3", "F3C"), ("*OC(F)(F)F", "OCF3", "F3CO"), ("*C(F)F", "CHF2", "F2HC"),
    ("*[N+](=O)[O-]", "NO2", "O2N"), ("*C#N", "CN", "NC"), ("*C(=O)O", "CO2H", "HO2C"), ("*C(=O)O", "COOH", "HOOC"),
    ("*C(=O)OC", "CO2Me", "MeO2C"), ("*C(=O)OC", "COOCH3", "H3COOC"), ("*C(=O)OCC", "CO2Et", "EtO2C"), 
    ("*C(=O)OCC", "COOEt", "EtOOC"),
    ("*C(=O)OC(C)(C)C", "Boc", "Boc"), ("*C(=O)OC(C)(C)C", "CO2tBu", "tBuO2C"), ("*NC(=O)OC(C)(C)C", "NHBoc", "BocHN"),
    ("*C(=O)OCc1ccccc1", "Cbz", "Cbz"), ("*C(C)=O", "Ac", "Ac"), ("*OC(C)=O", "OAc", "AcO"), ("*NC(C)=O", "NHAc", "AcHN"),
    ("*C=O", "CHO", "OHC"), ("*C(N)=O", "CONH2", "H2NOC"), ("*S(C)(=O)=O", "SO2Me", "MeO2S"), ("*S(C)(=O)=O", "Ms", "Ms"),
    ("*S(N)(=O)=O", "SO2NH2", "H2NO2S"), ("*S(=O)(=O)O", "SO3H", "HO3S"), ("*S(=O)(=O)c1ccc(C)cc1", "Ts", "Ts"),
    ("*N(C)C", "NMe2", "Me2N"), ("*N(C)C", "N(CH3)2", "(H3C)2N"), ("*NC", "NHMe", "MeHN"), ("*N(CC)CC", "NEt2", "Et2N"),
    ("*[Si](C)(C)C", "TMS", "TMS"), ("*[Si](C)(C)C(C)(C)C", "TBS", "TBS"), ("*O[Si](C)(C)C(C)(C)C", "OTBS", "TBSO"),
    ("*CO", "CH2OH", "HOH2C"), ("*CN", "CH2NH2", "H2NH2C"), ("*N=[N+]=[N-]", "N3", "N3"), ("*C(C)C", "CH(CH3)2", "(H3C)2HC"),
    ("*C(C)(C)C", "C(CH3)3", "(H3C)3C"), ("*CC", "C2H5", "C2H5"), ("*C(=O)Cl", "COCl", "ClOC"), ("*OS(C)(=O)=O", "OMs", "MsO"),
)  # fmt: skip
_WAYS = {"E": 1 + 0j, "W": -1 + 0j, "S": 1j, "N": -1j}


@lru_cache(maxsize=1)
def queries() -> tuple[tuple[object, str, str], ...]:
    """The groups as (query molecule, name, name backwards); the first atom of a query is what the group is bound to."""
    chem = require_rdkit()
    exact = chem.AdjustQueryParameters.NoAdjustments()
    exact.adjustDegree, exact.adjustDegreeFlags = True, chem.ADJUST_IGNOREDUMMIES
    exact.makeDummiesQueries = True
    return tuple((chem.AdjustQueryProperties(chem.MolFromSmiles(smiles), exact), right, left) for smiles, right, left in GROUPS)


def places(atom: Atom) -> dict[str, tuple[int, ...]]:
    """Where the parts of a written atom stand: open, isotope, name, turn, H, count, charge and close."""
    if not atom.bracket:
        return {"name": tuple(range(atom.start, atom.end))}
    lengths = {"open": 1, "isotope": len(atom.isotope), "name": len(atom.name), "turn": len(atom.turn)}
    lengths.update(H=int(atom.hydrogens > 0), count=int(atom.hydrogens > 1), charge=len(atom.charge), close=1)
    found, at = {}, atom.start
    for part, length in lengths.items():
        found[part] = tuple(range(at, at + length))
        at += length
    return found


def best_way(neighbours: list[complex], upright: bool) -> str:
    """Where hydrogens go: E, W, S or N, the side with the most room; only E or W where not `upright`."""
    if not neighbours:
        return "E"
    free = {"E": 0.12, "W": 0.1, "S": 0.02, "N": 0.0}  # what is liked better where there is as much room
    room = {way: min(abs(n / (abs(n) or 1.0) - turn) for n in neighbours) + free[way] for way, turn in _WAYS.items()}
    sides = ["E", "W", "S", "N"] if upright and len(neighbours) > 1 else ["E", "W"]
    return max(sides, key=lambda way: (round(room[way], 6), way))


def atom_marks(symbol: str, hydrogens: int, charge: int, atom: Atom, way: str) -> tuple[tuple[Mark, ...], tuple[int, int]]:
    """The marks of one atom and which of them stand on the spot; `way` is where its hydrogens go."""
    where = places(atom)
    name = where["name"]
    row = {"S": 1, "N": -1}.get(way, 0)
    counted = []
    if hydrogens:
        counted.append(Mark("H", 0, row, where.get("H") or name))
        counted += [
            Mark(digit, -1, row, where.get("count") or where.get("H") or name) for digit in str(hydrogens) if hydrogens > 1
        ]
    own = [Mark(digit, 1, 0, where["isotope"]) for digit in atom.isotope]
    start = len(own)
    own += [Mark(letter, 0, 0, name[n : n + 1] or name) for n, letter in enumerate(symbol)]
    sign = "+" if charge > 0 else "\u2212"
    signs = (f"{abs(charge)}" if abs(charge) > 1 else "") + sign if charge else ""
    charges = [Mark(letter, 1, 0, where.get("charge") or name) for letter in signs]
    if way == "W":
        marks, start = [*counted, *own, *charges], start + len(counted)
    elif row:
        marks = [*own, *charges, *counted]
    else:
        marks = [*own, *counted, *charges]
    return tuple(marks), (start, start + len(symbol))


def group_marks(name: str, atoms: list[Atom], backwards: bool) -> tuple[tuple[Mark, ...], tuple[int, int]]:
    """The marks of a group's name; a letter that begins an element points at the atoms of that element, others at none."""
    uses: dict[int, list[int]] = {n: [] for n, letter in enumerate(name) if letter.isupper()}
    for atom in atoms:
        same = [
            n for n in uses if name[n] == atom.name[0].upper() and (len(atom.name) == 1) == (not name[n + 1 : n + 2].islower())
        ]
        if same:
            least = min(same, key=lambda n: len(uses[n]))
            uses[least] += places(atom)["name"]
    marks = []
    for n, letter in enumerate(name):
        lowered = letter.isdigit() and n > 0 and (name[n - 1].isalnum() or name[n - 1] == ")")
        marks.append(Mark(letter, -1 if lowered else 0, 0, tuple(uses.get(n, ()))))
    return tuple(marks), (len(name) - 1, len(name)) if backwards else (0, 1)
