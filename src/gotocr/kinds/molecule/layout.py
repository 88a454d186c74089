"""From a molecule to what is drawn of it, and the SMILES of what is drawn: only the stereo that wedges and double bonds show."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from ...draw.molecule import Joint, Link, require_rdkit
from . import labels
from .smiles import read

if TYPE_CHECKING:
    from rdkit.Chem import Mol

NEAREST = 0.42  # atoms closer than this, in bond lengths, cannot be told apart
MOST_LETTERED = 14  # atoms of a molecule whose carbons can all be written without crowding
Colours = dict[str, tuple[int, int, int]]


@dataclass(frozen=True)
class Taste:
    """What is written out and what is left to the reader."""

    coordgen: bool = False
    angle: float = 0.0
    mirror: bool = False
    ends: bool = False  # CH3 at the ends of chains
    carbons: bool = False  # every carbon
    circles: bool = False  # in aromatic rings
    groups: float = 0.0  # chance of each short name to be used
    hydrogens: float = 0.0  # chance that the hydrogen of a stereo centre between rings is drawn
    upright: bool = True  # hydrogens above and below, not only beside
    centred: bool = True  # C=O as two lines beside the axis
    arrows: bool = False  # N-oxides with an arrow
    wavy: bool = False  # one bond at a centre that is not known
    deuterium: bool = False  # D for 2H
    colours: Colours | None = None


@dataclass(frozen=True)
class Layout:
    """What is drawn, in bond lengths, y down, and the SMILES that says it; places count from its first character."""

    smiles: str
    joints: tuple[Joint, ...]
    links: tuple[Link, ...]
    circles: tuple[tuple[complex, float], ...]


def lay_out(rng: np.random.Generator, mol: Mol, taste: Taste) -> Layout | None:
    """None where atoms would lie on each other, or the drawing would not say what it is."""
    chem = require_rdkit()
    mol = _with_hydrogens(rng, chem.Mol(mol), taste.hydrogens)
    points = _place(mol, taste)
    if points is None:
        return None
    chem.WedgeMolBonds(mol, mol.GetConformer())
    written = _truth(mol)
    return _Layout(rng, mol, points, taste, written).make() if written else None


def _with_hydrogens(rng: np.random.Generator, mol: Mol, chance: float) -> Mol:
    chem = require_rdkit()
    rings = mol.GetRingInfo()
    drawn = [
        atom.GetIdx()
        for atom in mol.GetAtoms()
        if atom.GetChiralTag() != chem.ChiralType.CHI_UNSPECIFIED
        and atom.GetTotalNumHs() == 1
        and rings.NumAtomRings(atom.GetIdx()) > 1
        and rng.random() < chance
    ]
    return chem.AddHs(mol, onlyOnAtoms=drawn) if drawn else mol


def _place(mol: Mol, taste: Taste) -> np.ndarray | None:
    """Give the molecule coordinates, turned and mirrored; return them (n,) complex, y down, a bond being 1 long."""
    from rdkit.Chem import rdCoordGen, rdDepictor

    if taste.coordgen:
        rdCoordGen.AddCoords(mol)
    else:
        rdDepictor.Compute2DCoords(mol)
    rdDepictor.StraightenDepiction(mol)
    conformer = mol.GetConformer()
    flat = conformer.GetPositions()
    points = (flat[:, 0] + 1j * flat[:, 1]) * np.exp(1j * taste.angle)
    points = -np.conj(points) if taste.mirror else points
    ends = np.array([[b.GetBeginAtomIdx(), b.GetEndAtomIdx()] for b in mol.GetBonds()], int).reshape(-1, 2)
    lengths = np.abs(points[ends[:, 0]] - points[ends[:, 1]])
    points = points / (np.median(lengths) if len(lengths) else 1.5)
    apart = np.abs(points[:, None] - points[None, :]) + 9 * np.eye(len(points))
    if apart.min() < NEAREST or (len(lengths) and (lengths.max() > 3 * np.median(lengths))):
        return None
    conformer.SetPositions(np.stack([points.real, points.imag, 0 * points.real], 1))
    return np.conj(points)


def _truth(mol: Mol) -> tuple[str, list[int]] | None:
    """The SMILES that coordinates and wedges say, and the atom of `mol` behind each of its atoms; None where they say another."""
    chem = require_rdkit()
    flat = chem.Mol(mol)
    for atom in flat.GetAtoms():
        atom.SetChiralTag(chem.ChiralType.CHI_UNSPECIFIED)
        atom.SetIntProp("place", atom.GetIdx())
    for bond in flat.GetBonds():
        bond.SetStereo(chem.BondStereo.STEREONONE)
    chem.AssignChiralTypesFromBondDirs(flat)
    chem.DetectBondStereochemistry(flat)
    chem.AssignStereochemistry(flat, cleanIt=True, force=True)
    flat = chem.RemoveHs(flat)
    smiles = chem.MolToSmiles(flat)
    again = chem.MolFromSmiles(smiles)
    wedged = {bond.GetBeginAtomIdx() for bond in mol.GetBonds() if bond.GetBondDir() in wedges()}
    if again is None or chem.MolToSmiles(again) != smiles or smiles.count("[C@") + smiles.count("[S@") < len(wedged):
        return None
    order = flat.GetPropsAsDict(True, True)["_smilesAtomOutputOrder"]
    return smiles, [flat.GetAtomWithIdx(n).GetIntProp("place") for n in order]


class _Layout:
    """Joints and links of one molecule, step by step."""

    def __init__(
        self, rng: np.random.Generator, mol: Mol, points: np.ndarray, taste: Taste, written: tuple[str, list[int]]
    ) -> None:
        chem = require_rdkit()
        self.rng, self.mol, self.points, self.taste = rng, mol, points, taste
        self.smiles, order = written
        said = read(self.smiles)
        self.text = dict(zip(order, said.atoms, strict=True))  # atom number -> how it is written
        self.signs = {frozenset((order[bond.first], order[bond.second])): bond.places for bond in said.bonds}
        self.kekule = chem.Mol(mol)
        chem.Kekulize(self.kekule)
        self.rings = [tuple(ring) for ring in mol.GetRingInfo().AtomRings()]
        self.neighbours = [[other.GetIdx() for other in atom.GetNeighbors()] for atom in mol.GetAtoms()]
        self.named, self.hidden = self._groups()
        self.round = [ring for ring in self.rings if taste.circles and self._is_round(ring)]

    def make(self) -> Layout:
        joints = tuple(self._joint(number) for number in range(len(self.points)))
        links = tuple(self._link(bond, joints) for bond in self.kekule.GetBonds())
        circles = tuple((complex(self.points[list(ring)].mean()), 0.56) for ring in self.round)
        return Layout(self.smiles, joints, links, circles)

    def _groups(self) -> tuple[dict[int, tuple[str, str, tuple[int, ...]]], set[int]]:
        """Short names by the atom they stand at, and the atoms they hide."""
        named: dict[int, tuple[str, str, tuple[int, ...]]] = {}
        hidden: set[int] = set()
        if not self.taste.groups:
            return named, hidden
        bare = sum(atom.GetAtomicNum() > 1 for atom in self.mol.GetAtoms())
        queries = labels.queries()
        for number in self.rng.permutation(len(queries)):
            query, right, left = queries[number]
            if self.rng.random() > self.taste.groups:
                continue
            for match in self.mol.GetSubstructMatches(query):
                group = match[1:]
                if bare - len(group) < 3 or any(n in hidden or n in named for n in match) or not self._is_plain(match, query):
                    continue
                named[group[0]] = (right, left, group)
                hidden.update(group[1:])
                bare -= len(group)
        return named, hidden

    def _is_plain(self, match: tuple[int, ...], query: Mol) -> bool:
        """True where the group is just what its name says, and hangs on a heavy atom by a plain single bond."""
        chem = require_rdkit()
        for n, wanted in zip(match[1:], list(query.GetAtoms())[1:], strict=True):
            atom = self.mol.GetAtomWithIdx(n)
            if atom.GetIsotope() or atom.GetFormalCharge() != wanted.GetFormalCharge() or atom.GetNumRadicalElectrons():
                return False
            if atom.GetChiralTag() != chem.ChiralType.CHI_UNSPECIFIED:
                return False
        bond = self.mol.GetBondBetweenAtoms(match[0], match[1])
        return bond.GetBondType() == chem.BondType.SINGLE and self.mol.GetAtomWithIdx(match[0]).GetAtomicNum() > 1

    def _is_round(self, ring: tuple[int, ...]) -> bool:
        """Six aromatic atoms that each give one electron to the ring."""
        chem = require_rdkit()
        if len(ring) != 6 or any(n in self.hidden for n in ring):
            return False
        for n in ring:
            atom = self.kekule.GetAtomWithIdx(n)
            doubles = [bond for bond in atom.GetBonds() if bond.GetBondType() == chem.BondType.DOUBLE]
            if not atom.GetIsAromatic() or not any(self.mol.GetBondWithIdx(bond.GetIdx()).GetIsAromatic() for bond in doubles):
                return False
        return True

    def _joint(self, number: int) -> Joint:
        atom, at = self.mol.GetAtomWithIdx(number), complex(self.points[number])
        if number in self.hidden:
            return Joint(at, hidden=True)
        symbol, text = atom.GetSymbol(), self.text.get(number)
        if text is None:  # a drawn hydrogen: written as the H of its neighbour
            where = labels.places(self.text[self.neighbours[number][0]]).get("H", ())
            return Joint(at, (labels.Mark("H", 0, 0, where),), (0, 1))
        where = labels.places(text)
        seen = [self.points[n] - at for n in self.neighbours[number]]
        colour = (self.taste.colours or {}).get(symbol)
        if number in self.named:
            right, left, group = self.named[number]
            backwards = (
                sum(d.real for d in seen if abs(d) > 0) > 0 if len(group) == 1 else self._outside(number, group).real > 0.05
            )
            marks, core = labels.group_marks(left if backwards else right, [self.text[n] for n in group], backwards)
            spots = tuple(place for n in group for part in labels.places(self.text[n]).values() for place in part)
            pointed = {place for mark in marks for place in mark.places}
            return Joint(at, marks, core, tuple(sorted(set(spots) - pointed)), colour)
        brackets = (*where.get("open", ()), *where.get("close", ()))
        turn = () if self._wedges_from(number) else where.get("turn", ())
        if not self._is_shown(number, atom):
            places = tuple(
                sorted({*where["name"], *brackets, *turn, *(where.get("H", ()) if not self._has_hydrogen(number) else ())})
            )
            return Joint(at, places=places)
        hydrogens = atom.GetTotalNumHs()
        if symbol == "H" and text.isotope == "2" and self.taste.deuterium:
            return Joint(at, (labels.Mark("D", 0, 0, (*where["isotope"], *where["name"])),), (0, 1), brackets, colour)
        way = labels.best_way(seen, self.taste.upright) if seen else ("W" if symbol in ("O", "S", "F", "Cl", "Br", "I") else "E")
        marks, core = labels.atom_marks(symbol, hydrogens, self._charge(number), text, way)
        pointed = {place for mark in marks for place in mark.places}
        rest = {place for part in where.values() for place in part} - pointed - (set() if turn else set(where.get("turn", ())))
        return Joint(at, marks, core, tuple(sorted(rest - self._hydrogen_places(number, where))), colour)

    def _hydrogen_places(self, number: int, where: dict[str, tuple[int, ...]]) -> set[int]:
        return set(where.get("H", ())) if self._has_hydrogen(number) else set()

    def _has_hydrogen(self, number: int) -> bool:
        return any(n not in self.text for n in self.neighbours[number])

    def _outside(self, number: int, group: tuple[int, ...]) -> complex:
        """Where the atom lies that the group hangs on, seen from the group."""
        return next((complex(self.points[n] - self.points[number]) for n in self.neighbours[number] if n not in group), 0j)

    def _wedges_from(self, number: int) -> bool:
        return any(
            bond.GetBondDir() in wedges() and bond.GetBeginAtomIdx() == number
            for bond in self.mol.GetAtomWithIdx(number).GetBonds()
        )

    def _is_shown(self, number: int, atom: object) -> bool:
        degree = len(self.neighbours[number])
        if (
            atom.GetAtomicNum() != 6
            or degree == 0
            or atom.GetFormalCharge()
            or atom.GetIsotope()
            or atom.GetNumRadicalElectrons()
        ):
            return True
        if self.taste.carbons and len(self.points) <= MOST_LETTERED:
            return True
        return self.taste.ends and degree == 1 or len(self.points) == 2

    def _charge(self, number: int) -> int:
        """The charge that is printed: none at an N-oxide drawn with an arrow."""
        charge = self.mol.GetAtomWithIdx(number).GetFormalCharge()
        return 0 if any(self._is_oxide(number, n) or self._is_oxide(n, number) for n in self.neighbours[number]) else charge

    def _is_oxide(self, nitrogen: int, oxygen: int) -> bool:
        if not self.taste.arrows:
            return False
        n, o = self.mol.GetAtomWithIdx(nitrogen), self.mol.GetAtomWithIdx(oxygen)
        plus = (n.GetAtomicNum(), n.GetFormalCharge(), n.GetIsAromatic()) == (7, 1, True)
        return plus and (o.GetAtomicNum(), o.GetFormalCharge(), len(self.neighbours[oxygen])) == (8, -1, 1)

    def _link(self, bond: object, joints: tuple[Joint, ...]) -> Link:
        chem = require_rdkit()
        first, second = bond.GetBeginAtomIdx(), bond.GetEndAtomIdx()
        places = self.signs.get(frozenset((first, second)), ())
        direction = self.mol.GetBondWithIdx(bond.GetIdx()).GetBondDir()
        if direction in wedges():
            text = self.text.get(first)
            turn = labels.places(text).get("turn", ()) if text else ()
            return Link(first, second, wedges()[direction], places=(*turn, *places))
        order = bond.GetBondType()
        if order == chem.BondType.DOUBLE and not any(first in ring and second in ring for ring in self.round):
            side = self._side(first, second)
            inner = tuple(not joints[n].marks and len(self.neighbours[n]) > 1 for n in (first, second))
            return Link(first, second, "double", side, inner, places)
        if self._is_oxide(first, second):
            return Link(first, second, "arrow", places=places)
        if self._is_oxide(second, first):
            return Link(second, first, "arrow", places=places)
        return Link(first, second, "triple" if order == chem.BondType.TRIPLE else "single", places=places)

    def _side(self, first: int, second: int) -> int:
        """Where the second line of a double bond lies: within a ring, else where more atoms are; 0 = both beside the axis."""
        a, b = self.points[first], self.points[second]
        across = (b - a) * -1j
        rings = [ring for ring in self.rings if first in ring and second in ring]
        if rings:
            best = min(
                rings, key=lambda ring: (abs(len(ring) - 6), -sum(self.mol.GetAtomWithIdx(n).GetIsAromatic() for n in ring), ring)
            )
            towards = self.points[list(best)].mean() - (a + b) / 2
            return 1 if (towards * np.conj(across)).real > 0 else -1
        others = [self.points[n] - (a + b) / 2 for n in {*self.neighbours[first], *self.neighbours[second]} - {first, second}]
        terminal = 1 in (len(self.neighbours[first]), len(self.neighbours[second]))
        lean = sum(np.sign(round((other * np.conj(across)).real, 3)) for other in others)
        if (terminal and (self.taste.centred or lean == 0)) or not others:
            return 0
        return 1 if lean >= 0 else -1


@lru_cache(maxsize=1)
def wedges() -> dict[object, str]:
    """RDKit's bond directions that are drawn in a form of their own."""
    direction = require_rdkit().BondDir
    return {direction.BEGINWEDGE: "wedge", direction.BEGINDASH: "hashed"}
