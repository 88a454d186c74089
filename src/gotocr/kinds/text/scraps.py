"""Crops of printed text: a word, a line, a paragraph, cut out as a segmenter, a screenshot or a finger cuts them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from math import ceil

import numpy as np

from ...draw.style import Style
from ...draw.supply import Supply
from ...schema import Sample
from .faces import PHONETICS, cast, choose
from .flow import Column, Flow
from .letters import Letters, Row, Run, compose
from .look import WHITE, Look, between, draw_look
from .press import Press, emphasised
from .prose import Prose
from .sheet import Sheet

WORD_EM, LINE_EM = (9.0, 90.0), (11.0, 64.0)  # font sizes in pixels
TALL = 1.7  # height of a crop of one line, at most, in ems of its font
BITTER = 5.0  # least font size a crop is scaled down to
CROWDED = 0.35  # share of lines cut so close that their neighbours show


def draw_word(rng: np.random.Generator, supply: Supply, room: tuple[int, int], em: float | None = None) -> Sample:
    """See `kinds.text.word`."""
    look = _look(rng, supply, room, em, WORD_EM)
    prose = Prose(rng, supply, mixed=True)
    text = " ".join(prose.word() for _ in range(prose.pick(1, 1, 1, 1, 2, 3))) if rng.random() < 0.75 else prose.token()
    way = rng.random()
    text = text.upper() if way < 0.2 else text.title() if way < 0.4 else text
    style = _style(rng, look)
    wide = look.text(text, style).width / (0.92 * room[1])
    if wide > 1:  # a long word is set smaller, not cut
        style = replace(style, size=style.size / wide, spacing=style.spacing / wide, word_spacing=style.word_spacing / wide)
    return _one_line(rng, look, [Run(text, style)], room, em)


def draw_line(rng: np.random.Generator, supply: Supply, room: tuple[int, int], em: float | None = None) -> Sample:
    """See `kinds.text.line`."""
    look = _look(rng, supply, room, em, LINE_EM)
    prose = Prose(rng, supply, mixed=True)
    length = between(rng, 0.15, 1.0) if rng.random() < 0.5 else 1.0
    most = max(int(length * room[1] / (0.5 * look.em)), 4)
    style = _style(rng, look)
    runs = line_text(prose, look, min(most, 140), style)
    if len(runs) == 1 and not set(runs[0].text).isdisjoint(PHONETICS):
        runs = [replace(runs[0], style=replace(style, font=choose(rng, cast(supply).spoken).regular))]
    return _one_line(rng, look, runs, room, em, prose.passage(most) if em is None and prose.chance(CROWDED) else "")


def line_text(prose: Prose, look: Look, most: int, style: Style) -> list[Run]:
    """What one line says, about `most` characters: mostly running text from anywhere in a sentence."""
    if prose.chance(0.62):
        text = prose.passage(most)
        start = prose.integer(0, max(len(text) - most, 0)) if prose.chance(0.85) else 0
        text = prose.cut((text[start:].partition(" ")[2] if start else text) or prose.words(3), most)
        if style.bold or style.slant or style.font != look.body.regular:  # emphasis would not be seen
            return [Run(text, style)]
        runs = emphasised(prose, look, text, 0.08)
        return [
            replace(run, style=replace(style, font=run.style.font, slant=run.style.slant, bold=run.style.bold)) for run in runs
        ]
    makers = (
        prose.reference,
        prose.title,
        lambda: (
            f"[{prose.pick(prose.integer(1, 99), prose.named('surname', 'Lee')[:3] + str(prose.year())[2:])}] {prose.reference()}"
        ),
        lambda: " ".join(prose.token() for _ in range(prose.integer(1, 6))),
        lambda: prose.title().upper(),
        lambda: f"{prose.integer(1, 12)}.{prose.integer(1, 9)} {prose.title()}",
        lambda: f"{prose.integer(1, 20)}. {prose.sentence(most)}",
        lambda: entry_text(prose),
        lambda: _label(prose, most),
        lambda: f"{prose.street()}, {prose.town()}",
        lambda: f"{prose.person()}, {prose.company()}",
        lambda: f"{prose.pick('Tel.', 'Phone:', 'Fax', 'E-mail:')} {prose.pick(prose.phone, prose.email)()}",
        lambda: f"{prose.word().capitalize()}: {prose.pick(prose.token, prose.person, prose.place)()}",
        lambda: f"{prose.words(2)} ({prose.person()}, {prose.date()}), {prose.words(3)}",
    )
    text = prose.pick(*makers)()
    return [Run(text if prose.chance(0.5) else prose.cut(text, most), style)]


def _label(prose: Prose, most: int) -> str:
    """The number of a figure or table, perhaps with its caption."""
    name = prose.pick("Fig.", "Figure", "Table", "Tab.", "Eq.")
    return f"{name} {prose.integer(1, 30)}{prose.pick('', '.', ':')} {prose.pick('', prose.sentence(most))}".strip()


def entry_text(prose: Prose) -> str:
    """A dictionary's entry: the word, how it is said, what it is."""
    word = prose.word().lower()
    said = "".join(prose.pick(*PHONETICS) if letter in "aeiouy" else letter for letter in word)
    kind = prose.pick("n.", "v.", "adj.", "adv.", "noun", "verb")
    return " ".join(filter(None, [word, prose.pick(f"/{said}/", f"[{said}]", ""), kind, prose.sentence(80)]))


