"""What the program is asked, told by one that stands in its place and writes down its arguments and its input."""

from __future__ import annotations

import io
import os
import sys
from pathlib import Path

import pytest
from PIL import Image

from gotocr.errors import EngineError, InputError, MissingExtraError, UsageError
from gotocr.evaluate.suite import Item
from gotocr.evaluate.systems import SYSTEMS
from gotocr.evaluate.systems.system import Choice

PROGRAM = """#!{python}
import os, sys
if "--version" in sys.argv: print("tesseract 9.8.7\\n leptonica-1")
elif "--list-langs" in sys.argv: print("List of available languages (2):\\n" + open({folder!r} + "/languages").read())
elif os.path.exists({folder!r} + "/broken"): sys.exit("Warning\\nError opening data file")
else:
    given = b"" if "stdin" not in sys.argv else sys.stdin.buffer.read()
    open({folder!r} + "/given", "wb").write(given)
    print(" ".join(sys.argv[1:]), "limit", os.environ["OMP_THREAD_LIMIT"], "\\f")
"""


@pytest.fixture
def program(tmp_path, monkeypatch):
    """The folder of the stand-in: what it was given is there."""
    folder = tmp_path / "bin"
    folder.mkdir()
    (folder / "tesseract").write_text(PROGRAM.format(python=sys.executable, folder=str(folder)))
    (folder / "tesseract").chmod(0o755)
    (folder / "languages").write_text("deu\neng\nchi_sim\nosd\n")
    monkeypatch.setenv("PATH", str(folder))
    monkeypatch.delenv("OMP_THREAD_LIMIT", raising=False)
    return folder


def opened():
    return SYSTEMS["tesseract"](Choice())


def item(image: Path, kind: str = "text_line", language: str = "en", **more) -> Item:
    return Item("one", kind, image, None, language, **more)


def test_its_version_tells_what_was_measured(program, monkeypatch):
    version = opened().version
    assert version.startswith("tesseract 9.8.7, languages chi_sim, deu, eng (") and version.endswith("OMP_THREAD_LIMIT=1")
    monkeypatch.setenv("OMP_THREAD_LIMIT", "3")
    assert opened().version.endswith("OMP_THREAD_LIMIT=3")


@pytest.mark.parametrize(
    ("kind", "language", "asked"),
    [
        ("scene", "de", "--psm 8 -l deu"),
        ("word", "zh", "--psm 8 -l chi_sim"),
        ("text_line", "fr", "--psm 7 -l eng"),
        ("formatted_page", "de-AT", "--psm 3 -l deu"),
        ("table", "zh_CN", "--psm 6 -l chi_sim"),
        ("formula", "", "--psm 6 -l eng"),
    ],
)
def test_how_the_text_lies_and_its_language_are_said(program, picture, kind, language, asked):
    text = opened().read(item(picture, kind, language), "format")
    assert text == f"{picture} stdout {asked} -c page_separator= limit 1" and (program / "given").read_bytes() == b""


def test_only_plain_pictures_are_given_as_they_are(program, tmp_path):
    odd = tmp_path / "odd.png"
    clear = Image.new("RGBA", (4, 2), (0, 0, 0, 0))
    clear.putpixel((0, 0), (255, 0, 0, 255))
    clear.save(odd)
    turned = Image.new("RGB", (4, 2), "white")
    exif = turned.getexif()
    exif[0x0112] = 6
    turned.save(tmp_path / "turned.jpg", exif=exif)
    Image.new("L", (30, 20), 255).save(tmp_path / "scan.tif", save_all=True, append_images=[Image.new("L", (5, 6), 0)])
    Image.new("RGB", (72, 36), "white").save(tmp_path / "page.pdf", resolution=72)
    sizes = {}
    for name, page in (("odd.png", 0), ("turned.jpg", 0), ("scan.tif", 1), ("page.pdf", 0)):
        text = opened().read(item(tmp_path / name, page=page), "plain")
        assert text.startswith("stdin stdout --psm 7") and ("--dpi 300" in text) == (name == "page.pdf")
        given = Image.open(io.BytesIO((program / "given").read_bytes()))
        assert given.format == "PPM"
        sizes[name] = given.size
        if name == "odd.png":
            assert [given.getpixel((x, 0)) for x in (0, 1)] == [(255, 0, 0), (255, 255, 255)]
    assert sizes == {"odd.png": (4, 2), "turned.jpg": (2, 4), "scan.tif": (5, 6), "page.pdf": (300, 150)}


def test_boxes_are_cut_out_and_frames_refused(program, picture):
    opened().read(item(picture, notes={"box": [10, 20, 40, 30]}), "plain")
    assert Image.open(io.BytesIO((program / "given").read_bytes())).size == (30, 10)
    with pytest.raises(UsageError, match="red frame"):
        opened().read(item(picture, notes={"colour": "red"}), "plain")
    with pytest.raises(UsageError, match="four numbers"):
        opened().read(item(picture, notes={"box": "1, 2"}), "plain")


def test_lists_of_files_and_names_like_options_are_only_pictures(program, tmp_path, monkeypatch):
    (tmp_path / "list.png").write_text("/etc/hostname\n")
    with pytest.raises(InputError, match="not a picture"):
        opened().read(item(tmp_path / "list.png"), "plain")
    Image.new("L", (9, 9)).save(tmp_path / "--psm.png")
    monkeypatch.chdir(tmp_path)
    assert opened().read(item(Path("--psm.png")), "plain").startswith(f"{tmp_path}{os.sep}--psm.png stdout")


def test_what_goes_wrong_is_said(program, picture, tmp_path):
    with pytest.raises(InputError, match="no file"):
        opened().read(item(tmp_path / "absent.png"), "plain")
    (program / "broken").touch()
    with pytest.raises(EngineError, match="code 1: Error opening data file"):
        opened().read(item(picture), "plain")
    (program / "languages").write_text("osd\n")
    with pytest.raises(MissingExtraError, match="apt-get install tesseract-ocr-eng"):
        opened()
    (program / "tesseract").unlink()
    with pytest.raises(MissingExtraError, match="sudo apt-get install tesseract-ocr$") as caught:
        opened()
    assert caught.value.exit_code == 4


