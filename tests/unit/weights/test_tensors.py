"""The safetensors reader and writer: equal to the format's own package, and unmoved by hostile headers."""

from __future__ import annotations

import json
import subprocess
import sys

import numpy as np
import pytest

from gotocr.errors import OutputError, WeightsError
from gotocr.weights.tensors import TensorFile, narrow, widen, write

RANDOM = np.random.default_rng(3)
TENSORS = {
    "f32": RANDOM.standard_normal((3, 5)).astype(np.float32),
    "f16": RANDOM.standard_normal((7,)).astype(np.float16),
    "i8": RANDOM.integers(-128, 128, (5, 3), np.int8),
    "u8": RANDOM.integers(0, 256, (3,), np.uint8),
    "i32": RANDOM.integers(-9, 9, (2, 1, 2), np.int32),
    "i64": np.array(-(1 << 40)),
    "empty": np.zeros((0, 4), np.float32),
}


def test_what_is_written_is_read(tmp_path):
    write(tmp_path / "a.safetensors", TENSORS, {"note": "ü"})
    file = TensorFile(tmp_path / "a.safetensors")
    assert file.metadata == {"note": "ü"} and set(file) == set(TENSORS)
    for name, value in TENSORS.items():
        assert file[name].dtype == value.dtype and file[name].shape == value.shape
        np.testing.assert_array_equal(file[name], value)
    assert list(tmp_path.iterdir()) == [tmp_path / "a.safetensors"]


def test_package_reads_ours_and_we_read_its(tmp_path):
    package = pytest.importorskip("safetensors.numpy")
    write(tmp_path / "ours.safetensors", TENSORS, {"note": "x"})
    package.save_file(TENSORS, tmp_path / "theirs.safetensors", {"note": "x"})
    theirs, ours = package.load_file(tmp_path / "ours.safetensors"), TensorFile(tmp_path / "theirs.safetensors")
    assert set(theirs) == set(ours) == set(TENSORS) and ours.metadata == {"note": "x"}
    for name, value in TENSORS.items():
        np.testing.assert_array_equal(theirs[name], value)
        np.testing.assert_array_equal(ours[name], value)


def test_bf16_rounds_as_torch_does(tmp_path):
    torch = pytest.importorskip("torch")
    values = np.concatenate([RANDOM.standard_normal(999), [0.0, -0.0, 1e-40, 3.4e38, np.inf, -np.inf, 1.00390625, 1.01171875]])
    values = values.astype(np.float32)
    expected = torch.from_numpy(values).bfloat16()
    np.testing.assert_array_equal(narrow(values), expected.view(torch.uint16).numpy())
    assert np.isnan(widen(narrow(np.array([np.nan, -np.nan], np.float32)))).all()
    write(tmp_path / "a.safetensors", {"x": values, "y": narrow(values), "z": values}, bf16=("x", "y"))
    file = TensorFile(tmp_path / "a.safetensors")
    assert [file.entries[name].dtype for name in "xyz"] == ["BF16", "BF16", "F32"]
    for name in "xy":
        assert file[name].dtype == np.float32 and file.bits(name).dtype == np.uint16
        np.testing.assert_array_equal(file[name], expected.float().numpy())


def test_package_reads_our_bf16(tmp_path):
    pytest.importorskip("torch")
    package = pytest.importorskip("safetensors.torch")
    values = RANDOM.standard_normal((3, 3)).astype(np.float32)
    write(tmp_path / "a.safetensors", {"odd": values, "f": values}, bf16=["odd"])
    theirs = package.load_file(tmp_path / "a.safetensors")
    assert str(theirs["odd"].dtype) == "torch.bfloat16"
    np.testing.assert_array_equal(theirs["odd"].float().numpy(), TensorFile(tmp_path / "a.safetensors")["odd"])


def test_tensors_lie_aligned(tmp_path):
    write(tmp_path / "a.safetensors", {"a": TENSORS["u8"], "b": np.ones(3, np.float32), "c": TENSORS["f32"]}, bf16=["b"])
    file = TensorFile(tmp_path / "a.safetensors")
    assert all(file.bits(name).flags.aligned for name in file)


def test_reading_maps_and_cannot_write(tmp_path):
    write(tmp_path / "a.safetensors", TENSORS)
    array = TensorFile(tmp_path / "a.safetensors")["f32"]
    with pytest.raises(ValueError, match="read-only"):
        array[0] = 1


