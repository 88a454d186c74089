"""The items of a report, worst first within their type: picture, truth, each reading with its differences and scores."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from ..difference import EQUAL, differences
from . import views
from .figures import table
from .markup import NOTHING, attribute, folded, number, seconds, text
from .pictures import Picture, embed

Result = Mapping[str, Any]
Item = Mapping[str, Any]
Measures = Mapping[str, Mapping[str, Any]]

STRIP = 2.2  # times wider than tall: such a picture lies above its texts, not beside them
LOW = 160  # pixels: so does one that leaves the room below it empty
SMALL = 240  # pixels: a narrower picture is shown up to three times as large
TALL = 560  # pixels: no picture above its texts is shown taller


def value_of(score: float | Sequence[float] | None) -> float | None:
    """A score as one number: of a pair its value over its weight. None where the measure says nothing of the item."""
    if isinstance(score, (list, tuple)):
        value, weight = score
        return value / weight if weight else value or None
    return score


def goodness(reading: Mapping[str, Any] | None, measures: Measures) -> float | None:
    """The headline of a reading, turned so that more is better; None where it says nothing of the item."""
    key = next(iter(measures))
    value = value_of((reading or {}).get("scores", {}).get(key))
    return None if value is None or not math.isfinite(value) else value if measures[key]["higher"] else -value


def worst_first(items: Sequence[Item], systems: Sequence[str], measures: Measures) -> list[Item]:
    """By the headline of the first system, then of the others, then the slowest; those without any come last."""

    def key(item: Item) -> tuple[Any, ...]:
        good = [goodness(item["readings"].get(system), measures) for system in systems]
        first = item["readings"].get(systems[0], {}) if systems else {}
        return *((value is None, value or 0.0) for value in good), -(first.get("seconds") or 0.0)

    return sorted(items, key=key)


def whole(item: Item, place: int, result: Result, folder: Path) -> str:
    """One item in full."""
    kind = views.kind_of(item["type"])
    picture = embed(item["image"], item["page"], folder)
    above = kind == "table" or (isinstance(picture, Picture) and (picture.width > STRIP * picture.height or picture.height < LOW))
    told = "".join(f'<span class="chip">{text(item[key])}</span>' for key in ("language", "group") if item[key])
    name = f"item-{place}"
    return "\n".join(
        [
            f'<article class="item{"" if above else " beside"}" id="{name}" data-language={attribute(item["language"])} '
            f"data-group={attribute(item['group'])}>",
            f'<h4><a href="#{name}">{text(item["id"])}</a> {told}</h4>',
            f'<div class="picture">{_shown(picture, item)}</div><div class="texts">',
            f'<section class="truth"><h5>Truth</h5>{_source(item["truth"], kind, item, result)}</section>',
            *_readings(item, kind, result),
            "</div></article>",
        ]
    )


def _shown(picture: Picture | str, item: Item) -> str:
    if isinstance(picture, str):
        return f'<p class="missing">No picture: {text(picture)}</p>'
    width = picture.width * max(1, min(3, SMALL // picture.width))
    width = min(width, max(1, TALL * picture.width // picture.height))
    alt = f"{item['type']} picture {item['id']}; its truth follows as text"
    size = f'width="{width}" height="{picture.height * width // picture.width}"'
    return f'<img src="{picture.address}" {size} alt={attribute(alt)} decoding="async">'


def _source(written: str, kind: str | None, item: Item, result: Result) -> str:
    """A truth, drawn where it can be, and as it was written."""
    picture = _drawing(written, kind, item, result)
    plain = views.verbatim(views.pretty(written)) + views.cut_note(written)
    return picture + folded("As written", plain) if picture and kind not in (None, "formula", "molecule") else picture + plain


def _drawing(written: str, kind: str | None, item: Item, result: Result) -> str:
    if kind:
        found = views.drawn(written, kind)
    else:
        found = views.drawn_parts(written) if result["subjects"][item["type"]]["mode"] == "format" else ""
    scrolls = "" if kind in ("formula", "molecule") else ' tabindex="0" role="region" aria-label="drawn"'
    return f'<div class="drawn"{scrolls}>{found}</div>' if found else ""


def _readings(item: Item, kind: str | None, result: Result) -> Iterator[str]:
    measures = result["subjects"][item["type"]]["measures"]
    for place, system in enumerate(result["systems"]):
        reading = item["readings"].get(system)
        good, took = goodness(reading, measures), (reading or {}).get("seconds")
        data = f'data-system="{place}"' + (f' data-good="{good:.6g}"' if good is not None else "")
        data += f' data-seconds="{took:.6g}"' if took is not None else ""
        yield f'<section class="reading" {data}><h5>{text(system)} <span class="about">{seconds(took)}</span></h5>'
        yield _scores(reading, measures) + _reading(reading, kind, item, result) if reading else "<p>Was not asked.</p>"
        yield "</section>"


def _scores(reading: Mapping[str, Any], measures: Measures) -> str:
    entries = []
    for key, measure in measures.items():
        score = reading["scores"].get(key)
        parts = f' <span class="about">{score[0]:g} of {score[1]:g}</span>' if isinstance(score, (list, tuple)) else ""
        entries.append(f"<div><dt>{text(measure['name'])}</dt><dd>{number(value_of(score), measure['share'])}{parts}</dd></div>")
    return f'<dl class="scores">{"".join(entries)}</dl>'


def _reading(reading: Mapping[str, Any], kind: str | None, item: Item, result: Result) -> str:
    written, error = reading["text"], reading["error"]
    lines = [f'<p class="error"><b>Failed:</b> {text(error)}</p>'] if error else []
    if not written.strip():
        return "".join([*lines, '<p class="nothing">Nothing was read.</p>'])
    said = views.content(written, kind)
    lines.append(_drawing(said, kind, item, result))
    read, truth = (views.comparable(source, kind) for source in (said, item["truth"]))
    if read is None or truth is None:
        return "".join([*lines, views.verbatim(written), views.cut_note(written)])
    parts = differences(views.clip(read), views.clip(truth))
    if all(tag == EQUAL for tag, _, _ in parts):
        lines.append('<p class="same"><span aria-hidden="true">✓ </span>The same as the truth.</p>')
    lines += [views.marked(parts), views.cut_note(read, truth)]
    if len(parts) > 1 or read != written:
        lines.append(folded("As read", views.verbatim(written) + views.cut_note(written)))
    return "".join(lines)


def short(items: Sequence[Item], result: Result) -> str:
    """Items as one line each: their headline figures, without picture, texts and differences."""
    systems = list(result["systems"])
    rows = []
    for item in items:
        measures = result["subjects"][item["type"]]["measures"]
        rows.append((text(item["id"]), [_headline(item["readings"].get(system), measures) for system in systems]))
    return table(["Item", *map(text, systems)], rows, "Items shown in short")


def _headline(reading: Mapping[str, Any] | None, measures: Measures) -> str:
    key, measure = next(iter(measures.items()))
    failed = ' <span class="error">failed</span>' if (reading or {}).get("error") else ""
    return (number(value_of(reading["scores"].get(key)), measure["share"]) if reading else NOTHING) + failed