def _look(rng: np.random.Generator, supply: Supply, room: tuple[int, int], em: float | None, range_: tuple[float, float]) -> Look:
    least, most = range_
    most = max(min(most, room[0] / TALL), least * 0.6)
    size = em or float(np.exp(rng.uniform(np.log(min(least, most)), np.log(most))))
    look = draw_look(rng, supply, size, inset=em is not None, mono=bool(rng.random() < 0.12), dark=0.1)
    roles = cast(supply)
    way = rng.random()
    if way < 0.06:
        look = replace(look, body=choose(rng, roles.hand), jitter=between(rng, 0.0, 0.04))
    elif way < 0.16:
        look = replace(look, body=choose(rng, roles.display))
    return look


def _style(rng: np.random.Generator, look: Look) -> Style:
    """The whole line's style: bold or italic now and then, spaced now and then."""
    more = {}
    if rng.random() < 0.2:
        more["word_spacing"] = between(rng, 0.0, 0.5) * look.em
    if rng.random() < 0.05:
        more["spacing"] = between(rng, 0.05, 0.4) * look.em
    if rng.random() < 0.02 and look.em > 24:
        more["outline"] = between(rng, 0.03, 0.06) * look.em
    return look.style(1.0, bool(rng.random() < 0.15), bool(rng.random() < 0.1), **more)


def _one_line(
    rng: np.random.Generator, look: Look, runs: list[Run], room: tuple[int, int], em: float | None, neighbours: str = ""
) -> Sample:
    """A picture of one line, as wide as it is or as the room allows; `neighbours` is what lines beside it say."""
    letters = look.compose(*runs)
    if not letters.text.strip():
        letters = look.text("a")
    margins = [0.0] * 4 if em else _margins(rng, look.em)
    width = max(room[1] - margins[0] - margins[2] - 2, 1.0)
    letters = _cut(letters, runs, width, look)
    if rng.random() < 0.3 and "." in letters.text:  # two spaces after a full stop, as typists do
        wide = [at for at in range(1, len(letters.text)) if letters.text[at - 1 : at + 1] == ". "]
        if letters.width + sum(letters.steps[wide]) <= width:
            letters.widen(wide, 2 * letters.steps[wide])
    sheet = Sheet()
    sheet.write(letters, [Row(0, len(letters.text), len(letters.text))], [(0.0, 0.0, 0.0)])
    left, top, right, bottom = sheet.extent()
    if neighbours:
        _neighbours(rng, sheet, look, neighbours, right - left)
        margins[1::2] = (rng.uniform(0, 0.12, 2) * look.em).tolist()
    fits = min(1.0, (room[0] - 1) / (bottom - top), (room[1] - 1) / (right - left))
    if fits < 1.0 and look.em > BITTER:
        smaller = replace(look, em=look.em * max(fits * 0.97, 0.3))
        return _one_line(
            rng,
            smaller,
            [replace(run, style=replace(run.style, size=run.style.size * smaller.em / look.em)) for run in runs],
            room,
            em,
            neighbours,
        )
    height, width = (
        min(ceil(bottom - top + margins[1] + margins[3]), room[0]),
        min(ceil(right - left + margins[0] + margins[2]), room[1]),
    )
    move = (
        min(margins[0], max(width - (right - left), 0) / 2) - left,
        min(margins[1], max(height - (bottom - top), 0) / 2) - top,
    )
    return sheet.draw((max(height, 1), max(width, 1)), look.paper if em is None else WHITE, rng, move, em=look.em)


def _cut(letters: Letters, runs: list[Run], width: float, look: Look) -> Letters:
    """The line without the words that do not fit, at least a character."""
    if letters.width <= width or len(letters.text) < 2:
        return letters
    fits = max(int(np.searchsorted(letters.ends, width)) - 1, 1)
    text = letters.text[:fits].rpartition(" ")[0].strip() or letters.text[:fits]
    kept, at = [], 0
    for run in runs:
        kept.append(replace(run, text=run.text[: max(len(text) - at, 0)]))
        at += len(run.text)
    shorter = compose(kept, look.ligatures)
    return shorter if shorter.text.strip() else letters


