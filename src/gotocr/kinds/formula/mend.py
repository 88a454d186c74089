r"""Formulas that are not well-formed made so: what is open is closed, what cannot stand is left out, nothing with ink is dropped."""

from __future__ import annotations

import re

from ...schema import Block
from ..mending import Edit, edited, mend
from .source import COMMENT, UNCLOSED, parse

_TAG = re.compile(r"\s*\\tag\*?\s*\{[^{}]*\}\s*\Z")
_CLOSINGS = {UNCLOSED: "the formula was closed"}


def mend_block(block: Block) -> Block:
    """See `Kind.mend`."""
    mended = mend(block, parse, repair, _CLOSINGS)
    return mended if mended.text else block  # signs alone, of which nothing would be left


def repair(latex: str) -> tuple[str, list[str]]:
    """One round of repairs to LaTeX math, and what was done."""
    from ...draw.latex import parse as read
    from ...draw.latex_reader import ALIGN

    signs = [Edit(*found.span("sign"), "\\%", "% was written as \\%") for found in COMMENT.finditer(latex)]
    if signs:  # what stands behind one was not read yet
        return edited(latex, signs)
    repairs = [Edit(*found) for found in read(latex).repairs]
    if any(found.why == ALIGN for found in repairs):
        tag = _TAG.search(latex)
        end = tag.start() if tag else len(latex)
        repairs = [found for found in repairs if found.why != ALIGN]
        repairs = [Edit(0, 0, r"\begin{aligned}", ALIGN), *repairs, Edit(end, end, r"\end{aligned}", ALIGN)]
        text, done = edited(latex, repairs)
        return text, [why.removesuffix(" (2 times)") if why.startswith(ALIGN) else why for why in done]
    return edited(latex, repairs)
