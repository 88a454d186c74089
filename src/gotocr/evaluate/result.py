"""An evaluation as plain data: what was measured, where, the figures with their intervals, and every item; as JSON on disk."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timezone
from importlib.metadata import version
from pathlib import Path
from statistics import median
from typing import Any

from ..errors import InputError
from .file import whole
from .run import Outcome
from .speed.machine import describe
from .statistics import difference, figure
from .suite import Item, Measure, Part, Score, Scored, Subject

FORM = 1  # of the JSON; raised when a reader of older files would go wrong
MOST_GROUPS = 40  # a suite that parts its items further has no table of its groups


def build(outcome: Outcome) -> dict[str, Any]:
    """The result of a run: JSON values only. Scores of an item: a number, [value, weight] to be summed, or null."""
    order, subjects = outcome.order, outcome.order.suite.subjects
    asked = {row.item.type for rows in outcome.scored.values() for row in rows}
    overall = order.suite.overall
    return {
        "form": FORM,
        "gotocr": version("gotocr"),
        "date": datetime.now(timezone.utc).isoformat(timespec="seconds"),
        "suite": order.suite.name,
        "title": order.suite.title,
        "folder": order.folder.resolve().name,
        "machine": describe(),
        "options": {"limit": order.limit, "types": sorted(order.types) or None},
        "systems": outcome.systems,
        "subjects": {name: _subject(subject) for name, subject in subjects.items() if name in asked},
        "tables": [*_tables(outcome)],
        "overall": {label: _values(overall(rows)) for label, rows in outcome.scored.items()} if overall else {},
        "items": [*_items(outcome)],
        "troubles": [{"where": trouble.where, "what": trouble.what} for trouble in outcome.troubles],
    }


def summary(result: Mapping[str, Any]) -> dict[str, Any]:
    """A result without its items and troubles' details: small enough to be kept beside a table made from it."""
    return {key: value for key, value in result.items() if key not in ("items", "troubles")} | {
        "items": len(result["items"]),
        "troubles": len(result["troubles"]),
    }


def _subject(subject: Subject) -> dict[str, Any]:
    return {"mode": subject.mode, "measures": {key: _measure(measure) for key, measure in subject.measures.items()}}


def _measure(measure: Measure) -> dict[str, Any]:
    return {field: getattr(measure, field) for field in ("name", "definition", "source", "higher", "share")}


def _tables(outcome: Outcome) -> Iterator[dict[str, Any]]:
    """The figures of each system and type: of all its items, by language and by group where there are several."""
    first = next(iter(outcome.scored.values()), [])
    for name, subject in outcome.order.suite.subjects.items():
        rows = [index for index, row in enumerate(first) if row.item.type == name]
        for part, chosen in _parts([first[index].item for index in rows]):
            where = [rows[index] for index in chosen]
            columns = {label: [scored[index] for index in where] for label, scored in outcome.scored.items()}
            leading = next(iter(columns))
            for label, column in columns.items():
                row = {"system": label, "type": name, **part, "count": len(where), "seconds_median": _median(column)}
                row["figures"] = {key: _figure(key, column) for key in subject.measures}
                others = columns[leading] if label != leading else None
                row["against"] = {key: _against(key, column, others) for key in subject.measures} if others else {}
                yield row


def _parts(items: Sequence[Item]) -> Iterator[tuple[dict[str, str | None], list[int]]]:
    if items:
        yield {"language": None, "group": None}, [*range(len(items))]
    for key in ("language", "group"):
        names = sorted({getattr(item, key) for item in items})
        if 1 < len(names) <= MOST_GROUPS:
            for name in names:
                chosen = [index for index, item in enumerate(items) if getattr(item, key) == name]
                yield {"language": None, "group": None, key: name}, chosen


def _figure(key: str, rows: Sequence[Scored]) -> dict[str, Any] | None:
    found = figure([row.scores.get(key) for row in rows])
    return found and found._asdict()


def _against(key: str, rows: Sequence[Scored], others: Sequence[Scored]) -> dict[str, Any] | None:
    """How much higher than the system named first, item by item."""
    found = difference([row.scores.get(key) for row in rows], [row.scores.get(key) for row in others])
    return found and found._asdict()


def _median(rows: Sequence[Scored]) -> float | None:
    known = [row.seconds for row in rows if row.seconds is not None]
    return median(known) if known else None


def _items(outcome: Outcome) -> Iterator[dict[str, Any]]:
    for rows in zip(*outcome.scored.values(), strict=True):
        item: Item = rows[0].item
        truth = item.truth if isinstance(item.truth, str) else json.dumps(item.truth, ensure_ascii=False, default=str)
        picture = os.path.relpath(item.image, outcome.order.folder)
        yield {
            **{"id": item.id, "type": item.type, "language": item.language, "group": item.group},
            **{"image": Path(picture).as_posix(), "page": item.page, "truth": truth},
            "readings": {label: _reading(row) for label, row in zip(outcome.scored, rows, strict=True)},
        }


def _reading(row: Scored) -> dict[str, Any]:
    scores = {key: _score(score) for key, score in row.scores.items()}
    times = {"seconds": row.seconds, "cpu_seconds": row.cpu_seconds}
    return {"text": row.reading, **times, "error": row.error, "scores": scores}


def _score(score: Score) -> float | list[float] | None:
    return [*map(float, score)] if isinstance(score, Part) else None if score is None else float(score)


def _values(figures: Mapping[str, float]) -> dict[str, float]:
    return {name: float(value) for name, value in figures.items()}


def save(data: Mapping[str, Any], path: Path) -> None:
    """Write JSON; the file appears whole or not at all. Raises OutputError."""
    with whole(path) as part:
        part.write_text(json.dumps(data, ensure_ascii=False, indent=1) + "\n", "utf-8", "replace")


def load(path: Path) -> dict[str, Any]:
    """A result as `save` wrote it. Raises InputError for what is none."""
    try:
        data = json.loads(path.read_text("utf-8"))
    except OSError as error:
        raise InputError(f"cannot read {path}: {error.strerror or error}") from error
    except (ValueError, RecursionError) as error:
        raise InputError(f"{path} is not JSON: {error}") from error
    if not isinstance(data, dict) or data.get("form") != FORM:
        raise InputError(f"{path} is no result of this version of gotocr evaluate; run it again")
    return data
