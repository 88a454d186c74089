"""The clipboard as a source: a picture, files that were copied, or a line that says what to do."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageGrab

from gotocr.errors import InputError, UsageError
from gotocr.pixels import clipboard
from gotocr.pixels.clipboard import CLIPBOARD, paths_of
from gotocr.pixels.opening import Opening, page_ranges
from gotocr.pixels.source import expand, open_source, page_count
from gotocr.schema import Lost, Page

CARD = np.arange(48, dtype=np.uint8).reshape(4, 4, 3)


@pytest.fixture
def holds(monkeypatch: pytest.MonkeyPatch):
    """A clipboard, as Windows and macOS have it, that holds something or raises it."""

    def put(what: object) -> None:
        def grab() -> object:
            if isinstance(what, Exception):
                raise what
            return what

        monkeypatch.setattr(clipboard, "BUILT_IN", True)
        monkeypatch.setattr(ImageGrab, "grabclipboard", grab)

    return put


def test_a_picture(holds) -> None:
    holds(Image.fromarray(CARD))
    (page,) = open_source(CLIPBOARD)
    np.testing.assert_array_equal(page.image, CARD)
    assert page.source == "<clipboard>" and expand([CLIPBOARD]) == [CLIPBOARD] and page_count(CLIPBOARD) is None
    with pytest.raises(InputError, match="has 1 page; there is no page 2"):
        next(open_source(CLIPBOARD, opening=Opening(page_ranges("2"))))


def test_files_that_were_copied(holds, tmp_path: Path) -> None:
    for name in ("b.png", "a.png"):
        Image.fromarray(CARD).save(tmp_path / name)
    (tmp_path / "c.png").write_bytes(b"no picture")
    files = [str(tmp_path / name) for name in ("b.png", "c.png", "a.png")]
    holds(files)
    assert expand([CLIPBOARD]) == files
    first, lost, last = open_source(CLIPBOARD)
    assert isinstance(first, Page) and isinstance(lost, Lost) and isinstance(last, Page) and last.index == 2
    assert [page.index for page in open_source(CLIPBOARD, opening=Opening(page_ranges("3-")))] == [2]
    holds([str(tmp_path)])
    assert expand([CLIPBOARD]) == sorted(files)


@pytest.mark.parametrize("what", [None, [], OSError("the clipboard\nis busy"), ChildProcessError("xclip error")])
def test_nothing_that_can_be_read(holds, what) -> None:
    holds(what)
    with pytest.raises(InputError, match="clipboard") as caught:
        next(open_source(CLIPBOARD))
    assert "\n" not in str(caught.value) and expand([CLIPBOARD]) == [CLIPBOARD]


def test_no_screen_or_no_program(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(clipboard, "BUILT_IN", False)
    for screen in ("DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(screen, raising=False)
    with pytest.raises(UsageError, match="without a screen; save the picture"):
        next(open_source(CLIPBOARD))
    monkeypatch.setenv("PATH", str(tmp_path))
    for screen, program in (("DISPLAY", "xclip"), ("WAYLAND_DISPLAY", "wl-clipboard")):
        monkeypatch.setenv(screen, ":7")
        with pytest.raises(UsageError, match=f"without {program}; install it"):
            next(open_source(CLIPBOARD))


@pytest.mark.skipif(sys.platform in ("win32", "darwin"), reason="asks a program of Linux")
@pytest.mark.parametrize(("screen", "program"), [("DISPLAY", "xclip"), ("WAYLAND_DISPLAY", "wl-paste")])
def test_programs_of_linux(screen: str, program: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A program that answers as xclip and wl-paste do: with the files, or with the picture where there are none."""
    for name in ("DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv(screen, ":7")
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    Image.fromarray(CARD).save(tmp_path / "a b.png")
    tool = tmp_path / program
    tool.write_text(f"#!/bin/sh\ncase \"$*\" in *uri-list*) echo 'file://{tmp_path}/a%20b.png';; *) exit 1;; esac\n")
    tool.chmod(0o755)
    assert clipboard.copied() == [str(tmp_path / "a b.png")] == expand([CLIPBOARD])
    tool.write_text(f"#!/bin/sh\ncase \"$*\" in *uri-list*) echo 'not available' >&2; exit 1;; *) cat '{tmp_path}/a b.png';; esac\n")
    (page,) = open_source(CLIPBOARD)
    np.testing.assert_array_equal(page.image, CARD)


def test_lists_of_files() -> None:
    assert paths_of("# copied\r\nfile:///a/b%20c.png\r\nhttps://example.org/x.png\nfile://localhost/d.pdf\nfile://other/e.pdf\n") == [
        str(Path("/a/b c.png")),
        str(Path("/d.pdf")),
    ]
    assert paths_of("") == paths_of("words") == paths_of("file://") == []
