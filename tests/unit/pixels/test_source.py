"""Every way to hand over a picture gives the same page; folders and patterns become files."""

from __future__ import annotations

import io
import os
import sys
import threading
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from gotocr.errors import InputError, TooLargeError
from gotocr.pixels import pdf
from gotocr.pixels.limits import Limits
from gotocr.pixels.opening import Opening, page_ranges
from gotocr.pixels.source import expand, is_stream, open_source, page_count, page_of
from gotocr.schema import Page
from tests.unit.pixels.written import tree

COLOURS = np.array([[[255, 0, 0], [0, 255, 0], [0, 0, 255]], [[255, 255, 255], [0, 0, 0], [90, 90, 90]]], np.uint8)
CARD = COLOURS.repeat(16, axis=0).repeat(16, axis=1)  # (32, 48, 3): six patches, no two corners alike


def one(source: object, **options: object) -> np.ndarray:
    pages = list(open_source(source, **options))
    assert len(pages) == 1
    image = pages[0].image
    assert image.dtype == np.uint8 and image.ndim == 3 and image.shape[2] == 3
    return image


@pytest.fixture
def png(tmp_path: Path) -> Path:
    Image.fromarray(CARD).save(tmp_path / "card.png")
    return tmp_path / "card.png"


def test_ways_to_hand_over_a_picture(png: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    body = png.read_bytes()
    named = {
        str(png): str(png),
        png: str(png),
        body: "<bytes>",
        memoryview(body): "<bytes>",
        io.BytesIO(body): "<file>",
    }
    for source, name in named.items():
        (page,) = open_source(source)
        np.testing.assert_array_equal(page.image, CARD)
        assert isinstance(page, Page) and (page.index, page.source) == (0, name)
    for source, name in ((bytearray(body), "<bytes>"), (Image.open(png), "<image>"), (CARD, "<array>")):
        (page,) = open_source(source)
        np.testing.assert_array_equal(page.image, CARD)
        assert page.source == name
    with png.open("rb") as file:
        np.testing.assert_array_equal(one(file), CARD)
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(body)))
    (page,) = open_source("-")
    np.testing.assert_array_equal(page.image, CARD)
    assert page.source == "<stdin>"


def test_home_is_understood(png: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(png.parent))
    np.testing.assert_array_equal(one("~/card.png"), CARD)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
