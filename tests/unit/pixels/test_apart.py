"""A picture decoded in a process of its own is the one that is decoded here, whatever its format."""

from __future__ import annotations

import io
import os
import tempfile
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, features

from gotocr.child import MEMORY, pool
from gotocr.pixels import apart
from gotocr.pixels.limits import Limits
from gotocr.pixels.opening import Opening, page_ranges
from gotocr.pixels.source import open_source, page_count
from gotocr.schema import Page
from tests.unit.pixels.test_tiff import encoded as pages_of_tiff
from tests.unit.pixels.written import tiff, tree

FIXTURES = Path(__file__).parents[2] / "fixtures" / "sources"
LIMITS = Limits(apart=True)
CODECS = {"WEBP": "webp", "AVIF": "avif", "JPEG2000": "jpg_2000"}
NOISE = np.random.default_rng(0).integers(0, 256, (48, 72, 4), np.uint8)


def encoded(image: Image.Image, kind: str, **options: object) -> bytes:
    body = io.BytesIO()
    image.save(body, kind, **options)
    return body.getvalue()


def found(source: object, limits: Limits, **options: object) -> list[tuple]:
    """Of each page its index and pixels, or class and words of what is wrong."""
    pages = open_source(source, limits=limits, **options)
    return [(page.index, page.image.shape, page.image.tobytes()) if isinstance(page, Page) else (page.index, type(page.why), str(page.why)) for page in pages]


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "TIFF", "GIF", "WEBP", "BMP", "PPM", "JPEG2000", "AVIF", "ICO"])
@pytest.mark.parametrize("mode", ["RGB", "L", "1", "RGBA", "P", "CMYK", "I;16"])
def test_formats(kind: str, mode: str) -> None:
    if not features.check(CODECS.get(kind, "jpg")):
        pytest.skip(f"this Pillow has no {kind}")
    deep = Image.fromarray(NOISE[..., 0].astype(np.uint16) * 257)
    image = deep if mode == "I;16" else Image.fromarray(NOISE).convert("RGB" if mode == "CMYK" else "RGBA").convert(mode)
    try:
        body = encoded(image, kind)
    except (OSError, ValueError, KeyError, TypeError):
        pytest.skip(f"{kind} does not hold {mode}")
    assert found(body, LIMITS) == found(body, Limits()) != []


@pytest.mark.parametrize("orientation", range(1, 9))
def test_turned(orientation: int) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    body = encoded(Image.fromarray(NOISE[..., :3]), "JPEG", exif=exif)
    assert found(body, LIMITS) == found(body, Limits())


@pytest.mark.parametrize("name", ["card.heic", "turned.heic"])
def test_heic(name: str) -> None:
    pytest.importorskip("pi_heif")
    path = FIXTURES / name
    for source in (path, path.read_bytes()):
        assert found(source, LIMITS) == found(source, Limits())


def test_pages_of_a_tiff(tmp_path: Path) -> None:
    path = tmp_path / "pages.tif"
    path.write_bytes(pages_of_tiff("tiff_lzw"))
    for source in (path, path.read_bytes(), tiff(5), tiff(3, big=True)):
        for opening in (Opening(), Opening(page_ranges("2-3")), Opening(page_ranges("1,99"))):
            assert found(source, LIMITS, opening=opening) == found(source, Limits(), opening=opening)
        assert page_count(source, limits=LIMITS) == page_count(source)


def test_a_page_is_decoded_when_it_is_asked_for() -> None:
    pages = open_source(tiff(3), limits=LIMITS)
    assert next(pages).image[0, 0, 0] == 0
    pages.close()


def test_other_sources_are_as_ever(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "page.pdf"
    path.write_bytes(tree(b"3 0 R", 1))
    for source in (path, path.read_bytes(), NOISE, Image.fromarray(NOISE)):
        assert found(source, LIMITS) == found(source, Limits())
    (tmp_path / "in the folder.png").write_bytes(encoded(Image.fromarray(NOISE), "PNG"))
    monkeypatch.chdir(tmp_path)  # the processes began elsewhere
    assert found("in the folder.png", LIMITS) == found(tmp_path / "in the folder.png", Limits())
    odd = Path(os.fsdecode(b"\xff\xfe.png"))
    os.link("in the folder.png", odd)
    assert found(odd, LIMITS) == found("in the folder.png", Limits())


def test_what_comes_may_be_written_on_and_nothing_is_left_on_the_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    body = encoded(Image.fromarray(NOISE), "PNG")
    pages = open_source(body, limits=LIMITS)
    page = next(pages)
    page.image[:] = 0
    assert len(os.listdir(tmp_path)) == 1
    pages.close()
    assert not os.listdir(tmp_path)
    list(open_source(body, limits=LIMITS))
    with pytest.raises(Exception):
        list(open_source(body[:100], limits=LIMITS))
    assert not os.listdir(tmp_path)


def test_one_after_the_other_has_one_process() -> None:
    body = encoded(Image.fromarray(NOISE), "PNG")
    limits = Limits(apart=True, drawing=41.0, max_pixels=1 << 20)
    for _ in range(3):
        list(open_source(body, limits=limits))
    processes = pool(apart.ANSWER, limits.drawing, MEMORY, apart.FRESH)
    assert processes.many == 1
    processes.close()
