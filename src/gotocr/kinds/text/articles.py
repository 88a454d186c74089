"""Pages of running text: articles in columns, newspapers, books, papers, typescripts and verse."""

from __future__ import annotations

from dataclasses import replace

from .flow import Column, Flow
from .letters import Run, compose
from .press import Press, emphasised
from .sheet import Marks


def article(press: Press) -> None:
    """One to three columns with headings, lists, quotations, figures and footnotes."""
    rng, prose, look = press.rng, press.prose, press.look
    if rng.random() < 0.35:
        press.header()
    across = (press.area.right - press.area.left) / press.em
    count = 1 if across < 30 else int(rng.choice([1, 2, 2, 3] if across > 48 else [1, 1, 2]))
    notes = [prose.sentence(140) for _ in range(prose.integer(1, 3))] if rng.random() < 0.25 else []
    if rng.random() < 0.4:
        _spread_title(press)
    columns = press.columns(count)
    room = 0.0
    if notes:
        width = (columns[0].right - columns[0].left) / press.em
        room = (len(notes) + sum(len(note) for note in notes) * 0.42 / width) * 0.8 * look.leading * press.em + press.em
        columns[0] = replace(columns[0], bottom=columns[0].bottom - room)
    flow = Flow(press.sheet, columns)
    numbered, waiting = bool(rng.random() < 0.4), [str(number + 1) for number in range(len(notes))]
    _sections(press, flow, numbered, waiting)
    if notes and len(waiting) < len(notes):
        column = columns[0]
        press.footnotes(
            notes[: len(notes) - len(waiting)], Column(column.left, column.bottom, column.right, column.bottom + room)
        )
    press.footer()


def _spread_title(press: Press) -> None:
    """A title over all columns; what is left below is the text area."""
    flow = press.flow()
    press.heading(flow, 1, align=press.prose.pick("left", "centre"))
    if press.rng.random() < 0.4:
        by = f"{press.prose.pick('By', 'by', 'Von', 'Par')} {press.prose.person()}"
        flow.add(press.look.text(by, press.look.style(0.9, italic=True)), press.look.setting(after=0.6 * press.em))
    press.area = replace(press.area, top=min(flow.y + 0.3 * press.em, press.area.bottom - 3 * press.em))


def _sections(press: Press, flow: Flow, numbered: bool, waiting: list[str]) -> None:
    """Headings and what stands under them until the columns are full; `waiting` footnotes are referred to."""
    rng, prose = press.rng, press.prose
    listings = prose.chance(0.25)
    if prose.chance(0.2):
        press.opening(flow, prose.integer(2, 3))
    after_heading = False
    for _ in range(60):
        way = rng.random()
        if flow.full:
            return
        if way < 0.2 and not after_heading:
            press.heading(flow, int(rng.choice([2, 2, 2, 3, 3, 4])), numbered=numbered)
            after_heading = True
            continue
        if way < 0.3:
            press.items(flow, prose.integer(2, 6), most=prose.integer(40, 200))
        elif way < 0.35:
            press.quote(flow)
        elif way < 0.4:
            press.figure(flow)
        elif way < 0.45 and listings:
            press.listing(flow, code_text(press, prose.integer(2, 8), flow.width))
        else:
            note = [waiting.pop(0)] if waiting and prose.chance(0.6) else []
            press.paragraph(flow, notes=note, first=not after_heading)
        after_heading = False


CODE = """\
def {a}({b}, {c}=None):
    return {a}.{b}({c})
for {a} in range({n}):
    {a} += {n}
if {a} == '{b}':
import {a}
{a} = {b}[{n}]
print(f"{a}: {{{b}}}")
var {a} = new {b}({n});
    while ({a} < {n}) {{
    }}
}}
// {a} {b}
# {a}
const {a} = ({b}) => {b}.{c};
{a}->{b}(&{c}, {n});
#include <{a}.h>
SELECT {a}, {b} FROM {c} WHERE {a} > {n};
<{a} class="{b}">
    self.{a} = {b}
$ {a} --{b} {c}.txt
    let mut {a}: u{n} = {b};
return {a} ** {n} - {b} // {c}
{a}:
  - {b}: {c}
try:
""".split("\n")


