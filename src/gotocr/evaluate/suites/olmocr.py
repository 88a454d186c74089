"""olmOCR-bench: single pages as PDF, each with a list of facts that a reading must state (Poznanski et al. 2025)."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path, PurePosixPath
from typing import Any

from ...metrics.facts import DIRECTIONS, HEADINGS, Wanted, has_cell, is_blank, is_in_order, is_present, is_sound, plain_text
from ..suite import Item, Measure, Part, Score, Scored, Subject, Suite, Trouble
from .olmocr_formulas import can_draw, has_formula
from .olmocr_tables import grids

Fact = Mapping[str, Any]  # a line of a file: id, pdf, page, type, max_diffs, and what its type needs

SOURCE = "olmOCR-bench (Poznanski et al. 2025, arXiv 2502.18443, section 4; olmocr/bench/tests.py)"
BASELINE = "baseline"
NEEDED = {  # texts that a fact of each type must have
    "present": ("text",),
    "absent": ("text",),
    "order": ("before", "after"),
    "table": ("cell",),
    "math": ("math",),
    BASELINE: (),
}
_UNSAFE = re.compile(r"[^\w.-]+")


def is_in(folder: Path) -> bool:
    return _root(folder) is not None


def _root(folder: Path) -> Path | None:
    """Where the files of facts lie beside `pdfs`: the folder itself, or `bench_data` of the whole download."""
    places = (folder, folder / "bench_data")
    return next((place for place in places if (place / "pdfs").is_dir() and any(place.glob("*.jsonl"))), None)


def load(folder: Path) -> Iterator[Item | Trouble]:
    """One item for each page that facts are told of (for each file that tells of it); its truth is the list of its facts.

    As published, the first page of every PDF without a fact of the type baseline gets one, counted as a group of its own.
    """
    root = _root(folder)
    if root is None:
        yield Trouble(str(folder), "holds no pdfs folder with .jsonl files beside it")
        return
    pages: dict[tuple[str, str, int], list[Fact]] = {}
    for file in sorted(root.glob("*.jsonl")):
        found = [*_facts(file)]
        yield from (one for one in found if isinstance(one, Trouble)) if found else (Trouble(file.name, "holds no facts"),)
        for fact in found:
            if not isinstance(fact, Trouble):
                pages.setdefault((file.stem, fact["pdf"], fact["page"]), []).append(fact)
    if any(fact["type"] == "math" for facts in pages.values() for fact in facts) and not can_draw():
        yield Trouble("math", "formulas count only where they are spelled alike: pip install 'gotocr[synth]' to compare drawings")
    _add_baselines(pages)
    ids: set[str] = set()
    for (group, pdf, page), facts in pages.items():
        yield from _item(root, (group, pdf, page), facts, ids)


def _add_baselines(pages: dict[tuple[str, str, int], list[Fact]]) -> None:
    checked = {pdf for (_, pdf, _), facts in pages.items() if any(fact["type"] == BASELINE for fact in facts)}
    for pdf in dict.fromkeys(pdf for _, pdf, _ in pages):
        if pdf not in checked:
            place = next((key for key in pages if key[1:] == (pdf, 1)), (BASELINE, pdf, 1))
            fact = {"id": f"{pdf}_{BASELINE}", "type": BASELINE, "pdf": pdf, "page": 1, "group": BASELINE}
            pages.setdefault(place, []).append(fact)


def _item(root: Path, key: tuple[str, str, int], facts: Sequence[Fact], ids: set[str]) -> Iterator[Item | Trouble]:
    group, pdf, page = key
    name = _UNSAFE.sub("__", f"{pdf.removesuffix('.pdf')}_pg{page}").strip(".")
    if name in ids:  # a page that several files tell of
        name = f"{name}_{_UNSAFE.sub('_', group)}"
    while name in ids:
        name += "_"
    ids.add(name)
    image = root / "pdfs" / pdf
    yield Item(name, "page", image, tuple(facts), "en", group, page - 1, {"pdf": pdf})
    if not image.is_file():
        yield Trouble(name, f"has no picture: pdfs/{pdf} is missing; it counts as read empty")


def _facts(file: Path) -> Iterator[Fact | Trouble]:
    seen: set[str] = set()
    with open(file, encoding="utf-8", errors="replace") as lines:
        for number, line in enumerate(lines, 1):
            if not line.strip():
                continue
            where = f"{file.name}, line {number}"
            try:
                fact = json.loads(line)
            except (ValueError, RecursionError):
                yield Trouble(where, "is not JSON")
                continue
            flaw = _flaw(fact)
            if not flaw and fact["id"] in seen:
                flaw = f"repeats the id {fact['id']}; only the first one counts"
            if flaw:
                yield Trouble(where, flaw)
                continue
            seen.add(fact["id"])
            yield {**fact, "group": file.stem}


def _flaw(fact: object) -> str:
    """Why a fact cannot be used; empty = it can."""
    if not isinstance(fact, dict):
        return "is not a JSON object"
    if not all(isinstance(fact.get(key), str) and fact[key].strip() for key in ("id", "pdf", "type")):
        return "has no id, pdf or type"
    if fact["type"] not in NEEDED:
        return f"{fact['id']} is of the unknown type {fact['type']!r}; the types are {', '.join(NEEDED)}"
    path = PurePosixPath(fact["pdf"])
    if path.is_absolute() or ".." in path.parts or "\\" in fact["pdf"] or ":" in fact["pdf"]:
        return f"{fact['id']} names a file outside of pdfs"
    if not _is_count(fact.get("page"), 1) or not _is_count(fact.get("max_diffs", 0)):
        return f"{fact['id']} has no page from 1 on, or max_diffs is no number"
    texts = [fact.get(key) for key in NEEDED[fact["type"]]]
    if not all(isinstance(text, str) and (plain_text(text).strip() or fact["type"] == "table") for text in texts):
        return f"{fact['id']} has no {' or '.join(NEEDED[fact['type']])}"
    if fact["type"] == "order" and any(fact.get("max_diffs", 0) > len(plain_text(text)) // 2 for text in texts):
        return f"{fact['id']} allows more differences than half of its text"
    counts = (fact.get(key) for key in ("first_n", "last_n", "max_length", "max_repeats"))
    around = (fact.get(key) for key in (*DIRECTIONS, *HEADINGS))
    if not all(count is None or _is_count(count) for count in counts) or not all(isinstance(text or "", str) for text in around):
        return f"{fact['id']} has a number or a text of another sort"
    return ""


def _is_count(value: object, least: int = 0) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= least


def holds(reading: str, fact: Fact) -> bool:
    """Whether a reading states a fact. An empty one states none, as a missing file in the published program."""
    kind, most = fact["type"], fact.get("max_diffs", 0)
    if kind == BASELINE and fact.get("max_length") is not None:
        return is_blank(reading, fact["max_length"], not fact.get("max_length_skips_image_alt_tags"))
    if not reading.strip():
        return False
    if kind in ("present", "absent"):
        case = bool(fact.get("case_sensitive", True))
        wanted = Wanted(fact["text"], most, case, fact.get("first_n"), fact.get("last_n"))
        return is_present(reading, wanted) is (kind == "present")
    if kind == "order":
        return is_in_order(reading, fact["before"], fact["after"], most)
    if kind == "table":
        around = {where: fact.get(where) or "" for where in (*DIRECTIONS, *HEADINGS)}
        return has_cell(grids(reading, not fact.get("ignore_markdown_tables")), fact["cell"], around, most)
    if kind == "math":
        return has_formula(reading, fact["math"], not fact.get("ignore_dollar_delimited"))
    repeats = fact.get("max_repeats")
    return is_sound(reading, 30 if repeats is None else repeats, bool(fact.get("check_disallowed_characters", True)))


def judge(reading: str, item: Item) -> Mapping[str, Score]:
    """How many of the item's facts hold, in all and of each type."""
    results = [(fact, holds(reading, fact)) for fact in item.truth]
    return {
        "facts": _share([held for fact, held in results if fact["group"] != BASELINE]),
        **{kind: _share([held for fact, held in results if fact["type"] == kind]) for kind in NEEDED if kind != BASELINE},
        BASELINE: _share([held for fact, held in results if fact["group"] == BASELINE]),
    }


