"""Hostile and careless files: each gives one clear line of the right kind, never another exception."""

from __future__ import annotations

import io
import struct
import sys
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, PngImagePlugin

from gotocr.errors import InputError, TooLargeError, UsageError
from gotocr.pixels.limits import Limits
from gotocr.pixels.source import open_source
from gotocr.schema import Lost
from tests.faults.refused import failure

NOISE = np.random.default_rng(0).integers(0, 256, (40, 60, 3), dtype=np.uint8)
KINDS = ("PNG", "JPEG", "GIF", "TIFF", "WEBP", "BMP", "JPEG2000")


def encoded(kind: str, picture: Image.Image | None = None, **options: object) -> bytes:
    body = io.BytesIO()
    (picture or Image.fromarray(NOISE)).save(body, kind, **options)
    return body.getvalue()


def png_claiming(width: int, height: int) -> bytes:
    """A PNG whose header claims a size and whose data is nothing."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    header = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    data = chunk(b"IDAT", zlib.compress(b"\x00" * 99))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + data + chunk(b"IEND", b"")


def test_empty_missing_and_folders(tmp_path: Path) -> None:
    (tmp_path / "empty.png").touch()
    assert "is empty" in failure(tmp_path / "empty.png")
    assert "is empty" in failure(b"")
    assert "there is no file" in failure(tmp_path / "missing.png")
    assert "nothing matches" in failure(tmp_path / "*.webp")
    assert "folder" in failure(tmp_path)
    assert "missing.png" in failure(str(tmp_path / "missing.png"))
    failure("")
    failure("a\x00b.png")
    failure("x" * 5000)
    failure(tmp_path / "empty.png" / "below")
    (tmp_path / "two\nlines.png").write_bytes(b"\x00")
    assert "two\\nlines.png" in failure(tmp_path / "two\nlines.png")


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (b"just some words", "text"),
        (b"<!doctype html><html></html>", "web page"),
        (b'<?xml version="1.0"?>\n<svg xmlns="x"/>', "SVG"),
        (b"PK\x03\x04" + bytes(50), "office"),
        (b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n", "PostScript"),
        (bytes(4) + b"ftypisom" + bytes(90), "a video"),
        (bytes(range(256)) * 9, "not a picture"),
        (b"\x00", "not a picture"),
    ],
)
def test_what_is_no_picture(body: bytes, says: str, tmp_path: Path) -> None:
    (tmp_path / "page.png").write_bytes(body)
    assert says in failure(tmp_path / "page.png")
    assert says in failure(body)


@pytest.mark.parametrize("kind", KINDS)
def test_truncated_files(kind: str) -> None:
    body = encoded(kind)
    for share in (0.2, 0.5, 0.9):
        failure(body[: int(len(body) * share)])


@pytest.mark.filterwarnings("ignore::UserWarning")  # PIL's about spoilt tags
@pytest.mark.parametrize("kind", KINDS)
def test_damaged_files_never_crash(kind: str) -> None:
    """Bytes are spoilt at random; a decoder may still find a picture, or the answer is an InputError."""
    rng, body = np.random.default_rng(1), encoded(kind)
    for _ in range(40):
        spoilt = bytearray(body)
        for place in rng.integers(0, min(len(body), 400), 6):
            spoilt[place] = int(rng.integers(0, 256))
        try:
            for page in open_source(bytes(spoilt), limits=Limits(max_pixels=1_000_000)):
                assert isinstance(page, Lost) or page.image.dtype == np.uint8 and page.image.shape[2] == 3
        except InputError as error:
            assert "\n" not in str(error)


def test_decompression_bombs_are_refused_before_decoding() -> None:
    failure(png_claiming(30_000, 30_000), TooLargeError)
    failure(png_claiming(200_000, 200_000), TooLargeError)
    failure(png_claiming(2**31 - 1, 2**31 - 1), InputError)
    before = Image.MAX_IMAGE_PIXELS
    message = failure(encoded("PNG"), TooLargeError, limits=Limits(max_pixels=60 * 40 - 1))
    assert "limit of 2,399" in message
    assert len(list(open_source(encoded("PNG"), limits=Limits(max_pixels=60 * 40)))) == 1
    assert Image.MAX_IMAGE_PIXELS == before
    failure(NOISE, TooLargeError, limits=Limits(max_pixels=100))
    failure(Image.fromarray(NOISE), TooLargeError, limits=Limits(max_pixels=100))


def test_our_limit_decides_not_the_one_of_pil(recwarn: pytest.WarningsRecorder) -> None:
    claims = png_claiming(14_000, 14_000)  # 196 megapixels: PIL alone would call it an attack
    assert "broken" in failure(claims)  # accepted by size, then found without data
    failure(claims, TooLargeError, limits=Limits(max_pixels=100_000_000))
    assert not recwarn.list


def test_bomb_on_a_later_page() -> None:
    pages = [Image.new("1", (10, 10)), Image.new("1", (900, 900))]
    body = encoded("TIFF", pages[0], save_all=True, append_images=pages[1:])
    found = open_source(body, limits=Limits(max_pixels=10_000))
    assert next(found).image.shape == (10, 10, 3)
    lost = next(found)
    assert isinstance(lost, Lost) and lost.index == 1 and isinstance(lost.why, TooLargeError)
    assert "page 2, has more pixels than the limit" in str(lost.why) and not list(found)


def test_bomb_in_the_text_of_a_png() -> None:
    info = PngImagePlugin.PngInfo()
    info.add_text("comment", "a" * (80 << 20), zip=True)
    failure(encoded("PNG", pnginfo=info))


def test_zero_sized_pictures() -> None:
    assert "nothing to read" in failure(Image.new("RGB", (0, 5)))
    failure(b"P6 0 0 255\n")
    failure(png_claiming(0, 7))


def test_streams(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "limit of 100 bytes" in failure(io.BytesIO(encoded("PNG")), TooLargeError, limits=Limits(max_bytes=100))
    assert 'mode "rb"' in failure(io.StringIO("text"), UsageError)
    (tmp_path / "a.png").write_bytes(encoded("PNG"))
    with (tmp_path / "a.png").open(encoding="utf-8") as file:
        assert 'mode "rb"' in failure(file, UsageError)
    with (tmp_path / "a.png").open("rb") as file:
        pass
    assert "cannot read" in failure(file)

    class Broken(io.RawIOBase):
        def read(self, size: int = -1) -> bytes:
            raise OSError("the disk is gone")

    assert "the disk is gone" in failure(Broken())
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"")))
    assert "is empty" in failure("-")
    monkeypatch.setattr(sys.stdin, "isatty", lambda: True, raising=False)
    failure("-", UsageError)
    monkeypatch.setattr(sys, "stdin", None)
    failure("-", UsageError)


@pytest.mark.skipif(not Path("/dev/zero").exists(), reason="needs /dev/zero")
def test_endless_devices() -> None:
    failure("/dev/zero", TooLargeError, limits=Limits(max_bytes=1 << 20))


def test_things_that_are_no_source() -> None:
    for source in (None, 7, object(), [b"a"], {"a": 1}):
        failure(source, UsageError)
