"""Read SMILES without any library: atoms, bonds and where each is written, and what is wrong with it (opensmiles.org)."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

LONGEST = 2000  # characters; nobody draws a longer one, and libraries grow slow on them

TOKEN = re.compile(
    r"(?P<bracket>\[(?P<isotope>\d{1,3})?(?P<name>[A-Z][a-z]?|[a-z][a-z]?|\*)(?P<turn>@{1,2}(?:(?:TH|AL|SP|TB|OH)\d{1,2})?)?"
    r"(?P<hydrogens>H\d?)?(?P<charge>\+{2,3}|-{2,3}|[+-]\d{0,2})?(?::\d{1,4})?\])"
    r"|(?P<bare>Br|Cl|[BCNOPSFIbcnops*])|(?P<bond>[-=#$:/\\])|(?P<ring>\d|%\d\d)|(?P<mark>[().])"
)
_ELEMENTS = frozenset(
    "H He Li Be B C N O F Ne Na Mg Al Si P S Cl Ar K Ca Sc Ti V Cr Mn Fe Co Ni Cu Zn Ga Ge As Se Br Kr Rb Sr Y Zr Nb "
    "Mo Tc Ru Rh Pd Ag Cd In Sn Sb Te I Xe Cs Ba La Ce Pr Nd Pm Sm Eu Gd Tb Dy Ho Er Tm Yb Lu Hf Ta W Re Os Ir Pt Au "
    "Hg Tl Pb Bi Po At Rn Fr Ra Ac Th Pa U Np Pu Am Cm Bk Cf Es Fm Md No Lr * b c n o p s se as te si".split()
)
_MOST = {"B": 3, "C": 4, "N": 5, "O": 2, "P": 7, "S": 6, "F": 1, "Cl": 7, "Br": 7, "I": 7}  # bonds of an atom without brackets
_ORDERS = {"-": 1, "/": 1, "\\": 1, "=": 2, "#": 3, "$": 4, ":": 1, "": 1}


@dataclass(frozen=True)
class Atom:
    """One written atom: its element and where it stands."""

    name: str  # lower case where aromatic
    start: int
    end: int
    isotope: str = ""
    turn: str = ""  # @ or @@
    hydrogens: int = 0  # of those in brackets; others are implied
    charge: str = ""
    bracket: bool = False


@dataclass(frozen=True)
class Bond:
    """Two atoms, by number, the written bond symbol ("" = implied) and where symbol and ring digits stand."""

    first: int
    second: int
    symbol: str = ""
    places: tuple[int, ...] = ()


@dataclass
class Writing:
    """What a SMILES says."""

    atoms: list[Atom] = field(default_factory=list)
    bonds: list[Bond] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)


@dataclass
class _Reader:
    """The state while reading from left to right."""

    said: Writing
    last: int | None = None  # the atom the next one is bound to
    symbol: str = ""
    places: tuple[int, ...] = ()
    branches: list[int] = field(default_factory=list)
    rings: dict[str, tuple[int, str, tuple[int, ...]]] = field(default_factory=dict)

    def atom(self, token: re.Match[str]) -> None:
        name = token["name"] or token["bare"]
        if name not in _ELEMENTS:
            self.said.problems.append(f"{name} is no element")
        count = token["hydrogens"]
        hydrogens = int(count[1:] or 1) if count else 0
        self.said.atoms.append(
            Atom(
                name,
                *token.span(),
                token["isotope"] or "",
                token["turn"] or "",
                hydrogens,
                token["charge"] or "",
                bool(token["bracket"]),
            )
        )
        number = len(self.said.atoms) - 1
        if self.last is not None:
            self.said.bonds.append(Bond(self.last, number, self.symbol, self.places))
        elif self.symbol:
            self.said.problems.append(f"the bond {self.symbol} starts at no atom")
        self.last, self.symbol, self.places = number, "", ()

    def ring(self, token: re.Match[str]) -> None:
        places = (*self.places, *range(*token.span()))
        number = token[0].lstrip("%").lstrip("0") or "0"
        if self.last is None:
            self.said.problems.append(f"ring digit {token[0]} stands at no atom")
        elif number in self.rings:
            other, symbol, before = self.rings.pop(number)
            if other == self.last:
                self.said.problems.append(f"ring {number} closes on its own atom")
            else:
                self.said.bonds.append(Bond(other, self.last, self.symbol or symbol, (*before, *places)))
        else:
            self.rings[number] = (self.last, self.symbol, places)
        self.symbol, self.places = "", ()

    def mark(self, token: re.Match[str]) -> None:
        if self.symbol:
            self.said.problems.append(f"the bond {self.symbol} leads to no atom")
            self.symbol, self.places = "", ()
        if self.last is None:
            self.said.problems.append(f"{token[0]} stands at no atom")
        elif token[0] == "(":
            self.branches.append(self.last)
        elif token[0] == ".":
            self.last = None
        elif self.branches:
            self.last = self.branches.pop()
        else:
            self.said.problems.append(") closes nothing")


def read(text: str) -> Writing:
    """The atoms and bonds of a SMILES, and its problems; never raises."""
    said = Writing()
    if len(text) > LONGEST:
        said.problems.append(f"longer than {LONGEST} characters")
        return said
    reader, at, before = _Reader(said), 0, ""
    while at < len(text):
        token = TOKEN.match(text, at)
        if not token:
            said.problems.append(f"{text[at]!r} at character {at} means nothing here")
            return said
        if token["bracket"] or token["bare"]:
            reader.atom(token)
        elif token["bond"]:
            if reader.symbol:
                said.problems.append("two bonds without an atom between")
            reader.symbol, reader.places = token[0], (at,)
        elif token["ring"]:
            reader.ring(token)
        else:
            if before == "(":
                said.problems.append("a branch holds nothing" if token[0] == ")" else f"a branch begins with {token[0]}")
            reader.mark(token)
        at, before = token.end(), token[0]
    if reader.symbol or (reader.last is None and not said.problems):
        said.problems.append("it ends where an atom should follow")
    said.problems += [f"ring {number} is never closed" for number in reader.rings]
    said.problems += ["a branch is never closed"] * bool(reader.branches)
    said.problems += _crowded(said)
    return said


def _crowded(said: Writing) -> list[str]:
    """Atoms without brackets that have more bonds than their element can have."""
    used = [0] * len(said.atoms)
    for bond in said.bonds:
        for end in (bond.first, bond.second):
            used[end] += _ORDERS[bond.symbol]
    return [
        f"{atom.name} at character {atom.start} has {count} bonds"
        for atom, count in zip(said.atoms, used, strict=True)
        if not atom.bracket and count > _MOST.get(atom.name.capitalize(), count)
    ]


def order(bond: Bond) -> int:
    """1, 2, 3 or 4; an implied or aromatic bond counts as single."""
    return _ORDERS[bond.symbol]
