"""MusicXML 4.0: a file for each piece of sheet music, whichever notation it was read in; notation programs open it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ..kinds.music.block import read
from ..kinds.music.musicxml import to_musicxml
from ..kinds.music.score import Score
from ..schema import Leaf
from .format import Format, named
from .xml import allowed


def scores(leaf: Leaf) -> Iterator[tuple[str, Score]]:
    """The page's music with the names of its files; what has no bars that could be read is counted and left out."""
    for name, block in named(leaf, "music"):
        score = read(block.text)[0]
        if score.bars:
            yield name, score


def files(leaves: Iterable[Leaf], source: str, model: str) -> Iterator[tuple[str, bytes]]:
    for leaf in leaves:
        for name, score in scores(leaf):
            yield f"{name}{FORMAT.suffix}", allowed(to_musicxml(score)).encode()


FORMAT = Format(
    "musicxml",
    ".musicxml",
    "application/vnd.recordare.musicxml+xml",
    files=files,
    drops="everything else than sheet music of which notes could be read",
)
