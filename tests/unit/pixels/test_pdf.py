"""PDF pages as pictures, one at a time, from any thread."""

from __future__ import annotations

import io
import shutil
import subprocess
import sys
import threading
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from gotocr.child import LateError
from gotocr.errors import InputError, TooLargeError, UsageError, WorkerError
from gotocr.pixels.limits import Limits
from gotocr.pixels.opening import Opening
from gotocr.pixels import pdf
from gotocr.pixels.dpi import LEAST_DPI, MOST_DPI, first_dpi
from gotocr.pixels.opening import page_ranges
from gotocr.pixels.source import open_source, page_count
from gotocr.pixels.textheight import text_height
from tests.unit.pixels.written import page_pdf, stream, tree

ART = b"1 0 0 rg 10 10 40 20 re f 0 0 1 rg 100 150 50 30 re f 0 1 0 rg 0 180 20 20 re f"
STAMP = (
    b"<< /Type /Annot /Subtype /Stamp /Rect [20 60 60 80] /F %d /AP << /N 6 0 R >> >>",
    stream(b"1 0 1 rg 0 0 40 20 re f", b"/Type /XObject /Subtype /Form /BBox [0 0 40 20]"),
)
FONT = b"/Resources << /Font << /F << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >> >>"
COLOURS = np.array([[[255, 0, 0], [0, 255, 0], [0, 0, 255]], [[255, 255, 255], [0, 0, 0], [90, 90, 90]]], np.uint8)
CARD = COLOURS.repeat(16, axis=0).repeat(16, axis=1)  # (32, 48, 3): six patches, no two corners alike

def encoded(image: Image.Image, kind: str, **options: object) -> bytes:
    body = io.BytesIO()
    image.save(body, kind, **options)
    return body.getvalue()


def assert_near(image: np.ndarray, expected: np.ndarray, within: int) -> None:
    assert image.shape == expected.shape
    assert int(np.abs(image.astype(int) - expected).max()) <= within


def pdf_bytes(pages: int = 2, **options: object) -> bytes:
    first, *rest = [Image.fromarray(np.roll(CARD, 16 * n, axis=1)) for n in range(pages)]
    return encoded(first, "PDF", save_all=True, append_images=rest, resolution=72.0, **options)


