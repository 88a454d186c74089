"""The decoder: only the past is seen, places are relative, and reading in pieces is reading at once."""

from __future__ import annotations

import pytest

torch = pytest.importorskip("torch")

from gotocr.model.cache import Cache  # noqa: E402
from gotocr.model.config import DecoderConfig  # noqa: E402
from gotocr.model.decoder import Decoder, RMSNorm, rotary, rotate  # noqa: E402

CONFIGS = [
    DecoderConfig(40, 32, 2, 4, 4, 48, max_positions=64),
    DecoderConfig(40, 32, 2, 4, 1, 48, attention_bias=False, max_positions=64),
]


@pytest.fixture(params=CONFIGS, ids=["plain", "shared heads, no bias"])
def decoder(request):
    torch.manual_seed(0)
    decoder = Decoder(request.param).eval().requires_grad_(False)
    for parameter in decoder.parameters():
        parameter.normal_(std=0.4)
    return decoder


def test_the_future_is_not_seen(decoder):
    x = torch.randn(2, 9, 32)
    y = x.clone()
    y[:, 5:] += 1
    with torch.no_grad():
        assert torch.equal(decoder(x)[:, :5], decoder(y)[:, :5])
        assert not torch.allclose(decoder(x)[:, 5:], decoder(y)[:, 5:])


@pytest.mark.parametrize("pieces", [[9], [4, 5], [1] * 9, [3, 1, 1, 4], [1, 8]])
def test_pieces_equal_the_whole(decoder, pieces):
    x = torch.randn(2, 9, 32)
    cache = Cache(decoder.config, 2, 12, x)
    with torch.no_grad():
        parts = [decoder(piece, cache) for piece in x.split(pieces, 1)]
        torch.testing.assert_close(torch.cat(parts, 1), decoder(x), atol=1e-5, rtol=1e-5)
    assert cache.length == 9


def test_rewinding_forgets(decoder):
    x = torch.randn(1, 9, 32)
    cache = Cache(decoder.config, 1, 16, x)
    with torch.no_grad():
        decoder(x[:, :4], cache)
        decoder(torch.randn(1, 5, 32), cache)  # a draft that is thrown away
        cache.rewind(4)
        torch.testing.assert_close(decoder(x[:, 4:], cache), decoder(x)[:, 4:], atol=1e-5, rtol=1e-5)


def test_biases_are_as_configured(decoder):
    attention = decoder.layers[0].attention
    wanted = decoder.config.attention_bias
    assert [part.bias is not None for part in (attention.query, attention.key, attention.value)] == [wanted] * 3
    assert attention.out.bias is None
    assert attention.key.weight.shape == (decoder.config.kv_heads * 8, 32)


def test_rotation_knows_only_distances():
    config = CONFIGS[0]
    query, key = torch.randn(2, 1, 1, 1, config.head_size).unbind(0)

    def score(at: int, to: int) -> torch.Tensor:
        turns = [rotary(config, place, 1, query) for place in (at, to)]
        return (rotate(query, turns[0]) * rotate(key, turns[1])).sum()

    torch.testing.assert_close(score(9, 4), score(25, 20), atol=1e-5, rtol=0)
    assert not torch.allclose(score(9, 4), score(9, 5))


def test_norm_is_computed_wide():
    norm = RMSNorm(4, 1e-6)
    x = torch.tensor([300.0, -300, 300, 300], dtype=torch.float16)  # its squares are beyond float16
    assert torch.equal(norm.half()(x), torch.tensor([1.0, -1, 1, 1], dtype=torch.float16))
