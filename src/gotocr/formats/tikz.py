"""TikZ: LaTeX files of plane figures that stand alone, a file or, on a stream, a page for each, cut to its edges.

A figure is written anew from what our grammar read of it, its labels escaped (`latex.figure`); what the grammar does not read
whole has no file, and is a remark on a stream.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ..schema import Block, Leaf
from .format import Format, named
from .latex import line
from .latex.figure import MOST, figure
from .latex.letters import clean
from .latex.preamble import BEGIN, END

_PAGE = ("\\documentclass[a4paper]{article}\n", "\\documentclass[tikz,border=2mm]{standalone}\n")
_MARGINS = "\\usepackage[margin=25mm]{geometry}\n"


def parts(leaves: Iterable[Leaf], source: str, model: str) -> Iterator[bytes]:
    yield _begin()
    for leaf in leaves:
        for name, block in named(leaf, "geometry"):
            drawn = _drawn(block)
            yield _bytes(f"% {name}\n{drawn}\n" if drawn else remark(f"{name}: not read\n{block.text}"))
    yield END.encode()


def files(leaves: Iterable[Leaf], source: str, model: str) -> Iterator[tuple[str, bytes]]:
    for leaf in leaves:
        for name, block in named(leaf, "geometry"):
            if drawn := _drawn(block):
                yield f"{name}{FORMAT.suffix}", _begin() + _bytes(f"{drawn}\n{END}")


def _drawn(block: Block) -> str | None:
    return figure(block.text, line, 2 * MOST)


def _begin() -> bytes:
    return BEGIN.replace(*_PAGE).replace(_MARGINS, "").encode()


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "replace")


def remark(text: str) -> str:
    """`text` as comments, a line each; nothing but letters that print, so that no line ends within."""
    rows = ("".join(letter if letter.isprintable() else " " for letter in row) for row in clean(text).splitlines())
    return "".join(f"% {row}\n" for row in rows)


def title(source: str) -> bytes:
    return _bytes(remark(source))


FORMAT = Format("tikz", ".tikz.tex", "application/x-tex; charset=utf-8", parts, title, files=files, drops="all but geometry")