def _margins(rng: np.random.Generator, em: float) -> list[float]:
    """Left, top, right, bottom in pixels: a few, or room around."""
    way = rng.random()
    if way < 0.5:
        return rng.uniform(0, 4, 4).tolist()
    return (rng.uniform(0, 0.35 if way < 0.85 else 1.2, 4) * em + 1).tolist()


def _neighbours(rng: np.random.Generator, sheet: Sheet, look: Look, text: str, width: float) -> None:
    """Lines above and below, of which the crop shows what reaches into it."""
    leading, most = between(rng, 1.0, 1.2) * look.em, int(width / (0.45 * look.em)) + 1
    for y in (-leading, leading):
        if rng.random() < 0.7:
            start = int(rng.integers(max(len(text) - most, 1)))
            sheet.ornament(text[start : start + most], (-between(rng, 0, 2) * look.em, y), look.style())


def draw_paragraph(rng: np.random.Generator, supply: Supply, room: tuple[int, int], em: float | None = None) -> Sample:
    """See `kinds.text.paragraph`."""
    most = max(min(room[0] / 4, room[1] / 8, 44.0), 9.0)
    size = em or float(np.exp(rng.uniform(np.log(min(10.5, most)), np.log(most))))
    look = draw_look(rng, supply, size, inset=em is not None, mono=bool(rng.random() < 0.1), dark=0.06)
    look = replace(look, em=min(size, room[0] / 1.6)) if em is None else look
    margins = [1.0] * 4 if em else _margins(rng, size)
    width = min(between(rng, 12, 55) * size, room[1] - margins[0] - margins[2] - 4)
    press = Press(rng, supply, look, room)
    lines = int(rng.integers(2, 14)) if em is None else int(rng.integers(1, 7))
    height = min(room[0] - margins[1] - margins[3] - 0.3 * size, (lines + 3) * look.leading * size)
    flow = Flow(
        press.sheet,
        [Column(2.0, 0.1 * size, max(width, 4 * size if em is None else size), max(height, 1.3 * look.leading * size))],
    )
    _fill(press, flow, int(lines * width / (0.5 * size)), paragraphs_only=em is not None)
    if not press.sheet:
        return draw_line(rng, supply, room, em)
    return cropped(press, margins, room, em is not None)


def _fill(press: Press, flow: Flow, characters: int, paragraphs_only: bool) -> None:
    """A paragraph, or another part of a page."""
    rng, prose, look = press.rng, press.prose, press.look
    way = 0.0 if paragraphs_only else rng.random()
    text = prose.paragraph(max(characters * 2 // 3, 20), max(characters, 40))
    if way > 0.93:
        makers = (prose.person, prose.company, prose.street, prose.town, prose.phone, prose.email)
        flow.add(
            look.text("\n".join(maker() for maker in makers[: int(rng.integers(3, 7))])),
            look.setting(align="left", hyphens=False),
        )
    elif way > 0.74:
        press.items(flow, int(rng.integers(2, 7)))
    elif way > 0.62:
        press.heading(flow, int(rng.integers(1, 5)), numbered=bool(rng.random() < 0.3))
        press.paragraph(flow, text, first=False)
    elif way > 0.5:
        half = len(text) // 2
        press.paragraph(flow, prose.cut(text, max(half, 30)))
        press.paragraph(flow, text[half:].partition(" ")[2] or text)
    elif way > 0.1 or paragraphs_only:
        press.paragraph(flow, text, first=bool(rng.random() < 0.5))
    else:  # all bold or italic, or centred
        bold = bool(rng.random() < 0.5)
        align = prose.pick(look.align, "centre", "right")
        flow.add(
            look.text(text, look.style(1.0, bold, not bold)),
            look.setting(align=align, hyphens=look.hyphens and align == "justify"),
        )


def cropped(press: Press, margins: Sequence[float], room: tuple[int, int], inset: bool) -> Sample:
    """The sheet's sample, cut out around its ink with `margins` (left, top, right, bottom) in pixels."""
    left, top, right, bottom = press.sheet.extent()
    width = min(ceil(right - left + margins[0] + margins[2]), room[1])
    height = min(ceil(bottom - top + margins[1] + margins[3]), room[0])
    paper = WHITE if inset else press.look.paper
    return press.sheet.draw(
        (height, width), paper, press.rng, (margins[0] - left, margins[1] - top), language=press.prose.language, em=press.em
    )
