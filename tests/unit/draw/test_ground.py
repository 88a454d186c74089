"""Papers are light, grounds are drawn at any size from the generator alone, and ink stands out from each."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("cv2")

from gotocr.draw import ground as grounds  # noqa: E402
from gotocr.draw.noise import light  # noqa: E402
from gotocr.draw.texture import TEXTURES, photo, texture  # noqa: E402

SIZES = [(9, 300), (64, 200), (300, 17), (640, 480)]


@pytest.mark.parametrize("name", grounds.PAPERS)
def test_papers_are_light_enough_for_ink(name):
    for seed, size in enumerate(SIZES):
        sheet = grounds.paper(np.random.default_rng(seed), size, name)
        assert sheet.shape == (*size, 3) and sheet.dtype == np.uint8
        assert (sheet == grounds.paper(np.random.default_rng(seed), size, name)).all()
        assert grounds.extent(sheet)[1] > 160 and sheet.mean() > 140


@pytest.mark.parametrize("name", TEXTURES)
def test_textures_fill_any_size(name):
    for seed, size in enumerate(SIZES):
        out = texture(np.random.default_rng(seed), size, name)
        assert out.shape == (*size, 3) and out.dtype == np.uint8
        assert (out == texture(np.random.default_rng(seed), size, name)).all()
    assert name == "flat" or out.std() > 0


def test_photos_differ():
    found = {photo(np.random.default_rng(seed), (40, 60)).tobytes() for seed in range(20)}
    assert len(found) == 20


def test_ink_stands_out():
    apart = 0
    for seed in range(60):
        rng = np.random.default_rng(seed)
        under = grounds.ground(rng, (50, 80))
        ink = grounds.ink_for(rng, under, 70)
        under = grounds.calm(under, ink, 60)
        low, high = grounds.extent(under)
        apart += light(ink) <= low - 50 or light(ink) >= high + 50
    assert apart >= 58


def test_a_calm_ground_stays_as_it_is():
    under = np.full((20, 20, 3), 240, np.uint8)
    assert grounds.calm(under, (0, 0, 0)) is under


def test_clean_pictures_are_laid_onto_paper():
    image = np.full((40, 60, 3), 255, np.uint8)
    image[10:20, 10:40] = 0
    paper = np.full((40, 60, 3), (230, 220, 200), np.uint8)
    out = grounds.onto(image, paper, np.random.default_rng(0))
    assert (out[30] == paper[30]).all(), "white shows the paper"
    assert out[15, 20].max() < 60, "black stays dark"
    slate = np.full((40, 60, 3), 30, np.uint8)
    out = grounds.onto(image, slate, np.random.default_rng(0))
    assert np.abs(out[30].astype(int) - 30).max() <= 1 and out[15, 20].min() > 190, "chalk on slate"
