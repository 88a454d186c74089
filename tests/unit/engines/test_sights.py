"""Tiles are looked at once, by their content, as long as there is room."""

from __future__ import annotations

import numpy as np

from gotocr.engines.sights import Sights


def tiles(*values: float) -> np.ndarray:
    return np.stack([np.full((3, 4, 4), value, np.float32) for value in values])


class Network:
    """Sees the sum of a tile, and counts."""

    def __init__(self) -> None:
        self.looked = []

    def __call__(self, tile: np.ndarray) -> np.ndarray:
        assert tile.shape == (1, 3, 4, 4) and tile.dtype == np.float32
        self.looked.append(float(tile[0, 0, 0, 0]))
        return np.full((1, 16), tile.sum(), np.float32)  # 64 bytes


def seen(sights: Sights, *values: float) -> list[float]:
    return [float(one[0, 0]) / 48 for one in sights(tiles(*values))]


def test_equal_tiles_are_looked_at_once():
    network = Network()
    sights = Sights(network)
    assert seen(sights, 1, 2, 1, 1) == [1, 2, 1, 1] and network.looked == [1, 2]
    assert seen(sights, 2, 3) == [2, 3] and network.looked == [1, 2, 3]
    one = tiles(1)
    one[0, 2, 3, 3] = np.nextafter(np.float32(1), np.float32(2))
    sights(one)
    assert len(network.looked) == 4, "the least difference is one"
    sights(tiles(1)[:, :, ::-1])
    assert len(network.looked) == 4, "how it lies in memory is none"


def test_what_was_seen_for_one_page_is_not_given_to_another():
    network, pages = Network(), [object(), object()]
    sights = Sights(network)
    for page in (*pages, *pages):
        sights(tiles(1, 1), page)
    assert network.looked == [1, 1]
    del pages
    assert len(sights._seen) == 2 and sights._bytes == 2 * 64


def test_no_more_is_kept_than_there_is_room_for():
    network = Network()
    sights = Sights(network, most=3 * 64)
    assert seen(sights, 1, 2, 3, 1, 4) == [1, 2, 3, 1, 4]
    assert seen(sights, 1, 3, 4) == [1, 3, 4] and network.looked == [1, 2, 3, 4], "what was asked for last stays"
    assert seen(sights, 2) == [2] and network.looked[4:] == [2] and sights._bytes == 3 * 64
    nothing = Sights(network, most=10)
    assert seen(nothing, 7, 7) == [7, 7] and network.looked[5:] == [7, 7] and nothing._bytes == 0


def test_another_shape_of_the_same_bytes_is_another_tile():
    looked = []
    sights = Sights(lambda tile: looked.append(tile.shape) or np.zeros(1))
    sights(np.zeros((1, 3, 2, 8), np.float32)), sights(np.zeros((1, 3, 4, 4), np.float32))
    assert len(looked) == 2
