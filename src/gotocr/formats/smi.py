"""SMILES: a line each molecule with its name behind a tab, as chemistry programs read lists of them.

What is no possible molecule stands there as a remark: a line that begins with #, which RDKit and Open Babel pass over.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ..kinds.molecule.reading import check
from ..schema import Block, Leaf
from .format import Format, blocks_of, page_name


def molecules(leaf: Leaf) -> Iterator[tuple[str, Block]]:
    """The page's molecules, possible or not, with their names."""
    found = (block for block in blocks_of(leaf) if block.kind == "molecule")
    return ((page_name(leaf, "molecule", number, ""), block) for number, block in enumerate(found, 1))


def parts(leaves: Iterable[Leaf], source: str, model: str) -> Iterator[bytes]:
    for leaf in leaves:
        for name, block in molecules(leaf):
            problems = check(block)
            line = remark(f"{name}: {'; '.join(problems)}: {block.text}") if problems else f"{block.text}\t{name}\n"
            yield line.encode("utf-8", "replace")


def remark(text: str) -> str:
    return "".join(f"# {line}\n" for line in text.splitlines())


def title(source: str) -> bytes:
    return remark(source).encode("utf-8", "replace")


FORMAT = Format("smi", ".smi", "chemical/x-daylight-smiles", parts, title, drops="all but molecule")
