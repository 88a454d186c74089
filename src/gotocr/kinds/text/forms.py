"""Papers of everyday life: forms, receipts, letters and cards."""

from __future__ import annotations

from dataclasses import replace

from .flow import ASCENT, Flow
from .letters import Letters, Row, Run, compose, tabbed
from .look import WHITE
from .press import Press
from .sheet import PARAGRAPH, TIGHT, Marks

FIELDS = """\
Name, First name, Surname, Date of birth, Address, Street, City, Postal code, Country, Telephone, E-mail, Occupation, \
Nationality, Passport No., Invoice No., Order number, Customer ID, Date, Signature, Amount due, Account holder, IBAN, \
Department, Employer, Vorname, Geburtsdatum, Straße, Ort, Unterschrift, Nom, Prénom, Adresse, Ville, Téléphone, Nombre, \
Apellidos, Dirección, Fecha, Cognome, Indirizzo, Città, Nome, Endereço, Data de nascimento, Policy number""".split(", ")


def _line(press: Press, flow: Flow, letters: Letters, marks: Marks, height: float = 1.5) -> float | None:
    """Write one line at the flow's place; the baseline, None when there was no room."""
    tall = height * letters.size
    if flow.y + tall > flow.column.bottom and not flow.turn():
        return None
    y = flow.y + (tall - letters.size) / 2 + ASCENT * letters.size
    press.sheet.write(letters, [Row(0, len(letters.text), len(letters.text))], [(flow.column.left, y, 0.0)], marks)
    flow.y += tall
    return y


def form(press: Press) -> None:
    """Labels with values, empty fields, boxes and questions to tick."""
    rng, prose, look = press.rng, press.prose, press.look
    flow = press.flow()
    press.heading(flow, 1, align=prose.pick("left", "centre"))
    if prose.chance(0.4):
        flow.add(look.text(prose.sentence()), look.setting())
    boxed, height = prose.chance(0.35), float(rng.uniform(1.5, 2.3))
    stop = float(rng.uniform(7, 12)) * press.em
    aligned, typed = prose.chance(0.6), prose.chance(0.4)
    while not flow.full:
        way = rng.random()
        if way < 0.15:
            press.heading(flow, 2, numbered=False)
        for number in range(prose.integer(2, 7)):
            marks = PARAGRAPH if number == 0 else TIGHT
            if way > 0.8:
                if not _tick(press, flow, marks, height):
                    return
                continue
            label = press.fit(
                FIELDS[prose.integer(0, len(FIELDS) - 1)] + prose.pick(":", ":", "", "."),
                look.style(bold=prose.chance(0.2)),
                flow.width - 2 * press.em,
            )
            x = max(stop, label.width + press.em) if aligned else label.width + 0.5 * press.em
            letters = label
            if x < flow.width - 3 * press.em and prose.chance(0.75):
                value = prose.pick(
                    prose.person,
                    prose.place,
                    prose.date,
                    prose.phone,
                    prose.email,
                    prose.street,
                    prose.code,
                    prose.money,
                    prose.number,
                )()
                style = look.code(0.95) if typed else look.style(italic=False)
                letters = tabbed([label, press.fit(value, style, flow.width - x)], [x])
            y = _line(press, flow, letters, marks, height)
            if y is None:
                return
            if flow.width - x > 3 * press.em:
                _field(press, (flow.column.left + x, y, flow.column.right), boxed)
        flow.skip(0.6 * press.em)


def _field(press: Press, place: tuple[float, float, float], boxed: bool) -> None:
    """The line, or the box, that a value stands on or in; `place` is left, baseline, right."""
    left, y, right = place
    gray = (140, 140, 140)
    if boxed:
        press.rule((left - 0.25 * press.em, y - 1.0 * press.em, right, y + 0.4 * press.em), gray, 1.0)
    else:
        press.rule((left, y + 0.28 * press.em, right, y + 0.28 * press.em + max(1.0, 0.04 * press.em)), gray)


def _tick(press: Press, flow: Flow, marks: Marks, height: float) -> bool:
    """A line with a box to tick: the box is `[ ]` or `[x]` in the truths."""
    ticked = press.prose.chance(0.4)
    box = compose([Run("[x]" if ticked else "[ ]", press.look.style())])
    em = press.em
    box.ids[:], box.ink[:] = -1, (0.0, -0.8 * em, 0.33 * em, 0.1 * em)
    box.widen(slice(None), 0.36 * em)
    letters = tabbed(
        [box, press.fit(press.prose.words(press.prose.integer(1, 6)), press.look.style(), flow.width - 2 * em)], [1.6 * em]
    )
    y = _line(press, flow, letters, marks, height)
    if y is None:
        return False
    left = flow.column.left + 0.05 * em
    sides = (left, y - 0.8 * em, left + 0.9 * em, y + 0.1 * em)
    press.rule(sides, None, max(1.0, 0.07 * em))
    if ticked:
        press.cross(sides)
    return True


