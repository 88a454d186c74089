"""OmniDocBench (v1.5): pages of documents of nine sorts, each with its blocks, read to Markdown and compared block by block.

Ouyang et al., CVPR 2025, arXiv 2412.07626. Text, formulas, tables and reading order are split, matched and averaged as the
benchmark's program does (figures are those of a page, averaged over pages). Known differences: formulas are compared as our
own typesetter sets them, not by CDM's pictures; LaTeX tables are converted here, not by LaTeXML (the program as published
counts them as nothing); marks within cells (`<b>`) are no nodes of a table; pages without a prediction count as read empty
and are not left out; paragraphs parted twice have each part once; of blocks that normalise to nothing (`---`) the program
mixes up the numbers of those that follow; fenced code is text without its fence; tables drawn with `|` need a rule of dashes;
symbols in text that have no name in our tables print as nothing; pages too costly to join are not joined, whatever the machine.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from statistics import fmean
from typing import Any

from ...errors import InputError
from ...kinds.formula import scores as formula
from ...kinds.table import scoring
from ...kinds.table.cell import Cell
from ...kinds.table.reading import parse, rows
from ...metrics.distance import distance
from ...metrics.text import normalise
from ..pages.annotation import markdown, slim
from ..pages.page import Pair, compare
from ..suite import Item, Measure, Score, Scored, Subject, Suite, Trouble

FILES = ("OmniDocBench.json", "OmniDocBench_demo.json")
LANGUAGES = {"simplified_chinese": "zh", "en_ch_mixed": "en+zh", "english": "en"}
ATTRIBUTES = ("data_source", "language", "layout", "watermark", "fuzzy_scan", "colorful_backgroud")  # so spelt there


def truths(folder: Path) -> Path | None:
    """The file with the annotations."""
    return next((folder / name for name in FILES if (folder / name).is_file()), None)


def load(folder: Path) -> Iterator[Item | Trouble]:
    """Every annotated page. Raises InputError where the annotations are not as published."""
    path = truths(folder)
    if path is None:
        raise InputError(f"{folder} has no {FILES[0]}; it lies beside the folder images of the data set")
    try:
        pages = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise InputError(f"{path} cannot be read as JSON: {error}; fetch it again") from error
    if not isinstance(pages, list):
        raise InputError(f"{path} is no list of pages; fetch it again")
    seen: set[str] = set()
    for number, page in enumerate(pages):
        name = _image(page)
        if not name:
            yield Trouble(f"{path.name}, page {number}", "names no picture (page_info, image_path); it is left out")
        elif Path(name).stem in seen:
            yield Trouble(name, "is annotated twice; only the first annotation is used")
        else:
            seen.add(Path(name).stem)
            yield from _item(folder, name, page)


def _image(page: Any) -> str:
    info = page.get("page_info") if isinstance(page, dict) else None
    return Path(str(info.get("image_path") or "").replace("\\", "/")).name if isinstance(info, dict) else ""


def _item(folder: Path, name: str, page: Mapping[str, Any]) -> Iterator[Item | Trouble]:
    found = page["page_info"].get("page_attribute")
    attributes = {key: str(found[key]) for key in ATTRIBUTES if key in found} if isinstance(found, dict) else {}
    language = attributes.get("language", "en")
    picture = folder / "images" / name
    truth = markdown(page)
    if not truth:
        yield Trouble(name, "has no block with a text in its annotation; it counts for nothing")
        return
    notes = {**attributes, "annotation": slim(page)}
    yield Item(
        Path(name).stem, "page", picture, truth, LANGUAGES.get(language, language), attributes.get("data_source", ""), notes=notes
    )
    if not picture.is_file():
        yield Trouble(name, "has no picture in the folder images; it counts as read empty")


def judge(reading: str, item: Item) -> dict[str, Score]:
    """The figures of one page; None where nothing of that sort is on it."""
    page = compare(reading, item.notes["annotation"])  # type: ignore[arg-type]
    alike = formula.all_scores().get("picture")
    found: dict[str, Score] = {
        "text_edit": _edits(page.texts),
        "teds": _mean(scoring.teds(*pair) if pair.read else 0.0 for pair in page.tables),
        "formula": _mean(alike(*pair) if pair.read else 0.0 for pair in page.latex) if alike else None,
        "order_edit": page.order,
        "teds_structure": _mean(scoring.teds_structure(*pair) if pair.read else 0.0 for pair in page.tables),
        "formula_edit": _edits(page.formulas),
        "table_edit": _edits([Pair(*map(_framed, pair)) for pair in page.tables]),
    }
    parts = [found["teds"], found["formula"], None if found["text_edit"] is None else 1.0 - found["text_edit"]]
    return {"page": _mean(part for part in parts if part is not None), **found}


def _framed(table: str) -> str:
    """A table as HTML without head and attributes other than spans, framed as the benchmark frames it; none: empty."""
    body = "".join(f"<tr>{''.join(map(_cell, row))}</tr>" for row in rows(parse(table)))
    return f'<html><body><table border="1" >{body}</table></body></html>' if table else ""


def _cell(cell: Cell) -> str:
    spans = "".join(f' {name}="{count}"' for name, count in (("colspan", cell.columns), ("rowspan", cell.rows)) if count > 1)
    return f"<td{spans}>{normalise(cell.text)}</td>"


def _mean(values: Iterable[float]) -> float | None:
    found = [*values]
    return fmean(found) if found else None


def _edits(pairs: Sequence[Pair]) -> float | None:
    """Edits of all pairs over the sum of the longer texts."""
    longest = sum(max(len(pair.read), len(pair.truth)) for pair in pairs)
    return sum(distance(pair.read, pair.truth) for pair in pairs) / longest if longest else None


def overall(scored: Sequence[Scored]) -> Mapping[str, float]:
    """The benchmark's Overall, ((1 - text edit distance) + table TEDS + formula score) / 3 times 100, of all pages and by layout.

    Each part is the mean over the pages that have it; without one of them there is no Overall.
    """
    layouts = sorted({str(row.item.notes.get("layout")) for row in scored if row.item.notes.get("layout")})
    parts = {"Overall": scored}
    for layout in layouts if len(layouts) > 1 else ():
        parts[f"Overall, {layout}"] = [row for row in scored if row.item.notes.get("layout") == layout]
    found = {name: [_over_pages(rows, key) for key in ("text_edit", "teds", "formula")] for name, rows in parts.items()}
    return {
        name: 100 * (1.0 - text + teds + alike) / 3
        for name, (text, teds, alike) in found.items()
        if None not in (text, teds, alike)
    }


def _over_pages(scored: Sequence[Scored], key: str) -> float | None:
    return _mean(value for row in scored if isinstance(value := row.scores.get(key), float))


_PAPER = "Ouyang et al., OmniDocBench, CVPR 2025, arXiv 2412.07626, section 4; its program, v1.5"
_PAGES = "mean over the pages that have any"
MEASURES = {
    "page": Measure(
        "page score",
        "Mean of 1 - text edit distance, table TEDS and formula score of a page, of those it has. The benchmark's Overall takes "
        "the mean of each over all pages first.",
    ),
    "text_edit": Measure(
        "text edit distance",
        "Edits over the longer of matched paragraphs, summed over a page, of letters and digits alone; captions, heads, feet and "
        f"page numbers aside, what was invented is not counted; {_PAGES}.",
        _PAPER,
        higher=False,
    ),
    "teds": Measure("table TEDS", f"TEDS of the true tables with those matched to them; {_PAGES}.", _PAPER),
    "formula": Measure(
        "formula score",
        f"F1 of the signs of displayed formulas that stand in their place when typeset by us, in the place of CDM; {_PAGES}.",
        _PAPER,
    ),
    "order_edit": Measure(
        "reading order edit distance",
        "Edits between the order paragraphs were read in and the true one, over the longer.",
        _PAPER,
        higher=False,
    ),
    "teds_structure": Measure("table TEDS-S", f"TEDS of rows, cells and spans without their texts; {_PAGES}.", _PAPER),
    "formula_edit": Measure(
        "formula edit distance",
        f"Edits over the longer LaTeX of matched formulas, without fonts, spaces and environments, summed over a page; {_PAGES}.",
        _PAPER,
        higher=False,
    ),
    "table_edit": Measure(
        "table edit distance", f"Edits over the longer HTML of matched tables, written anew; {_PAGES}.", _PAPER, higher=False
    ),
}

SUITE = Suite(
    name="omnidocbench",
    title="OmniDocBench v1.5",
    data="""1355 pages (v1.5; research only): OmniDocBench.json and the folder images of
https://huggingface.co/datasets/opendatalab/OmniDocBench; the program's demo_data/omnidocbench_demo is read as well. Predictions
are Markdown files named as the pictures are. The formula score stands in place of CDM (signs and places as our typesetter
sets them, which needs gotocr[synth]), LaTeX tables are converted here: compare with published figures with that in mind.""",
    is_in=lambda folder: truths(folder) is not None,
    load=load,
    subjects={"page": Subject("page", "format", MEASURES, judge)},
    overall=overall,
)
