"""A page of Markdown taken apart into text, formulas, tables and code, as OmniDocBench (v1.5) does it."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from .normal import INLINE

MOST = 500_000  # characters of a reading that are looked at
_PICTURE = re.compile(r"!\[[^\[\]\n]{0,500}\]\((?:[^()\n]*|[^)\n]{0,200})\)")
_PAGE_TAG = re.compile(r"</?(?:html|body)>")
_BLANKS = re.compile(r"_{4,}")  # gaps to be filled in: however long they were drawn
_FENCE = re.compile(r"^[ \t]{0,3}(?P<ticks>`{3,})(?P<info>[^`\n]*)$", re.M)
_WRAPPINGS = ("markdown", "md", "html", "latex", "tex")  # fences around what is no code
_TABLES = (  # the first that are found are taken out before the next are looked for
    ("latex table", re.compile(r"\\(?:begin|(?P<close>end))\{table\*?\}")),
    ("latex table", re.compile(r"\\(?:begin|(?P<close>end))\{(?:tabular[x*]?|longtable)\}")),
    ("html table", re.compile(r"<(?P<close>/)?table\b[^<>]*>", re.IGNORECASE)),
)
_PIPES = re.compile(r"(?:^[ \t]*\|[^\n]*\|[ \t]*(?:\n|\Z)){2,}", re.M)
_PIPE = re.compile(r"(?<!\\)\|")
_BREAK = re.compile(r"<br ?/?>")
_FORMULA = re.compile(r"\$\$|\\\[|\$|\\\(")
_CLOSERS = {"$$": "$$", r"\[": r"\]", "$": "$", r"\(": r"\)"}
_DISPLAYED = ("$$", r"\[")
_HEADED = re.compile(r"\\(?:title|text|section)\*? ?\{([^{}]{0,5000})\}")
_ARRAY = re.compile(r"\\begin\{array\}\{(?P<columns>[^{}]{0,50})\}")

Span = tuple[int, int]


class Piece(NamedTuple):
    """One block of a page; `place` orders it among the others."""

    kind: str  # "text", "display", "inline", "html table" or "latex table"
    source: str
    place: float


def split(reading: str) -> list[Piece]:
    """The blocks of a page in order, formulas within lines behind all others.

    Formulas between single dollar signs or `\\( \\)` are pieces of their own, and stay in their paragraphs as well. A paragraph
    is what stands between empty lines (between line breaks, where there are no empty lines); its place is counted without
    those, as the benchmark's program counts. What is never closed is text.
    """
    page = _BLANKS.sub("____", _PAGE_TAG.sub("", _PICTURE.sub("", reading[:MOST])))
    pieces: list[Piece] = []
    fences, code = _fenced(page)
    pieces += [Piece("text", page[start:end].strip(), start) for start, end in code]
    page = _blanked(page, [*fences, *code])
    for kind, marks in _TABLES:
        spans = _outermost(page, marks)
        pieces += [Piece(kind, page[start:end], start) for start, end in spans]
        page = _blanked(page, spans)
    pipes = [match.span() for match in _PIPES.finditer(page) if any(map(_is_rule, match[0].splitlines()))]
    pieces += [Piece("html table", _as_html(page[start:end]), start) for start, end in pipes]
    page = _blanked(page, pipes)
    formulas = [*_formulas(page)]
    pieces += [piece for piece, _ in formulas]
    page = _blanked(page, [span for piece, span in formulas if piece.kind == "display"])
    pieces += _paragraphs(_HEADED.sub(r"\1", page))
    return sorted(pieces, key=lambda piece: (piece.kind == "inline", piece.place))


def rows(latex: str) -> list[str]:
    """The lines of a formula that is an array of one column; the formula itself where it is something else."""
    array = _ARRAY.search(latex)
    if not array or "".join(array["columns"].replace("|", "").split()) not in ("l", "c", "r"):
        return [latex]
    end = latex.find(r"\end{array}", array.end())
    lines = [line.strip() for line in latex[array.end() : end].split(r"\\") if line.strip()] if end >= 0 else []
    return [rf"\[{line}\]" for line in lines] if end >= 0 else [latex]


def _blanked(page: str, spans: Sequence[Span]) -> str:
    """The page with spaces in place of some stretches, everything else where it was."""
    parts, at = [], 0
    for start, end in sorted(spans):
        parts += [page[at:start], " " * (end - start)]
        at = end
    return "".join([*parts, page[at:]])


def _fenced(page: str) -> tuple[list[Span], list[Span]]:
    """The lines of fences, and what stands between those that name a language of code."""
    fences, code = [], []
    opened: re.Match[str] | None = None
    for fence in _FENCE.finditer(page):
        info = fence["info"].strip()
        if opened is None:
            fences.append(fence.span())
            opened = fence if info and info.lower() not in _WRAPPINGS else None
        elif not info and len(fence["ticks"]) >= len(opened["ticks"]):
            fences.append(fence.span())
            code.append((opened.end(), fence.start()))
            opened = None
    return fences, code


def _outermost(page: str, marks: re.Pattern[str]) -> list[Span]:
    """From each opening mark to its closing one, without those within others; marks without partner are passed over."""
    opened: list[int] = []
    found: list[Span] = []
    for mark in marks.finditer(page):
        if not mark["close"]:
            opened.append(mark.start())
        elif opened:
            start = opened.pop()
            while found and found[-1][0] > start:
                found.pop()
            found.append((start, mark.end()))
    return found


def _is_rule(line: str) -> bool:
    return "-" in line and set(line) <= set("|-: \t")


def _as_html(pipes: str) -> str:
    """A table drawn with `|` as HTML."""
    lines = []
    for line in pipes.splitlines():
        if not _is_rule(line):
            cells = (_BREAK.sub(" ", cell).replace(r"\|", "|").strip() for cell in _PIPE.split(line.strip())[1:-1])
            lines.append(f"<tr>{''.join(f'<td>{html.escape(cell, quote=False)}</td>' for cell in cells)}</tr>")
    return f"<table>{''.join(lines)}</table>"


def _formulas(page: str) -> Iterator[tuple[Piece, Span]]:
    at = 0
    unclosed: set[str] = set()
    while opened := _FORMULA.search(page, at):
        closer = _CLOSERS[opened[0]]
        end = page.find(closer, opened.end()) if closer not in unclosed else -1
        at = opened.end()
        if end < 0:
            unclosed.add(closer)
            continue
        at = end + len(closer)
        latex = " ".join(page[opened.end() : end].split("\n")).strip()
        latex, within = INLINE.subn(r"\\[\1\2\\]", latex) if opened[0] == r"\[" else (latex, 0)
        if latex:  # text, where the closing mark belongs to another formula, counts as within a line: it stays text as well
            kind = "display" if opened[0] in _DISPLAYED and not within else "inline"
            yield Piece(kind, rf"\[{latex}\]", opened.start()), (opened.start(), at)


def _paragraphs(page: str) -> Iterator[Piece]:
    parts = page.split("\n\n")
    place = 0
    for part in parts if len(parts) > 1 else page.split("\n"):
        lines = [line.strip() for line in part.split("\n")]
        source = "\n".join(line for line in lines if line)
        if source.startswith("$") and source.endswith("$"):
            if source.strip("$ \n"):
                yield Piece("display", " ".join(source.split("\n")), place)
        elif source:
            yield Piece("text", source, place)
        place += len(part)
