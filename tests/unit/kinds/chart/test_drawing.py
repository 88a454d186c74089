"""A chart's drawing holds what its values say, inside its frame, whatever they are."""

from __future__ import annotations

import json
import math
import random
import xml.etree.ElementTree as ElementTree

import pytest

from gotocr.kinds.chart import KIND
from gotocr.kinds.chart.reading import TYPES

SVG = "{http://www.w3.org/2000/svg}"


def drawing(kind: str, series: dict) -> ElementTree.Element:
    source = KIND.svg(KIND.parse(json.dumps({"type": kind, "series": series})))
    assert source
    return ElementTree.fromstring(source)


def texts(root: ElementTree.Element) -> list[str]:
    return [element.text for element in root.iter(f"{SVG}text")]


def test_bars_are_as_long_as_their_values():
    bars = [float(bar.get("height")) for bar in drawing("bar", {"a": 10, "b": 40, "c": 20}).iter(f"{SVG}rect")]
    assert bars[1] / bars[0] == pytest.approx(4, rel=0.01) and bars[2] / bars[0] == pytest.approx(2, rel=0.01)
    bars = [float(bar.get("width")) for bar in drawing("horizontal bar", {"a": 10, "b": 40}).iter(f"{SVG}rect")]
    assert bars[1] / bars[0] == pytest.approx(4, rel=0.01)


def test_stacks_stand_on_each_other():
    root = drawing("stacked bar", {"A": {"x": 1, "y": 2}, "B": {"x": 3, "y": -1}})
    bars = [bar for bar in root.iter(f"{SVG}rect") if bar.get("rx") is None]
    first, second = ((float(bar.get("y")), float(bar.get("height"))) for bar in bars[:2])
    assert second[0] + second[1] == pytest.approx(first[0], abs=0.2)


def test_names_and_numbers_are_said():
    said = texts(drawing("bar", {"A": {"one": 12.5, "two": 3}, "B": {"one": 4, "two": 6}}))
    assert {"A", "B", "one", "two", "12.5", "3", "4", "6"} <= set(said)
    assert {"a 1", "b 3"} <= set(texts(drawing("donut", {"a": 1, "b": 3})))


def test_long_names_of_many_bars_are_said_beside_them():
    names = [f"quite a long name of category {n}" for n in range(8)]
    said = " ".join(texts(drawing("bar", dict.fromkeys(names, 1))))
    assert all(f"category {n}" in said for n in range(8))


@pytest.mark.parametrize("kind", TYPES)
def test_any_values_are_drawn_inside_the_frame(kind):
    random.seed(2)
    values = [0, 1, -1, 1e-9, 1e12, -3.25, 7, 100, 99.5, 1e299]
    for _ in range(25):
        names = random.sample(["a", "", "日本語", "x" * 300, "many words " * 30, "<b>&", "2001"], random.randint(1, 5))
        series = {name: {other: random.choice(values) for other in names} for name in names}
        if kind == "scatter":
            series = {name: [[random.choice(values), random.choice(values)] for _ in range(3)] for name in names}
        source = KIND.svg(KIND.parse(json.dumps({"type": kind, "series": series})))
        if source is None:
            continue
        root = ElementTree.fromstring(source)
        width, height = map(float, root.get("viewBox").split()[2:])
        for element in root.iter():
            for name in ("x", "y", "cx", "cy", "width", "height"):
                value = float(element.get(name, 0))
                assert math.isfinite(value) and -1 <= value <= max(width, height) + 1, (name, value)
