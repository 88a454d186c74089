"""What needs no fence is found where it is meant, and prose is prose."""

from __future__ import annotations

import lzma
from pathlib import Path

import pytest

from gotocr.kinds import KINDS
from gotocr.kinds.page import parse

CORPORA = Path(__file__).parents[4] / "shared" / "corpora"
SIZE = (10, 10)


def kinds(text: str) -> list[str]:
    return [block.kind for block in parse(text, SIZE)]


@pytest.mark.parametrize(
    "smiles",
    ["CC(=O)Oc1ccccc1C(=O)O", "C[C@@H](N)C(=O)[O-].[Na+]", "CCCCO", "c1ccccc1", "[Na+].[Cl-].CCO", "CCC#N", "C1CCCCC1"],
)
def test_a_page_of_one_smiles_is_a_molecule(smiles):
    assert kinds(f"\n{smiles}\n") == ["molecule"]
    assert kinds(f"The molecule\n\n{smiles}\n\nis shown.") == ["text"] * 3, "in the middle of text it needs its tags"
    assert kinds(f"The molecule <smiles>{smiles}</smiles> is shown.") == ["text", "molecule", "text"]


@pytest.mark.parametrize("word", ["CON", "IPCC", "FCC", "NO", "C", "O(n)", "B5N5", "C1C1", "SOS", "Fin", "Bison", "C:/C", "I(n)", "CC.", "N-C-C-N", "[1]"])
def test_words_and_codes_are_no_molecules(word):
    assert kinds(word) == ["text"]


def test_tikz_is_found_with_options_and_without_its_environment():
    (block,) = parse("\\begin{tikzpicture}[scale=1.5]\n\\draw (0,0) -- (1,1);\n\\end{tikzpicture}", SIZE)
    assert (block.kind, block.text, block.problems) == ("geometry", "\\draw (0,0) -- (1,1);", ())
    blocks = parse("A figure:\n\n\\draw (0,0) -- (1,1);\n\\fill (0,0) circle (2pt);\n\nEnd; of \\draw it.", SIZE)
    assert [block.kind for block in blocks] == ["text", "geometry", "text"] and blocks[1].text.count("\n") == 1


def test_a_dictionary_with_values_is_a_chart():
    chart = "{'values': {'a': 1, 'b': '2%'}, 'title': 'T'}"
    assert kinds(chart) == kinds("{'colour': 'red', 'values': {'a': 1}}") == ["chart"]
    assert kinds(f"Text.\n\n{chart}\n\nText.") == ["text", "chart", "text"]
    assert kinds('{"type": "object", "required": ["a"]}') == ["text"], "JSON of another sort"
    assert kinds("{'values': {}}") == ["chart"] and kinds("{a}") == ["text"]


def test_marks_of_formulas_within_a_line_must_close():
    assert kinds("the pattern \\[a-z is one") == ["text"] and kinds("so \\[ x \\] is") == ["text", "formula", "text"]
    assert kinds("\\[ x") == ["formula"] and kinds("\\begin{dmath}x\\end{dmath}") == ["formula"]


@pytest.mark.skipif(not CORPORA.is_dir(), reason="the corpora are not here")
@pytest.mark.parametrize("name", ["text_en", "text_latin"])
def test_prose_is_text(name):
    """One line of each sixty as a page of its own; program lines with real formulas are among them."""
    with lzma.open(CORPORA / f"{name}.txt.xz", "rt", encoding="utf-8") as file:
        lines = [line.strip() for number, line in enumerate(file) if number % 60 == 0]
    other = [line for line in lines if line and any(kind != "text" for kind in kinds(line))]
    assert len(other) <= len(lines) // 2000, other


@pytest.mark.skipif(not CORPORA.is_dir(), reason="the corpora are not here")
def test_most_smiles_are_found():
    with lzma.open(CORPORA / "smiles.txt.xz", "rt", encoding="utf-8") as file:
        lines = [line.strip() for number, line in enumerate(file) if number % 400 == 0]
    assert sum(KINDS["molecule"].bare(line) for line in lines) > 0.98 * len(lines)
