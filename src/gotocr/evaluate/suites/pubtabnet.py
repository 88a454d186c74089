"""PubTabNet: tables cut out of scientific articles, with their HTML; also its examples, the ICDAR 2021 test set, SynthTabNet.

Zhong, ShafieiBavani and Jimeno Yepes, "Image-based table recognition: data, model, and evaluation" (ECCV 2020); SynthTabNet:
Nassar et al., "TableFormer" (CVPR 2022), in the same form.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from ...kinds.table import parse, show
from ...metrics.teds import published_teds
from ..judges import table
from ..suite import Item, Measure, Score, Subject, Suite, Trouble

# What each file of annotations is measured on: a split, "" = all of it. (PubTabNet's test split has no truth.)
FILES: Mapping[str, str] = {
    "PubTabNet_2.0.0.jsonl": "val",
    "synthetic_data.jsonl": "test",
    "PubTabNet_Examples.json": "",
    "final_eval.json": "",
}
PLACES = ("{split}", "images/{split}", "final_eval", "images", "")  # where pictures lie
_SPLIT = re.compile(r'"split"\s*:\s*"([^"]{0,40})"')
_SPAN = re.compile(r"<td[^<>]*\b(?:row|col)span\s*=\s*[\"']?0*(?!1\b)\d")
_PUBLISHED = "Tags within cells count, thead and tbody are nodes, white space and case as they are; th is no td."
_SOURCE = "Zhong et al., ECCV 2020, section 5; as ibm-aur-nlp/PubTabNet computes it"
MEASURES: Mapping[str, Measure] = {
    **table.MEASURES,
    "published": Measure("TEDS as published", f"1 - tree edit distance over nodes of the larger table. {_PUBLISHED}", _SOURCE),
    "published_structure": Measure("TEDS-S as published", f"TEDS of sections, rows, cells and spans. {_PUBLISHED}", _SOURCE),
    "published_no_bold": Measure(
        "TEDS of ICDAR 2021",
        f"TEDS with the marks of bold letters taken out of both tables. {_PUBLISHED}",
        "Jimeno Yepes et al., ICDAR 2021, task B",
    ),
}


def load(folder: Path) -> Iterator[Item | Trouble]:
    """Every table of the split that is measured on, in the order of the file; `group` is "simple" or "complex" (with spans)."""
    name = _annotations(folder)
    if name is None:
        yield Trouble(str(folder), f"holds none of {', '.join(FILES)}")
        return
    seen: set[str] = set()
    for where, row in (_lines if name.endswith(".jsonl") else _whole)(folder / name, FILES[name]):
        if isinstance(row, str):
            yield Trouble(where, row)
            continue
        picture = Path(str(row.get("filename") or "")).name
        if not picture or Path(picture).stem in seen:
            yield Trouble(where, f"{picture} came before; only the first one is read" if picture else "names no picture")
            continue
        seen.add(Path(picture).stem)
        yield from _item(folder, picture, row)
    if not seen:
        yield Trouble(name, f"holds no table{f' of the split {FILES[name]!r}' if FILES[name] else ''}")


def _annotations(folder: Path) -> str | None:
    return next((name for name in FILES if (folder / name).is_file()), None)


def _lines(path: Path, split: str) -> Iterator[tuple[str, dict[str, Any] | str]]:
    """The rows of one split, a line each; other lines are not even taken apart, there are half a million of them."""
    with open(path, encoding="utf-8", errors="replace") as lines:
        for number, line in enumerate(lines, 1):
            said = _SPLIT.search(line)
            if line.strip() and not (said and said[1] != split):
                row = _json(line)
                yield f"{path.name}, line {number}", row if isinstance(row, dict) else "is not a JSON object"


def _whole(path: Path, split: str) -> Iterator[tuple[str, dict[str, Any] | str]]:
    """The rows of a file that is one object: a list under "images", or the rows under the names of their pictures."""
    held = _json(path.read_text("utf-8", errors="replace"))
    if not isinstance(held, dict):
        yield path.name, "is not a JSON object"
        return
    images = held.get("images")
    rows = enumerate(images) if isinstance(images, list) else held.items()
    for key, row in rows:
        yield f"{path.name}, {key}", {"filename": key, **row} if isinstance(row, dict) else "is not a JSON object"


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _item(folder: Path, picture: str, row: Mapping[str, Any]) -> Iterator[Item | Trouble]:
    name, split = Path(picture).stem, str(row.get("split") or "")
    truth = row.get("html")
    written = truth if isinstance(truth, str) else written_out(truth)
    if written is None or "<table" not in written:
        yield Trouble(name, "has no truth: its html has no structure, or not a cell for every <td>; it is left out")
        return
    places = [folder / place.format(split=Path(split).name) / picture for place in PLACES]
    path = next((place for place in places if place.is_file()), places[0])
    yield Item(name, "table", path, written, group="complex" if _SPAN.search(written) else "simple", notes={"split": split})
    if not path.is_file():
        yield Trouble(name, f"has no picture: {picture} is missing; it counts as read empty")


def written_out(annotation: Any) -> str | None:
    """The HTML of an annotation: its structure with what the cells hold; None where they do not fit together.

    A token of a cell that is one character stands for itself, a longer one is a tag.
    """
    try:
        cells = annotation["cells"] if "cells" in annotation else annotation["cell"]
        texts = iter(["".join(html.escape(token) if len(token) == 1 else token for token in cell["tokens"]) for cell in cells])
        tokens = annotation["structure"]["tokens"]
        whole = "".join(token.replace("</td>", next(texts) + "</td>") if "</td>" in token else token for token in tokens)
    except (KeyError, TypeError, AttributeError, StopIteration, RuntimeError):
        return None
    return None if next(texts, None) is not None else whole if "<table" in whole else f"<table>{whole}</table>"


def judge(reading: str, item: Item) -> dict[str, Score]:
    """The figures of any table, and those that the collection's authors publish."""
    truth, written = str(item.truth), table.written_table(reading)
    if r"\begin" in written and not written.startswith("<"):
        written = show(parse(written))
    return table.judge(reading, truth) | {
        "published": published_teds(written, truth),
        "published_structure": published_teds(written, truth, structure=True),
        "published_no_bold": published_teds(written, truth, ignore=("b",)),
    }


SUITE = Suite(
    name="pubtabnet",
    title="PubTabNet",
    data="""PubTabNet 2.0.0 (github.com/ibm-aur-nlp/PubTabNet): PubTabNet_2.0.0.jsonl beside the folders train, val and test; its
split val is measured. Also its folder examples (PubTabNet_Examples.json beside the pictures), the test set of ICDAR 2021
(final_eval.json beside final_eval/), and a part of SynthTabNet (github.com/IBM/SynthTabNet: synthetic_data.jsonl and
images/test/), of which the split test is measured.""",
    is_in=lambda folder: _annotations(folder) is not None,
    load=load,
    subjects={"table": Subject("table", "format", MEASURES, judge)},
)
