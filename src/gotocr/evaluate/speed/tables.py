"""Results of measuring as tables of text: one form for the terminal and for a page."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Result = Mapping[str, Any]  # plain values: "settings" (with "quick" and "rounds"), "rows", "notes", and how many "failed"
NONE = "-"


@dataclass(frozen=True)
class Table:
    """Rows of cells under a head; the first `words` columns are words, the rest are numbers, set to the right.

    A column named in `wide` is for pages only: on a terminal there is no room for it.
    """

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    words: int = 1
    wide: tuple[str, ...] = ()

    def text(self) -> str:
        """For a terminal: columns with two spaces between them."""
        columns = []
        for place, column in enumerate(zip(self.head, *self.rows, strict=True)):
            if column[0] not in self.wide:
                width = max(map(len, column))
                columns.append([cell.ljust(width) if place < self.words else cell.rjust(width) for cell in column])
        return "\n".join("  ".join(line).rstrip() for line in zip(*columns, strict=True))

    def markdown(self) -> str:
        rules = ["---" if place < self.words else "---:" for place in range(len(self.head))]
        lines = [self.head, rules, *self.rows]
        return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)


def read_tables(result: Result) -> Iterator[Table]:
    """What each model and engine takes to load, and how it reads each input."""
    loading = [
        (
            _reader(row),
            show(row["load"]["median"]),
            reach(row["load"]),
            show(row["loaded_mb"]),
            show(row["peak_mb"]),
            show(row["device_peak_mb"]),
        )
        for row in result["models"]
    ]
    head = ("reader", "load s", "least–most", "loaded MB", "peak MB", "device MB")
    kept = slice(None) if any(row["device_peak_mb"] is not None for row in result["models"]) else slice(-1)
    yield Table(head[kept], tuple(row[kept] for row in loading))
    rows = []
    for row in result["rows"]:
        seconds, ratio = row["page_seconds"], row["ratio"]
        rows.append(
            (
                _input(row),
                _reader(row),
                str(row["tokens"] or NONE),
                show(seconds["median"]),
                reach(seconds),
                show(row["page_processor_seconds"]["median"]),
                show(row["pages_per_second"]["median"]),
                show(row["first_token_seconds"]["median"]),
                show(row["tokens_per_second"] and row["tokens_per_second"]["median"]),
                show(ratio["median"]) if ratio else "1",
                interval(ratio),
            )
        )
    head = ("input", "reader", "tokens", "s/page", "least–most", "cpu s", "pages/s", "first s", "tokens/s", "ratio", "interval")
    for name, key in (("peak MB", "peak_mb"), ("device MB", "device_peak_mb")):
        if any(row.get(key) is not None for row in result["rows"]):  # results of earlier days have none
            head = (*head, name)
            rows = [(*cells, show(row.get(key))) for cells, row in zip(rows, result["rows"], strict=True)]
    yield Table(head, tuple(rows), 2, ("pages/s", "peak MB", "device MB"))


def make_tables(result: Result) -> Iterator[Table]:
    """How each kind is drawn."""
    rows = [
        (
            row["kind"],
            show(row["rate"]),
            reach(row["rates"]),
            show(row["milliseconds"]),
            show(row["slowest_milliseconds"]),
            show(row["megapixels"]),
            str(row["glyphs"]),
        )
        for row in result["rows"]
    ]
    yield Table(("kind", "samples/s", "least–most", "ms, median", "ms, slowest", "megapixels", "glyphs"), tuple(rows))


def serve_tables(result: Result) -> Iterator[Table]:
    """How servers answer, by the number of clients; first what our own ones took, where they were started."""
    started = [(row["server"], show(row["ready_seconds"]), show(row["peak_mb"])) for row in result.get("servers", ())]
    if started:
        yield Table(("server", "ready s", "peak MB"), tuple(started))
    head = (
        "clients",
        "answers",
        "errors",
        "requests/s",
        "least–most",
        "tokens/s",
        "first s",
        "p95",
        "answer s",
        "p95",
        "ratio",
        "interval",
    )
    rows = [_served(row, len(head)) for row in result["rows"]]
    if started:
        rows = [(row["server"], *cells) for row, cells in zip(result["rows"], rows, strict=True)]
        yield Table(("server", *head), tuple(rows))
    else:
        yield Table(head, tuple(rows), 0)


def _served(row: Result, width: int) -> tuple[str, ...]:
    counts = (str(row["clients"]), str(row["answers"]), str(row["errors"]))
    if not row["answers"]:
        return (*counts, *[NONE] * (width - len(counts)))
    first, whole, ratio = row["first_token_seconds"], row["answer_seconds"], row["ratio"]
    rates = (
        show(row["requests_per_second"]["median"]),
        reach(row["requests_per_second"]),
        show(row["tokens_per_second"]["median"]),
    )
    times = (show(first["p50"]), show(first["p95"]), show(whole["p50"]), show(whole["p95"]))
    return (*counts, *rates, *times, show(ratio["median"]) if ratio else "1", interval(ratio))


def show(value: float | None) -> str:
    """Three digits that count, never in powers of ten."""
    if value is None:
        return NONE
    digits = f"{value:.2e}"
    places = max(2 - int(digits.partition("e")[2]), 0)
    return f"{float(digits) if abs(value) < 1000 else value:.{min(places, 6)}f}"


def reach(figures: Mapping[str, float]) -> str:
    return f"{show(figures['low'])}–{show(figures['high'])}"


def interval(ratio: Mapping[str, float] | None) -> str:
    """Of a ratio; of a single round there is none."""
    return reach(ratio) if ratio and ratio["sure"] else ""


def machine_line(machine: Result) -> str:
    """What it was measured on, short."""
    packages = ", ".join(f"{name} {version}" for name, version in machine["packages"].items() if name in ("onnxruntime", "torch"))
    load = f", load {machine['load'][0]:.1f} at the start" if machine["load"] else ""
    return f"{machine['processor']}, {machine['cores']} cores{load}; Python {machine['python']}, {packages}"


def title(name: str, result: Result) -> str:
    """One line over the tables of a subject: how often, and what was taken."""
    settings: Sequence[tuple[str, object]] = [*result["settings"].items()]
    said = ", ".join(f"{key.replace('_', ' ')} {value}" for key, value in settings if key != "quick")
    return f"{name}{' --quick' if result['settings']['quick'] else ''}: {said}"


def _reader(row: Result) -> str:
    name = row.get("name") or row["model"]
    return " ".join([name, row["engine"], *([row["device"]] if row["device"] != "cpu" else [])])


def _input(row: Result) -> str:
    if row["input"] != "lines":
        return row["input"]
    if row["pictures"] == 1:
        return "1 line"
    return f"{row['pictures']} lines {'at once' if row['at_once'] else 'in turn'}"
