"""How the text of a binary format is seen by those who open it, by programs that nobody here wrote."""

from __future__ import annotations

from collections.abc import Callable

OPENED: dict[str, Callable[[bytes], str]] = {}
