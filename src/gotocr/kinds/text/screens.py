"""What screens show: slides, windows with menus and buttons, chats, program text in an editor, terminals."""

from __future__ import annotations

from dataclasses import replace

from .articles import code_text
from .flow import Column, Flow
from .letters import Letters, Run, compose, tabbed
from .look import Colour
from .press import FENCE, Press

MENUS = """\
File Edit View Insert Format Tools Window Help
File Edit Selection View Go Run Terminal Help
Datei Bearbeiten Ansicht Extras Hilfe
Fichier Édition Affichage Outils Aide
Archivo Editar Ver Ayuda
Home Products Pricing About Contact
Start Über Kontakt
Home Inbox Settings Profile""".split("\n")
BUTTONS = """\
OK, Cancel, Apply, Save, Save As…, Delete, Next >, < Back, Close, Abbrechen, Speichern, Annuler, Enregistrer, Aceptar, Cancelar, \
Submit, Sign in, Log out, Learn more, Download, Retry, Yes, No, Continue, Add to cart, Search""".split(", ")


def shade(colour: Colour, by: float) -> Colour:
    """A colour darker (by < 0) or lighter, by so many levels."""
    red, green, blue = (int(min(max(value + by, 0), 255)) for value in colour)
    return red, green, blue


def slide(press: Press) -> None:
    """A title and a few large bullets, now and then a band behind the title."""
    rng, prose, look = press.rng, press.prose, press.look
    press.look = replace(look, align="left", hyphens=False, ligatures=False)
    flow = press.flow()
    top = flow.y
    align = prose.pick("left", "left", "centre")
    press.heading(flow, 1, prose.title(2, 7), align=align)
    if prose.chance(0.35):
        bright = sum(look.paper) > 380
        band = shade(look.paper, -float(rng.uniform(12, 40)) if bright else 30)
        press.rule((0, 0, press.size[1], flow.y + 0.2 * press.em), band)
    flow.y += max(0.0, (0.12 * press.size[0]) - (flow.y - top) * 0.3) * float(rng.random())
    way = rng.random()
    if way < 0.2:
        flow.add(press.look.text(prose.person()), press.look.setting(align=align))
        flow.add(
            press.look.text(f"{prose.company()}, {prose.date()}", press.look.style(0.8)), press.look.setting(0.8, align=align)
        )
    elif way < 0.85:
        press.items(flow, prose.integer(2, 6), most=prose.integer(30, 110))
        if prose.chance(0.3):
            press.paragraph(flow, prose.sentence(120))
    else:
        press.paragraph(flow, prose.sentence(200))
    press.footer()


def _row(press: Press, texts: list[str], at: tuple[float, float, float], gap: float) -> Letters | None:
    """Texts side by side as one line, as many as fit; `at` is x, baseline, width."""
    cells: list[Letters] = []
    stops: list[float] = []
    x = 0.0
    for text in texts:
        cell = press.look.text(text, press.look.style(0.9))
        if not cell.text.strip() or x + cell.width > at[2]:
            break
        if cells:
            stops.append(x)
        cells.append(cell)
        x += cell.width + gap
    if not cells:
        return None
    line = tabbed(cells, stops)
    press.put(line, at[0], at[1])
    return line


def window(press: Press) -> None:
    """A window or a web page: a bar with a title, a menu, some text and labels, buttons at the foot."""
    rng, prose = press.rng, press.prose
    look = press.look = replace(press.look, align="left", hyphens=False, indent=0.0, gap=0.6, ligatures=False)
    em, (height, width) = press.em, press.size
    bright = sum(look.paper) > 380
    bar = shade(look.paper, -22 if bright else 26)
    pad, y = 0.8 * em, 0.0
    if prose.chance(0.7):
        press.rule((0, 0, width, 2.0 * em), bar)
        title = press.fit(
            f"{prose.title(1, 4)} {prose.pick('-', '–', '|')} {prose.title(1, 2)}",
            look.style(0.9, bold=prose.chance(0.4)),
            width - 6 * em,
        )
        press.put(title, pad if prose.chance(0.6) else (width - title.width) / 2, 1.32 * em)
        for number, tint in enumerate(((236, 95, 87), (245, 190, 60), (90, 195, 85))):
            press.rule(
                (width - (1.3 + 1.2 * number) * em, 0.65 * em, width - (0.6 + 1.2 * number) * em, 1.35 * em),
                tint,
                round_by=0.4 * em,
            )
        y = 2.0 * em
    if prose.chance(0.7):
        _row(press, prose.pick(*MENUS).split(" "), (pad, y + 1.15 * em, width - 2 * pad), float(rng.uniform(0.8, 2.0)) * em)
        y += 1.8 * em
    buttons = prose.chance(0.7) and height > y + 8 * em
    flow = Flow(press.sheet, [Column(pad, y + pad, width - pad, height - (3.2 * em if buttons else 0.4 * em))])
    for _ in range(prose.integer(1, 7)):
        way = rng.random()
        if flow.full:
            break
        if way < 0.2:
            press.heading(flow, prose.integer(1, 3))
        elif way < 0.45:
            _field(press, flow, bright)
        elif way < 0.65:
            press.items(flow, prose.integer(2, 4), most=50)
        else:
            press.paragraph(flow, prose.paragraph(40, 260))
    if buttons:
        texts = [prose.pick(*BUTTONS) for _ in range(prose.integer(1, 4))]
        _buttons(press, texts, (pad, height - 1.5 * em, width - 2 * pad), bar)


