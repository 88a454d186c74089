"""The page itself: one HTML file that needs nothing else, written part by part, in which nothing untrusted can act."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, BinaryIO

from ..file import whole
from . import figures, items
from .markup import attribute, folded, text
from .room import Room

Result = Mapping[str, Any]

OPEN_TROUBLES = 12  # more are folded away
MACHINE = {
    **{"processor": "{}", "system": "{}", "packages": "{}", "threads": "{}"},
    **{"cores": "{} cores", "memory_gb": "{} GB of memory", "python": "Python {}"},
}  # how what is known of a machine is said
SORTS = {"worst": "worst first", "loss": "largest loss against another system", "slow": "slowest first", "id": "by name"}


def write_report(result: Result, folder: Path, path: Path) -> None:
    """Write the report of a result (see `evaluate.result.build`) about the pictures in `folder` as one HTML file.

    Each type shows its worst items in full, as many as there is `Room` for; the others in short, and the page says so.
    Memory holds one item at a time. The file appears whole or not at all. Raises OutputError.
    """
    with whole(path) as part, open(part, "wb") as file:
        sheet = _Sheet(file)
        for piece in _page(result, folder, sheet):
            sheet.write(piece)


class _Sheet:
    """A file of HTML that knows how much stands in it."""

    def __init__(self, file: BinaryIO) -> None:
        self._file, self.size = file, 0

    def write(self, piece: str) -> None:
        self.size += self._file.write(piece.encode("utf-8", "replace") + b"\n")


def policy(script: str) -> str:
    """What a browser may do with the page: use its styles, its pictures and this one script."""
    digest = base64.b64encode(hashlib.sha256(script.encode("utf-8")).digest()).decode("ascii")
    return (
        "default-src 'none'; img-src data:; style-src 'unsafe-inline'; "
        f"script-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    )


def _page(result: Result, folder: Path, sheet: _Sheet) -> Iterator[str]:
    script, style = (Path(__file__).with_name(name).read_text("utf-8").strip() for name in ("script.js", "style.css"))
    title = f"{result['title']}: evaluation"
    yield f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content={attribute(policy(script))}>
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<meta name="generator" content={attribute(f"gotocr {result['gotocr']}")}>
<title>{text(title)}</title>
<style>
{style}
</style>
</head>
<body>
<a class="skip" href="#items">To the items</a>
<header>
{_head(result)}
</header>
<main>"""
    yield from _figures(result)
    yield from _troubles(result)
    yield from _items(result, folder, sheet)
    yield f"</main>\n<footer><p>Made by gotocr {text(result['gotocr'])}.</p></footer>"
    yield f"<script>{script}</script>\n</body>\n</html>"


def _head(result: Result) -> str:
    machine = {key: value for key, value in result["machine"].items() if value not in (None, "", [], {}) and key != "date"}
    about = [MACHINE.get(key, f"{key} {{}}").format(_said(value)) for key, value in machine.items()]
    asked = [f"{key} {_said(value)}" for key, value in result["options"].items() if value not in (None, "", [], {})]
    when = f"<time datetime={attribute(result['date'])}>{text(_date(result['date']))}</time>"
    lines = [
        f'<p class="kicker">Evaluation · {text(result["suite"])} · {text(result["folder"])}</p>',
        f"<h1>{text(result['title'])}</h1>",
        f"<p>{when} · {len(result['items']):,} items · {text(', '.join(about))}</p>",
    ]
    if asked:
        lines.append(f"<p>Asked for with {text('; '.join(asked))}.</p>")
    return "\n".join(lines)


def _said(value: object) -> str:
    if isinstance(value, Mapping):
        value = [f"{key} {found}" for key, found in value.items()]
    return ", ".join(map(str, value)) if isinstance(value, (list, tuple)) else str(value)


def _date(date: str) -> str:
    """A moment in ISO 8601 as people write it."""
    return date[:16].replace("T", " ") + (" UTC" if date.endswith(("Z", "+00:00")) else date[19:])


