"""What the process that draws PDFs keeps open, and for how long."""

from __future__ import annotations

import gc
import os
import subprocess
import sys
from collections import OrderedDict
from pathlib import Path

import pytest

from gotocr.pixels import pdf_child
from gotocr.pixels.pdf_page import SIZE
from tests.unit.pixels.written import PAGE, page_pdf, tree

SMALL, LARGE = (72.0, 1_000_000), (144.0, 1_000_000)  # dpi, pixels


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of files as they are opened."""
    names, open_ = [], pdf_child._open
    monkeypatch.setattr(pdf_child, "_held", OrderedDict())
    monkeypatch.setattr(pdf_child, "_open", lambda path, *more: names.append(Path(path).name) or open_(path, *more))
    return names


def written(path: Path, body: bytes, password: str | None = None) -> list:
    path.write_bytes(body)
    return [str(path), len(body), path.stat().st_mtime_ns, password]


def test_counts_and_drawings(opened: list[str], tmp_path: Path) -> None:
    nine = written(tmp_path / "nine.pdf", tree(b"3 0 R " * 9, 9, page=PAGE.replace(b"72 72", b"72 36")))
    assert pdf_child.answer(nine, "it", None) == 9
    drawing = pdf_child.answer(nine, "it", [8, False, *LARGE])
    assert SIZE.unpack_from(drawing) == (72, 144) and len(drawing) == SIZE.size + 72 * 144 * 3
    assert bytes(drawing[-3:]) == b"\xff" * 3 and bytes(drawing[-144 * 3 :][:3]) == b"\0" * 3
    kind, says = pdf_child.answer(nine, "it", [9, False, *SMALL])
    assert kind == "InputError" and says.startswith("it, page 10, cannot be opened")
    assert pdf_child.answer(nine, "it", [0, False, 7200.0, 99])[0] == "TooLargeError"
    assert opened == ["nine.pdf"]


def test_its_own_text_stands_behind_the_pixels(tmp_path: Path) -> None:
    font = b"/Resources << /Font << /F1 << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >> >>"
    words = written(tmp_path / "words.pdf", page_pdf(b"BT /F1 12 Tf 10 30 Td (Hello, you) Tj ET", font))
    bare, told = (pdf_child.answer(words, "it", [0, wanted, *SMALL]) for wanted in (False, True))
    assert told[: len(bare)] == bare and told[len(bare) :].decode("utf-8").strip() == "Hello, you"


def test_a_picture_is_held_by_whoever_has_it_alone(tmp_path: Path) -> None:
    """Nothing else may keep it: a page of paper is six megabytes, and the collector of circles seldom comes by here."""
    document = written(tmp_path / "a.pdf", page_pdf(b""))
    gc.disable()
    try:
        for dpi in (144.0, None):
            pdf_child.answer(document, "a.pdf", [0, False, dpi, 10**7]).clear()  # BufferError where the bytes are still lent out
    finally:
        gc.enable()


def test_it_is_opened_anew_after_many_bytes(opened: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    nine = written(tmp_path / "nine.pdf", tree(b"3 0 R " * 9, 9))
    monkeypatch.setattr(pdf_child, "KEPT", nine[1] // 3)  # a third of the file: three pages
    for number in range(9):
        assert SIZE.unpack_from(pdf_child.answer(nine, "it", [number, False, *SMALL])) == (72, 72)
    assert opened == ["nine.pdf"] * 3


def test_the_last_few_are_held(opened: list[str], tmp_path: Path) -> None:
    files = [written(tmp_path / f"{number}.pdf", page_pdf(b"")) for number in range(pdf_child.HELD + 1)]
    for file in [*files[:-1], files[0], files[-1], files[0], files[1]]:  # the last file takes the place of 1
        assert pdf_child.answer(file, "it", None) == 1
    assert opened == [f"{number}.pdf" for number in range(pdf_child.HELD + 1)] + ["1.pdf"]
    assert len(pdf_child._held) == pdf_child.HELD


def test_a_file_that_has_changed_is_another(opened: list[str], tmp_path: Path) -> None:
    path = tmp_path / "it.pdf"
    assert pdf_child.answer(written(path, tree(b"3 0 R " * 3, 3)), "it", None) == 3
    after = tmp_path / "after.pdf"
    again = written(after, tree(b"3 0 R " * 5, 5))
    os.replace(after, path)
    assert pdf_child.answer([str(path), *again[1:]], "it", None) == 5


def test_only_a_resolution_that_is_chosen_needs_more_than_pdfium(tmp_path: Path) -> None:
    path = tmp_path / "it.pdf"
    code = f"""
import sys
from gotocr.pixels.pdf_child import answer
document = {written(path, page_pdf(b"0 0 9 9 re f"))!r}
for dpi in (144.0, None):
    assert isinstance(answer(document, "it", [0, False, dpi, 10**7]), bytearray)
    print("numpy" in sys.modules, "PIL" in sys.modules)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=180)
    assert done.stdout.split() == ["False", "False", "True", "True"]
