"""im2latex-100k: displayed formulas of physics articles, rendered, with their LaTeX.

Kanervisto, zenodo.org/record/56198 (2016); prepared by Deng, Kanervisto, Ling and Rush, "Image-to-Markup Generation with
Coarse-to-Fine Attention" (ICML 2017), github.com/harvardnlp/im2markup.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from ...kinds.formula.scores import all_scores, spelt
from ...metrics.distance import distance
from ...metrics.overlap import corpus_bleu
from ..judges import formula
from ..suite import Item, Scored, Subject, Suite, Trouble

LISTS = ("im2latex_test_filter.lst", "im2latex_test.lst", "test_filter.lst", "test.lst")
PREPARED = ("im2latex_formulas.norm.lst", "formulas.norm.lst")
ORIGINAL = ("im2latex_formulas.lst", "formulas.lst")
PLACES = ("formula_images_processed", "formula_images", "images_processed", "images", "")


class Row(NamedTuple):
    """A line of a list: a picture, the line of its formula, counted from 0, and how it was rendered ("" = not said)."""

    picture: str
    index: int
    render: str = ""


def load(folder: Path) -> Iterator[Item | Trouble]:
    """Every formula of the test list, in its order."""
    names = _files(folder)
    if names is None:
        yield Trouble(str(folder), f"holds none of {', '.join(LISTS)}, or none of {', '.join(PREPARED + ORIGINAL)}")
        return
    if "picture" not in all_scores():
        yield Trouble("formulas", "are compared only as they are written; to compare how they look: pip install 'gotocr[synth]'")
    formulas = _lines(folder / names[1])
    seen: set[str] = set()
    for number, line in enumerate(_lines(folder / names[0]), 1):
        if not line.strip():
            continue
        where, row = f"{names[0]}, line {number}", _row(line)
        if row is None:
            yield Trouble(where, "is neither a picture and the number of a formula, nor a number, a picture and its rendering")
        elif row.index >= len(formulas) or not formulas[row.index].strip():
            yield Trouble(where, f"{row.picture} has no truth: {names[1]} has no formula {row.index}; it is left out")
        elif row.picture in seen:
            yield Trouble(where, f"{row.picture} came before; only the first one is read")
        else:
            seen.add(row.picture)
            yield from _item(folder, row, formulas[row.index].strip())


def _files(folder: Path) -> tuple[str, str] | None:
    """The list of pictures and the file of formulas; prepared lists go with prepared formulas where there are both."""
    listed = next((name for name in LISTS if (folder / name).is_file()), None)
    order = PREPARED + ORIGINAL if listed and "filter" in listed else ORIGINAL + PREPARED
    found = next((name for name in order if (folder / name).is_file()), None)
    return (listed, found) if listed and found else None


def _lines(path: Path) -> list[str]:
    """The lines of a file, parted by line feeds alone: formulas hold other marks that Python takes for ends of lines."""
    data = path.read_bytes()
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        text = data.decode("latin-1")  # as the original is written
    return text.split("\n")


def _row(line: str) -> Row | None:
    words = line.split()
    if len(words) == 2 and _is_number(words[1]):
        return Row(Path(words[0]).stem, int(words[1]))
    if len(words) == 3 and _is_number(words[0]):
        return Row(Path(words[1]).stem, int(words[0]), words[2])
    return None


def _is_number(word: str) -> bool:
    return word.isascii() and word.isdigit() and len(word) < 10


def _item(folder: Path, row: Row, truth: str) -> Iterator[Item | Trouble]:
    places = [folder / place / f"{row.picture}.png" for place in PLACES]
    path = next((place for place in places if place.is_file()), places[1])
    yield Item(row.picture, "formula", path, truth, group=row.render, notes={"index": row.index})
    if not path.is_file():
        yield Trouble(row.picture, f"has no picture: {path.name} is missing; it counts as read empty")


def overall(scored: Sequence[Scored]) -> Mapping[str, float]:
    """BLEU-4 and edits of tokens over all formulas at once, as Deng et al. (2017, section 5) report them."""
    pairs = [(spelt(formula.written_formula(one.reading)), spelt(str(one.item.truth))) for one in scored]
    longer = sum(max(len(read), len(truth)) for read, truth in pairs)
    edits = sum(distance(read, truth) for read, truth in pairs)
    alike = 1.0 - edits / max(longer, 1)
    return {"token BLEU-4 over all formulas": corpus_bleu(pairs), "1 - token edits over all formulas": alike}


SUITE = Suite(
    name="im2latex",
    title="im2latex-100k",
    data="""im2latex-100k as published (zenodo.org/record/56198): im2latex_test.lst, im2latex_formulas.lst, formula_images/; or as
prepared by harvardnlp/im2markup: im2latex_test_filter.lst, im2latex_formulas.norm.lst, formula_images_processed/ (or
formula_images/); or the sample that lies there (test.lst or test_filter.lst, formulas.lst or formulas.norm.lst, images/
or images_processed/). The test split is measured.""",
    is_in=lambda folder: _files(folder) is not None,
    load=load,
    subjects={
        "formula": Subject("formula", "format", formula.MEASURES, lambda reading, item: formula.judge(reading, str(item.truth)))
    },
    overall=overall,
)
