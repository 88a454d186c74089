"""Real charts, molecules and figures beside the repository, where they are: each truth is read, and is its own best reading."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from gotocr.draw.tex_page import can_typeset, typeset, wrapped
from gotocr.evaluate.judges import chart, geometry, molecule
from gotocr.kinds.chart.reading import parse
from gotocr.metrics.figures import pictures_alike
from gotocr.pixels.source import page_of

FOLDER = Path(__file__).parents[3] / "shared" / "eval"
pytestmark = pytest.mark.skipif(not (FOLDER / "truth.jsonl").is_file(), reason="there are no real pictures beside the repository")


def rows(kind: str) -> list[dict]:
    lines = (FOLDER / "truth.jsonl").read_text("utf-8").splitlines()
    return [row for row in map(json.loads, lines) if row["type"] == kind]


def test_every_chart_is_read_whole():
    for row in rows("chart"):
        truth = row["truth"] if isinstance(row["truth"], str) else json.dumps(row["truth"])
        said = json.loads(truth)["values"]
        cells = sum(len(of) if isinstance(of, dict) else 1 for of in said.values())
        block = parse(truth)
        assert block.problems == () and sum(map(len, block.data["series"].values())) == cells, row["id"]
        assert {score for score in chart.judge(truth, truth).values() if score is not None} == {1.0}
        assert {score for score in chart.judge("", truth).values() if score is not None} == {0.0}


def test_every_molecule_is_itself_however_it_is_written():
    chem = pytest.importorskip("rdkit.Chem")
    for row in rows("molecule"):
        other = chem.MolToSmiles(chem.MolFromSmiles(row["truth"]), doRandom=True)
        assert set(molecule.judge(f"<smiles>{other}</smiles>", row["truth"]).values()) == {1.0}, row["id"]


@pytest.mark.skipif(not can_typeset(), reason="pdflatex is not installed")
def test_figures_are_nearer_to_their_own_picture_than_to_others():
    """TeX packages of today draw some of them otherwise than those of then: four of the first five must be told."""
    pictures, drawn = [], []
    for row in rows("geometry")[:5]:
        pictures.append(geometry._small(page_of(FOLDER / row["image"]).image))
        drawn.append(typeset(wrapped(row["truth"])))
    if sum(made is None for made in drawn) > 2:
        pytest.skip("the packages of these figures are not installed")
    alike = np.array([[pictures_alike(made, picture) if made is not None else 0 for picture in pictures] for made in drawn])
    assert (alike.argmax(1) == np.arange(5)).sum() >= 4 and np.median(alike.diagonal()) > 0.85
    assert np.median(alike[~np.eye(5, dtype=bool)]) < 0.4
