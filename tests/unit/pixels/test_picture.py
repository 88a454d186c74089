"""Every format, depth and colour space turns into the same upright 8-bit RGB."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image, TiffImagePlugin, features

from gotocr.pixels.source import open_source

COLOURS = np.array([[[255, 0, 0], [0, 255, 0], [0, 0, 255]], [[255, 255, 255], [0, 0, 0], [90, 90, 90]]], np.uint8)
CARD = COLOURS.repeat(16, axis=0).repeat(16, axis=1)  # (32, 48, 3): six patches, no two corners alike
GRAY = np.tile(np.arange(0, 256, 5, dtype=np.uint8), (20, 1))


def encoded(image: Image.Image, kind: str, **options: object) -> bytes:
    body = io.BytesIO()
    image.save(body, kind, **options)
    return body.getvalue()


def one(source: object, **options: object) -> np.ndarray:
    pages = list(open_source(source, **options))
    assert len(pages) == 1
    image = pages[0].image
    assert image.dtype == np.uint8 and image.ndim == 3 and image.shape[2] == 3
    return image


def assert_near(image: np.ndarray, expected: np.ndarray, within: int) -> None:
    assert image.shape == expected.shape
    assert int(np.abs(image.astype(int) - expected).max()) <= within


@pytest.mark.parametrize("kind", ["PNG", "BMP", "TIFF", "PPM", "GIF", "WEBP", "JPEG", "JPEG2000", "AVIF", "ICO"])
def test_formats(kind: str) -> None:
    optional = {"WEBP": "webp", "JPEG2000": "jpg_2000", "AVIF": "avif"}
    if kind in optional and not features.check(optional[kind]):
        pytest.skip(f"this Pillow has no {kind}")
    options = {"WEBP": {"lossless": True}, "JPEG": {"quality": 95, "subsampling": 0}, "AVIF": {"quality": 100}}
    card = CARD[:, :32] if kind == "ICO" else CARD
    if kind == "ICO":
        options["ICO"] = {"sizes": [(32, 32)]}
    body = encoded(Image.fromarray(card), kind, **options.get(kind, {}))
    image = one(body)
    if kind not in ("JPEG", "AVIF"):
        np.testing.assert_array_equal(image, card)
    middle = (slice(5, 11), slice(5, 11))
    assert_near(image[middle], card[middle], 12)


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("kind", ["PNG", "JPEG", "TIFF", "WEBP"])
def test_exif_rotation(kind: str, orientation: int) -> None:
    upright = {  # what a viewer must do to the stored picture
        1: lambda a: a,
        2: lambda a: a[:, ::-1],
        3: lambda a: a[::-1, ::-1],
        4: lambda a: a[::-1],
        5: lambda a: a.transpose(1, 0, 2),
        6: lambda a: np.rot90(a, -1),
        7: lambda a: a[::-1, ::-1].transpose(1, 0, 2),
        8: np.rot90,
    }[orientation]
    exif = Image.Exif()
    exif[0x0112] = orientation
    options = {"JPEG": {"quality": 98, "subsampling": 0}, "WEBP": {"lossless": True}}.get(kind, {})
    image = one(encoded(Image.fromarray(CARD), kind, exif=exif, **options))
    expected = upright(CARD)
    assert_near(image[5::16, 5::16], expected[5::16, 5::16], 12)
    assert image.shape == expected.shape


def test_broken_exif_is_no_reason_not_to_read() -> None:
    body = encoded(Image.fromarray(CARD), "JPEG", exif=b"Exif\x00\x00II*\x00\xff\xff\xff\x7f rubbish")
    assert one(body).shape == CARD.shape


def test_transparency_lies_on_white() -> None:
    alpha = np.zeros(CARD.shape[:2], np.uint8)
    alpha[:, 16:32] = 255
    alpha[:, 32:] = 128
    rgba = np.dstack([CARD, alpha])
    expected = np.where(alpha[..., None] == 255, CARD, 255).astype(int)
    half = alpha == 128
    expected[half] = np.rint(CARD[half] * (128 / 255) + 255 * (127 / 255))
    for source in (encoded(Image.fromarray(rgba), "PNG"), Image.fromarray(rgba), rgba):
        assert_near(one(source), expected, 1)
    gray = Image.fromarray(np.dstack([GRAY, np.zeros_like(GRAY)]))
    multiplied = (gray.convert("La"), gray.convert("RGBA").convert("RGBa"))
    for source in (gray, encoded(gray, "PNG"), np.asarray(gray), *multiplied):
        assert (one(source) == 255).all()


def test_palettes_and_colour_keys() -> None:
    flat = Image.fromarray(CARD).quantize(8)
    assert_near(one(encoded(flat, "PNG")), np.asarray(flat.convert("RGB")), 0)
    first = flat.getpixel((0, 0))
    for options in ({"transparency": first}, {"transparency": bytes(0 if n == first else 255 for n in range(8))}):
        image = one(encoded(flat, "PNG", **options))
        assert (image[:16, :16] == 255).all()
        assert_near(image[:16, 16:], CARD[:16, 16:], 2)
    image = one(encoded(flat, "GIF", transparency=first))
    assert (image[:16, :16] == 255).all()
    keyed = one(encoded(Image.fromarray(CARD), "PNG", transparency=(255, 0, 0)))
    assert (keyed[:16, :16] == 255).all()
    assert_near(keyed[:16, 16:], CARD[:16, 16:], 0)


def test_cmyk_and_inverted_adobe_jpeg() -> None:
    cmyk = Image.fromarray(CARD).convert("CMYK")
    assert_near(one(encoded(cmyk, "TIFF")), CARD, 1)
    body = encoded(cmyk, "JPEG", quality=98, subsampling=0)  # PIL writes Adobe's inverted kind
    assert b"Adobe" in body
    assert_near(one(body)[5::16, 5::16], CARD[5::16, 5::16], 12)


def test_sixteen_bits_are_scaled_not_cut() -> None:
    deep = GRAY.astype(np.uint16) * 257
    expected = np.repeat(GRAY[..., None], 3, axis=2)
    picture = Image.fromarray(deep)
    assert picture.mode == "I;16"
    for source in (picture, encoded(picture, "PNG"), encoded(picture, "TIFF"), deep, deep.astype(">u2")):
        assert_near(one(source), expected, 0)
    assert_near(one(np.dstack([deep] * 3)), expected, 0)


def test_sixteen_bit_tiff_with_white_as_zero() -> None:
    tags = TiffImagePlugin.ImageFileDirectory_v2()
    tags[262] = 0
    body = encoded(Image.fromarray(GRAY.astype(np.uint16) * 257), "TIFF", tiffinfo=tags)
    assert_near(one(body), np.repeat(255 - GRAY[..., None], 3, axis=2), 0)


def test_other_depths() -> None:
    expected = np.repeat(GRAY[..., None], 3, axis=2)
    assert_near(one(encoded(Image.fromarray(GRAY), "PNG")), expected, 0)
    ink = GRAY > 100
    black_and_white = np.repeat(np.where(ink, 255, 0)[..., None], 3, axis=2)
    flat = Image.fromarray(ink)
    for source in (encoded(flat, "PNG"), encoded(flat, "TIFF", compression="group4"), ink):
        assert_near(one(source), black_and_white, 0)
    unit = GRAY.astype(np.float32) / 255
    kinds = (unit, unit.astype(np.float64), unit.astype(np.float16), Image.fromarray(unit))
    for source in (*kinds, unit * 255, unit * 65535):
        assert_near(one(source), expected, 1)
    assert_near(one(encoded(Image.fromarray(unit), "TIFF")), expected, 1)
    for source in (GRAY.astype(np.int32), GRAY.astype(np.int64) * 257, Image.fromarray(GRAY.astype(np.int32))):
        assert_near(one(source), expected, 1)
    assert_near(one(unit * 2 - 1), expected, 1)  # from its own least to its own greatest
    unit[0, 0], unit[0, 1] = np.nan, np.inf
    assert (one(unit)[0, :2] == 255).all()


def test_lab_keeps_its_lightness() -> None:
    lab = Image.merge("LAB", [Image.fromarray(GRAY)] + [Image.new("L", GRAY.shape[::-1], 128)] * 2)
    assert_near(one(encoded(lab, "TIFF")), np.repeat(GRAY[..., None], 3, axis=2), 0)


def test_tiff_pages_and_animations() -> None:
    frames = [Image.fromarray(np.full((10 + 2 * n, 12, 3), 60 * n, np.uint8)) for n in range(3)]
    pages = list(open_source(encoded(frames[0], "TIFF", save_all=True, append_images=frames[1:])))
    assert [page.index for page in pages] == [0, 1, 2]
    assert [page.image.shape for page in pages] == [(10, 12, 3), (12, 12, 3), (14, 12, 3)]
    assert [int(page.image.max()) for page in pages] == [0, 60, 120]
    moving = [Image.new("RGB", (9, 8), colour) for colour in ("black", "white", "red")]
    for kind in ("GIF", "PNG", "WEBP"):
        image = one(encoded(moving[0], kind, save_all=True, append_images=moving[1:]))
        assert image.shape == (8, 9, 3) and image.max() < 8


def test_smaller_copies_inside_a_tiff_are_no_pages() -> None:
    copy = TiffImagePlugin.ImageFileDirectory_v2()
    copy[254] = 1
    small = Image.new("L", (5, 5))
    small.encoderinfo = {"tiffinfo": copy}
    page = Image.new("L", (20, 20), 9)
    body = encoded(page, "TIFF", save_all=True, append_images=[small, page])
    assert [found.image.shape[:2] for found in open_source(body)] == [(20, 20), (20, 20)]
