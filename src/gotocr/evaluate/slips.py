"""Truths of every kind in the notations that models write, to be damaged and mended: ours, and those of the published model."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from ..kinds import KINDS
from .validity import damaged, judges, rate

if TYPE_CHECKING:
    import numpy as np

    from ..draw.supply import Supply

ROOM = (500, 700)  # pixels


def truths(notation: str, count: int, supply: Supply) -> list[str]:
    """`count` texts of a notation, a key of NOTATIONS; equal arguments, equal texts."""
    import numpy as np

    found: list[str] = []
    seed = 0
    while len(found) < count:
        text = NOTATIONS[notation][1](np.random.default_rng(seed), supply)
        found += [text] if text else []
        seed += 1
    return found


def _formula(rng: np.random.Generator, supply: Supply) -> str:
    from ..kinds.formula.writer import compose

    return compose(rng, supply)


def _table(rng: np.random.Generator, supply: Supply) -> str:
    from ..kinds.table import invented, special
    from ..kinds.table.content import crop, settle, visible
    from ..kinds.table.truth import write

    made = special.special(rng, supply) if rng.random() < 0.5 else invented.invent(rng, supply, (12, 6))
    content = settle(crop(made, int(rng.integers(2, 12)), int(rng.integers(2, 7))))
    if content is None:
        return ""
    text = write(visible(content, False, False, False)).format
    return next((text[span.start : span.end] for span in KINDS["table"].find(text)), "")


def _tabular(rng: np.random.Generator, supply: Supply) -> str:
    """The same table as LaTeX, as the published model writes one."""
    from ..kinds.table import rows
    from ..kinds.table.cell import place, widths

    table = rows(KINDS["table"].parse(_table(rng, supply)))
    if not any(widths(table)):
        return ""
    wide = max(widths(table))
    lines = [[""] * wide for _ in table]
    for at in place(table):
        text = _escaped(at.cell.text)
        if at.cell.rows > 1:
            text = rf"\multirow{{{at.cell.rows}}}{{*}}{{{text}}}"
        columns = at.cell.columns
        for row in range(at.row, min(at.row + at.cell.rows, len(table))):
            here = text if row == at.row else ""
            lines[row][at.column] = rf"\multicolumn{{{columns}}}{{c}}{{{here}}}" if columns > 1 else here
            for gone in range(at.column + 1, at.column + columns):
                lines[row][gone] = "\0"
    body = " \\\\\n".join(" & ".join(cell for cell in line if cell != "\0") for line in lines)
    return f"\\begin{{tabular}}{{{'l' * wide}}}\n\\hline\n{body} \\\\\n\\hline\n\\end{{tabular}}"


def _escaped(text: str) -> str:
    if "$" in text:
        return text
    return "".join("\\" + letter if letter in "&%#_{}" else letter for letter in text if letter not in "\\^~")


def _score(rng: np.random.Generator, supply: Supply):
    from ..kinds.music.compose import compose
    from ..kinds.music.dress import dress

    return dress(rng, compose(rng), supply)


def _abc(rng: np.random.Generator, supply: Supply) -> str:
    from ..kinds.music.abc_writer import to_abc

    return to_abc(_score(rng, supply))


def _kern(rng: np.random.Generator, supply: Supply) -> str:
    from ..kinds.music.kern_writer import to_kern

    return to_kern(_score(rng, supply)).strip()


def _drawn(kind: str) -> Callable[[np.random.Generator, Supply], str]:
    def draw(rng: np.random.Generator, supply: Supply) -> str:
        return KINDS[kind].parse(KINDS["code"].parse(KINDS[kind].sample(rng, supply, ROOM, None).format).text).text

    return draw


def _dictionary(rng: np.random.Generator, supply: Supply) -> str:
    """A chart as the published model writes one: as Python prints a dictionary."""
    data = KINDS["chart"].parse(_drawn("chart")(rng, supply)).data
    names = {"title": "title", "source": "source", "x_title": "x", "y_title": "y"}
    return repr({**{name: data.get(key, "None") for name, key in names.items()}, "values": data["series"]})


def _smiles(rng: np.random.Generator, supply: Supply) -> str:
    lines = supply.items("smiles")
    return lines[int(rng.integers(len(lines)))].split()[0]


NOTATIONS: dict[str, tuple[str, Callable[[np.random.Generator, Supply], str]]] = {
    "LaTeX formula": ("formula", _formula),
    "HTML table": ("table", _table),
    "LaTeX tabular": ("table", _tabular),
    "ABC": ("music", _abc),
    "**kern": ("music", _kern),
    "chart JSON": ("chart", _drawn("chart")),
    "chart dictionary": ("chart", _dictionary),
    "SMILES": ("molecule", _smiles),
    "TikZ": ("geometry", _drawn("geometry")),
}


ONLY = {"pandas": "HTML table", "pdflatex": "LaTeX tabular", "json": "chart JSON"}  # programs that read one notation of a kind
SLOW = frozenset(["pdflatex", "pdflatex, TikZ"])


def figures(supply: Supply, count: int = 200, judged: int = 60, slow: int = 20) -> Iterator[dict[str, Any]]:
    """A row a notation: `count` truths with one slip each, valid before and after; programs of others read the first `judged`."""
    from dataclasses import asdict

    for notation, (kind, _) in NOTATIONS.items():
        texts = truths(notation, count, supply)
        written = damaged(texts)
        row = asdict(rate(kind, written, texts)) | {"notation": notation}
        for name, judge in judges(kind).items():
            if ONLY.get(name, notation) == notation:
                few = slow if name in SLOW else judged
                found = rate(kind, written[:few], judges={name: judge}).others or {}
                row["others"] |= {name: {"count": min(few, count), "before": found[name][0], "after": found[name][1]}}
        yield row
