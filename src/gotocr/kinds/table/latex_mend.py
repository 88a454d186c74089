r"""LaTeX tables that would not be set: braces that pair with none, a tabular that is never ended, more cells than columns announced."""

from __future__ import annotations

import re

from ..mending import Edit, edited
from .cell import widths
from .latex_columns import columns as announced
from .latex_tokens import TABULAR, Tokens, tokenize

_HALF = re.compile(
    r"(?<!\\)(?:\\\\)*(?P<half>\\(?:(?:begin|end|cline|cmidrule)(?![A-Za-z])(?:\([^()\\&\n]{0,20}\)?)?(?: ?\{[^{}\\&\n]{0,40})?|(?:multicolumn|multirow)(?:\{[^{}]{0,20}(?:\}\{[^{}]{0,20})?)?)?)\Z"
)

_MULTICOLUMN = re.compile(r"\\multicolumn\s?\{\s?(?P<count>\d{1,3})\s?\}")
_ROW_END = re.compile(r"(?<!\\)\\(?: ?\\)?[ \t]*\n")
_HEAD = re.compile(r"\A\\[^\s{}]{0,8}\{[^{}\n]{0,12}\}(?=\s*\{)")
_BLANK_CELL = re.compile(r"(?<!\\)&\s*(?=&|\\\\)")
MOST_TRIED = 40


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
    head, last = _HEAD.match(text), tokens.names.get(len(tokens) - 1, "")
    if head and last in TABULAR and not any(tokens.names[i] == last for i, kind in enumerate(tokens.kinds) if kind == "begin"):
        return rf"\begin{{{last}}}" + text[head.end() :], [f"{head[0]} was written as \\begin{{{last}}}"]
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
    if narrower := _narrowed(text, more):
        return narrower
    at = tokens.starts[tokens.partner[opened]]
    why = f"{more} column{'s' * (more > 1)} more {'were' if more > 1 else 'was'} announced, as there are cells for {'them' if more > 1 else 'it'}"
    return edited(text, [Edit(at, at, "l" * more, why)])


def _narrowed(text: str, more: int) -> tuple[str, list[str]] | None:
    """The one span that is too wide cut, or the one blank cell too many left out, where that alone makes a grid."""
    from .latex import read

    then = _ROW_END.sub(r"\\\\\n", text)
    if then != text and len(set(widths(read(then).rows))) == 1:
        return then, ["a broken end of a row was written as \\\\"]
    tried = 0
    for found in _MULTICOLUMN.finditer(text):
        count, tried = int(found["count"]), tried + 1
        if count > more and tried <= MOST_TRIED:
            then = text[: found.start("count")] + str(count - more) + text[found.end("count") :]
            if len(set(widths(read(then).rows))) == 1:
                return then, [f"a cell of {count} columns was cut to {count - more}, as no more were announced"]
    tried = 0
    for found in _BLANK_CELL.finditer(text) if more == 1 else ():
        tried += 1
        then = text[: found.start()] + text[found.end() :]
        if tried <= MOST_TRIED and len(set(widths(read(then).rows))) == 1:
            return then, ["an empty cell beyond the columns that were announced was left out"]
    return None
