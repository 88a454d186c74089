"""Outlines stand where skia draws the text, and their boxes hold all of their ink however they are bent."""

from __future__ import annotations

import numpy as np
import pytest

skia = pytest.importorskip("skia")
pytest.importorskip("cv2")

from gotocr.draw import effects, lettering  # noqa: E402
from gotocr.draw.canvas import Canvas  # noqa: E402
from gotocr.draw.fonts import find_faces  # noqa: E402
from gotocr.draw.style import Style  # noqa: E402

FACES = [face.path for face in find_faces()]
TEXT = "Häg Qy8%"


def drawn(letters: lettering.Letters, size: tuple[int, int]) -> tuple[np.ndarray, np.ndarray]:
    """The letters in black on white, and their boxes."""
    canvas = Canvas(size)
    paths = letters.paths()
    effects.draw_letters(canvas.skia, paths, effects.Look(((0, 0, 0),)))
    return canvas.finish()[0], letters.boxes(paths)


def outside(image: np.ndarray, boxes: np.ndarray) -> float:
    ink = 255.0 - image[..., 0]
    covered = np.zeros(image.shape[:2], bool)
    for left, top, right, bottom in boxes:
        covered[max(0, int(np.floor(top))) : int(np.ceil(bottom)), max(0, int(np.floor(left))) : int(np.ceil(right))] = True
    return float(ink[~covered].sum() / ink.sum())


@pytest.mark.parametrize("path", FACES[:4], ids=str)
def test_outlines_are_the_glyphs(path):
    style = Style(path, 60.0, spacing=3.0)
    image, boxes = drawn(lettering.set_letters(TEXT, style).mapped(lambda points: points + np.array([20.0, 90.0])), (130, 420))
    canvas = Canvas((130, 420))
    canvas.text(TEXT, (20, 90), style)
    expected, glyphs = canvas.finish()
    assert np.abs(image.astype(int) - expected).mean() < 1.3
    ink = [index for index, letter in enumerate(TEXT) if letter != " "]
    assert np.abs(boxes[ink] - glyphs.boxes[ink]).max() < 1.0


BENDS = {
    "arc up": lambda letters: lettering.along_arc(letters, 1.8),
    "arc down": lambda letters: lettering.along_arc(letters, -1.2),
    "wave": lambda letters: lettering.along_wave(letters, 12, 150, 1.0),
    "stack": lambda letters: lettering.stacked(letters, 60),
    "shaken": lambda letters: lettering.shaken(letters, np.random.default_rng(0), 1.0),
    "bulge": lambda letters: letters.mapped(lettering.bulged(letters.bounds(), 0.4, 0.2)),
    "askew": lambda letters: letters.mapped(
        lettering.projected(lettering.homography(np.random.default_rng(1), letters.bounds(), 0.2, 0.4))
    ),
}


@pytest.mark.parametrize("bend", BENDS)
def test_boxes_hold_the_ink_of_bent_letters(bend):
    letters = BENDS[bend](lettering.set_letters(TEXT, Style(FACES[0], 60.0)))
    left, top, right, bottom = letters.bounds()
    letters = letters.mapped(lambda points: points + np.array([5 - left, 5 - top]))
    image, boxes = drawn(letters, (int(bottom - top) + 10, int(right - left) + 10))
    assert image.min() < 40 and outside(image, boxes) < 0.002
    assert len(boxes) == len(TEXT) and (boxes[:, 2:] > boxes[:, :2]).all()


def test_an_arc_turns_letters_along_the_circle():
    letters = lettering.along_arc(lettering.set_letters("HHHHHHH", Style(FACES[0], 50.0)), 2.0)
    feet = letters.cells[:, 2:].mean(1)
    assert feet[0, 1] > feet[3, 1] < feet[-1, 1], "the middle of an arch is its top"
    first, last = (letters.cells[index, 2] - letters.cells[index, 3] for index in (0, -1))
    assert first[1] < 0 < last[1], "the first letter rises, the last falls"


def test_a_homography_maps_the_box_it_was_made_for():
    matrix = lettering.homography(np.random.default_rng(3), (0, 0, 100, 40), 0.0, 0.0)
    assert matrix == pytest.approx(np.eye(3), abs=1e-9)


def test_small_letters_that_are_capitals_are_noticed():
    capitals = [path for path in FACES if not lettering.has_small_letters(path)]
    assert [path for path in capitals if "bebas" in path] == capitals, "Bebas Neue has capitals alone"


LOOKS = {
    "gradient": {"second": (200, 0, 0)},
    "several": {"colours": ((0, 0, 0), (200, 0, 0))},
    "outline": {"outlines": ((2.0, (0, 0, 200)),)},
    "hollow": {"hollow": 2.0},
    "shadow": {"shadow": (3.0, 3.0, 2.0, (90, 90, 90))},
    "depth": {"depth": (5.0, -4.0, (120, 0, 0))},
    "glow": {"glow": (6.0, (255, 200, 0))},
    "raised": {"relief": 2.0},
    "carved": {"relief": -2.0},
    "stencil": {"bridges": 4.0},
}


@pytest.mark.parametrize("look", LOOKS)
def test_each_look_is_seen(look):
    letters = lettering.set_letters("Sign", Style(FACES[0], 50.0)).mapped(lambda points: points + np.array([10.0, 55.0]))
    plain, _ = drawn(letters, (80, 160))
    canvas = Canvas((80, 160))
    effects.draw_letters(canvas.skia, letters.paths(), effects.Look(**{"colours": ((0, 0, 0),), **LOOKS[look]}))
    assert np.abs(canvas.finish()[0].astype(int) - plain).mean() > 0.5
