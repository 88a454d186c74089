"""The small model's view: aspect ratio kept, padded to the stride, boxes carried back to the page."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from gotocr.errors import UsageError
from gotocr.pixels import native
from gotocr.pixels.native import to_page, view
from gotocr.schema import Page, Pixels, Region


def page(width: int, height: int) -> Page:
    return Page(np.random.default_rng(0).integers(0, 256, (height, width, 3), dtype=np.uint8))


@pytest.mark.parametrize(
    ("size", "expected"), [((1, 1), (32, 32)), ((100, 20), (128, 32)), ((160, 64), (160, 64)), ((161, 65), (192, 80))]
)
def test_small_pictures_stay_small(size: tuple, expected: tuple) -> None:
    source = page(*size)
    seen = view(source)
    assert seen.values.shape == (1, 3, expected[1], expected[0])
    assert seen.values.dtype == np.float32
    assert seen.scale == (1.0, 1.0) and seen.page_size == size
    inside = seen.values[0, :, : size[1], : size[0]]
    np.testing.assert_allclose((inside + 1) * 127.5, source.image.transpose(2, 0, 1), atol=1e-4)
    assert seen.values.min() >= -1 and seen.values.max() <= 1


def test_padding_repeats_the_edge() -> None:
    values = view(page(20, 40)).values[0]
    assert values.shape == (3, 48, 32)
    assert (values[:, :, 20:] == values[:, :, 19:20]).all()
    assert (values[:, 40:] == values[:, 39:40]).all()


@pytest.mark.parametrize(
    "size", [(3000, 4000), (4000, 3000), (60000, 3), (3, 60000), (40000, 40), (1225, 1225), (1499, 1001)]
)
def test_area_is_capped_and_the_aspect_ratio_kept(size: tuple) -> None:
    (width, height), padded = native.fit(size)
    assert padded[0] * padded[1] <= native.MAX_PIXELS
    assert padded[0] % 32 == padded[1] % 16 == 0 and padded[0] >= width and padded[1] >= height
    if min(size) > 100:
        assert width / height == pytest.approx(size[0] / size[1], rel=0.01)
        assert padded[0] * padded[1] > 0.9 * native.MAX_PIXELS


def test_scale_is_a_wish_up_to_the_cap() -> None:
    source = page(200, 100)
    assert view(source, scale=2.0).scale == (2.0, 2.0)
    assert view(source, scale=0.25).values.shape == (1, 3, 32, 64)
    capped = view(source, scale=20.0, max_pixels=100_000)
    assert capped.values.shape[2] * capped.values.shape[3] <= 100_000 and capped.scale[0] < 5


def test_shrinking_averages() -> None:
    fine = np.zeros((320, 320, 3), np.uint8)
    fine[:, ::2] = 255  # stripes of one pixel must become gray, not vanish or alias
    values = view(Page(fine), scale=0.1).values
    assert abs(float(values.mean())) < 0.02 and float(values.std()) < 0.05


def test_boxes_come_back_to_the_page() -> None:
    source = page(900, 700)
    region = Region(box=(100.4, 50.0, 500.0, 249.5))
    seen = view(source, region=region, scale=0.5)
    assert seen.offset == (100.0, 50.0) and seen.page_size == (900, 700)
    height, width = 100, 200
    assert seen.values.shape == (1, 3, 112, 224)
    assert to_page((0, 0, width, height), seen) == (100.0, 50.0, 500.0, 250.0)
    assert to_page((10, 20, 30, 40), seen) == (120.0, 90.0, 160.0, 130.0)


def test_a_mark_is_found_where_it_stands() -> None:
    image = np.full((500, 700, 3), 255, np.uint8)
    image[210:260, 333:391] = 0
    seen = view(Page(image), region=Region(box=(300, 100, 650, 480)), scale=1.7)
    y, x = np.nonzero(seen.values[0, 0] < 0)
    box = to_page((x.min(), y.min(), x.max() + 1, y.max() + 1), seen)
    assert box == pytest.approx((333, 210, 391, 260), abs=0.7)


def test_boxes_in_the_padding_are_cut_to_the_page() -> None:
    seen = view(page(20, 20))
    assert to_page((-3, 10, 31, 32), seen) == (0.0, 10.0, 20.0, 20.0)
    assert to_page((-3, 10, 31, 32), Pixels(seen.values)) == (-3, 10, 31, 32)


def test_region_is_clipped() -> None:
    source = page(100, 80)
    seen = view(source, region=Region(box=(-50, 60, 40, 1e6)))
    assert seen.offset == (0.0, 60.0) and seen.values.shape == (1, 3, 32, 64)


@pytest.mark.parametrize(
    "region",
    [
        Region(box=(10, 10, 10, 20)),
        Region(box=(30, 10, 20, 20)),
        Region(box=(100, 0, 120, 20)),
        Region(box=(0, -20, 20, 0)),
        Region(box=(float("nan"), 0, 20, 20)),
        Region(box=(0, 0, float("inf"), 20)),
        Region(box=(1, 2, 3)),
        Region(colour="red"),
    ],
)
def test_regions_with_nothing_in_them(region: Region) -> None:
    with pytest.raises(UsageError):
        view(page(100, 80), region=region)


def test_wrong_settings() -> None:
    for scale in (0.0, -1.0, float("nan"), float("inf")):
        with pytest.raises(UsageError, match="scale"):
            view(page(10, 10), scale=scale)
    with pytest.raises(UsageError, match="max_pixels"):
        view(page(10, 10), max_pixels=32 * 32 - 1)
    assert view(page(10, 10), max_pixels=32 * 32).values.shape == (1, 3, 32, 32)


def test_same_as_pil_bicubic() -> None:
    source = page(90, 64)
    expected = np.asarray(Image.fromarray(source.image).resize((180, 128), Image.Resampling.BICUBIC), np.float32)
    values = view(source, scale=2.0).values[0, :, :128, :180]
    np.testing.assert_array_equal(np.rint((values + 1) * 127.5), expected.transpose(2, 0, 1))


def written(size: tuple[int, int], lines: list[str], letters: int, paper: int = 255) -> Page:
    image = Image.new("L", size, paper)
    for number, line in enumerate(lines):
        place = (8, 8 + round(1.5 * letters) * number)
        ImageDraw.Draw(image).text(place, line, 20, ImageFont.load_default(letters))
    return Page(np.asarray(image.convert("RGB")))


def test_several_lines_on_a_small_crop_are_measured_and_a_word_is_not_taken_for_dust() -> None:
    lines = ["The first line here", "stands above another", "and the third ends it"]
    small = native.letter_height(written((300, 180), lines, 22))
    assert small == pytest.approx(12, abs=2), "what is measured, though a quarter of the crop is 45"
    word = written((200, 180), ["ab"], 20)
    assert native.letter_height(word) == 45, "one word on a crop is expected to fill it"
    grain = np.random.default_rng(0).normal(0, 25, (60, 120))
    street = np.clip(150 + grain + np.where(np.arange(120) // 20 % 2, 60, 0), 0, 255).astype(np.uint8)
    assert native.letter_height(Page(np.repeat(street[..., None], 3, 2))) >= 15


def test_no_word_is_small_print() -> None:
    assert native.letter_height(Page(np.full((40, 90, 3), 255, np.uint8))) == 20
