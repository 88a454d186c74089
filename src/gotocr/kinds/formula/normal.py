r"""One canonical spelling per picture: what cannot be seen is dropped, synonyms and braces are written one way.

House style: no blanks but those LaTeX needs; arguments of commands in braces (`\frac{1}{2}`, `\hat{x}`), scripts only where
they are more than one symbol (`x_i^2`); below before above; no thin spaces, `\quad` for any wide gap; no sizes and styles;
`\left` and `\right` only around what is tall; fonts as commands around runs of letters; `aligned`, `cases` and the matrices
of amsmath where a table is one. Two sources that look alike to a reader get one spelling.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from .flatten import flatten
from .item import without_edges
from .runs import write

if TYPE_CHECKING:
    from ...draw.latex import Formula


def normalise(latex: str) -> str:
    """The canonical spelling of a formula without `$`; of rubbish too. Idempotent."""
    return _normalise(latex)


@lru_cache(maxsize=2048)
def _normalise(latex: str) -> str:
    for _ in range(4):  # a rewriting now and then makes room for another one
        again = _once(latex)
        if again == latex:
            break
        latex = again
    return latex


@lru_cache(maxsize=256)
def read(latex: str) -> Formula:
    """The tree of a formula; kept for a while, as the same formula is looked at again and again."""
    from ...draw.latex import parse

    return parse(latex)


def _once(latex: str) -> str:
    items = flatten(read(latex).body)
    tags = [item for item in items if item.kind == "tag"]
    body = write(without_edges([item for item in items if item.kind != "tag"]))
    return body + "".join(tag.text for tag in tags[:1])
