"""How much memory a long file takes: the same `gotocr read` over PDFs of few and of many pages, each in a process of its own."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ...errors import EngineError, UsageError
from ...formats import FORMATS
from .bench import Bench
from .rounds import Tell, silent
from .tables import Table, show

A6 = (298, 420)  # points
LINES = 1  # of text on a page
FULL, QUICK = (50, 500), (5, 50)  # pages
PATIENCE = 4 * 3600.0  # seconds

# Reads as the command does, then says what this process and its children (PDFs are drawn in one, by turns) held at most, and took.
_CHILD = """
import sys, threading
from gotocr.cli import main
from gotocr.evaluate.speed.machine import children, peak_memory, processor_time
most, over = [0.0], threading.Event()
def look():
    while not over.wait(0.1):
        most[0] = max(most[0], sum(peak_memory(child) or 0.0 for child in children(begun=True)))
looker = threading.Thread(target=look)
looker.start()
code = main(sys.argv[1:])
over.set()
looker.join()
print(peak_memory() + most[0], processor_time(), file=sys.stderr)
sys.exit(code)
"""


@dataclass(frozen=True)
class LongPlan:
    """What to measure; () = what is sensible here."""

    quick: bool = False
    repeats: int | None = None
    pages: tuple[int, ...] = ()
    to: tuple[str, ...] = ("markdown", "json", "html")  # formats
    model: str = "nano"


def measure(plan: LongPlan, tell: Tell = silent) -> dict[str, Any]:
    """The result in plain values. Raises UsageError for wrong names, EngineError where reading fails."""
    for name in plan.to:
        if name not in FORMATS:
            raise UsageError(f"no format named {name!r}; choose from: {', '.join(FORMATS)}")
    lengths = plan.pages or (QUICK if plan.quick else FULL)
    rows: list[dict[str, Any]] = []
    with tempfile.TemporaryDirectory(prefix="gotocr-bench-") as folder:
        for number, length in enumerate(lengths):
            tell(number / len(lengths), f"{length} pages")
            path = Path(folder) / f"{length}.pdf"
            write_pdf(path, length)
            rows.append(_row(plan, path, length))
    first = rows[0]["peak_mb"]
    for row in rows:
        row["ratio"] = row["peak_mb"] / first
    settings = {"quick": plan.quick, "rounds": 1, "model": Path(plan.model).name, "to": ",".join(plan.to)}
    return {"settings": settings, "rows": rows, "notes": [], "failed": 0}


def _row(plan: LongPlan, path: Path, length: int) -> dict[str, Any]:
    out = path.with_suffix("")
    argv = ["read", str(path), "-o", str(out), "--to", ",".join(plan.to), "--model", plan.model, "--quiet"]
    began = time.perf_counter()
    done = subprocess.run([sys.executable, "-c", _CHILD, *argv], capture_output=True, text=True, timeout=PATIENCE)
    wall = time.perf_counter() - began
    if done.returncode:
        raise EngineError(f"reading {length} pages failed: {done.stderr.strip()[-300:]}")
    peak, processor = map(float, done.stderr.split()[-2:])
    return {
        "pages": length,
        "seconds": round(wall, 3),
        "processor_seconds": round(processor, 3),
        "peak_mb": round(peak, 1),
        "file_bytes": path.stat().st_size,
        "written_bytes": sum(file.stat().st_size for file in out.rglob("*") if file.is_file()),
        "read": _read(out, plan.to),
    }


def _read(out: Path, formats: Sequence[str]) -> int | None:
    """How many pages stand in the JSON, counted without holding it; None without one."""
    if "json" not in formats:
        return None
    with next(out.rglob("*.json")).open(encoding="utf-8") as file:
        return sum(line.count('"index":') for line in file)


def write_pdf(path: Path, pages: int) -> None:
    """A PDF of so many small pages with a few lines of text, each with its number."""
    places, objects = [], 3
    with open(path, "wb") as file:

        def put(number: int, body: bytes) -> None:
            places.append((number, file.tell()))
            file.write(b"%d 0 obj\n%s\nendobj\n" % (number, body))

        file.write(b"%PDF-1.4\n")
        put(3, b"<< /Type /Font /Subtype /Type1 /BaseFont /Times-Roman >>")
        kids = []
        for page in range(pages):
            lines = b"".join(b"(%s) Tj T* " % f"Line {line + 1} of page {page + 1} of the book".encode() for line in range(LINES))
            stream = b"BT /F1 14 Tf 20 TL 40 %d Td %sET" % (A6[1] - 80, lines)
            put(objects + 1, b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream))
            box = b"[0 0 %d %d]" % A6
            put(objects + 2, b"<< /Type /Page /Parent 2 0 R /MediaBox %s /Resources << /Font << /F1 3 0 R >> >> /Contents %d 0 R >>" % (box, objects + 1))
            kids.append(b"%d 0 R" % (objects + 2))
            objects += 2
        put(2, b"<< /Type /Pages /Count %d /Kids [%s] >>" % (pages, b" ".join(kids)))
        put(1, b"<< /Type /Catalog /Pages 2 0 R >>")
        table = file.tell()
        file.write(b"xref\n0 %d\n0000000000 65535 f \n" % (objects + 1))
        for _, place in sorted(places):
            file.write(b"%010d 00000 n \n" % place)
        file.write(b"trailer << /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (objects + 1, table))


def tables(result: Any) -> Iterator[Table]:
    """A row for each length."""
    head = ("pages", "s", "cpu s", "pages/s", "peak MB", "ratio of memory", "file kB", "written kB")
    rows = [
        (
            str(row["pages"]),
            show(row["seconds"]),
            show(row["processor_seconds"]),
            show(row["pages"] / row["seconds"]),
            show(row["peak_mb"]),
            show(row["ratio"]),
            show(row["file_bytes"] / 1e3),
            show(row["written_bytes"] / 1e3),
        )
        for row in result["rows"]
    ]
    yield Table(head, tuple(rows), 0)


BENCH = Bench(LongPlan, measure, tables)
