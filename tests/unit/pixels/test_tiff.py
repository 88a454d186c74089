"""The pages of a TIFF are found without decoding, however many, and those behind a broken one are read."""

from __future__ import annotations

import io
import os
import time
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from gotocr.errors import InputError
from gotocr.pixels.opening import Opening, page_ranges
from gotocr.pixels.source import open_source, page_count
from gotocr.pixels.tiff import directories, is_tiff
from gotocr.schema import Lost, Page
from tests.unit.pixels.written import tiff

NOISE = [np.random.default_rng(seed).integers(0, 256, (30, 40), dtype=np.uint8) for seed in range(4)]


def encoded(compression: str, mode: str = "L") -> bytes:
    first, *rest = [Image.fromarray(noise).convert(mode) for noise in NOISE]
    body = io.BytesIO()
    first.save(body, "TIFF", save_all=True, append_images=rest, compression=compression)
    return body.getvalue()


@pytest.mark.parametrize(("order", "big"), [("<", False), ("<", True), (">", False)])  # PIL reads no big-endian BigTIFF
def test_both_byte_orders_and_sizes(order: str, big: bool) -> None:
    body = tiff(5, order=order, big=big)
    assert is_tiff(body) and page_count(body) == 5
    assert [int(page.image[0, 0, 0]) for page in open_source(body)] == [0, 1, 2, 3, 4]
    wanted = Opening(page_ranges("2,4-"))
    assert [(page.index, int(page.image[0, 0, 0])) for page in open_source(body, opening=wanted)] == [(1, 1), (3, 3), (4, 4)]
    assert page_count(body, wanted) == 3


@pytest.mark.parametrize("compression", ["raw", "tiff_lzw", "tiff_adobe_deflate", "jpeg", "packbits", "group3", "group4"])
def test_compressions_and_a_broken_page(compression: str, tmp_path: Path) -> None:
    mode = "1" if compression.startswith("group") else "L"
    body, path = encoded(compression, mode), tmp_path / "pages.tif"
    path.write_bytes(body)
    for source in (body, path):
        pages = list(open_source(source))
        for page, noise in zip(pages, NOISE, strict=True):
            expected = np.asarray(Image.fromarray(noise).convert(mode).convert("RGB"))
            assert np.abs(page.image.astype(int) - expected).mean() < (30 if compression == "jpeg" else 1e-9)
    spoilt, place = bytearray(body), list(directories(io.BytesIO(body)))[2]
    spoilt[place + 2 : place + 50] = b"\xff" * 48
    path.write_bytes(spoilt)
    for source in (bytes(spoilt), path):
        found = list(open_source(source))
        assert [type(page) for page in found] == [Page, Page, Lost, Page] and "page 3, is broken" in str(found[2].why)
        with pytest.raises(InputError, match="page 3, is broken"):
            next(open_source(source, opening=Opening(page_ranges("3"))))


def test_broken_data_is_a_page_lost() -> None:
    body = bytearray(encoded("tiff_adobe_deflate"))
    with Image.open(io.BytesIO(body)) as image:
        image.seek(1)
        start = image.tag_v2[273][0]
    body[start : start + 200] = b"\xff" * 200
    found = list(open_source(bytes(body)))
    assert [type(page) for page in found] == [Page, Lost, Page, Page]
    assert found[1].why.__cause__ is found[1].why.__context__ is found[1].why.__traceback__ is None  # it keeps no picture alive


@pytest.mark.parametrize("count", [1, 3])
def test_pages_in_a_circle_come_once(count: int) -> None:
    body = tiff(count, last=8)
    assert [page.index for page in open_source(body)] == list(range(count)) and page_count(body) == count


def test_a_chain_that_leads_nowhere() -> None:
    (page, lost) = open_source(tiff(1, last=99_999_999))
    assert isinstance(page, Page) and isinstance(lost, Lost)
    (page, lost) = open_source(tiff(2)[:-10])
    assert isinstance(page, Page) and isinstance(lost, Lost) and "page 2" in str(lost.why)


def test_pages_are_not_decoded_on_the_way_to_one() -> None:
    """In a chain of 20,000 the last costs a walk along it; PIL alone, which compares all places, takes ten times as long."""
    body = tiff(20_000)
    start = time.process_time()
    (page,) = open_source(body, opening=Opening(page_ranges("20000")))
    assert page.index == 19_999 and time.process_time() - start < 5
    assert page_count(body) == 20_000 and page_count(tiff(20_001)) is None


def test_pages_past_the_end() -> None:
    body = tiff(2)
    with pytest.raises(InputError, match="the data has 2 pages; there is no page 3$"):
        list(open_source(body, opening=Opening(page_ranges("3-"))))
    first, lost = open_source(body, opening=Opening(page_ranges("1,7")))
    assert isinstance(first, Page) and isinstance(lost, Lost) and lost.index == 6
    assert [page.index for page in open_source(body, opening=Opening(page_ranges("2-9")))] == [1]


@pytest.mark.skipif(not Path("/proc/self/fd").is_dir(), reason="counts open files under /proc")
def test_no_file_stays_open(tmp_path: Path) -> None:
    path = tmp_path / "pages.tif"
    path.write_bytes(encoded("tiff_lzw"))
    before = len(os.listdir("/proc/self/fd"))
    for _ in range(3):
        assert len(list(open_source(path))) == 4
        next(open_source(path))
    assert len(os.listdir("/proc/self/fd")) == before