def test_named_pipes_are_read(png: Path, tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    writer = threading.Thread(target=lambda: pipe.write_bytes(png.read_bytes()))
    writer.start()
    np.testing.assert_array_equal(one(pipe), CARD)
    writer.join()


def test_expand_folders_and_patterns(tmp_path: Path) -> None:
    for name in ("p10.png", "p2.PNG", "p1.pdf", "notes.txt", ".hidden.png", "deep/p3.jpg"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    inside = [str(tmp_path / name) for name in ("p1.pdf", "p2.PNG", "p10.png")]
    assert expand([tmp_path]) == expand([str(tmp_path)]) == inside
    assert expand([tmp_path / "*.png"]) == [str(tmp_path / "p10.png")]
    assert expand([f"{tmp_path}/p?.*"]) == inside[:2]
    assert expand([f"{tmp_path}/**/*.jpg"]) == [str(tmp_path / "deep" / "p3.jpg")]
    (tmp_path / ".git").mkdir()
    (tmp_path / ".git" / "p0.png").touch()
    (tmp_path / "deep" / "loop").symlink_to(tmp_path)
    assert expand([tmp_path], recursive=True) == [str(tmp_path / "deep" / "p3.jpg"), *inside]
    assert expand([f"{tmp_path}/*.png"], recursive=True) == [inside[2]]
    array = np.zeros((2, 2))
    kept = ["-", "https://example.org/*.png", b"x", array, "a\x00b", "x" * 5000]
    kept += [tmp_path / "missing.png", tmp_path / "none*.png"]
    assert all(a is b for a, b in zip(expand(kept), kept, strict=True))
    (tmp_path / "a[1].png").touch()
    assert expand([tmp_path / "a[1].png"]) == [tmp_path / "a[1].png"]  # a file of that very name


@pytest.mark.parametrize("kind", ["pdf", "tif"])
def test_one_page_of_a_file(tmp_path: Path, kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / f"pages.{kind}"
    sheets = [Image.new("RGB", (20 + 10 * number, 30), "white") for number in range(3)]
    sheets[0].save(path, save_all=True, append_images=sheets[1:], resolution=144)
    drawn, draw = [], pdf._Document.page
    monkeypatch.setattr(pdf._Document, "page", lambda document, number: drawn.append(number) or draw(document, number))
    for number in (2, 0, 1):
        page = page_of(path, number)
        assert page.image.shape == (30, 20 + 10 * number, 3) and page.index == number and page.source == str(path)
    assert drawn == ([2, 0, 1] if kind == "pdf" else [])
    for number, says in ((3, "has 3 pages; there is no page 4$"), (-1, "has no page 0$")):
        with pytest.raises(InputError, match=f"pages.{kind} {says}"):
            page_of(path, number)
    with pytest.raises(InputError, match="no file"):
        page_of(tmp_path / "absent.pdf", 1)


def test_counting_pages_consumes_nothing(png: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Watched(io.BytesIO):
        def read(self, *_: object) -> bytes:
            raise AssertionError("it was read")

    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(Watched(png.read_bytes())))
    for source in ("-", Watched(), "https://example.invalid/a.pdf", "clipboard:", tmp_path, tmp_path / "missing.pdf", "a\x00b", "x" * 5000, None, 7):
        assert page_count(source) is None
    for source in (png, str(png), png.read_bytes(), Image.open(png), CARD):
        assert page_count(source) == 1
    second = Opening(page_ranges("2-"))
    assert page_count(png, second) == 1  # one that is lost: the open range holds nothing
    for source in (png, CARD, Image.open(png)):
        with pytest.raises(InputError, match="has 1 page; there is no page 2$"):
            next(open_source(source, opening=second))


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
def test_counting_pages_waits_for_no_pipe(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.pdf")
    assert page_count(tmp_path / "pipe.pdf") is None


def test_what_has_to_be_waited_for(png: Path, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    assert all(map(is_stream, ("-", str(tmp_path / "pipe"), tmp_path / "pipe")))
    some = (png, str(png), tmp_path, tmp_path / "none", "clipboard:", "https://example.org/a.png", "\0", b"data", io.BytesIO(b"data"))
    assert not any(map(is_stream, (*some, Image.new("L", (1, 1)), np.zeros((1, 1)))))
    reading, writing = os.pipe()
    with open(png, "rb") as file, os.fdopen(reading, "rb") as pipe:
        assert is_stream(pipe) and not is_stream(file)
    os.close(writing)


def test_a_source_whose_pages_are_all_lost_is_an_error_of_its_own() -> None:
    body = tree(b"9 0 R " * 3, 3)
    with pytest.raises(InputError, match="page 1, cannot be opened"):
        list(open_source(body))
    assert [page.index for page in open_source(body, opening=Opening().without({0}))] == [1, 2]


@pytest.mark.parametrize("apart", [False, True])
@pytest.mark.parametrize("kind", ["TIFF", "PDF"])
@pytest.mark.parametrize("handed", ["path", "bytes"])
def test_more_pages_than_may_be_are_refused_before_the_first(tmp_path: Path, apart: bool, kind: str, handed: str) -> None:
    page = Image.fromarray(CARD)
    path = tmp_path / f"four.{kind.lower()}"
    page.save(path, kind, save_all=True, append_images=[page] * 3)
    source, limits = path if handed == "path" else path.read_bytes(), Limits(max_pages=3, apart=apart)
    with pytest.raises(TooLargeError, match="4 pages to be read, over the limit of 3"):
        next(open_source(source, limits=limits))
    assert len(list(open_source(source, limits=limits, opening=Opening(page_ranges("2-"))))) == 3
    assert len(list(open_source(source, limits=Limits(apart=apart)))) == 4
