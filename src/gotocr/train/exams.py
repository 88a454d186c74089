"""What a nano is examined in, as data: what is drawn for each exam, how it is read, and by which measures it is judged.

The measures are those of `gotocr evaluate`: scores of `kinds` and figures of `metrics`; floors are the least that nano is
meant to reach on pictures drawn afresh.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from ..kinds import KINDS
from ..kinds.formula import scores as formula
from ..kinds.geometry import scores as geometry
from ..kinds.molecule import scores as molecule
from ..kinds.page import parse
from ..kinds.table import scoring as table
from ..metrics.text import character_errors, normalise, normalised_edit, same_word
from ..schema import Sample

UNREADABLE = "[unreadable]"
SIDE = 600  # pixels of the longer side of figures that are compared
_KEY = re.compile(r"^K:", re.M)  # no ABC without it


class Share(NamedTuple):
    """A score as it is summed over pictures: the figure of an exam is the sum of values over the sum of weights."""

    value: float
    weight: float = 1.0


@dataclass(frozen=True)
class Measure:
    """`score(reading, truth)` of one picture, 1 = right; None where it says nothing of that picture."""

    name: str
    score: Callable[[str, str], Share | float | None]
    floor: float | None = None


@dataclass(frozen=True)
class Exam:
    """One sort of picture to be read.

    `size` is (height, width) in pixels, of a canvas that the source fills by chance, or, not `on_canvas`, the most room of a
    picture that is as large as what is on it. Of a `part` only the block of that kind counts, of reading and truth alike.
    """

    name: str
    source: str
    size: tuple[int, int]
    measures: tuple[Measure, ...]
    worn: float = 0.5  # share of worn pictures
    mode: str = "plain"
    on_canvas: bool = False
    part: str = ""
    words: bool = False  # whether places and confidences of words are judged as well

    def grade(self, reading: str, sample: Sample) -> dict[str, Share]:
        """The score of each measure that says something of this picture."""
        read, truth = self.parts(reading, getattr(sample, self.mode))
        scores = {measure.name: measure.score(read, truth) for measure in self.measures}
        known = {name: score for name, score in scores.items() if score is not None}
        return {name: Share(*score) if isinstance(score, tuple) else Share(score) for name, score in known.items()}

    def parts(self, *texts: str) -> tuple[str, ...]:
        """What counts of readings and truths."""
        return tuple(block(text, self.part) for text in texts) if self.part else texts


def block(text: str, kind: str) -> str:
    """The longest block of a kind that was written, without fence and delimiters; all of it where none is marked as one."""
    found = [one.text for one in parse(text, (1, 1)) if one.kind == kind]
    return max(found, key=len) if found else text.strip()


def characters(read: str, truth: str) -> Share:
    """1 - edits over the characters of the truth, summed."""
    edits, length = character_errors(read, truth)
    return Share(length - edits, length)


def likeness(read: str, truth: str) -> float:
    """1 - edits over the longer text (1 - NED)."""
    return 1.0 - normalised_edit(read, truth)


def word(read: str, truth: str) -> float:
    """Equal letters and digits, case aside; equal signs where the truth has neither."""
    if any(map(str.isalnum, truth)):
        return float(same_word(read, truth))
    return float(normalise(read) == normalise(truth))


def empty(read: str, truth: str) -> float:
    return float(not read.strip())


def unreadable(read: str, truth: str) -> Share:
    """F1 of the marks for words that nobody can read, by their number, summed."""
    found, true = read.count(UNREADABLE), truth.count(UNREADABLE)
    return Share(2 * min(found, true), found + true)


def equal(read: str, truth: str) -> float:
    """The same formula: one canonical spelling, or the same picture when typeset."""
    return max(formula.exact(read, truth), formula.same(read, truth)) if read else 0.0


def chart_values(read: str, truth: str) -> float:
    return KINDS["chart"].scores["values"](read, truth)


def scrm(read: str, truth: str) -> float:
    return KINDS["chart"].scores["scrm_strict"](read, truth)


def notes(read: str, truth: str) -> Share | None:
    """F1 of the notes with the right pitch and length, summed; prose, whose letters would pass for notes, is no music."""
    from ..kinds.music import symbols
    from ..metrics.music import matches

    found, true = (symbols.notes(score) for score in _scores(read, truth))
    return Share(2 * matches(found, true), len(found) + len(true)) if true else None


def signs(read: str, truth: str) -> Share:
    """1 - edits over the true symbols (1 - symbol error rate), summed."""
    from ..kinds.music.symbols import symbols
    from ..metrics.music import edits

    found, true = (symbols(score) for score in _scores(read, truth))
    return Share(len(true) - edits(found, true), len(true))


def _scores(read: str, truth: str) -> list:
    from ..kinds.music import block as music

    is_music = music.form_of(read) != "abc" or _KEY.search(read)
    return [music.read(text)[0] for text in (read if is_music else "", truth)]


def same_molecule(read: str, truth: str) -> float:
    """Equal canonical SMILES, stereo and all; of what was written the first word counts."""
    read, truth = _smiles(read), molecule.starred(truth)
    return molecule.exact(read, truth) if read else 0.0


def tanimoto(read: str, truth: str) -> float:
    read, truth = _smiles(read), molecule.starred(truth)
    return molecule.similarity(read, truth, stereo=False) if read else 0.0


def _smiles(read: str) -> str:
    return molecule.starred((read.split() or [""])[0])


def figure(read: str, truth: str) -> float:
    """Likeness of the pictures of both figures, drawn by one program: see `metrics.figures.pictures_alike`."""
    from ..draw.figure_plain import draw_plain
    from ..kinds.geometry import reading, tikz
    from ..metrics.figures import pictures_alike

    if reading.bare(read) == reading.bare(truth):
        return 1.0
    written, true = (draw_plain(tikz.read(reading.bare(text)).figure, SIDE) for text in (read, truth))
    return pictures_alike(written, true) if written is not None and true is not None else 0.0


TEXT = (Measure("character accuracy", characters, 0.98),)
ROOM = (512, 768)  # of structures: those of most papers and screens fit
_ALL = (
    Exam("line", "line", (48, 512), TEXT, 0.0, on_canvas=True, words=True),
    Exam("line worn", "line", (48, 512), TEXT, 1.0, on_canvas=True, words=True),
    Exam("paragraph", "paragraph", (160, 512), TEXT, 0.0, on_canvas=True, words=True),
    Exam("paragraph worn", "paragraph", (160, 512), TEXT, 1.0, on_canvas=True, words=True),
    Exam("word", "word", (48, 256), (*TEXT, Measure("exact word", word)), on_canvas=True),
    Exam("scene", "scene", (256, 512), (Measure("exact word", word, 0.92), Measure("1 - NED", likeness))),
    Exam("page", "page", (512, 512), TEXT, 0.0, on_canvas=True, words=True),
    Exam("document", "document", ROOM, (Measure("1 - NED", likeness),), mode="format"),
    Exam(
        "formula", "formula", ROOM, (Measure("equal", equal, 0.90), Measure("1 - token edits", formula.edit)),
        mode="format", part="formula",
    ),
    Exam(
        "table", "table", ROOM, (Measure("cell F1", table.cells, 0.85), Measure("TEDS", table.teds, 0.85)),
        mode="format", part="table",
    ),
    Exam(
        "chart", "chart", ROOM, (Measure("key-value accuracy", chart_values, 0.88), Measure("SCRM AP, strict", scrm, 0.88)),
        mode="format", part="chart",
    ),
    Exam(
        "music", "music", (512, 1024), (Measure("note accuracy", notes, 0.80), Measure("1 - symbol errors", signs)),
        mode="format", part="music",
    ),
    Exam(
        "molecule", "molecule", ROOM, (Measure("same molecule", same_molecule, 0.85), Measure("Tanimoto", tanimoto)),
        mode="format", part="molecule",
    ),
    Exam(
        "geometry", "geometry", ROOM,
        (Measure("picture similarity", figure, 0.85), Measure("elements F1", geometry.elements)),
        mode="format", part="geometry",
    ),
    Exam("nothing", "nothing", ROOM, (Measure("empty answer", empty, 1.0),), mode="format"),
    Exam("unreadable", "unreadable", (256, 512), (Measure("marks F1", unreadable), Measure("1 - NED", likeness))),
)  # fmt: skip
EXAMS: Mapping[str, Exam] = {exam.name: exam for exam in _ALL}
