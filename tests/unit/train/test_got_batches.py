"""Pairs for the published network: what its reader would see and be asked, labels on the answer alone, rows without overlap."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("skia")
pytest.importorskip("cv2")

from gotocr.errors import UsageError  # noqa: E402
from gotocr.model.config import GotConfig  # noqa: E402
from gotocr.pixels.resize import Recipe as View  # noqa: E402
from gotocr.pixels.resize import normalise  # noqa: E402
from gotocr.pixels.tiles import view  # noqa: E402
from gotocr.prompt.template import build, spell  # noqa: E402
from gotocr.schema import Glyphs, Page, Region, Sample, Task  # noqa: E402
from gotocr.train.got_batches import GotBatches, Pair, asked, pack, rows, views  # noqa: E402
from gotocr.train.got_study import (  # noqa: E402
    BYTES, check_vocabulary, open_vocabulary, sizes_of, study_of, vocabulary_of,
)  # fmt: skip
from gotocr.train.recipe import Bucket, Recipe, fill, read_recipe  # noqa: E402

RECIPES = Path(__file__).parents[3] / "recipes"
TINY = read_recipe(RECIPES / "base-tiny.toml")
SIZES = fill(GotConfig, TINY.model, "model")


def batches(**study) -> GotBatches:
    return GotBatches(replace(TINY, study={**TINY.study, **study}), SIZES, BYTES)


def drawn(text: str, size=(60, 180), markdown: str | None = None, kind: str = "text", **notes) -> Sample:
    image = np.random.default_rng(3).integers(0, 256, (*size, 3), np.uint8)
    boxes = np.array([[20, 10, 30, 22], [32, 10, 50, 24]], np.float32)
    glyphs = Glyphs("ab", boxes, np.array([0, 1], np.int32), np.array([0, 1], np.int32))
    return Sample(image, text, text if markdown is None else markdown, glyphs, kind, notes=notes)


def test_rows_hold_every_pair_once_and_none_too_much():
    lengths = np.random.default_rng(0).integers(1, 100, 60).tolist()
    packed = rows(lengths, 100)
    assert sorted(index for row in packed for index in row) == list(range(60))
    sums = [sum(lengths[index] for index in row) for row in packed]
    assert max(sums) <= 100 and len(packed) * max(sums) < 1.15 * sum(lengths), "little is filled up"
    assert rows([7, 7, 7], 10) == [[0], [1], [2]] and rows([5, 1], 6) == [[0, 1]]


def test_pack_puts_each_token_where_the_run_says():
    tiles = [np.full((n, 2, 2, 3), n, np.uint8) for n in (1, 2, 3)]
    pairs = [Pair(tiles[0], [5, 6, 7, 8], 2, 4), Pair(tiles[1], [*range(20, 30)], 7), Pair(tiles[2], [9, 10, 11], 1, 1)]
    batch = pack(pairs, 13, blank=0)
    assert batch.ids.shape == (2, 64) and batch.runs.tolist() == [10, 54, 4, 3, 57], "two rows, each filled up to 64"
    assert batch.ids[0, :11].tolist() == [*range(20, 30), 0] and batch.ids[1, :8].tolist() == [5, 6, 7, 8, 9, 10, 11, 0]
    assert batch.positions[1, :8].tolist() == [0, 1, 2, 3, 0, 1, 2, 0] and batch.positions[0, 63] == 53
    assert batch.targets.tolist() == [27, 28, 29, 7, 8, 10, 11] and batch.owners.tolist() == [1, 1, 1, 0, 0, 2, 2]
    flat = batch.ids.ravel()
    assert flat[batch.answers].tolist() == [26, 27, 28, 6, 7, 9, 10] and flat[batch.answers + 1].tolist() == batch.targets.tolist()
    assert batch.pixels[:, 0, 0, 0].tolist() == [2, 2, 1, 3, 3, 3] and batch.seen.tolist() == [1, 1, 0, 2, 2, 2]
    assert batch.kinds.tolist() == [4, 0, 1]


@pytest.mark.parametrize(("size", "most"), [((60, 200), 1), ((300, 120), 6), ((200, 200), 12), ((90, 400), 4)])
def test_views_are_what_the_reader_sees(size, most):
    image = np.random.default_rng(1).integers(0, 256, (*size, 3), np.uint8)
    seen = views(image, most, 64)
    theirs = view(Page(image), most=most, recipe=View(side=64)).values
    assert np.array_equal(np.stack([normalise(tile) for tile in seen]), theirs)


def parts(pair: Pair, made: GotBatches) -> tuple[str, str, int]:
    """Prompt and answer spelled out, image slots counted and left out."""
    slots = pair.ids.count(SIZES.image_id)
    prompt = [index for index in pair.ids[: pair.start] if index != SIZES.image_id]
    return made.tokenizer.decode(prompt, specials=True), made.tokenizer.decode(pair.ids[pair.start :], specials=True), slots


@pytest.mark.parametrize("mode", ["plain", "format"])
def test_a_pair_is_asked_as_the_reader_asks(mode):
    made = batches(formatted=float(mode == "format"))
    sample = drawn("wide\n<|im_end|> world", markdown="# wide\n\n<|im_end|> world")
    pair = made.pair([sample], np.random.default_rng(0), 3)
    prompt, answer, slots = parts(pair, made)
    assert prompt == spell(Task(mode), (180, 60), 1).replace("<imgpad>", "") and slots == SIZES.tokens_per_tile == 4
    assert answer == getattr(sample, mode) + "<|im_end|>" and pair.kind == 3
    assert pair.ids[-1] == made.stop and made.stop not in pair.ids[pair.start : -1], "a mark that is only spelled stays text"
    published = build(Task(mode), (180, 60), 1, made.tokenizer).ids  # 256 slots, of which this network has 4
    assert pair.ids[: pair.start] == [*published[: published.index(made.slot) + 4], *published[published.index(made.slot) + 256 :]]


def test_what_has_no_plain_text_is_read_as_markdown():
    made = batches(structured=0)
    assert parts(made.pair([drawn("", markdown="```abc\n```", kind="music")], np.random.default_rng(0)), made)[1].startswith("```abc")
    assert parts(made.pair([drawn("", kind="nothing")], np.random.default_rng(0)), made)[1] == "<|im_end|>"


def test_regions_pages_and_tiles_are_asked_for_by_their_words():
    made, rng = batches(tiles=4, formatted=0), np.random.default_rng(0)
    assert "\n[red] OCR" in parts(made.pair([drawn("x", asked="red")], rng), made)[0]
    assert "OCR: " in parts(made.pair([drawn("x", asked="crop")], rng), made)[0]
    boxed = parts(made.pair([drawn("x", asked="box")], rng), made)[0]
    numbers = [int(number) for number in boxed.partition("[")[2].partition("]")[0].split(",")]
    for found, ink in zip(numbers, (111, 166, 277, 400), strict=True):
        assert abs(found - ink) <= 11, "thousandths of the sides, a hundredth loose"
    prompt, answer, slots = parts(made.pair([drawn("one"), drawn("two")], rng), made)
    assert "OCR with format across multi pages: " in prompt and answer == "one\n\ntwo<|im_end|>" and slots == 8
    prompt, _, slots = parts(made.pair([drawn("x", (240, 250))], rng), made)
    assert " upon the patch reference: " in prompt and slots == 5 * 4, "four tiles and the whole"
    assert "upon" not in parts(made.pair([drawn("x", (150, 180))], rng), made)[0], "not much larger than one view"


def test_a_box_is_that_of_the_ink():
    sample = drawn("x", asked="box", box=[0, 0, 1, 1])
    box = asked(sample, np.random.default_rng(0)).box
    assert np.abs(np.array(box) - [20, 10, 50, 24]).max() <= 2 and box[0] < 20 and box[3] > 24
    assert asked(drawn("x"), np.random.default_rng(0)) is None and asked(drawn("x", asked="blue"), None) == Region(colour="blue")


def test_an_answer_that_is_too_long_is_cut_without_its_stop():
    made = batches(length=300, tiles=1)
    pair = made.pair([drawn("word " * 200)], np.random.default_rng(0))
    assert len(pair.ids) == 300 and pair.ids[-1] != made.stop and parts(pair, made)[1] == ("word " * 200)[: 300 - pair.start]


def test_batches_come_by_their_number():
    one, again = batches(), batches()
    first, same, other = vars(one(1)), vars(again(1)), vars(one(2))
    assert all(np.array_equal(first[name], same[name]) for name in first)
    assert not np.array_equal(first["pixels"], other["pixels"])
    assert first["pixels"].shape == (2, 128, 128, 3) and first["pixels"].dtype == np.uint8
    assert first["runs"].sum() == first["ids"].size and (first["kinds"] < len(one.kinds)).all()
    assert np.array_equal(np.unique(first["owners"]), [0, 1])


def test_a_network_of_published_size_gets_the_published_prompt():
    sizes = replace(SIZES, vision=GotConfig().vision)
    made = GotBatches(replace(TINY, study={"formatted": 0}), sizes, BYTES)
    pair = made.pair([drawn("ok")], np.random.default_rng(0))
    assert tuple(pair.ids[: pair.start]) == build(Task("plain"), (180, 60), 1, made.tokenizer).ids
    assert pair.tiles.shape == (1, 1024, 1024, 3)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"study": {"pears": 3}}, "study: unknown keys pears"),
        ({"study": {"pairs": 0}}, "pairs and tiles"),
        ({"study": {"formatted": 2.0}}, "formatted of a study"),
        ({"study": {"style": "loud"}}, "style of a study is one of"),
        ({"study": {"takes": ["nose"]}}, "not 'nose'"),
        ({"study": {"takes": ["vision"]}}, "start is 'fresh'"),
        ({"pixels": 5}, "pixels is for nano"),
        ({"dense_share": 0.5}, "dense_share is for nano"),
        ({"model": {"decoder": {"hiden": 3}}}, "model: decoder: unknown keys hiden"),
        ({"model": {"decoder": {"hidden": 30, "heads": 4}}}, "cannot be built"),
        ({"model": {"image_id": 200_000}}, "image_id"),
        ({"tokenizer": ""}, "a fresh base needs a vocabulary"),
        ({"study": {"length": 100}}, "alone take up to"),
        ({"study": {"length": 4096}}, "beyond the decoder's 2048"),
        ({"buckets": (Bucket(48, 256, 1, ("smoke",)),)}, "smoke"),
        ({"model": {**TINY.model, "image_id": 471}}, "give the model's own tokenizer"),
    ],
)
def test_what_is_wrong_with_a_recipe_is_said(change, says):
    with pytest.raises(UsageError, match=says):
        recipe = replace(TINY, **change)
        study_of(recipe)
        config, vocabulary = sizes_of(recipe, None), vocabulary_of(recipe, None)
        check_vocabulary(open_vocabulary(vocabulary), config)
        GotBatches(recipe, config, vocabulary).check()


def test_the_vocabulary_is_found(tmp_path):
    (tmp_path / "qwen.tiktoken").write_text("")
    recipe = Recipe(pupil="base", start=str(tmp_path))
    assert vocabulary_of(recipe, tmp_path) == str(tmp_path / "qwen.tiktoken")
    (tmp_path / "tokenizer.json").write_text("")
    assert vocabulary_of(recipe, tmp_path) == str(tmp_path / "tokenizer.json")
    assert vocabulary_of(replace(recipe, tokenizer="own.json"), tmp_path) == "own.json"
