"""Both ways of attending with relative positions against the definition, written out."""

from __future__ import annotations

import pytest

torch = pytest.importorskip("torch")

from gotocr.model import relative  # noqa: E402

HEIGHT, WIDTH, SIZE = 5, 3, 8


@pytest.fixture(scope="module")
def given():
    torch.manual_seed(1)
    vectors = [torch.randn(2, 4, HEIGHT * WIDTH, SIZE) for _ in range(3)]
    return [*vectors, torch.randn(2 * HEIGHT - 1, SIZE), torch.randn(2 * WIDTH - 1, SIZE)]


def by_definition(query, key, value, rel_h, rel_w):
    scores = torch.empty(*query.shape[:3], query.shape[2])
    for q in range(HEIGHT * WIDTH):
        for k in range(HEIGHT * WIDTH):
            down, across = q // WIDTH - k // WIDTH, q % WIDTH - k % WIDTH
            turned = key[:, :, k] * SIZE**-0.5 + rel_h[down + HEIGHT - 1] + rel_w[across + WIDTH - 1]
            scores[:, :, q, k] = (query[:, :, q] * turned).sum(-1)
    return scores.softmax(-1) @ value


@pytest.mark.parametrize("attend", [relative.folded, relative.banded])
def test_equals_the_definition(attend, given):
    torch.testing.assert_close(attend(*given), by_definition(*given), atol=1e-5, rtol=0)


@pytest.mark.parametrize("scores", [1, 2 * 4 * WIDTH * HEIGHT * WIDTH * 2, 1 << 30])
def test_bands_of_any_height_give_the_same(scores, given, monkeypatch):
    monkeypatch.setattr(relative, "BAND_SCORES", scores)
    torch.testing.assert_close(relative.banded(*given), relative.folded(*given), atol=1e-5, rtol=0)


def test_the_bias_is_never_whole(given, monkeypatch):
    """No tensor of N x N scores is handed to the kernel, only bands or none."""
    masks = []
    kernel = relative.F.scaled_dot_product_attention

    def watch(*args, attn_mask=None, **options):
        masks.append(0 if attn_mask is None else attn_mask.shape[-2])
        return kernel(*args, attn_mask=attn_mask, **options)

    monkeypatch.setattr(relative.F, "scaled_dot_product_attention", watch)
    monkeypatch.setattr(relative, "BAND_SCORES", 1)
    relative.folded(*given)
    relative.banded(*given)
    assert masks == [0] + [WIDTH] * HEIGHT