@pytest.mark.parametrize("error", [LateError("late"), WorkerError("died")])
def test_a_page_whose_own_text_is_too_much_is_drawn_without(monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    asked = []
    usual = pdf._Document._asked

    def refusing(self: pdf._Document, page: tuple | None) -> object:
        asked.append(page and page[1])
        if page and page[1]:
            raise error
        return usual(self, page)

    monkeypatch.setattr(pdf._Document, "_asked", refusing)
    pages = list(open_source(pdf_bytes(2), opening=Opening(text=True)))
    assert [page.image.shape for page in pages] == [(64, 96, 3)] * 2 and not any(page.text for page in pages)
    assert asked == [None, True, False, True, False]


def test_pdf_pages(tmp_path: Path) -> None:
    path = tmp_path / "pages.pdf"
    path.write_bytes(pdf_bytes())
    for source in (path, path.read_bytes(), b"rubbish before\n" + path.read_bytes()):
        pages = list(open_source(source))
        assert [page.index for page in pages] == [0, 1]
        assert [page.image.shape for page in pages] == [(64, 96, 3)] * 2  # 144 dpi: twice its points
        for number, page in enumerate(pages):
            assert_near(page.image[10::32, 10::32], np.roll(COLOURS, number, axis=1), 40)
    assert next(open_source(pdf_bytes(1), opening=Opening(dpi=72))).image.shape == (32, 48, 3)
    with pytest.raises(UsageError, match="dpi"):
        next(open_source(path, opening=Opening(dpi=0)))


def test_pdf_is_drawn_page_by_page_and_may_be_left(tmp_path: Path) -> None:
    pages = open_source(pdf_bytes(3))
    assert next(pages).index == 0
    pages.close()
    assert len(list(open_source(pdf_bytes(2), limits=Limits(max_pixels=96 * 64)))) == 2
    with pytest.raises(TooLargeError, match="page 1"):
        next(open_source(pdf_bytes(2), limits=Limits(max_pixels=96 * 64 - 1)))


def test_pdf_from_several_threads() -> None:
    body, found = pdf_bytes(3), []

    def draw() -> None:
        found.append([page.image.shape for page in open_source(body)])

    threads = [threading.Thread(target=draw) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert found == [[(64, 96, 3)] * 3] * 4


@pytest.mark.skipif(not shutil.which("pdftoppm"), reason="needs poppler")
@pytest.mark.parametrize(
    ("keys", "objects", "box"),
    [
        *[(b"/Rotate %d" % turn, (), "0 0 160 200") for turn in (0, 90, 180, 270, 450, -90, 45)],
        (b"/CropBox [5 5 105 155]", (), "0 0 160 200"),
        (b"/CropBox [5 5 105 155] /Rotate 90", (), "0 0 160 200"),
        (b"/CropBox [-50 -50 105 555]", (), "0 0 160 200"),
        (b"/UserUnit 2", (), "0 0 160 200"),  # neither takes it into account
        (b"", (), "160 200 0 0"),
        (b"", (), "-20 -30 140 170"),
        (b"/Annots [5 0 R]", (STAMP[0] % 4, STAMP[1]), "0 0 160 200"),
        (b"/Annots [5 0 R]", (STAMP[0] % 2, STAMP[1]), "0 0 160 200"),  # hidden
    ],
    ids=str,
)
def test_pages_look_as_another_program_draws_them(keys: bytes, objects: tuple[bytes, ...], box: str, tmp_path: Path) -> None:
    path = tmp_path / "page.pdf"
    path.write_bytes(page_pdf(ART, keys, objects, box))
    subprocess.run(["pdftoppm", "-r", "72", "-cropbox", "-singlefile", "-png", path, tmp_path / "page"], check=True, capture_output=True, timeout=30)
    with Image.open(tmp_path / "page.png") as image:
        expected = np.asarray(image.convert("RGB"))
    np.testing.assert_array_equal(next(open_source(path, opening=Opening(dpi=72))).image, expected)


@pytest.mark.parametrize("shown", [True, False])
def test_filled_in_forms_are_drawn(shown: bool) -> None:
    """A field with its own picture, and one that has only its value: PDFium draws both."""
    widget = b"<< /Type /Annot /Subtype /Widget /FT /Tx /T (name) /V (Hello form) /DA (/Helv 12 Tf 0 g) /Rect [20 60 140 90] /F 4 %s >>"
    picture = stream(
        b"/Tx BMC q BT /Helv 12 Tf 5 10 Td (Hello form) Tj ET Q EMC",
        b"/Type /XObject /Subtype /Form /BBox [0 0 120 30] /Resources << /Font << /Helv 7 0 R >> >>",
    )
    objects = (widget % (b"/AP << /N 6 0 R >>" if shown else b""), picture, b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>")
    body = page_pdf(b"", b"/Annots [5 0 R]", objects, "0 0 160 200").replace(
        b"/Type /Catalog", b"/Type /Catalog /AcroForm << /Fields [5 0 R] /DR << /Font << /Helv 7 0 R >> >> /DA (/Helv 12 Tf 0 g) >>"
    )
    (page,) = open_source(body)
    assert 200 < np.count_nonzero(page.image[220:280, 40:280].min(axis=2) < 100) < 2000


def test_only_pages_asked_for_are_opened(monkeypatch: pytest.MonkeyPatch) -> None:
    drawn, draw = [], pdf._Document.page
    monkeypatch.setattr(pdf._Document, "page", lambda document, number: drawn.append(number) or draw(document, number))
    body, asked = tree(b"3 0 R " * 9, 9), Opening(page_ranges("2,4-5,8-20"))
    assert [page.index for page in open_source(body, opening=asked)] == drawn == [1, 3, 4, 7, 8]
    assert page_count(body, asked) == 5 and page_count(body) == 9
    drawn.clear()
    with pytest.raises(InputError, match="the data has 9 pages; there is no page 10$"):
        list(open_source(body, opening=Opening(page_ranges("10-"))))
    assert drawn == []


@pytest.mark.parametrize("points", [5, 7, 10, 14, 30])
def test_the_size_of_the_text_chooses_the_resolution(points: int) -> None:
    line = b"(The quick brown fox jumps over a lazy dog and reads on) Tj T* "
    content = b"BT /F %d Tf %d TL 20 700 Td " % (points, 2 * points) + line * 10 + b"ET"
    usual, chosen = (next(open_source(page_pdf(content, FONT), opening=Opening(dpi=dpi))) for dpi in (144, None))
    letters, before = text_height(chosen), text_height(usual)
    assert 8 <= letters <= 17
    assert (chosen.image.shape == usual.image.shape) == (9 <= before <= 16)
    if points == 5:
        assert chosen.image.shape[0] > 1.4 * usual.image.shape[0]


def test_a_chosen_resolution_stays_within_its_bounds() -> None:
    tiny = b"BT /F 1.6 Tf 3 TL 20 700 Td " + b"(The quick brown fox jumps over a lazy dog and reads on) Tj T* " * 60 + b"ET"
    page = next(open_source(page_pdf(tiny, FONT), opening=Opening(dpi=None)))
    assert page.image.shape[0] <= 11 * MOST_DPI
    small = Limits(max_pixels=2_500_000)
    body = page_pdf(tiny.replace(b"1.6", b"5"), FONT)
    assert next(open_source(body, limits=small, opening=Opening(dpi=None))).image.size <= 3 * small.max_pixels
    assert next(open_source(page_pdf(b"", FONT), opening=Opening(dpi=None))).image.shape == (1584, 1224, 3)  # nothing to measure
    for inches in ((8.5, 11), (0.01, 9000), (200, 200)):
        dpi = first_dpi(inches, 2_500_000)
        assert dpi == LEAST_DPI or -(-inches[0] * dpi // 1) * -(-inches[1] * dpi // 1) <= 2_500_000


STREAMING = r"""
import os, re, sys
from pathlib import Path
from gotocr.pixels.source import open_source
path = Path(sys.argv[1])
source = path if sys.argv[2] == "path" else path.read_bytes()
count = sum(page.image.shape[2] == 3 for page in open_source(source))
(child,) = Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()
peaks = [int(re.search(r"VmHWM:\s*(\d+)", Path(f"/proc/{of}/status").read_text())[1]) >> 10 for of in ("self", child)]
print(count, *peaks)
"""


@pytest.mark.skipif(not Path("/proc/self/status").is_file(), reason="measures under /proc: rusage counts the parent's memory in")
@pytest.mark.parametrize("kind", ["path", "bytes"])
def test_many_pages_take_no_more_memory_than_few(kind: str, tmp_path: Path) -> None:
    """Each page has 300 KB of its own, so that whatever is kept of 400 of them would show."""
    peaks = {}
    for count in (20, 400):
        objects: list[bytes] = []
        for number in range(count):
            place = 5 + 3 * number
            keys = b"/Resources << /XObject << /I %d 0 R >> >>" % (place + 2)
            objects.append(b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 72 72] /Contents %d 0 R %s >>" % (place + 1, keys))
            objects.append(stream(b"q 72 0 0 72 0 0 cm /I Do Q %% page %d" % number))
            image = b"/Type /XObject /Subtype /Image /Width 300 /Height 1000 /BitsPerComponent 8 /ColorSpace /DeviceGray"
            objects.append(stream(bytes([number % 256]) * 300_000, image))
        path = tmp_path / f"{count}.pdf"
        path.write_bytes(tree(b" ".join(b"%d 0 R" % (5 + 3 * number) for number in range(count)), count, tuple(objects)))
        done = subprocess.run([sys.executable, "-c", STREAMING, path, kind], capture_output=True, text=True, check=True, timeout=120)
        found, *peaks[count] = map(int, done.stdout.split())
        assert found == count
    (few, few_drawn), (many, many_drawn) = peaks[20], peaks[400]
    held = 114 if kind == "bytes" else 0  # the file itself, less the small one, in MB
    assert many - few < held + 40
    assert many_drawn - few_drawn < 95  # in the process that draws: what is read between one opening and the next, 64 MB


def test_what_a_page_says_itself_comes_where_it_is_wanted():
    body = page_pdf(b"BT /F 20 Tf 72 700 Td (A first line) Tj 0 -30 Td (and another) Tj ET", FONT)
    silent, wanted = (next(open_source(body, opening=Opening(text=text))) for text in (False, True))
    assert (silent.text, wanted.text.split()) == ("", ["A", "first", "line", "and", "another"])
    assert np.array_equal(silent.image, wanted.image)
    assert next(open_source(page_pdf(ART), opening=Opening(text=True))).text == ""
