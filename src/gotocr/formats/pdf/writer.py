"""A PDF of new pages, written object by object to a file: memory holds where they begin, not what they are (ISO 32000-1, 7.5)."""

from __future__ import annotations

import zlib
from typing import BinaryIO

_HEAD = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"
CATALOG, PAGES = 1, 2


class PageWriter:
    """Write pages one behind the other, then `close`; the file is the caller's."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._at = 0
        self._places: dict[int, int] = {}  # where objects begin, by number
        self._next = PAGES + 1
        self._pages: list[int] = []
        self._put(_HEAD)

    def stream(self, entries: str, data: bytes) -> int:
        """The number of a new stream; `entries` are those of its dictionary besides the length."""
        head = f"<< {entries} /Length {len(data)} >>\nstream\n".encode()
        return self._object(head, data, b"\nendstream")

    def page(self, width: float, height: float, content: bytes = b"", resources: str = "") -> None:
        """A page of so many points; `resources` are the entries of their dictionary."""
        shown = ""
        if content:
            shown = f" /Contents {self.stream('/Filter /FlateDecode', zlib.compress(content))} 0 R"
        box = f"[0 0 {width:.3f} {height:.3f}]"
        said = f"<< /Type /Page /Parent {PAGES} 0 R /MediaBox {box} /Resources << {resources} >>{shown} >>"
        self._pages.append(self._object(said.encode()))

    def close(self) -> None:
        """What makes it a file."""
        kids = " ".join(f"{number} 0 R" for number in self._pages)
        self._object(f"<< /Type /Catalog /Pages {PAGES} 0 R >>".encode(), number=CATALOG)
        self._object(f"<< /Type /Pages /Count {len(self._pages)} /Kids [{kids}] >>".encode(), number=PAGES)
        table, count = self._at, self._next
        self._put(f"xref\n0 {count}\n0000000000 65535 f \n".encode())
        for number in range(1, count):
            self._put(f"{self._places[number]:010d} 00000 n \n".encode())
        self._put(f"trailer\n<< /Size {count} /Root {CATALOG} 0 R >>\nstartxref\n{table}\n%%EOF\n".encode())

    def _object(self, *parts: bytes, number: int | None = None) -> int:
        if number is None:
            number, self._next = self._next, self._next + 1
        self._places[number] = self._at
        self._put(f"{number} 0 obj\n".encode())
        for part in parts:
            self._put(part)
        self._put(b"\nendobj\n")
        return number

    def _put(self, data: bytes) -> None:
        self._file.write(data)
        self._at += len(data)