def _field(press: Press, flow: Flow, bright: bool) -> None:
    """A label over a box that something was typed into."""
    em, prose = press.em, press.prose
    if flow.left_over < 5 * em:
        return
    flow.add(press.look.text(prose.words(2).capitalize(), press.look.style(0.85)), press.look.setting(0.85, after=0.2 * em))
    left, right = flow.column.left, flow.column.left + min(flow.width, 18 * em)
    press.rule((left, flow.y, right, flow.y + 1.8 * em), (170, 170, 170) if bright else (100, 100, 100), 1.0, 0.2 * em)
    typed = press.fit(
        prose.pick(prose.person(), prose.email(), prose.words(2), prose.date(), prose.url()),
        press.look.style(),
        right - left - em,
    )
    press.put(typed, left + 0.5 * em, flow.y + 1.2 * em)
    flow.y += 2.6 * em


def _buttons(press: Press, texts: list[str], at: tuple[float, float, float], fill: Colour) -> None:
    """A row of buttons; `at` is x, baseline, width."""
    em = press.em
    line = _row(press, texts, at, 2.4 * em)
    if line is None:
        return
    starts = [
        0,
        *(found + 1 for found in range(len(line.text)) if line.text[found] == " " and line.steps[found] > 1.5 * em),
        len(line.text) + 1,
    ]
    for start, stop in zip(starts, starts[1:], strict=False):
        left, right = at[0] + line.ends[start], at[0] + line.ends[stop - 1]
        press.rule((left - 0.7 * em, at[1] - 1.15 * em, right + 0.7 * em, at[1] + 0.6 * em), fill, round_by=0.3 * em)


def chat(press: Press) -> None:
    """Messages in bubbles left and right, with names and times."""
    rng, prose = press.rng, press.prose
    look = press.look = replace(press.look, align="left", hyphens=False, indent=0.0, gap=0.0, leading=1.25, ligatures=False)
    em, (height, width) = press.em, press.size
    tints = [shade(look.paper, value if sum(look.paper) < 380 else -value) for value in (18, 36)]
    y, first = 0.8 * em, prose.person()
    names = [first, prose.person()]
    while y < height - 4 * em:
        mine = prose.integer(0, 1)
        letters = look.text(prose.cut(prose.sentence(prose.integer(20, 180)), 180))
        widest = min(0.72 * width, max(letters.width, 4 * em)) + 1
        left = width - widest - 1.6 * em if mine else 1.6 * em
        left = max(left, 0.8 * em)
        head = press.fit(f"{names[mine]} {prose.time()}", look.style(0.75, bold=prose.chance(0.3)), widest)
        flow = Flow(press.sheet, [Column(left, y + 0.4 * em, left + widest, height - 0.8 * em)])
        if not flow.add(head, look.setting(0.75)) or not flow.add(letters, look.setting()):
            return
        press.rule(
            (left - 0.7 * em, y, min(left + widest + 0.7 * em, width - 1), flow.y + 0.4 * em), tints[mine], round_by=0.6 * em
        )
        y = flow.y + float(rng.uniform(0.9, 1.6)) * em


def editor(press: Press) -> None:
    """Program text as an editor or a book prints it; numbers of lines are not part of it and not drawn."""
    prose = press.prose
    flow = press.flow()
    if prose.chance(0.3):
        press.heading(flow, 2)
    if prose.chance(0.3):
        press.paragraph(flow, prose.sentence(200))
    code = press.look.code()
    leading = 1.3 * code.size
    lines = max(1, min(prose.integer(4, 40), int((flow.left_over - press.em) / leading) - 1))
    text = code_text(press, lines, flow.width - press.em)
    flow.add(
        compose([Run(text, code)]),
        replace(press.look.setting(), leading=leading, align="left", hyphens=False, after=0.6 * press.em),
        FENCE,
    )
    if prose.chance(0.3):
        press.paragraph(flow, prose.sentence(200))


def terminal(press: Press) -> None:
    """Commands and what they answer, monospaced, mostly light on dark."""
    prose = press.prose
    user = f"{prose.named('first', 'ada').lower()}@{prose.word().lower()}:~$ "
    style = press.look.style()
    wide = max(compose([Run("m", style)]).width, 1.0)
    most = max(int((press.area.right - press.area.left) / wide) - 1, 4)
    leading = 1.22 * style.size
    count = max(1, min(prose.integer(3, 30), int((press.area.bottom - press.area.top) / leading) - 1))
    lines = []
    while len(lines) < count:
        way = press.rng.random()
        if way < 0.3:
            lines.append(
                user
                + prose.pick(
                    "ls -la",
                    f"cd {prose.word().lower()}",
                    f"git commit -m '{prose.words(3)}'",
                    f"python {prose.word()}.py --n {prose.integer(1, 99)}",
                )
            )
        elif way < 0.6:
            name = f"{prose.word().lower()}.{prose.pick('txt', 'py', 'csv', 'png')}"
            lines.append(f"-rw-r--r-- 1 {prose.integer(10, 99999):>6} {prose.date()} {name}")
        elif way < 0.8:
            lines.append(f"[{prose.time()}] {prose.pick('INFO', 'WARN', 'ERROR', 'DEBUG')} {prose.words(4)}")
        else:
            lines.append(prose.sentence(most))
    text = "\n".join(line[:most].rstrip() for line in lines)
    flow = press.flow()
    flow.add(
        compose([Run(text, style)]),
        replace(press.look.setting(), leading=leading, align="left", hyphens=False, indents=()),
        FENCE,
    )
