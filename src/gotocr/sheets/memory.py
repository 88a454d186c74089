"""Pages that were read, kept by a name for their content: the last few of this process, and in a folder those of other runs.

What a name stands for is `recall`'s; here it is 64 hexadecimal digits. In the folder each page is a file of two lines of JSON,
a head with the digest of the second line, and the page itself. A file appears whole or not at all, so that several processes
can use one folder; what is damaged, or not ours, is passed over. Those that were not used for longest go first.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import tempfile
import time
from collections import OrderedDict
from contextlib import suppress
from os import PathLike
from pathlib import Path
from threading import Lock

from ..errors import OutputError
from ..formats.leaves import pack, unpack
from ..schema import Leaf

NEAR_PAGES, NEAR_BYTES = 256, 4 << 20  # of pages that this process keeps
FAR_BYTES = 1 << 30  # of the files in a folder
LARGEST = 64 << 20  # bytes of one file
FILLED = 0.9  # of its room that a folder is emptied to
LOOK = 16  # a folder is measured after every such part of its room that was written
STALE = 3600.0  # seconds after which a file that is being written is one that nobody finishes
FORMAT = "gotocr page 1"
_NAME = re.compile(r"[0-9a-f]{64}\.page")
_PART = re.compile(r"\.[0-9a-z_]+\.part")


class Memory:
    """Pages by name; for several threads. `found` counts those that were given back, `trouble` says why the folder takes no more."""

    def __init__(self, folder: str | PathLike[str] | None = None, most: int = FAR_BYTES) -> None:
        """With a `folder`, pages of other runs are found, too; it holds about `most` bytes of them. Raises OutputError for one that cannot be made."""
        self.folder = None if folder is None else Path(folder).expanduser()
        self.most, self.found, self.trouble = most, 0, ""
        self._near: OrderedDict[str, str] = OrderedDict()
        self._bytes = 0
        self._unmeasured: float = most  # bytes written since the folder was measured
        self._lock = Lock()
        if self.folder is not None:
            try:
                self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            except OSError as error:
                raise OutputError(f"cannot make the folder {self.folder}: {error.strerror or error}") from error

    def __contains__(self, name: str) -> bool:
        """Whether a page is likely to be found; its file may be damaged, or gone by then."""
        with self._lock:
            return name in self._near or (self.folder is not None and os.path.isfile(self._path(name)))

    def find(self, name: str) -> Leaf | None:
        """The page of that name, if it is there; its index is the one it had when it was read."""
        with self._lock:
            line = self._near.get(name)
            if line is not None:
                self._near.move_to_end(name)
            elif self.folder is not None and (line := self._read(name)) is not None:
                self._keep_near(name, line)
            if line is None:
                return None
            try:
                leaf = unpack(line)
            except ValueError:
                return None
            self.found += 1
            return leaf

    def keep(self, name: str, leaf: Leaf) -> None:
        """Remember a page. Where it cannot be written it is not, and nobody has to know before the end."""
        line = pack(leaf)
        with self._lock:
            self._keep_near(name, line)
            if self.folder is not None:
                try:
                    self._write(name, line)
                except OSError as error:
                    self.trouble = error.strerror or str(error)

    def _keep_near(self, name: str, line: str) -> None:
        self._bytes += len(line) - len(self._near.pop(name, ""))
        self._near[name] = line
        while self._near and (len(self._near) > NEAR_PAGES or self._bytes > NEAR_BYTES):
            self._bytes -= len(self._near.popitem(last=False)[1])

    def _path(self, name: str) -> Path:
        return self.folder / f"{name}.page"

    def _read(self, name: str) -> str | None:
        """The second line of a page's file; None where there is none, or it is not what was written."""
        path = self._path(name)
        try:
            with open(path, "rb") as file:
                head, _, body = file.read(LARGEST).partition(b"\n")
            if not body.endswith(b"\n") or json.loads(head) != _head(name, body):
                return None
            line = body.decode("ascii")
        except (OSError, ValueError, RecursionError):
            return None
        with suppress(OSError):
            os.utime(path)  # it was used just now
        return line

    def _write(self, name: str, line: str) -> None:
        body = line.encode("ascii") + b"\n"
        whole = json.dumps(_head(name, body)).encode() + b"\n" + body
        if len(whole) > min(LARGEST, self.most):
            return
        handle, part = tempfile.mkstemp(".part", ".", self.folder)  # for its owner alone, as the folder is
        try:
            with open(handle, "wb") as file:
                file.write(whole)
            os.replace(part, self._path(name))
        except BaseException:
            with suppress(OSError):
                os.unlink(part)
            raise
        self._unmeasured += len(whole)
        if self._unmeasured > self.most / LOOK:
            self._unmeasured = 0
            self._make_room()

    def _make_room(self) -> None:
        """Let go of what was not used for longest where there is too much, and of what a run that was ended left half written."""
        files, now = [], time.time()
        with os.scandir(self.folder) as entries:
            for entry in entries:
                ours = _NAME.fullmatch(entry.name)
                if not ours and not _PART.fullmatch(entry.name):
                    continue
                with suppress(OSError):  # another process was faster
                    state = entry.stat(follow_symlinks=False)
                    if ours:
                        files.append((state.st_mtime_ns, state.st_size, entry.path))
                    elif now - state.st_mtime > STALE:
                        os.unlink(entry.path)
        taken = sum(size for _, size, _ in files)
        if taken <= self.most:
            return
        for _, size, path in sorted(files):
            if taken <= FILLED * self.most:
                return
            with suppress(OSError):
                os.unlink(path)
            taken -= size


def _head(name: str, body: bytes) -> dict[str, str]:
    return {"what": FORMAT, "page": name, "sha256": hashlib.sha256(body).hexdigest()}
