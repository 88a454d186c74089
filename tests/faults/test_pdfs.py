"""Hostile and careless PDFs: each gives one clear line of the right kind in bounded time, never another exception."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import tempfile
import time
import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from gotocr.child import pool
from gotocr.errors import InputError, TooLargeError
from gotocr.pixels import pdf as reading
from gotocr.pixels.limits import Limits
from gotocr.pixels.opening import Opening, page_ranges
from gotocr.pixels.source import MOST_LOST, open_source, page_count
from gotocr.schema import Lost, Page
from tests.faults.refused import failure
from tests.unit.pixels.written import PAGE, forms, page_pdf, pdf, stream, tree

FIXTURES = Path(__file__).parents[1] / "fixtures" / "sources"  # written by pikepdf (qpdf)


def found(source: object, **options: object) -> list[int | str]:
    """Of each page its height, or what is wrong with it."""
    return [page.image.shape[0] if isinstance(page, Page) else str(page.why) for page in open_source(source, **options)]


def test_handwritten_pdf_is_drawn() -> None:
    (page,) = open_source(page_pdf(b"0 0 0 rg 0 36 72 36 re f", box="0 0 72 72"))
    assert page.image.shape == (144, 144, 3)
    assert (page.image[:70] == 0).all() and (page.image[74:] == 255).all()


def test_broken_as_a_whole(tmp_path: Path) -> None:
    for body in (b"%PDF-1.7\n" + bytes(200), tree(b"3 0 R", 1)[:120], tree(b"3 0 R", 1)[:9]):
        assert "broken PDF" in failure(body)
    (tmp_path / "broken.pdf").write_bytes(b"%PDF-1.4 nothing")
    assert "broken.pdf" in failure(tmp_path / "broken.pdf") and page_count(tmp_path / "broken.pdf") is None
    (tmp_path / "empty.pdf").touch()
    assert "is empty" in failure(tmp_path / "empty.pdf")
    failure(tree(b"", 0))


def test_a_broken_table_of_contents_is_mended() -> None:
    body = tree(b"3 0 R", 1)
    for spoilt in (body.replace(b"startxref\n", b"startxref\n9"), body.replace(b"0000000", b"0000009"), body[: body.index(b"startxref")]):
        assert found(spoilt) == [144]


@pytest.mark.parametrize("kid", [b"99 0 R", b"7", b"null"])
def test_those_behind_a_broken_page_still_come(kid: bytes) -> None:
    body = tree(b"3 0 R " + kid + b" 3 0 R", 3)
    assert page_count(body) == 3
    first, lost, last = open_source(body)
    assert isinstance(first, Page) and isinstance(last, Page) and last.index == 2
    assert isinstance(lost, Lost) and (lost.index, lost.source) == (1, "<bytes>")
    assert isinstance(lost.why, InputError) and "page 2" in str(lost.why) and "\n" not in str(lost.why)
    assert found(body, opening=Opening(page_ranges("1,3"))) == [144, 144]
    assert "page 2" in failure(body, opening=Opening(page_ranges("2")))  # alone it is the error of the whole
    assert [type(page) for page in open_source(body, opening=Opening().without({0, 2}))] == [Lost]  # the others were read before


def test_a_page_that_is_too_large_is_lost_alone() -> None:
    body = tree(b"5 0 R 3 0 R", 2, (PAGE.replace(b"72 72", b"14400 14400"),))
    lost, page = open_source(body)
    assert isinstance(lost, Lost) and isinstance(lost.why, TooLargeError) and isinstance(page, Page)
    assert "page 1" in failure(body, TooLargeError, opening=Opening(page_ranges("1")))
    assert found(body, opening=Opening(dpi=2)) == [400, 2]


def test_a_count_that_lies() -> None:
    lies = found(tree(b"3 0 R", 1_000_000))
    assert lies[0] == 144 and len(lies) == MOST_LOST + 2 and "in a row" in str(lies[-1])
    assert found(tree(b"3 0 R", -4)) == found(tree(b"3 0 R", 0)) == [144]


@pytest.mark.parametrize("levels", [500, 5_000, 100_000])
def test_deep_trees_of_pages(levels: int) -> None:
    tree_of = [b"<< /Type /Pages /Kids [%d 0 R] /Count 1 >>" % (number + 3) for number in range(levels)]
    page = b"<< /Type /Page /MediaBox [0 0 72 72] /Contents %d 0 R >>" % (levels + 3)
    body = pdf([b"<< /Type /Catalog /Pages 2 0 R >>", *tree_of, page, stream(b"0 0 36 36 re f")])
    if levels == 500:
        assert found(body) == [144]
    else:
        assert "page 1" in failure(body)


@pytest.mark.parametrize("box", ["0 0 0 0", "0 0 1e9 1e9", "0 0 1e40 1e40", "0 0 -5 -5", "0 0 nan inf", "0 0 .01 .01", "0 0 (a) /b", "0 0 9 99999"])
@pytest.mark.parametrize("dpi", [72, None])
def test_pages_of_absurd_sizes(box: str, dpi: float | None) -> None:
    page = next(open_source(page_pdf(b"0 0 9 9 re f", box=box), limits=Limits(max_pixels=3_000_000), opening=Opening(dpi=dpi)))
    assert page.image.size <= 9_000_000


@pytest.mark.parametrize("body", [b"q " * 200_000, b"[" * 200_000, b"<<" * 100_000, b"/F Do " * 100_000, b"BT " * 100_000], ids=lambda body: body[:5])
def test_content_that_opens_without_end(body: bytes) -> None:
    assert found(page_pdf(body), opening=Opening(dpi=72)) == [792]  # or it would be lost, after `drawing` seconds


def test_objects_nested_without_end() -> None:
    body = tree(b"3 0 R", 1).replace(b"/Contents", b"/X " + b"[" * 100_000 + b"]" * 100_000 + b" /Contents")
    assert found(body) == [144]


def test_a_picture_that_unfolds_is_not_decoded() -> None:
    """1 KB for 900 million pixels; the same within a form, where it is looked for, too."""
    row = zlib.compress(bytes(1 << 20), 9)
    keys = b"/Type /XObject /Subtype /Image /Width 30000 /Height 30000 /BitsPerComponent 8 /ColorSpace /DeviceGray /Filter /FlateDecode"
    shown, image = b"q 612 0 0 792 0 0 cm /I Do Q", stream(row, keys)
    form = stream(shown, b"/Type /XObject /Subtype /Form /BBox [0 0 612 792] /Resources << /XObject << /I 5 0 R >> >>")
    for name, objects in ((b"5", (image,)), (b"6", (image, form))):
        body = page_pdf(shown, b"/Resources << /XObject << /I %s 0 R >> >>" % name, objects)
        assert "holds a picture of 30000 x 30000 pixels" in failure(body, TooLargeError)


def test_a_page_has_so_many_seconds() -> None:
    body = page_pdf(b"0 0 m 600 700 l S\n" * 100_000)
    start = time.monotonic()
    assert "page 1, takes longer than 0.5 s to draw" in failure(body, limits=Limits(drawing=0.5))
    assert time.monotonic() - start < 40
    assert found(page_pdf(b"0 0 m 600 700 l S\n" * 100), limits=Limits(drawing=20)) == [1584]


FORM = b"/Type /XObject /Subtype /Form /BBox [0 0 612 792] /Resources << /XObject << /F %d 0 R >> >>"
PATTERN = b"/Type /Pattern /PatternType 1 /PaintType 1 /TilingType 1 /BBox [0 0 5 5] /XStep .01 /YStep .01 /Resources << >>"
CHUNK = b"0 0 1 1 re f " * 80_000  # 1 MB
HANGING = {  # content and resources of a page, and objects from 7 on
    "a form that shows itself twice": (b"/F Do", b"/XObject << /F 7 0 R >>", (stream(b"/F Do /F Do", FORM % 7),)),
    "a tiling in steps of 0.01 points": (b"/Pattern cs /P scn 0 0 612 792 re f", b"/Pattern << /P 7 0 R >>", (stream(b"0 0 m 5 5 l S", PATTERN),)),
    "a path of a million lines": (b"0 0 m " + b"600 700 l 3 9 l " * 500_000 + b"S", b"", ()),
    "forms shown ten million times": (
        b"/F Do " * 10,
        b"/XObject << /F 7 0 R >>",
        (*(stream(b"/F Do " * 10, FORM % (8 + level)) for level in range(6)), stream(b"0 0 1 1 re f", FORM % 99)),
    ),
}


def between(content: bytes, resources: bytes = b"", objects: tuple[bytes, ...] = (), keys: bytes = b"", times: int = 1) -> bytes:
    """A PDF of a good page, so many odd ones, and another good one."""
    odd = b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 6 0 R /Resources << %s >> >>" % resources
    return tree(b"3 0 R " + b"5 0 R " * times + b"3 0 R", 2 + times, (odd, stream(content, keys), *objects))


@pytest.fixture
def drawer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Limits]:
    """Limits with seconds for a page, and a child of their own; nothing may be left in the folder for temporary files."""
    limits = Limits(drawing=2.0, max_pixels=10_000_000)
    (tmp_path / "temporary").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temporary"))
    yield limits
    pool(reading.ANSWER, limits.drawing, fresh=reading.FRESH).close()
    assert list((tmp_path / "temporary").iterdir()) == []


@pytest.mark.parametrize("name", HANGING)
def test_a_page_that_is_drawn_without_end_is_lost_alone(name: str, drawer: Limits) -> None:
    start = time.monotonic()
    first, lost, last = found(between(*HANGING[name]), limits=drawer)
    assert first == last == 144 and lost == (
        "the data, page 2, takes longer than 2 s to draw; save it in a simpler way, as a scan"
    )
    assert time.monotonic() - start < 60


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="this system does not limit data")
def test_a_page_that_unfolds_without_end_is_lost_alone(drawer: Limits) -> None:
    """6 MB that hold 3 GB of content."""
    packer = zlib.compressobj(9)
    first, block = (packer.compress(CHUNK) + packer.flush(zlib.Z_FULL_FLUSH) for _ in range(2))
    body = between(first + block * 3000 + packer.flush(), keys=b"/Filter /FlateDecode")
    limits = Limits(drawing=59.0, max_pixels=drawer.max_pixels)
    first, lost, last = found(body, limits=limits)
    pool(reading.ANSWER, limits.drawing, fresh=reading.FRESH).close()
    assert first == last == 144 and re.fullmatch("the data, page 2, cannot be drawn: PDFium died of it, or of the memory it took; .*", lost)


def test_many_pages_that_are_drawn_without_end(drawer: Limits, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "MOST_ENDED", 2)
    first, *lost, rest = found(between(*HANGING["a form that shows itself twice"], times=5), limits=drawer)
    assert first == 144 and len(lost) == 2 and all("takes longer" in line for line in lost)
    assert rest == "2 pages of the data in a row took too long or too much memory; the rest is not tried"


@pytest.mark.parametrize(("what", "says"), [("hang", "takes longer than 2 s to open"), ("crash", "PDFium died of it"), ("refuse", "no, ä")])
def test_a_document_that_cannot_even_be_opened(what: str, says: str, drawer: Limits, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "ANSWER", f"tests.unit.worked:{what}")
    assert says in failure(tree(b"3 0 R", 1), limits=drawer)
    assert page_count(tree(b"3 0 R", 1), limits=drawer) is None


def test_where_no_process_can_be_started(drawer: Limits, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/nonesuch")
    line = failure(tree(b"3 0 R", 1), limits=drawer)
    assert line.startswith("the data cannot be opened: PDFs are drawn in a process of their own, and no process can be started here")
    monkeypatch.undo()
    pages = open_source(tree(b"3 0 R " * 3, 3), limits=drawer)
    assert isinstance(next(pages), Page)
    pool(reading.ANSWER, drawer.drawing, fresh=reading.FRESH).close()
    monkeypatch.setattr(sys, "executable", "/nonesuch")
    with pytest.raises(InputError, match="no process can be started here"):  # not page by page
        next(pages)


def test_where_nothing_can_be_written(drawer: Limits, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "none"))
    assert "the data cannot be kept in a temporary file (No such file" in failure(tree(b"3 0 R", 1), limits=drawer)


BROKEN_OFF = """
import signal, sys
from gotocr.pixels.source import open_source
signal.signal(signal.SIGINT, signal.default_int_handler)
pages = open_source(sys.argv[1])
height = next(pages).image.shape[0]
try:
    print(height, *open(f"/proc/self/task/{__import__('os').getpid()}/children").read().split(), flush=True)
    next(pages)
