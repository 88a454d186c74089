"""A picture of one table: rows, cells, spans and texts of what was read beside the true ones, whatever it is written in."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from ...kinds.table import scoring
from ..pages.split import split
from ..reading import source
from ..suite import Measure, Score

_READ = "HTML, LaTeX tabular and Markdown tables are read to rows of cells; sections, th and marks within cells do not count"
_TEDS = "Zhong et al., Image-based table recognition, ECCV 2020, section 5"
_GRITS = "Smock et al., GriTS, ICDAR 2023, arXiv 2203.12555"
MEASURES: Mapping[str, Measure] = MappingProxyType(
    {
        "teds": Measure(
            "TEDS",
            "1 - tree edit distance over the nodes of the larger table, a changed text costing its share of edits after NFKC and "
            f"white space; {_READ}.",
            f"{_TEDS}; with marks left out as OmniDocBench leaves them out",
        ),
        "teds_structure": Measure("TEDS-S", f"TEDS of rows, cells and spans, without their texts; {_READ}.", _TEDS),
        "grits_topology": Measure(
            "GriTS-Top", "F1 of the places of the grid by how far their cells reach, rows and columns aligned.", _GRITS
        ),
        "grits_content": Measure(
            "GriTS-Con", "F1 of the places of the grid by the letters their texts share, rows and columns aligned.", _GRITS
        ),
        "cells": Measure("cell F1", "F1 of cells that are right in row, column, spans and text, after NFKC and white space."),
    }
)
_SCORES: Mapping[str, Callable[[str, str], float]] = {name: getattr(scoring, name) for name in MEASURES}


def judge(reading: str, truth: str) -> dict[str, Score]:
    """The longest table of a reading beside the true one, which is HTML (or LaTeX); no table counts as an empty one."""
    written = written_table(reading)
    return {name: score(written, truth) for name, score in _SCORES.items()}


def written_table(reading: str) -> str:
    """The source of the longest table that was written, Markdown's as HTML; all that was written where none is closed."""
    tables = [piece.source for piece in split(reading) if piece.kind in ("html table", "latex table")]
    return max(tables, key=len) if tables else source(reading, "table")
