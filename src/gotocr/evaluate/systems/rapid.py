"""RapidOCR: PP-OCR's models by ONNX Runtime, from whichever of its two packages is installed with its models in it."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module
from importlib.metadata import version
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple

import numpy as np

from ...engines.onnx_session import hush
from ...errors import MissingProgramError
from ..suite import Item
from .picture import layout_of, picture_of
from .system import Choice

PACKAGES = ("rapidocr", "rapidocr_onnxruntime")  # the newer first
SURE = 0.5  # what RapidOCR itself drops texts below
PDF_DPI = 200.0  # as RapidOCR's own reader of PDF files has it


class Found(NamedTuple):
    """A text and the corners of where it stands, (4, 2) in pixels."""

    text: str
    corners: Any


class Rapid:
    """An engine of one of the packages with its models loaded."""

    name = "rapidocr"

    def __init__(self, package: ModuleType, models: Sequence[Path]) -> None:
        import onnxruntime

        self.engine = package.RapidOCR()
        distribution = package.__name__.replace("_", "-")
        names = ", ".join(model.stem for model in models)
        self.version = f"{distribution} {version(distribution)} ({names}), onnxruntime {onnxruntime.__version__}"
        blank = np.full((64, 64, 3), 255, np.uint8)
        self.recognise(blank)  # models are loaded when first used, which is now
        self.detect(blank)

    def read(self, item: Item, mode: str) -> str:
        """The text of the picture; RapidOCR writes no Markdown, so both modes give the same.

        A picture of a word or a line needs no detection, and is read better and faster without; where that leaves it
        unsure, texts are looked for all the same.
        """
        image = np.ascontiguousarray(picture_of(item, "RapidOCR", PDF_DPI)[:, :, ::-1])  # as OpenCV has it
        whole, sure = self.recognise(image) if layout_of(item) in ("word", "line") else ("", 0.0)
        return whole if sure >= SURE else in_lines(self.detect(image)) or whole

    def recognise(self, image: np.ndarray) -> tuple[str, float]:
        """The picture (H, W, 3) read as one line, and how sure that is, in [0, 1]."""
        found = self.engine(image, use_det=False)
        if isinstance(found, tuple):  # of the older package
            rows = found[0] or ()
        else:
            rows = list(zip(found.txts or (), found.scores or (), strict=True))
        return next(((str(row[0]).strip(), float(row[1])) for row in rows), ("", 0.0))

    def detect(self, image: np.ndarray) -> list[Found]:
        """Every text that is found on the picture (H, W, 3), and where."""
        found = self.engine(image, use_det=True)
        if isinstance(found, tuple):
            return [Found(row[1], row[0]) for row in found[0] or ()]
        return [] if found.txts is None else list(map(Found, found.txts, found.boxes))

    def close(self) -> None:
        pass


def in_lines(found: Sequence[Found]) -> str:
    """Texts in reading order: rows from top to bottom, each from left to right, a line each.

    Two texts stand in one row where the middle of each lies between the other's top and bottom.
    """
    boxes = []
    for text, corners in found:
        xs, ys = np.asarray(corners, float).T
        boxes.append((float(ys.min()), float(ys.max()), float(xs.min()), text))
    rows: list[list[tuple[float, float, float, str]]] = []
    for box in sorted(boxes, key=lambda box: box[0] + box[1]):
        if rows and _beside(rows[-1][-1], box):
            rows[-1].append(box)
        else:
            rows.append([box])
    return "\n".join(" ".join(text for *_, text in sorted(row, key=lambda box: box[2])) for row in rows)


def _beside(one: Sequence[Any], other: Sequence[Any]) -> bool:
    middles = (one[0] + one[1]) / 2, (other[0] + other[1]) / 2
    return other[0] <= middles[0] <= other[1] and one[0] <= middles[1] <= one[1]


def open_system(choice: Choice) -> Rapid:
    """See `system.OpenSystem`. Raises MissingProgramError where neither package is installed with models."""
    what = "RapidOCR"
    hush()
    for name in PACKAGES:
        try:
            package = import_module(name)
        except ModuleNotFoundError:
            continue
        except ImportError as error:  # a system library it loads, or two packages of OpenCV in each other's way
            what = f"RapidOCR ({error})"
            continue
        models = sorted((Path(package.__file__ or "").parent / "models").glob("*.onnx"))
        if models:  # else it would download them
            return Rapid(package, models)
    raise MissingProgramError(what, "pip install rapidocr   (it brings its models, and OpenCV without a display)")
