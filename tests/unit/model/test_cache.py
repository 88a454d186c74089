"""The cache's bookkeeping."""

from __future__ import annotations

import pytest

torch = pytest.importorskip("torch")

from gotocr.model.cache import Cache  # noqa: E402
from gotocr.model.config import DecoderConfig  # noqa: E402

CONFIG = DecoderConfig(layers=2, hidden=8, heads=4, kv_heads=2)


def fresh(capacity: int = 5) -> Cache:
    return Cache(CONFIG, 1, capacity, torch.empty(0, dtype=torch.float64))


def test_puts_grow_by_layer_and_move_together():
    cache = fresh()
    first = torch.ones(1, 2, 3, 2, dtype=torch.float64)
    for layer in range(2):
        keys, values = cache.put(layer, first, -first)
        assert keys.shape == values.shape == (1, 2, 3, 2) and cache.length == 0
    cache.advance(3)
    keys, values = cache.put(1, 2 * first[:, :, :1], first[:, :, :1])
    assert keys[0, 0, :, 0].tolist() == [1, 1, 1, 2] and values[0, 1, :, 1].tolist() == [-1, -1, -1, 1]
    assert keys.dtype == torch.float64


def test_memory_is_set_aside_once():
    cache = fresh()
    place = cache.keys.data_ptr()
    for _ in range(5):
        cache.put(0, torch.zeros(1, 2, 1, 2), torch.zeros(1, 2, 1, 2))
        cache.advance(1)
    assert cache.keys.data_ptr() == place and cache.keys.shape == (2, 1, 2, 5, 2)
    with pytest.raises(ValueError, match="5 tokens cannot hold 6"):
        cache.put(0, torch.zeros(1, 2, 1, 2), torch.zeros(1, 2, 1, 2))


@pytest.mark.parametrize("length", [-1, 4])
def test_rewinding_goes_back_only(length):
    cache = fresh()
    cache.advance(3)
    cache.rewind(2)
    assert cache.length == 2
    with pytest.raises(ValueError, match="rewind"):
        cache.rewind(length)
