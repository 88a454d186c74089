"""What was copied: the picture on the clipboard, or the files whose names are on it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from urllib.parse import unquote, urlsplit

from PIL import Image, ImageGrab

from ..errors import InputError, UsageError

CLIPBOARD = "clipboard:"
ADVICE = "save the picture to a file and give its path"
BUILT_IN = sys.platform in ("win32", "darwin")  # PIL needs no other program there
WAIT = 5.0  # seconds for the program that knows the clipboard

_FILES = "text/uri-list"  # RFC 2483
_ASK = (
    ("WAYLAND_DISPLAY", "wl-paste", ("wl-paste", "-n", "-t", _FILES)),
    ("DISPLAY", "xclip", ("xclip", "-selection", "clipboard", "-t", _FILES, "-o")),
)


def copied() -> Image.Image | list[str]:
    """The picture on the clipboard, not yet checked, or the paths of the files that were copied.

    Raises `UsageError` where this machine has no clipboard that can be read, `InputError` where nothing that could
    be read is on it.
    """
    if not BUILT_IN:
        if not any(os.environ.get(screen) for screen, _, _ in _ASK):
            raise UsageError(f"there is no clipboard without a screen; {ADVICE}")
        if files := _files():
            return files
    try:
        found = ImageGrab.grabclipboard()
    except NotImplementedError as error:
        needed = "wl-clipboard" if os.environ.get("WAYLAND_DISPLAY") else "xclip"
        raise UsageError(f"the clipboard cannot be read without {needed}; install it, or {ADVICE}") from error
    except Exception as error:  # whatever another program put there
        says = " ".join((str(error) or type(error).__name__).split())[:120]
        raise InputError(f"the clipboard cannot be read ({says}); {ADVICE}") from error
    if found is None or (isinstance(found, list) and not found):
        raise InputError("there is no picture on the clipboard; copy one first")
    return found


def copied_files() -> list[str]:
    """The paths of the files that were copied; none where it is a picture or nothing can be read."""
    try:
        found = copied()
    except (UsageError, InputError):
        return []
    return found if isinstance(found, list) else []


def _files() -> list[str]:
    """What a file manager copied on Linux, where PIL asks for pictures alone."""
    for screen, program, command in _ASK:
        if os.environ.get(screen) and shutil.which(program):
            try:
                done = subprocess.run(command, capture_output=True, timeout=WAIT, check=False)
            except (OSError, subprocess.SubprocessError):
                return []
            return paths_of(done.stdout.decode("utf-8", "surrogateescape")) if done.returncode == 0 else []
    return []


def paths_of(text: str) -> list[str]:
    """The local files in a list of addresses, one a line; comments and addresses elsewhere are left out."""
    found = []
    for line in text.splitlines():
        parts = urlsplit(line.strip()) if line.startswith("file:") else None
        if parts and parts.netloc in ("", "localhost") and parts.path:
            found.append(str(Path(unquote(parts.path, errors="surrogateescape"))))
    return found
