"""Invented values of one column each: numbers with units, shares, money, ranges, tests, dates, codes, marks, words."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np

    from ...draw.supply import Supply

Maker = Callable[[], str]
MONTHS = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]
DAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]


class Column:
    """A heading, how its values are made, and whether they are numbers."""

    def __init__(self, heading: str, make: Maker, number: bool = True) -> None:
        self.heading, self.make, self.number = heading, make, number


class Values:
    """Makes columns by chance. `comma`: decimals behind a comma, thousands parted by a dot, as on the continent."""

    def __init__(self, rng: np.random.Generator, supply: Supply, words: Callable[[int, int], str], comma: bool = False) -> None:
        self.rng, self.supply, self.words, self.comma = rng, supply, words, comma
        self.minus = self.pick(["-", "−", "–"])

    def pick(self, choices):
        return choices[int(self.rng.integers(len(choices)))]

    def number(self, value: float, places: int = 0, grouped: bool = True) -> str:
        text = f"{abs(value):,.{places}f}" if grouped else f"{abs(value):.{places}f}"
        if self.comma:
            text = text.translate(str.maketrans(",.", ".,"))
        return (self.minus if value < 0 and text.strip("0.,") else "") + text

    def column(self, numeric: bool = False) -> Column:
        """Any column; with `numeric` one of numbers."""
        makers = [
            self.integer,
            self.integer,
            self.real,
            self.real,
            self.real,
            self.percent,
            self.money,
            self.plus_minus,
            self.share,
            self.interval,
            self.test,
            self.scientific,
        ]
        if not numeric:
            makers += [self.date, self.time, self.code, self.mark, self.span, self.name, self.choice, self.year]
        return self.pick(makers)()

    def integer(self) -> Column:
        scale = 10.0 ** self.rng.integers(1, 7)
        return Column(
            self.pick(["N", "n", "Count", "Total", "No.", "Number", self.words(1, 3)]),
            lambda: self.number(float(self.rng.integers(0, scale))),
        )

    def real(self) -> Column:
        places, scale, below = int(self.rng.integers(1, 5)), 10.0 ** self.rng.integers(0, 4), self.rng.random() < 0.25
        unit = self.pick(
            [
                "",
                "",
                " (mm)",
                " (kg)",
                " (%)",
                " (s)",
                " [ms]",
                " (°C)",
                " (mg/L)",
                " (km)",
                " (m²)",
                " (kg/m³)",
                " (μm)",
                " (kJ mol⁻¹)",
            ]
        )
        heading = self.pick(
            ["Mean", "SD", "Median", "Score", "Rate", "F1", "AUC", "Accuracy", "Loss", "RMSE", "r²", "β", self.words(1, 2)]
        )
        return Column(heading + unit, lambda: self.number((self.rng.random() - 0.3 * below) * scale, places))

    def percent(self) -> Column:
        places, sign = int(self.rng.integers(0, 3)), self.rng.random() < 0.6
        return Column(
            self.pick(["%", "Share", "Percent", "Growth", "Change"]),
            lambda: self.number(self.rng.random() * 100, places) + ("%" if sign else ""),
            True,
        )

    def money(self) -> Column:
        sign, places, brackets = self.pick(["$", "€", "£", "", "$", "US$", "¥"]), self.pick([0, 0, 2]), self.rng.random() < 0.5
        scale, behind = 10.0 ** self.rng.integers(2, 7), self.comma and sign == "€"

        def make() -> str:
            value = (self.rng.random() - 0.15) * scale
            text = self.number(abs(value), places)
            text = f"{text} {sign}" if behind else sign + text
            return text if value >= 0 else f"({text})" if brackets else self.minus + text

        return Column(self.pick(["Price", "Amount", "Cost", "Revenue", "Net", "Budget", self.words(1, 2)]), make)

    def plus_minus(self) -> Column:
        places, space, scale = (
            int(self.rng.integers(1, 4)),
            self.pick([" ± ", "±", " ± ", " (±"]),
            10.0 ** self.rng.integers(0, 3),
        )

        def make() -> str:
            mean, off = self.rng.random() * scale, self.rng.random() * scale * 0.1
            return f"{self.number(mean, places)}{space}{self.number(off, places)}" + (")" if "(" in space else "")

        return Column(self.pick(["Mean ± SD", "Value", "BLEU", "Dose", self.words(1, 2)]), make)

    def share(self) -> Column:
        """Counts with their share of all, as medical papers print them."""
        places, total = self.pick([0, 1, 1]), int(self.rng.integers(30, 5000))

        def make() -> str:
            count = int(self.rng.integers(0, total))
            return f"{count} ({self.number(100 * count / total, places)})"

        return Column(self.pick(["n (%)", f"(N = {total})", "No. (%)", self.words(1, 2)]), make)

    def interval(self) -> Column:
        form, places = self.pick(["{}–{}", "{} to {}", "({}, {})", "[{}; {}]", "{}-{}"]), self.pick([1, 2, 2, 3])

        def make() -> str:
            low = self.rng.random() * 4
            return form.format(self.number(low, places), self.number(low + self.rng.random() * 3, places))

        return Column(self.pick(["95% CI", "95 % CI", "Range", "IQR", "CI"]), make)

    def test(self) -> Column:
        places = self.pick([2, 3, 3, 4])
        stars = self.rng.random() < 0.2

        def make() -> str:
            value = self.rng.random() ** 3
            least = 10.0**-places
            text = f"<{self.number(least, places)}" if value < least else self.number(value, places)
            return text + (self.pick(["*", "**", "***", ""]) if stars and value < 0.05 else "")

        return Column(self.pick(["P", "p", "P value", "p-value", "Sig."]), make)

    def scientific(self) -> Column:
        form = self.pick(["{}E-{:02d}", "{}e-{:02d}", "{} × 10⁻{}", "{}×10⁻{}"])
        raised = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")

        def make() -> str:
            power = int(self.rng.integers(1, 12))
            return form.format(
                self.number(1 + self.rng.random() * 9, 2), str(power).translate(raised) if "10⁻" in form else power
            )

        return Column(self.pick(["k", "P value", "D (m² s⁻¹)", "Activity"]), make)

    def date(self) -> Column:
        form = self.pick(
            [
                "{y}-{m:02d}-{d:02d}",
                "{d:02d}/{m:02d}/{y}",
                "{d}.{m}.{y}",
                "{d} {month} {y}",
                "{month} {d}, {y}",
                "{short} {d}",
                "{short}-{yy:02d}",
            ]
        )

        def make() -> str:
            y, m, d = (int(self.rng.integers(low, high)) for low, high in ((1950, 2027), (1, 13), (1, 29)))
            return form.format(y=y, m=m, d=d, month=MONTHS[m - 1], short=MONTHS[m - 1][:3], yy=y % 100)

        return Column(self.pick(["Date", "Due", "Issued", "Updated", "Start"]), make, False)

    def time(self) -> Column:
        form = self.pick(["{:02d}:{:02d}", "{}:{:02d}", "{:02d}.{:02d}", "{}h{:02d}"])
        return Column(
            self.pick(["Time", "Departs", "Arrives", "Duration"]),
            lambda: form.format(int(self.rng.integers(0, 24)), int(self.rng.integers(0, 60))),
            False,
        )

    def year(self) -> Column:
        return Column("Year", lambda: str(int(self.rng.integers(1900, 2027))), False)

    def code(self) -> Column:
        letters, digits, between = int(self.rng.integers(0, 4)), int(self.rng.integers(3, 7)), self.pick(["", "-", "/", ".", " "])

        def make() -> str:
            head = "".join(chr(65 + int(self.rng.integers(26))) for _ in range(letters))
            return head + (between if head else "") + "".join(str(int(self.rng.integers(10))) for _ in range(digits))

        return Column(self.pick(["Code", "ID", "Part no.", "Ref.", "SKU", "No."]), make, False)

    def mark(self) -> Column:
        marks = self.pick(
            [("✓", ""), ("x", ""), ("Yes", "No"), ("yes", "no"), ("✓", "✗"), ("●", "○"), ("+", "−"), ("Y", "N"), ("X", "")]
        )
        return Column(self.words(1, 2), lambda: marks[int(self.rng.random() < 0.45)], False)

    def span(self) -> Column:
        between = self.pick(["–", "-", " – ", " to "])

        def make() -> str:
            low = int(self.rng.integers(1, 90))
            return f"{low}{between}{low + int(self.rng.integers(1, 20))}"

        return Column(self.pick(["Age", "Range", "Weeks", "Pages"]), make, False)

    def name(self) -> Column:
        names = self.supply.items("names_en")
        if not names:
            return Column("Name", lambda: self.words(2, 2), False)
        return Column(
            self.pick(["Name", "Contact", "Place", "Site"]), lambda: self.pick(names).rpartition("\t")[2].strip(), False
        )

    def choice(self) -> Column:
        """A few words again and again."""
        length = self.pick([1, 1, 2, 3, 6])
        words = [self.words(1, length) for _ in range(int(self.rng.integers(2, 6)))]
        return Column(self.pick(["Type", "Status", "Category", "Group", self.words(1, 1)]), lambda: self.pick(words), False)
