"""Finding weights in a folder: one file, shards, and everything that is refused."""

from __future__ import annotations

import json

import numpy as np
import pytest

from gotocr.errors import WeightsError
from gotocr.weights.files import INDEX, SINGLE, check, open_weights
from gotocr.weights.tensors import write

A, B = np.arange(3, dtype=np.float32), np.ones((2, 2), np.float16)


def shards(folder, weight_map=None) -> None:
    write(folder / "m-1.safetensors", {"a": A}, {"from": "first"})
    write(folder / "m-2.safetensors", {"b": B})
    placed = {"a": "m-1.safetensors", "b": "m-2.safetensors"} if weight_map is None else weight_map
    (folder / INDEX).write_text(json.dumps({"metadata": {}, "weight_map": placed}))


def test_one_file_by_folder_and_by_name(tmp_path):
    write(tmp_path / SINGLE, {"a": A, "b": B})
    for path in (tmp_path, tmp_path / SINGLE, str(tmp_path)):
        weights = open_weights(path)
        assert set(weights) == {"a", "b"} and weights.entry("b").shape == (2, 2)
        np.testing.assert_array_equal(weights["a"], A)


def test_a_lone_file_of_another_name(tmp_path):
    write(tmp_path / "mine.safetensors", {"a": A})
    assert set(open_weights(tmp_path)) == {"a"}
    write(tmp_path / "other.safetensors", {"a": A})
    with pytest.raises(WeightsError, match="name one of them"):
        open_weights(tmp_path)


def test_shards(tmp_path):
    shards(tmp_path)
    for path in (tmp_path, tmp_path / INDEX):
        weights = open_weights(path)
        assert set(weights) == {"a", "b"} and weights.metadata == {"from": "first"}
        np.testing.assert_array_equal(weights["b"], B)
        np.testing.assert_array_equal(weights.bits("a"), A)


@pytest.mark.parametrize("shard", ["../m-1.safetensors", "/m-1.safetensors", "sub/m.safetensors", "c\\m.safetensors", "m.bin", 3])
def test_shards_stay_in_their_folder(shard, tmp_path):
    (tmp_path / "in").mkdir()
    shards(tmp_path / "in", {"a": shard})
    write(tmp_path / "m-1.safetensors", {"a": A})
    with pytest.raises(WeightsError, match="not a .safetensors file beside it"):
        open_weights(tmp_path / "in")


def test_a_missing_shard(tmp_path):
    shards(tmp_path)
    (tmp_path / "m-2.safetensors").unlink()
    with pytest.raises(WeightsError, match=r"shard m-2\.safetensors is missing"):
        open_weights(tmp_path)


@pytest.mark.parametrize("placed", [{"a": "m-1.safetensors"} | {"c": "m-2.safetensors"}, {"a": "m-2.safetensors", "b": "m-2.safetensors"}])
def test_an_index_that_lies(placed, tmp_path):
    shards(tmp_path, placed)
    with pytest.raises(WeightsError, match="do not agree"):
        open_weights(tmp_path)


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"weight_map": 3}', '{"weight_map": {"a": ["x"]}}', "\udcff"])
def test_a_broken_index(text, tmp_path):
    (tmp_path / INDEX).write_bytes(text.encode("utf-8", "surrogateescape"))
    with pytest.raises(WeightsError, match="not an index"):
        open_weights(tmp_path)


@pytest.mark.parametrize("name", ["pytorch_model.bin", "model.pt", "consolidated.00.pth", "last.CKPT"])
def test_pickle_is_never_read(name, tmp_path):
    (tmp_path / name).write_bytes(b"\x80\x04.")
    for path in (tmp_path, tmp_path / name):
        with pytest.raises(WeightsError, match="pickle.*safetensors"):
            open_weights(path)


def test_nothing_there(tmp_path):
    with pytest.raises(WeightsError, match=f"holds no weights; it needs {SINGLE}"):
        open_weights(tmp_path)
    with pytest.raises(WeightsError, match="no weights at"):
        open_weights(tmp_path / "absent")
    (tmp_path / "notes.txt").write_text("x")
    with pytest.raises(WeightsError, match="not a .safetensors file"):
        open_weights(tmp_path / "notes.txt")


def test_check_names_every_kind_of_fault():
    check({"a": (2,), "b": ()}, {"b": (), "a": (2,)}, "here")
    expected = {**{f"m{n}": (1,) for n in range(5)}, "s": (2, 3)}
    with pytest.raises(WeightsError) as caught:
        check(expected, {"s": (3, 2), "u": (1,)}, "here")
    message = str(caught.value)
    for part in ("here", "5 missing (m0, m1, m2, ...)", "1 unexpected (u)", "1 of another shape (s [3, 2] instead of [2, 3])"):
        assert part in message
