"""Progress by steps or time, and the rate along it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from gotocr.train.recipe import SCHEDULES, Recipe
from gotocr.train.schedule import progress, rate

RECIPE = Recipe(steps=100, minutes=1, rate=2.0, warmup=10, decay_share=0.4)


def test_progress_is_the_larger_of_steps_and_time():
    assert progress(RECIPE, 9, 0) == 0.09 and progress(RECIPE, 10, 45.0) == 0.75
    assert progress(RECIPE, 3, 90.0) == progress(RECIPE, 120, 0) == 1.0


def test_wsd_warms_up_stays_and_falls():
    assert rate(RECIPE, 0, 0.0) == pytest.approx(0.2) and rate(RECIPE, 9, 0.09) == rate(RECIPE, 60, 0.6) == 2.0
    assert rate(RECIPE, 80, 0.8) == pytest.approx(1.0) and rate(RECIPE, 100, 1.0) == 0.0
    assert rate(RECIPE, 10, 0.75) == pytest.approx(2.0 * 0.25 / 0.4)
    flat = replace(RECIPE, decay_share=0, warmup=0)
    assert rate(flat, 0, 0.0) == rate(flat, 99, 0.99) == 2.0


def test_cosine_and_linear_fall_along():
    torch = pytest.importorskip("torch")
    weight = torch.nn.Parameter(torch.zeros(1))
    optimizer = torch.optim.SGD([weight], lr=2.0)
    cosine = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, 100)
    recipe = replace(RECIPE, schedule="cosine", warmup=0)
    for step in range(100):
        assert rate(recipe, step, step / 100) == pytest.approx(optimizer.param_groups[0]["lr"], abs=1e-9)
        optimizer.step(), cosine.step()
    linear = replace(recipe, schedule="linear", warmup=10)
    assert rate(linear, 4, 0.04) == pytest.approx(2.0 * 0.5 * 0.96) and rate(linear, 50, 0.5) == 1.0


@pytest.mark.parametrize("name", SCHEDULES)
def test_every_schedule_ends_at_nothing(name):
    recipe = replace(RECIPE, schedule=name)
    assert rate(recipe, 100, 1.0) == pytest.approx(0.0, abs=1e-12) and 0 < rate(recipe, 30, 0.3) <= 2.0
