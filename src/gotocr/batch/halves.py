"""Files that are half written or only passing: their names say who writes them, so that others take away what the dead left."""

from __future__ import annotations

import atexit
import os
import re
import shutil
import tempfile
import time
from contextlib import suppress
from functools import lru_cache
from itertools import count

from .owner import begun, is_gone, machine_mark

STALE = 86_400.0  # seconds after which one of another machine is nobody's
_NAME = re.compile(r"\.([0-9a-f]{8})-(\d+)-(\d*)-\w+\.part")
_PREFIX = "gotocr"  # of those in a folder for everybody
_numbers = count()


def half() -> str:
    """A name for a file that nobody is to see yet, no two alike."""
    return f"{_ours()}{next(_numbers)}.part"


def _ours() -> str:
    return f".{machine_mark()}-{os.getpid()}-{begun(os.getpid())}-"


@lru_cache(maxsize=1)
def scratch(process: int) -> str:
    """A folder of this disk for this process alone: /tmp is everybody's, and a name that can be guessed may be a link by the time it is used."""
    folder = tempfile.mkdtemp(".part", f"{_PREFIX}{_ours()}")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


def tidy(folder: str) -> None:
    """Take away what processes left in a folder that are gone. Raises OSError."""
    with suppress(FileNotFoundError), os.scandir(folder) as inside:
        for entry in inside:
            if (found := _NAME.fullmatch(entry.name.removeprefix(_PREFIX))) is None:
                continue
            ours = found[1] == machine_mark()
            with suppress(FileNotFoundError, PermissionError):  # somebody else's
                if is_gone(int(found[2]), found[3]) if ours else time.time() - entry.stat().st_mtime > STALE:
                    shutil.rmtree(entry.path) if entry.is_dir(follow_symlinks=False) else os.unlink(entry.path)
