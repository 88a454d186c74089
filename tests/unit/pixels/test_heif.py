"""HEIC is read where it says it is HEIC, a video never is, and what a Pillow was built without is said so."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, features

from gotocr.errors import InputError, MissingExtraError, TooLargeError
from gotocr.pixels import picture
from gotocr.pixels.heif import is_avif, is_heif
from gotocr.pixels.limits import Limits
from gotocr.pixels.source import expand, open_source, page_count

FIXTURES = Path(__file__).parents[2] / "fixtures" / "sources"  # written by pillow_heif
COLOURS = np.array([[[255, 0, 0], [0, 255, 0], [0, 0, 255]], [[255, 255, 255], [0, 0, 0], [90, 90, 90]]], np.uint8)


def named(first: bytes, *others: bytes) -> bytes:
    """The first box of a file of these brands, and no picture behind it."""
    inside = first + bytes(4) + b"".join(others)
    return (8 + len(inside)).to_bytes(4, "big") + b"ftyp" + inside + bytes(64)


def test_a_picture(tmp_path: Path) -> None:
    pytest.importorskip("pi_heif")
    path = FIXTURES / "card.heic"
    for source in (path, path.read_bytes()):
        (page,) = open_source(source)
        assert page.image.shape == (32, 48, 3) and page_count(source) == 1
        assert np.abs(page.image[8::16, 8::16].astype(int) - COLOURS).max() < 12
    with pytest.raises(TooLargeError):
        next(open_source(path, limits=Limits(max_pixels=1000)))
    with pytest.raises(InputError, match="broken or cut off"):
        next(open_source(path.read_bytes()[:-200]))
    (tmp_path / "a.HEIC").write_bytes(path.read_bytes())
    assert expand([tmp_path]) == [str(tmp_path / "a.HEIC")]


def test_it_is_turned_once() -> None:
    """Its container says how to turn it, and so does its EXIF: the latter is not for readers."""
    pytest.importorskip("pi_heif")
    (page,) = open_source(FIXTURES / "turned.heic")
    assert page.image.shape == (48, 32, 3)
    assert np.abs(page.image[8::16, 8::16].astype(int) - np.rot90(COLOURS, -1)).max() < 12


def test_only_what_says_so_is_heif() -> None:
    for head in (named(b"heic", b"mif1"), named(b"heix"), named(b"mif1", b"heic"), named(b"msf1", b"miaf", b"hevc")):
        assert is_heif(head) and not is_avif(head)
    for head in (named(b"avif", b"mif1"), named(b"mif1", b"avif", b"heic"), named(b"avis")):
        assert is_avif(head) and not is_heif(head)
    for head in (named(b"isom", b"heic"), named(b"mp42", b"mif1", b"heic"), named(b"qt  "), named(b"M4V "), named(b"mif1"), b"", b"ftypheic"):
        assert not is_heif(head) and not is_avif(head)
    assert not is_heif((24).to_bytes(4, "big") + b"ftypmif1" + bytes(4) + b"mif1miaf" + b"heic" * 9)  # behind its end


@pytest.mark.parametrize("first", [b"isom", b"mp42", b"qt  ", b"M4V ", b"3gp4"])
def test_a_video_is_no_picture(first: bytes) -> None:
    with pytest.raises(InputError, match="a video"):
        next(open_source(named(first, b"heic", b"mif1")))


def test_without_what_reads_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pi_heif", None)
    with pytest.raises(MissingExtraError, match=r"HEIC needs the \[formats\] extra"):
        next(open_source(FIXTURES / "card.heic"))


def test_other_pictures_do_not_load_it() -> None:
    code = "import sys, numpy; from gotocr.pixels.source import open_source; import io; from PIL import Image; b = io.BytesIO();"
    code += "Image.new('L', (9, 9)).save(b, 'PNG'); list(open_source(b.getvalue())); print('pi_heif' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "False\n"


@pytest.mark.parametrize(("kind", "library", "says"), [("WEBP", "webp", "WebP"), ("AVIF", "avif", "AVIF"), ("JPEG2000", "jpg_2000", "JPEG 2000")])
def test_what_pillow_was_built_without(kind: str, library: str, says: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if not features.check(library):
        pytest.skip("it is left out of this one, too")
    Image.new("RGB", (32, 32)).save(tmp_path / "a.bin", kind)
    assert len(list(open_source(tmp_path / "a.bin"))) == 1
    monkeypatch.setattr(picture.features, "check", lambda name: name != library)
    with pytest.raises(InputError, match=f"is {says}, which the Pillow here was built without"):
        next(open_source(tmp_path / "a.bin"))
