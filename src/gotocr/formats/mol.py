"""Molfiles, one for each molecule, and SDF, one for all of them, with places to draw them at (BIOVIA CTfile formats)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from importlib.util import find_spec

from ..child import child
from ..errors import MissingExtraError, WorkerError
from ..schema import Block, Leaf
from .format import Format, named

WRITTEN = "gotocr.kinds.molecule.molfile:molfile"
SECONDS = 15.0  # the longest one molecule may take
_DROPS = "everything else than molecules that can be"


def ready() -> None:
    if find_spec("rdkit") is None:
        raise MissingExtraError("formats", "writing molecules")


def _written(leaf: Leaf) -> Iterator[tuple[str, Block, str]]:
    """Name, block and molfile of those that can be written."""
    for name, block in named(leaf, "molecule"):
        try:
            yield name, block, child(WRITTEN, SECONDS)(block.text, name)
        except WorkerError:
            continue


def files(leaves: Iterable[Leaf], source: str, model: str) -> Iterator[tuple[str, bytes]]:
    for leaf in leaves:
        for name, _, molfile in _written(leaf):
            yield f"{name}{FORMAT.suffix}", molfile.encode()


def parts(leaves: Iterable[Leaf], source: str, model: str) -> Iterator[bytes]:
    for leaf in leaves:
        for _, block, molfile in _written(leaf):
            said = {"SMILES": block.text, "PAGE": str(leaf.index + 1)}
            if block.confidence is not None:
                said["CONFIDENCE"] = f"{block.confidence:.4f}"
            data = "".join(f"> <{field}>\n{value}\n\n" for field, value in said.items())
            yield f"{molfile}{data}$$$$\n".encode()


FORMAT = Format("mol", ".mol", "chemical/x-mdl-molfile", files=files, drops=_DROPS, ready=ready)
SDF = Format("sdf", ".sdf", "chemical/x-mdl-sdfile", parts, drops=_DROPS, ready=ready)
