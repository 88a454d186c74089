"""Tables: HTML or LaTeX tabular as written, read as a grid; drawn with HTML as the truth."""

from __future__ import annotations

from ..kind import Kind
from .cell import MOST_COLUMNS, MOST_ROWS, Cell
from .mend import mend_block
from .picture import sample
from .reading import check, find, markdown, parse, rows, words
from .scoring import cells, grits_content, grits_topology, teds, teds_structure
from .show import show
from .syntax import GRAMMAR

__all__ = ["KIND", "MOST_COLUMNS", "MOST_ROWS", "Cell", "check", "find", "markdown", "parse", "rows", "show", "words"]

KIND = Kind(
    name="table",
    find=find,
    parse=parse,
    html=show,
    markdown=markdown,
    check=check,
    mend=mend_block,
    words=words,
    scores={
        "teds": teds,
        "teds_structure": teds_structure,
        "grits_topology": grits_topology,
        "grits_content": grits_content,
        "cells": cells,
    },
    sample=sample,
    grammar=GRAMMAR,
)
