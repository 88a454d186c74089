"""The projector halves the map twice and reads it row by row."""

from __future__ import annotations

import pytest

torch = pytest.importorskip("torch")

from gotocr.model.config import BASE, DecoderConfig, GotConfig, VisionConfig  # noqa: E402
from gotocr.model.projector import Projector  # noqa: E402


@pytest.mark.parametrize("side", [8, 9, 10, 16])
def test_tokens_per_tile(side):
    config = GotConfig(VisionConfig(image_size=4 * side, patch=4, out_channels=4), DecoderConfig(hidden=12))
    assert Projector(config)(torch.randn(2, 4, side, side)).shape == (2, config.tokens_per_tile, 12)


def test_published_tile_is_256_tokens():
    assert BASE.tokens_per_tile == 256


def test_tokens_run_row_by_row():
    config = GotConfig(VisionConfig(image_size=64, patch=4, out_channels=4), DecoderConfig(hidden=12))
    projector = Projector(config)
    features = torch.zeros(1, 4, 16, 16)
    features[0, :, 0, 14:] = 5  # the last columns of the first rows
    with torch.no_grad():
        change = (projector(features) - projector(torch.zeros_like(features))).abs().sum(-1)[0]
    assert change[3] > 0 and change[4] == change[12] == 0
