"""SMILES found in a page and judged: by its own grammar always, by RDKit's chemistry too where that is installed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from ...schema import Block
from .. import code
from ..kind import Span
from .smiles import LONGEST, read

if TYPE_CHECKING:
    from rdkit.Chem import Mol

MOST_ATOMS = 300  # libraries take their time over larger ones
_SHAPE = re.compile(r"[A-Za-z0-9@+\-\[\]()=#$:/\\.%*]+")
_CODE = re.compile(r"[A-Z0-9]+(?:[-./][A-Z0-9]+)*|[a-z0-9]+(?:[-./:][a-z0-9]+)*")  # part numbers, file names, addresses
_OPEN, _CLOSE = "<smiles>", "</smiles>"  # Mathpix Markdown, as GOT-OCR 2.0 writes it


def find(text: str) -> Iterator[Span]:
    """`<smiles>` to `</smiles>`; one that does not close ends with its line. Fenced blocks are found as code."""
    at = 0
    while (start := text.find(_OPEN, at)) >= 0:
        line = text.find("\n", start)
        limit = line if line >= 0 else len(text)
        closed = text.find(_CLOSE, start, limit)
        at = closed + len(_CLOSE) if closed >= 0 else limit
        yield Span(start, at)


def is_bare(text: str) -> bool:
    """Whether a page of one word is a SMILES: it reads as one, of four atoms or more, and has a ring, branch, bond or bracket.

    Letters alone could be a word or an acronym (CON, IPCC): they must have three carbons in a row, and no small letter.
    """
    if len(text) < 4 or len(text) > LONGEST or not _SHAPE.fullmatch(text):
        return False
    said = read(text)
    if said.problems or len(said.atoms) < 4 or not said.bonds:
        return False
    if text.isalpha():
        return "CCC" in text and all(letter.isupper() for letter in text.replace("Cl", "").replace("Br", ""))
    carbons = sum(atom.name in ("C", "c") for atom in said.atoms)
    return carbons >= 2 and ("ccc" in text.lower() or not _CODE.fullmatch(text))


def bare(source: str) -> str:
    """The SMILES alone: without tags, fence, and white space about it."""
    return code.bare(source).removeprefix(_OPEN).removesuffix(_CLOSE).strip()


def parse(source: str) -> Block:
    """The SMILES, with what `check` finds wrong."""
    block = written(source)
    return block if block.problems else Block("molecule", block.text, problems=tuple(check(block)))


def written(source: str) -> Block:
    """The SMILES, with what its grammar alone finds wrong."""
    text = bare(source)
    return Block("molecule", text, problems=tuple(_faults(text)))


def _faults(text: str) -> list[str]:
    return read(text).problems if text else ["there is no SMILES"]


def check(block: Block) -> list[str]:
    """Faults of the writing, else of the chemistry (valences, aromatic rings) where RDKit is installed to tell."""
    problems = _faults(block.text)
    if problems:
        return problems
    try:
        made = molecule(block.text)
    except ImportError:
        return []
    return [] if made is not None else ["such a molecule cannot exist"]


def molecule(text: str) -> Mol | None:
    """RDKit's molecule; None for what is no SMILES, is too large, or cannot exist. Raises ImportError without RDKit."""
    from rdkit import Chem, rdBase

    said = read(text)
    if said.problems or len(said.atoms) > MOST_ATOMS:
        return None
    with rdBase.BlockLogs():
        try:
            return Chem.MolFromSmiles(text)
        except (RuntimeError, ValueError):
            return None
