"""Hostile and careless PDFs: each gives one clear line of the right kind in bounded time, never another exception."""

from __future__ import annotations

from pathlib import Path

import pytest

from gotocr.errors import InputError, TooLargeError
from gotocr.pixels.opening import Opening
from gotocr.pixels.source import open_source


def failure(source: object, error: type = InputError, **options: object) -> str:
    with pytest.raises(error) as caught:
        list(open_source(source, **options))
    line = str(caught.value)
    assert line and "\n" not in line and len(line) < 400
    return line


def pdf(body: bytes = b"", count: int = 1, box: str = "0 0 72 72", trailer: bytes = b"") -> bytes:
    """A small PDF written by hand."""
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [%s] /Count %d >>" % (b"3 0 R " * count, count),
        b"<< /Type /Page /Parent 2 0 R /MediaBox [%s] /Contents 4 0 R >>" % box.encode(),
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(body), body),
    ]
    out, places = bytearray(b"%PDF-1.4\n"), []
    for number, content in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    table = len(out)
    out += b"xref\n0 5\n0000000000 65535 f \n" + b"".join(b"%010d 00000 n \n" % place for place in places)
    return bytes(out) + b"trailer\n<< /Size 5 /Root 1 0 R %s >>\nstartxref\n%d\n%%%%EOF" % (trailer, table)


def test_handwritten_pdf_is_drawn() -> None:
    (page,) = open_source(pdf(b"0 0 0 rg 0 36 72 36 re f"))
    assert page.image.shape == (144, 144, 3)
    assert (page.image[:70] == 0).all() and (page.image[74:] == 255).all()


def test_hostile_pdfs(tmp_path: Path) -> None:
    failure(pdf(count=0))
    assert "broken PDF" in failure(b"%PDF-1.7\n" + bytes(200))
    (tmp_path / "broken.pdf").write_bytes(b"%PDF-1.4 nothing")
    assert "broken.pdf" in failure(tmp_path / "broken.pdf")
    assert "page 1" in failure(pdf(box="0 0 14400 14400"), TooLargeError)
    assert len(list(open_source(pdf(box="0 0 14400 14400"), opening=Opening(dpi=2)))) == 1
    failure(pdf()[:120])


def test_locked_pdf() -> None:
    """Encrypted by the standard handler; its keys are rubbish, so no password opens it."""
    lock = b"/ID [<00><00>] /Encrypt << /Filter /Standard /V 1 /R 2 /P -4 /O <%s> /U <%s> >>" % (b"41" * 32, b"42" * 32)
    assert "password" in failure(pdf(trailer=lock))


def test_pdf_page_that_refers_to_itself() -> None:
    body = pdf().replace(b"/Kids [3 0 R ]", b"/Kids [2 0 R ]")
    try:
        list(open_source(body))
    except InputError as error:
        assert "\n" not in str(error)
