"""One evaluation: every picture of a suite read by every system in turn, then judged; what was read is kept as it comes."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple, TextIO

from ..errors import GotocrError, OutputError
from .suite import Item, Scored, Subject, Suite, Trouble
from .systems.process import PLACES, Process, Read
from .systems.system import Choice
from .trust import trust

READINGS = "readings.jsonl"
TIMEOUT = 600.0  # seconds for one picture, then it counts as not read


@dataclass(frozen=True)
class Entrant:
    """One system of a run: what it is called there, which of `SYSTEMS` it is, and what was chosen for it.

    One that is `needed` ends the run where it cannot begin; of another that is only told. One that is not `timed` has
    done its reading before: what it costs here says nothing.
    """

    label: str
    system: str
    choice: Choice = Choice()
    needed: bool = True
    timed: bool = True


@dataclass(frozen=True)
class Order:
    """What is to be measured. `limit` items of each type are taken, spread evenly over the suite."""

    suite: Suite
    folder: Path
    entrants: Sequence[Entrant]
    types: frozenset[str] = frozenset()  # none = all
    limit: int | None = None
    kept: Path | None = None  # folder where readings are kept, and taken from when the run goes on
    timeout: float = TIMEOUT


@dataclass
class Outcome:
    """What came of a run: each system's scored items in the suite's order, what it cost, and what went wrong."""

    order: Order
    scored: dict[str, list[Scored]] = field(default_factory=dict)
    systems: dict[str, dict[str, Any]] = field(default_factory=dict)
    troubles: list[Trouble] = field(default_factory=list)


Tell = Callable[[str, int], None]  # what is being done now, and how many steps there are in all


def evaluate(order: Order, tell: Tell = lambda what, steps: None) -> Outcome:
    """Read and judge all of `order`. Raises GotocrError where the suite or a needed system cannot be opened."""
    outcome = Outcome(order)
    items = list(_items(order, outcome.troubles))
    with Kept(order.kept) as kept, Team(order.entrants, outcome) as team:
        steps = 2 * len(items) * len(team.running)
        keys: dict[tuple[str, str], Key] = {}
        for item in items:
            for label, process in team.running.items():
                tell(f"{label} reads {item.id}", steps)
                mode = order.suite.subjects[item.type].mode
                key = Key(label, item.id, mark(process, item, mode))
                if not kept.has(key):
                    kept.add(key, _row(process.read(item, mode, order.timeout), label in team.timed))
                keys[label, item.id] = key
        for label in team.running:
            rows = []
            for item in items:
                tell(f"judges {label}, {item.id}", steps)
                row = kept.get(keys[label, item.id])
                rows.append(judge(order.suite.subjects[item.type], item, row, outcome.troubles))
            outcome.scored[label] = rows
    _tell_failures(outcome)
    _tell_silence(outcome)
    _tell_lacks(outcome)
    return outcome


def _items(order: Order, troubles: list[Trouble]) -> Iterator[Item]:
    """The items to be read, type by type; what is wrong with the others is not told."""
    found: dict[str, list[Item]] = {}
    told: list[Trouble] = []
    left: set[str] = set()
    for entry in order.suite.load(order.folder):
        if isinstance(entry, Trouble):
            told.append(entry)
        elif order.types and entry.type not in order.types:
            left.add(entry.id)
        else:
            found.setdefault(entry.type, []).append(entry)
    for items in found.values():
        chosen = spread(items, order.limit)
        left |= {item.id for item in items} - {item.id for item in chosen}
        yield from chosen
    troubles += [trouble for trouble in told if trouble.where not in left]


def spread(items: Sequence[Item], limit: int | None) -> Sequence[Item]:
    """`limit` of the items, evenly from the first to the last; always the same ones."""
    if limit is None or limit >= len(items):
        return items
    return [items[(2 * number + 1) * len(items) // (2 * limit)] for number in range(limit)]


def judge(subject: Subject, item: Item, row: Mapping[str, Any], troubles: list[Trouble]) -> Scored:
    """One reading, scored; a judge that fails on it is told of, and the reading then counts as empty."""
    reading = row["text"]
    try:
        scores = subject.judge(reading, item)
    except Exception as error:  # a judge's own fault, and no reason to lose the run
        said = f"{type(error).__name__}: {error}"[:200]
        troubles.append(Trouble(item.id, f"could not be judged ({said}); it counts as read empty"))
        scores = subject.judge("", item)
    return Scored(item, reading, scores, row["seconds"], row["cpu_seconds"], row["error"], row["words"])


def _row(read: Read, timed: bool) -> dict[str, Any]:
    seconds, cpu_seconds = (read.seconds, read.cpu_seconds) if timed else (None, None)
    return {"text": read.text, "seconds": seconds, "cpu_seconds": cpu_seconds, "error": read.error, "words": read.words}


def _tell_failures(outcome: Outcome) -> None:
    for label, rows in outcome.scored.items():
        for row in rows:
            if row.error:
                outcome.troubles.append(Trouble(row.item.id, f"was not read by {label}, and counts as read empty: {row.error}"))
        plain = [row for row in rows if outcome.order.suite.subjects[row.item.type].mode == "plain"]
        outcome.systems[label]["trust"] = trust(plain)
        outcome.systems[label]["failed"] = sum(bool(row.error) for row in rows)
        for key in ("seconds", "cpu_seconds"):
            known = [getattr(row, key) for row in rows if getattr(row, key) is not None]
            outcome.systems[label][key] = sum(known) if known else None


def _tell_silence(outcome: Outcome) -> None:
    """Where a headline says nothing of any item, that is told: what draws may not be installed."""
    for rows in [*outcome.scored.values()][:1]:
        for name, subject in outcome.order.suite.subjects.items():
            key = next(iter(subject.measures))
            found = [row.scores.get(key) for row in rows if row.item.type == name]
            if found and all(score is None for score in found):
                why = "it needs what draws (pip install 'gotocr[synth]'), or no truth here has any"
                outcome.troubles.append(Trouble(name, f"has no figure for {subject.measures[key].name}: {why}"))


def _tell_lacks(outcome: Outcome) -> None:
    """Where a type's figures would be other ones if more were installed, that is told, unless nothing was read at all."""
    read = {row.item.type for rows in outcome.scored.values() for row in rows if row.reading.strip()}
    for name, subject in outcome.order.suite.subjects.items():
        said = subject.lack() if name in read else ""
        if said:
            outcome.troubles.append(Trouble(name, said))


