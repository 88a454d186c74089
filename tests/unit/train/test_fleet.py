"""Base on more GPUs: the work is the same, the network is what ends the gain; the page shows these figures."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

pytest.importorskip("torch")

from gotocr.train import fleet  # noqa: E402
from gotocr.train.fleet import BETWEEN, DRAWN, GPUS, cast, drawing, table  # noqa: E402
from gotocr.train.plan import MEANS, plan  # noqa: E402
from gotocr.train.recipe import read_recipe  # noqa: E402
from tests.docs.generated import assert_holds  # noqa: E402

ROOT = Path(__file__).parents[3]
STAGES = [read_recipe(ROOT / "recipes" / f"base-stage{stage}.toml") for stage in (1, 2, 3)]


def test_eight_gpus_are_the_plan():
    for recipe in STAGES:
        made, told = cast(recipe, 8), plan(recipe, 8)
        assert made.compute == pytest.approx(told.hours * 3600 / recipe.steps) and made.step == made.compute
        assert told.hours < made.hours < 1.05 * told.hours, "failures and checkpoints cost little"
        assert made.pairs == pytest.approx(told.samples / told.hours / 3600)


def test_the_network_is_what_ends_the_gain():
    made = [cast(STAGES[0], count) for count in (8, 16, 32, 64)]
    assert made[1].compute == pytest.approx(made[0].compute / 2) and made[3].step == made[3].network > made[3].compute
    assert made[2].network == pytest.approx(3 * 4 * made[2].plan.parameters * 31 / 32 / BETWEEN)
    assert made[0].checkpoint == 4 * 4 * made[0].plan.parameters, "weights, two moments, and an average"


def test_every_source_has_its_time():
    assert set(DRAWN) == set(MEANS)
    assert [round(drawing(recipe)) for recipe in STAGES] == [23, 28, 49]


def test_small_cards_are_told_not_to_fit():
    assert not plan(STAGES[1], 1, GPUS["L4"]).fits and plan(STAGES[1], 8, GPUS["H200"]).fits


def test_the_page_shows_these_plans():
    place = re.compile(r"(<!-- fleets -->\n).*?(<!-- end of fleets -->)", re.DOTALL)
    assert_holds(ROOT / "docs" / "training-base.md", place, table(STAGES, (8, 16, 32, 64)))
    assert f"{fleet.RESTART / 60:.0f} minutes" in (ROOT / "docs" / "training-base.md").read_text("utf-8")