def test_copies_are_ones_own(tmp_path):
    write(tmp_path / "a.safetensors", TENSORS | {"b": TENSORS["f32"]}, bf16=["b"])
    file = TensorFile(tmp_path / "a.safetensors")
    copies = {name: file.copy(name) for name in file}
    for name, copied in copies.items():
        assert copied.dtype == file.bits(name).dtype and copied.flags.writeable
        np.testing.assert_array_equal(copied, file.bits(name))
    (tmp_path / "b").write_bytes((tmp_path / "a.safetensors").read_bytes()[:-8])
    (tmp_path / "b").replace(tmp_path / "a.safetensors")  # a shorter file takes its place
    with pytest.raises(WeightsError, match="changed while"):
        [file.copy(name) for name in file]


def test_unknown_dtypes_are_not_written(tmp_path):
    with pytest.raises(WeightsError, match="complex"):
        write(tmp_path / "a.safetensors", {"x": np.zeros(2, np.complex64)})


def test_a_full_disk_leaves_no_half_file(tmp_path):
    with pytest.raises(OutputError, match="cannot write"):
        write(tmp_path / "missing" / "a.safetensors", TENSORS)
    assert not list(tmp_path.iterdir())


def forge(path, header: object, data: bytes = b"", length: int | None = None) -> None:
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    path.write_bytes((len(text) if length is None else length).to_bytes(8, "little") + text + data)


def one(**changes) -> dict:
    return {"x": {"dtype": "F32", "shape": [2], "data_offsets": [0, 8], **changes}}


HOSTILE = {
    "length beyond the file": (one(), 8, 1 << 62),
    "no JSON": (b"{]", 0, None),
    "not UTF-8": (b'{"\xff":1}', 0, None),
    "a list": ([1], 0, None),
    "deep nesting": (b'{"x":' + b"[" * 200_000, 0, None),
    "a huge number": (b'{"x":{"dtype":"F32","shape":[' + b"9" * 5000 + b'],"data_offsets":[0,8]}}', 8, None),
    "the same name twice": (json.dumps(one())[:-1].encode() + b"," + json.dumps(one())[1:].encode(), 8, None),
    "no dictionary": ({"x": 3}, 0, None),
    "a missing key": ({"x": {"dtype": "F32", "shape": [2]}}, 8, None),
    "unknown dtype": (one(dtype="F128"), 8, None),
    "dtype of another type": (one(dtype=["F32"]), 8, None),
    "negative shape": (one(shape=[-2]), 8, None),
    "shape of truths": (one(shape=[True, 2]), 8, None),
    "shape of fractions": (one(shape=[2.0]), 8, None),
    "shape of many axes": (one(shape=[1] * 70 + [2]), 8, None),
    "shape that overflows": (one(shape=[1 << 32, 1 << 32, 0, 2]), 8, None),
    "shape larger than the data": (one(shape=[3]), 8, None),
    "offsets backwards": (one(data_offsets=[8, 0]), 8, None),
    "offsets beyond the data": (one(data_offsets=[8, 16]), 8, None),
    "a hole": ({**one(), "y": {"dtype": "U8", "shape": [1], "data_offsets": [9, 10]}}, 10, None),
    "an overlap": ({**one(), "y": {"dtype": "U8", "shape": [4], "data_offsets": [4, 8]}}, 8, None),
    "bytes left over": (one(), 9, None),
    "too few bytes": (one(), 7, None),
    "metadata of numbers": ({"__metadata__": {"a": 1}, **one()}, 8, None),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_headers(name, tmp_path):
    header, size, length = HOSTILE[name]
    path = tmp_path / "x.safetensors"
    forge(path, one(), b"\0" * 8)
    assert TensorFile(path)["x"].tolist() == [0, 0]  # the honest one is read
    forge(path, header, b"\0" * size, length)
    with pytest.raises(WeightsError) as caught:
        TensorFile(path)
    assert "\n" not in str(caught.value) and len(str(caught.value)) < 500 + len(str(path))


@pytest.mark.parametrize("content", [b"", b"\0" * 7, b"\0" * 8])
def test_files_without_a_header(content, tmp_path):
    (tmp_path / "x.safetensors").write_bytes(content)
    with pytest.raises(WeightsError):
        TensorFile(tmp_path / "x.safetensors")


def test_absent_files(tmp_path):
    with pytest.raises(WeightsError, match="cannot read"):
        TensorFile(tmp_path / "x.safetensors")


def test_neither_torch_nor_the_package_is_imported():
    code = "import sys, gotocr.weights.files, gotocr.weights.fetch; print({'torch', 'safetensors'} & set(sys.modules))"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout.strip() == "set()"
