"""How many processors this process may really use: of the machine's, those it may run on, and what its container is given of them."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import suppress
from math import ceil
from pathlib import Path

CGROUPS, OWN = Path("/sys/fs/cgroup"), Path("/proc/self/cgroup")
THREADS = "OMP_NUM_THREADS"


def processors() -> int:
    """At least one. A quota of one and a half processors counts as two: threads that wait cost less than a core that idles."""
    many = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(1, min([many, *(ceil(quota) for quota in _quotas())]))


def threads() -> int:
    """How many threads may work on one thing: a processor each, and no more than OMP_NUM_THREADS, as is usual where processes share a machine."""
    asked = os.environ.get(THREADS, "")
    return min(processors(), max(1, int(asked))) if asked.isascii() and asked.isdigit() else processors()


def _quotas() -> Iterator[float]:
    """Processors by the quotas of the control groups that this process is in, of both versions (Linux, cgroups(7))."""
    try:
        lines = OWN.read_text("ascii", "replace").splitlines()
    except OSError:  # another system
        return
    for line in lines:
        _, controllers, path = [*line.split(":", 2), "", ""][:3]
        if controllers and "cpu" not in controllers.split(","):
            continue
        root = CGROUPS / controllers if controllers else CGROUPS
        own = root / path.lstrip("/")
        for folder in (own, *(parent for parent in own.parents if root in (parent, *parent.parents))):
            with suppress(OSError, ValueError, ZeroDivisionError):
                quota, period = _limit(folder, is_old=bool(controllers))
                if quota > 0:
                    yield quota / period


def _limit(folder: Path, is_old: bool) -> tuple[float, float]:
    """Microseconds of processor time in a period, 0 or less where there is no limit, and the period."""
    if is_old:
        return tuple(float((folder / f"cpu.cfs_{name}_us").read_text("ascii")) for name in ("quota", "period"))
    quota, period = (folder / "cpu.max").read_text("ascii").split()
    return (0.0 if quota == "max" else float(quota)), float(period)
