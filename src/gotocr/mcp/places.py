"""The folders that a language model is let at: what it names is looked for in them, and nothing outside is touched or told of.

Links are followed first and judged by where they lead. Pipes, devices and what a system shows of itself as files are no sources.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from urllib.request import url2pathname

from ..errors import GotocrError, InputError, OutputError, TooLargeError, UsageError
from ..formats.format import stem_of
from ..pixels.web import is_address, shown

NOT_FILES = tuple(map(Path, ("/proc", "/sys", "/dev")))  # where what looks like a file is none
MOST_LOOKED_AT = 20_000  # names in folders within folders
_FILE = re.compile(r"file://(?:localhost)?(?=/)", re.IGNORECASE)


class OutsideError(UsageError):
    """A place that is not within the folders; whether anything is there is not said."""


class Places:
    """`roots` are folders without links in their paths; names that are not absolute are looked for in each of them, in order."""

    def __init__(self, roots: Sequence[Path]) -> None:
        self.roots = tuple(roots)

    def file(self, name: str, most: int) -> Path:
        """The file of that name, of at most so many bytes. Raises OutsideError, InputError, TooLargeError."""
        path = self._found(name)
        mode, size = _state(path, name)
        if stat.S_ISDIR(mode):
            raise InputError(f"{shown(name)} is a folder; list_files says what is in it")
        if not stat.S_ISREG(mode):
            raise InputError(f"{shown(name)} is a pipe or a device, and no file")
        if size > most:
            raise TooLargeError(f"{shown(name)} is larger than the limit of {most:,} bytes; --max-bytes sets it")
        return path

    def folder(self, name: str) -> Path:
        """The folder, or the file, of that name. Raises OutsideError and InputError."""
        path = self._found(name)
        _state(path, name)
        return path

    def target(self, folder: str, source: str) -> Path:
        """FOLDER/NAME for the results of a source; it need not be there. Raises OutsideError and OutputError."""
        try:
            path = self._resolved(self._candidates(folder)[0] / stem_of(source), folder)
        except OSError as error:
            raise OutputError(f"cannot write into {shown(folder)}: {error.strerror or error}") from error
        return path

    def shown(self, path: Path) -> str:
        """How a path is called: from its root where there is one alone."""
        if len(self.roots) == 1:
            with suppress(ValueError):
                return path.relative_to(self.roots[0]).as_posix()
        return str(path)

    def spared(self, said: str) -> str:
        """What an error says, with files called as `shown` calls them."""
        root = str(self.roots[0])
        return said if len(self.roots) > 1 or root.endswith(os.sep) else said.replace(root + os.sep, "")

    def inside(self, folder: Path, suffixes: frozenset[str]) -> Iterator[Path]:
        """The visible files with one of some suffixes in a folder and the visible folders within; links to folders are not followed."""
        left = MOST_LOOKED_AT
        for path, inner, files in os.walk(folder):
            inner[:] = sorted(name for name in inner if not name.startswith("."))
            left -= len(inner) + len(files)
            for name in files:
                file = Path(path, name)
                if file.suffix.lower() in suffixes and not name.startswith(".") and _is_said(str(file)) and self._is_file(file):
                    yield file
            if left <= 0:
                return

    def _is_file(self, path: Path) -> bool:
        with suppress(OSError, RuntimeError, GotocrError):
            return stat.S_ISREG(self._resolved(path, path.name).stat().st_mode)
        return False

    def _found(self, name: str) -> Path:
        """Of what a name may mean, the first that is there, else the first."""
        outside, first = None, None
        for candidate in self._candidates(name):
            try:
                path = self._resolved(candidate, name)
            except OutsideError as error:
                outside = outside or error
                continue
            except OSError as error:
                raise InputError(f"cannot read {shown(name)}: {error.strerror or error}") from error
            if os.path.lexists(path):
                return path
            first = first or path
        if first is None:
            raise outside
        return first

    def _candidates(self, name: str) -> list[Path]:
        if not name or "\x00" in name or not _is_said(name):
            raise InputError(f"'{shown(name)}' is not a path")
        if found := _FILE.match(name):
            name = url2pathname(name[found.end() :])
        elif is_address(name):
            raise UsageError(f"{shown(name)} is no path in a folder")
        try:
            path = Path(name).expanduser()
        except RuntimeError as error:
            raise InputError(f"'{shown(name)}' is not a path: {error}") from error
        return [root / path for root in self.roots]  # an absolute one stays what it is

    def _resolved(self, path: Path, name: str) -> Path:
        try:
            found = path.resolve()
        except RuntimeError as error:  # links that lead to each other
            raise InputError(f"cannot read {shown(name)}: its links lead nowhere") from error
        within = any(found.is_relative_to(root) for root in self.roots)
        if not within or any(found.is_relative_to(place) for place in NOT_FILES):
            raise OutsideError(f"{shown(name)} is outside of what this server may see: {', '.join(map(str, self.roots))}; --root lets more in")
        return found


def _state(path: Path, name: str) -> tuple[int, int]:
    """Mode and size."""
    try:
        found = path.stat()
    except FileNotFoundError as error:
        raise InputError(f"there is no file {shown(name)}; list_files says what there is") from error
    except (OSError, ValueError) as error:
        raise InputError(f"cannot read {shown(name)}: {getattr(error, 'strerror', None) or error}") from error
    return found.st_mode, found.st_size


def _is_said(name: str) -> bool:
    """Whether a name is text: others cannot be told to anybody."""
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return True
