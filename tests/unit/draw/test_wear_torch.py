"""The wears on tensors do what those on arrays do: the same numbers, nearly the same pictures, and boxes moved alike."""

from __future__ import annotations

import numpy as np
import pytest

cv2 = pytest.importorskip("cv2")
torch = pytest.importorskip("torch")

from gotocr.draw import strength, warp, warp_torch, wear, wear_torch  # noqa: E402

STILL = [name for name in strength.WEARS if name not in strength.MOVES]
BY_CHANCE = ("noise", "specks")
CLOSE = {"recompress": 2.5, "coarsen": 2.5, "threshold": 2.0, "dither": 2.0, "motion": 0.7, "defocus": 0.7}  # mean levels apart


def batch(images) -> torch.Tensor:
    return torch.as_tensor(np.stack(images)).permute(0, 3, 1, 2).float()


def array(images: torch.Tensor) -> np.ndarray:
    return images.permute(0, 2, 3, 1).round().clamp(0, 255).to(torch.uint8).numpy()


def both(lettered, name: str, seeds: range) -> tuple[np.ndarray, np.ndarray, list[dict]]:
    """The same pictures worn by the same numbers on arrays and on tensors."""
    images = [cv2.GaussianBlur(lettered(coloured=True)[0], (0, 0), 0.5 + 0.2 * seed) for seed in seeds]
    numbers = [strength.draw(np.random.default_rng(seed), name, 14.0) for seed in seeds]
    if name == "coarsen":
        numbers = [{"share": np.float32(0.45 + 0.1 * seed), "how": found["how"]} for seed, found in zip(seeds, numbers, strict=True)]
    arrays = [wear.APPLY[name](image, np.random.default_rng(0), **found) for image, found in zip(images, numbers, strict=True)]
    stacked = {key: torch.as_tensor(np.stack([found[key] for found in numbers])) for key in numbers[0]}
    tensors = wear_torch.APPLY[name](batch(images), torch.Generator().manual_seed(0), **stacked)
    return np.stack(arrays), array(tensors), numbers


@pytest.mark.parametrize("name", [name for name in STILL if name not in BY_CHANCE])
def test_equal_numbers_wear_alike(name, lettered):
    arrays, tensors, _ = both(lettered, name, range(4))
    apart = np.abs(arrays.astype(float) - tensors).mean((1, 2, 3))
    assert apart.max() < CLOSE.get(name, 0.6)


def test_equal_numbers_are_as_noisy(lettered):
    clean = batch([lettered()[0]] * 2)
    sigma = torch.tensor([5.0, 20.0])
    out = wear_torch.noise(clean, torch.Generator().manual_seed(0), sigma, torch.tensor([0.1, 0.9])) - clean
    assert out.std((1, 2, 3)).tolist() == pytest.approx(sigma.tolist(), rel=0.05)
    assert (out[0, 0] == out[0, 2]).all() and not (out[1, 0] == out[1, 2]).all()
    worn = wear.noise(np.full((100, 100, 3), 128, np.uint8), np.random.default_rng(0), 20.0, 0.9)
    assert worn.astype(float).std() == pytest.approx(20, rel=0.05)


def test_equal_numbers_give_as_many_specks(lettered):
    arrays, tensors, numbers = both(lettered, "specks", range(6))
    clean = lettered(coloured=True)[0]
    for worn in (arrays, tensors):
        changed = np.abs(worn.astype(float) - clean).max(3) > 100
        assert 0.0005 < changed.mean() < 0.02


@pytest.mark.parametrize("name", strength.MOVES)
def test_pictures_and_boxes_move_alike(name, lettered, ink_outside):
    image, boxes = lettered()
    numbers = [strength.draw(np.random.default_rng(seed), name, 14.0) for seed in range(4)]
    stacked = {key: torch.as_tensor(np.stack([found[key] for found in numbers])) for key in numbers[0]}
    images, all_boxes = batch([image] * 4), torch.as_tensor(boxes).expand(4, -1, -1)
    worn, after = wear_torch.apply(images, all_boxes, torch.Generator(), name, stacked)
    for index, found in enumerate(numbers):
        expected, expected_boxes = wear._moved(image, boxes, np.random.default_rng(0), name, found)
        assert np.abs(after[index].numpy() - expected_boxes).max() < 0.15
        assert np.abs(array(worn)[index].astype(float) - expected).mean() < 0.5
        assert ink_outside(array(worn)[index], after[index].numpy()) < 0.01


def test_grids_are_turned_around_alike():
    grid = warp.ripple_grid(5.0, np.random.default_rng(2).uniform(-1.5, 1.5, (2, 5, 5)))
    ours = warp_torch.inverse_grid(torch.as_tensor(grid)[None], (100, 180))[0].numpy()
    assert np.abs(ours - warp.inverse_grid(grid, (100, 180))).max() < 1e-2


def test_a_batch_is_worn(lettered):
    image, boxes = lettered()
    images = torch.as_tensor(np.stack([image] * 24)).permute(0, 3, 1, 2)
    padded = torch.zeros(24, len(boxes) + 3, 4)
    padded[:, : len(boxes)] = torch.as_tensor(boxes)
    out, after = wear_torch.wear(images, padded, torch.Generator().manual_seed(5))
    again, _ = wear_torch.wear(images, padded, torch.Generator().manual_seed(5))
    assert out.dtype == torch.uint8 and out.shape == images.shape and (out == again).all()
    assert (after[:, len(boxes) :] == 0).all(), "padding stays padding"
    assert len({each.numpy().tobytes() for each in out}) >= 22
    assert wear_torch.readable(images.float(), out.float(), padded)[(after == padded).flatten(1).all(1)].all()
    real = after[:, : len(boxes)]
    assert (real[..., :2] >= -0.5).all() and (real[..., 2:] <= torch.tensor([240.5, 120.5])).all()


def test_a_batch_is_worn_where_it_stands(lettered):
    image, boxes = lettered()
    images, boxes = torch.as_tensor(np.stack([image] * 24)).permute(0, 3, 1, 2), torch.as_tensor(boxes).expand(24, -1, -1)
    out, after = wear_torch.wear(images, boxes, torch.Generator().manual_seed(5), 2, moves=False)
    assert torch.equal(after, boxes) and not torch.equal(wear_torch.wear(images, boxes, torch.Generator().manual_seed(5), 2)[1], boxes)
    assert wear_torch.readable(images.float(), out.float(), boxes).all()
    assert len({each.numpy().tobytes() for each in out}) >= 22


def test_a_batch_without_text_is_worn():
    images = torch.full((3, 3, 40, 50), 200.0)
    out, after = wear_torch.wear(images, torch.zeros(3, 0, 4), torch.Generator().manual_seed(1))
    assert out.shape == images.shape and out.dtype == torch.float32 and after.shape == (3, 0, 4)


def test_readable_says_the_same_on_tensors(lettered):
    image, boxes = lettered()
    gone, soft = np.full_like(image, 230), cv2.GaussianBlur(image, (0, 0), 1)
    found = wear_torch.readable(batch([image] * 3), batch([image, gone, soft]), torch.as_tensor(boxes).expand(3, -1, -1))
    assert found.tolist() == [wear.readable(image, each, boxes) for each in (image, gone, soft)] == [True, False, True]
