"""Dynamic tiling: the grids of thousands of sizes and the tiles themselves, equal to transformers."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from gotocr.errors import UsageError
from gotocr.pixels.resize import Recipe, square
from gotocr.pixels.tiles import enough, grid, shapes, tile, view
from gotocr.schema import Page

SMALL = Recipe(side=32)


def picture(width: int, height: int) -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, (height, width, 3), dtype=np.uint8)


@pytest.mark.parametrize(
    ("size", "most", "expected"),
    [
        ((1240, 1754), 6, (2, 3)),
        ((2480, 3508), 12, (2, 3)),
        ((1700, 2200), 6, (2, 3)),
        ((1700, 2200), 12, (3, 4)),
        ((2480, 1754), 6, (3, 2)),
        ((2480, 1754), 12, (4, 3)),
        ((1000, 1000), 6, (1, 1)),
        ((2000, 2000), 6, (2, 2)),
        ((2000, 200), 6, (6, 1)),
        ((2000, 200), 12, (10, 1)),
        ((1080, 2400), 6, (1, 2)),
        ((800, 1130), 6, (2, 3)),
    ],
)
def test_grids_known_from_measurement(size: tuple, most: int, expected: tuple) -> None:
    assert grid(*size, most) == expected


def test_grids_equal_transformers_on_thousands_of_sizes() -> None:
    pytest.importorskip("transformers")
    module = pytest.importorskip("transformers.models.got_ocr2.image_processing_pil_got_ocr2")
    rng = np.random.default_rng(0)
    sizes = [(int(w), int(h)) for w, h in np.exp(rng.uniform(np.log(8), np.log(9000), (2500, 2)))]
    sizes += [(i * unit, j * unit) for i in range(1, 13) for j in range(1, 13) for unit in (64, 350, 724, 725, 1024)]
    for most, least in ((6, 1), (12, 1), (9, 4)):
        for width, height in sizes:
            theirs = module.get_optimal_tiled_canvas((height, width), (1024, 1024), least, most)
            assert grid(width, height, most, 1024, least) == theirs, (width, height, most)


def test_shapes_hold_every_grid_once() -> None:
    for most in (1, 6, 12):
        found = shapes(most)
        assert len(set(found)) == len(found)
        assert set(found) == {(i, j) for i in range(1, 13) for j in range(1, 13) if i * j <= most}


@pytest.mark.parametrize(("size", "count"), [((90, 31), 4), ((40, 40), 1), ((50, 71), 7)])
def test_tiles_equal_transformers(size: tuple, count: int) -> None:
    pytest.importorskip("transformers")
    module = pytest.importorskip("transformers.models.got_ocr2.image_processing_pil_got_ocr2")
    processor = module.GotOcr2ImageProcessorPil(
        size={"height": 32, "width": 32}, crop_to_patches=True, min_patches=1, max_patches=6
    )
    image = picture(*size)
    theirs = np.stack(list(processor(Image.fromarray(image), return_tensors=None)["pixel_values"]))
    ours = tile(image, 6, SMALL)
    assert ours.shape == (count, 3, 32, 32)
    assert float(np.abs(theirs - ours).max()) == 0.0


def test_last_tile_is_the_thumbnail_and_the_order_is_row_by_row() -> None:
    image = np.zeros((64, 64, 3), np.uint8)
    image[:32, 32:] = 255
    tiles = tile(image, 4, SMALL)
    assert len(tiles) == 5
    brightness = tiles[:4, :, 8:24, 8:24].mean(axis=(1, 2, 3))
    assert int(brightness.argmax()) == 1
    np.testing.assert_array_equal(tiles[4], square(image, SMALL))


def test_view_of_a_box() -> None:
    page = Page(picture(200, 100))
    seen = view(page, box=(20.0, 10.0, 120.0, 60.0), most=2, recipe=SMALL)
    assert seen.values.shape == (3, 3, 32, 32)
    assert seen.offset == (20.0, 10.0) and seen.page_size == (200, 100)
    assert seen.scale == (64 / 100, 32 / 50)
    np.testing.assert_array_equal(seen.values, tile(page.image[10:60, 20:120], 2, SMALL))
    whole = view(page, recipe=SMALL)
    assert whole.values.shape == (1, 3, 32, 32) and whole.scale == (32 / 200, 32 / 100)
    with pytest.raises(UsageError):
        view(page, box=(200, 0, 300, 10), recipe=SMALL)


@pytest.mark.parametrize(("height", "size", "expected"), [(40, (1000, 1400), 1), (10, (1000, 1400), 1), (12, (2480, 3508), 6), (24, (2480, 3508), 1), (6, (2400, 3600), 6)])
def test_as_many_tiles_as_letters_need(height: int, size: tuple, expected: int, monkeypatch) -> None:
    monkeypatch.setattr("gotocr.pixels.tiles.text_height", lambda page: float(height))
    page = Page(np.full((size[1], size[0], 3), 255, np.uint8))
    assert enough(page) == expected
    columns, rows = grid(*size, expected)
    assert expected == 1 or height * min(columns * 1024 / size[0], rows * 1024 / size[1]) > height * 1024 / max(size)


def test_a_page_without_letters_is_one_picture() -> None:
    assert enough(Page(np.full((2000, 3000, 3), 255, np.uint8))) == 1
