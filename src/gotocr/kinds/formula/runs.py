"""Items as LaTeX: runs of letters in one font become one command, wide gaps `\\quad`, sized delimiters `\\left` and `\\right`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from .item import WIDE, WORD_GAP, Item, glue, without_edges
from .spelling import TEXT_ESCAPES, TEXT_FONTS

_EDGE_MARKS = frozenset(",.;:()[]!?/|=+<>*")
_WORD = re.compile(r"[A-Za-z]+")
_PROSE = re.compile(r"[A-Za-z0-9.,;:)(\]\[] +[A-Za-z0-9(]|[A-Za-z]['\u2019-][A-Za-z]|[^\x00-\x7f]|[#%&_$\"@~^\\{}]")
_CHUNK = re.compile(r"[A-Za-z]+|.", re.DOTALL)
_LEFT, _RIGHT = (
    frozenset(["(", "[", r"\{", r"\langle", r"\lfloor", r"\lceil"]),
    frozenset([")", "]", r"\}", r"\rangle", r"\rfloor", r"\rceil"]),
)


def write(items: Sequence[Item]) -> str:
    """The LaTeX of a list of items."""
    return glue(part for item in arrange(items) for part in (item.text, item.scripts))


def arrange(items: Sequence[Item]) -> list[Item]:
    """Items ready to be written: delimiters fitted, fonts gathered, gaps decided, dots told apart."""
    return dots(list(gather(gaps(fit(without_edges(items))))))


def fit(items: Sequence[Item]) -> list[Item]:
    r"""Sized delimiters (`\big` ...) as `\left` and `\right` around what is tall, plain ones elsewhere."""
    out: list[Item] = []
    opened: list[int] = []
    for item in items:
        if item.kind != "big":
            out.append(item)
            continue
        side = item.side or ("l" if item.text in _LEFT else "r" if item.text in _RIGHT else "m")
        if side == "l":
            opened.append(len(out))
            out.append(item)
        elif side == "r" and opened:
            start = opened.pop()
            out[start:] = enclosed(out[start].text, out[start + 1 :], item.text, item)
        else:
            out.append(replace(item, kind="middle"))
    return [plain(item) if item.kind in ("big", "middle") else item for item in out]


def plain(item: Item) -> Item:
    """A delimiter at its own size."""
    role = "open" if item.text in _LEFT else "close" if item.text in _RIGHT else "ord"
    return replace(item, kind="atom", side="", role=role)


def enclosed(left: str, inner: Sequence[Item], right: str, end: Item | None = None) -> list[Item]:
    r"""`inner` between two delimiters ("." = none): one item with `\left` and `\right` if it is tall; else plain ones."""
    scripts = end or Item("")
    if any(item.tall for item in inner):
        body = [Item(rf"\middle{item.text}", role="rel") if item.kind == "middle" else item for item in inner]
        text = glue([r"\left" + left, write(body), r"\right" + right])
        return [Item(text, role="inner", tall=True, sub=scripts.sub, primes=scripts.primes, sup=scripts.sup)]
    parts = [plain(item) if item.kind == "middle" else item for item in inner]
    if left != ".":
        parts.insert(0, plain(Item(left)))
    last = plain(Item(right)) if right != "." else Item("{}") if scripts.scripted else None
    if last:
        parts.append(last.with_scripts(scripts.sub, scripts.primes, scripts.sup))
    return parts


def gaps(items: Sequence[Item]) -> Iterator[Item]:
    r"""Runs of spaces as one `\quad`, as a blank between words, or as nothing."""
    waiting, before = 0.0, None
    for item in items:
        if item.kind == "space":
            waiting += item.width
            continue
        if waiting >= WIDE and before is not None:
            yield Item(r"\quad", kind="quad")
        elif waiting >= WORD_GAP and before is not None and (is_upright(before) or is_upright(item)):
            yield Item(" ", kind="letter", font=before.font if is_upright(before) else item.font)
        yield item
        waiting, before = 0.0, item


def is_upright(item: Item) -> bool:
    return item.kind == "letter" and item.font in TEXT_FONTS and item.text != " "


def gather(items: Iterator[Item]) -> Iterator[Item]:
    """Runs of letters in one font as one item."""
    run: list[Item] = []
    before: Item | None = None
    waiting = list(items)
    for index, item in enumerate(waiting):
        if item.kind == "letter" and (item.font or item.bold):
            if run and (run[-1].scripted or (run[-1].font, run[-1].bold) != (item.font, item.bold)):
                yield from _run(run, before, item)
                before, run = run[-1], []
            run.append(item)
            continue
        if run:
            yield from _run(run, before, item)
            run = []
        before = waiting[index]
        yield item
    if run:
        yield from _run(run, before, None)


def _run(run: list[Item], before: Item | None, after: Item | None) -> Iterator[Item]:
    """One run of letters as items ready to be written."""
    font, bold, last = run[0].font, run[0].bold, run[-1]
    if font in TEXT_FONTS:
        yield from _words(run, before, after)
        return
    body = glue(item.text for item in run)
    if font:
        body = rf"\{font}{{{body}}}"
    if bold:
        body = rf"\boldsymbol{{{body}}}"
    yield Item(body, tall=last.tall).with_scripts(last.sub, last.primes, last.sup)


def _words(run: list[Item], before: Item | None, after: Item | None) -> Iterator[Item]:
    """Upright letters: words with blanks as text, a name LaTeX knows as its command, other letters by the font's command."""
    whole, last = "".join(item.text for item in run), run[-1]
    text = re.sub(r"\s+", " ", whole)
    if before is None or before.kind == "quad":
        text = text.lstrip(" ")
    if (after is None or after.kind == "quad") and not last.scripted:
        text = text.rstrip(" ")
    start, end = _peeled(text, run[0].font == "mathrm")
    front, core, back = text[:start], text[start:end], text[end:]
    pieces = (
        [Item(mark) for mark in front if mark != " "]
        + list(_core(core, run[0].font))
        + [Item(mark) for mark in back if mark != " "]
    )
    if pieces and last.scripted:
        pieces[-1] = replace(pieces[-1], sub=last.sub, primes=last.primes, sup=last.sup, tall=last.tall)
    yield from pieces


