"""`gotocr examine`: how well a nano reads pictures of every kind drawn afresh, in fonts and from texts never trained on."""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from ..engines import ENGINES
from ..errors import EXIT_PARTIAL, UsageError
from ..reader import MODELS
from .evaluate import names
from .read import count
from .verb import Verb

if TYPE_CHECKING:
    from ..train.validate import Examination, Paper

FORM = 1  # of the JSON; raised when a reader of older files would go wrong
WAYS = ("reader", "whole")
MOST_TROUBLES = 20  # shown on the screen; all are in the JSON
PLACES, SURE = "where-head", "confidence"

_DESCRIPTION = """Draw pictures of every kind in the tenth of the font families that training leaves out, from texts it holds
back, read them, and show how much is right, with 95% intervals, beside the least that nano is meant to reach. The pictures of
a number are always the same ones, for every model. Give the corpus and the fonts of the training run."""
_EPILOG = f"""Exit codes: 0 all was drawn and read; {EXIT_PARTIAL} all figures are there, but a picture failed (it counts as 0)
or an exam needs what is not installed; 2 a wrong option, 3 no texts there, 5 weights, 6 output."""


class Row(NamedTuple):
    """One figure of the table; `floor` None: nothing is promised, `low` and `high` None: no interval."""

    exam: str
    measure: str
    value: float
    low: float | None
    high: float | None
    pictures: int
    floor: float | None = None

    def text(self) -> str:
        """As a line of the table, to be printed as soon as it is known."""
        within = "" if self.low is None else f"{self.low:.1%} – {self.high:.1%}"
        floor, share = ("", "") if self.floor is None else (f"{self.floor:.0%}", f"{self.value / self.floor:.0%}")
        return _line(self.exam, self.measure, f"{self.value:.1%}", within, floor, share)


def _line(*cells: str) -> str:
    exam, measure, *numbers = cells
    return f"{exam:<15} {measure:<26} {numbers[0]:>7}  {numbers[1]:>15}  {numbers[2]:>5}  {numbers[3]:>8}".rstrip()


HEAD = _line("exam", "measure", "value", "95% interval", "floor", "of floor")


def add(parser: ArgumentParser) -> None:
    parser.add_argument("model", metavar="FOLDER|nano", help="a trained or exported nano, or the one that comes along")
    parser.add_argument("--only", type=names, default=(), metavar="A,B", help="only these exams, such as formula,table")
    parser.add_argument("--count", type=count, default=20, metavar="N", help="pictures of each exam (default: %(default)s)")
    parser.add_argument("--json", type=Path, metavar="FILE", help="figures and every reading go there, too")
    parser.add_argument("--corpus", metavar="DIR", type=Path, help="texts (default: the few that come along)")
    parser.add_argument("--fonts", metavar="DIR", action="append", help="fonts; may be given several times")
    parser.add_argument("--held-back", type=count, metavar="N", help="passages a file that training held back")
    parser.add_argument(
        "--way", choices=WAYS, default=WAYS[0],
        help="read as any picture is, scaled and in bands, or the whole of it as it was drawn (default: %(default)s)",
    )  # fmt: skip
    parser.add_argument("--max-tokens", type=count, default=8000, metavar="N", help="cap on a page (default: %(default)s)")
    parser.add_argument("--workers", type=count, default=1, metavar="N", help="processes that read (default: %(default)s)")
    parser.add_argument("--engine", choices=list(ENGINES), help="default: onnx")
    parser.add_argument("--device", default="cpu", help="cpu, cuda, cuda:1, ... (default: %(default)s)")


def run(arguments: Namespace) -> int:
    examination = _examination(arguments)
    papers: list[Paper] = []
    rows: list[Row] = []

    from tqdm import tqdm

    total = len(examination.exams) * examination.count
    with tqdm(total=total, unit="picture", leave=False, disable=None, file=sys.stderr) as bar:

        def tell(line: str) -> None:
            tqdm.write(line, file=sys.stdout)

        tell(HEAD)
        for paper in examination.papers(arguments.workers):
            papers.append(paper)
            bar.set_postfix_str(paper.exam, refresh=False)
            bar.update()
            if len(papers) % examination.count == 0:
                rows += _tell_exam(papers[-examination.count :], tell)
        for row in overall(papers):
            rows.append(row)
            tell(row.text())
    troubles = [f"{paper.exam}, seed {paper.seed}: {paper.error}" for paper in papers if paper.error]
    if troubles:
        left = len(troubles) - MOST_TROUBLES
        told = [f"\n{len(troubles)} of {total} pictures failed, and count as 0:", *troubles[:MOST_TROUBLES]]
        told += [f"and {left} more"] if left > 0 else []
        print("\n  ".join(_plain(line) for line in told))
    if arguments.json:
        save(result(examination, papers, rows), arguments.json)
    return EXIT_PARTIAL if troubles or any(paper.missing for paper in papers) else 0


