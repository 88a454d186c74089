"""Texts that repeat themselves: honestly, as pages do, and in circles, as writers do that have lost their way."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from random import Random
from typing import NamedTuple

from ..prompt.tokenizer import TextStream, Tokenizer
from ..schema import Box

SIZE = (1200, 1600)  # width, height of a page that nobody drew
LETTER, LINE, MARGIN = 12.0, 24.0, 60.0  # pixels
JITTERS = ("exact", "counting", "drifting", "wavering", "shuffled")
PLACES = ("none", "still", "back", "off", "astray")


class Told(NamedTuple):
    """One token: its number, what it says, and where its ink is."""

    token: int
    text: str
    box: Box | None = None


def spell(tokenizer: Tokenizer, ids: Sequence[int], boxes: Sequence[Box | None] | None = None) -> list[Told]:
    stream = TextStream(tokenizer)
    return [Told(token, stream.push(token), box) for token, box in zip(ids, boxes or [None] * len(ids), strict=True)]


def typed(told: Sequence[Told]) -> list[Told]:
    """With boxes as a typewriter would set the text, line by line, on a page that has room for all."""
    x, y, found = MARGIN, MARGIN, []
    for token, text, _ in told:
        if text.startswith("\n") or x > SIZE[0] - MARGIN:
            x, y = MARGIN, y + LINE
        wide = LETTER * len(text.strip("\n"))
        found.append(Told(token, text, (x, y, x + wide, y + 0.8 * LINE)))
        x += wide
    return found


def honest(random: Random) -> Iterator[tuple[str, str]]:
    """What stands on pages and repeats itself, each with a name; as much of it as a page holds."""

    def times(low: int, high: int) -> range:
        return range(random.randint(low, high))

    def join(parts, between=""):
        return between.join(parts)

    word = random.choice(["yes", "no", "none", "not applicable", "see above", "passed"])
    wide, start = random.randint(3, 8), random.randint(1, 60)
    row = join(f"<td>{word}</td>" for _ in range(wide))
    yield "equal rows", f"<table><tr><td>Test</td></tr>{join(f'<tr>{row}</tr>' for _ in times(4, 8))}</table>"
    line = join((word for _ in range(wide)), " & ")
    yield "equal rows of LaTeX", f"\\begin{{tabular}}{{{'l' * wide}}}\n{join((line for _ in times(4, 12)), chr(92) * 2 + chr(10))}\n\\end{{tabular}}"
    empty = "<tr>" + "<td></td>" * wide + "</tr>"
    yield "empty cells", f"<table><tr><td>Name</td></tr>{join(empty for _ in times(10, 25))}</table>"
    zeros = "<tr>" + "<td>0.00</td>" * wide + "</tr>"
    yield "zeros", f"<table>{join(zeros for _ in times(5, 12))}</table>"
    yield "zeros in columns", join(("0.00 " * wide for _ in times(10, 30)), "\n")
    yield "leaders", join((f"Chapter {n} {'.' * random.randint(40, 120)} {7 * n}" for n in times(10, 30)), "\n")
    yield "rules", join(("Text.\n" + random.choice("-_=*") * random.randint(30, 120) for _ in times(3, 6)), "\n")
    yield "blanks", join(("Name: ________ Date: ________" for _ in times(8, 20)), "\n")
    yield "items", join((f"- {word}" for _ in times(8, 20)), "\n")
    yield "boxes to tick", join(("☐ yes ☐ no" for _ in times(10, 30)), "\n")
    yield "refrain", join(("Row, row, row your boat,\nGently down the stream,\nMerrily, merrily, merrily,\nLife is but a dream.\n" for _ in times(2, 4)), "\n")
    yield "song", join(("la" for _ in times(10, 40)), " ")
    yield "litany", join((f"{name}, pray for us." for name in ("Holy Mary", "Saint Peter", "Saint Paul", "All saints") * 5), "\n")
    yield "code", "```python\n" + join(("    items.append(None)" for _ in times(5, 20)), "\n") + "\n```"
    yield "unrolled", "```c\n" + join((f"a[{n}] = b[{n}] + c[{n}];" for n in times(8, 32)), "\n") + "\n```"
    yield "dump", "```\n" + join((f"{16 * n:08x}: {'0000 ' * 8}" for n in times(8, 40)), "\n") + "\n```"
    yield "rests", "```abc\nX:1\nM:4/4\nK:C\n" + join(("z4 |" for _ in times(10, 60)), " ") + "\n```"
    yield "kern", "**kern\t**kern\n" + join((f"={n}\t={n}\n4r\t4c\n4r\t4c\n4r\t4c\n4r\t4c\n" for n in times(8, 30)))
    yield "grid", "```tikz\n" + join((f"\\draw ({n},0) -- ({n},10);" for n in times(10, 40)), "\n") + "\n```"
    yield "equal values", '```chart\n{"series": {' + join((f'"{1980 + n}": 0' for n in times(10, 45)), ", ") + "}}\n```"
    yield "answer sheet", join((f"{n}. A B C D E" for n in range(start, start + random.randint(20, 60))), "\n")
    yield "days", join((f"Day {n}" for n in range(1, 32)), " ")
    yield "numbers", join((str(n) for n in range(start, start + random.randint(20, 120))), " ")
    yield "multiplication", join((f"{n} x {wide} = {n * wide}" for n in range(1, 21)), "\n")
    yield "matrix", "$$\\begin{pmatrix}" + join((join(("0" for _ in range(10)), " & ") for _ in times(5, 12)), " \\\\ ") + "\\end{pmatrix}$$"
    yield "incidence", "$$\\begin{pmatrix}" + join((join((random.choice("01") for _ in range(16)), " & ") for _ in range(16)), " \\\\ ") + "\\end{pmatrix}$$"
    yield "digits", join((join((random.choice("123456789") for _ in range(9)), " ") for _ in times(9, 30)), "\n")
    yield "survey", "<table>" + join("<tr>" + join(f"<td>{random.choice(['yes', 'no'])}</td>" for _ in range(wide)) + "</tr>" for _ in times(10, 30)) + "</table>"
    yield "gene", join((random.choice(["A" * 60, "ACAC" * 15, "GATTACA" * 8]) for _ in times(2, 4)), "\n")
    yield "labels", join(("Mrs Jane Doe\n12 Main Street\nSpringfield" for _ in times(4, 8)), "\n\n")


@dataclass(frozen=True)
class Circle:
    """A text that from the token `start` on goes in circles of `period` tokens, about."""

    told: list[Told]
    start: int  # the first token that should not be there
    period: int
    jitter: str
    place: str


def circle(clean: Sequence[Told], tokenizer: Tokenizer, random: Random, way: tuple[int, str, str], most: int = 4096) -> Circle:
    """`clean` up to a place by chance, and then what stands before that place over and over, up to `most` tokens.

    `way` is the most tokens of a round, one of `JITTERS`, how the rounds differ, and one of `PLACES`, where they say they stand.
    """
    longest, jitter, place = way
    start = random.randint(min(20, len(clean)), len(clean))
    period = random.randint(1, min(longest, start))
    before = [told if place != "none" else told._replace(box=None) for told in clean[:start]]
    after: list[Told] = []
    rounds = _rounds(before[start - period :], tokenizer, random, jitter)
    while start + len(after) < most:
        after += next(rounds)
    return Circle([*before, *_set(after, before, period, random, place)], start, period, jitter, place)


def _rounds(once: list[Told], tokenizer: Tokenizer, random: Random, jitter: str) -> Iterator[list[Told]]:
    def told(text: str) -> list[Told]:
        return spell(tokenizer, tokenizer.encode(text, specials=False))

    number, at, step = random.randint(1, 30), random.randint(0, len(once)), random.choice([1, 1, 1, 2, 5, 10])
    while True:
        number += step if jitter == "counting" else random.choice([0, 1, 1, 2])
        if jitter in ("counting", "drifting"):
            yield [*once[:at], *told(f" {number}. "), *once[at:]]
        elif jitter == "wavering":  # one token is another one each time
            yield [*once[:at], random.choice(once), *once[at + 1 :]]
        elif jitter == "shuffled":
            cut = random.randint(0, len(once))
            yield [*once[cut:], *once[:cut]] if random.random() < 0.5 else once
        else:
            yield once


def _set(after: list[Told], before: list[Told], period: int, random: Random, place: str) -> Iterator[Told]:
    """`after` with the boxes that a writer in circles says."""
    last = next((told.box for told in reversed(before) if told.box), (0.0, 0.0, LETTER, LINE))
    lane = [told.box or last for told in before[-period:]]
    tall = last[3] - last[1]
    for number, told in enumerate(after):
        box: Box | None = None
        if place == "still":
            box = last
        elif place == "back":  # over what was read, a little off
            left, top, right, bottom = lane[number % len(lane)]
            x, y = random.gauss(0, 0.05 * tall), random.gauss(0, 0.05 * tall)
            box = left + x, top + y, right + x, bottom + y
        elif place == "off":  # on, in its line, and beyond the edge of the page
            left = last[2] + number * tall / 2
            box = min(left, SIZE[0]), last[1], min(left + tall / 2, SIZE[0]), last[3]
        elif place == "astray":
            left, top = random.uniform(0, SIZE[0]), random.uniform(0, SIZE[1])
            box = left, top, left + tall / 2, top + tall
        yield told._replace(box=box)
