"""How the MCP server is set up: one field is one option of `gotocr mcp`."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from ..errors import UsageError
from ..pixels.limits import Limits

DRAWING = 30.0  # seconds a page of a PDF may take to draw
SILENCE = 20.0  # seconds a foreign server may stay silent


@dataclass(frozen=True)
class Settings:
    """Sizes in bytes and pixels, times in seconds."""

    roots: tuple[Path, ...] = ()  # folders whose files may be read; none = the current one
    write: bool = False  # whether files may be written into them
    allow_urls: bool = False  # fetch sources from public addresses
    max_bytes: int = 256 << 20  # of one source
    max_pixels: int = 100_000_000  # of one page, decoded
    deadline: float = 300.0  # of a call, waiting and all

    @property
    def limits(self) -> Limits:
        return Limits(self.max_pixels, self.max_bytes, min(SILENCE, self.deadline), min(DRAWING, self.deadline), apart=True)

    @property
    def folders(self) -> tuple[Path, ...]:
        """The folders that may be looked into, without links in their paths. Raises UsageError for what is none."""
        here = Path.cwd()
        if not self.roots and here == Path(here.anchor):
            raise UsageError(f"all of {here} would be let in; say which folders may be read: --root DIR")
        found = []
        for root in self.roots or (here,):
            try:
                found.append(root.expanduser().resolve(strict=True))
                os.listdir(found[-1])
            except (OSError, ValueError, RuntimeError) as error:
                raise UsageError(f"--root {root} cannot be looked into ({getattr(error, 'strerror', None) or error})") from error
        return tuple(dict.fromkeys(found))