def _share(held: Sequence[bool]) -> Part | None:
    return Part(sum(held), len(held)) if held else None


def overall(scored: Sequence[Scored]) -> Mapping[str, float]:
    """The share of facts that hold in each file, that of the added baselines, and the mean of these shares, as published."""
    groups: dict[str, list[Part]] = {}
    for one in scored:
        for measure, group in (("facts", one.item.group), (BASELINE, BASELINE)):
            part = one.scores.get(measure)
            if isinstance(part, Part):
                groups.setdefault(group, []).append(part)
    shares = {
        group: sum(part.value for part in parts) / sum(part.weight for part in parts) for group, parts in sorted(groups.items())
    }
    return {"overall": sum(shares.values()) / len(shares), **shares} if shares else {}


def _measure(name: str, definition: str) -> Measure:
    return Measure(name, definition, SOURCE)


MEASURES = {
    "facts": _measure("facts", "Share of the facts of the suite's files that hold; an empty reading states none."),
    "present": _measure("text present", "Texts that are found, but for so many letters as a fact allows."),
    "absent": _measure("text absent", "Headers, footers and the like that are not found; an empty reading fails."),
    "order": _measure("reading order", "Pairs of texts of which the first begins before the second, both found."),
    "table": _measure(
        "table cells", "Cells found in a table (lines with |, or HTML; not LaTeX) with the right texts around them."
    ),
    "math": _measure(
        "formulas",
        r"Formulas between $, $$, \( \) or \[ \] that have the true one as a part, by spelling or by the places of signs as our "
        "typesetter draws them (the published program draws with KaTeX in a browser: counts differ a little).",
    ),
    BASELINE: _measure("pages sound", "Pages read as some text of Latin script that does not end in a loop."),
}

SUITE = Suite(
    name="olmocr",
    title="olmOCR-bench",
    data="""1,403 single-page PDFs with 7,010 facts (ODC-BY):
hf download --repo-type dataset allenai/olmOCR-bench --local-dir DIR
The folder is DIR or DIR/bench_data, with the files arxiv_math.jsonl ... and the folder pdfs.""",
    is_in=is_in,
    load=load,
    subjects={"page": Subject("page", "format", MEASURES, judge)},
    overall=overall,
)
