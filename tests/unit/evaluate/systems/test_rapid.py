"""RapidOCR's two packages, in their place a module that answers as they do: texts in reading order, and when they are sought."""

from __future__ import annotations

import sys
from random import Random
from types import ModuleType, SimpleNamespace

import numpy as np
import pytest

from gotocr.errors import MissingExtraError
from gotocr.evaluate.suite import Item
from gotocr.evaluate.systems import SYSTEMS, rapid
from gotocr.evaluate.systems.rapid import Found, in_lines
from gotocr.evaluate.systems.system import Choice


def box(text: str, left: float, top: float, width: float = 50, height: float = 20, tilt: float = 0) -> Found:
    right, bottom = left + width, top + height
    return Found(text, [[left, top], [right, top + tilt], [right, bottom + tilt], [left, bottom]])


def test_texts_are_read_row_by_row():
    found = [box("a", 0, 0), box("b", 60, 4), box("c", 120, -3), box("d", 5, 25), box("e", 70, 27), box("f", 0, 60, 200, 12)]
    for seed in range(5):
        Random(seed).shuffle(found)
        assert in_lines(found) == "a b c\nd e\nf"
    assert in_lines([]) == ""


def test_a_tall_text_beside_two_rows_stands_in_neither():
    assert in_lines([box("one", 0, 0), box("two", 0, 25), box("HIGH", 60, 0, 50, 120)]) == "one\ntwo\nHIGH"


def test_a_tilted_row_is_one_row():
    assert in_lines([box("a", 0, 0, tilt=4), box("b", 60, 5, tilt=4), box("c", 120, 10, tilt=4)]) == "a b c"


class Newer:
    """Answers as rapidocr does."""

    line: tuple[str, float] = ("line", 0.9)
    many = [box("second", 0, 50), box("first", 0, 0)]

    def __init__(self):
        self.asked = []

    def __call__(self, image, use_det):
        assert image.dtype == np.uint8 and image.flags.c_contiguous
        self.asked.append(use_det)
        self.corner = tuple(image[0, 0])
        texts, boxes = zip(*self.many, strict=True) if self.many else (None, None)
        if use_det:
            return SimpleNamespace(txts=texts, boxes=None if boxes is None else np.array(boxes), scores=None)
        return SimpleNamespace(txts=(self.line[0],), scores=(self.line[1],))


class Older(Newer):
    """Answers as rapidocr_onnxruntime does."""

    def __call__(self, image, use_det):
        super().__call__(image, use_det)
        rows = [[place, text, 0.9] for text, place in self.many] if use_det else [list(self.line)]
        return rows or None, [0.1]


@pytest.fixture(params=[("rapidocr", Newer), ("rapidocr_onnxruntime", Older)], ids=["newer", "older"])
def system(request, tmp_path, monkeypatch):
    pytest.importorskip("onnxruntime")
    name, engine = request.param
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / "reads.onnx").touch()
    package = ModuleType(name)
    package.__file__, package.RapidOCR = str(tmp_path / "__init__.py"), engine
    for other in rapid.PACKAGES:
        monkeypatch.setitem(sys.modules, other, package if other == name else None)
    monkeypatch.setattr(rapid, "version", lambda distribution: f"of {distribution}")
    opened = SYSTEMS["rapidocr"](Choice())
    assert opened.engine.asked == [False, True]  # its models are loaded now
    opened.engine.asked.clear()
    return opened


def test_words_and_lines_are_not_looked_for_unless_unsure(system, picture):
    read = lambda kind: system.read(Item("one", kind, picture, None), "plain")  # noqa: E731
    assert (read("word"), read("text_line")) == ("line", "line") and system.engine.asked == [False, False]
    assert read("page") == read("table") == "first\nsecond" and system.engine.asked[2:] == [True, True]
    system.engine.line = ("lime", 0.4)
    assert read("text_line") == "first\nsecond"
    system.engine.many = []
    assert (read("text_line"), read("page")) == ("lime", "")


def test_it_is_given_blue_before_red(system, tmp_path):
    from PIL import Image

    Image.new("RGB", (40, 40), (255, 10, 0)).save(tmp_path / "red.png")
    system.read(Item("one", "page", tmp_path / "red.png", None), "plain")
    assert system.engine.corner == (0, 10, 255)


def test_the_version_names_package_and_models(system):
    assert "of rapidocr" in system.version and "(reads)" in system.version and "onnxruntime" in system.version


def test_without_it_or_its_models_the_command_is_told(system, tmp_path, monkeypatch):
    (tmp_path / "models" / "reads.onnx").unlink()
    with pytest.raises(MissingExtraError, match="pip install rapidocr"):
        SYSTEMS["rapidocr"](Choice())
    for name in rapid.PACKAGES:
        monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(MissingExtraError, match="pip install rapidocr"):
        SYSTEMS["rapidocr"](Choice())
