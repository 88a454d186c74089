"""Frames of a colour: found where they are drawn, thin or thick, clean or as JPEG, and nowhere else."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFilter

from gotocr.errors import UsageError
from gotocr.pixels.frames import frames

COLOURS = {"red": (225, 25, 30), "green": (20, 165, 50), "blue": (35, 60, 220)}


def page(width: int = 640, height: int = 480, paper: str = "white") -> Image.Image:
    picture = Image.new("RGB", (width, height), paper)
    pen = ImageDraw.Draw(picture)
    for y in range(20, height - 20, 22):
        pen.text((30, y), "plain lines of black text that stand all over the page, again and again " * 2, fill="black")
    return picture


def framed(picture: Image.Image, box: tuple[int, int, int, int], colour: str, width: int) -> Image.Image:
    picture = picture.copy()
    ImageDraw.Draw(picture).rectangle(box, outline=COLOURS[colour], width=width)
    return picture


def as_jpeg(picture: Image.Image) -> Image.Image:
    data = io.BytesIO()
    picture.save(data, "JPEG", quality=80)
    return Image.open(data).convert("RGB")


SPOILT = {
    "clean": lambda picture: picture,
    "jpeg": as_jpeg,
    "blurred": lambda picture: picture.filter(ImageFilter.GaussianBlur(0.7)),
    "tilted": lambda picture: picture.rotate(0.5, Image.Resampling.BICUBIC, fillcolor="white"),
}


@pytest.mark.parametrize("spoil", SPOILT.values(), ids=SPOILT)
@pytest.mark.parametrize("width", [2, 5, 9])
@pytest.mark.parametrize("colour", COLOURS)
def test_a_frame_is_found_and_others_are_not_taken_for_it(colour: str, width: int, spoil) -> None:
    image = np.array(spoil(framed(page(), (100, 90, 500, 300), colour, width)))
    (found,) = frames(image, colour)
    assert found == pytest.approx((100 + width, 90 + width, 501 - width, 301 - width), abs=5)
    for other in set(COLOURS) - {colour}:
        assert frames(image, other) == []


def test_several_frames_come_in_reading_order_and_those_within_others_not_at_all() -> None:
    picture = page(900, 700)
    for box in ((40, 400, 300, 650), (350, 60, 850, 300), (40, 50, 300, 320), (400, 100, 600, 200)):
        picture = framed(picture, box, "red", 3)
    found = frames(np.array(picture), "red")
    assert [tuple(round(side, -1) for side in box) for box in found] == [(40, 50, 300, 320), (350, 60, 850, 300), (40, 400, 300, 650)]


def test_an_arrow_and_text_of_the_colour_may_hang_on_to_a_frame() -> None:
    picture = framed(page(), (100, 90, 500, 300), "red", 4)
    pen = ImageDraw.Draw(picture)
    pen.line((500, 200, 600, 400), fill=COLOURS["red"], width=4)
    pen.text((130, 100), "red words within", fill=COLOURS["red"])
    assert frames(np.array(picture), "red") == [pytest.approx((104, 94, 497, 297), abs=3)]


def nothing_framed() -> dict[str, Image.Image]:
    filled, letters, open_, round_ = page(), page(), page(), page()
    ImageDraw.Draw(filled).rectangle((100, 90, 500, 300), fill=COLOURS["red"])
    ImageDraw.Draw(letters).text((50, 50), "RED DO 口 0", fill=COLOURS["red"], font_size=60)
    ImageDraw.Draw(open_).line((100, 90, 500, 90, 500, 300, 100, 300), fill=COLOURS["red"], width=3)
    ImageDraw.Draw(round_).ellipse((100, 90, 500, 300), outline=COLOURS["red"], width=4)
    grain = np.random.default_rng(0).integers(0, 256, (480, 640, 3), np.uint8)
    smooth = Image.fromarray(grain).resize((20, 15)).resize((640, 480), Image.Resampling.BICUBIC)
    dot = framed(page(), (300, 200, 312, 212), "red", 2)
    empty = Image.new("RGB", (1, 1), "red")
    return {"filled": filled, "letters": letters, "open": open_, "round": round_, "grain": Image.fromarray(grain), "photograph": smooth, "dot": dot, "pixel": empty}


@pytest.mark.parametrize("picture", nothing_framed().values(), ids=nothing_framed())
def test_what_is_no_frame_is_not_found(picture: Image.Image) -> None:
    for colour in COLOURS:
        assert frames(np.array(picture), colour) == []


def test_large_pages_are_measured_to_a_few_pixels() -> None:
    picture = framed(page(2400, 3000), (300, 500, 2000, 2600), "blue", 2)
    assert frames(np.array(picture), "blue") == [pytest.approx((302, 502, 1999, 2599), abs=6)]


def test_a_colour_nobody_knows_is_refused() -> None:
    with pytest.raises(UsageError, match="choose from: red, green, blue"):
        frames(np.zeros((9, 9, 3), np.uint8), "pink")
