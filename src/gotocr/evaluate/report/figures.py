"""The figures of an evaluation as tables: the systems, the headline of each type, and every measure by language and group."""

from __future__ import annotations

import html
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from .markup import NOTHING, folded, number, seconds, size, text, visible

Result = Mapping[str, Any]
Row = Mapping[str, Any]  # one of the result's tables: a system, a type, a language or a group or all
LEAST_ITEMS = 5  # of fewer, samples drawn anew are too much alike to say how sure a figure is
BAR = 100.0  # user units a bar is wide


def systems(result: Result) -> str:
    """What was measured and what it cost."""
    rows = [[text(entry.get("version", "")), *_costs(entry)] for entry in result["systems"].values()]
    heads = ["System", "Version", "Time, all items", "Peak memory", "Not read"]
    return table(heads, zip(map(text, result["systems"]), rows, strict=True), "The systems and what they cost")


def _costs(entry: Mapping[str, Any]) -> list[str]:
    return [seconds(entry.get("seconds")), size(entry.get("peak_bytes")), str(entry.get("failed", NOTHING))]


def trust(result: Result) -> str:
    """How sure systems were of their words, and how often right; nothing where none tells."""
    told = {name: entry["trust"] for name, entry in result["systems"].items() if entry.get("trust")}
    tables = []
    for name, found in told.items():
        rows = [(f"{bar['low']:.1f} to {bar['high']:.1f}", _bar_of(bar)) for bar in found["bars"]]
        said = f"{int(found['words'])} words, {number(found['right'])} right; calibration error {number(found['ece'])}"
        tables.append(table(["Confidence", "Words", "Sure", "Right"], rows, f"How far {text(name)} can be believed: {said}"))
    return "\n".join(tables)


def _bar_of(bar: Mapping[str, Any]) -> list[str]:
    return [str(bar["count"]), number(bar["confidence"]), number(bar["accuracy"])]


def overall(result: Result) -> str:
    """The figures that a collection gives in its own way of averaging; nothing where it has none."""
    found: Mapping[str, Mapping[str, float]] = result["overall"]
    names = list(dict.fromkeys(name for values in found.values() for name in values))
    if not names:
        return ""
    rows = [(text(system), [number(values.get(name), share=False) for name in names]) for system, values in found.items()]
    return table(["System", *map(text, names)], rows, "Figures as the collection itself averages them")


def table(heads: Sequence[str], rows: Iterable[tuple[str, Sequence[str]]], caption: str) -> str:
    """A table of cells that are HTML already; each row has a head of its own."""
    lines = [_opened(caption, heads), "<tbody>"]
    for head, cells in rows:
        lines.append(f'<tr><th scope="row">{head}</th>' + "".join(f"<td>{cell}</td>" for cell in cells) + "</tr>")
    return "\n".join([*lines, "</tbody></table></div>"])


def _opened(caption: str, heads: Sequence[str], name: str = "") -> str:
    """A table up to its body, in a box that scrolls where the screen is narrower, also by the keyboard."""
    columns = "".join(f'<th scope="col">{head}</th>' for head in heads)
    return (
        f'<div class="wide" tabindex="0" role="region" aria-label="{caption}"><table class="{name or "plain"}">'
        f"<caption>{caption}</caption>\n<thead><tr>{columns}</tr></thead>"
    )


def glance(result: Result) -> str:
    """A row for each type and system: the headline figure with its interval, and the seconds for one picture."""
    heads = ["Type", "System", "Headline figure, 95\u202f% interval", "Median time"]
    lines = [_opened("Each type by its first measure; time for one picture", heads, "glance")]
    for place, (name, subject) in enumerate(result["subjects"].items()):
        key, measure = next(iter(subject["measures"].items()))
        rows = [row for row in result["tables"] if row["type"] == name and row["language"] is None and row["group"] is None]
        if not rows:
            continue
        scale, best = _scale(rows, key, measure), _best(rows, key, measure)
        about = f'<span class="about">{text(measure["name"])}, {_count(rows[0]["count"])}</span>'
        head = f'<th scope="rowgroup" rowspan="{len(rows)}"><a href="#type-{place}">{text(name)}</a>{about}</th>'
        lines.append("<tbody>")
        for row in rows:
            cell = _cell(row["figures"].get(key), measure, scale, row["system"] == best)
            took = seconds(row["seconds_median"])
            lines.append(f'<tr>{head}<th scope="row">{text(row["system"])}</th>{cell}<td>{took}</td></tr>')
            head = ""
        lines.append("</tbody>")
    return "\n".join([*lines, "</table></div>"])


def details(result: Result) -> Iterator[str]:
    """For each type, folded away: every measure, of all items and by language and group, the systems side by side."""
    for name, subject in result["subjects"].items():
        rows = [row for row in result["tables"] if row["type"] == name]
        parts = list(dict.fromkeys((row["language"], row["group"]) for row in rows))
        lines = [_opened(f"{html.escape(visible(name))}: all measures", ["Items", *map(text, result["systems"])])]
        for key, measure in subject["measures"].items():
            scale = _scale(rows, key, measure)
            lines.append(f'<tbody><tr><th scope="rowgroup" colspan="{1 + len(result["systems"])}">{_title(measure)}</th></tr>')
            lines += [_line(result, [row for row in rows if (row["language"], row["group"]) == part], key, measure, scale)
                      for part in parts]  # fmt: skip
            lines.append("</tbody>")
        lines.append("</table></div>")
        yield folded(text(name), "\n".join([*lines, _definitions(subject["measures"])]), "figures")


