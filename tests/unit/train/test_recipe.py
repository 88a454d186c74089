"""Recipes: every file of recipes/ is sound, and what is wrong with one is said in a line."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path

import pytest

from gotocr.errors import UsageError
from gotocr.model.config import NanoConfig
from gotocr.train.recipe import Bucket, LossWeights, Recipe, Window, read_recipe
from gotocr.weights.nano_files import FOLDER

RECIPES = sorted((Path(__file__).parents[3] / "recipes").glob("*.toml"))


@pytest.mark.parametrize("path", RECIPES, ids=lambda path: path.stem)
def test_every_recipe_loads(path):
    recipe = read_recipe(path)
    assert recipe.name == path.stem and recipe.buckets
    if recipe.pupil == "nano":
        NanoConfig(**recipe.model)
    assert (recipe.corpus, recipe.fonts) == (Recipe().corpus, Recipe().fonts), "a recipe names no place on one machine"


def test_the_recipes_are_there():
    assert {"nano-text", "nano-next", "tiny"} <= {path.stem for path in RECIPES}
    assert read_recipe(next(path for path in RECIPES if path.stem == "nano-next")).source == FOLDER


def written(tmp_path, text: str) -> Path:
    path = tmp_path / "recipe.toml"
    path.write_text(text, "utf-8")
    return path


def test_keys_tables_and_changes(tmp_path):
    text = """
        minutes = 3
        fonts = ["a", "b"]
        buckets = [[48, 256], [96, 512, 2], { height = 16, width = 32, weight = 0.5 }]
        window = { lengths = [8, 16], with_places = false }
        weights = { point = 0 }
        model = { hidden = 64 }
    """
    recipe = read_recipe(written(tmp_path, text), steps=7, start="fresh")
    assert recipe.minutes == 3.0 and isinstance(recipe.minutes, float) and recipe.fonts == ("a", "b")
    assert recipe.buckets == (Bucket(48, 256), Bucket(96, 512, 2.0), Bucket(16, 32, 0.5))
    assert recipe.window == Window((8, 16), with_places=False) and recipe.weights == LossWeights(point=0.0)
    assert recipe.model == {"hidden": 64} and recipe.steps == 7 and recipe.start == "fresh"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("minuets = 3", "unknown keys minuets"),
        ("window = { length = [3] }", "window: unknown keys length"),
        ("minutes = 'long'", "minutes must be float"),
        ("steps = 1.5", "steps must be int"),
        ("steps = true", "steps must be int"),
        ("rate = nan", "rate must be float"),
        ("fonts = 'folder'", "fonts must be a list"),
        ("fonts = []", "folder of fonts"),
        ("model = 3", "model must be a table"),
        ("window = 3", "expected a table"),
        ("buckets = [[48]]", "give height, width, weight"),
        ("buckets = [[48, 256, 1, 1]]", "sources must be a list"),
        ("buckets = [[48, 256, 1, ['line'], 1]]", "expected a table"),
        ("window = { structured = 2 }", "structured of a window"),
        ("buckets = [[40, 256]]", "heights go by 16"),
        ("buckets = [[0, 256]]", "heights go by 16"),
        ("buckets = [[48, 256, 0]]", "weights above 0"),
        ("minutes = 0", "minutes of a recipe must be above 0"),
        ("save_every = 0", "save_every of a recipe must be above 0"),
        ("workers = -1", "workers of a recipe must be 0 or more"),
        ("worn = 1.5", "worn of a recipe must be from 0 to 1"),
        ("window = { lengths = [] }", "lengths of a window"),
        ("window = { fill = 2.0 }", "fill of a window"),
        ("weights = { token = -1 }", "weights of the loss"),
        ("dense_share = 0.1\nweights = { ink = 0, glyph = 0 }", "both 0"),
        ("minutes = ", "not a readable TOML"),
        ("pupil = 'parrot'", "pupil of a recipe is one of nano, base, .*not 'parrot'"),
        ("schedule = 'steps'", "schedule of a recipe is one of wsd, cosine, linear"),
        ("parallel = 'tp'", "parallel of a recipe is one of ddp, fsdp"),
        ("compile = 1", "compile must be bool"),
        ("accumulate = 0", "accumulate of a recipe must be above 0"),
        ("frozen = 'stem'", "frozen must be a list"),
        ("study = 3", "study must be a table"),
    ],
)
def test_what_is_wrong_is_said_in_a_line(tmp_path, text, says):
    with pytest.raises(UsageError, match=says) as caught:
        read_recipe(written(tmp_path, text))
    assert "\n" not in str(caught.value) and "recipe.toml" in str(caught.value)


def test_a_missing_file_and_bad_changes(tmp_path):
    with pytest.raises(UsageError, match="not a readable"):
        read_recipe(tmp_path / "none.toml")
    with pytest.raises(UsageError, match="minutes"):
        read_recipe(written(tmp_path, ""), minutes=-1)


def test_what_need_not_be_given(tmp_path):
    assert read_recipe(written(tmp_path, "")).compile is None
    recipe = read_recipe(written(tmp_path, "compile = false\nfrozen = ['stem']\nstudy = { pairs = 2 }"))
    assert recipe.compile is False and recipe.frozen == ("stem",) and recipe.study == {"pairs": 2}


def test_every_key_is_told_of():
    page = (Path(__file__).parents[3] / "docs" / "training.md").read_text("utf-8")
    table = page[page.index("## Every key of a recipe") : page.index("## Why it is so")]
    told = [key for row in table.splitlines() if row.startswith("| `") for key in re.findall(r"`(\w+)`", row.split("|")[1])]
    assert sorted(told) == sorted(field.name for field in fields(Recipe))


def test_the_tokenizer_follows_the_weights(tmp_path):
    assert Recipe(start="fresh").tokenizer_file == Recipe().tokenizer_file == FOLDER / "tokenizer.json"
    assert Recipe(start=str(tmp_path)).tokenizer_file == tmp_path / "tokenizer.json"
    assert Recipe(start="fresh").source is None
    assert Recipe(start=str(tmp_path), tokenizer="other.json").tokenizer_file == Path("other.json")


def test_defaults_are_of_their_types():
    values = {field.name: getattr(Recipe(), field.name) for field in fields(Recipe)}
    assert all(isinstance(value, (str, int, float, tuple, dict, Window, LossWeights)) for name, value in values.items() if name != "compile")
