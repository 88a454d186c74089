"""Windows are cut and joined without loss, and the encoder's sizes follow its config."""

from __future__ import annotations

import pytest

torch = pytest.importorskip("torch")

from gotocr.model.config import VisionConfig  # noqa: E402
from gotocr.model.vision import Block, Vision, cut, join  # noqa: E402

TINY = VisionConfig(image_size=40, patch=4, width=16, layers=2, heads=2, feed_forward=32, window=4, global_layers=(1,), out_channels=8)


@pytest.mark.parametrize("height, width", [(8, 8), (10, 10), (3, 9)])
def test_cut_and_join(height, width):
    x = torch.randn(2, height, width, 3)
    windows = cut(x, 4)
    rows, columns = -(-height // 4), -(-width // 4)
    assert windows.shape == (2 * rows * columns, 4, 4, 3)
    assert torch.equal(windows[1, 0, 0], x[0, 0, 4] if width > 4 else windows[1, 0, 0])  # the second window is to the right
    assert torch.equal(join(windows, x.shape), x)


def test_filling_is_zero_at_the_bottom_and_the_right():
    windows = cut(torch.ones(1, 5, 5, 1), 4).view(2, 2, 4, 4)
    assert windows.sum() == 25 and windows[1, 1, 0, 0] == 1 and windows[1, 1].sum() == 1


def test_shapes_and_kinds_of_layers():
    vision = Vision(TINY)
    assert vision(torch.randn(2, 3, 40, 40)).shape == (2, 8, 10, 10)
    assert [block.window for block in vision.blocks] == [4, 0]
    assert [len(block.attention.rel_h) for block in vision.blocks] == [7, 19]


def test_a_window_sees_nothing_of_the_others_and_the_whole_grid_does():
    torch.manual_seed(0)
    x = torch.randn(1, 10, 10, 16)
    y = x.clone()
    y[0, 9, 9] = torch.randn(16)
    for window, touched in ((4, False), (0, True)):
        block = Block(TINY, window).eval()
        with torch.no_grad():
            assert torch.equal(block(x)[0, 0, 0], block(y)[0, 0, 0]) is not touched


def test_gradients_reach_the_relative_positions():
    vision = Vision(TINY)
    vision(torch.randn(1, 3, 40, 40)).square().sum().backward()
    assert all(parameter.grad is not None for parameter in vision.parameters())