class Team:
    """The systems of a run, each in its process; those that cannot begin are told of, unless they are needed."""

    def __init__(self, entrants: Sequence[Entrant], outcome: Outcome) -> None:
        self._entrants, self._outcome = entrants, outcome
        self.running: dict[str, Process] = {}
        self.timed = {entrant.label for entrant in entrants if entrant.timed}

    def __enter__(self) -> Team:
        for entrant in self._entrants:
            process = Process(entrant.system, entrant.choice)
            try:
                process.start()
            except GotocrError as error:
                process.close()
                if entrant.needed:
                    self.__exit__()
                    raise
                self._outcome.troubles.append(Trouble(entrant.label, f"is not measured: {error}"))
                continue
            self.running[entrant.label] = process
            about: dict[str, Any] = {"version": process.version}
            if entrant.timed:
                about["load_seconds"] = process.load_seconds
            self._outcome.systems[entrant.label] = about
        return self

    def __exit__(self, *_: object) -> None:
        for label, process in self.running.items():
            if label in self.timed:
                self._outcome.systems[label]["peak_bytes"] = process.peak_bytes()
            process.close()


class Key(NamedTuple):
    """Which reading of an item is meant: whose, and by the mark of how it came about."""

    label: str
    item: str
    mark: str


def mark(process: Process, item: Item, mode: str) -> str:
    """Short, and another one when anything changes that a reading depends on: the system, what is asked, the picture."""
    try:
        about = item.image.stat()
        picture = f"{item.image.resolve()} {about.st_size} {about.st_mtime_ns}"
    except OSError:
        picture = "missing"
    place = {name: item.notes[name] for name in PLACES if name in item.notes}
    said = f"{process.version} {process.choice.max_tokens} {mode} {picture} {item.page} {place}"
    return hashlib.sha256(said.encode("utf-8", "replace")).hexdigest()[:16]


class Kept:
    """Readings, a line each in `READINGS` of a folder, so that a run that was ended goes on.

    Without a folder they are kept for this run alone. Readings that failed are not kept for the next run.
    """

    def __init__(self, folder: Path | None) -> None:
        self._path = folder / READINGS if folder else None
        self._file: TextIO | None = None
        self._rows: dict[Key, dict[str, Any]] = {}

    def __enter__(self) -> Kept:
        if self._path:
            try:
                self._path.parent.mkdir(parents=True, exist_ok=True)
                self._file = open(self._path, "a+", encoding="utf-8", errors="replace")
                self._file.seek(0)
                for line in self._file:
                    self._take(line)
                if self._file.tell() and not line.endswith("\n"):
                    self._file.write("\n")  # the run before was ended in the middle of a line
            except OSError as error:
                raise OutputError(f"cannot keep readings in {self._path}: {error.strerror or error}") from error
        return self

    def _take(self, line: str) -> None:
        try:
            row = json.loads(line)
            key = Key(str(row["system"]), str(row["id"]), str(row["mark"]))
            if not row["error"]:
                times = {name: row[name] if row[name] is None else float(row[name]) for name in ("seconds", "cpu_seconds")}
                words = [(str(word), float(sure)) for word, sure in row["words"]]
                self._rows[key] = {"text": str(row["text"]), **times, "error": "", "words": words}
        except (ValueError, KeyError, TypeError):
            pass  # half a line: that item is read again

    def has(self, key: Key) -> bool:
        return key in self._rows

    def get(self, key: Key) -> dict[str, Any]:
        return self._rows[key]

    def add(self, key: Key, row: dict[str, Any]) -> None:
        self._rows[key] = row
        if self._file:
            line = {"system": key.label, "id": key.item, "mark": key.mark, **row}
            try:
                self._file.write(json.dumps(line, ensure_ascii=False) + "\n")
                self._file.flush()
            except OSError as error:
                raise OutputError(f"cannot keep readings in {self._path}: {error.strerror or error}") from error

    def __exit__(self, *_: object) -> None:
        if self._file:
            self._file.close()