def receipt(press: Press) -> None:
    """A till's strip: monospaced, prices at the right, sums, thanks."""
    prose, look = press.prose, press.look
    flow = press.flow()
    width, centre = flow.width, look.setting(leading=1.25 * press.em, align="centre", hyphens=False, after=0.0)
    top = [prose.company().upper(), prose.street(), prose.town(), prose.phone(), f"{prose.date()} {prose.time()}"]
    flow.add(look.text("\n".join(line for line in top if prose.chance(0.8)) or top[0]), centre)
    flow.skip(0.5 * press.em)
    if prose.chance(0.6):
        _dashes(press, flow)
    total = 0.0
    style = look.style()
    for number in range(prose.integer(2, 14)):
        price = prose.amount(120)
        total += price
        text = f"{price:.2f}" + prose.pick("", "", " A", " *")
        name = prose.words(prose.integer(1, 3))
        name = name.upper() if look.bold_heads else name
        count = f"{prose.integer(1, 4)} x " if prose.chance(0.3) else ""
        value = look.text(text, style)
        left = press.fit(count + name, style, width - value.width - press.em)
        if (
            flow.left_over < 4 * press.em
            or _line(press, flow, press.ends(left, value, width), PARAGRAPH if number == 0 else TIGHT, 1.25) is None
        ):
            break
    _dashes(press, flow)
    rows = [
        ("SUBTOTAL", total),
        ("TAX", total * 0.08),
        ("TOTAL", total * 1.08),
        (prose.pick("CASH", "VISA", "CARD", "EC-Karte"), total * 1.08),
    ]
    for number, (label, value) in enumerate(rows[prose.integer(0, 2) :]):
        style = look.style(bold=label == "TOTAL")
        line = press.ends(look.text(label, style), look.text(f"{value:.2f}", style), width)
        if flow.left_over < 1.3 * press.em or _line(press, flow, line, PARAGRAPH if number == 0 else TIGHT, 1.25) is None:
            return
    flow.skip(0.6 * press.em)
    flow.add(
        look.text(
            prose.pick(
                "THANK YOU!", "Thank you for your visit", "Merci de votre visite", "Vielen Dank!", "¡Gracias!", prose.code()
            )
        ),
        centre,
    )


def _dashes(press: Press, flow: Flow) -> None:
    """A row of dashes or a rule across; not written."""
    if press.prose.chance(0.5):
        flow.y += 0.3 * press.em
        press.rule((flow.column.left, flow.y, flow.column.right, flow.y + 1))
        flow.y += 0.4 * press.em
        return
    style = press.look.style()
    step = max(compose([Run("-", style)]).width, 1.0)
    press.sheet.ornament("-" * int(flow.width / step), (flow.column.left, flow.y + 0.7 * press.em), style)
    flow.y += 1.1 * press.em


def letter(press: Press) -> None:
    """Sender, date, address, salutation, paragraphs, close and name."""
    prose, look = press.prose, press.look
    flow = press.flow()
    plain = look.setting(align="left", hyphens=False, after=press.em)
    head = "\n".join([prose.company() if prose.chance(0.5) else prose.person(), prose.street(), prose.town()])
    flow.add(look.text(head, look.style(0.95)), replace(plain, align=prose.pick("left", "right", "centre")))
    flow.add(
        look.text(f"{prose.place()}, {prose.date()}" if prose.chance(0.4) else prose.date()),
        replace(plain, align=prose.pick("left", "right")),
    )
    name = prose.person()
    flow.add(look.text("\n".join([name, prose.street(), prose.town()])), plain)
    if prose.chance(0.5):
        runs = [Run(prose.pick("Subject: ", "Re: ", "") + prose.title(3, 7), look.style(bold=True))]
        flow.add(look.compose(*runs), plain)
    greeting = {
        "de": f"Sehr geehrte Frau {name.split()[-1]},",
        "fr": "Madame, Monsieur,",
        "es": f"Estimado señor {name.split()[-1]}:",
        "it": f"Gentile {name},",
        "pt": f"Prezado {name},",
    }
    flow.add(
        look.text(
            greeting.get(prose.language, prose.pick(f"Dear {name},", "Dear Sir or Madam,", f"Dear Mr. {name.split()[-1]}:"))
        ),
        plain,
    )
    room = 5 * look.leading * press.em
    for _ in range(prose.integer(1, 4)):
        if flow.left_over > room + 3 * press.em:
            press.paragraph(
                flow, prose.cut(prose.paragraph(100, 600), int((flow.left_over - room) * flow.width / (0.75 * press.em**2)))
            )
    flow.skip(0.5 * press.em)
    close = {
        "de": "Mit freundlichen Grüßen",
        "fr": "Cordialement,",
        "es": "Atentamente,",
        "it": "Distinti saluti,",
        "pt": "Atenciosamente,",
    }
    flow.add(
        look.text(close.get(prose.language, prose.pick("Sincerely,", "Yours faithfully,", "Best regards,", "Kind regards,"))),
        replace(plain, after=2 * press.em),
    )
    flow.add(look.text(prose.person()), plain)


def card(press: Press) -> None:
    """A business card or label: a few lines of different sizes."""
    prose, look = press.prose, press.look
    press.rule((0, 0, press.size[1], press.size[0]), look.paper if look.paper != WHITE else (250, 250, 246))
    flow = press.flow()
    align = prose.pick("left", "centre", "right")
    flow.add(look.text(prose.person(), look.heading(1.5)), look.setting(1.5, align=align, hyphens=False, after=0.1 * press.em))
    flow.add(
        look.text(prose.pick(prose.words(2).title(), prose.company()), look.style(italic=prose.chance(0.4))),
        look.setting(align=align, after=press.em),
    )
    makers = (prose.company, prose.street, prose.town, prose.phone, prose.email, prose.domain)
    lines = [maker() for maker in makers if prose.chance(0.7)]
    if lines:
        flow.add(look.text("\n".join(lines), look.style(0.9)), look.setting(0.9, align=align, hyphens=False))