def _figures(result: Result) -> Iterator[str]:
    yield f'<section id="glance"><h2>At a glance</h2><div class="summary">\n{figures.glance(result)}'
    yield f"<div>{figures.systems(result)}\n{figures.overall(result)}\n{figures.trust(result)}</div></div></section>"
    yield '<section id="figures"><h2>All figures</h2>'
    yield '<p class="note">Intervals hold the figure in 95\u202f% of samples drawn anew from the items (bootstrap). ' + (
        f"A system is marked best where its interval touches no other’s, of {figures.LEAST_ITEMS} items or more.</p>"
        if len(result["systems"]) > 1
        else "</p>"
    )
    yield from figures.details(result)
    yield "</section>"


def _troubles(result: Result) -> Iterator[str]:
    found = result["troubles"]
    yield f'<section id="troubles"><h2>Troubles <span class="count">{len(found):,}</span></h2>'
    if found:
        entries = [f"<li><b>{text(trouble['where'])}</b> {text(trouble['what'])}</li>" for trouble in found]
        said = f"{len(found):,} entries that could not be used, or not as they are"
        yield folded(said, f"<ul>{''.join(entries)}</ul>", is_open=len(found) <= OPEN_TROUBLES)
    else:
        yield "<p>None: every entry of the suite was used as it is.</p>"
    yield "</section>"


def _items(result: Result, folder: Path, sheet: _Sheet) -> Iterator[str]:
    """Type by type, the worst first, as many in full as there is room for."""
    by_type: dict[str, list[Mapping[str, Any]]] = {name: [] for name in result["subjects"]}
    for item in result["items"]:
        by_type[item["type"]].append(item)
    yield f'<section id="items"><h2>Items <span class="count" id="count" aria-live="polite">{len(result["items"]):,}</span></h2>'
    yield _legend(result) + _form(result)
    room, shown = Room([*by_type.values()], folder), 0
    for place, (name, found) in enumerate(by_type.items()):
        measures = result["subjects"][name]["measures"]
        ordered = items.worst_first(found, list(result["systems"]), measures)
        yield f'<section class="type" data-type="{place}" id="type-{place}">'
        yield f'<h3>{text(name)} <span class="count">{len(found):,}</span></h3>'
        whole = 0
        while whole < room.items(place) and sheet.size < room.end(place):
            yield items.whole(ordered[whole], shown + whole, result, folder)
            whole += 1
        if rest := ordered[whole:]:
            said = f"{len(rest):,} of {len(found):,} items in short; in full they would make the page too large"
            yield folded(f"{said}, and those above are worse" if whole else said, items.short(rest, result), "rest")
        yield "</section>"
        shown += whole
    yield '<p id="none" hidden>No item is like that.</p></section>'


def _legend(result: Result) -> str:
    first = next(iter(result["systems"]), "")
    return (
        f'<p class="legend">In each type the worst reading of {text(first)} comes first. Marked in readings: '
        "<del>missing</del>, <ins>too much</ins>, "
        '<span class="other"><del>truth</del><ins>what was read for it</ins></span>, '
        '<span class="blank">other white space</span>.</p>'
    )


def _form(result: Result) -> str:
    """What the script works with; without it every item is shown, and this form is not."""
    chosen = [
        _select("type", "Type", "all types", enumerate(result["subjects"])),
        *(_select(key, key.capitalize(), f"all {key}s", _values(result, key)) for key in ("language", "group")),
        _select("system", "System", "all systems", enumerate(result["systems"])),
        _select("sort", "Order", "", SORTS.items()),
        '<label>Text <input type="search" name="text" placeholder="in names, truths, readings" autocomplete="off"></label>',
    ]
    return f'<form id="filters" hidden>{"".join(chosen)}<button type="reset">Show all</button></form>'


def _values(result: Result, key: str) -> Iterable[tuple[str, str]]:
    return [(value, value) for value in sorted({item[key] for item in result["items"] if item[key]})]


def _select(name: str, label: str, all_of_them: str, choices: Iterable[tuple[object, str]]) -> str:
    options = [f"<option value={attribute(value)}>{text(said)}</option>" for value, said in choices]
    if all_of_them:
        if len(options) < 2:
            return ""
        options.insert(0, f'<option value="">{all_of_them}</option>')
    return f'<label>{label} <select name="{name}">{"".join(options)}</select></label>'
