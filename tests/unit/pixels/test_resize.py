"""The published preprocessing, equal to plain PIL arithmetic and to transformers to the last bit."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from gotocr.pixels.resize import PUBLISHED, Recipe, normalise, square

SIZES = [(1024, 1024), (333, 77), (1500, 2100), (1, 1), (2000, 3)]


def picture(width: int, height: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 256, (height, width, 3), dtype=np.uint8)


@pytest.mark.parametrize("size", SIZES)
def test_equals_pil_and_float_arithmetic(size: tuple) -> None:
    image = picture(*size)
    resized = Image.fromarray(image).resize((1024, 1024), Image.Resampling.BICUBIC)
    scaled = (np.asarray(resized).astype(np.float64) * (1 / 255)).astype(np.float32)
    expected = (scaled - np.float32(PUBLISHED.mean)) / np.float32(PUBLISHED.std)
    made = square(image)
    assert made.shape == (3, 1024, 1024) and made.dtype == np.float32
    np.testing.assert_array_equal(made, expected.transpose(2, 0, 1))


@pytest.mark.parametrize("size", SIZES)
def test_equals_transformers(size: tuple) -> None:
    pytest.importorskip("transformers")
    module = pytest.importorskip("transformers.models.got_ocr2.image_processing_pil_got_ocr2")
    processor = module.GotOcr2ImageProcessorPil(size={"height": 1024, "width": 1024})
    image = picture(*size)
    theirs = processor(Image.fromarray(image), return_tensors="np")["pixel_values"]
    assert float(np.abs(theirs[0] - square(image)).max()) == 0.0


def test_recipe_is_configurable() -> None:
    recipe = Recipe(side=8, mean=(0.5, 0.5, 0.5), std=(0.5, 0.5, 0.5))
    made = square(np.full((3, 5, 3), 255, np.uint8), recipe)
    assert made.shape == (3, 8, 8) and (made == 1).all()
    assert (normalise(np.zeros((2, 2, 3), np.uint8), recipe) == -1).all()
