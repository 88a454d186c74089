"""SVG: a drawing for each figure, molecule, score and chart that was understood, drawn anew from what was read.

Each file stands alone: black where a page's would take the colour of its text, nothing but shapes and letters (`kinds.svg`),
fonts by name with one of every system behind them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from importlib.util import find_spec

from ..errors import MissingExtraError
from ..kinds import KINDS
from ..schema import Leaf
from .format import Format, named
from .xml import allowed

NEEDED = ("verovio", "rdkit", "skia")
INK = "#000"
_TAG = re.compile(r"<[^<>]*>")
_BOX = re.compile(r'viewBox="\S+ \S+ (\S+) (\S+)"')


def ready() -> None:
    if not all(map(find_spec, NEEDED)):
        raise MissingExtraError("formats", "drawing music and molecules")


def standalone(drawing: str) -> str:
    """A drawing of `kinds.svg` for a page, as a file of its own."""
    drawing = _TAG.sub(lambda tag: tag[0].replace("currentColor", INK), allowed(drawing))
    root, rest = drawing[: (end := drawing.index(">"))], drawing[end:]
    if (box := _BOX.search(root)) and ' height="' not in root:
        root += f' height="{box[2]}"'
    if "<use" in rest:  # as programs want it that are older than SVG 2
        root += ' xmlns:xlink="http://www.w3.org/1999/xlink"'
        rest = _TAG.sub(lambda tag: tag[0].replace(' href="', ' xlink:href="'), rest)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{root}{rest}\n'


def files(leaves: Iterable[Leaf], source: str, model: str) -> Iterator[tuple[str, bytes]]:
    for leaf in leaves:
        for name, block in named(leaf):
            drawing = KINDS[block.kind].svg(block) if block.kind in KINDS else None
            if drawing:
                yield f"{name}{FORMAT.suffix}", standalone(drawing).encode()


FORMAT = Format(
    "svg", ".svg", "image/svg+xml", files=files, drops="everything else than what can be drawn: music, molecules, charts, figures", ready=ready
)
