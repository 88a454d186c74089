r"""LaTeX tables that would not be set: braces that pair with none, a tabular that is never ended, more cells than columns announced."""

from __future__ import annotations

import re

from ..mending import Edit, edited
from .cell import widths
from .latex_columns import columns as announced
from .latex_tokens import TABULAR, Tokens, tokenize

_HALF = re.compile(
    r"(?<!\\)(?:\\\\)*(?P<half>\\(?:(?:begin|end|cline|cmidrule)\b[^\\&\n]{0,40}|(?:multicolumn|multirow)(?:\{[^{}]{0,20}(?:\}\{[^{}]{0,20})?)?)?)\Z"
)


def faults(text: str) -> list[str]:
    """Braces without a partner."""
    tokens = tokenize(text)
    found = []
    for index, kind in enumerate(tokens.kinds):
        if kind in ("open", "close") and index not in tokens.partner:
            found.append("{ is never closed" if kind == "open" else "} closes nothing")
    return found


def repair_latex(text: str) -> tuple[str, list[str]]:
    """One round of repairs."""
    tokens = tokenize(text)
    left_open = [i for i, kind in enumerate(tokens.kinds) if kind == "begin" and i not in tokens.partner]
    if left_open:
        half = _HALF.search(text)
        if half and not (half["half"].startswith("\\begin") and half["half"].endswith("}")) and text[: half.start("half")].strip():
            return text[: half.start("half")], [f"the half command {half['half'][:40]} at the end was left out"]
    edits = _braces(tokens)
    if edits:
        return edited(text, edits)
    stray = [i for i, kind in enumerate(tokens.kinds) if kind == "end" and i not in tokens.partner]
    if left_open and stray and len(left_open) == len(stray) == 1:
        name = tokens.names[left_open[0]]
        put = rf"\end{{{name}}}"
        return edited(text, [Edit(tokens.starts[stray[0]], tokens.ends[stray[0]], put, f"the {name} was ended by its own name")])
    if left_open:
        names = [tokens.names[i] for i in reversed(left_open)]
        gap = "" if text.endswith("\n") else "\n"
        return text + gap + "\n".join(rf"\end{{{name}}}" for name in names), ["the table was closed"]
    return _widened(text, tokens)


def _braces(tokens: Tokens) -> list[Edit]:
    """A brace that is open is closed where its cell ends, one that closes nothing is left out."""
    edits, waiting = [], []
    for index, kind in enumerate(tokens.kinds):
        ends = kind in ("cell", "end") or (kind == "row" and waiting)
        if ends and waiting:
            at = tokens.starts[index]
            while at and tokens.text[at - 1].isspace():
                at -= 1
            edits += [Edit(at, at, "}", "{ was closed") for _ in waiting]
            waiting = []
        if kind == "open" and index not in tokens.partner:
            waiting.append(index)
        elif kind == "close" and index not in tokens.partner:
            edits.append(Edit(tokens.starts[index], tokens.ends[index], "", "} that closes nothing was left out"))
    end = len(tokens.text.rstrip())
    return edits + [Edit(end, end, "}", "{ was closed") for _ in waiting]


def _widened(text: str, tokens: Tokens) -> tuple[str, list[str]]:
    """Columns for all cells there are."""
    from .latex import read

    begun = next((i for i, kind in enumerate(tokens.kinds) if kind == "begin" and tokens.names[i] in TABULAR | {"array"}), None)
    table = read(text)
    if begun is None or not table.aligned:
        return text, []
    opened = begun + 1
    while opened < len(tokens) and tokens.kinds[opened] == "blank":
        opened += 1
    if opened >= len(tokens) or tokens.kinds[opened] != "open" or opened not in tokens.partner:
        return text, []
    spec = tokens.source(opened + 1, tokens.partner[opened])
    more = max(widths(table.rows), default=0) - len(table.aligned)
    if more <= 0 or tuple(announced(spec)) != table.aligned:
        return text, []
    at = tokens.starts[tokens.partner[opened]]
    why = f"{more} column{'s' * (more > 1)} more {'were' if more > 1 else 'was'} announced, as there are cells for {'them' if more > 1 else 'it'}"
    return edited(text, [Edit(at, at, "l" * more, why)])
