"""What a course may be told, and the recipe that it becomes."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path

import pytest

pytest.importorskip("skia")
pytest.importorskip("cv2")

from gotocr.cli.finetune import OPTIONS  # noqa: E402
from gotocr.errors import UsageError, WeightsError  # noqa: E402
from gotocr.synth.pairs import is_pairs  # noqa: E402
from gotocr.train.finetune import finetune  # noqa: E402
from gotocr.train.finetune.course import Course  # noqa: E402
from gotocr.train.finetune.recipes import BASE_MIX, NANO_MIX, base_study, recipe_of, taught  # noqa: E402
from gotocr.train.got_study import study_of  # noqa: E402
from gotocr.train.recipe import read_recipe  # noqa: E402

RECIPES = Path(__file__).parents[4] / "recipes"


def test_every_field_is_an_option():
    assert {part.name for part in fields(Course)} == {"data", "out", *OPTIONS}


@pytest.mark.parametrize(
    "wrong",
    [{"learn": "some"}, {"learn": "last-0"}, {"learn": "last-"}, {"share": 0}, {"share": 1}, {"mix": 1}, {"worn": 2}, {"minutes": 0},
     {"steps": -1}, {"weights": "int3"}, {"model": "base", "weights": "int8"}, {"patience": 0}, {"memory": -1.0}],
    ids=str,
)  # fmt: skip
def test_what_makes_no_sense_is_refused(wrong):
    with pytest.raises(UsageError):
        Course(**wrong)


def test_unknown_options_are_named():
    with pytest.raises(UsageError, match="unknown options lern; known are data, out, model"):
        finetune("a.jsonl", "out", lern="full")


def test_a_model_is_one_of_ours(tmp_path, small_base, small_nano):
    assert [Course(model=str(model)).family for model in ("nano", "base", small_base, small_nano)] == ["nano", "got", "got", "nano"]
    with pytest.raises(WeightsError, match="there is no model at"):
        _ = Course(model=str(tmp_path / "none")).family
    (tmp_path / "config.json").write_text('{"family": "other"}')
    with pytest.raises(UsageError, match="only nano and base are fine-tuned"):
        _ = Course(model=str(tmp_path)).family


def test_what_moves_less_may_move_faster():
    for model in ("nano", "base"):
        full, last, lora = (Course(model=model, learn=learn).usual_rate for learn in ("full", "last-2", "lora"))
        assert full < last < lora
    assert Course(rate=0.5).usual_rate == 0.5


def test_the_mix_is_that_of_the_recipes():
    joint = read_recipe(RECIPES / "nano-joint.toml").buckets
    assert tuple(bucket for bucket in joint if not any(map(is_pairs, bucket.sources))) == NANO_MIX
    stage = read_recipe(RECIPES / "base-stage3.toml").buckets
    assert set(BASE_MIX) < set(stage) and {name for bucket in stage for name in bucket.drawn} - {
        name for bucket in BASE_MIX for name in bucket.drawn
    } == {"document", "sequence"}, "what one view and a short answer hold"


def test_a_recipe_tells_base_what_is_its_own(small_base):
    recipe = recipe_of(Course(model=str(small_base), learn="lora", batch=3, length=900, mix=0.4), "abc")
    assert (recipe.pupil, recipe.start) == ("base-taught", str(small_base)) and base_study(recipe) == {"pairs": 3, "length": 900}
    told = taught(recipe)
    assert (told.learn, told.mix, told.sum) == ("lora", 0.4, "abc")
    with pytest.raises(UsageError, match="unknown keys"):
        study_of(recipe)
    nano = recipe_of(Course(batch=10))
    assert (nano.pupil, nano.start, nano.pixels) == ("nano-taught", "shipped", 10_240)
