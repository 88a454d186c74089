"""A font without ink for text that is there to be found, not seen: it gives each character a code, and says which it is.

The idea is Tesseract's and OCRmyPDF's: one empty glyph of half an em stands for every character, the words are stretched to
their boxes, and a ToUnicode map (ISO 32000-1, 9.10.3) tells programs what was written. Codes are given as characters come,
so that all of Unicode fits in two bytes and the file names only what is in it.
"""

from __future__ import annotations

import struct

ADVANCE = 500  # of every glyph, in thousandths of the size
ASCENT, DESCENT = 780, -220  # what programs show as selected; an em together
MOST = 65_000  # characters of one font; codes are two bytes
ROOM = 5_000  # of those, kept free before a page begins
LOST = "\ufffd"
_BLOCK = 100  # entries of a bfchar section at most (Adobe Technical Note 5014)
_UNITS = 1000  # to the em
_ONE = 1 << 16  # as a number of 16.16 bits
NAME = "GotocrWithoutInk"


class Font:
    """Codes from 1 on, for the characters it was asked for."""

    def __init__(self) -> None:
        self._codes: dict[str, int] = {}

    @property
    def full(self) -> bool:
        """Whether the next page should begin another."""
        return len(self._codes) > MOST - ROOM

    def hex(self, text: str) -> str:
        """The codes of a text as a PDF writes them between < and >."""
        return "".join(f"{self._code(character):04X}" for character in text)

    def _code(self, character: str) -> int:
        if "\ud800" <= character <= "\udfff" or (character not in self._codes and len(self._codes) >= MOST):
            character = LOST
        return self._codes.setdefault(character, len(self._codes) + 1)

    def to_unicode(self) -> bytes:
        """The CMap from codes to characters."""
        lines = [
            "/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap",
            "/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def",
            "/CMapName /Adobe-Identity-UCS def\n/CMapType 2 def",
            "1 begincodespacerange\n<0000> <FFFF>\nendcodespacerange",
        ]
        pairs = [f"<{code:04X}> <{character.encode('utf-16-be').hex().upper()}>" for character, code in self._codes.items()]
        for start in range(0, len(pairs), _BLOCK):
            some = pairs[start : start + _BLOCK]
            lines += [f"{len(some)} beginbfchar", *some, "endbfchar"]
        lines.append("endcmap\nCMapName currentdict /CMap defineresource pop\nend\nend\n")
        return "\n".join(lines).encode()

    def glyphs(self) -> bytes:
        """The CIDToGIDMap: every code shows the one glyph there is."""
        return b"\x00\x01" * (len(self._codes) + 1)


def program() -> bytes:
    """The font as TrueType: two glyphs without ink, and the tables that a PDF asks for (ISO 32000-1, 9.9).

    The outline is a line there and back, which has no inside to be painted: programs that ask a glyph where it ends, to show
    what is selected, get an answer.
    """
    box = 0, DESCENT, ADVANCE, ASCENT
    outline = _padded(struct.pack(">h4hHHBB4h", 1, *box, 1, 0, 1, 1, 0, ADVANCE, DESCENT, ASCENT - DESCENT))
    slope_upright = 1, 0  # of the caret: rise, run
    return _joined(
        {
            b"cmap": struct.pack(">HHHHI12H", 0, 1, 3, 1, 12, 4, 24, 0, 2, 2, 0, 0, 0xFFFF, 0, 0xFFFF, 1, 0),  # maps nothing
            b"glyf": outline,
            b"head": struct.pack(">IIIIHHqq4hHHhhh", _ONE, _ONE, 0, 0x5F0F3CF5, 0, _UNITS, 0, 0, *box, 0, 8, 2, 0, 0),
            b"hhea": struct.pack(">IhhhH11hH", _ONE, ASCENT, DESCENT, 0, ADVANCE, 0, 0, 0, *slope_upright, *[0] * 6, 2),
            b"hmtx": struct.pack(">HhHh", ADVANCE, 0, ADVANCE, 0),
            b"loca": struct.pack(">HHH", 0, 0, len(outline) // 2),
            b"maxp": struct.pack(">I14H", _ONE, 2, 2, 1, 0, 0, 2, *[0] * 8),
            b"name": struct.pack(">HHH", 0, 0, 6),
            b"post": struct.pack(">IIhhIIIII", 3 * _ONE, 0, 0, 0, 1, 0, 0, 0, 0),
        }
    )


def _joined(tables: dict[bytes, bytes]) -> bytes:
    """A file of TrueType tables with its directory and sums (OpenType 1.9, "The font file")."""
    count = len(tables)
    power = count.bit_length() - 1
    start = struct.pack(">IHHHH", _ONE, count, 16 << power, power, 16 * count - (16 << power))
    place, rows, body = len(start) + 16 * count, b"", b""
    for tag, table in sorted(tables.items()):
        rows += tag + struct.pack(">III", _sum(table), place + len(body), len(table))
        body += _padded(table)
    whole = bytearray(start + rows + body)
    at = place + sum(len(_padded(table)) for tag, table in tables.items() if tag < b"head") + 8
    whole[at : at + 4] = struct.pack(">I", (0xB1B0AFBA - _sum(whole)) & 0xFFFFFFFF)
    return bytes(whole)


def _padded(table: bytes) -> bytes:
    return table + b"\0" * (-len(table) % 4)


def _sum(table: bytes | bytearray) -> int:
    data = _padded(bytes(table))
    return sum(struct.unpack(f">{len(data) // 4}I", data)) & 0xFFFFFFFF