def _line(result: Result, rows: Sequence[Row], key: str, measure: Mapping[str, Any], scale: float) -> str:
    """One part of a type's items, by one measure."""
    by_system = {row["system"]: row for row in rows}
    first, best = rows[0], _best(rows, key, measure)
    parts = {key: first[key] for key in ("language", "group") if first[key] is not None}
    about = ", ".join([*parts, _count(first["count"])])
    cells = [f'<th scope="row">{" · ".join(map(text, parts.values())) or "all"}<span class="about">{about}</span></th>']
    for system in result["systems"]:
        row = by_system.get(system, {"figures": {}})
        more = _against(row.get("against", {}).get(key), measure, next(iter(result["systems"])))
        cells.append(_cell(row["figures"].get(key), measure, scale, system == best, more))
    return f"<tr>{''.join(cells)}</tr>"


def _count(items: int) -> str:
    return f"{items:,} item{'' if items == 1 else 's'}"


def _title(measure: Mapping[str, Any]) -> str:
    return f'{text(measure["name"])} <span class="about">{"higher" if measure["higher"] else "lower"} is better</span>'


def _definitions(measures: Mapping[str, Mapping[str, Any]]) -> str:
    entries = []
    for measure in measures.values():
        taken = f' <span class="about">Source: {text(measure["source"])}</span>' if measure.get("source") else ""
        entries.append(f"<dt>{text(measure['name'])}</dt><dd>{text(measure['definition'])}{taken}</dd>")
    return folded("What the measures mean", f"<dl>{''.join(entries)}</dl>")


def _cell(figure: Mapping[str, Any] | None, measure: Mapping[str, Any], scale: float, best: bool, more: str = "") -> str:
    """A figure, its interval as text and as a bar with whiskers."""
    if not figure or figure.get("value") is None:
        return f"<td>{NOTHING}</td>"
    share = measure["share"]
    low, high = (number(figure.get(end), share) for end in ("low", "high"))
    value = f'<b class="figure">{number(figure["value"], share)}</b>'
    interval = f' <span class="interval">{low.removesuffix(chr(0x202F) + "%")} to {high}</span>'
    mark = ' <span class="best">best</span>' if best else ""
    return f'<td><div class="measured"><span>{value}{interval}{mark}</span>{_bar(figure, scale)}</div>{more}</td>'


def _bar(figure: Mapping[str, Any], scale: float) -> str:
    """The bar says nothing that the text beside it does not say."""
    value, low, high = (_clamped(figure.get(part), scale) for part in ("value", "low", "high"))
    return (
        f'<svg class="bar" viewBox="0 0 {BAR:g} 8" preserveAspectRatio="none" aria-hidden="true">'
        f'<rect class="room" width="{BAR:g}" height="8"/><rect class="value" width="{value:.1f}" height="8"/>'
        f'<path class="whisker" d="M{low:.1f} 1V7M{low:.1f} 4H{high:.1f}M{high:.1f} 1V7"/></svg>'
    )


def _clamped(value: float | None, scale: float) -> float:
    return BAR * min(max((value or 0.0) / scale, 0.0), 1.0)


def _scale(rows: Sequence[Row], key: str, measure: Mapping[str, Any]) -> float:
    """What a whole bar stands for: 1 for shares, else the highest end of an interval."""
    ends = [found.get("high") or found.get("value") or 0.0 for row in rows if (found := row["figures"].get(key))]
    return 1.0 if measure["share"] else max([*filter(math.isfinite, ends), 1e-9])


def _best(rows: Sequence[Row], key: str, measure: Mapping[str, Any]) -> str | None:
    """The system whose whole interval is better than those of all others, where there are enough items for an interval."""
    sign = 1.0 if measure["higher"] else -1.0
    ends = {}
    for row in rows:
        figure = row["figures"].get(key)
        if figure and None not in (figure.get("low"), figure.get("high")) and figure["count"] >= LEAST_ITEMS:
            ends[row["system"]] = sorted((sign * figure["low"], sign * figure["high"]))
    for system, (low, _) in ends.items():
        if len(ends) > 1 and all(low > high for other, (_, high) in ends.items() if other != system):
            return system
    return None


def _against(figure: Mapping[str, Any] | None, measure: Mapping[str, Any], first: str) -> str:
    """How far a system is from the first one on the same items."""
    if not figure or figure.get("value") is None:
        return ""
    value, low, high = (_signed(figure.get(part), measure["share"]) for part in ("value", "low", "high"))
    unit = " points" if measure["share"] else ""
    return f'<span class="about">{value} ({low} to {high}){unit} against {text(first)}, item by item</span>'


def _signed(value: float | None, share: bool) -> str:
    if value is None:
        return NOTHING
    return f"{100 * value:+.1f}" if share else f"{value:+.3g}"
