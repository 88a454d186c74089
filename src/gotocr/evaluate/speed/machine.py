"""What a measurement was made on, and what a process used of it: processor time and the most memory."""

from __future__ import annotations

import os
import platform
import re
import sys
import time
from datetime import datetime, timezone
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

PACKAGES = ("gotocr", "numpy", "pillow", "onnxruntime", "torch")
THREADS = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS", "OMP_WAIT_POLICY")
MEGA = 1e6


def describe() -> dict[str, object]:
    """This machine now, in plain values; nothing heavy is imported. What cannot be told is None."""
    return {
        "date": datetime.now(timezone.utc).isoformat(timespec="seconds"),
        "processor": _processor(),
        "cores": cores(),
        "memory_gb": _memory(),
        "system": f"{platform.system()} {platform.release()} {platform.machine()}",
        "python": platform.python_version(),
        "packages": {name: found for name in PACKAGES if (found := _version(name))},
        "threads": {name: os.environ[name] for name in THREADS if name in os.environ},
        "load": [round(value, 2) for value in os.getloadavg()] if hasattr(os, "getloadavg") else None,
    }


def cores() -> int:
    """Cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def peak_memory(process: int | None = None) -> float | None:
    """Megabytes (10^6) a process held at most so far, by default this one; None where the system does not tell.

    Linux hands a new program the `ru_maxrss` of the process that started it, so its own mark is read there.
    """
    try:
        status = Path(f"/proc/{process or 'self'}/status").read_text()
        found = re.search(r"^VmHWM:\s*(\d+) kB", status, re.MULTILINE)
        if found:
            return int(found[1]) * 1024 / MEGA
    except OSError:
        pass
    if process is not None:
        return None
    try:
        import resource
    except ImportError:  # Windows
        return None
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most * (1 if sys.platform == "darwin" else 1024) / MEGA


def children(begun: bool = False) -> set[int]:
    """The living child processes of this one, where Linux's process table tells; none elsewhere.

    One that was only just started still is this program, and its memory is this one's; with `begun` it is left out.
    """
    try:
        found = {int(child) for task in Path("/proc/self/task").iterdir() for child in (task / "children").read_text().split()}
    except OSError:
        return set()
    return {child for child in found if _command(child) != _command(os.getpid())} if begun else found


def _command(process: int) -> bytes | None:
    """What a process was started as; None for one that is gone."""
    try:
        return Path(f"/proc/{process}/cmdline").read_bytes()
    except OSError:
        return None


def processor_time() -> float:
    """Seconds of processor time of this process and of its children, living ones too where the system tells."""
    ended = os.times()
    return time.process_time() + ended.children_user + ended.children_system + _living()


def _living() -> float:
    """Of child processes that still run, by Linux's process table; 0 elsewhere."""
    try:
        fields = [Path(f"/proc/{child}/stat").read_text().rpartition(")")[2].split() for child in children()]
    except OSError:
        return 0.0
    return sum(int(field[11]) + int(field[12]) for field in fields) / os.sysconf("SC_CLK_TCK")


def _processor() -> str | None:
    try:
        found = re.search(r"^model name\s*:\s*(.+)$", Path("/proc/cpuinfo").read_text("utf-8", "replace"), re.MULTILINE)
    except OSError:
        found = None
    return found[1].strip() if found else platform.processor() or None


def _memory() -> float | None:
    try:
        return round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9, 1)
    except (AttributeError, ValueError, OSError):
        return None


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None
