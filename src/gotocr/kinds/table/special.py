"""Tables of a fixed form: statements of accounts, calendars, timetables, confusion matrices, invoices, forms, formulas."""

from __future__ import annotations

import calendar
import re
from typing import TYPE_CHECKING

from .cell import Cell
from .content import Content, Row
from .invented import vocabulary
from .values import DAYS, MONTHS, Values

if TYPE_CHECKING:
    import numpy as np

    from ...draw.supply import Supply

ELEMENTS = (
    "H Hydrogen 1.008;He Helium 4.0026;Li Lithium 6.94;Be Beryllium 9.0122;B Boron 10.81;C Carbon 12.011;"
    "N Nitrogen 14.007;O Oxygen 15.999;F Fluorine 18.998;Ne Neon 20.180;Na Sodium 22.990;Mg Magnesium 24.305;"
    "Al Aluminium 26.982;Si Silicon 28.085;P Phosphorus 30.974;S Sulfur 32.06;Cl Chlorine 35.45;Ar Argon 39.95;"
    "K Potassium 39.098;Ca Calcium 40.078;Fe Iron 55.845;Cu Copper 63.546;Zn Zinc 65.38;Ag Silver 107.87;"
    "Sn Tin 118.71;I Iodine 126.90;Au Gold 196.97;Hg Mercury 200.59;Pb Lead 207.2;U Uranium 238.03"
)
FORMULAS = [r"x^2", r"\alpha", r"\beta_i", r"\sigma^2", r"\frac{1}{2}", r"\sqrt{n}", r"\hat{\mu}", r"a + b", r"\sin x",
            r"e^{-x}", r"\int f\,dx", r"O(n \log n)", r"\lambda", r"\bar{x}", r"x_{i+1}", r"R^2", r"\Delta E", r"\frac{dy}{dx}",
            r"n!", r"\ln x", r"\pi r^2", r"\theta", r"\sum_i x_i", r"m_0 c^2", r"\cos\theta", r"k_B T", r"\mathbb{R}^n",
            r"\log_2 n", r"\rho", r"v_0"]  # fmt: skip


def special(rng: np.random.Generator, supply: Supply) -> Content:
    """One of them."""
    words, comma = vocabulary(rng, supply)
    values = Values(rng, supply, words, comma)
    makers = [
        statement,
        statement,
        statement,
        month,
        timetable,
        confusion,
        invoice,
        form,
        elements,
        ingredients,
        correlations,
        halves,
        laws,
        laws,
    ]
    return values.pick(makers)(values)


def statement(values: Values) -> Content:
    """A statement of accounts: sections, indented items, brackets for what is negative, sums."""
    rng = values.rng
    years = int(rng.integers(1, 4))
    year, sign, scale = int(rng.integers(1995, 2026)), values.pick(["$", "$", "€", "£", ""]), 10.0 ** rng.integers(3, 7)

    def amounts(mark: bool) -> list[Cell]:
        found = []
        for _ in range(years):
            value = (rng.random() - 0.2) * scale
            text = values.number(abs(value))
            text = f"({text})" if value < 0 else text
            found.append(Cell(values.pick(["—", "–", "-"]) if rng.random() < 0.04 else (sign if mark else "") + text))
        return found

    head = [
        Cell(values.pick(["", f"({sign or '$'} in thousands)", "In millions", "Note", ""])),
        *(Cell(str(year - at)) for at in range(years)),
    ]
    rows = [Row(tuple(head), "head")]
    if rng.random() < 0.4 and years > 1:
        span = values.pick(["Year", "Fiscal year", "Three months", "Years"])
        over = f"{span} ended {values.pick(MONTHS)} {int(rng.integers(28, 31))},"
        rows.insert(0, Row((Cell(""), Cell(over, years)), "head"))
    for number in range(int(rng.integers(1, 4))):
        title = values.words(1, 3)
        rows.append(Row((Cell(title + values.pick(["", ":"])), *(Cell("") for _ in range(years))), "section"))
        for at in range(int(rng.integers(2, 6))):
            rows.append(Row((Cell(values.words(1, 6)), *amounts(number == at == 0)), "body", 1))
        rows.append(Row((Cell(f"{values.pick(['Total', 'Net', 'Total'])} {title.lower()}"), *amounts(False)), "total"))
    return Content(tuple(rows), style="finance")


def month(values: Values) -> Content:
    """A month's calendar."""
    year, number = int(values.rng.integers(1950, 2040)), int(values.rng.integers(1, 13))
    first = int(values.rng.integers(2)) * 6
    days = [name[: values.pick([1, 2, 3, 3, 9])] for name in (DAYS[first:] + DAYS[:first])]
    width = min(len(day) for day in days)
    heads = [Row(tuple(Cell(day[: max(width, 2)] if width < 6 else day) for day in days), "head")]
    if values.rng.random() < 0.6:
        heads.insert(0, Row((Cell(f"{MONTHS[number - 1]} {year}", 7),), "head"))
    weeks = calendar.Calendar(first).monthdayscalendar(year, number)
    return Content(
        (*heads, *(Row(tuple(Cell(str(day) if day else "") for day in week)) for week in weeks)), stub=False, style="grid"
    )


