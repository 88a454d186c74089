"""A plug-in by which OCRmyPDF reads with gotocr: `ocrmypdf --plugin gotocr.ocrmypdf in.pdf out.pdf`.

OCRmyPDF does all else: PDF/A, turning and straightening pages, making files smaller, parallel work. It is not part of this
package, and neither is what it calls (Ghostscript for some kinds of PDF/A). Pages are read as printed, by the model that
`--gotocr-model` names, once for each of its processes.
"""

from __future__ import annotations

import shutil
from argparse import ArgumentParser
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any

import numpy as np
from ocrmypdf import hookimpl
from ocrmypdf.exceptions import ExitCodeException, MissingDependencyError, SubprocessOutputError
from ocrmypdf.models.ocr_element import Baseline, BoundingBox, OcrClass, OcrElement
from ocrmypdf.pluginspec import OcrEngine, OrientationConfidence
from PIL import Image
from pydantic import BaseModel

from .errors import GotocrError, MissingExtraError, WeightsError
from .formats import FORMATS
from .formats.pdf import alone
from .formats.pdf.place import Placed, placed_of
from .kinds.page import union
from .pixels.lettering import lettering
from .pixels.skew import skew
from .pixels.upright import turn_of
from .reader import load
from .schema import Box, Leaf

if TYPE_CHECKING:
    from .reader import Reader

NAME = "gotocr"
MINE = ("auto", NAME)  # what `--ocr-engine` says where this plug-in is meant
SURE = 15.0  # of how a page lies, on OCRmyPDF's scale: above what it asks for before it turns a page
TESSERACT = "ocrmypdf.builtin_plugins.tesseract_ocr"

_loading = Lock()


class GotocrOptions(BaseModel):
    """As `options.gotocr` in OCRmyPDF; on its command line with `--gotocr-` before the name."""

    model: str = "nano"
    device: str = "cpu"


@hookimpl
def initialize(plugin_manager: Any) -> None:
    """Tesseract need not be there: OCRmyPDF asks for it wherever its plug-in is."""
    if shutil.which("tesseract") is None:
        plugin_manager.set_blocked(TESSERACT)


@hookimpl
def register_options() -> dict[str, type[BaseModel]]:
    return {NAME: GotocrOptions}


@hookimpl
def add_options(parser: ArgumentParser) -> None:
    known = GotocrOptions()
    group = parser.add_argument_group("gotocr")
    group.add_argument("--gotocr-model", metavar="NAME|PATH", default=known.model, help="who reads (default: %(default)s)")
    group.add_argument("--gotocr-device", default=known.device, help="cpu, cuda, cuda:1, ... (default: %(default)s)")


@hookimpl
def check_options(options: Any) -> None:
    """What is wrong with the model is said before pages are drawn."""
    if options.ocr_engine in MINE:
        try:
            _ = _reader(options).folder
        except GotocrError as error:
            raise _theirs(error) from error


@hookimpl
def get_ocr_engine(options: Any) -> GotocrEngine | None:
    return GotocrEngine() if options is None or options.ocr_engine in MINE else None


class GotocrEngine(OcrEngine):
    """What OCRmyPDF asks of a reader, page by page."""

    @staticmethod
    def version() -> str:
        return version(NAME)

    @staticmethod
    def creator_tag(options: Any) -> str:
        return f"{NAME} {version(NAME)} ({_asked(options).model})"

    def __str__(self) -> str:
        return f"{NAME} {version(NAME)}"

    @staticmethod
    def languages(options: Any) -> set[str]:
        """None is said: a model reads what it was trained on, whatever `--language` names."""
        return set()

    @staticmethod
    def get_orientation(input_file: Path, options: Any) -> OrientationConfidence:
        image = _picture(input_file)
        return OrientationConfidence(turn_of(image, lettering(image)), SURE)

    @staticmethod
    def get_deskew(input_file: Path, options: Any) -> float:
        return skew(lettering(_picture(input_file)))

    @staticmethod
    def supports_generate_ocr() -> bool:
        return True

    @staticmethod
    def generate_ocr(input_file: Path, options: Any, page_number: int = 0) -> tuple[OcrElement, str]:
        leaf = _read(input_file, options)
        return tree(leaf, page_number, _dpi(input_file)[0]), _text(leaf)

    @staticmethod
    def generate_hocr(input_file: Path, output_hocr: Path, output_text: Path, options: Any) -> None:
        leaf = _read(input_file, options)
        output_hocr.write_bytes(b"".join(FORMATS["hocr"].parts([leaf], input_file.name, _asked(options).model)))
        output_text.write_text(_text(leaf), "utf-8")

    @staticmethod
    def generate_pdf(input_file: Path, output_pdf: Path, output_text: Path, options: Any) -> None:
        leaf = _read(input_file, options)
        output_pdf.write_bytes(b"".join(alone([leaf], input_file.name, _dpi(input_file))))
        output_text.write_text(_text(leaf), "utf-8")


