"""Which way up: text turned by quarters is found, and what has no clear way up is left as it is."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image, ImageDraw

from gotocr.pixels.lettering import lettering
from gotocr.pixels.upright import Held, decided, held_upright, turn_of
from tests.unit.pixels.lines import text_page


def found(image: np.ndarray) -> int:
    return turn_of(image, lettering(image))


def laid(image: np.ndarray, turn: int) -> np.ndarray:
    """As it looks when it has to be turned by that many degrees clockwise to be upright."""
    return np.ascontiguousarray(np.rot90(image, turn // 90))


@pytest.mark.parametrize("turn", [0, 90, 180, 270])
@pytest.mark.parametrize("font", ["lora", "roboto", "source-serif-4", "karla", "pt-serif"])
def test_text_is_found_whichever_way_it_lies(font: str, turn: int) -> None:
    assert found(laid(text_page(font=font), turn)) == turn


@pytest.mark.parametrize("turn", [0, 90, 180, 270])
@pytest.mark.parametrize("font", ["kalam", "courier-prime", "bebas-neue", "ibm-plex-mono"])
def test_rarer_letters_are_turned_right_or_not_at_all(font: str, turn: int) -> None:
    assert found(laid(text_page(font=font), turn)) in (0, turn)


@pytest.mark.parametrize("turn", [90, 180, 270])
@pytest.mark.parametrize(("width", "height", "size"), [(2200, 3000, 40), (420, 300, 12), (1200, 160, 24)])
def test_large_and_small_pages(width: int, height: int, size: int, turn: int) -> None:
    assert found(laid(text_page(width, height, size), turn)) == turn


@pytest.mark.parametrize("turn", [0, 90, 180, 270])
def test_light_on_dark_and_sloping_lines(turn: int) -> None:
    sloping = np.array(Image.fromarray(text_page()).rotate(-4, Image.Resampling.BICUBIC, expand=True, fillcolor=(255, 255, 255)))
    assert found(laid(255 - sloping, turn)) == turn


def test_the_network_has_no_favourite() -> None:
    image = text_page()
    shares = [held_upright(laid(image, turn), lettering(laid(image, turn)), 0.0).shares for turn in (0, 90, 180, 270)]
    for turns, share in enumerate(shares):
        assert np.argmax(share) == turns
        assert np.roll(share, -turns) == pytest.approx(shares[0], abs=0.05)


def wordless() -> dict[str, np.ndarray]:
    chance = np.random.default_rng(2)
    rings, bars = Image.new("RGB", (700, 500), "white"), Image.new("RGB", (500, 700), "white")
    pen = ImageDraw.Draw(rings)
    for x, y in chance.integers(20, 480, (90, 2)):
        pen.ellipse((x + 90, y, x + 104, y + 14), outline="black")
    pen = ImageDraw.Draw(bars)
    for x, tall in enumerate(chance.integers(20, 600, 40)):
        pen.rectangle((20 + 11 * x, 690 - tall, 26 + 11 * x, 690), fill="black")
    few = Image.new("RGB", (300, 100), "white")
    ImageDraw.Draw(few).text((20, 20), "a sign", font_size=40, fill="black")
    round_ = text_page(words=("OXO", "NOON", "IHI", "ZOOS", "SOS", "XHOX", "OHHO", "888", "00"), font="roboto")
    return {
        "rings": np.array(rings),
        "bars": np.array(bars),
        "a sign": laid(np.array(few), 180),
        "letters that look the same": round_,
        "letters that look the same, sideways": laid(round_, 90),
        "grain": chance.integers(0, 256, (400, 500, 3), np.uint8),
        "blank": np.full((300, 300, 3), 250, np.uint8),
        "pixel": np.zeros((1, 1, 3), np.uint8),
    }


@pytest.mark.parametrize("image", wordless().values(), ids=wordless())
def test_what_has_no_clear_way_up_stays(image: np.ndarray) -> None:
    assert found(image) == 0


def test_letters_and_lines_have_to_agree_and_be_many() -> None:
    sure = np.array([0.2, 0.1, 0.6, 0.1])
    assert decided(Held(sure, 100), sideways=False) == 180
    assert decided(Held(sure, 100), sideways=True) == 0
    assert decided(Held(sure, 10), sideways=False) == 0
    assert decided(Held(np.array([0.45, 0.0, 0.55, 0.0]), 100), sideways=False) == 0
