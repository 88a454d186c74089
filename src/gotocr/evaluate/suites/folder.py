"""Any folder of pictures with a `truth.jsonl`: one JSON object a line with `id`, `type`, `image` and `truth`.

This is what `gotocr make` writes. `lang` and `group` (or `source`) part the figures further; other keys are kept as notes.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ..subjects import SUBJECTS
from ..suite import Item, Suite, Trouble

TRUTH = "truth.jsonl"
NEEDED = ("id", "type", "image", "truth")


def load(folder: Path) -> Iterator[Item | Trouble]:
    """Every line as an item; raises nothing: lines that cannot be used are told of."""
    if not (folder / TRUTH).is_file():
        yield Trouble(TRUTH, f"is not in {folder}")
        return
    seen: set[str] = set()
    with open(folder / TRUTH, encoding="utf-8", errors="replace") as lines:
        for number, line in enumerate(lines, 1):
            if not line.strip():
                continue
            where = f"{TRUTH}, line {number}"
            row = _row(line)
            if isinstance(row, str):
                yield Trouble(where, row)
            elif row["id"] in seen:
                yield Trouble(where, f"the id {row['id']} came before; only the first one is read")
            else:
                seen.add(row["id"])
                yield from _item(folder, row)


def _row(line: str) -> dict[str, Any] | str:
    """The object of a line, its id as text; or what is wrong with it."""
    try:
        row = json.loads(line)
    except (ValueError, RecursionError):
        return "is not JSON"
    if not isinstance(row, dict):
        return "is not a JSON object"
    missing = [key for key in NEEDED if row.get(key) is None]
    if missing:
        return f"{row.get('id', 'an item')} has no {' and no '.join(missing)}; each line needs {', '.join(NEEDED)}"
    return row | {"id": str(row["id"])}


def _item(folder: Path, row: dict[str, Any]) -> Iterator[Item | Trouble]:
    name, kind, picture = row["id"], str(row["type"]), folder / str(row["image"])
    if kind not in SUBJECTS:
        yield Trouble(name, f"is of the unknown type {kind!r}; the types are {', '.join(SUBJECTS)}")
        return
    truth = row["truth"] if isinstance(row["truth"], str) else json.dumps(row["truth"], ensure_ascii=False)
    page = row.get("page", 0)
    known = {*NEEDED, "lang", "group", "page"}
    notes = {key: value for key, value in row.items() if key not in known}
    yield Item(
        name, kind, picture, truth, str(row.get("lang") or "en"), str(row.get("group") or ""),
        page if isinstance(page, int) and page >= 0 else 0, notes,
    )  # fmt: skip
    if not picture.is_file():
        yield Trouble(name, f"has no picture: {row['image']} is missing; it counts as read empty")


SUITE = Suite(
    name="folder",
    title="Pictures with their truth",
    data=f"""Any folder with a {TRUTH}: a JSON object a line, with id, type, image (a path from the folder) and truth; lang,
group and page (of a PDF, from 0) if you like. `gotocr make KIND -o DIR` writes such folders.""",
    is_in=lambda folder: (folder / TRUTH).is_file(),
    load=load,
    subjects=SUBJECTS,
)
