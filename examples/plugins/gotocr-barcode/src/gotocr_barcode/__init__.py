"""EAN-13 barcodes: thirteen digits, the last of which checks the others; drawn as real bars."""

from __future__ import annotations

import html
from collections.abc import Iterator
from dataclasses import replace

from gotocr.kinds import code
from gotocr.kinds.kind import Kind, Span
from gotocr.schema import Block

DIGITS = "0123456789"
LENGTH = 13


def check_digit(first: str) -> str:
    """The digit that makes twelve of them an EAN-13 (GS1 General Specifications, 7.9)."""
    total = sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(first))
    return str(-total % 10)


def find(text: str) -> Iterator[Span]:
    """None: barcodes have no marks of their own; gotocr finds the fenced blocks by `info`."""
    return iter(())


def check(block: Block) -> list[str]:
    if len(block.text) != LENGTH or not set(block.text) <= set(DIGITS):
        return ["an EAN-13 has thirteen digits and nothing else"]
    due = check_digit(block.text[:-1])
    return [] if block.text[-1] == due else [f"the check digit is {block.text[-1]}, and should be {due}"]


def parse(source: str) -> Block:
    block = Block("barcode", code.bare(source))
    return replace(block, problems=tuple(check(block)))


def mend(block: Block) -> Block:
    """Blanks and hyphens between the digits go; a wrong digit stays a problem, for nobody knows which one it is."""
    bare = "".join(block.text.replace("-", "").split())
    if not block.problems or bare == block.text or check(mended := replace(block, text=bare, problems=())):
        return block
    return replace(mended, warnings=(*block.warnings, "blanks and hyphens between the digits were left out"))


def show(block: Block) -> str:
    return f"<pre><code>{html.escape(block.text)}</code></pre>"


def digits(written: str, truth: str) -> float:
    """The share of the places at which both have the same digit."""
    one, other = code.bare(written), code.bare(truth)
    longest = max(len(one), len(other))
    return sum(a == b for a, b in zip(one, other, strict=False)) / longest if longest else 1.0


def exact(written: str, truth: str) -> float:
    return float(code.bare(written) == code.bare(truth))


def sample(rng, supply, room, em=None):
    from .picture import draw  # drawing needs skia; reading does not

    return draw(rng, supply, room, em)


KIND = Kind(
    name="barcode",
    find=find,
    parse=parse,
    html=show,
    check=check,
    mend=mend,
    scores={"digits": digits, "exact": exact},
    sample=sample,
    grammar="whole ::= " + "digit " * LENGTH + '\ndigit ::= [0-9]',
)
