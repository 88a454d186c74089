"""Running text as HTML: paragraphs, headings and nested lists, with emphasis, code and formulas within a line; all of it escaped."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from typing import NamedTuple

from ...schema import Block
from ..formula.mathml import mathml
from .within import EMPHASIS, WHOLE

_TAGS = {1: ("<em>", "</em>"), 2: ("<strong>", "</strong>"), 3: ("<strong><em>", "</em></strong>")}
_ESCAPED = re.compile(r"\\(?=[*`$#_\[\]|~])")  # a backslash that only says that the mark behind it is none
_PLACE = "\ue000"  # stands for a part that is already HTML
_ITEM = re.compile(r"(?P<indent>[ \t]*)(?:[-*+•]|(?P<number>\d{1,9})[.)])[ \t]+(?P<text>\S.*)", re.DOTALL)
_NO_SPACE = re.compile(r"[\u2e80-\u9fff\uf900-\ufaff\uff00-\uff60]")  # scripts without spaces between words
ASIDE = ("footnote", "caption", "author")  # roles of text that is not running
LONG = 60  # letters of a formula within a line, which no browser breaks
DEEPEST = 24  # lists within each other; deeper ones stand side by side


def show(block: Block) -> str:
    """HTML, escaped. Lines as printed stay lines; of other text the ends of lines are blanks, as in Markdown."""
    role = block.data.get("role")
    if not block.text.strip():  # a picture that is not read, say
        return ""
    if role == "lines":
        return f'<p class="lines">{"<br>".join(map(html.escape, block.text.splitlines()))}</p>'
    if role == "heading":
        level = block.data.get("level")
        level = min(max(level, 1), 6) if isinstance(level, int) else 1
        return f"<h{level}>{inline(_joined(block.text))}</h{level}>"
    if role == "list":
        return "".join(_listed(block.text))
    opened = f'<p class="{role}">' if role in ASIDE else "<p>"
    return opened + "<br>\n".join(inline(line) for line in _paragraphs(block.text)) + "</p>"


def inline(text: str, emphasis: bool = True) -> str:
    """The HTML of text within a line: formulas as MathML, code, and stars of emphasis as tags unless `emphasis` is false."""
    whole: list[str] = []

    def keep(found: re.Match[str]) -> str:
        whole.append(_whole(found))
        return _PLACE

    marked = html.escape(WHOLE.sub(keep, text.replace(_PLACE, "\ufffd")))
    if emphasis:
        marked = EMPHASIS.sub(lambda found: found["text"].join(_TAGS[len(found["mark"])]), marked)
        marked = _ESCAPED.sub("", marked)
    parts = iter(whole)
    return re.sub(_PLACE, lambda _: next(parts), marked)


def _whole(found: re.Match[str]) -> str:
    if found["code"]:
        return f"<code>{html.escape(found['code'])}</code>"
    latex = found["dollars"] or found["round"]
    shown = mathml(latex)
    if not shown:
        return f'<code class="formula">{html.escape(found[0])}</code>'
    return shown if len(latex) < LONG else f'<span class="formula">{shown}</span>'  # which may scroll by itself


def _paragraphs(text: str) -> list[str]:
    """The text with the ends of its lines as blanks; two blanks or a backslash before one keep it."""
    whole, lines = [], []
    for line in text.split("\n"):
        hard = line.endswith("  ") or re.search(r"(?<!\\)\\$", line)
        lines.append(line.rstrip("\\") if hard else line)
        if hard:
            whole.append(_joined("\n".join(lines)))
            lines = []
    return [*whole, _joined("\n".join(lines))] if lines or not whole else whole


def _joined(text: str) -> str:
    parts: list[str] = []
    for line in filter(None, map(str.strip, text.split("\n"))):
        if parts and not (_NO_SPACE.match(parts[-1][-1]) and _NO_SPACE.match(line)):
            parts.append(" ")
        parts.append(line)
    return "".join(parts)


class _Item(NamedTuple):
    indent: int
    number: int | None  # None: a bullet
    text: str


def _items(text: str) -> Iterator[_Item]:
    lines: list[str] = []
    head = _Item(0, None, "")
    for line in text.split("\n"):
        if found := _ITEM.fullmatch(line):
            if lines:
                yield head._replace(text=_joined("\n".join(lines)))
            head = _Item(len(found["indent"].expandtabs(4)), int(found["number"]) if found["number"] else None, "")
            lines = [found["text"]]
        else:
            lines.append(line)
    yield head._replace(text=_joined("\n".join(lines)))


def _listed(text: str) -> Iterator[str]:
    """`ul` and `ol`, one within the other where an item is indented further; numbers as they were read."""
    stack: list[tuple[int, str]] = []  # (indent, tag) of the lists that are open, each with an open item
    number = 0
    for item in _items(text):
        tag = "ul" if item.number is None else "ol"
        while len(stack) > 1 and item.indent < stack[-1][0]:
            yield f"</li></{stack.pop()[1]}>"
            number = -1
        deeper = stack and item.indent > stack[-1][0] + 1 and len(stack) < DEEPEST
        if stack and not deeper:
            yield "</li>"
            if stack[-1][1] != tag:
                yield f"</{stack[-1][1]}>"
                stack[-1] = (stack[-1][0], tag)
                yield _opened(tag, item.number)
                number = item.number or 0
        else:
            stack.append((item.indent, tag))
            yield _opened(tag, item.number)
            number = item.number or 0
        told = f' value="{item.number}"' if item.number is not None and item.number != number else ""
        number = (item.number or 0) + 1
        yield f"<li{told}>{inline(item.text)}"
    for _, tag in reversed(stack):
        yield f"</li></{tag}>"


def _opened(tag: str, number: int | None) -> str:
    return f'<{tag} start="{number}">' if number not in (None, 1) else f"<{tag}>"
