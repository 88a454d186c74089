"""A small file of pictures to learn, drawn by the example of the documentation, and very small models to teach."""

from __future__ import annotations

import importlib.util
from dataclasses import replace
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[4]


def _example():
    spec = importlib.util.spec_from_file_location("displays", ROOT / "examples" / "finetune" / "displays.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def displays(tmp_path_factory) -> Path:
    """`data.jsonl` with sixty pictures."""
    folder = tmp_path_factory.mktemp("displays")
    _example().main(str(folder), 60)
    return folder / "data.jsonl"


@pytest.fixture(scope="session")
def small_nano(tmp_path_factory) -> Path:
    """A nano of a few thousand weights that learnt nothing."""
    from gotocr.train.nano import NanoPupil
    from gotocr.train.recipe import read_recipe

    pupil = NanoPupil(read_recipe(ROOT / "recipes" / "tiny.toml"))
    return pupil.save(pupil.network.state_dict(), tmp_path_factory.mktemp("small") / "nano")


@pytest.fixture(scope="session")
def small_base(tmp_path_factory) -> Path:
    """A base of a few thousand weights, with the 256 slots a picture has, a vocabulary of bytes, and nothing learnt."""
    from gotocr.train.got import open_pupil
    from gotocr.train.recipe import Bucket, read_recipe

    tiny = read_recipe(ROOT / "recipes" / "base-tiny.toml")
    seeing = {"image_size": 1024, "patch": 16, "window": 14, "width": 16, "layers": 2, "global_layers": []}
    model = {**tiny.model, "vision": {**tiny.model["vision"], **seeing}}
    pupil = open_pupil(replace(tiny, model=model, buckets=(Bucket(48, 256, 1, ("word",)),)))
    return pupil.save(pupil.network.state_dict(), tmp_path_factory.mktemp("small") / "base")
