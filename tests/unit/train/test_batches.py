"""Batches by number: what cannot be drawn does not end a run."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("skia")

from gotocr.errors import InputError  # noqa: E402
from gotocr.train.batches import Batches  # noqa: E402
from gotocr.train.recipe import Bucket, Recipe  # noqa: E402

RECIPE = Recipe(buckets=(Bucket(48, 256, 1.0, ("word",)),), pixels=48 * 256 * 3)


@pytest.fixture
def batches():
    return Batches(RECIPE)


def test_a_picture_that_cannot_be_drawn_gives_way_to_the_next(batches, monkeypatch):
    whole, asked = batches(5), []
    draw = batches.studio.draw_on

    def falls(name, seed, size):
        asked.append(seed)
        if len(asked) == 2:
            raise AttributeError("'NoneType' object has no attribute 'look'")
        return draw(name, seed, size)

    monkeypatch.setattr(batches.studio, "draw_on", falls)
    with pytest.warns(UserWarning, match="word of seed .* AttributeError: .*another one is drawn"):
        batch = batches(5)
    assert len(batch.ids) == len(whole.ids) == 3 and len(asked) == 4 and asked[2] == asked[1] + 1
    assert np.array_equal(batch.pixels[0], whole.pixels[0]) and not np.array_equal(batch.pixels[1], whole.pixels[1])


def test_what_can_never_be_drawn_is_said(batches, monkeypatch):
    def falls(name, seed, size):
        raise ZeroDivisionError("always")

    monkeypatch.setattr(batches.studio, "draw_on", falls)
    with pytest.warns(UserWarning), pytest.raises(ZeroDivisionError):
        batches(0)


def test_what_is_wrong_with_the_corpus_is_not_passed_over(batches, monkeypatch):
    def falls(name, seed, size):
        raise InputError("words_en.txt is damaged")

    monkeypatch.setattr(batches.studio, "draw_on", falls)
    with pytest.raises(InputError, match="damaged"):
        batches(0)