def code_text(press: Press, lines: int, width: float) -> str:
    """Lines of program text no wider than `width` pixels in the look's code face."""
    style = press.look.code()
    most = max(int(width / (max(float(compose([Run("m", style)]).width), 1.0))) - 2, 4)
    prose, rows = press.prose, []
    for _ in range(lines):
        names = {name: "_".join(filter(str.isalnum, prose.word().lower().split())) or "x" for name in "abc"}
        rows.append(CODE[prose.integer(0, len(CODE) - 1)].format(n=prose.integer(0, 99), **names)[:most].rstrip())
    text = "\n".join(rows).strip("\n")
    return text if text.strip() else "pass"


def newspaper(press: Press) -> None:
    """A headline over narrow justified columns with rules between them."""
    rng, prose = press.rng, press.prose
    look = press.look = replace(
        press.look, align="justify", hyphens=True, indent=1.0, gap=0.05, leading=min(press.look.leading, 1.22)
    )
    if rng.random() < 0.4:
        press.header(prose.pick(f"THE {prose.place().upper()} {prose.pick('TIMES', 'HERALD', 'POST', 'GAZETTE')}", prose.date()))
    flow = press.flow()
    size = float(rng.uniform(1.8, 3.4))
    style = look.heading(min(size, press.size[1] / press.em / 9))
    flow.add(
        look.text(prose.title(3, 8), style),
        look.setting(align=prose.pick("left", "centre"), hyphens=False, leading=1.12 * style.size, whole=True),
        Marks("# "),
    )
    if rng.random() < 0.6:
        flow.add(
            look.text(f"By {prose.person()}", look.style(0.9, bold=prose.chance(0.5))),
            look.setting(align="left", hyphens=False, before=0.4 * press.em),
        )
    press.area = replace(press.area, top=flow.y + 0.7 * press.em)
    across = (press.area.right - press.area.left) / press.em
    columns = press.columns(max(1, min(int(rng.integers(2, 5)), int(across / 11))), 1.4 * press.em)
    if rng.random() < 0.5:
        for column in columns[1:]:
            x = column.left - 0.7 * press.em
            press.rule((x, column.top, x + 1, column.bottom), (120, 120, 120))
    flow = Flow(press.sheet, columns)
    if prose.chance(0.4):
        press.opening(flow, 3)
    elif prose.chance(0.5):
        place = Run(f"{prose.place().upper()}, {prose.date()} — ", look.style())
        flow.add(look.compose(place, *emphasised(prose, look, prose.paragraph())), look.setting())
    while not flow.full:
        way = rng.random()
        if way < 0.07:
            press.heading(flow, 3)
        elif way < 0.13:
            press.figure(flow)
        else:
            press.paragraph(flow, prose.paragraph(60, 420))
    press.footer()


def book(press: Press) -> None:
    """A page of a novel: indented paragraphs, perhaps the opening of a chapter."""
    rng, prose = press.rng, press.prose
    look = press.look = replace(
        press.look, align="justify", hyphens=prose.chance(0.8), indent=float(rng.uniform(1, 2)), gap=0.0, accent=press.look.ink
    )
    opens = prose.chance(0.35)
    if not opens and prose.chance(0.7):
        press.header()
    flow = press.flow()
    if opens:
        flow.y += float(rng.uniform(0.0, 0.15)) * press.size[0]
        number = prose.pick(
            f"Chapter {prose.integer(1, 60)}",
            f"CHAPTER {prose.pick('I', 'II', 'IV', 'VII', 'IX', 'XIV', 'XXI')}",
            str(prose.integer(1, 60)),
        )
        press.heading(flow, 1, prose.pick(number, number, f"{number}. {prose.title(2, 5)}"), align="centre")
        flow.skip(float(rng.uniform(0.5, 2.5)) * press.em)
        if prose.chance(0.5):
            press.opening(flow, prose.integer(2, 4))
    first = bool(opens)
    while not flow.full:
        if prose.chance(0.04):
            flow.add(look.text("* * *"), look.setting(align="centre", before=0.6 * press.em, after=0.6 * press.em))
        press.paragraph(flow, prose.paragraph(40, 900), first=not first)
        first = False
    press.footer()


