"""Who is at work: a process of a machine, so that others see whether it still is."""

from __future__ import annotations

import hashlib
import os
import socket
from contextlib import suppress
from functools import lru_cache
from pathlib import Path


@lru_cache(maxsize=1)
def machine() -> str:
    """This machine since it was last started, and the numbering of processes that this one is in."""
    with suppress(OSError):
        boot = Path("/proc/sys/kernel/random/boot_id").read_text("ascii").strip()
        return f"{socket.gethostname()}/{boot}/{os.readlink('/proc/self/ns/pid')}"
    return socket.gethostname()


@lru_cache(maxsize=1)
def machine_mark() -> str:
    """8 hexadecimal digits for it."""
    return hashlib.sha256(machine().encode()).hexdigest()[:8]


def begun(process: int) -> str:
    """When a process began, in ticks since the machine did, as its number may be given to another; "" = there is none, or nobody can tell."""
    with suppress(OSError, IndexError):
        return Path(f"/proc/{process}/stat").read_text("utf-8", "replace").rpartition(")")[2].split()[19]
    return ""


def is_gone(process: int, began: str) -> bool:
    """Whether a process of this machine is surely none any more."""
    return bool(begun(os.getpid())) and begun(process) != began
