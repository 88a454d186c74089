"""A folder that appears whole or not at all: what is made lies beside its place until all of it is there."""

from __future__ import annotations

import errno
import glob
import json
import os
import secrets
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from ..errors import OutputError

MANIFEST = "manifest.json"  # what was made: its "files" are all others of the folder by name
PACKED = ".packed"  # what reading keeps beside a model, see `got_packed`
_MOUNTED = (errno.EBUSY, errno.EXDEV)  # what renaming says of a place where a volume is mounted
_STALE = 3600.0  # seconds after which half a folder is nobody's any more


@contextmanager
def whole_folder(target: Path, force: bool = False) -> Iterator[Path]:
    """A new folder to write in, in a `with` statement; at its end it stands at `target`, after an error there is none.

    Raises OutputError where there is something at `target` already, unless it is an empty folder, or `force` and a
    folder that was made so: one with a manifest, and nothing in it that the manifest does not name.
    """
    target = target.expanduser().absolute()
    _look(target, force)
    part = target.with_name(f".{target.name}.{secrets.token_hex(4)}.part")
    try:
        _tidy(target)
        part.mkdir(parents=True)
        yield part
        _look(target, force)  # somebody else may have been quicker
        _put(part, target)
    except OSError as error:
        why = "it is a file system of its own; name a folder within it" if error.errno in _MOUNTED else error.strerror or error
        raise OutputError(f"cannot write {target}: {why}") from error
    finally:
        shutil.rmtree(part, ignore_errors=True)


def _look(target: Path, force: bool) -> None:
    if not target.exists() and not target.is_symlink():
        return
    if not target.is_dir() or target.is_symlink():
        raise OutputError(f"{target} is no folder; name another one")
    if not any(target.iterdir()):
        return
    if not force:
        raise OutputError(f"{target} exists already; name another folder, or replace it with --force")
    names = _named(target)
    if not names:
        raise OutputError(f"{target} holds something else than a model that was converted, so it is not replaced; name another folder")
    for entry in sorted(target.iterdir()):
        if entry.is_dir() or not (entry.name in names or PACKED in entry.name):
            raise OutputError(f"{target} holds {entry.name[:80]!r}, which is not of the model there, so it is not replaced; name another folder")


def _named(target: Path) -> set[str]:
    """The manifest and the files that it names; none where there is no manifest."""
    try:
        return {MANIFEST, *json.loads((target / MANIFEST).read_text("utf-8"))["files"]}
    except (OSError, ValueError, TypeError, KeyError, RecursionError):
        return set()


def _put(part: Path, target: Path) -> None:
    if not target.exists():
        os.rename(part, target)
        return
    old = target.with_name(f".{target.name}.{secrets.token_hex(4)}.part")
    os.rename(target, old)
    try:
        os.rename(part, target)
    except OSError:
        os.rename(old, target)
        raise
    shutil.rmtree(old, ignore_errors=True)


def _tidy(target: Path) -> None:
    """Take away what runs that were killed left here."""
    if not target.parent.is_dir():
        return
    for left in target.parent.glob(f".{glob.escape(target.name)}.????????.part"):
        with suppress(OSError):
            if time.time() - left.stat().st_mtime > _STALE:
                shutil.rmtree(left, ignore_errors=True)
