"""A small page of bars that look like letters, and how well boxes cover its ink."""

from __future__ import annotations

import numpy as np
import pytest


@pytest.fixture(scope="session")
def lettered():
    """A function giving a picture (120, 240, 3) with 48 letters of bars, 14 pixels high, on paper, and their boxes."""

    def draw(coloured: bool = False) -> tuple[np.ndarray, np.ndarray]:
        image = np.full((120, 240, 3), (230, 225, 215) if coloured else 230, np.uint8)
        boxes = []
        for y in range(14, 100, 24):
            for x in range(20, 210, 18):
                image[y : y + 14, x : x + 3] = 25
                image[y : y + 3, x : x + 10] = 25
                boxes.append((x, y, x + 10, y + 14))
        return image, np.array(boxes, np.float32)

    return draw


@pytest.fixture(scope="session")
def ink_outside():
    """A function giving the share of dark ink that lies in no box, boxes taken a pixel wider for what interpolation smears."""

    def measure(image: np.ndarray, boxes: np.ndarray) -> float:
        ink = np.clip(200.0 - image.mean(2), 0, None)
        covered = np.zeros(image.shape[:2], bool)
        for left, top, right, bottom in boxes:
            covered[max(0, int(top - 0.75)) : int(np.ceil(bottom + 0.75)), max(0, int(left - 0.75)) : int(np.ceil(right + 0.75))] = True
        return float(ink[~covered].sum() / ink.sum())

    return measure
