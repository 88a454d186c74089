"""The slope of lines: found on text, undone, and never seen where there are no lines of text."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image, ImageDraw

from gotocr.pixels.lettering import lettering
from gotocr.pixels.skew import edge_colour, skew, straighten
from tests.unit.pixels.lines import fallen, text_page


def found(image: np.ndarray) -> float:
    return skew(lettering(image))


@pytest.mark.parametrize("degrees", [-14.5, -8, -3, -1, -0.5, 0.6, 1.7, 5, 12])
def test_the_slope_is_found_to_a_tenth(degrees: float) -> None:
    assert found(fallen(text_page(), degrees)) == pytest.approx(degrees, abs=0.1)


@pytest.mark.parametrize(("width", "height", "size"), [(2000, 2600, 34), (500, 400, 13), (900, 300, 26), (3000, 300, 30)])
def test_pages_large_and_small(width: int, height: int, size: int) -> None:
    assert found(fallen(text_page(width, height, size), 2.0)) == pytest.approx(2.0, abs=0.12)


@pytest.mark.parametrize(("width", "size"), [(900, 26), (2400, 30)])
def test_a_line_alone_is_read_as_it_is_unless_it_slopes_much(width: int, size: int) -> None:
    line = text_page(width, 6 * size, size)[: 4 * size]
    assert found(fallen(line, 2.0)) == 0 and found(fallen(line, 7.0)) == pytest.approx(7.0, abs=0.15)


def test_light_on_dark_and_noise_do_not_matter() -> None:
    image = fallen(text_page(), 3)
    assert found(255 - image) == pytest.approx(3, abs=0.1)
    grain = np.random.default_rng(0).normal(0, 20, image.shape)
    assert found(np.clip(image + grain, 0, 255).astype(np.uint8)) == pytest.approx(3, abs=0.1)


@pytest.mark.parametrize("degrees", [0, 0.2, -0.3])
def test_what_is_nearly_straight_stays(degrees: float) -> None:
    assert found(fallen(text_page(), degrees)) == 0


@pytest.mark.parametrize("degrees", [20, 45, 70, 90])
def test_what_is_too_far_round_stays(degrees: float) -> None:
    assert found(fallen(text_page(), degrees)) == 0


def drawings() -> dict[str, np.ndarray]:
    chance = np.random.default_rng(1)
    fan, rings, word = (Image.new("RGB", (700, 500), "white") for _ in range(3))
    pen = ImageDraw.Draw(fan)
    for number in range(60):
        pen.line((20, 480, 680, 480 - 8 * number), fill="black", width=2)
    pen = ImageDraw.Draw(rings)
    for x, y in chance.integers(20, 480, (90, 2)):
        pen.ellipse((x + 90, y, x + 104, y + 14), outline="black")
    ImageDraw.Draw(word).text((60, 200), "sloping", font_size=90, fill="black")
    grain = chance.integers(0, 256, (400, 500, 3), np.uint8)
    return {
        "fan of lines": np.array(fan),
        "rings": np.array(rings),
        "word": fallen(np.array(word), 5),
        "grain": grain,
        "photograph": np.array(Image.fromarray(grain[:40, :50]).resize((500, 400), Image.Resampling.BICUBIC)),
        "blank": np.full((300, 300, 3), 250, np.uint8),
        "pixel": np.zeros((1, 1, 3), np.uint8),
    }


@pytest.mark.parametrize("image", drawings().values(), ids=drawings())
def test_drawings_photographs_and_words_stay(image: np.ndarray) -> None:
    assert found(image) == 0


@pytest.mark.parametrize("degrees", [-6.0, 1.5])
def test_a_page_is_straightened_with_nothing_lost(degrees: float) -> None:
    image = text_page()
    sloping = fallen(image, degrees, (255, 255, 255))
    straight, back = straighten(sloping, found(sloping))
    assert found(straight) == 0
    assert (255 - straight.astype(int)).sum() == pytest.approx((255 - sloping.astype(int)).sum(), rel=0.06)  # the ink; sharper, as bicubic makes it
    height, width = image.shape[:2]
    middle = back.point(straight.shape[1] / 2, straight.shape[0] / 2)
    assert middle == pytest.approx((sloping.shape[1] / 2, sloping.shape[0] / 2), abs=1)


def test_corners_take_the_colour_of_the_edge() -> None:
    image = np.full((200, 300, 3), (240, 230, 200), np.uint8)
    image[50:150, 50:250] = 0
    straight, _ = straighten(image, 5)
    assert edge_colour(image) == (240, 230, 200) and tuple(straight[0, 0]) == (240, 230, 200)
