"""Where the store of a server lies."""

from __future__ import annotations

import logging
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import mkdtemp

from ..settings import Settings
from .database import StoreError

_log = logging.getLogger(__name__)


@contextmanager
def place(settings: Settings) -> Iterator[Path]:
    """The store's file: the one that was asked for, else that of this port in the user's state folder, else, for a port nobody knows
    beforehand and where there is no such folder, a passing one, gone afterwards. Raises StoreError."""
    if settings.store is not None:
        yield settings.store.expanduser()
        return
    folder = _made(state()) if settings.port else None
    if folder is not None:
        yield folder / f"serve-{settings.port}.sqlite"
        return
    try:
        passing = mkdtemp(prefix="gotocr-jobs-")  # for its owner alone
    except OSError as error:
        raise StoreError(f"there is no place for the store of jobs ({error.strerror or error}); name one with --store FILE") from error
    try:
        yield Path(passing, "jobs.sqlite")
    finally:
        shutil.rmtree(passing, ignore_errors=True)


def state() -> Path | None:
    """The user's folder for what programs keep, less the part that is ours (XDG Base Directory; on Windows, local application data)."""
    given = os.environ.get("LOCALAPPDATA" if os.name == "nt" else "XDG_STATE_HOME", "")
    try:
        found = Path(given) if os.path.isabs(given) else Path.home() / ".local" / "state"
    except RuntimeError:  # a user without a home
        return None
    return found / "gotocr"


def _made(folder: Path | None) -> Path | None:
    try:
        if folder is not None:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            os.chmod(folder, 0o700)
            if os.access(folder, os.W_OK | os.X_OK):
                return folder
            raise PermissionError("it cannot be written to")
    except OSError as error:
        _log.warning("jobs are kept only as long as this server runs: %s cannot be used (%s); --store FILE names another place", folder, error)
    return None
