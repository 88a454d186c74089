"""PDF pages as pictures, one at a time, from any thread."""

from __future__ import annotations

import io
import threading
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from gotocr.errors import TooLargeError, UsageError
from gotocr.pixels.limits import Limits
from gotocr.pixels.opening import Opening
from gotocr.pixels.source import open_source

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
