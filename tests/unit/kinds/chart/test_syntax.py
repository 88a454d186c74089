"""The grammar of charts allows every chart that is drawn, and only what is JSON of a chart, wherever it is broken off."""

from __future__ import annotations

import json

import numpy as np
import pytest

pytest.importorskip("skia")

from gotocr.decode.grammar import Grammar  # noqa: E402
from gotocr.draw.supply import Supply  # noqa: E402
from gotocr.kinds.chart import KIND  # noqa: E402
from gotocr.kinds.chart.reading import TYPES  # noqa: E402
from gotocr.kinds.chart.sample import CLOSING, OPENING  # noqa: E402
from gotocr.train.phrases import CHART  # noqa: E402

GRAMMAR, FENCED = Grammar(KIND.grammar), Grammar(KIND.grammar, CLOSING)
PIECES = [piece.removeprefix(OPENING) for piece in CHART] + [*'{}[]",: .-\\\n0123456789aetnuxyé·|']
MOST_STACKS = 16
HEAD = '{"type": "bar", "series": '


@pytest.fixture(scope="module")
def truths() -> list[str]:
    supply = Supply()
    drawn = [KIND.sample(np.random.default_rng(seed), supply, (500, 700), None).format for seed in range(40)]
    return [text.removeprefix(OPENING).removesuffix(CLOSING) for text in drawn]


def test_every_chart_may_be_written(truths: list[str]) -> None:
    rng, points = np.random.default_rng(1), 0
    for truth in truths:
        state, at = GRAMMAR.start, 0
        while at < len(truth):
            size = int(rng.integers(1, 9))
            state = state.after(truth[at : at + size])
            assert state is not None, (truth[:at][-60:], truth[at : at + size])
            at += size
        assert state.is_done and state.closing() == ""
        points += "[[" in truth
    assert points, "pairs were among them"


@pytest.mark.parametrize("name", TYPES)
def test_every_type_has_values_of_its_form(name: str) -> None:
    bars, pairs = '{"A": 1}', "[[1, 2.5], [-0.3, 4]]"
    for values in (bars, pairs, '{"one": %s, "": %s}' % (bars, bars), '{"one": %s, "two": %s}' % (pairs, pairs)):
        state = GRAMMAR.start.after(f'{{"type": "{name}", "title": "T", "unit": "%", "series": {values}, "source": "S"}}')
        assert (state is not None and state.is_done) == (("[" in values) == (name == "scatter"))


def test_what_is_broken_off_is_ended_as_a_chart(truths: list[str]) -> None:
    rng = np.random.default_rng(2)
    for truth in truths * 3:
        begun = truth[: int(rng.integers(len(truth)))]
        state = GRAMMAR.start.after(begun) if begun else GRAMMAR.start
        whole = begun + state.closing()
        assert json.loads(whole) and not KIND.parse(whole).problems, whole


def test_a_writer_at_random_writes_charts() -> None:
    rng, most, types = np.random.default_rng(3), 0, set()
    for _ in range(60):
        state, written = FENCED.start, ""
        for _ in range(300):
            piece = PIECES[int(rng.integers(len(PIECES)))]
            if not state.is_done and (then := state.after(piece)) is not None:
                state, written = then, written + piece
                most = max(most, len(state._stacks))
        whole = (written + state.closing()).removesuffix(CLOSING)
        block = KIND.parse(whole)
        assert json.loads(whole) and not block.problems, (whole, block.problems)
        types.add(block.data["type"])
    assert most <= MOST_STACKS and len(types) > 5


@pytest.mark.parametrize(
    "text",
    ["a", "[", '{"title"', '{"type": "box', '{"type": "bar"}', '{"type": "bar", "y": "a", "x"', '{"type": "bar", "title": ""']
    + [HEAD + rest for rest in ("{}", "[[1, 2]]", '{"A": 01', '{"A": 1e', '{"A": .5', '{"A": "1"', '{"A": null', '{"A": {}', '{"A": 1,}')]
    + [HEAD + rest for rest in ('{"A": {"B": 1}, "C": 2', '{"A": 1, "B": {', '{"A\n', '{"A\\x', '{"A": 1}}}', '{"A": 1}, "title"')]
    + [HEAD + '{"A": 1}, "source": "S", "note": "N"', HEAD.replace("bar", "scatter") + "[[1, 2], [3]]"],
)
def test_what_is_no_chart_may_not_be_written(text: str) -> None:
    assert FENCED.start.after(text) is None
