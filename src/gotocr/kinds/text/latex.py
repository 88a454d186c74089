r"""The LaTeX that Mathpix Markdown has around its text: titles, authors, sections, abstracts, lists, captions, footnotes, pictures.

Commands that print nothing (`\maketitle`, `\begin{center}`, `\label{...}`) are passed over. A formula within a list is a
block of its own, so parts of a list stand here as well: without its begin, or its end.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from ...schema import Block
from ..kind import Span

LEVELS = {"title": 1, "part": 1, "chapter": 1, "section": 2, "subsection": 3, "subsubsection": 4, "paragraph": 5, "subparagraph": 6}
ROLES = {"author": "author", "date": "paragraph", "footnotetext": "footnote", "thanks": "footnote", "caption": "caption",
          "captionof": "caption", "keywords": "paragraph", "abstract": "paragraph", "affil": "author", "address": "author"}  # fmt: skip
_GROUP = (
    rf"\\(?P<verb>{'|'.join((*LEVELS, *ROLES))})(?![A-Za-z])\*?[ \t]*(?:\[[^\[\]\n]{{0,200}}\][ \t]*)?(?:(?<=captionof)\{{\w+\}})?\s?\{{"
)
_LISTS = "itemize|enumerate|description"
_SILENT = (
    r"(?<!`)(?:\\(?:begin|end)\{(?:document|center|flushleft|flushright|quote|quotation|abstract|table\*?|figure\*?|threeparttable|"
    rf"tablenotes|frontmatter|titlepage|landscape|small|footnotesize|minipage|{_LISTS})\}}(?:\[[^\[\]\n]{{0,99}}\])?(?:\{{[^{{}}\n]{{0,99}}\}})?"
    r"|\\(?:maketitle|centering|newpage|clearpage|noindent|bigskip|medskip|smallskip|tableofcontents|appendix|hfill|vfill|par|"
    r"raggedright|raggedleft|pagebreak|small|footnotesize|normalsize|large|Large|bibliographystyle\{[^{}\n]{0,99}\}|"
    r"label\{[^{}\n]{0,99}\}|[vh]space\*?\{[^{}\n]{0,99}\}|thispagestyle\{\w+\}|pagestyle\{\w+\})(?![A-Za-z]))"
)
_OPEN = re.compile(
    rf"^[ \t]*(?:(?P<group>{_GROUP})|(?P<list>\\begin\{{(?:{_LISTS})\}}|\\item(?![A-Za-z]))"
    r"|(?P<figure>\\includegraphics\*?[ \t]*(?:\[[^\[\]\n]{0,500}\])?\{[^{}\n]{0,500}\}))"
    rf"|(?P<abstract>(?<!`)\\begin\{{abstract\}})|(?P<silent>{_SILENT})",
    re.MULTILINE,
)
_START = re.compile(rf"\s*(?:{_GROUP}|(?P<list>\\begin\{{(?:{_LISTS})\}}|\\item(?![A-Za-z]))|(?P<figure>\\includegraphics)|(?P<abstract>\\begin\{{abstract\}}))")
_ITEMS = re.compile(rf"\\(?P<edge>begin|end)\{{(?P<name>{_LISTS})\}}(?:\[[^\[\]\n]{{0,200}}\])?|\\item(?![A-Za-z])[ \t]*(?:\[(?P<label>[^\[\]\n]{{0,200}})\])?")
_BRACES = re.compile(r"\\.|[{}]", re.DOTALL)
_GAP = re.compile(r"\n[ \t]*\n(?![ \t\n]*\\(?:item|end))")
_AUTHORS = re.compile(r"\\\\(?:\[[^\[\]\n]{0,20}\])?|\\(?:and|And|AND|quad|qquad)(?![A-Za-z])|\n")
MOST = 5_000  # characters of a title or a footnote
DEEPEST = 8  # lists within each other


class Part(NamedTuple):
    """A stretch of LaTeX; `printed` is false where nothing of it is seen."""

    span: Span
    printed: bool


def find(text: str) -> Iterator[Part]:
    """The stretches of LaTeX in a text, from left to right."""
    at = 0
    while "\\" in text and (opened := _OPEN.search(text, at)):
        start = opened.start() + len(opened[0]) - len(opened[0].lstrip(" \t"))
        if opened["group"]:
            at = _group_end(text, opened.end())
            if at < 0:  # never closed: its line, or what is left of it, is all there is
                line = text.find("\n\n", opened.end())
                at = line if line >= 0 else len(text)
            yield Part(Span(start, at), True)
        elif opened["list"]:
            at = _list_end(text, opened.start("list"))
            yield Part(Span(start, at), True)
        else:
            at = opened.end()
            yield Part(Span(start, at), not opened["silent"])


def _group_end(text: str, at: int) -> int:
    """Where the brace closes that is open at `at`; -1 where it never does."""
    depth = 1
    for brace in _BRACES.finditer(text, at, at + MOST):
        depth += (brace[0] == "{") - (brace[0] == "}")
        if not depth:
            return brace.end()
    return -1


def _list_end(text: str, start: int) -> int:
    depth, last = 0, start
    gap = _GAP.search(text, start)
    stop = gap.start() if gap else len(text)
    for mark in _ITEMS.finditer(text, start):
        depth += (mark["edge"] == "begin") - (mark["edge"] == "end")
        if mark["edge"] == "end" and depth <= 0:
            return mark.end()
        if mark.start() > stop and depth <= 0:
            return stop
        last = mark.end()
    gap = _GAP.search(text, last)  # never closed
    return gap.start() if gap else len(text)


def parse(source: str) -> Block | None:
    """The block of a stretch of LaTeX, its text as Markdown; None for what is none."""
    found = _START.match(source)
    if not found:
        return None
    if found["figure"]:
        return Block("text", "", problems=("a picture stands here, which is not read",), data={"role": "figure"})
    if found["abstract"]:
        return Block("text", "Abstract", data={"role": "heading", "level": 2})
    if found["list"]:
        return Block("text", _listed(source), data={"role": "list"})
    end = _group_end(source, found.end())
    body, verb = source[found.end() : end - 1 if end > 0 else len(source)], found["verb"]
    problems = () if end > 0 else (f"the {verb} is never closed",)
    if verb in LEVELS:
        return Block("text", _printed(body), problems=problems, data={"role": "heading", "level": LEVELS[verb]})
    if ROLES[verb] == "author":
        lines = [_printed(line) for line in _AUTHORS.split(body)]
        return Block("text", "  \n".join(filter(None, lines)), problems=problems, data={"role": "author"})
    return Block("text", _printed(body), problems=problems, data={"role": ROLES[verb]})


def _printed(latex: str) -> str:
    from ..table.latex_text import printed

    return printed(latex)


def _listed(source: str) -> str:
    """A list in Markdown, one item a line."""
    lines: list[str] = []
    open_lists: list[list] = []  # (name, items so far)
    at = 0

    def say(until: int) -> None:
        said = _printed(source[at:until])
        if said and lines and lines[-1].rstrip():
            lines[-1] = f"{lines[-1].rstrip()} {said}"
        elif said:
            lines.append(said)

    for mark in _ITEMS.finditer(source):
        say(mark.start())
        at = mark.end()
        if mark["edge"] == "begin":
            open_lists.append([mark["name"], 0])
        elif mark["edge"] == "end":
            open_lists = open_lists[:-1]
        else:
            lines.append(_mark(open_lists, mark["label"]))
    say(len(source))
    return "\n".join(line.rstrip() for line in lines if line.strip(" -"))


def _mark(open_lists: list[list], label: str | None) -> str:
    name = open_lists[-1][0] if open_lists else "itemize"
    if open_lists:
        open_lists[-1][1] += 1
    indent = "    " * min(max(len(open_lists) - 1, 0), DEEPEST)
    if label:
        said = _printed(label)
        return f"{indent}- **{said}**" if name == "description" and said and "*" not in said else f"{indent}- {said}"
    return f"{indent}{open_lists[-1][1]}." if name == "enumerate" else f"{indent}-"


def words(source: str) -> Iterator[tuple[Span, str]] | None:
    """The printed words of a stretch of LaTeX; None for what is none."""
    found = _START.match(source)
    if not found:
        return None
    if found["figure"]:
        return iter(())
    if found["abstract"]:
        start = source.index("abstract")
        return iter([(Span(start, start + len("abstract")), "Abstract")])
    from ..table.latex_text import printed_bits
    from ..table.latex_text import words as printed_words

    return printed_words(printed_bits(source))
