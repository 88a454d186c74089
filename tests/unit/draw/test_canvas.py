"""A canvas notes where it drew what, whatever its matrix; glyph tables move and join."""

from __future__ import annotations

import numpy as np
import pytest

skia = pytest.importorskip("skia")
pytest.importorskip("cv2")

from gotocr.draw.canvas import Canvas, join, map_boxes, move  # noqa: E402
from gotocr.draw.fonts import BUNDLED  # noqa: E402
from gotocr.draw.style import Style, advances, measure  # noqa: E402
from gotocr.schema import AREA  # noqa: E402

FONT = str(BUNDLED / "pt-serif.woff")


def ink_box(image: np.ndarray) -> list[int]:
    rows, columns = np.nonzero((255 - image.astype(int)).max(2) > 24)
    return [columns.min(), rows.min(), columns.max() + 1, rows.max() + 1]


@pytest.mark.parametrize("look", [{}, {"bold": True}, {"slant": 0.2}, {"outline": 2.0}])
@pytest.mark.parametrize("letter", "ÅgjQf")
def test_the_box_of_a_letter_is_its_ink(letter, look):
    canvas = Canvas((80, 80))
    canvas.text(letter, (20, 55), Style(FONT, 40, **look))
    image, glyphs = canvas.finish()
    assert np.abs(glyphs.boxes[0] - ink_box(image)).max() <= 1.6


def test_offsets_count_on_or_are_given():
    canvas = Canvas((40, 200))
    wide = canvas.text("ab c", (3, 30), Style(FONT, 20), plain=7)
    canvas.text("xy", (90, 30), Style(FONT, 20), format=[4, 2])
    canvas.area((1, 2, 3, 4), format=9)
    canvas.area((5, 6, 7, 8), plain=1, letter="∑")
    _, glyphs = canvas.finish()
    assert glyphs.text == "ab cxy" + AREA + "∑" and glyphs.boxes.dtype == np.float32
    assert glyphs.plain.tolist() == [7, 8, 9, 10, -1, -1, -1, 1] and glyphs.format.tolist() == [-1] * 4 + [4, 2, 9, -1]
    assert wide == pytest.approx(advances("ab c", Style(FONT, 20)).sum()) and glyphs.boxes[6].tolist() == [1, 2, 3, 4]
    with pytest.raises(ValueError, match="2 offsets for 3"):
        canvas.text("abc", (0, 9), Style(FONT, 9), plain=[1, 2])


def test_boxes_follow_the_matrix():
    canvas = Canvas((160, 160))
    canvas.skia.translate(80, 20)
    canvas.skia.rotate(70)
    canvas.text("Turned", (0, 0), Style(FONT, 24))
    image, glyphs = canvas.finish()
    hull = [*glyphs.boxes[:, :2].min(0), *glyphs.boxes[:, 2:].max(0)]
    found = ink_box(image)
    assert hull[0] <= found[0] + 1 and hull[1] <= found[1] + 1 and hull[2] >= found[2] - 1 and hull[3] >= found[3] - 1
    assert np.abs(np.array(hull) - found).max() < 8


def test_perspective_maps_corners():
    lean = np.array([[1, 0, 0], [0, 1, 0], [0.01, 0, 1.0]])
    assert np.allclose(map_boxes([(0, 0, 100, 10)], lean), [[0, 0, 50, 10]])


def test_backgrounds_stay():
    paper = np.zeros((20, 30, 3), np.uint8) + np.array([10, 120, 250], np.uint8)
    assert (Canvas((20, 30), paper).finish()[0] == paper).all() and (Canvas((20, 30), (10, 120, 250)).finish()[0] == paper).all()
    _, none = Canvas((20, 30)).finish()
    assert none.text == "" and none.boxes.shape == (0, 4) and none.format.shape == (0,)


def test_metrics_scale_and_are_skia_s():
    font = skia.Font(skia.Typeface.MakeFromFile(FONT), 31.0)
    font.setSubpixel(True)
    font.setHinting(skia.FontHinting.kNone)
    steps, ink = measure("Wave, fjord Äß", Style(FONT, 31.0))
    ids = font.textToGlyphs("Wave, fjord Äß")
    assert np.allclose(steps, font.getWidths(ids), atol=0.02)
    for (left, top, right, bottom), box in zip(ink, font.getBounds(ids, None), strict=True):
        assert box.left() - 1 <= left <= box.left() + 1.1 and box.bottom() - 1.1 <= bottom <= box.bottom() + 1


def test_tables_move_and_join():
    canvas = Canvas((40, 60))
    canvas.text("ab", (3, 30), Style(FONT, 20), plain=0, format=[-1, 3])
    _, glyphs = canvas.finish()
    moved = move(glyphs, (10, -5), plain=100, format=200)
    assert np.allclose(moved.boxes - glyphs.boxes, [[10, -5, 10, -5]] * 2)
    assert moved.plain.tolist() == [100, 101] and moved.format.tolist() == [-1, 203]
    both = join([glyphs, moved])
    assert both.text == "abab" and both.plain.tolist() == [0, 1, 100, 101] and join([]).boxes.shape == (0, 4)
