"""Charts of invented numbers: surveys, companies, weather, budgets, measurements; words partly from the corpus."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from ...draw.plot.chance import choice
from ...draw.plot.chart import Chart, Series
from ...draw.plot.numbers import Figures, spread
from . import topics as w
from .tables import _texts as keep_texts
from .tables import figures_for, rounded, suitable

if TYPE_CHECKING:
    from ...draw.supply import Supply


def invent(rng: np.random.Generator, supply: Supply) -> Chart:
    """A chart of one of the topics."""
    topics = (survey, survey, survey, over_time, over_time, amounts, amounts, parts, parts, measured, counted)
    return topics[int(rng.integers(len(topics)))](rng, supply)


def pick(rng: np.random.Generator, pool: tuple[str, ...], count: int) -> list[str]:
    """`count` different ones of a pool, in its order."""
    return [pool[k] for k in sorted(rng.choice(len(pool), min(count, len(pool)), replace=False))]


def phrase(rng: np.random.Generator, supply: Supply, least: int, most: int) -> str:
    """A few words of running text, without white space or marks at its ends."""
    count = int(rng.integers(least, most + 1))
    words = supply.corpus.passage(rng, 14 * most + 20).split()[1 : count + 1]
    text = " ".join(words).strip(" ,.;:!?-–—()[]{}\"'“”„`*_#|")[: 14 * most]
    return (text[:1].upper() + text[1:]) if rng.random() < 0.8 else text


def names(rng: np.random.Generator, supply: Supply, count: int) -> list[str]:
    """Different names of things: countries, people, products, or words of the corpus."""
    pool: list[str] = []
    for _ in range(4 * count):
        if len(pool) == count:
            break
        found = _name(rng, supply)
        if found and found not in pool:
            pool.append(found)
    return pool if len(pool) == count else pick(rng, w.COUNTRIES, count)


def _name(rng: np.random.Generator, supply: Supply) -> str:
    listed = supply.items("names_en")
    if listed and rng.random() < 0.7:
        return listed[int(rng.integers(len(listed)))].partition("\t")[2].split(",")[0].strip()
    return phrase(rng, supply, 1, 3)


def categories(rng: np.random.Generator, supply: Supply, count: int) -> list[str]:
    """Names of one sort."""
    chance = rng.random()
    if chance < 0.45:
        pool = w.POOLS[int(rng.integers(len(w.POOLS)))]
        found = pick(rng, pool, min(count, len(pool)))
        return [found[k] for k in rng.permutation(len(found))] if rng.random() < 0.4 else found
    if chance < 0.75:
        return names(rng, supply, count)
    found: list[str] = []
    while len(found) < count:
        text = phrase(rng, supply, 1, int(choice(rng, [2, 4, 8])))
        if text and text not in found:
            found.append(text)
    return found


def title(rng: np.random.Generator, supply: Supply, made: str) -> str:
    chance = rng.random()
    return "" if chance < 0.1 else phrase(rng, supply, 2, 14) if chance < 0.4 else made


def foot(rng: np.random.Generator, supply: Supply, chart: Chart, often: float = 0.35) -> Chart:
    """With a note, a source, and a line of its maker, each now and then."""
    maker = choice(rng, w.MAKERS)
    note = f"Note: {phrase(rng, supply, 4, 22)}." if rng.random() < often * 0.7 else ""
    source = ""
    if rng.random() < often * 1.3:
        source = f"Source: {choice(rng, w.SOURCES)} {int(rng.integers(1990, 2026))}"
        source = source if rng.random() < 0.6 else f"Source: {maker}, {phrase(rng, supply, 2, 9)}"
    credit = maker.upper() if rng.random() < often * 0.9 and source else ""
    return replace(chart, note=note, source=source, credit=credit)


def survey(rng: np.random.Generator, supply: Supply) -> Chart:
    """Shares of people who say this or that."""
    groups = pick(rng, w.GROUPS[int(rng.integers(len(w.GROUPS)))], 9) if rng.random() < 0.5 else []
    rows = groups if len(groups) > 1 and rng.random() < 0.85 else _statements(rng, supply)
    answers = list(w.ANSWERS[int(rng.integers(len(w.ANSWERS)))])
    count = len(answers) if rng.random() < 0.65 else 1
    table = np.array([_shares(rng, len(answers), count) for _ in rows])
    series = [Series(name, tuple(int(v) for v in table[:, i])) for i, name in enumerate(answers[:count])]
    if count == 1:
        kind = choice(rng, ["horizontal bar", "bar", "pie"], p=[0.75, 0.22, 0.03]) if len(rows) < 8 else "horizontal bar"
    else:
        kinds = ["stacked horizontal bar", "horizontal bar", "bar", "stacked bar", "panel bar"]
        kind = choice(rng, kinds, p=[0.5, 0.15, 0.1, 0.1, 0.15])
        if count == 2:
            kind = "diverging bar" if rng.random() < 0.35 else kind
        if kind == "stacked horizontal bar" and rng.random() < 0.25:
            series.append(Series(choice(rng, ["NET", "Net", "Total", "Sum"]), tuple(int(v) for v in table.sum(1)), True))
    question = choice(rng, w.QUESTIONS)
    chart = Chart(
        kind,
        tuple(series),
        tuple(rows),
        title=title(rng, supply, choice(rng, w.HEADLINES)),
        subtitle=question if rng.random() < 0.85 else "",
        figures=Figures(suffix="%" if rng.random() < 0.5 else ""),
        named=count > 1,
    )
    return foot(rng, supply, chart, 0.75)


def _statements(rng: np.random.Generator, supply: Supply) -> list[str]:
    count = int(rng.integers(2, 12))
    return pick(rng, w.STATEMENTS, count) if rng.random() < 0.5 else categories(rng, supply, count)


def _shares(rng: np.random.Generator, answers: int, count: int) -> list[int]:
    """Whole percents of the first answers; the rest did not answer."""
    shares = spread(100 - float(choice(rng, [0, 0, 1, 3])), answers, rng, 2.5)
    return [max(1, round(share)) for share in shares][:count]


def over_time(rng: np.random.Generator, supply: Supply) -> Chart:
    """One to five quantities by years, quarters or months."""
    labels, steps = _calendar(rng)
    count = int(choice(rng, [1, 2, 3, 4, 5], p=[0.45, 0.25, 0.15, 0.1, 0.05]))
    subject, unit = w.SUBJECTS[int(rng.integers(len(w.SUBJECTS)))]
    level = float(rng.uniform(3, 60)) if unit == "%" else 10 ** float(rng.uniform(0.3, 4.2))
    figures = figures_for(rng, level * 1.6, _unit(rng, unit))
    series = []
    for name in names(rng, supply, count):
        drift = np.cumsum(rng.normal(float(rng.uniform(-0.05, 0.08)), 0.09, len(labels)))
        path = level * float(rng.uniform(0.4, 1.3)) * np.exp(np.clip(drift, -1.5, 0.6))
        series.append(Series(name, tuple(rounded(float(v), figures) for v in path)))
    chart = Chart(
        "",
        tuple(series),
        tuple(labels),
        steps,
        figures=figures,
        y=subject if not unit else f"{subject} ({unit})",
        named=count > 1,
    )
    if "bar" in (kind := suitable(rng, chart)) and len(labels) * count > 30:
        kind = "line"
    kind = "line" if not steps and kind in ("pie", "donut") else kind
    made = f"{subject}, {labels[0]}–{labels[-1]}" if steps else subject
    chart = replace(
        chart, type=kind, title=title(rng, supply, made), x=choice(rng, ["Year", "Time", "", ""]) if steps else ""
    )
    return foot(rng, supply, keep_texts(rng, chart) if rng.random() < 0.5 else chart)


def _calendar(rng: np.random.Generator) -> tuple[list[str], tuple[float, ...]]:
    how, count = rng.random(), int(rng.integers(3, 16))
    if how < 0.6:
        every = int(choice(rng, [1, 1, 1, 2, 4, 5, 10]))
        first = int(rng.integers(1950, 2026 - every * (count - 1))) if every * count < 70 else 1850
        years = [first + every * k for k in range(count)]
        if rng.random() < 0.2:
            years = sorted({int(year) for year in rng.choice(np.arange(first, first + every * count), count)})
        if len(years) < 3:
            years = [first, first + 1, first + 2]
        return [str(year) for year in years], tuple(map(float, years))
    if how < 0.8:
        months = w.MONTHS[int(rng.integers(len(w.MONTHS)))]
        return (list(months), ()) if rng.random() < 0.6 else (list(months[: max(3, count % 12)]), ())
    if how < 0.9:
        first = int(rng.integers(1995, 2024))
        quarters = [f"Q{k % 4 + 1} {first + k // 4}" for k in range(min(count, 12))]
        return quarters, ()
    first = int(rng.integers(0, 12))
    year = int(rng.integers(1990, 2025))
    return [f"{w.MONTHS[0][(first + k) % 12]} {year + (first + k) // 12}" for k in range(min(count, 10))], ()


def _unit(rng: np.random.Generator, unit: str) -> Figures:
    if unit == "%":
        return Figures(suffix="%")
    if unit in ("$", "€", "£") and rng.random() < 0.7:
        return Figures(suffix=" €") if unit == "€" and rng.random() < 0.5 else Figures(prefix=unit)
    if unit in ("kg", "km", "°C", "GWh", "mm") and rng.random() < 0.25:
        return Figures(suffix=" " + unit)
    return Figures()


def amounts(rng: np.random.Generator, supply: Supply) -> Chart:
    """Sizes of things of one sort, some with several series."""
    rows = categories(rng, supply, int(rng.integers(2, 13)))
    count = int(choice(rng, [1, 2, 3, 4], p=[0.5, 0.25, 0.17, 0.08]))
    subject, unit = w.SUBJECTS[int(rng.integers(len(w.SUBJECTS)))]
    level = float(rng.uniform(3, 50)) if unit == "%" else 10 ** float(rng.uniform(0.5, 5))
    figures = figures_for(rng, level * 1.5, _unit(rng, unit), "KMB" if level > 3e3 and rng.random() < 0.4 else "")
    spread_out = float(choice(rng, [0.3, 0.6, 1.0]))
    values = level * np.exp(rng.normal(0, spread_out, (len(rows), count)))
    if rng.random() < 0.08:
        values *= np.where(rng.random(values.shape) < 0.35, -0.6, 1.0)
    heads = [str(2026 - k) for k in range(count)][::-1] if rng.random() < 0.4 else names(rng, supply, count)
    series = tuple(Series(name, tuple(rounded(float(v), figures) for v in values[:, i])) for i, name in enumerate(heads))
    chart = Chart("", series, tuple(rows), figures=figures, y=subject if not unit else f"{subject} ({unit})", named=count > 1)
    chart = replace(chart, type=suitable(rng, chart), title=title(rng, supply, f"{subject} by {choice(rng, w.SORTS)}"))
    if count == 1 and rng.random() < 0.5:
        order = np.argsort([-v for v in series[0].values], kind="stable")
        chart = replace(
            chart,
            categories=tuple(rows[k] for k in order),
            series=(replace(series[0], values=tuple(series[0].values[k] for k in order)),),
        )
    chart = replace(
        chart, subtitle=phrase(rng, supply, 3, 12) if rng.random() < 0.25 else "", x=choice(rng, w.SORTS).capitalize()
    )
    return foot(rng, supply, keep_texts(rng, chart))


def parts(rng: np.random.Generator, supply: Supply) -> Chart:
    """Shares of a whole: pies, rings, stacked bars of 100 percent."""
    count = int(rng.integers(2, 9))
    rows = categories(rng, supply, count)
    subject = choice(rng, w.WHOLES)
    if rng.random() < 0.7:
        shares = spread(100.0, len(rows), rng, 2.0)
        places = int(choice(rng, [0, 0, 1]))
        values = [round(float(share), places) for share in shares]
        values[int(np.argmax(values))] += round(100 - sum(values), places)
        values = [max(round(value, places), 1 if not places else 0.5) for value in values]
        figures = Figures(places=places, suffix="%" if rng.random() < 0.85 else "")
        chart = Chart(
            choice(rng, ["pie", "donut"], p=[0.6, 0.4]),
            (Series("", tuple(values)),),
            tuple(rows),
            figures=figures,
            named=False,
        )
    else:
        columns = categories(rng, supply, int(rng.integers(2, 7)))
        table = [_shares(rng, min(count, 5), min(count, 5)) for _ in columns]
        heads = [name for name in rows[: min(count, 5)]]
        series = tuple(Series(name, tuple(row[i] for row in table)) for i, name in enumerate(heads) if i < len(table[0]))
        kind = choice(rng, ["stacked bar", "stacked horizontal bar", "bar"], p=[0.5, 0.4, 0.1])
        chart = Chart(kind, series, tuple(columns), figures=Figures(suffix="%"), y="Share")
    chart = replace(chart, title=title(rng, supply, subject), subtitle=phrase(rng, supply, 2, 8) if rng.random() < 0.2 else "")
    return foot(rng, supply, chart, 0.25)


def measured(rng: np.random.Generator, supply: Supply) -> Chart:
    """Points of two quantities that go together more or less."""
    count = int(choice(rng, [1, 2, 3], p=[0.6, 0.28, 0.12]))
    (x_name, x_unit), (y_name, y_unit) = (w.SUBJECTS[int(rng.integers(len(w.SUBJECTS)))] for _ in range(2))
    x_level, y_level = 10 ** rng.uniform(0.3, 3.5, 2)
    series = []
    for name in names(rng, supply, count):
        xs = np.sort(rng.uniform(0.1, 1.0, int(rng.integers(5, 18 if count == 1 else 11))))
        ys = np.clip(
            0.5 + float(rng.uniform(-0.7, 0.7)) * (xs - 0.5) + rng.normal(0, float(rng.uniform(0.03, 0.2)), len(xs)), 0.03, 1.2
        )
        series.append(Series(name, tuple((float(x * x_level), float(y * y_level)) for x, y in zip(xs, ys, strict=True))))
    titles = (f"{x_name} ({x_unit})" if x_unit else x_name, f"{y_name} ({y_unit})" if y_unit else y_name)
    chart = Chart("scatter", tuple(series), x=titles[0], y=titles[1], figures=Figures(), named=count > 1)
    return foot(rng, supply, replace(chart, title=title(rng, supply, f"{y_name} and {x_name[:1].lower()}{x_name[1:]}")), 0.2)


def counted(rng: np.random.Generator, supply: Supply) -> Chart:
    """How often a quantity fell between two numbers."""
    subject, unit = w.SUBJECTS[int(rng.integers(len(w.SUBJECTS)))]
    step = float(choice(rng, [1, 2, 5, 10, 20, 25, 50, 100, 0.5]))
    count, first = int(rng.integers(4, 15)), int(rng.integers(-3, 8))
    edges = [step * (max(first, 0) + k) if first > -3 else step * (k - count // 2) for k in range(count + 1)]
    middle, width = count * float(rng.uniform(0.25, 0.75)), count * float(rng.uniform(0.15, 0.35))
    heights = np.exp(-0.5 * ((np.arange(count) + 0.5 - middle) / width) ** 2) + rng.uniform(0, 0.1, count)
    total = 10 ** float(rng.uniform(1.2, 4))
    values = tuple(int(round(float(h) * total / heights.sum())) for h in heights)
    figures = Figures(thousands="," if rng.random() < 0.6 else "")
    told = Figures(places=0 if step == int(step) else 1, thousands="")
    bins = tuple(f"{told.show(a)} to {told.show(b)}" for a, b in zip(edges, edges[1:], strict=False))
    chart = Chart(
        "histogram",
        (Series("", values),),
        bins,
        tuple(edges),
        title=title(rng, supply, f"Distribution of {subject[:1].lower()}{subject[1:]}"),
        x=f"{subject} ({unit})" if unit else subject,
        y=choice(rng, ["Frequency", "Count", "Number", "Observations"]),
        figures=figures,
        named=False,
    )
    return foot(rng, supply, chart, 0.15)
