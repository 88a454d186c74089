"""Whether readings can be trusted, in figures: what is invented, which circles are noticed, what is mended, where words stand.

Everything is drawn or made up afresh, in fonts and from texts that training leaves out. How sure a reading is of itself is
measured on pictures with their truth (`trust`), and how well drawings are compared in `agreement`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ..draw.supply import Supply
    from ..reader import Reader

Figures = dict[str, Any]
FEW = 100  # so many times fewer pages of each source are laid on their ink: each in many ways


def _invented(reader: Reader, supply: Supply, count: int) -> Figures:
    from .invented import invented

    return invented(reader, supply, count)


def _loops(reader: Reader, supply: Supply, count: int) -> Figures:
    from .loops import loops

    return loops(count, count, supply)


def _mended(reader: Reader, supply: Supply, count: int) -> Figures:
    from .slips import figures

    return {row["notation"]: row for row in figures(supply, max(count * 2 // 5, 1))}


def _placed(reader: Reader, supply: Supply, count: int) -> Figures:
    from .placing import tallies

    found = tallies(reader, supply, max(count // FEW, 1))
    return {", ".join(key): tally.figures() for key, tally in sorted(found.items())}


PROOFS: Mapping[str, Callable[[Reader, Supply, int], Figures]] = {
    "invented": _invented,
    "loops": _loops,
    "mended": _mended,
    "placed": _placed,
}


def proofs(reader: Reader, supply: Supply, count: int, only: Iterable[str] = ()) -> Iterator[tuple[str, Figures]]:
    """The figures of each proof, or of those named; `count` pictures without text, and of the others as many as fit to that."""
    for name in PROOFS:
        if not only or name in only:
            yield name, PROOFS[name](reader, supply, count)
