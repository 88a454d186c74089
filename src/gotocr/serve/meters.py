"""What the server counts, as Prometheus reads it (text format 0.0.4), and how long a full queue takes to read."""

from __future__ import annotations

import math
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterator
from threading import Lock

BOUNDS = (0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 120.0, 300.0)  # seconds
CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
RECENT = 0.2  # weight of the newest reading in the usual time of one
SHORTEST, LONGEST = 1, 600  # seconds anybody is asked to wait before trying again


class Histogram:
    """Durations by upper bounds."""

    def __init__(self) -> None:
        self.counts = [0] * (len(BOUNDS) + 1)
        self.total = 0.0

    def add(self, seconds: float) -> None:
        self.counts[bisect_left(BOUNDS, seconds)] += 1
        self.total += seconds

    def lines(self, name: str) -> Iterator[str]:
        below = 0
        for bound, count in zip((*map(str, BOUNDS), "+Inf"), self.counts, strict=True):
            below += count
            yield f'{name}_bucket{{le="{bound}"}} {below}'
        yield f"{name}_sum {self.total:.6f}"
        yield f"{name}_count {below}"


class Meters:
    """Counters for any thread. `gauges` are asked when somebody looks: name -> (help, value)."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._requests: Counter[tuple[str, int]] = Counter()
        self._sums = dict.fromkeys(_SUMS, 0)
        self._seconds = {name: Histogram() for name in _SECONDS}
        self._usual: float | None = None
        self.gauges: dict[str, tuple[str, Callable[[], float]]] = {}

    def answered(self, path: str, status: int) -> None:
        with self._lock:
            self._requests[path, status] += 1

    def add(self, name: str, amount: int) -> None:
        with self._lock:
            self._sums[name] += amount

    def took(self, name: str, seconds: float) -> None:
        with self._lock:
            self._seconds[name].add(seconds)

    def stepped(self, rows: int, seconds: float) -> None:
        """One call of the network for so many rows."""
        with self._lock:
            self._sums["gotocr_steps_total"] += 1
            self._sums["gotocr_step_rows_total"] += rows
            self._seconds["gotocr_step_seconds"].add(seconds)

    def read(self, seconds: float) -> None:
        """One request was read to its end, in so many seconds after its turn had come."""
        with self._lock:
            usual = seconds if self._usual is None else self._usual
            self._usual = usual + RECENT * (seconds - usual)
            self._seconds["gotocr_reading_seconds"].add(seconds)

    def wait(self, waiting: int, at_once: int) -> int:
        """Whole seconds until `waiting` requests will have been read, `at_once` at a time, by the pace of late."""
        usual = self._usual if self._usual is not None else SHORTEST
        return min(max(math.ceil(usual * waiting / at_once), SHORTEST), LONGEST)

    def text(self) -> str:
        return "\n".join(self._lines()) + "\n"

    def _lines(self) -> Iterator[str]:
        gauges = [(name, about, value()) for name, (about, value) in self.gauges.items()]
        with self._lock:
            yield "# HELP gotocr_requests_total Requests by path and status of the answer; 499 = whoever asked went away."
            yield "# TYPE gotocr_requests_total counter"
            for (path, status), count in sorted(self._requests.items()):
                yield f'gotocr_requests_total{{path="{path}",status="{status}"}} {count}'
            for name, about in _SUMS.items():
                yield from (f"# HELP {name} {about}", f"# TYPE {name} counter", f"{name} {self._sums[name]}")
            for name, about, value in gauges:
                yield from (f"# HELP {name} {about}", f"# TYPE {name} gauge", f"{name} {value:g}")
            for name, about in _SECONDS.items():
                yield from (f"# HELP {name} {about}", f"# TYPE {name} histogram")
                yield from self._seconds[name].lines(name)


_SUMS = {
    "gotocr_prompt_tokens_total": "Tokens of prompts, a slot of a picture as one.",
    "gotocr_completion_tokens_total": "Tokens handed out.",
    "gotocr_pages_total": "Pages begun.",
    "gotocr_steps_total": "Calls of the network that write.",
    "gotocr_step_rows_total": "Rows of all those calls: by gotocr_steps_total, how many were written at once.",
}
_SECONDS = {
    "gotocr_queue_seconds": "From when a request was understood until its turn came.",
    "gotocr_first_text_seconds": "From when a request was understood until its first text.",
    "gotocr_reading_seconds": "From when its turn came until it was read.",
    "gotocr_step_seconds": "Of one call of the network.",
}
