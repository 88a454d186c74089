"""SVG is flattened to the shapes that a browser would paint; checked against skia's own SVG module where it can."""

from __future__ import annotations

import numpy as np
import pytest

skia = pytest.importorskip("skia")
pytest.importorskip("cv2")

from gotocr.draw.canvas import Canvas  # noqa: E402
from gotocr.draw.outline import path_of  # noqa: E402
from gotocr.draw.svg import flatten, paint  # noqa: E402
from gotocr.errors import InputError  # noqa: E402

HEAD = '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="200" height="120"'
PATHS = [
    "M10 10h50v30H10z",
    "m20,20 30-10 5.5.5-10 40z M100 50 l20 0 0 20z",
    "M10 80 C 40 10, 65 10, 95 80 S 150 150, 180 80",
    "M10 60 Q 52.5 10, 95 60 T 180 60",
    "M80 60 A 45 45 0 0 0 125 105 L 125 60 Z",
    "M60 60a25 15 30 1 1 50 10",
    "M60 60a25 15 30 1150 10",
    "M1e1 2e1L50-20.5-30 9",
]


def drawn(svg: str) -> np.ndarray:
    canvas = Canvas((120, 200))
    paint(canvas.skia, flatten(svg).shapes)
    return canvas.finish()[0].astype(int)


def by_skia(svg: str) -> np.ndarray:
    surface = skia.Surface(200, 120)
    surface.getCanvas().clear(skia.ColorWHITE)
    skia.SVGDOM.MakeFromStream(skia.MemoryStream(svg.encode())).render(surface.getCanvas())
    return surface.toarray(colorType=skia.kRGBA_8888_ColorType)[..., :3].astype(int)


@pytest.mark.parametrize("data", PATHS)
def test_paths(data):
    svg = f'{HEAD}><path d="{data}" fill="#336699" stroke="red" stroke-width="3"/></svg>'
    assert np.abs(drawn(svg) - by_skia(svg)).mean() < 0.2 and (drawn(svg) < 200).any()


@pytest.mark.parametrize(
    "body",
    [
        '<rect x="5" y="6" width="50" height="40" rx="8" fill="green"/><circle cx="120" cy="60" r="30" fill="none" stroke="blue"/>',
        '<ellipse cx="60" cy="50" rx="40" ry="20"/><line x1="5" y1="5" x2="190" y2="110" stroke="black" stroke-width="4"/>',
        '<polygon points="10,10 60,10 35,50" fill="#f00"/><polyline points="100 10 150 10 120 90" fill="none" stroke="#00f"/>',
        '<g transform="translate(30 20) scale(2)" fill="gray"><rect width="20" height="10" transform="rotate(30 5 5)"/></g>',
        '<g transform="matrix(1 .2 .3 1 10 5)"><rect width="50" height="50" style="fill:#123456;fill-opacity:.5"/></g>',
        '<defs><path id="p" d="M0 0h20v20z"/></defs><use xlink:href="#p" x="30" y="40"/><use xlink:href="#p" transform="scale(3)"/>',
        '<path d="M10 10h60v60h-60z M25 25h30v30h-30z" fill-rule="evenodd"/>',
    ],
)
def test_elements(body):
    svg = f"{HEAD}>{body}</svg>"
    assert np.abs(drawn(svg) - by_skia(svg)).mean() < 0.3 and (drawn(svg) < 200).any()


def test_rules_tags_boxes_and_text():
    svg = f"""{HEAD} viewBox="-10 -10 100 60"><style>g.page path {{stroke:currentColor; stroke-width:2}} .gone {{display:none}}</style>
    <g class="page big" id="one" color="#102030"><path id="two" d="M0 0h40" fill="none"/><rect class="gone" width="9" height="9"/>
    <text x="5" y="7" font-size="8px" font-family="Serif" font-weight="bold" text-anchor="middle">Allegro <tspan dx="3">con</tspan></text>
    </g></svg>"""
    drawing = flatten(svg)
    assert (drawing.width, drawing.height) == (100, 60)
    (line,) = drawing.shapes
    assert line.tags == ("one", "page", "big", "two") and line.stroke == (16, 32, 48, 255) and line.width == 2
    assert line.box == (9, 9, 51, 11)
    first, second = drawing.labels
    assert (first.text, first.size, first.bold, first.anchor, first.family) == ("Allegro", 8, True, "middle", "Serif")
    assert first.matrix[:2, 2].tolist() == [15, 17] and second.text == "con" and second.matrix[0, 2] == 18


def test_dashes():
    line = '<line x1="0" y1="50" x2="200" y2="50" stroke="black" stroke-dasharray="6 4" stroke-width="2"/>'
    row = drawn(f"{HEAD}>{line}</svg>")[50, :, 0] < 128
    assert row.sum() == pytest.approx(120, abs=4) and (np.diff(row.astype(int)) == 1).sum() == pytest.approx(20, abs=1)


def test_a_nested_drawing_is_fitted():
    inner = '<svg viewBox="0 0 400 240"><rect width="200" height="240"/></svg>'
    (shape,) = flatten(f"{HEAD}>{inner}</svg>").shapes
    assert shape.box == (0, 0, 100, 120)


def test_what_is_no_drawing():
    with pytest.raises(InputError, match="not an SVG"):
        flatten("<svg")
    assert flatten(f'{HEAD}><path d="rubbish 5"/><use href="#nothing"/></svg>').shapes == ()
    assert path_of("M1 1 L2").countPoints() == 1


def test_one_ink_for_all_but_white():
    canvas = Canvas((120, 200), (255, 255, 0))
    drawing = flatten(f'{HEAD}><rect width="50" height="50" fill="red"/><rect x="60" width="50" height="50" fill="white"/></svg>')
    paint(canvas.skia, drawing.shapes, ink=(0, 0, 90))
    image, _ = canvas.finish()
    assert image[20, 20].tolist() == [0, 0, 90] and image[20, 80].tolist() == [255, 255, 255]
