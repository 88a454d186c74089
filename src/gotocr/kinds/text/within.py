"""What is marked within a line of running text: code, formulas and emphasis, as patterns; all of them bounded, so that no text takes long."""

from __future__ import annotations

import re

# Code and formulas within a line.
WHOLE = re.compile(
    r"(?<![`\\])`(?P<code>(?=[^`\s])[^`\n]{1,300})`(?!`)"
    r"|(?<![\\$])\$(?=[^\s$])(?P<dollars>[^$\n]{1,600}?)(?<=[^\s\\])\$(?![\d$])"
    r"|(?<!\\)\\\((?P<round>(?:(?!\\\(|\\\))[^\n]){1,600})\\\)"
)
# Emphasis: stars around something, not a product, a power or the star of a footnote.
EMPHASIS = re.compile(r"(?<![\w*\\])(?P<mark>\*{1,3})(?=[^\s*])(?P<text>[^*\n]{1,2000}?)(?<=[^\s*])(?P=mark)(?![\w*])")
