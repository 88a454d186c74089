"""A picture of sheet music: symbols and notes of what was read beside the true ones, whatever each is written in."""

from __future__ import annotations

import re
from functools import lru_cache
from types import MappingProxyType

from ...kinds.music.block import form_of, read
from ...kinds.music.score import Score as Music
from ...kinds.music.symbols import notes, placed, symbols
from ...metrics.music import edits, matches
from ..reading import source, sources
from ..suite import Measure, Part, Score

MOST = 20  # times as long as the truth: what a reading goes on with behind that is not looked at; MusicXML is long by nature
_KEY = re.compile(r"^K:", re.M)  # no ABC without it
_READ = "ABC, **kern and MusicXML are read to one list of symbols"
_TESTBED = "after Byrd and Simonsen, J. New Music Research 44(3), 2015"
MEASURES = MappingProxyType(
    {
        "ser": Measure(
            "symbol error rate",
            f"Edits over the number of true symbols, summed over items (it may exceed 1); {_READ}: clefs, keys, metres (C as "
            "4/4), bar lines, voices, notes with sounding pitch and length, chords, grace notes, rests, ties; no beams, slurs, "
            "words, dynamics or ornaments.",
            "Calvo-Zaragoza and Rizo, Applied Sciences 8(4):606, 2018, section 4.2; the list of symbols is ours",
            higher=False,
        ),
        "notes": Measure(
            "note accuracy",
            "F1 of notes with the right pitch and length, paired in order (longest common subsequence), summed over items.",
            _TESTBED,
        ),
        "onsets": Measure(
            "notes in their place",
            "F1 of notes with the right pitch, length and place in their bar, whatever voice they are in, paired in order.",
            _TESTBED,
        ),
        "exact": Measure("exact match", "All symbols are right."),
    }
)


def judge(reading: str, truth: str) -> dict[str, Score]:
    """Of one system or page; no figures (None) where the truth holds no music that can be read."""
    true = _music(truth)
    right = symbols(true)
    if not any(symbol[0] in ("note", "rest") for symbol in right):
        return dict.fromkeys(MEASURES)
    text = _written(reading)
    written = _music(text if "<" in text else text[: MOST * len(truth) + 2000])
    found = symbols(written)
    return {
        "ser": Part(edits(found, right), len(right)),
        "notes": _f1(notes(written), notes(true)),
        "onsets": _f1(placed(written), placed(true)),
        "exact": float(found == right),
    }


def _written(reading: str) -> str:
    """The music of a reading; nothing where it is prose, whose letters would pass for notes of ABC."""
    marked = source(reading, "music")
    return marked if sources(reading, "music") or form_of(marked) != "abc" or _KEY.search(marked) else ""


def _f1(found: list, right: list) -> Score:
    if not found and not right:
        return None
    return Part(2 * matches(found, right), len(found) + len(right))


@lru_cache(maxsize=256)
def _music(text: str) -> Music:
    return read(text)[0]
