"""The files that jobs read, in a folder beside the store: each under a name of its own, overwritten before it is deleted."""

from __future__ import annotations

import errno
import logging
import os
import secrets
import shutil
from collections.abc import Collection
from contextlib import suppress
from pathlib import Path

from .database import StoreError, StoreFullError

_PIECE = 1 << 20
_log = logging.getLogger(__name__)


class Sources:
    """A folder that belongs to one store alone, of at most `most` bytes with all that is in it. Raises StoreError where it cannot be
    made or written to."""

    def __init__(self, folder: Path, most: int) -> None:
        self._folder, self._most = folder, most
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            os.chmod(folder, 0o700)
        except OSError as error:
            said = f"nothing can be kept in {folder} ({error.strerror or error}); name another place with --store FILE"
            raise StoreError(said) from error

    def path(self, name: str) -> Path:
        return self._folder / name

    def take(self, path: Path) -> str:
        """A copy of a file, on the disk when this returns; gives its name here. Where it can be, it is the same file."""
        name = secrets.token_hex(16)
        there = self.path(name)
        try:
            try:
                os.link(path, there)
                os.chmod(there, 0o600)
            except OSError:  # another disk, or one that knows no links
                with path.open("rb") as source, open(there, "wb", opener=_own) as file:
                    shutil.copyfileobj(source, file, _PIECE)
            with there.open("rb+") as file:
                os.fsync(file.fileno())
        except OSError as error:
            self.drop(name)
            if error.errno in (errno.ENOSPC, errno.EDQUOT):
                raise StoreFullError(self._most) from error
            _log.error("nothing can be kept in %s: %s", self._folder, error)
            raise StoreError("the file cannot be kept; the server's log says why") from error
        return name

    def drop(self, name: str) -> None:
        """Delete a file: what stood in it is overwritten first. One that cannot be (it is open, on Windows) is left for `sweep`."""
        path = self.path(name)
        with suppress(OSError):
            with path.open("rb+") as file:
                left = os.fstat(file.fileno()).st_size
                while left > 0:
                    left -= file.write(bytes(min(left, _PIECE)))
                file.flush()
                os.fsync(file.fileno())
        with suppress(OSError):
            path.unlink()

    def sweep(self, known: Collection[str]) -> None:
        """Delete all files but those of some names: what a server left that was ended in the middle of something."""
        with suppress(OSError):
            for name in os.listdir(self._folder):
                if name not in known:
                    self.drop(name)


def _own(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
