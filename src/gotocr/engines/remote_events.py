"""Server-sent events as chat servers send them: bytes in any parts become JSON, event by event.

The form is WHATWG HTML, section 9.2 "Server-sent events"; of its fields only `data` says something here. Lines end in
CR LF, LF or CR; comments keep the line alive. What is split within a letter is whole again once its line is.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from ..errors import EngineError

LONGEST = 4 << 20  # bytes of a line, and of an event
DONE = "[DONE]"
_END = re.compile(rb"\r\n|\n|\r")


class Events:
    """Push parts of a stream; `is_done` once the server said that it is."""

    def __init__(self) -> None:
        self._rest = bytearray()
        self._data: list[str] = []
        self._is_first = True
        self.is_done = False

    def push(self, part: bytes) -> Iterator[dict[str, Any]]:
        """The events that are whole now. Raises EngineError for what is no JSON, or has no end."""
        is_parted = self._rest.endswith(b"\r") or _END.search(part) is not None
        self._rest += part
        if len(self._rest) > LONGEST:
            raise EngineError(f"the server's answer has a line of more than {LONGEST:,} bytes")
        if not is_parted:
            return
        text = bytes(self._rest)
        held = b"\r" if text.endswith(b"\r") else b""  # a line feed may come behind it
        *lines, rest = _END.split(text[: len(text) - len(held)])
        self._rest[:] = rest + held
        for line in lines:
            yield from self._line(line)

    def close(self) -> Iterator[dict[str, Any]]:
        """What is left where the stream ends without an empty line, as some do."""
        rest = bytes(self._rest)
        self._rest.clear()
        yield from self._line(rest.rstrip(b"\r"))
        yield from self._line(b"")

    def _line(self, line: bytes) -> Iterator[dict[str, Any]]:
        if self._is_first:
            line, self._is_first = line.removeprefix(b"\xef\xbb\xbf"), False
        if self.is_done:
            return
        if not line:
            if self._data:
                data, self._data = "\n".join(self._data), []
                found = _parsed(data)
                if found is None:
                    raise EngineError("the server's answer is no JSON where it should be")
                yield found
            return
        name, _, value = line.decode("utf-8", "replace").partition(":")
        if name != "data":
            return
        value = value.removeprefix(" ")
        if not self._data:
            if value.strip() == DONE:
                self.is_done = True
                return
            if (found := _parsed(value)) is not None:  # no need to wait for the empty line, which some leave out
                yield found
                return
        self._data.append(value)
        if sum(map(len, self._data)) > LONGEST:
            raise EngineError(f"the server's answer has an event of more than {LONGEST:,} bytes")


def _parsed(text: str) -> dict[str, Any] | None:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None
