r"""LaTeX: an article in one file. Everything that a page says is escaped; formulas and figures stand as they are only where
all that they use is known, else as their source.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from ...kinds.flow import joined
from ...schema import Block, Leaf
from ..format import Format, blocks_of
from ..grid import KINDS_WITH_CELLS, grid
from ..prose import Item, clean, items, level, lines, runs
from . import formula
from .figure import figure
from .letters import escape, folded, led, mono, remark
from .preamble import BEGIN, END
from .table import MOST_COLUMNS, table

HEADINGS = ("section", "subsection", "subsubsection", "paragraph", "subparagraph", "subparagraph")
RUN_IN = "\\mbox{}\\par\\nobreak"  # the text that follows begins a line of its own
LONGEST_HEADING = 1000  # letters; TeX keeps headings in lines of its own
LONGEST_PARAGRAPH = 20_000  # letters
DEEPEST = 3  # nested lists, from 0 on
VERBATIM = 88  # columns that fit the page


def parts(leaves: Iterable[Leaf], source: str, model: str) -> Iterator[bytes]:
    yield _bytes(remark(source) + BEGIN)
    for number, leaf in enumerate(joined(leaves)):
        if number:
            yield _bytes("\n" + remark(f"page {leaf.index + 1}"))
        if leaf.error:
            yield _bytes(f"\n\\emph{{Page {leaf.index + 1} could not be read: {folded(escape(leaf.error))}}}\n")
        for block in blocks_of(leaf):
            told = [*(f"problem: {one}" for one in block.problems), *(f"note: {one}" for one in block.warnings)]
            yield _bytes("\n" + "".join(map(remark, told)) + f"{_block(block)}\n")
    yield _bytes(END)


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "replace")


def _block(block: Block) -> str:
    if block.kind == "text":
        return _text(block)
    if block.kind == "formula":
        return formula.display(block.text) or _source(block.text)
    if block.kind == "geometry":
        drawn = figure(block.text, line)
        return f"\\begin{{center}}\n{drawn}\n\\end{{center}}" if drawn else _source(block.text)
    return _table(block) if block.kind in KINDS_WITH_CELLS else _source(block.text)


def line(text: str, emphasis: bool = True) -> str:
    """A line of Markdown: emphasis, code and formulas within it, all else escaped."""
    return "".join(_run(run.text, run.bold, run.italic, run.code, run.formula) for run in runs(text, emphasis))


def _run(text: str, bold: bool, italic: bool, code: bool, is_formula: bool) -> str:
    if is_formula:
        return formula.inline(text) or rf"\texttt{{{mono(f'${text}$')}}}"
    written = rf"\texttt{{{mono(text)}}}" if code else escape(text)
    written = rf"\textit{{{written}}}" if italic else written
    return rf"\textbf{{{written}}}" if bold else written


def _text(block: Block) -> str:
    role = block.data.get("role")
    if role == "list":
        return _list(items(block.text))
    if role == "lines":
        return _broken(lines(block), lambda text: folded(escape(text)))
    if role == "heading" and len(block.text) <= LONGEST_HEADING:
        name = HEADINGS[level(block) - 1]
        return f"\\{name}{{{' '.join(folded(line(text)) for text in lines(block))}}}" + RUN_IN * (name in HEADINGS[3:])
    return _broken(lines(block), lambda text: folded(line(text)))


def _list(found: list[Item]) -> str:
    written, open_lists = [], []
    for item in found:
        depth = min(item.level, DEEPEST) + 1
        name = "itemize" if item.number is None else "enumerate"
        while len(open_lists) > depth or (len(open_lists) == depth and open_lists[-1] != name):
            written.append(f"\\end{{{open_lists.pop()}}}")
        while len(open_lists) < depth:
            open_lists.append(name)
            written.append(f"\\begin{{{name}}}")
            if len(open_lists) < depth:
                written.append("\\item[]")  # a list begins with an item
        mark = "\\item" if item.number is None else f"\\item[{item.number}.]"
        written.append(f"{mark} {led(folded(line(item.text)))}")
    return "\n".join([*written, *(f"\\end{{{name}}}" for name in reversed(open_lists))])


def _table(block: Block) -> str:
    found = grid(block)
    around = [rf"\textbf{{{folded(line(found.title))}}}" "\n"] if found.title else []
    notes = [f"\n{folded(line(note))}" for note in found.notes if note not in (*block.problems, *block.warnings)]
    if found.width > MOST_COLUMNS:
        return _source("\n".join(" | ".join(row).rstrip(" |") for row in found.texts()))
    return "\n".join([*around, *table(found, lambda text: folded(line(text, emphasis=False))), *notes])


def _source(text: str) -> str:
    """Code as it is: verbatim where that holds it and the page is wide enough, else line by line."""
    found = clean(text).expandtabs(4).split("\n")
    if max(map(len, found)) <= VERBATIM and not any(r"\end{verbatim}" in row for row in found):
        return "\n".join(["\\begingroup\\small", "\\begin{verbatim}", *found, "\\end{verbatim}", "\\endgroup"])
    return f"\\begingroup\\small\\ttfamily\\raggedright\\noindent\n{_broken(found, mono)}\n\\par\\endgroup"


def _broken(texts: Iterable[str], write: Callable[[str], str]) -> str:
    """Lines that end where they end; one of nothing holds a blank, since LaTeX ends no line that never began."""
    rows = ("\n\n".join(map(write, _pieces(text))) for text in texts)
    return "\\\\\n".join(led(row) if row.strip() else "~" for row in rows)


def _pieces(text: str) -> Iterator[str]:
    """A text in paragraphs that TeX breaks into lines in bearable time, which grows with the square of their length."""
    at = 0
    while len(text) - at > LONGEST_PARAGRAPH:
        space = text.rfind(" ", at + 1, at + LONGEST_PARAGRAPH)
        end = space if space > 0 else at + LONGEST_PARAGRAPH
        yield text[at:end]
        at = end
    yield text[at:]


def title(source: str) -> bytes:
    return _bytes(remark(source))


FORMAT = Format("latex", ".tex", "application/x-tex; charset=utf-8", parts, title)