def _plain(line: str) -> str:
    """Without what a terminal would obey: words of a model may stand in an error."""
    return "".join(letter if letter.isprintable() or letter == "\n" else "?" for letter in line)


def _examination(arguments: Namespace) -> Examination:
    """What was asked for. Raises UsageError for what is no nano and for unknown exams."""
    from ..engines.family import family_of

    folder = MODELS[arguments.model].find(True) if arguments.model in MODELS else Path(arguments.model)
    if family_of(folder) != "nano":
        raise UsageError(f"{arguments.model} is no nano; only nano can be examined")

    from ..draw.supply import Supply
    from ..train.recipe import Recipe
    from ..train.validate import Candidate, Examination

    engine = arguments.engine or "onnx"
    candidate = Candidate(str(folder), engine, arguments.device, arguments.way, arguments.max_tokens)
    usual = Recipe()
    texts, fonts = arguments.corpus or usual.corpus, tuple(arguments.fonts or usual.fonts)
    supply = Supply(texts, fonts, arguments.held_back or usual.held_back, validate=True)
    return Examination(candidate, supply, chosen(arguments.only), arguments.count, alone=arguments.workers == 1)


def chosen(only: Sequence[str]) -> tuple[str, ...]:
    """The exams of these names; a name of what is drawn stands for all exams of it. Raises UsageError for others."""
    from ..train.exams import EXAMS

    known = {name for exam in EXAMS.values() for name in (exam.name, exam.source)}
    for name in only:
        if name not in known:
            raise UsageError(f"there is no exam named {name!r}; choose from: {', '.join(EXAMS)}")
    return tuple(name for name, exam in EXAMS.items() if not only or name in only or exam.source in only)


def _tell_exam(papers: Sequence[Paper], tell: Any) -> list[Row]:
    """Print the figures of one exam, or why there are none."""
    missing = next((paper.missing for paper in papers if paper.missing), "")
    if missing:
        tell(f"{papers[0].exam:<15} not measured: {missing}")
        return []
    rows = [*of_exam(papers)]
    for row in rows:
        tell(row.text())
    return rows


def of_exam(papers: Sequence[Paper]) -> Iterator[Row]:
    """The figure of each measure over the pictures of one exam."""
    from ..train.exams import EXAMS

    for measure in EXAMS[papers[0].exam].measures:
        yield from _row(papers[0].exam, measure.name, papers, measure.floor)


def overall(papers: Sequence[Paper]) -> Iterator[Row]:
    """What is judged over all pictures of plain text: where words stand, and how far their confidence can be believed."""
    from ..train.validate import BOXES, BOXES_FLOOR, BOXES_OF_READ, calibration

    yield from _row(PLACES, BOXES, papers, BOXES_FLOOR)
    yield from _row(PLACES, BOXES_OF_READ, papers)
    found = calibration(papers)
    if found:  # no interval: a set of pictures drawn again is never as well calibrated as all of them
        yield Row(SURE, f"ECE of {found[1]} words", found[0], None, None, sum(bool(paper.sure) for paper in papers))


def _row(exam: str, name: str, papers: Sequence[Paper], floor: float | None = None) -> Iterator[Row]:
    from ..evaluate.statistics import figure
    from ..evaluate.suite import Part

    found = figure([Part(*paper.scores[name]) for paper in papers if name in paper.scores])
    if found:
        yield Row(exam, name, *found, floor)


def result(examination: Examination, papers: Sequence[Paper], rows: Sequence[Row]) -> dict[str, Any]:
    """All of it as JSON values; the same for the same model, whenever it is examined."""
    from importlib.metadata import version

    candidate = examination.candidate
    missing = {paper.exam: paper.missing for paper in papers if paper.missing}
    return {
        "form": FORM,
        "gotocr": version("gotocr"),
        "model": Path(candidate.model).name,
        "engine": candidate.engine,
        "way": candidate.way,
        "max_tokens": candidate.max_tokens,
        "count": examination.count,
        "figures": [row._asdict() for row in rows],
        "not_measured": missing,
        "pictures": [_picture(paper) for paper in papers if not paper.missing],
    }


def _picture(paper: Paper) -> dict[str, Any]:
    scores = {name: [*share] for name, share in paper.scores.items()}
    about = {"exam": paper.exam, "seed": paper.seed, "picture": paper.picture, "error": paper.error}
    return {**about, "scores": scores, "truth": paper.truth, "reading": paper.reading}


def save(data: dict[str, Any], path: Path) -> None:
    """Write JSON; the file appears whole or not at all. Raises OutputError."""
    from ..evaluate.file import whole

    with whole(path) as part:
        part.write_text(json.dumps(data, ensure_ascii=False, indent=1) + "\n", "utf-8", "replace")


VERB = Verb("measure how well a nano reads", run, add, _DESCRIPTION, _EPILOG)
