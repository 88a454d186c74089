"""Lines of a user's file, in our own form or in ms-swift's, as one thing; says of every line that is wrong what is wrong.

Ours: {"image": path, "text": ..., "mode": "plain"|"format", "region": [x1, y1, x2, y2], "colour": "red"}; paths go by the
file's folder, a published "prompt" may stand for mode, region and colour. ms-swift's: {"messages": [...], "images": [...]},
or {"query", "response", "images"} (https://swift.readthedocs.io, custom datasets). Nothing of a picture is read here.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from ...errors import InputError
from ...schema import COLOURS, MODES, Box

OWN = ("image", "text", "mode", "prompt", "region", "colour")
SWIFT = ("messages", "images", "query", "response", "history", "system")
_PROMPT = re.compile(r"(?:\[(?P<within>[^\]]+)\]\s*)?OCR(?P<format>\s+with\s+format)?\s*:?", re.IGNORECASE)
_PICTURE = re.compile(r"<image>|<img>.*?</img>", re.DOTALL)
THOUSANDTHS = 1000.0  # what boxes of published prompts count in
FAR = 1e9  # no picture reaches so far, and NaN is not below it


class Problem(Exception):
    """What is wrong with a line, and what to do."""


@dataclass(frozen=True)
class Line:
    """A picture and what is to be read in it."""

    where: str  # file:line
    image: str  # as it was written
    path: Path
    text: str
    mode: str = "plain"
    box: Box | None = None  # in pixels of the picture, or thousandths of it
    colour: str | None = None
    thousandths: bool = False


@dataclass(frozen=True)
class Bad:
    """A line that cannot be used."""

    where: str
    why: str

    def __str__(self) -> str:
        """One line, without what a terminal would obey: words of a file stand in it."""
        return "".join(letter if letter.isprintable() else "?" for letter in f"{self.where}: {self.why}")


def read_lines(file: str | Path) -> Iterator[Line | Bad]:
    """Every line that is not empty. Raises InputError for a file that cannot be read or has none."""
    path, found = Path(file), 0
    try:
        raw = path.read_bytes()
    except OSError as cause:
        raise InputError(f"{file}: cannot read it ({cause.strerror or cause}); give a file of JSON lines") from cause
    for number, row in enumerate(raw.removeprefix(b"\xef\xbb\xbf").splitlines(), 1):
        if row.strip():
            found += 1
            yield read_line(row, f"{file}:{number}", path.parent)
    if not found:
        raise InputError(f"{file} has no lines; each is a JSON object with an image and a text")


def read_line(row: bytes, where: str, folder: Path) -> Line | Bad:
    """One line; a picture's path goes by `folder`."""
    try:
        try:
            value = json.loads(row.decode("utf-8"), parse_constant=_no_number)
        except UnicodeDecodeError:
            raise Problem("is not UTF-8; save the file as UTF-8") from None
        except (ValueError, RecursionError) as cause:
            raise Problem(f"is not JSON ({str(cause)[:80]}); one object a line") from None
        if not isinstance(value, dict):
            raise Problem(f"is not an object but {type(value).__name__}; write {{\"image\": ..., \"text\": ...}}")
        made = _swift(value) if set(value) & set(SWIFT) else value
        return _line(made, where, folder)
    except Problem as problem:
        return Bad(where, str(problem))


def _no_number(name: str) -> Any:
    raise ValueError(f"{name} is no JSON")


