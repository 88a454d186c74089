r"""The texts that stand in a figure, told from its TikZ without typesetting it: nodes, labels, quotes, `\tkzLabel...`."""

from __future__ import annotations

import re

LONGEST = 60_000  # characters looked at
_TEXT = r"\{([^{}]{0,200}(?:\{[^{}]{0,100}\}[^{}]{0,200}){0,4})\}"
_OPTIONS, _SPOT = r"\[[^\[\]]{0,300}\]", r"\([^()]{0,100}(?:\([^()]{0,100}\)[^()]{0,100}){0,4}\)"
_PLACES = (
    re.compile(r"\\tkzLabel[A-Za-z]{1,20}\s{0,5}(?:\[[^\]]{0,200}\]\s{0,5})?\([^()]{0,200}\)\s{0,5}" + _TEXT),
    re.compile(rf"(?:\\node|\bnode|\\coordinate)\b(?:\s{{0,5}}(?:{_OPTIONS}|{_SPOT}|at\b)){{0,6}}\s{{0,5}}" + _TEXT),
    re.compile(r"label\s{0,5}=\s{0,5}\{?(?:\[[^\[\]]{0,100}\])?[a-z0-9. -]{0,30}:([^,\]{}]{1,100})"),
    re.compile(r"\"([^\"\n]{1,100})\""),
)
_SPACE = re.compile(r"\s+|\\[,;!: ]|[${}]")


def labels(source: str) -> list[str]:
    """The texts, each as often as it stands there, without `$`, braces and white space; dots that mark right angles left out."""
    text = re.sub(r"(?<!\\)%.*", "", source[:LONGEST])
    found = [_SPACE.sub("", match[1]) for place in _PLACES for match in place.finditer(text)]
    return [label for label in found if label not in ("", r"\cdot", ".")]
