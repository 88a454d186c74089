"""The moving average of the weights."""

from __future__ import annotations

import pytest

torch = pytest.importorskip("torch")

from gotocr.train.average import Average  # noqa: E402


def test_the_average_is_short_at_first():
    network = torch.nn.Linear(1, 1, bias=False)
    torch.nn.init.constant_(network.weight, 0.0)
    average = Average(network, 0.5)
    torch.nn.init.constant_(network.weight, 1.0)
    assert average.state["weight"].item() == 0, "it holds its own copy"
    expected = 0.0
    for step in range(1, 15):
        keep = min(0.5, step / (step + 10))
        expected = keep * expected + (1 - keep)
        average.update()
        assert average.state["weight"].item() == pytest.approx(expected)


def test_what_is_frozen_is_not_copied_and_counters_are_not_averaged():
    network = torch.nn.Sequential(torch.nn.Linear(2, 2), torch.nn.BatchNorm1d(2))
    network[0].requires_grad_(False)
    average = Average(network, 0.9)
    assert average.state["0.weight"].data_ptr() == network[0].weight.data_ptr()
    assert set(average.state) == set(network.state_dict()) and "0.weight" not in average.own
    average.update()
    assert average.state["1.num_batches_tracked"].dtype == torch.long