def timetable(values: Values) -> Content:
    """Lessons or trains: times down or across, some reaching over several."""
    rng = values.rng
    if rng.random() < 0.5:
        stops, runs, start = int(rng.integers(4, 14)), int(rng.integers(2, 7)), int(rng.integers(300, 900))
        rows = [
            Row(
                (
                    Cell(values.pick(["Station", "Stop", "", "Train"])),
                    *(Cell(str(int(rng.integers(100, 9999)))) for _ in range(runs)),
                ),
                "head",
            )
        ]
        between = [int(rng.integers(60, 150)) for _ in range(runs)]
        at, stop = start, values.name().make
        for _ in range(stops):
            at += int(rng.integers(2, 25))
            times = [f"{(now := at + sum(between[:run])) // 60 % 24:02d}:{now % 60:02d}" for run in range(runs)]
            rows.append(
                Row((Cell(stop()), *(Cell(time if rng.random() > 0.06 else values.pick(["|", "–", "…"])) for time in times)))
            )
        return Content(tuple(rows))
    days, hours, start = DAYS[: int(rng.integers(3, 6))], int(rng.integers(4, 9)), int(rng.integers(7, 10))
    rows = [Row((Cell("Time"), *map(Cell, days)), "head")]
    lessons = [values.words(1, 2) for _ in range(6)]
    busy = [0] * len(days)
    for hour in range(hours):
        cells = [Cell(f"{start + hour}:00–{start + hour + 1}:00")]
        for day in range(len(days)):
            if busy[day]:
                busy[day] -= 1
                continue
            high = 2 if rng.random() < 0.15 and hour + 1 < hours else 1
            busy[day] = high - 1
            cells.append(Cell(values.pick([*lessons, ""]) if high == 1 else values.pick(lessons), 1, high))
        rows.append(Row(tuple(cells)))
    return Content(tuple(rows), style="grid")


def confusion(values: Values) -> Content:
    """What was predicted for what was true."""
    count = int(values.rng.integers(2, 7))
    names = [values.words(1, 1) for _ in range(count)] if values.rng.random() < 0.7 else [str(at) for at in range(count)]
    share = values.rng.random() < 0.4
    rows = [Row((Cell(values.pick(["", "True \\ Predicted", "Actual"])), *map(Cell, names)), "head")]
    if values.rng.random() < 0.5:
        rows.insert(0, Row((Cell(""), Cell(values.pick(["Predicted", "Predicted class", "Prediction"]), count)), "head"))
    for row, name in enumerate(names):
        weights = values.rng.random(count) * 0.2
        weights[row] += 1 + values.rng.random()
        cells = [Cell(values.number(weight / weights.sum(), 2) if share else str(int(weight * 90))) for weight in weights]
        rows.append(Row((Cell(name), *cells)))
    diagonal = frozenset((len(rows) - count + at, at + 1) for at in range(count)) if values.rng.random() < 0.4 else frozenset()
    return Content(tuple(rows), strong=diagonal)


def invoice(values: Values) -> Content:
    """Items with quantity, price and amount, sums under them whose labels reach over columns."""
    rng, sign = values.rng, values.pick(["$", "€", "£", ""])
    heads = values.pick(
        [
            ("Item", "Description", "Qty", "Unit price", "Amount"),
            ("#", "Product", "Quantity", "Price", "Total"),
            ("Pos.", "Article", "Pcs.", "Each", "Sum"),
        ]
    )
    rows, total = [Row(tuple(map(Cell, heads)), "head")], 0.0
    for number in range(int(rng.integers(1, 12))):
        count, price = int(rng.integers(1, 40)), round(float(rng.random()) * 10.0 ** rng.integers(1, 4), 2)
        total += count * price
        texts = (
            str(number + 1),
            values.words(1, 7),
            str(count),
            sign + values.number(price, 2),
            sign + values.number(count * price, 2),
        )
        rows.append(Row(tuple(map(Cell, texts))))
    rate = values.pick([5, 7, 8.25, 19, 20])
    wide = rng.random() < 0.6
    for label, amount in (("Subtotal", total), (f"Tax ({rate}%)", total * rate / 100), ("Total", total * (1 + rate / 100))):
        lead = (Cell(label, 4),) if wide else (Cell(""), Cell(""), Cell(""), Cell(label))
        rows.append(Row((*lead, Cell(sign + values.number(amount, 2))), "total"))
    return Content(tuple(rows), style="grid" if wide else "")


