"""Tables of a Markdown page that are made from stored results, so that a page never says what was not measured.

A page marks the place: `<!-- table NAME of FILE -->`, the table, `<!-- end of table -->`. NAME is one of `TABLES`, FILE a
result or its summary as `gotocr evaluate -o` writes it, given from the folder of the page.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from ..errors import InputError
from .result import load
from .speed.tables import Table
from .trusted import TABLES as TRUSTED

_PLACE = re.compile(r"(<!-- table (\w+) of (\S+) -->\n).*?(<!-- end of table -->)", re.S)
_MARK = "<!-- table"
FEW = 3  # languages with fewer pictures have no row
BEST_OF = 5  # pictures it takes to call a system the best
LANGUAGES = {
    **{"en": "English", "de": "German", "fr": "French", "it": "Italian", "es": "Spanish", "pt": "Portuguese"},
    **{"zh": "Chinese", "vi": "Vietnamese", "nl": "Dutch", "la": "Latin"},
}


def fill(page: str, folder: Path) -> str:
    """`page` with every marked table made anew. Raises InputError for missing results, unknown names, broken marks."""

    def table(place: re.Match[str]) -> str:
        opening, name, file, end = place.groups()
        if name not in TABLES:
            raise InputError(f"no table named {name!r}; choose from: {', '.join(TABLES)}")
        return f"{opening}{TABLES[name](load(folder / file))}\n{end}"

    made, count = _PLACE.subn(table, page)
    if count != page.count(_MARK):
        raise InputError(f"a table of the page is not marked as it should be: {_MARK} NAME of FILE -->, and its end")
    return made


def accuracy(result: Mapping[str, Any]) -> str:
    """The headline of each type, by language where there are several, systems side by side; then what it cost."""
    systems = [*result["systems"]]
    rows: dict[tuple[str, str | None], dict[str, Any]] = {}
    for row in result["tables"]:
        if not row["group"]:
            rows.setdefault((row["type"], row["language"]), {})[row["system"]] = row
    several = {name for name, language in rows if language}
    body = []
    for (name, language), by_system in rows.items():
        count = by_system[systems[0]]["count"]
        if name in several and (language is None or count < FEW):
            continue  # its languages are told apart instead
        measures = result["subjects"][name]["measures"]
        key = next(iter(measures))
        what = name.replace("_", " ") + (f", {LANGUAGES.get(language, language)}" if language else "")
        figures = [by_system[label]["figures"][key] for label in systems]
        cells = marked(figures, measures[key], count >= BEST_OF)
        body.append([what, str(count), measures[key]["name"], *cells])
    about = result["systems"].values()
    cost = [f"{one['seconds'] / result['items']:.2f} s" if one["seconds"] else "" for one in about]
    memory = [f"{one['peak_bytes'] / 2**20:.0f} MiB" if one.get("peak_bytes") else "" for one in about]
    if any(one.get("trust") for one in about):
        trusts = [f"{100 * one['trust']['ece']:.1f}" if one.get("trust") else "" for one in about]
        body.append(["confidence of words in plain text", "", "calibration error (ECE)", *trusts])
    body += [["time for a picture, mean", str(result["items"]), "", *cost], ["memory at most", "", "", *memory]]
    table = Table(("what", "pictures", "measure", *systems), tuple(map(tuple, body)), words=3)
    return f"{stamp(result)}\n\n{table.markdown()}"


def marked(figures: Sequence[Mapping[str, Any] | None], measure: Mapping[str, Any], enough: bool = True) -> Iterator[str]:
    """Figures with 95% intervals; the best one in bold where no other reaches into its interval and there are `enough`."""
    sign = 1 if measure["higher"] else -1
    known = [figure for figure in figures if figure]
    best = max(known, key=lambda figure: sign * figure["value"], default=None)
    floor = best and min(sign * best["low"], sign * best["high"])
    alone = all(figure is best or max(sign * figure["low"], sign * figure["high"]) < floor for figure in known)
    for figure in figures:
        times, digits = (100, 1) if measure["share"] else (1, 2)
        value, low, high = (f"{times * figure[key]:.{digits}f}" if figure else "" for key in ("value", "low", "high"))
        said = f"{value} ({low}–{high})"
        yield "" if figure is None else f"**{said}**" if enough and figure is best and alone and len(known) > 1 else said


def stamp(result: Mapping[str, Any]) -> str:
    """When, with what and on what it was measured; which rows are left out."""
    machine = result["machine"]
    versions = "; ".join(f"{name}: {about['version']}" for name, about in result["systems"].items())
    where = f"{machine['processor']}, {machine['cores']} cores"
    left = f"Languages of fewer than {FEW} pictures have no row."
    return f"Measured {result['date'][:10]} by `gotocr evaluate` on {where}. {versions}. {left}"


def examined(result: Mapping[str, Any]) -> str:
    """The figures that `gotocr examine --json` wrote, beside the least that is asked for."""
    rows = []
    for figure in result["figures"]:
        value, low, high = (f"{100 * figure[key]:.1f}" if figure[key] is not None else "" for key in ("value", "low", "high"))
        least = f"{100 * figure['floor']:.0f}" if figure["floor"] else ""
        span = f" ({low}–{high})" if low else ""
        rows.append((figure["exam"], figure["measure"], str(figure["pictures"]), f"{value}{span}", least))
    return Table(("exam", "measure", "pictures", "per cent", "at least"), tuple(rows), words=2).markdown()


TABLES: Mapping[str, Callable[[Mapping[str, Any]], str]] = {"accuracy": accuracy, "examined": examined, **TRUSTED}
