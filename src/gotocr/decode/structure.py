"""Where in its own Markdown a writer is, token by token: within a table, a formula or a fenced block, or in running text."""

from __future__ import annotations

import re

_OPEN = re.compile(r"(?P<fence>(?:^|\n)```)|(?P<table><table)|(?P<display>\$\$)|(?P<inline>(?<!\\)\$)")
_CLOSE = {
    "fence": re.compile(r"\n```"),
    "table": re.compile(r"</table>"),
    "display": re.compile(r"\$\$"),
    "inline": re.compile(r"(?<!\\)\$|\n"),  # inline math does not go over a line's end: else it was money
}
APART = ("fence", "table", "display")  # structures that are blocks of their own; what is inline belongs to its text
_LONGEST = len("</table>")  # characters of a mark: what has to be looked at again when more comes


class Structure:
    """Follows a text as it is written. `kind` is "fence", "table", "display", "inline", or None in running text.

    `inside` is what the last piece says behind the mark that opened the structure, where that piece opened one.
    """

    def __init__(self) -> None:
        self.kind: str | None = None
        self.inside = ""
        self._text, self._from = "\n", 0  # what may still hold half a mark, and where an unread one may begin

    def push(self, text: str) -> str | None:
        """Add what was written; returns the kind of a structure that ended in it (the last of several), else None."""
        self._text += text
        ended, self.inside = None, ""
        while (mark := self._next()) is not None:
            if self.kind is None:
                self.kind, self.inside = mark.lastgroup, self._text[mark.end() :]
            else:
                ended, self.kind = self.kind, None
            self._from = mark.end()
        cut = max(0, min(self._from, len(self._text) - _LONGEST) - 1)  # one before: a mark may need to see what it follows
        self._text, self._from = self._text[cut:], self._from - cut
        return ended

    def _next(self) -> re.Match[str] | None:
        """The next mark that is whole: a `$` at the very end may yet become `$$`."""
        mark = (_OPEN if self.kind is None else _CLOSE[self.kind]).search(self._text, self._from)
        if mark and mark.lastgroup == "inline" and mark.end() == len(self._text):
            return None
        return mark
