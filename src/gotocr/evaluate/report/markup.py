"""Untrusted text and figures as HTML: escaped, with characters that cannot be seen, or that turn the text about, made visible."""

from __future__ import annotations

import html
import re

# Control characters, marks that change the direction of writing, invisible characters, halves of surrogate pairs.
_UNSEEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff0-\ufffb\ufffe\uffff"
    "\ud800-\udfff\U000e0000-\U000e0fff]"
)
NOTHING = "–"  # a figure there is none of


def visible(text: str) -> str:
    """The text with a written name, as ⟨U+202E⟩, for every character that could not be seen."""
    return _UNSEEN.sub(lambda found: f"⟨{_name(found[0])}⟩", text)


def text(source: object) -> str:
    """Any text as HTML, in which what could not be seen is marked."""
    return _UNSEEN.sub(lambda found: f'<b class="unseen">{_name(found[0])}</b>', html.escape(str(source)))


def attribute(source: object) -> str:
    """Any text as the value of an attribute, with the quotes about it."""
    return f'"{html.escape(visible(str(source)))}"'


def _name(character: str) -> str:
    return f"U+{ord(character):04X}"


def number(value: float | None, share: bool = True) -> str:
    """A figure: shares in per cent with one decimal, others with three digits that count."""
    if value is None or value != value:
        return NOTHING
    if share:
        return f"{100 * value:.1f}\u202f%"
    return f"{value:.0f}" if abs(value) >= 100 else f"{value:.3g}"


def seconds(value: float | None) -> str:
    if value is None:
        return NOTHING
    if value >= 3600:
        return f"{value / 3600:.1f}\u202fh"
    if value >= 100:
        return f"{value / 60:.1f}\u202fmin"
    return f"{value:.{2 if value < 10 else 1}f}\u202fs" if value >= 0.1 else f"{1000 * value:.0f}\u202fms"


def size(value: float | None) -> str:
    """Bytes in the larger units of the machine's memory."""
    if not value:
        return NOTHING
    return f"{value / 2**30:.1f}\u202fGiB" if value >= 2**30 else f"{value / 2**20:.0f}\u202fMiB"


def folded(summary: str, content: str, name: str = "", is_open: bool = False) -> str:
    """A part that is folded away; `summary` and `content` are HTML."""
    kind = f' class="{name}"' if name else ""
    return f"<details{kind}{' open' if is_open else ''}><summary>{summary}</summary>{content}</details>"
