"""One of several by chance: what numpy's own `choice` draws from the same seed, and as far on in its numbers."""

from __future__ import annotations

import numpy as np
import pytest

from gotocr.draw.plot.chance import choice


@pytest.mark.parametrize("p", [None, [0.1, 0.2, 0.3, 0.4], [0.0, 0.5, 0.5, 0.0]])
def test_it_draws_what_numpy_draws(p):
    ours, numpys = np.random.default_rng(5), np.random.default_rng(5)
    options = ["a", "b", "c", "d"]
    assert [choice(ours, options, p) for _ in range(500)] == [str(numpys.choice(options, p=p)) for _ in range(500)]
    assert ours.random() == numpys.random()
