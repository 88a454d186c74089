"""Diagrams of stored figures: dots stand where the figures say, and what is no figure is refused."""

from __future__ import annotations

import json
from xml.etree import ElementTree

import numpy as np
import pytest

from gotocr.errors import InputError
from gotocr.evaluate.curves import COVERAGE, RELIABILITY, SIDE, coverage, main, reliability, series
from gotocr.evaluate.trust import figures, shares

SVG = "{http://www.w3.org/2000/svg}"


def told(seed: int, power: float = 1.0, pages: bool = True):
    rng = np.random.default_rng(seed)
    sure = rng.beta(4, 1, 2000)
    right = (rng.random(2000) < sure**power).astype(float)
    found = {"words": 2000, **figures(sure, right)}
    return found | ({"pages": shares(sure, right, np.arange(2000) // 50)} if pages else {})


def files(tmp_path):
    real, drawn = tmp_path / "real.json", tmp_path / "drawn.json"
    real.write_text(json.dumps({"systems": {"other": {"trust": None}, "ours": {"trust": told(1)}}}))
    drawn.write_text(json.dumps({"before": {**told(2, 2.0), "blocks": told(2, 2.0)["pages"]}, "after": {}}))
    return real, drawn


def test_both_diagrams_are_written_for_each_level_that_is_known(tmp_path, capsys):
    real, drawn = files(tmp_path)
    assert main(["-o", str(tmp_path / "out"), f"real <ones>={real}", f"drawn={drawn}"]) == 0
    assert capsys.readouterr().out.splitlines() == [str(tmp_path / "out" / name) for name in (RELIABILITY, COVERAGE)]
    for name in (RELIABILITY, COVERAGE):
        root = ElementTree.parse(tmp_path / "out" / name).getroot()
        said = [element.text for element in root.iter(f"{SVG}text")]
        assert [level for level in said if level in ("words", "blocks", "pictures")] == ["words", "blocks", "pictures"]
        assert "real <ones>" in said and len([*root.iter(f"{SVG}polyline")]) == 5, "two of words and pages, one of blocks"
        assert "prefers-color-scheme: dark" in (tmp_path / "out" / name).read_text()


def test_dots_stand_where_confidence_and_accuracy_are(tmp_path):
    found = told(3, pages=False)
    root = ElementTree.fromstring(reliability({"one": {"words": found}}))
    dots = [(float(dot.get("cx")), float(dot.get("cy"))) for dot in root.iter(f"{SVG}circle") if dot.get("class") == "dot"]
    wanted = [(SIDE * bar["confidence"], SIDE * (1 - bar["accuracy"])) for bar in found["bars"]]
    assert np.array(dots) == pytest.approx(np.array(wanted), abs=0.06)


def test_a_curve_ends_at_all_that_was_read_and_its_scale_holds_it():
    found = told(4)
    root = ElementTree.fromstring(coverage({"one": {"words": found}}))
    (line,) = root.iter(f"{SVG}polyline")
    points = np.array([point.split(",") for point in line.get("points").split()], float)
    assert points[-1, 0] == SIDE and (points >= 0).all() and (points <= SIDE).all() and points[:, 1].min() < SIDE / 2


def test_older_figures_without_curves_still_have_bars():
    found = {key: value for key, value in told(5, pages=False).items() if key != "curve"}
    assert "polyline" in reliability({"one": {"words": found}}) and "polyline" not in coverage({"one": {"words": found}})


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"systems": {"a": {"trust": null}}}', '{"before": {"words": 3}}'])
def test_what_holds_no_figures_is_refused(tmp_path, text):
    path = tmp_path / "a.json"
    path.write_text(text)
    with pytest.raises(InputError):
        series(path)
    with pytest.raises(InputError):
        series(tmp_path / "nowhere.json")
