"""SMILES: a line each molecule with its name behind a tab, as chemistry programs read lists of them.

What is no possible molecule stands there as a remark: a line that begins with #, which RDKit and Open Babel pass over.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ..kinds.molecule.reading import check
from ..schema import Leaf
from .format import Format, named


def parts(leaves: Iterable[Leaf], source: str, model: str) -> Iterator[bytes]:
    for leaf in leaves:
        for name, block in named(leaf, "molecule"):
            problems = check(block)
            line = remark(f"{name}: {'; '.join(problems)}: {block.text}") if problems else f"{block.text}\t{name}\n"
            yield line.encode("utf-8", "replace")


def remark(text: str) -> str:
    return "".join(f"# {line}\n" for line in text.splitlines())


def title(source: str) -> bytes:
    return remark(source).encode("utf-8", "replace")


FORMAT = Format("smi", ".smi", "chemical/x-daylight-smiles", parts, title, drops="all but molecule")
