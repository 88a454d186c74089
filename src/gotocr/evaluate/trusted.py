"""The tables of docs/trust.md, made from what `gotocr evaluate --trust` and `evaluate.agreement` stored."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .speed.tables import Table

Figures = Mapping[str, Any]
HELP = {"ink": "by ink alone", "landmarks": "with nano's words"}
WAYS = {"exact": "a round again and again", "counting": "numbers that count on", "wavering": "one token another each round", "shuffled": "words of a round in another order", "drifting": "numbers that drift"}


def percent(value: float | None) -> str:
    return "" if value is None or value != value else f"{100 * value:.1f}"


def invented(stored: Figures) -> str:
    """How often something was written where there is nothing."""
    found = stored["invented"]
    drawings = found["written"] - found["words"]
    rows = [
        ("anything written", str(found["written"]), percent(found["written"] / found["pictures"])),
        ("words, formulas or tables among it", str(found["words"]), percent(found["words"] / found["pictures"])),
        ("figures, molecules or charts alone", str(drawings), percent(drawings / found["pictures"])),
    ]
    return Table((f"of {found['pictures']} pictures without text", "pictures", "per cent"), tuple(rows), words=1).markdown()


def circles(stored: Figures) -> str:
    """What is taken for a circle: honest texts, and writers that go in circles."""
    found, rows = stored["loops"], []
    for name, what in (("drawn", "drawn truths"), ("collected", "collected texts"), ("repeating", "texts that repeat themselves honestly")):
        rows.append((what, str(found[name]["texts"]), percent(found[name]["false"] / max(found[name]["texts"], 1)), "", ""))
    named = [(key, f"circles: {what}") for key, what in WAYS.items()]
    named += [("of words, exact", "circles of words, exact"), ("boxes: back", "circles of any sort, the pointer going back to the same ink"), ("all", "circles, all of them")]
    for key, what in named:
        one = found["circles"].get(key)
        if one:
            rows.append((what, str(one["cases"]), percent(one["caught"]), str(one.get("median", "")), str(one.get("p90", ""))))
    return Table(("what is written", "texts", "cut, per cent", "tokens until then, median", "nine tenths"), tuple(rows), words=1).markdown()


def mended(stored: Figures) -> str:
    """Broken notations before and after the mend."""
    rows = []
    for name, row in stored["mended"].items():
        alike = row["alike"]
        others = ", ".join(f"{who} {percent(one['before'])} → {percent(one['after'])}" for who, one in (row.get("others") or {}).items())
        rows.append((name, str(row["count"]), f"{percent(row['before'])} → {percent(row['after'])}", f"{alike[0]:.3f} → {alike[1]:.3f}", percent(row["worse"]), others))
    head = ("one slip in each", "texts", "valid, per cent", "likeness to the truth", "less alike than before, per cent", "accepted by, per cent")
    return Table(head, tuple(rows), words=1).markdown()


def placed(stored: Figures) -> str:
    """Where words of a text stand that was written without places."""
    rows = []
    for key, one in stored["placed"].items():
        wear, mode, way, by = key.split(", ")
        if mode == "format":
            cells = (percent(one[name]) for name in ("placed", "iou_50", "wrong_line"))
            rows.append((f"{wear}, {way}", HELP[by], str(one["words"]), *cells))
    return Table(("pages, and what was written of them", "placed", "words", "with a box, %", "IoU ≥ 0.5, %", "on the wrong line, % of placed"), tuple(rows), words=2).markdown()


def compared(stored: Figures) -> str:
    """Whether the agreement of a block drawn anew tells right from wrong."""
    rows = []
    for kind, one in stored["agreement"].items():
        real = one.get("real") or {}
        areas = (f"{one[name]:.2f}" if one.get(name) is not None else "" for name in ("auc_foreign", "auc_gross", "auc_small", "above_small"))
        told = [f"{real[name]:.2f}" if real.get(name) is not None else "" for name in ("auc_foreign", "rank_correlation")]
        rows.append((kind, str(one["pictures"]), *areas, *told))
    head = ("kind", "drawn pictures", "the truth against another's", "against gross damage", "against one small fault", "above its own small fault", "real pictures: against another's", "real readings: rank correlation with their score")
    return Table(head, tuple(rows), words=1).markdown()


TABLES = {"invented": invented, "circles": circles, "mended": mended, "placed": placed, "compared": compared}
