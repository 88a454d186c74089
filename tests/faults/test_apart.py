"""Hostile pictures decoded in processes of their own: errors are those of decoding here; who crashes, hangs or eats is lost alone."""

from __future__ import annotations

import os
import signal
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, PngImagePlugin

from gotocr.child import MEMORY, Child, Pool, pool
from gotocr.errors import InputError, MissingExtraError, TooLargeError
from gotocr.pixels import apart
from gotocr.pixels.limits import Limits
from gotocr.pixels.source import open_source
from gotocr.schema import Lost, Page
from tests.faults.refused import failure
from tests.faults.test_images import KINDS, encoded, png_claiming
from tests.unit.pixels.test_tiff import encoded as pages_of_tiff
from tests.unit.pixels.written import long_jpeg, tiff

FIXTURES = Path(__file__).parents[1] / "fixtures" / "sources"
LIMITS = Limits(apart=True, max_pixels=1_000_000)
HERE = Limits(max_pixels=1_000_000)


def found(source: object, limits: Limits) -> list[object]:
    """Of each page its pixels, or class and words of what is wrong; the error of the whole."""
    try:
        pages = list(open_source(source, limits=limits))
    except InputError as error:
        return [type(error), str(error)]
    return [page.image.tobytes() if isinstance(page, Page) else (type(page.why), str(page.why)) for page in pages]


def assert_same(source: object) -> None:
    assert found(source, LIMITS) == found(source, HERE)


@pytest.mark.filterwarnings("ignore::UserWarning")  # PIL's about spoilt tags
@pytest.mark.parametrize("kind", [*KINDS, "AVIF"])
def test_cut_off_and_damaged(kind: str) -> None:
    rng, body = np.random.default_rng(1), encoded(kind)
    for share in (0.2, 0.5, 0.9):
        assert_same(body[: int(len(body) * share)])
    for _ in range(40):
        spoilt = bytearray(body)
        for place in rng.integers(0, min(len(body), 400), 6):
            spoilt[place] = int(rng.integers(0, 256))
        assert_same(bytes(spoilt))


@pytest.mark.parametrize("body", [b"", b"\x00", b"just some words", b"<!doctype html>", b"PK\x03\x04" + bytes(50), b"II*\x00", b"II*\x00" + bytes(60), b"P6 0 0 255\n"])
def test_what_is_no_picture(body: bytes, tmp_path: Path) -> None:
    assert_same(body)
    (tmp_path / "page.png").write_bytes(body)
    assert_same(tmp_path / "page.png")


def test_bombs() -> None:
    info = PngImagePlugin.PngInfo()
    info.add_text("comment", "a" * (80 << 20), zip=True)
    large = encoded("TIFF", Image.new("1", (10, 10)), save_all=True, append_images=[Image.new("1", (2000, 2000))])
    for body in (png_claiming(30_000, 30_000), png_claiming(2**31 - 1, 2**31 - 1), png_claiming(0, 7), encoded("PNG", pnginfo=info), large):
        assert_same(body)
    failure(png_claiming(30_000, 30_000), TooLargeError, limits=LIMITS)
    spoilt = bytearray(pages_of_tiff("tiff_adobe_deflate"))
    spoilt[300:500] = b"\xff" * 200
    assert_same(bytes(spoilt))
    assert_same(tiff(2)[:-10])


def test_heic() -> None:
    pytest.importorskip("pi_heif")
    whole = (FIXTURES / "card.heic").read_bytes()
    for body in (whole[:-200], whole[:300], whole[:60]):
        assert_same(body)
    assert isinstance(apart._error("MissingExtraError", "words"), MissingExtraError)


@pytest.fixture
def decoder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Limits]]:
    """Makes limits with a pool of their own; nothing may be left in the folder for temporary files."""
    (tmp_path / "temporary").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temporary"))
    made = []

    def make(answer: str = apart.ANSWER, drawing: float = 60.0, max_pixels: int = 40_000_000) -> Limits:
        monkeypatch.setattr(apart, "ANSWER", answer)
        made.append(Limits(drawing=drawing, max_pixels=max_pixels, apart=True))
        return made[-1]

    yield make
    for limits in made:
        processes(limits).close()
    assert list((tmp_path / "temporary").iterdir()) == []


def processes(limits: Limits) -> Pool:
    return pool(apart.ANSWER, limits.drawing, max(MEMORY, apart.PER_PIXEL * limits.max_pixels), apart.FRESH)


LONG = long_jpeg(6000, 3000)  # a minute and more, of half a megabyte


