"""Random fields have the spread they promise and come from the generator alone."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("cv2")

from gotocr.draw.noise import clouds, grain, light, paint, stretch  # noqa: E402


def test_grain_is_about_normal():
    field = grain(np.random.default_rng(0), (300, 300, 3))
    assert field.dtype == np.float32 and field.shape == (300, 300, 3)
    assert abs(field.mean()) < 0.01 and field.std() == pytest.approx(1, rel=0.01)
    assert 0.6 < (np.abs(field) < 1).mean() < 0.76
    assert abs(np.corrcoef(field[:, :-1, 0].ravel(), field[:, 1:, 0].ravel())[0, 1]) < 0.02


@pytest.mark.parametrize("size", [(60, 200), (3, 300), (256, 5), (1, 1)], ids=str)
@pytest.mark.parametrize("cell", [(1, 1), (20, 50), (500, 500)], ids=str)
def test_clouds_fit_any_picture(size, cell):
    field = clouds(np.random.default_rng(1), size, cell)
    assert field.shape == size and field.dtype == np.float32 and np.isfinite(field).all()
    assert (field == clouds(np.random.default_rng(1), size, cell)).all()


def test_clouds_are_smooth_and_spread_by_about_one():
    fields = [clouds(np.random.default_rng(seed), (200, 200), (25, 25)) for seed in range(5)]
    assert 0.7 < np.mean([field.std() for field in fields]) < 1.3
    assert np.mean([np.abs(np.diff(field, axis=1)).mean() for field in fields]) < 0.35


def test_a_field_is_painted_from_colour_to_colour():
    ramp = np.linspace(0, 1, 50, dtype=np.float32)[None].repeat(2, 0)
    out = paint(ramp, (250, 0, 10), (0, 200, 20))
    assert out[0, 0].tolist() == [250, 0, 10] and out[0, -1].tolist() == [0, 200, 20]
    assert (np.diff(out[0, :, 1].astype(int)) >= 0).all()


def test_stretching_keeps_the_middles_of_cells():
    coarse = np.array([[0, 10], [20, 30]], np.float32)
    fine = stretch(coarse, (20, 20), smooth=False)
    assert fine[:2, :2].max() < 3 and fine[-1, -1] == 30 and fine.mean() == pytest.approx(15, abs=0.2)


def test_light_of_colours():
    assert light((255, 255, 255)) == pytest.approx(255) and light((0, 255, 0)) > light((255, 0, 0)) > light((0, 0, 255))
