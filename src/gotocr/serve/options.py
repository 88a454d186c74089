"""What a request wants done with a file: the fields of a form, named as the options of `gotocr read`, and what they mean."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ..errors import UsageError
from ..formats import FORMATS
from ..formats.format import OWN_TEXT
from ..pixels.opening import Opening, page_ranges
from ..pixels.region import parse_regions
from ..schema import COLOURS, MODES, Region, Task
from ..trust.sure import Least, least
from .problems import RequestError

DEFAULT = "markdown"
TURNS = ("0", "90", "180", "270")
MOST_REGIONS = 100
LONGEST = 1000  # characters of a field
_TRUE, _FALSE = ("1", "true", "yes", "on"), ("0", "false", "no", "off", "")


@dataclass(frozen=True)
class Wish:
    """What is to be read of a file, how, and what is to be made of it."""

    task: Task = field(default_factory=Task)
    opening: Opening = field(default_factory=Opening)
    formats: tuple[str, ...] = (DEFAULT,)
    least: Least | None = None
    report: bool = False
    own_text: str = OWN_TEXT[0]


def _text(about: str, *choices: str, example: str | None = None) -> dict[str, Any]:
    said: dict[str, Any] = {"type": "string", "description": about}
    return said | ({"enum": list(choices)} if choices else {}) | ({"examples": [example]} if example else {})


def _several(about: str, *choices: str) -> dict[str, Any]:
    return {"type": "array", "items": {"type": "string", **({"enum": list(choices)} if choices else {})}, "description": about}


def _switch(about: str) -> dict[str, Any]:
    return {"type": "boolean", "default": False, "description": about}


# The fields, each with its JSON schema; a field may be missing, and those that are lists may be given several times.
FIELDS: Mapping[str, Mapping[str, Any]] = {
    "to": _several(f"formats of the result (default: {DEFAULT}); several give a zip", *FORMATS),
    "report": _switch("a page with the source beside what was read of it, too"),
    "mode": _text("lines as printed, or Markdown (the default)", *MODES),
    "pages": _text("only these, the first page is 1; 10- is to the end", example="1-5,9"),
    "dpi": _text("PDF pages are drawn at (default: 144); auto = by the size of their text", example="auto"),
    "password": _text("of a PDF"),
    "region": _several("only these parts, in pixels, per cent, or shares of the page below 1.0: left,top,right,bottom"),
    "color": _text("only what stands in a frame of this colour", *COLOURS),
    "crop": _switch("show base the part alone, where it would be told of it"),
    "turn": _text("degrees clockwise to turn pages upright (default: found out)", *TURNS),
    "as_is": _switch("pages are not turned, straightened, trimmed or parted in two"),
    "tiles": _text("cut a page into up to so many tiles; auto = by the size of its letters (base)", example="auto"),
    "max_tokens": {"type": "integer", "minimum": 1, "description": f"cap on a page (default: {Task.max_tokens})"},
    "max_seconds": {"type": "number", "exclusiveMinimum": 0, "description": "cap on a page; what was written by then is kept"},
    "once": _switch("lines that were passed over are not read once more"),
    "verify": _switch("draw formulas, tables, charts and other drawings anew, and compare them with the page"),
    "min_confidence": _text("words less sure than that read [word?], or are left out", example="0.6:drop"),
    "own_text": _text("to pdf, of a page that has text: keep it alone, put ours for what is invisible, or add ours", *OWN_TEXT),
}


def wish_of(fields: Iterable[tuple[str, str]]) -> Wish:
    """What the fields of a form ask for. Raises RequestError, whose `param` is the field."""
    given: dict[str, list[str]] = {}
    for name, value in fields:
        if name not in FIELDS:
            raise RequestError(f"there is no field {name[:80]!r}; there are: {', '.join(FIELDS)}", name[:80], "unknown_parameter")
        if len(value) > LONGEST:
            raise RequestError(f"{name} is longer than {LONGEST} characters", name, "invalid_value")
        given.setdefault(name, []).append(value)
    form = _Form(given)
    names = tuple(dict.fromkeys(form.each("to"))) or (() if form.switch("report") else (DEFAULT,))
    for name in names:
        if name not in FORMATS:
            raise RequestError(f"no format named {name[:80]!r}; choose from: {', '.join(FORMATS)}", "to", "invalid_value")
    opening = Opening(form.read("pages", page_ranges), form.read("dpi", _resolution, Opening.dpi), form.one("password") or None)
    wanted = form.read("min_confidence", least)
    return Wish(_task(form), opening, names, wanted, form.switch("report"), form.choice("own_text", OWN_TEXT, OWN_TEXT[0]))


def _task(form: _Form) -> Task:
    mend, turn = not form.switch("as_is"), form.choice("turn", TURNS, "")
    return Task(
        form.choice("mode", MODES, Task.mode),
        regions=_regions(form),
        tiles=form.read("tiles", lambda text: 0 if text == "auto" else _whole(text), Task.tiles),
        max_tokens=min(form.read("max_tokens", _whole, Task.max_tokens), Task.max_tokens),
        turn=int(turn) if turn else None if mend else 0,
        straighten=mend,
        spreads=mend,
        trim=mend,
        reread=not form.switch("once"),
        verify=form.switch("verify"),
        seconds=form.read("max_seconds", _positive),
    )


def _regions(form: _Form) -> tuple[Region, ...]:
    boxes, colour, crop = form.many("region"), form.choice("color", COLOURS, "") or None, form.switch("crop")
    if len(boxes) > MOST_REGIONS:
        raise RequestError(f"{len(boxes)} regions; at most {MOST_REGIONS} are read at a time", "region", "invalid_value")
    try:
        return parse_regions(boxes, colour, crop)
    except UsageError as error:
        raise RequestError(str(error), "region", "invalid_value") from error


class _Form:
    """The values of the fields that were given."""

    def __init__(self, given: Mapping[str, list[str]]) -> None:
        self._given = given

    def many(self, name: str) -> list[str]:
        return [value for value in self._given.get(name, ()) if value]

    def each(self, name: str) -> list[str]:
        """The values, given several times or with commas between them."""
        return [part for value in self.many(name) for part in map(str.strip, value.split(",")) if part]

    def one(self, name: str) -> str:
        values = self.many(name)
        if len(values) > 1:
            raise RequestError(f"{name} was given {len(values)} times; give it once", name, "invalid_value")
        return values[0] if values else ""

    def choice(self, name: str, choices: Iterable[str], default: str) -> str:
        value = self.one(name) or default
        if value and value not in choices:
            raise RequestError(f"{name} is {value[:80]!r}; choose from: {', '.join(choices)}", name, "invalid_value")
        return value

    def switch(self, name: str) -> bool:
        value = self.one(name).lower()
        if value not in (*_TRUE, *_FALSE):
            raise RequestError(f"{name} is {value[:80]!r}; give true or false", name, "invalid_value")
        return value in _TRUE

    def read(self, name: str, meaning: Any, default: Any = None) -> Any:
        """What a value means; `meaning` raises UsageError or ValueError for what means nothing."""
        value = self.one(name)
        if not value:
            return default
        try:
            return meaning(value)
        except (UsageError, ValueError) as error:
            said = str(error) if isinstance(error, UsageError) else f"{value[:80]!r} {error}"
            raise RequestError(f"{name}: {said}", name, "invalid_value") from error


def _whole(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 10 and int(text) > 0):
        raise ValueError("is not a whole number above 0")
    return int(text)


def _positive(text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = 0.0
    if not 0 < number < float("inf"):
        raise ValueError("is not a number above 0")
    return number


def _resolution(text: str) -> float | None:
    return None if text == "auto" else _positive(text)