def form(values: Values) -> Content:
    """Fields with what was filled in, in one or two pairs of columns."""
    fields = ["Name", "Address", "City", "Date of birth", "Phone", "E-mail", "Nationality", "Occupation", "Signature", "Height",
              "Weight", "Status", "Order no.", "Delivery date", "Payment", "Reference", "Department", "Model", "Serial number",
              "Colour", "Material", "Size"]  # fmt: skip
    pairs = values.pick([1, 1, 2])
    makers = [values.name, values.date, values.code, values.choice, values.integer, values.money]
    rows = []
    for _ in range(int(values.rng.integers(2, 11))):
        cells: list[Cell] = []
        for _ in range(pairs):
            label = values.pick(fields) if values.rng.random() < 0.6 else values.words(1, 3)
            cells += [
                Cell(label + values.pick(["", ":"])),
                Cell("" if values.rng.random() < 0.12 else values.pick(makers)().make()),
            ]
        rows.append(Row(tuple(cells)))
    return Content(tuple(rows))


def elements(values: Values) -> Content:
    """Chemical elements."""
    listed = [(str(number + 1), *entry.split()) for number, entry in enumerate(ELEMENTS.split(";")[:20])]
    chosen = listed[int(values.rng.integers(0, 10)) :][: int(values.rng.integers(3, 12))]
    order = values.rng.permutation(4)[: int(values.rng.integers(2, 5))]
    heads = ("Z", "Symbol", "Element", "Atomic mass")
    rows = [Row(tuple(Cell(heads[at]) for at in order), "head"), *(Row(tuple(Cell(line[at]) for at in order)) for line in chosen)]
    return Content(tuple(rows))


def ingredients(values: Values) -> Content:
    """What goes into a dish or a mixture, by weight and share."""
    foods = ["Flour", "Sugar", "Butter", "Eggs", "Milk", "Salt", "Yeast", "Olive oil", "Water", "Rice", "Onions", "Garlic",
             "Lemon juice", "Honey", "Fat", "Saturates", "Carbohydrate", "Fibre", "Protein", "Sodium", "Vitamin C", "Calcium",
             "Iron", "Energy"]  # fmt: skip
    units = ["g", "ml", "kg", "tbsp", "tsp", "cups", "pinch", "mg", "kcal"]
    rows = [
        Row(
            tuple(
                map(
                    Cell,
                    values.pick([("Ingredient", "Amount", "Share"), ("Nutrient", "Per 100 g", "% DV"), ("", "Per serving", "%")]),
                )
            ),
            "head",
        )
    ]
    for at in values.rng.permutation(len(foods))[: int(values.rng.integers(3, 12))]:
        amount = values.pick(
            [str(int(values.rng.integers(1, 900))), values.number(values.rng.random() * 9, 1), "½", "1½", "¼", "<0.5"]
        )
        rows.append(Row((Cell(foods[at]), Cell(f"{amount} {values.pick(units)}"), Cell(f"{int(values.rng.integers(0, 101))}%"))))
    return Content(tuple(rows))


def correlations(values: Values) -> Content:
    """The lower half of a matrix, stars for what is significant, the rest empty."""
    count, places = int(values.rng.integers(3, 8)), values.pick([2, 3])
    names = [f"{at + 1}. {values.words(1, 2)}" for at in range(count)]
    rows = [Row((Cell(values.pick(["", "Variable"])), *(Cell(str(at + 1)) for at in range(count))), "head")]
    for row in range(count):
        cells = []
        for column in range(count):
            value = values.rng.random() * 2 - 1
            text = values.number(value, places) + ("**" if abs(value) > 0.8 else "*" if abs(value) > 0.6 else "")
            cells.append(Cell(text if column < row else values.pick(["—", "1"]) if column == row else ""))
        rows.append(Row((Cell(names[row]), *cells)))
    return Content(tuple(rows))


def halves(values: Values) -> Content:
    """A long narrow list set twice side by side."""
    columns = [values.column() for _ in range(int(values.rng.integers(1, 4)))]
    names = values.name().make if values.rng.random() < 0.5 else values.code().make
    head = [Cell(values.words(1, 1)), *(Cell(column.heading) for column in columns)]
    rows = [Row((*head, *head), "head")]
    for _ in range(int(values.rng.integers(3, 16))):
        rows.append(Row(tuple(Cell(text) for _ in range(2) for text in (names(), *(column.make() for column in columns)))))
    return Content(tuple(rows))


def laws(values: Values) -> Content:
    """Formulas with their names and values."""
    heads = values.pick([("Symbol", "Meaning", "Value"), ("Name", "Formula", "Remark"), ("Quantity", "Expression", "Unit")])
    last = values.column()
    rows = [Row(tuple(map(Cell, heads)), "head")]
    for _ in range(int(values.rng.integers(2, 9))):
        formula, word = f"\x02{_formula(values)}\x03", values.words(1, 4)
        rows.append(
            Row(
                (
                    Cell(formula if heads[0] == "Symbol" else word),
                    Cell(word if heads[0] == "Symbol" else formula),
                    Cell(last.make()),
                )
            )
        )
    return Content(tuple(rows))


def _formula(values: Values) -> str:
    """A short formula, of the corpus if it has one soon."""
    items = values.supply.items("latex_formulas")
    for _ in range(3 if items and values.rng.random() < 0.6 else 0):
        found = values.pick(items).strip()
        if len(found) < 40 and not re.search(r"[&<>\n]|\\\\|\\begin|\\tag", found):
            return found
    return values.pick(FORMULAS)
