"""Pages to look things up in: tables of contents, bibliographies, glossaries and indexes; an entry keeps its line."""

from __future__ import annotations

from dataclasses import replace

from .flow import ASCENT
from .letters import Row, Run
from .press import Press
from .scraps import entry_text
from .sheet import PARAGRAPH, TIGHT


def contents(press: Press) -> None:
    """Chapters and sections with their pages, mostly after dotted leaders."""
    rng, prose, look = press.rng, press.prose, press.look
    flow = press.flow()
    press.heading(
        flow,
        1,
        prose.pick("Contents", "Table of Contents", "CONTENTS", "Inhalt", "Table des matières", "Índice", "Indice", "Sumário"),
        align=prose.pick("left", "centre"),
    )
    numbered, dotted = prose.chance(0.7), prose.chance(0.75)
    height, page = float(rng.uniform(1.2, 1.9)) * press.em, prose.integer(1, 9)
    numbers, level, first = [0, 0, 0], 0, True
    while flow.y + height <= flow.column.bottom:
        level = min(int(rng.choice([0, 1, 1, 1, 2])), level + 1)
        numbers[level] += 1
        numbers[level + 1 :] = [0] * (2 - level)
        page += prose.integer(0, 9)
        style = look.style(bold=level == 0 and look.bold_heads)
        indent = 1.5 * level * press.em
        number = look.text(str(page), style)
        label = (".".join(map(str, numbers[: level + 1])) + prose.pick(" ", " ", ". ") if numbered else "") + prose.title(1, 7)
        width = flow.width - indent
        left = press.fit(label, style, width - number.width - 2.5 * press.em)
        x, y = flow.column.left + indent, flow.y + (height - press.em) / 2 + ASCENT * press.em
        line = (
            press.leader(left, number, width, (x, y))
            if dotted and (level or prose.chance(0.5))
            else press.ends(left, number, width)
        )
        press.sheet.write(line, [Row(0, len(line.text), len(line.text))], [(x, y, 0.0)], PARAGRAPH if first else TIGHT)
        flow.y += height
        first = False
        if prose.chance(0.02):
            break
    press.footer()


def bibliography(press: Press) -> None:
    """References, numbered or hanging; every entry is a paragraph."""
    prose, look = press.prose, press.look
    if prose.chance(0.3):
        press.header()
    flow = press.flow(2 if press.area.right - press.area.left > 40 * press.em and prose.chance(0.5) else 1)
    press.heading(
        flow,
        2,
        prose.pick("References", "REFERENCES", "Bibliography", "Literatur", "Bibliographie", "Referencias", "Works Cited"),
        numbered=prose.chance(0.2),
    )
    way, number, hang = prose.pick("[{}]", "{}.", "", "[{}]"), prose.integer(1, 60), 2.2 * press.em
    while not flow.full:
        text = prose.reference()
        label = way.format(number)
        number += 1
        if label:
            entry = press.hanging(look.text(label), look.text(text), hang)
            setting = look.setting(indents=(0.0,), left=hang, after=0.25 * press.em)
        else:
            entry, setting = look.text(text), look.setting(indents=(0.0,), left=1.5 * press.em, after=0.25 * press.em)
        flow.add(entry, setting)
    press.footer()


def glossary(press: Press) -> None:
    """A dictionary's page: headwords in bold, how they are said, what they mean."""
    prose, look = press.prose, press.look
    if prose.chance(0.6):
        press.header(prose.word().lower())
    across = (press.area.right - press.area.left) / press.em
    flow = press.flow(3 if across > 66 else 2 if across > 34 else 1)
    hang = float(press.rng.uniform(0.5, 1.4)) * press.em
    while not flow.full:
        word, _, rest = entry_text(prose).partition(" ")
        said, _, meaning = rest.partition(" ")
        runs = [Run(word, look.style(bold=True), "**"), Run(f" {said} {meaning}", look.style())]
        flow.add(look.compose(*runs), look.setting(indents=(0.0,), left=hang, after=0.1 * press.em))


def index(press: Press) -> None:
    """The index of a book: words and pages in narrow columns, a letter over each group."""
    prose, look = press.prose, press.look
    across = (press.area.right - press.area.left) / press.em
    flow = press.flow(max(1, min(3, int(across / 15))))
    if prose.chance(0.5):
        press.heading(flow, 1, prose.pick("Index", "INDEX", "Register"))
    style = replace(look.setting(align="left", hyphens=False, after=0.0), left=1.6 * press.em, indents=(0.0,))
    first, letter = True, prose.integer(0, 18)
    while not flow.full:
        if prose.chance(0.07) and letter < 26:
            flow.skip(0.5 * press.em)
            press.heading(flow, 2, "ABCDEFGHIJKLMNOPQRSTUVWXYZ"[letter])
            letter, first = letter + 1, True
        pages = ", ".join(str(page) for page in sorted(prose.integer(1, 500) for _ in range(prose.integer(1, 4))))
        entry = look.text(f"{prose.words(prose.integer(1, 2)).lower()}, {pages}")
        flow.add(entry, style, PARAGRAPH if first else TIGHT)
        first = False