def tree(leaf: Leaf, page_number: int = 0, dpi: float | None = None) -> OcrElement:
    """A page as OCRmyPDF has it: paragraphs of lines of words; boxes in pixels of the page."""
    whole = BoundingBox(0, 0, max(leaf.width, 1), max(leaf.height, 1))
    page = OcrElement(OcrClass.PAGE, whole, dpi=dpi, page_number=page_number)
    for block in placed_of(leaf):
        lines = [_line(placed, leaf) for placed in block]
        if lines:
            page.children.append(OcrElement(OcrClass.PARAGRAPH, _around(lines), children=lines))
    return page


def _line(placed: Placed, leaf: Leaf) -> OcrElement:
    line, size = placed.line, (max(leaf.width, 1), max(leaf.height, 1))
    words = [OcrElement(OcrClass.WORD, _bounds(placed.back.box(one.box, size)), text=one.text) for one in line.stretches if one.text]
    box = union(one.box for one in line.stretches)
    made = OcrElement(OcrClass.LINE, _bounds(placed.back.box(box, size)), children=words)
    if placed.degrees:
        made.textangle = float(placed.degrees)  # counter-clockwise: what is turned clockwise to be upright leans so
    else:
        made.baseline = Baseline(line.slope, line.foot(box[0]) - box[3])
    return made


def _bounds(box: Box) -> BoundingBox:
    """At least a pixel: OCRmyPDF leaves out what has no room."""
    left, top, right, bottom = box
    return BoundingBox(left, top, max(right, left + 1), max(bottom, top + 1))


def _around(lines: list[OcrElement]) -> BoundingBox:
    return _bounds(union((line.bbox.left, line.bbox.top, line.bbox.right, line.bbox.bottom) for line in lines))


def _read(path: Path, options: Any) -> Leaf:
    """The one page of a picture. Raises OCRmyPDF's errors."""
    try:
        leaf = _reader(options).read(path, "plain").pages[0]
    except GotocrError as error:
        raise _theirs(error) from error
    if leaf.error is not None:
        raise SubprocessOutputError(f"gotocr: {leaf.error}")
    return leaf


def _theirs(error: GotocrError) -> ExitCodeException:
    kind = MissingDependencyError if isinstance(error, (MissingExtraError, WeightsError)) else SubprocessOutputError
    return kind(f"gotocr: {error}")


def _text(leaf: Leaf) -> str:
    return b"".join(FORMATS["text"].parts([leaf], "", "")).decode("utf-8").rstrip("\f\n") + "\n"


def _asked(options: Any) -> GotocrOptions:
    found = getattr(options, NAME, None)
    return found if isinstance(found, GotocrOptions) else GotocrOptions()


def _reader(options: Any) -> Reader:
    asked = _asked(options)
    with _loading:
        return _loaded(asked.model, asked.device)


@lru_cache(maxsize=1)
def _loaded(model: str, device: str) -> Reader:
    return load(model, device=device, quiet=True)


def _picture(path: Path) -> np.ndarray:
    """(H, W, 3) uint8."""
    with Image.open(path) as image:
        return np.array(image.convert("RGB"))


def _dpi(path: Path) -> tuple[float, float]:
    with Image.open(path) as image:
        across, down = image.info.get("dpi", (72, 72))
    return float(across), float(down)
