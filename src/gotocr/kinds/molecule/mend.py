"""SMILES that do not read: what is open is closed or taken back, what leads nowhere is left out; no atom is dropped or made up."""

from __future__ import annotations

import re
from dataclasses import replace

from ...schema import Block
from ..mending import Edit, edited, mend
from .reading import check, written
from .smiles import TOKEN, read

LONGEST_ATOM = 24  # characters within brackets
_TITLE = re.compile(r"\s+\S.*\Z", re.DOTALL)
_OPEN_BRACKET = re.compile(
    r"\[\d{0,3}(?:[A-Z][a-z]?|[a-z][a-z]?|\*)(?:@{1,2})?(?:H\d?)?(?:\+{2,3}|-{2,3}|[+-]\d{0,2})?(?::\d{1,4})?(?=[^\]]|\Z)"
)
_HALF_ELEMENT = re.compile(r"\[\d{0,3}([A-Z])(?=[^\]]|\Z)")
_NAMELESS = re.compile(r"\[[^A-Za-z*\[\]]{0,6}\]?")


def mend_block(block: Block) -> Block:
    """See `Kind.mend`; what was made readable may still be no molecule that can exist."""
    mended = mend(block, written, repair)
    if mended is block or mended.problems:
        return mended
    return replace(mended, problems=tuple(check(mended)))


def repair(text: str) -> tuple[str, list[str]]:
    """One round: first what cannot be read at all, then what does not pair."""
    title = _TITLE.search(text)
    if title:
        return text[: title.start()], [f"what follows the SMILES was left out: {title[0].strip()[:60]!r}"]
    at = 0
    while at < len(text) and (token := TOKEN.match(text, at)):
        at = token.end()
    return edited(text, _at_sign(text, at) if at < len(text) else _Pairs(text).edits())


def _at_sign(text: str, at: int) -> list[Edit]:
    """What to do about a character that begins nothing."""
    if text[at] == "[":
        for pattern in (_OPEN_BRACKET, _HALF_ELEMENT):
            found = pattern.match(text, at)
            if found and not read(found[0] + "]").problems:
                return [Edit(found.end(), found.end(), "]", "[ was closed")]
        if "]" not in text[at:] and len(text) - at < LONGEST_ATOM:
            return [Edit(at, len(text), "", f"the last atom, {text[at:]}, was cut off, and left out")]
        if found := _NAMELESS.match(text, at):
            return [Edit(*found.span(), "", f"{found[0]} without an element was left out")]
        return []
    if text[at] == "]":
        return [Edit(at, at + 1, "", "] that closes nothing was left out")]
    if text[at] == "%":
        return [Edit(at, at + 1, "", "% without two digits was left out")]
    if text[at] in "@+":  # in brackets alone
        return [Edit(at, at + 1, "", f"{text[at]} outside of brackets was left out")]
    if not text[at].isalnum() and text[at] not in "{}<>":
        return [Edit(at, at + 1, "", f"{text[at]} was left out")]
    return []


class _Pairs:
    """Reads tokens as `smiles.read` does, and keeps where each thing that stays open began."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._edits: list[Edit] = []
        self._branches: list[tuple[int, int]] = []  # place of the bracket, atoms before it
        self._rings: dict[str, tuple[int, int, int]] = {}  # atom, start and end of what opened it
        self._atoms = 0
        self._last: int | None = None
        self._bond: re.Match[str] | None = None
        self._before = ""
        at = 0
        while at < len(text):
            token = TOKEN.match(text, at)
            self._take(token)
            at, self._before = token.end(), token[0]
        self._end(len(text))

    def edits(self) -> list[Edit]:
        return sorted(set(self._edits), key=lambda edit: (edit.start, edit.end))

    def _drop(self, token: re.Match[str], why: str) -> None:
        self._edits.append(Edit(*token.span(), "", why))

    def _no_bond(self) -> None:
        if self._bond is not None:
            self._drop(self._bond, f"the bond {self._bond[0]} that leads to no atom was left out")
        self._bond = None

    def _take(self, token: re.Match[str]) -> None:
        if token["bracket"] or token["bare"]:
            if self._last is None and self._bond is not None:
                self._no_bond()
            self._atoms += 1
            self._last, self._bond = self._atoms, None
        elif token["bond"]:
            self._no_bond()
            self._bond = token
        elif token["ring"]:
            self._ring(token)
        else:
            self._mark(token)

    def _ring(self, token: re.Match[str]) -> None:
        start = self._bond.start() if self._bond is not None else token.start()
        self._bond = None
        number = token[0].lstrip("%").lstrip("0") or "0"
        if self._last is None:
            self._drop(token, f"ring digit {token[0]} at no atom was left out")
        elif number in self._rings:
            atom, *span = self._rings.pop(number)
            if atom == self._last:
                why = f"ring {number}, which closes on its own atom, was left out"
                self._edits += [Edit(*span, "", why), Edit(start, token.end(), "", why)]
        else:
            self._rings[number] = (self._last, start, token.end())

    def _mark(self, token: re.Match[str]) -> None:
        self._no_bond()
        if self._before == "(" and token[0] != ")":
            self._drop(token, f"{token[0]} at the beginning of a branch was left out")
            return
        if self._before == "(" and self._branches:
            self._edits.append(Edit(self._branches.pop()[0], token.end(), "", "a branch that holds nothing was left out"))
            return
        if self._last is None:
            self._drop(token, f"{token[0]} at no atom was left out")
        elif token[0] == "(":
            self._branches.append((token.start(), self._last))
        elif token[0] == ".":
            self._last = None
            self._edits += [Edit(token.start(), token.start(), ")", "a branch was closed") for _ in self._branches]
            self._branches = []
        elif self._branches:
            self._last = self._branches.pop()[1]
        else:
            self._drop(token, ") that closes nothing was left out")

    def _end(self, end: int) -> None:
        self._no_bond()
        if self._last is None and self._text.endswith("."):
            self._edits.append(Edit(end - 1, end, "", ". at the end was left out"))
        for number, (atom, start, behind) in self._rings.items():
            if (at := _sixth(self._text, atom - 1)) is not None:
                why = f"ring {number} was closed at the aromatic atom that makes it a ring of six"
                self._edits.append(Edit(at, at, self._text[start:behind].lstrip("-=:"), why))
            else:
                self._edits.append(Edit(start, behind, "", f"ring {number}, which never closes, was left out"))
        self._edits += [Edit(end, end, ")", "a branch was closed") for _ in self._branches]


def _sixth(text: str, first: int) -> int | None:
    """Where the last aromatic atom ends that is five bonds away from the aromatic atom `first`, by its number; None if none is.

    An aromatic atom has to be in a ring, and most such rings have six.
    """
    said = read(text)
    if first >= len(said.atoms) or not said.atoms[first].name.islower():
        return None
    bound: dict[int, list[int]] = {}
    for bond in said.bonds:
        if said.atoms[bond.first].name.islower() and said.atoms[bond.second].name.islower():
            bound.setdefault(bond.first, []).append(bond.second)
            bound.setdefault(bond.second, []).append(bond.first)
    seen, edge = {first}, [first]
    for _ in range(5):
        edge = list(dict.fromkeys(n for one in edge for n in bound.get(one, ()) if n not in seen))
        seen |= set(edge)
    last = max((n for n in edge if n > first and len(bound[n]) < 3), default=None)
    return None if last is None else said.atoms[last].end