def _line(value: Mapping[str, Any], where: str, folder: Path) -> Line:
    if unknown := [key for key in value if key not in OWN]:
        raise Problem(f"unknown keys {', '.join(map(repr, unknown))[:120]}; known are {', '.join(OWN)}")
    for key in ("image", "text"):
        if value.get(key) is None:
            raise Problem(f"has no {key!r}; add it")
    for key in ("image", "text", "mode", "prompt", "colour"):
        if value.get(key) is not None and not isinstance(value[key], str):
            raise Problem(f"{key!r} must be a text, not {json.dumps(value[key])[:60]}")
    image = value["image"]
    if not image or "\0" in image:
        raise Problem("'image' is empty; give the path of a picture")
    if re.match(r"[a-z][a-z0-9+.-]+://|data:", image, re.IGNORECASE):
        raise Problem("'image' is an address; download the picture and give its path")
    line = Line(where, image, folder / image, value["text"].replace("\r\n", "\n"))
    if value.get("prompt") is not None:
        if both := [key for key in ("mode", "region", "colour") if value.get(key) is not None]:
            raise Problem(f"has both 'prompt' and {both[0]!r}; give one of them")
        line = asked(line, value["prompt"])
    mode, colour = line.mode if value.get("mode") is None else value["mode"], line.colour if value.get("colour") is None else value["colour"]
    if mode not in MODES:
        raise Problem(f"'mode' is one of {', '.join(MODES)}, not {mode[:40]!r}")
    if colour is not None and colour not in COLOURS:
        raise Problem(f"'colour' is one of {', '.join(COLOURS)}, not {colour[:40]!r}")
    if value.get("region") is not None:
        line = replace(line, box=_box(value["region"]), thousandths=False)
    return replace(line, mode=mode, colour=colour)


def _box(value: Any) -> Box:
    numbers = isinstance(value, list) and len(value) == 4 and all(type(side) in (int, float) and abs(side) < FAR for side in value)
    if not numbers:
        raise Problem(f"'region' is [left, top, right, bottom] in pixels of the picture, not {json.dumps(value)[:60]}")
    if value[0] >= value[2] or value[1] >= value[3]:
        raise Problem(f"'region' {value} is empty; left must be below right, top below bottom")
    return tuple(map(float, value))


def asked(line: Line, prompt: str) -> Line:
    """A line as a published prompt asks it: `OCR: `, `OCR with format: `, with `[x1,y1,x2,y2]` in thousandths or `[red]` before it."""
    found = _PROMPT.fullmatch(_PICTURE.sub("", prompt).strip())
    if found is None:
        raise Problem(
            f"the prompt {prompt.strip()[:60]!r} is none that a reader asks; write 'OCR: ' or 'OCR with format: ', or give 'mode'"
        )
    line, within = replace(line, mode="format" if found["format"] else "plain"), found["within"]
    if within is None:
        return line
    if within.strip() in COLOURS:
        return replace(line, colour=within.strip())
    try:
        sides = [float(side) for side in within.split(",")]
    except ValueError:
        raise Problem(f"the prompt's [{within[:40]}] is no box and no colour ({', '.join(COLOURS)})") from None
    return replace(line, box=_box(sides), thousandths=True)


def _swift(value: Mapping[str, Any]) -> dict[str, Any]:
    """A line of ms-swift's as one of ours."""
    if unknown := [key for key in value if key not in SWIFT]:
        raise Problem(f"unknown keys {', '.join(map(repr, unknown))[:120]}; ms-swift's are {', '.join(SWIFT)}")
    if value.get("history"):
        raise Problem("has a 'history'; one question and one answer a line")
    images = value.get("images")
    images = [images] if isinstance(images, (str, dict)) else images
    if not isinstance(images, list) or len(images) != 1:
        raise Problem("'images' must name one picture; one picture a line")
    image = images[0].get("path") if isinstance(images[0], dict) else images[0]
    query, response = _turns(value["messages"]) if "messages" in value else (value.get("query"), value.get("response"))
    for name, words in (("image", image), ("question", query), ("answer", response)):
        if not isinstance(words, str):
            raise Problem(f"its {name} is missing or no text; see ms-swift's custom datasets")
    return {"image": image, "text": response, "prompt": query or "OCR: "}


def _turns(messages: Any) -> tuple[Any, Any]:
    known = isinstance(messages, Sequence) and all(isinstance(turn, dict) for turn in messages)
    turns = [turn for turn in messages if turn.get("role") != "system"] if known else []
    if [turn.get("role") for turn in turns] != ["user", "assistant"]:
        raise Problem("'messages' must be one of the user and one of the assistant")
    return tuple(_words(turn.get("content")) for turn in turns)


def _words(content: Any) -> Any:
    """The text of a turn, also where it comes in parts."""
    if isinstance(content, list) and all(isinstance(part, dict) for part in content):
        return "".join(str(part.get("text", "")) for part in content if part.get("type") == "text")
    return content
