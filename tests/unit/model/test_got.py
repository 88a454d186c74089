"""The whole network: pictures land in their places, and the naive loop stops where it is told."""

from __future__ import annotations

import pytest

torch = pytest.importorskip("torch")

from gotocr.model.config import DecoderConfig, GotConfig, VisionConfig  # noqa: E402
from gotocr.model.got import Got, write_naively  # noqa: E402

TINY = GotConfig(VisionConfig(32, 4, 3, 16, 2, 2, 32, 3, (1,), 8), DecoderConfig(50, 24, 2, 2, 2, 32), image_id=49)
PLACES = [49] * 4


@pytest.fixture(scope="module")
def network():
    torch.manual_seed(0)
    network = Got(TINY).eval().requires_grad_(False)
    for parameter in network.parameters():
        parameter.normal_(std=0.4)
    return network


def test_images_land_in_reading_order(network):
    images = torch.randn(2, 4, 24)
    x = network.embed(torch.tensor([[1, *PLACES, 2, *PLACES, 3]]), images)
    assert torch.equal(x[0, 1:5], images[0]) and torch.equal(x[0, 6:10], images[1])
    assert torch.equal(x[0, 5], network.decoder.embed.weight[2])


def test_a_batch_takes_its_images_in_turn(network):
    ids, images = torch.tensor([[1, *PLACES], [*PLACES, 2]]), torch.randn(2, 4, 24)
    x = network.embed(ids, images)
    assert torch.equal(x[0, 1:], images[0]) and torch.equal(x[1, :4], images[1])


@pytest.mark.parametrize("ids, tiles", [([1, 2], 1), (PLACES, 2), (PLACES, None)])
def test_places_and_images_must_agree(network, ids, tiles):
    with pytest.raises(ValueError, match="image places"):
        network.embed(torch.tensor([ids]), None if tiles is None else torch.zeros(tiles, 4, 24))


@pytest.mark.parametrize("shape", [(1, 3, 32, 28), (1, 1, 32, 32), (3, 32, 32)])
def test_tiles_of_another_size(network, shape):
    with pytest.raises(ValueError, match="tiles must be"):
        network.encode(torch.zeros(shape))


def test_the_naive_loop(network):
    pixels = torch.randn(1, 3, 32, 32)
    free = write_naively(network, [1, *PLACES, 2], pixels, (), 12)
    assert len(free) == 12
    text = [1, *PLACES, 2]
    for token in free[:3]:  # each token is the likeliest after all before it
        with torch.no_grad():
            assert int(network(torch.tensor([text]), pixels)[0, -1].argmax()) == token
        text.append(token)
    stop = free[5]
    assert write_naively(network, [1, *PLACES, 2], pixels, {stop}, 12) == free[: free.index(stop) + 1]


def test_the_picture_matters(network):
    ids = torch.tensor([[1, *PLACES, 2]])
    with torch.no_grad():
        one, other = (network(ids, torch.randn(1, 3, 32, 32))[0, -1] for _ in range(2))
    assert not torch.allclose(one, other)


def test_half_precision_is_near(network):
    half = Got(TINY).eval().requires_grad_(False)
    half.load_state_dict(network.state_dict())
    ids, pixels = torch.tensor([[1, *PLACES, 2]]), torch.randn(1, 3, 32, 32)
    with torch.no_grad():
        wide, narrow = network(ids, pixels), half.bfloat16()(ids, pixels.bfloat16())
    assert narrow.dtype == torch.bfloat16
    assert torch.corrcoef(torch.stack([wide.flatten(), narrow.float().flatten()]))[0, 1] > 0.98