def test_one_that_is_decoded_without_end(decoder: Callable[..., Limits]) -> None:
    limits, began = decoder(drawing=1.0), time.monotonic()
    assert failure(LONG, limits=limits) == "the data takes longer than 1 s to decode; save it again, as PNG or JPEG"
    assert time.monotonic() - began < 40
    processes(limits)._free[-1].child.seconds = 60.0  # whatever else this machine does
    assert len(list(open_source(encoded("PNG"), limits=limits))) == 1


def test_others_are_decoded_meanwhile(decoder: Callable[..., Limits]) -> None:
    limits, ends = decoder(drawing=59.0), []
    list(open_source(encoded("PNG"), limits=limits))
    resting = processes(limits)._free[-1].child
    hanging = threading.Thread(target=lambda: ends.append(failure(LONG, limits=limits)))
    hanging.start()
    busy_with_another(resting)
    for _ in range(10):
        assert len(list(open_source(encoded("PNG"), limits=limits))) == 1
    assert hanging.is_alive() and not ends
    resting._process.kill()
    hanging.join(60)
    assert len(ends) == 1 and "died of it" in ends[0]


def busy_with_another(one: Child) -> None:
    """Wait until a child that was asked once is asked again."""
    until = time.monotonic() + 60
    while one._asked < 2:
        assert time.monotonic() < until
        time.sleep(0.01)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="this system does not limit data")
def test_one_that_takes_all_memory(decoder: Callable[..., Limits], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(apart, "MEMORY", 200 << 20)
    monkeypatch.setattr(apart, "PER_PIXEL", 1)
    limits = decoder(drawing=30.0, max_pixels=199_000_000)
    assert "too large to decode" in failure(encoded("PNG", Image.new("RGBA", (8000, 6000))), TooLargeError, limits=limits)
    assert len(list(open_source(encoded("PNG"), limits=limits))) == 1
    pool(apart.ANSWER, limits.drawing, 200 << 20, apart.FRESH).close()


@pytest.mark.parametrize(("what", "says"), [("hang", "takes longer than 1 s to decode"), ("crash", "what decodes it died of it"), ("refuse", "no, ä")])
def test_a_library_that_fails_its_process(what: str, says: str, decoder: Callable[..., Limits]) -> None:
    limits = decoder(f"tests.unit.worked:{what}", drawing=1.0 if what == "hang" else 60.0)
    assert says in failure(encoded("PNG"), limits=limits)


def test_killed_in_the_middle(decoder: Callable[..., Limits]) -> None:
    limits, ends = decoder(drawing=60.0), []
    hanging = threading.Thread(target=lambda: ends.append(failure(LONG, limits=limits)))
    list(open_source(encoded("PNG"), limits=limits))
    resting = processes(limits)._free[-1].child
    hanging.start()
    busy_with_another(resting)
    time.sleep(0.2)  # it decodes
    os.kill(resting._process.pid, signal.SIGKILL)
    hanging.join(60)
    assert ends == ["the data cannot be decoded: what decodes it died of it, or of the memory it took; save it again"]
    assert len(list(open_source(encoded("PNG"), limits=limits))) == 1


def test_asked_to_end_with_all_of_a_service_it_ends_its_work_first(decoder: Callable[..., Limits]) -> None:
    limits = decoder(drawing=61.0)
    list(open_source(encoded("PNG"), limits=limits))
    process = processes(limits)._free[-1].child._process
    os.kill(process.pid, signal.SIGTERM)
    assert len(list(open_source(encoded("PNG"), limits=limits))) == 1 and process.poll() is None


def test_many_pages_that_are_decoded_without_end(decoder: Callable[..., Limits], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(apart, "MOST_ENDED", 3)
    asked = []
    usual = apart._Decoder.page
    monkeypatch.setattr(apart._Decoder, "page", lambda self, place, name: asked.append(name) or usual(self, place, name))
    with pytest.raises(InputError, match="page 1, cannot be decoded: what decodes it died"):
        list(open_source(tiff(50), limits=decoder("tests.unit.worked:crash")))
    assert len(asked) == 4


def test_those_behind_a_page_that_kills_still_come(decoder: Callable[..., Limits]) -> None:
    first, lost, last = open_source(tiff(3), limits=decoder("tests.unit.worked:page_two_crashes"))
    assert isinstance(first, Page) and isinstance(last, Page) and isinstance(lost, Lost)
    assert str(lost.why).startswith("the data, page 2, cannot be decoded: what decodes it died of it")


def test_where_no_process_can_be_started(decoder: Callable[..., Limits], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    limits = decoder(drawing=2.0)
    monkeypatch.setattr(sys, "executable", "/nonesuch")
    assert "that is done in a process of its own, and no process can be started here" in failure(encoded("PNG"), limits=limits)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "none"))
    assert "the data cannot be kept in a temporary file (No such file" in failure(encoded("PNG"), limits=limits)
