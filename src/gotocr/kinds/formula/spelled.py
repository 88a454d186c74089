r"""A canonical formula as an author might have typed it: thin spaces, `\left(`, `\dfrac`, `\mid` ... with the way back."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from ...draw.latex import Token

_PAIRS = {"(": ")", "[": "]", r"\{": r"\}", r"\langle": r"\rangle"}
_CLOSERS = frozenset(_PAIRS.values())
_BARRIERS = frozenset(["&", r"\\", r"\left", r"\right", r"\middle"])


class Spelling:
    """How an author types: one choice by chance for a whole formula."""

    def __init__(self, rng: np.random.Generator) -> None:
        self.rng = rng
        chances = rng.random(9)
        self.thin = chances[0] < 0.4
        self.stop = chances[1] < 0.3
        self.far = chances[2] < 0.3
        self.loose = chances[3] < 0.06
        self.fences = str(rng.choice(["", "", "", r"\left \right", r"\left \right", r"\bigl \bigr", r"\Bigl \Bigr"]))
        self.fractions = str(rng.choice([r"\frac", r"\frac", r"\frac", r"\frac", r"\dfrac", r"\tfrac"]))
        self.limits = str(rng.choice(["", "", "", "", "", r"\limits", r"\nolimits"]))
        self.mid = chances[4] < 0.5
        self.colon = chances[5] < 0.5
        self.gap = float(rng.uniform(0.5, 9.0))


def spell_out(rng: np.random.Generator, latex: str) -> tuple[str, np.ndarray]:
    """What to set instead of `latex`, and for each character of it its offset in `latex` (-1 = stands for nothing)."""
    from ...draw.latex import tokens

    found = tokens(latex)
    texts, offsets = [], []
    for text, offset in _pieces(found, Spelling(rng), latex):
        texts.append(text)
        offsets += range(offset, offset + len(text)) if offset >= 0 else [-1] * len(text)
    drawn = "".join(texts)
    return drawn, np.minimum(np.asarray(offsets, np.int32), len(latex) - 1)


def _pieces(found: list[Token], style: Spelling, latex: str) -> Iterator[tuple[str, int]]:
    """Stretches of the new spelling, each with the offset of its first character."""
    fenced = _fences(found, style)
    integral = r"\int" in latex or r"\iint" in latex
    verbatim = 0
    for index, token in enumerate(found):
        before = found[index - 1].text if index else ""
        after = found[index + 1].text if index + 1 < len(found) else ""
        text = latex[token.start : found[index + 1].start if index + 1 < len(found) else len(latex)]
        verbatim = _verbatim(verbatim, token.text, before)
        if verbatim:
            yield text, token.start
            continue
        if index in fenced:
            yield fenced[index], -1
        elif token.text == "d" and style.thin and integral and before not in ("", "{", "(", "^", "_") and after[:1].isalpha():
            yield r"\,", -1
        elif token.text in (".", ",", ";") and not after and style.stop:
            yield r"\,", -1
        elif token.text == r"\tag":
            yield rf"\hspace{{{style.gap:.1f}em}}", -1
        if style.loose and token.text in ("=", r"\le", r"\to"):
            yield r"\;", -1
            yield text, token.start
            yield r"\;", -1
        else:
            yield _swapped(token.text, text, style, after, latex), token.start


def _verbatim(depth: int, text: str, before: str) -> int:
    """How deep within an argument that is no math `text` stands: of \\text, \\begin, \\tag, \\operatorname."""
    if depth:
        return depth + (text == "{") - (text == "}")
    return int(
        text == "{"
        and (before in (r"\begin", r"\end", r"\tag", r"\operatorname") or before.startswith(r"\text") or before == "*")
    )


def _swapped(token: str, text: str, style: Spelling, after: str, latex: str) -> str:
    """Another command for the same mark; no longer than its characters have offsets for, or all for its first."""
    tail = text[len(token) :]
    if token == r"\frac":
        return style.fractions + tail
    if token == r"\quad" and style.far:
        return r"\qquad" + (tail or (" " if after[:1].isalpha() else ""))
    if token == "|" and style.mid and latex.count("|") == 1 and after not in ("_", "^"):
        return r"\mid "
    if token == ":" and style.colon and after not in ("=", ":"):
        return r"\colon "
    if token in (r"\sum", r"\int", r"\prod", r"\bigcup") and after in ("_", "^") and style.limits:
        return token + style.limits + tail
    return text


def _fences(found: list[Token], style: Spelling) -> dict[int, str]:
    """Before which tokens to write `\\left` and `\\right` or sizes: pairs of plain brackets within one list."""
    if not style.fences:
        return {}
    opening, closing = style.fences.split()
    chosen: dict[int, str] = {}
    waiting: list[tuple[int, int]] = []
    depth = verbatim = 0
    for index, token in enumerate(found):
        before = found[index - 1].text if index else ""
        verbatim = _verbatim(verbatim, token.text, before)
        depth += (token.text == "{") - (token.text == "}")
        if verbatim or before in (r"\left", r"\right", r"\middle", r"\sqrt") or before.startswith(r"\x"):
            continue
        if token.text in _BARRIERS or token.text in (r"\begin", r"\end"):
            waiting.clear()
        elif token.text in _PAIRS:
            waiting.append((index, depth))
        elif token.text in _CLOSERS and waiting:
            start, at = waiting.pop()
            if at == depth and _PAIRS[found[start].text] == token.text and style.rng.random() < 0.7:
                chosen[start], chosen[index] = opening, closing
    return chosen
