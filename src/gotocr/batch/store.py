"""Where results go and sources come from: a folder of this disk, or a store of objects behind fsspec (s3://bucket/prefix).

A file appears whole or not at all, under either. `create` is for one writer alone where the place can promise that: a
disk by a hard link, S3 by a conditional PUT.
"""

from __future__ import annotations

import os
import re
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, NamedTuple, Protocol
from urllib.parse import urlsplit

from ..errors import MissingExtraError, OutputError, UsageError
from .halves import half, scratch, tidy

_SCHEME = re.compile(r"([a-z][a-z0-9+.-]+)(::|://)")
PARTS = "work"  # where files lie that have no name yet
LIST = 1000  # objects of a listing in memory, where the store lists by pages


class Entry(NamedTuple):
    """A file of a store: its name below the store's root, bytes, and what changes when its content does ("" = nothing known)."""

    name: str
    size: int
    tag: str


class Store(Protocol):
    """Files by names with slashes. All of it raises OSError: FileNotFoundError for what is not there."""

    root: str

    def read(self, name: str) -> bytes: ...
    def write(self, name: str, data: bytes) -> None: ...
    def create(self, name: str, data: bytes) -> bool: ...  # False where there is one of that name
    def put(self, path: Path, name: str) -> None: ...  # a file of this disk, which is gone afterwards
    def remove(self, name: str) -> None: ...  # or it is not there anyway
    def names(self, folder: str) -> Iterator[str]: ...  # of the files directly in it, in any order
    def spare(self) -> Path: ...  # a path of this disk for a file that is to be `put`
    def tidy(self) -> None: ...  # take away what those left half written who are gone
    def entries(self) -> Iterator[Entry]: ...  # all files, in any order, not those with a dot before a name
    def state(self, name: str) -> Entry: ...
    def is_there(self) -> bool: ...  # whether it can be listed, and holds anything
    def fetched(self, name: str) -> Any: ...  # a `with` statement: the path of a file of this disk with its content


def is_remote(place: str) -> bool:
    """Whether a place is not a path of this disk."""
    found = _SCHEME.match(place)
    return found is not None and not place.startswith("file://")


def open_store(place: str) -> Store:
    """The store at a path or fsspec URL. Raises UsageError for a protocol that nobody knows, MissingExtraError."""
    if not is_remote(place):
        return Disk(os.path.abspath(os.path.expanduser(place.removeprefix("file://"))))
    if _has_password(place):
        raise UsageError("a password in a URL would stand in every row; give it by fsspec's own settings (~/.config/fsspec), and take it out of the URL")
    try:
        import fsspec
    except ImportError as cause:
        raise MissingExtraError("batch", place.split(":")[0] + "://", cause) from cause
    try:
        system, path = fsspec.core.url_to_fs(place, skip_instance_cache=True, use_listings_cache=False)
    except ImportError as cause:
        raise MissingExtraError("s3", place.split(":")[0] + "://", cause) from cause
    except ValueError as cause:
        raise UsageError(f"{place}: {cause}") from cause
    return Objects(place.rstrip("/"), system, path.rstrip("/"))


def _has_password(place: str) -> bool:
    with suppress(ValueError):
        return urlsplit(place).password is not None
    return False


