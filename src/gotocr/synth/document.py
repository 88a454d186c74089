"""Whole documents: text with formulas in it, tables, charts, music, molecules and figures between, on one page or several."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from functools import partial

import numpy as np

from ..draw.fonts import covered
from ..draw.supply import Supply
from ..errors import InputError
from ..kinds import KINDS
from ..kinds.formula import normalise
from ..kinds.formula.picture import choose_font, set_piece, without_scripts_twice
from ..kinds.formula.writer import compose_inline
from ..kinds.page import parse
from ..kinds.text.faces import cast, choose
from ..schema import Block, Sample
from .paragraph import Faces, Put, Setter
from .press import Look, Press, Row, heading, inset, listing, paper_and_ink, paragraph

MOST_PAGES = 8  # of a sequence
INSETS = ("table", "formula", "chart", "music", "molecule", "geometry")  # ours alone: what is installed beside us changes no page
CAPTIONS = {"table": "Table", "chart": "Figure", "geometry": "Figure", "music": "Example", "molecule": "Scheme"}
BULLETS = "•–▪◦"
TALLEST = 1.9  # of ems: a formula that is higher stands alone


def document(rng: np.random.Generator, supply: Supply, room: tuple[int, int], em: float | None = None) -> Sample:
    """One page of everything: `format` is Markdown as a reader would write it, `plain` the lines as printed.

    With `em` the text has that font size. Formulas stand between `$` in both truths.
    """
    return write(rng, supply, room, em, 1)[0]


def holding(*kinds: str):
    """A source as `document` is, in which these kinds stand between the text; for a package that brings one of them."""
    return partial(_holding, kinds)


def _holding(kinds: Sequence[str], rng: np.random.Generator, supply: Supply, room: tuple[int, int], em: float | None = None) -> Sample:
    return write(rng, supply, room, em, 1, kinds)[0]


def sequence(rng: np.random.Generator, supply: Supply, room: tuple[int, int], em: float | None = None) -> tuple[Sample, ...]:
    """Two to eight pages of one document that follow each other; paragraphs run on from page to page."""
    count = int(rng.integers(2, MOST_PAGES + 1))
    pages = write(rng, supply, room, em, count)
    return pages if len(pages) > 1 else write(rng, supply, (room[0] // 2, room[1]), em, count)


def write(
    rng: np.random.Generator, supply: Supply, room: tuple[int, int], em: float | None, most_pages: int, kinds: Sequence[str] = INSETS
) -> tuple[Sample, ...]:
    """The pages of a document, as many as are full and the last, up to `most_pages`; between the text stand `kinds`."""
    look, language = choose_look(rng, supply, room, em)
    press = Press(look, {"lang": language})
    setter = formula_setter(rng, supply, look.ink)
    before_item = False
    for _ in range(400):
        for rows, is_item in _blocks(rng, supply, look, setter, kinds):
            if not rows:
                continue
            if is_item and before_item:
                rows = [rows[0]._replace(between="\n"), *rows[1:]]
            before_item = is_item
            if not press.add(rows, most_pages):
                return press.pages()
        if rng.random() < 0.03 and most_pages == 1:
            break  # a page that is not full
    return press.pages()


def choose_look(
    rng: np.random.Generator, supply: Supply, room: tuple[int, int], em: float | None
) -> tuple[Look, str]:
    """Paper size, fonts, columns and margins by chance, and the language."""
    height, width = room
    shape = float(rng.choice([1.414, 1.294, 1.0, 0.75, 1.6]))
    width = int(min(width, height / shape) * rng.uniform(0.75, 1.0))
    height = min(height, int(width * shape))
    em = em or float(np.clip(width / rng.uniform(38, 80), 9.0, 30.0))
    families, (paper, ink) = cast(supply), paper_and_ink(rng)
    family = choose(rng, families.body)
    other = family if rng.random() < 0.6 else choose(rng, families.body)
    looks = {"body": {}, "strong": {"bold": True}, "emphasis": {"italic": True}}
    faces = Faces(
        **{name: family.style(em, **look, colour=ink) for name, look in looks.items()},
        code=choose(rng, families.mono).style(0.92 * em, colour=ink),
    )
    wide = width / em
    columns = 2 if wide > 52 and rng.random() < 0.5 else 3 if wide > 74 and rng.random() < 0.2 else 1
    margins = tuple(float(rng.uniform(low, high)) * em for low, high in ((1.2, 5), (2.5, 5), (1.2, 5), (2.5, 5)))
    running = covered(faces.body.font, phrase(rng, supply, 10, 30)) if rng.random() < 0.35 else ""
    look = Look(
        size=(height, width),
        faces=faces,
        title=other.style(em, bold=bool(rng.random() < 0.8), colour=ink),
        leading=float(rng.uniform(1.15, 1.6)),
        margins=margins,
        columns=columns,
        gutter=float(rng.uniform(1.4, 2.6)) * em,
        justified=bool(rng.random() < 0.6),
        indent=float(rng.uniform(1, 2)) * em if rng.random() < 0.35 else 0.0,
        ink=ink,
        paper=paper,
        rule=bool(rng.random() < 0.15),
        running=running,
        numbered=bool(rng.random() < 0.5),
        first=int(rng.integers(1, 400)),
    )
    return look, "en"


def formula_setter(rng: np.random.Generator, supply: Supply, colour: tuple[int, int, int]) -> Setter:
    """What sets the formulas of a document's lines, all in one math font; None for those no line can hold."""
    font = choose_font(rng, supply)

    def set_inline(source: str, size: float) -> tuple[str, float, Put] | None:
        try:
            piece = set_piece(rng, without_scripts_twice(normalise(source)), font, size, False)
        except InputError:
            return None
        if not piece.latex or "$" in piece.latex or piece.ascent + piece.descent > TALLEST * size:
            return None
        return piece.latex, piece.width, lambda canvas, x, y, plain, format: piece.paint(canvas, (x, y), colour, plain, format)

    return set_inline


