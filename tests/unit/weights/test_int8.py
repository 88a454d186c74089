"""Weights as int8: the least error, what was int8 stays as it was, and numbers or scales that are none are refused."""

from __future__ import annotations

import numpy as np
import pytest

from gotocr.errors import UsageError, WeightsError
from gotocr.weights.int8 import LEAST, MOST, SCALES, pack, quantise, shapes, widen
from gotocr.weights.tensors import TensorFile, write

KERNEL, MATRIX = (64, 16, 3, 5), (96, 160)


def weights(shape=MATRIX, seed=0) -> np.ndarray:
    return np.random.default_rng(seed).standard_t(4, shape).astype(np.float32)  # as trained ones: a few are far out


def errors(values, whole, scales) -> np.ndarray:
    """Squared error of each channel."""
    return ((values - whole * np.float64(scales)).reshape(len(values), -1) ** 2).sum(1)


def file_of(tmp_path, tensors) -> TensorFile:
    write(tmp_path / "weights.safetensors", tensors)
    return TensorFile(tmp_path / "weights.safetensors")


@pytest.mark.parametrize("shape", [MATRIX, KERNEL], ids=str)
def test_no_scale_has_a_clearly_smaller_error(shape):
    values = weights(shape)
    whole, scales = quantise(values)
    assert whole.dtype == np.int8 and whole.shape == shape and np.abs(whole.astype(int)).max() == MOST
    assert scales.dtype == np.float32 and scales.shape == (shape[0], *[1] * (len(shape) - 1))
    largest = np.abs(values).reshape(shape[0], -1).max(1).reshape(scales.shape) / MOST
    best = np.full(shape[0], np.inf)
    for part in np.linspace(0.5, 1.2, 1401):
        best = np.minimum(best, errors(values, np.rint(values / (largest * part)).clip(-MOST, MOST), largest * part))
    own, usual = errors(values, whole, scales), errors(values, np.rint(values / largest), largest)
    assert (own <= 1.05 * best).all() and own.sum() < 1.01 * best.sum()
    assert (own <= usual).all() and own.sum() < 0.97 * usual.sum()


def test_what_was_int8_comes_back(tmp_path):
    file = file_of(tmp_path, pack({"a.weight": weights(KERNEL), "b.weight": weights()}, "int8"))
    again = pack({name: widen(file, name) for name in shapes(file)}, "int8")
    assert again.keys() == set(file)
    assert all((again[name] == file[name]).all() for name in file)


def test_channels_of_zeros_and_of_next_to_nothing():
    values = weights()
    values[0], values[1], values[2, 1:] = 0, 1e-42, 0
    whole, scales = quantise(values)
    assert not whole[0].any() and not whole[1].any() and np.isfinite(scales).all() and (scales > 0).all()
    assert np.isclose(whole[2, 0] * scales[2, 0], values[2, 0], 1e-6)


def test_small_tensors_are_float16(tmp_path):
    tensors = {"norm": weights((2 * LEAST,)), "small": weights((2, LEAST // 2 - 1)), "large": weights((2, LEAST // 2))}
    file = file_of(tmp_path, pack(tensors, "int8"))
    assert {name: entry.dtype for name, entry in file.entries.items()} == {
        "norm": "F16", "small": "F16", "large": "I8", "large" + SCALES: "F32"
    }  # fmt: skip
    assert shapes(file) == {name: values.shape for name, values in tensors.items()}
    lost = {name: np.linalg.norm(widen(file, name) - values) / np.linalg.norm(values) for name, values in tensors.items()}
    assert lost["norm"] < 1e-3 > lost["small"] and 1e-3 < lost["large"] < 0.05
    assert {values.dtype for values in pack(tensors, "float16").values()} == {np.dtype(np.float16)}


@pytest.mark.parametrize("wrong", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize(("shape", "form"), [(MATRIX, "int8"), ((8,), "int8"), (MATRIX, "float16")], ids=str)
def test_what_is_no_number_is_refused(wrong, shape, form):
    values = weights(shape)
    values[0] = wrong
    with pytest.raises(WeightsError, match="layer.weight holds numbers"):
        pack({"layer.weight": values}, form)


def test_there_are_two_forms():
    with pytest.raises(UsageError, match="float16 or int8, not as 'int4'"):
        pack({"a": weights()}, "int4")


def test_int8_holds_larger_numbers_than_float16(tmp_path):
    values = weights() * 1e6
    file = file_of(tmp_path, pack({"a": values}, "int8"))
    assert np.abs(widen(file, "a") / values.std() - values / values.std()).max() < 0.1
    with pytest.raises(WeightsError, match="float16 cannot"):
        pack({"a": values}, "float16")


@pytest.mark.parametrize(
    "scales",
    [None, np.ones((95, 1), np.float32), np.ones((96,), np.float32), np.ones((96, 1), np.float16), np.ones((1, 1), np.float32)],
    ids=lambda scales: "none" if scales is None else f"{scales.shape} {scales.dtype}",
)
def test_a_matrix_without_scales_that_fit_stands_for_nothing(tmp_path, scales):
    tensors = pack({"a": weights(), "b": weights((4,))}, "int8")
    del tensors["a" + SCALES]
    file = file_of(tmp_path, tensors if scales is None else {**tensors, "a" + SCALES: scales})
    assert "a" not in shapes(file) and shapes(file)["b"] == (4,)


@pytest.mark.parametrize("wrong", [np.nan, np.inf, 0.0, -1.0])
def test_scales_that_are_none(tmp_path, wrong):
    tensors = pack({"a": weights()}, "int8")
    tensors["a" + SCALES][3] = wrong
    file = file_of(tmp_path, tensors)
    with pytest.raises(WeightsError, match="a.scales are no scales"):
        widen(file, "a")
