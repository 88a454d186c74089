"""MusicXML 4.0: a file for each piece of sheet music, whichever notation it was read in; notation programs open it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ..kinds.music.block import read
from ..kinds.music.musicxml import to_musicxml
from ..kinds.music.score import Score
from ..schema import Leaf
from .format import Format, blocks_of, page_name
from .xml import allowed


def scores(leaf: Leaf) -> Iterator[tuple[int, Score]]:
    """The page's music with its number, from 1 on; what has no bars that could be read is counted and left out."""
    music = (block for block in blocks_of(leaf) if block.kind == "music")
    for number, block in enumerate(music, 1):
        score = read(block.text)[0]
        if score.bars:
            yield number, score


def files(leaves: Iterable[Leaf], source: str, model: str) -> Iterator[tuple[str, bytes]]:
    for leaf in leaves:
        for number, score in scores(leaf):
            yield page_name(leaf, "music", number, FORMAT.suffix), allowed(to_musicxml(score)).encode()


FORMAT = Format(
    "musicxml",
    ".musicxml",
    "application/vnd.recordare.musicxml+xml",
    files=files,
    drops="everything else than sheet music of which notes could be read",
)
