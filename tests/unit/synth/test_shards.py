"""What is packed comes out again; files that are no shards, or damaged, say so."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

pytest.importorskip("cv2")

from gotocr.errors import InputError, OutputError  # noqa: E402
from gotocr.schema import AREA, Glyphs, Sample  # noqa: E402
from gotocr.synth.shards import Shard, encode, resize, write  # noqa: E402


def make(seed: int, colour: bool = False) -> Sample:
    rng = np.random.default_rng(seed)
    image = rng.integers(0, 256, (20 + seed, 60, 3 if colour else 1), np.uint8)
    image = image if colour else image.repeat(3, 2)
    glyphs = Glyphs("ä1" + AREA, rng.uniform(0, 20, (3, 4)).astype(np.float32), np.array([0, 1, -1], np.int32), np.array([2, -1, 0], np.int32))
    return Sample(image, "ä1", "$$ä$$", glyphs, "formula", seed, {"lang": "de"})


def same(one: Sample, other: Sample) -> bool:
    tables = ("boxes", "plain", "format")
    texts = (one.plain, one.format, one.kind, one.seed, one.notes, one.glyphs.text) == (
        other.plain, other.format, other.kind, other.seed, other.notes, other.glyphs.text
    )
    return texts and all(np.array_equal(getattr(one.glyphs, name), getattr(other.glyphs, name)) for name in tables)


@pytest.mark.parametrize("colour", [False, True])
def test_round_trip(tmp_path, colour):
    path, samples = tmp_path / "deep" / "a.shard.zip", [make(seed, colour) for seed in range(5)]
    assert write(path, samples) == 5
    shard = Shard(path)
    assert len(shard) == 5
    for index in (4, 0, 2):
        found = shard[index]
        assert same(found, samples[index]) and np.array_equal(found.image, samples[index].image)
        assert found.glyphs.plain.dtype == np.int32


def test_jpeg_pictures_are_smaller_and_nearly_the_same(tmp_path):
    sample = replace(make(3), image=np.full((64, 64, 3), 200, np.uint8))
    write(tmp_path / "a.shard.zip", [sample], quality=90)
    found = Shard(tmp_path / "a.shard.zip")[0]
    assert np.abs(found.image.astype(int) - 200).max() <= 3 and same(found, sample)


def test_equal_samples_give_equal_bytes(tmp_path):
    for name in "ab":
        write(tmp_path / f"{name}.shard.zip", [make(1), make(2)])
    assert (tmp_path / "a.shard.zip").read_bytes() == (tmp_path / "b.shard.zip").read_bytes()


def test_a_shard_appears_whole_or_not_at_all(tmp_path):
    def broken():
        yield make(1)
        raise RuntimeError("drawing failed")

    with pytest.raises(RuntimeError):
        write(tmp_path / "a.shard.zip", broken())
    assert not list(tmp_path.iterdir())
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError, match="cannot write"):
        write(tmp_path / "file" / "a.shard.zip", [make(1)])


def test_what_is_no_shard(tmp_path):
    (tmp_path / "text.shard.zip").write_text("no zip")
    for name in ("text.shard.zip", "missing.shard.zip"):
        with pytest.raises(InputError, match="no shard"):
            Shard(tmp_path / name)
    write(tmp_path / "a.shard.zip", [])
    with pytest.raises(InputError, match="no samples"):
        Shard(tmp_path / "a.shard.zip")
    write(tmp_path / "b.shard.zip", [make(1), make(2)])
    whole = bytearray((tmp_path / "b.shard.zip").read_bytes())
    at = whole.find(b'"format"')
    whole[at : at + 8] = b"\xff" * 8
    (tmp_path / "b.shard.zip").write_bytes(whole)
    with pytest.raises(InputError, match="damaged"):
        Shard(tmp_path / "b.shard.zip")[0]


def test_fit_makes_large_pictures_smaller(tmp_path):
    write(tmp_path / "a.shard.zip", [make(seed) for seed in range(6)])
    shard = Shard(tmp_path / "a.shard.zip")
    for seed in range(20):
        found = shard.fit(np.random.default_rng(seed), (16, 40))
        assert found.image.shape[0] <= 16 and found.image.shape[1] <= 40


def test_resizing_moves_boxes_along():
    sample = make(0)
    half = resize(sample, 0.5)
    assert half.image.shape == (10, 30, 3) and np.allclose(half.glyphs.boxes, sample.glyphs.boxes / 2)
    assert resize(sample, 1.0) is sample


def test_gray_pictures_are_stored_gray():
    assert len(encode(make(1).image)) < 0.5 * len(encode(make(1, colour=True).image))