def _blocks(
    rng: np.random.Generator, supply: Supply, look: Look, setter: Setter, kinds: Sequence[str]
) -> Iterator[tuple[list[Row], bool]]:
    """Rows of some blocks that belong together, and whether each is an item of a list."""
    documents = supply.items("markdown_docs")
    if documents and rng.random() < 0.6:
        record = json.loads(documents[int(rng.integers(len(documents)))])
        for block in parse(record["markdown"], (1, 1)):
            yield from _set(rng, supply, look, setter, block)
            if rng.random() < 0.06:
                yield from _inset(rng, supply, look, setter, kinds)
        return
    if rng.random() < 0.6:
        number = f"{rng.integers(1, 10)}.{rng.integers(1, 10)} " if rng.random() < 0.4 else ""
        yield heading(number + phrase(rng, supply, 8, 40), int(rng.integers(1, 5)), look), False
    for _ in range(int(rng.integers(1, 4))):
        text = supply.corpus.passage(rng, int(rng.integers(60, 700))).rpartition(" ")[0]
        yield paragraph(sprinkle(rng, supply, text), look, setter), False
        if rng.random() < 0.45:
            yield from _inset(rng, supply, look, setter, kinds)
    if rng.random() < 0.25:
        bullet = BULLETS[int(rng.integers(len(BULLETS)))]
        for number in range(int(rng.integers(2, 7))):
            ordered = bullet == "–"
            text = phrase(rng, supply, 15, 120)
            yield _item(text, look, setter, f"{number + 1}." if ordered else bullet), True


def _item(text: str, look: Look, setter: Setter, bullet: str) -> list[Row]:
    bullet = bullet if covered(look.faces.body.font, bullet) == bullet else "-"
    return paragraph(text, look, setter, f"{bullet} " if bullet[0].isdigit() else "- ", bullet)


def _set(
    rng: np.random.Generator, supply: Supply, look: Look, setter: Setter, block: Block
) -> Iterator[tuple[list[Row], bool]]:
    """A block of a Markdown document; tables are drawn anew, since theirs are seldom rich."""
    role = block.data.get("role")
    if block.kind == "code":
        yield listing(block.text, look), False
    elif block.kind in ("table", "formula"):
        yield from _inset(rng, supply, look, setter, (block.kind,))
    elif role == "heading":
        yield heading(block.text, min(int(block.data["level"]), 4), look), False
    elif role == "list":
        for item in re.split(r"\n(?=[ \t]*(?:[-*+•]|\d+[.)])[ \t])", block.text):
            mark, _, text = item.strip().partition(" ")
            yield _item(text, look, setter, mark if mark[0].isdigit() else BULLETS[0]), True
    elif not block.text.lstrip().startswith(("|", ">", "<", ":")):
        yield paragraph(block.text, look, setter), False


def _inset(
    rng: np.random.Generator, supply: Supply, look: Look, setter: Setter, kinds: Sequence[str]
) -> Iterator[tuple[list[Row], bool]]:
    """Something of one of the kinds that fits the column, with a caption now and then."""
    kind = kinds[int(rng.integers(len(kinds)))] if len(kinds) > 1 else kinds[0]
    most = (int(0.45 * look.size[0]), int(look.column))
    try:
        sample = KINDS[kind].sample(rng, supply, most, look.em * float(rng.uniform(0.8, 1.0)))
    except InputError:  # nothing of that kind fits
        return
    if sample.image.shape[0] > most[0] or sample.image.shape[1] > most[1] or not sample.format:
        return
    caption: list[Row] = []
    if kind in CAPTIONS and rng.random() < 0.6:
        caption = paragraph(f"{CAPTIONS[kind]} {rng.integers(1, 20)}. {phrase(rng, supply, 15, 90)}.", look, setter)
    above = kind == "table" and rng.random() < 0.7
    if above:
        yield caption, False
    yield [inset(sample, look)], False
    if not above:
        yield caption, False


def phrase(rng: np.random.Generator, supply: Supply, least: int, most: int) -> str:
    """Some whole words of running text, without a full stop, the first a capital."""
    words = supply.corpus.passage(rng, int(rng.integers(least, most))).split(" ")
    text = " ".join(words[:-1] or words).strip(" .,;:")
    return text[:1].upper() + text[1:]


def sprinkle(rng: np.random.Generator, supply: Supply, text: str) -> str:
    """A text with formulas, emphasis or code put between its words now and then."""
    words = text.split()
    if rng.random() < 0.5 or len(words) < 6:
        return text
    for _ in range(int(rng.integers(1, 4))):
        at = int(rng.integers(1, len(words)))
        chance = rng.random()
        if chance < 0.6:
            words.insert(at, f"${compose_inline(rng, supply, 40)}$")
        elif words[at].isalpha():
            words[at] = f"**{words[at]}**" if chance < 0.8 else f"*{words[at]}*"
    return " ".join(words)