class Disk:
    """A folder of this disk, made when first written to."""

    def __init__(self, root: str) -> None:
        self.root = root

    def _at(self, name: str) -> str:
        return os.path.join(self.root, name) if name else self.root

    def read(self, name: str) -> bytes:
        with open(self._at(name), "rb") as file:
            return file.read()

    def write(self, name: str, data: bytes) -> None:
        part = self._written(name, data)
        self._end(part, lambda: os.replace(part, self._at(name)))

    def create(self, name: str, data: bytes) -> bool:
        part = self._written(name, data)
        try:
            os.link(part, self._at(name))
            return True
        except FileExistsError:
            return False
        except OSError:  # a disk without links
            with suppress(FileExistsError), open(self._at(name), "xb") as file:
                file.write(data)
                return True
            return False
        finally:
            os.unlink(part)

    def put(self, path: Path, name: str) -> None:
        os.makedirs(os.path.dirname(self._at(name)), exist_ok=True)
        with open(path, "rb+") as file:
            os.fsync(file.fileno())
        os.replace(path, self._at(name))

    def spare(self) -> Path:
        folder = Path(self.root, PARTS)
        folder.mkdir(parents=True, exist_ok=True)
        return folder / half()

    def tidy(self) -> None:
        tidy(self._at(PARTS))

    def _written(self, name: str, data: bytes) -> str:
        """A file on the same disk, with a content that is to get that name."""
        part = str(self.spare())
        os.makedirs(os.path.dirname(self._at(name)), exist_ok=True)

        def write() -> None:
            with open(part, "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())

        self._end(part, write)
        return part

    def _end(self, part: str, do: Any) -> None:
        try:
            do()
        except BaseException:
            with suppress(OSError):
                os.unlink(part)
            raise

    def remove(self, name: str) -> None:
        with suppress(FileNotFoundError):
            os.unlink(self._at(name))
        with suppress(OSError):
            if name.startswith("work/"):
                os.rmdir(os.path.dirname(self._at(name)))

    def names(self, folder: str) -> Iterator[str]:
        with suppress(FileNotFoundError), os.scandir(self._at(folder)) as inside:
            yield from (entry.name for entry in inside if not entry.name.startswith("."))

    def entries(self) -> Iterator[Entry]:
        if os.path.isfile(self.root):
            yield self.state("")
            return
        waiting = [""]
        while waiting:
            folder = waiting.pop()
            with os.scandir(self._at(folder)) as inside:
                for entry in inside:
                    name = f"{folder}/{entry.name}" if folder else entry.name
                    if entry.name.startswith("."):
                        continue
                    if entry.is_dir(follow_symlinks=False):
                        waiting.append(name)
                    elif entry.is_file():
                        with suppress(FileNotFoundError):  # gone meanwhile
                            status = entry.stat()
                            yield Entry(name, status.st_size, str(status.st_mtime_ns))

    def state(self, name: str) -> Entry:
        status = os.stat(self._at(name))
        return Entry(name, status.st_size, str(status.st_mtime_ns))

    def is_there(self) -> bool:
        with suppress(OSError):
            if not os.path.isdir(self.root):
                return os.path.exists(self.root)
            with os.scandir(self.root) as inside:  # a disk that is not mounted any more leaves an empty folder
                return any(True for _ in inside)
        return False

    @contextmanager
    def fetched(self, name: str) -> Iterator[str]:
        yield self._at(name)


class _Calls:
    """A file system whose calls raise nothing but OSError: those behind fsspec (botocore, aiohttp) have trees of errors of their own."""

    def __init__(self, system: Any) -> None:
        self._system = system

    def __getattr__(self, name: str) -> Any:
        function = getattr(self._system, name)

        def call(*given: Any, **named: Any) -> Any:
            try:
                return function(*given, **named)
            except OSError:
                raise
            except Exception as error:
                raise OSError(f"{type(error).__name__}: {error}") from error

        return call


class Objects:
    """A prefix of a file system of fsspec; used by several threads."""

    def __init__(self, root: str, system: Any, path: str) -> None:
        self.root, self._system, self._path = root, _Calls(system), path
        protocols = system.protocol if isinstance(system.protocol, (tuple, list)) else (system.protocol,)
        self._is_s3 = "s3" in protocols
        self._lock = threading.Lock()

    def _at(self, name: str) -> str:
        return f"{self._path}/{name}" if name else self._path

    def read(self, name: str) -> bytes:
        return self._system.cat_file(self._at(name))

    def write(self, name: str, data: bytes) -> None:
        self._ready(name)
        self._system.pipe_file(self._at(name), data)

    def create(self, name: str, data: bytes) -> bool:
        self._ready(name)
        path = self._at(name)
        try:
            if self._is_s3:
                self._system.pipe_file(path, data, mode="create")
                return True
        except FileExistsError:
            return False
        except OSError as error:
            if "NotImplemented" not in repr(error):  # a server that knows no conditions: then as good as can be
                raise
        with self._lock:
            if self._system.exists(path):
                return False
            self._system.pipe_file(path, data)
        return True

    def put(self, path: Path, name: str) -> None:
        self._ready(name)
        try:
            self._system.put_file(str(path), self._at(name))
        finally:
            path.unlink()

    def _ready(self, name: str) -> None:
        if not self._is_s3:  # where folders are things
            self._system.makedirs(self._at(name).rsplit("/", 1)[0], exist_ok=True)

    def spare(self) -> Path:
        return Path(scratch(os.getpid()), half())

    def tidy(self) -> None:
        """Objects come whole, so nothing is half written there: but copies of them are left here by processes that were killed."""
        tidy(tempfile.gettempdir())

    def remove(self, name: str) -> None:
        with suppress(FileNotFoundError):
            self._system.rm_file(self._at(name))

    def names(self, folder: str) -> Iterator[str]:
        below = f"{self._at(folder)}/"
        if self._is_s3:
            yield from (path[len(below) :] for path, _, _ in self._pages(below, "/"))
            return
        self._system.invalidate_cache()
        with suppress(FileNotFoundError):
            for path in self._system.ls(below.rstrip("/"), detail=False):
                yield path.rstrip("/").rsplit("/", 1)[1]

    def entries(self) -> Iterator[Entry]:
        below = f"{self._path}/"
        if self._is_s3:
            found = False
            for path, size, tag in self._pages(below):
                found = True
                if not path.endswith("/"):
                    yield from _shown(Entry(path[len(below) :], size, tag))
            if not found and self._system.isfile(self._path):
                yield self.state("")
            return
        self._system.invalidate_cache()
        if self._system.isfile(self._path):
            yield self.state("")
            return
        for _, _, files in self._system.walk(self._path, detail=True):
            for info in files.values():
                yield from _shown(self._entry(info["name"][len(below) :], info))

    def _pages(self, prefix: str, delimiter: str = "") -> Iterator[tuple[str, int, str]]:
        """Path, bytes and tag of the objects below a prefix, a page of the listing at a time."""
        bucket, _, key = prefix.partition("/")
        asked = {"Bucket": bucket, "Prefix": key, "MaxKeys": LIST, **({"Delimiter": delimiter} if delimiter else {})}
        while True:
            page = self._system.call_s3("list_objects_v2", **asked)
            for found in page.get("Contents", ()):
                yield f"{bucket}/{found['Key']}", found["Size"], self._tag(found)
            if not page.get("IsTruncated"):
                return
            asked["ContinuationToken"] = page["NextContinuationToken"]

    def _entry(self, name: str, info: Any) -> Entry:
        return Entry(name, int(info.get("size") or 0), self._tag(info))

    def _tag(self, info: Any) -> str:
        """What a store says of a file's state; "etag:..." hangs on nothing but the content, which is so of S3's ETag, and of no other's."""
        etag = info.get("ETag") or info.get("etag")
        if etag and self._is_s3:
            return "etag:" + str(etag).strip('"')
        return str(etag or next((info[name] for name in ("mtime", "LastModified", "Last-Modified", "last_modified", "created") if info.get(name)), ""))

    def state(self, name: str) -> Entry:
        return self._entry(name, self._system.info(self._at(name)))

    def is_there(self) -> bool:
        with suppress(OSError, StopIteration):
            next(self.entries())
            return True
        return False

    @contextmanager
    def fetched(self, name: str) -> Iterator[str]:
        """A copy for as long as it is needed."""
        path = f"{self.spare()}{os.path.splitext(name or self._path)[1][:16]}"
        try:
            self._system.get_file(self._at(name), path)
            yield path
        finally:
            with suppress(OSError):
                os.unlink(path)


def _shown(entry: Entry) -> Iterator[Entry]:
    if not any(part.startswith(".") for part in entry.name.split("/")):
        yield entry


@contextmanager
def writing(store: Store) -> Iterator[None]:
    """Turns what a store says when it cannot be written into an OutputError."""
    try:
        yield
    except OSError as error:
        raise OutputError(f"cannot write to {store.root}: {error.strerror or error}") from error


