"""ChartQA-SE and PlotQA-SE: charts with their values and titles, as OneChart's ChartSE_eval reads them.

Chen et al., "OneChart: Purify the Chart Structural Extraction via One Auxiliary Token" (arXiv 2404.09987),
github.com/LingyvKong/OneChart.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from ...metrics.chart import TOLERANCES, scrm
from ..judges import chart
from ..suite import Item, Scored, Subject, Suite, Trouble

PICTURES = frozenset((".png", ".jpg", ".jpeg", ".webp"))
HEAD = 4096  # characters of a file by which it is known


def load(folder: Path) -> Iterator[Item | Trouble]:
    """Every chart of every list in the folder."""
    pictures: dict[str, list[Path]] = {}
    for path in sorted(folder.rglob("*")):
        if path.suffix.lower() in PICTURES:
            pictures.setdefault(path.name, []).append(path)
    lists = _lists(folder)
    for path in sorted({*folder.glob("*.json")} - {*lists}):
        yield Trouble(path.name, "is no list of charts with images and gts; it is passed over")
    named: set[Path] = set()
    for path in lists:
        for found in _charts(folder, path, pictures):
            named.update([found.image] if isinstance(found, Item) else [])
            yield found
    if left := sum(path not in named for found in pictures.values() for path in found):
        yield Trouble(str(folder), f"{left} pictures are of no item: no list names them with their values; they are left out")


def _lists(folder: Path) -> list[Path]:
    return [path for path in sorted({*folder.glob("*.json"), *folder.glob("*/*.json")}) if _is_list(path)]


def _is_list(path: Path) -> bool:
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            head = file.read(HEAD)
    except OSError:
        return False
    return head.lstrip().startswith("[") and '"images"' in head and '"gts"' in head


def _charts(folder: Path, path: Path, pictures: Mapping[str, Sequence[Path]]) -> Iterator[Item | Trouble]:
    name = path.relative_to(folder).as_posix()
    try:
        rows = json.loads(path.read_text("utf-8", errors="replace"))
    except (ValueError, RecursionError):
        yield Trouble(name, "is not JSON; none of its charts is read")
        return
    seen: set[str] = set()
    for number, row in enumerate(rows if isinstance(rows, list) else [], 1):
        picture = row.get("images") if isinstance(row, dict) else None
        truth = row.get("gts") if isinstance(row, dict) else None
        where = f"{name}, chart {number}"
        if not isinstance(picture, str) or not picture:
            yield Trouble(where, "names no picture under images")
        elif not isinstance(truth, dict) or not isinstance(truth.get("values"), (dict, list)) or not truth["values"]:
            yield Trouble(where, f"{picture} has no truth: gts holds no values; it is left out")
        elif picture in seen:
            yield Trouble(where, f"{picture} came before; only the first one is read")
        else:
            seen.add(picture)
            yield from _item(folder, path, (picture, truth), pictures)


def _item(
    folder: Path, path: Path, row: tuple[str, dict[str, Any]], pictures: Mapping[str, Sequence[Path]]
) -> Iterator[Item | Trouble]:
    picture, truth = row
    found = pictures.get(Path(picture).name, [])
    same = [one for one in found if one.parent.name.startswith(path.stem.split("_")[0])] if len(found) > 1 else []
    image = (same or [*found, folder / Path(picture).name])[0]
    name = f"{path.stem}__{Path(picture).stem}"
    item = Item(name, "chart", image, json.dumps(truth, ensure_ascii=False), group=path.stem)
    yield item
    if not found:
        yield Trouble(item.id, f"has no picture: {picture} is missing; it counts as read empty")


def overall(rows: Sequence[Scored]) -> Mapping[str, float]:
    """The mean precisions as OneChart's script counts: a true triplet may be equal to several read ones."""
    pairs = [(chart.series(row.reading), chart.series_of_truth(str(row.item.truth))) for row in rows]
    return {
        f"SCRM AP@{tolerance} (counted as published)": sum(scrm(one, other, tolerance, once=False) for one, other in pairs)
        / max(len(pairs), 1)
        for tolerance in TOLERANCES
    }


SUITE = Suite(
    name="chartqa-se",
    title="ChartQA-SE and PlotQA-SE",
    data="""The archive ChartSE_Benchmark that github.com/LingyvKong/OneChart links to (Google Drive), unpacked: lists such as
ChartQA_test_human_filter.json, each [{"images": NAME, "gts": {"title", "source", "x_title", "y_title", "values"}}, ...], and
the pictures of these names in any folder below.""",
    is_in=lambda folder: bool(_lists(folder)),
    load=load,
    subjects={"chart": Subject("chart", "format", chart.MEASURES, lambda reading, item: chart.judge(reading, str(item.truth)))},
    overall=overall,
)