def _peeled(text: str, digits: bool) -> tuple[int, int]:
    """Where the words of a run begin and end: marks around them, and digits unless behind a blank, look the same in math."""
    start, end = 0, len(text)
    while start < end and (text[start] in _EDGE_MARKS or (digits and text[start].isdigit())):
        start += 1
    while end > start and (
        text[end - 1] in _EDGE_MARKS or (digits and text[end - 1].isdigit() and " " not in text[start:end].strip())
    ):
        end -= 1
    return start, end


def _core(core: str, font: str) -> Iterator[Item]:
    from ...draw.latex_symbols import OPERATORS

    word = core.strip(" ")
    if not word:
        return
    if font == "mathrm" and "\\" + word in OPERATORS:
        yield Item("\\" + word, kind="name")
    elif _PROSE.search(word) or (core != word and len(word) > 1 and _WORD.search(word)):
        text = "".join(TEXT_ESCAPES.get(letter, r"\textbackslash " if letter == "\\" else letter) for letter in core)
        yield Item(rf"{TEXT_FONTS[font]}{{{text}}}")
    else:
        for chunk in _CHUNK.findall(word):
            letters = chunk[0].isalpha() or (chunk.isdigit() and font != "mathrm")
            if font == "textit":
                yield from (Item(letter) for letter in chunk)
            elif chunk != " ":
                yield Item(rf"\{font}{{{chunk}}}" if letters else chunk)


def dots(items: list[Item]) -> list[Item]:
    r"""`\dots` as what it draws before what follows; three dots in a row as one mark; `\arg\max` as one name."""
    out: list[Item] = []
    for index, item in enumerate(items):
        after = items[index + 1] if index + 1 < len(items) else None
        if item.text == r"\dots":
            low = after is None or after.role not in ("bin", "rel")
            item = replace(item, text=r"\ldots" if low else r"\cdots")
        for mark, one in ((".", r"\ldots"), (r"\cdot", r"\cdots")):
            if (
                item.text == mark
                and [part.text for part in out[-2:]] == [mark, mark]
                and not any(part.scripted for part in out[-2:])
            ):
                del out[-2:]
                item = replace(item, text=one, role="inner")
        if item.text in (r"\max", r"\min") and out and out[-1].text == r"\arg" and not out[-1].scripted:
            out.pop()
            item = replace(item, text=r"\arg" + item.text[1:])
        out.append(item)
    return out
