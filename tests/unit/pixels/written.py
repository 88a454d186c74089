"""PDFs, TIFFs and JPEGs written by hand, byte for byte, so that each may be as odd as a test needs it."""

from __future__ import annotations

import io
import struct

from PIL import Image


def pdf(objects: list[bytes], trailer: bytes = b"") -> bytes:
    """A PDF of these objects, numbered from 1; the first is its catalogue."""
    out, places = bytearray(b"%PDF-1.7\n"), []
    for number, content in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    table, size = len(out), len(objects) + 1
    out += b"xref\n0 %d\n0000000000 65535 f \n" % size + b"".join(b"%010d 00000 n \n" % place for place in places)
    return bytes(out) + b"trailer\n<< /Size %d /Root 1 0 R %s >>\nstartxref\n%d\n%%%%EOF" % (size, trailer, table)


def stream(body: bytes, keys: bytes = b"") -> bytes:
    return b"<< /Length %d %s >>\nstream\n%s\nendstream" % (len(body), keys, body)


def page_pdf(content: bytes, keys: bytes = b"", objects: tuple[bytes, ...] = (), box: str = "0 0 612 792") -> bytes:
    """One page with `keys` in its dictionary; `objects` are numbered from 5 on."""
    return tree(b"3 0 R", 1, objects, b"<< /Type /Page /Parent 2 0 R /MediaBox [%s] /Contents 4 0 R %s >>" % (box.encode(), keys), content)


PAGE = b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 72 72] /Contents 4 0 R >>"


def tree(kids: bytes, count: int, objects: tuple[bytes, ...] = (), page: bytes = PAGE, content: bytes = b"0 0 36 36 re f") -> bytes:
    """A PDF whose pages are `kids`: 3 0 R is `page` with `content`, `objects` are numbered from 5 on."""
    first = [b"<< /Type /Catalog /Pages 2 0 R >>", b"<< /Type /Pages /Kids [%s] /Count %d >>" % (kids, count), page, stream(content)]
    return pdf([*first, *objects])


def forms(width: int, depth: int) -> bytes:
    """A page that shows a form `width` times, which shows another `width` times, and so on, `depth` forms deep."""
    found = []
    for level in range(depth):
        body = b"0 0 1 1 re f" if level == depth - 1 else b"/F Do " * width
        inner = b"" if level == depth - 1 else b"/Resources << /XObject << /F %d 0 R >> >>" % (6 + level)
        found.append(stream(body, b"/Type /XObject /Subtype /Form /BBox [0 0 612 792] " + inner))
    return page_pdf(b"/F Do " * width, b"/Resources << /XObject << /F 5 0 R >> >>", tuple(found))


def tiff(count: int, side: int = 8, last: int = 0, order: str = "<", big: bool = False) -> bytes:
    """A TIFF of `count` gray pages, the first black and each a shade lighter; the last one's link leads to `last`."""
    head, number = (b"II" if order == "<" else b"MM"), order + ("Q" if big else "I")
    out = bytearray(head + (struct.pack(order + "HHHQ", 43, 8, 0, 16) if big else struct.pack(order + "HI", 42, 8)))
    area, tag = side * side, 20 if big else 12
    for page in range(count):
        start = len(out)
        end = start + (8 if big else 2) + 9 * tag + (8 if big else 4)
        tags = ((256, side), (257, side), (258, 8), (259, 1), (262, 1), (273, end), (277, 1), (278, side), (279, area))
        out += struct.pack(order + ("Q" if big else "H"), len(tags))
        for name, value in tags:
            out += struct.pack(order + "HH" + ("QQ" if big else "II"), name, 16 if big else 4, 1, value)
        out += struct.pack(number, end + area if page < count - 1 else last) + bytes([page % 256]) * area
    return bytes(out)


def long_jpeg(side: int, scans: int) -> bytes:
    """A white picture of few bytes that keeps its decoder busy: progressive, its last scan said again and again."""
    body = io.BytesIO()
    Image.new("L", (side, side), 255).save(body, "JPEG", progressive=True)
    whole = body.getvalue()[:-2]
    last = whole.rindex(b"\xff\xda")
    return whole + whole[last:] * scans + b"\xff\xd9"
