"""Drawing the picture network: work on one band after the other, and how a grid is cut into bands. All of it: tests/parity."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from gotocr.model.config import VisionConfig
from gotocr.weights.got_picture import Drawer, _bands
from gotocr.weights.onnx_file import FLOAT

onnxruntime = pytest.importorskip("onnxruntime")


@pytest.mark.parametrize(
    "patches, bands", [(64, (8, 512)), (40, (2, 800)), (16, (1, 256)), (37, (1, 37 * 37)), (128, (32, 512)), (1, (1, 1))]
)
def test_bands_divide_the_grid(patches, bands):
    assert _bands(replace(VisionConfig(), image_size=16 * patches)) == bands


def test_work_is_done_on_one_after_the_other():
    """Within bodies, too, with a weight and a constant that stand around them and names that are nowhere taken twice."""
    values = np.random.default_rng(1).standard_normal((3, 2, 4, 5)).astype(np.float32)
    matrix = np.random.default_rng(2).standard_normal((6, 5)).astype(np.float32)
    draw = Drawer({"some.weight": FLOAT})
    given = draw.graph.input("given", FLOAT, values.shape)

    def inner(x: str, y: str) -> str:
        return draw.graph.add("Add", [draw.linear(x, "some", 5, 6, bias=False), draw.linear(y, "some", 5, 6, bias=False)])

    def outer(x: str) -> str:
        halved = draw.graph.add("Mul", [x, draw.graph.constant(0.5, "float32")])
        return draw.each([(x, (4, 5)), (halved, (4, 5))], (4, 6), inner)

    made = draw.each([(given, (2, 4, 5))], (2, 4, 6), outer)
    draw.graph.output(draw.graph.add("Identity", [made], "made"), FLOAT, (3, 2, 4, 6))
    assert set(draw.graph.weights) == {"some.weight"}
    options = onnxruntime.SessionOptions()
    options.add_external_initializers(["some.weight"], [onnxruntime.OrtValue.ortvalue_from_numpy(matrix)])
    session = onnxruntime.InferenceSession(draw.graph.to_bytes(), options, providers=["CPUExecutionProvider"])
    (found,) = session.run(None, {"given": values})
    assert np.allclose(found, 1.5 * values @ matrix.T, atol=1e-5)


def test_a_body_that_fails_leaves_the_graph_as_it_was():
    draw = Drawer({})
    around, given = draw.graph, draw.graph.input("given", FLOAT, (2, 3))
    with pytest.raises(KeyError):
        draw.each([(given, (3,))], (3,), lambda x: draw.wide("nonesuch"))
    assert draw.graph is around