except KeyboardInterrupt:
    print("broken off", next(open_source(sys.argv[1])).image.shape[0], flush=True)
"""


@pytest.mark.skipif(not Path("/proc/self/task").is_dir(), reason="finds the child under /proc")
def test_ctrl_c_comes_at_once(tmp_path: Path) -> None:
    path = tmp_path / "self.pdf"
    path.write_bytes(between(*HANGING["a form that shows itself twice"]))
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    command = [sys.executable, "-c", BROKEN_OFF, str(path)]
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True, start_new_session=True) as reader:
        height, drawing = reader.stdout.readline().split()
        time.sleep(0.5)  # the second page is drawn
        start = time.monotonic()
        os.killpg(reader.pid, signal.SIGINT)  # as a terminal does: to the child, too
        assert reader.stdout.readline().split() == ["broken", "off", height]
        assert time.monotonic() - start < 30 and reader.wait(60) == 0  # left alone, it is given a minute
    assert not Path(f"/proc/{drawing}").exists()


def test_forms_within_forms_come_to_an_end() -> None:
    assert found(forms(10, 3), opening=Opening(dpi=20)) == [220]
    looping = stream(b"/F Do", b"/Type /XObject /Subtype /Form /BBox [0 0 9 9] /Resources << /XObject << /F 5 0 R >> >>")
    assert found(page_pdf(b"/F Do", b"/Resources << /XObject << /F 5 0 R >> >>", (looping,))) == [1584]


@pytest.mark.parametrize(("name", "password"), [("locked_r3.pdf", "pass"), ("locked_r6.pdf", "pä€ß"), ("locked_r6.pdf", "own")])
def test_passwords(name: str, password: str) -> None:
    path = FIXTURES / name
    for source in (path, path.read_bytes()):
        assert "--password" in failure(source) and "locked" in failure(source, opening=Opening(password=""))
        for wrong in ("nope", "a\ud800", "\0"):
            assert "not opened by this password" in failure(source, opening=Opening(password=wrong))
        (page,) = open_source(source, opening=Opening(password=password))
        assert page.image[100, 20].tolist() == [255, 0, 0]
        assert page_count(source) is None and page_count(source, Opening(password=password)) == 1


def test_a_lock_without_a_password_is_no_lock() -> None:
    for password in (None, "", "unasked"):
        assert found(FIXTURES / "owner_only.pdf", opening=Opening(password=password)) == [144]
    assert found(tree(b"3 0 R", 1), opening=Opening(password="unasked")) == [144]


def test_a_lock_that_nothing_opens() -> None:
    lock = b"/ID [<00><00>] /Encrypt << /Filter %s /V 1 /R 2 /P -4 /O <%s> /U <%s> >>"
    objects = [b"<< /Type /Catalog /Pages 2 0 R >>", b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>", PAGE, stream(b"")]
    assert "--password" in failure(pdf(objects, lock % (b"/Standard", b"41" * 32, b"42" * 32)))
    assert "save a copy" in failure(pdf(objects, lock % (b"/Adobe.PubSec", b"41" * 32, b"42" * 32)))
