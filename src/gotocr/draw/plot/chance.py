"""One of several by chance, as numpy's `Generator.choice` draws it but without what that costs for a single one."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate
from typing import Any

import numpy as np


def choice(rng: np.random.Generator, options: Sequence[Any], p: Sequence[float] | None = None) -> Any:
    """One of `options`, each as likely as `p` says (as often as any other without it)."""
    if p is None:
        return options[int(rng.integers(len(options)))]
    heap = list(accumulate(map(float, p)))
    return options[bisect_right([part / heap[-1] for part in heap], rng.random())]