def paper(press: Press) -> None:
    """The first page of a paper: title, authors, abstract, then sections in one or two columns."""
    prose = press.prose
    look = press.look = replace(press.look, align="justify", hyphens=True, indent=1.2, gap=0.05)
    centre = look.setting(align="centre", hyphens=False, after=0.0)
    flow = press.flow()
    press.heading(flow, 1, prose.title(5, 12), align="centre")
    flow.skip(0.6 * press.em)
    authors = [prose.person() for _ in range(prose.integer(1, 5))]
    flow.add(
        look.text(prose.pick(", ", "   ", " and ").join(authors).replace("   ", ", "), look.style(1.05, bold=prose.chance(0.3))),
        centre,
    )
    flow.add(look.text(f"{prose.company()}, {prose.place()}", look.style(0.92, italic=prose.chance(0.4))), centre)
    if prose.chance(0.5):
        flow.add(look.text(prose.email(), look.code(0.85)), centre)
    flow.skip(0.9 * press.em)
    inset = 2.0 * press.em
    abstract = prose.paragraph(250, 700)
    if prose.chance(0.5):
        press.heading(flow, 2, prose.pick("Abstract", "ABSTRACT", "Summary"), align="centre")
        runs = [Run(abstract, look.style(0.92))]
    else:
        runs = [
            Run(prose.pick("Abstract.", "Abstract—", "Summary:"), look.style(0.92, bold=True), "**"),
            Run(" " + abstract, look.style(0.92)),
        ]
    flow.add(look.compose(*runs), look.setting(0.92, left=inset, right=inset, indents=(inset,)))
    if prose.chance(0.5):
        words = ", ".join(prose.words(prose.integer(1, 2)).lower() for _ in range(prose.integer(3, 6)))
        keys = [
            Run(prose.pick("Keywords:", "Keywords", "Index Terms—"), look.style(0.92, bold=True), "**"),
            Run(" " + words, look.style(0.92)),
        ]
        flow.add(
            look.compose(*keys),
            look.setting(0.92, left=inset, right=inset, indents=(inset,), before=0.4 * press.em, align="left"),
        )
    press.area = replace(press.area, top=flow.y + press.em)
    if press.area.bottom - press.area.top > 6 * press.em and not flow.full:
        across = (press.area.right - press.area.left) / press.em
        flow = press.flow(2 if across > 32 and prose.chance(0.7) else 1)
        press.heading(flow, 2, prose.pick("Introduction", "INTRODUCTION", "Background"), numbered=prose.chance(0.8))
        _sections(press, flow, True, [])
    press.footer()


def typescript(press: Press) -> None:
    """What a typewriter left: one face, wide lines, headings underlined or in capitals."""
    prose = press.prose
    look = press.look = replace(
        press.look, head=press.look.body, bold_heads=False, align="left", leading=prose.pick(1.25, 1.5, 2.0), ligatures=False
    )
    if prose.chance(0.4):
        press.header(prose.date())
    flow = press.flow()
    if prose.chance(0.7):
        top = flow.y
        flow.add(
            look.text(prose.title(2, 6).upper()),
            look.setting(align=prose.pick("left", "centre"), after=press.em, whole=True),
            Marks("# "),
        )
        if prose.chance(0.3) and flow.y - top < 2.5 * look.leading * press.em:
            pass
    while not flow.full:
        if prose.chance(0.12):
            press.items(flow, prose.integer(2, 6), most=70)
        else:
            press.paragraph(flow, prose.paragraph(60, 600))
    press.footer()


def verse(press: Press) -> None:
    """A title and stanzas whose lines are kept."""
    prose = press.prose
    flow = press.flow()
    align = prose.pick("left", "left", "centre")
    if prose.chance(0.8):
        press.heading(flow, 1, prose.title(1, 5), align=align)
    if prose.chance(0.3):
        flow.add(
            press.look.text(prose.person(), press.look.style(0.9, italic=True)), press.look.setting(align=align, hyphens=False)
        )
    longest = max(int(0.8 * flow.width / (0.52 * press.em)), 8)
    setting = press.look.setting(align=align, hyphens=False, before=0.7 * press.em)
    for _ in range(prose.integer(1, 8)):
        lines = [prose.cut(prose.words(prose.integer(4, 9)), min(longest, 46)) for _ in range(prose.integer(2, 8))]
        text = "\n".join(f"{line[:1].upper()}{line[1:]}{prose.pick(',', ',', ';', '', '.')}" for line in lines)
        if flow.full or not flow.add(press.look.text(text), setting):
            break
