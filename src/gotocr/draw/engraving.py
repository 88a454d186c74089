"""Engrave music with verovio in a process of its own, because a note too odd for it ends the process it runs in.

`engrave` asks the child and gives the SVG; `read` flattens it, in the drawing's own units: verovio nests nothing but shifts and
has no style but its own, so a third of the time that `svg.flatten` takes will do; outlines and shapes are the same. Run as a
program (`python -m gotocr.draw.engraving`) this file is the child: a message is four bytes of length and JSON, but an
answer without an error is the text itself.
"""

from __future__ import annotations

import atexit
import json
import math
import os
import re
import select
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from functools import lru_cache
from importlib.util import find_spec
from typing import BinaryIO
from xml.etree import ElementTree

from ..errors import GotocrError, InputError, MissingExtraError

FONTS = ("Leipzig", "Bravura", "Leland", "Petaluma", "Gootville")
FORMS = ("mei", "humdrum", "abc", "musicxml")
LEAN = {"svgFormatRaw": True, "mmOutput": True}  # options for a picture to be read: no blanks, no style sheet, 2 ms less
SECONDS = 20.0  # the longest an answer may take
FRESH = 20_000  # requests after which a child is replaced, against leaks
_LENGTH = struct.Struct(">I")
_MOST_BYTES = 1 << 28
_REFUSED = b"\0"  # in front of what is wrong with the notes


class EngravingError(GotocrError):
    """The engraver refused the notes, died of them or took too long; it has been started anew."""

    exit_code = 3
    http_status = 422


class Engraver:
    """A child process with verovio, started when first asked, again after each death, and ended with this process."""

    def __init__(self, seconds: float = SECONDS) -> None:
        self.seconds = seconds
        self._child: subprocess.Popen | None = None
        self._asked = 0
        self._lock = threading.Lock()

    def ask(self, notes: str, form: str = "mei", options: Mapping[str, object] | None = None, want: str = "svg") -> str:
        """The first page as SVG, or with `want` "mei" the notes as MEI. Raises EngravingError, MissingExtraError."""
        if find_spec("verovio") is None:
            raise MissingExtraError("synth", "engraving music")
        request = {"notes": notes, "options": {**(options or {}), "inputFrom": form}, "want": want}
        with self._lock:
            return self._asked_child(request)

    def _asked_child(self, request: Mapping[str, object]) -> str:
        if self._child is None or self._child.poll() is not None or self._asked >= FRESH:
            self.close()
            self._start()
        child, until = self._child, time.monotonic() + self.seconds
        try:
            _send(child.stdin, json.dumps(request).encode())
            answer = _receive(child.stdout, until)
        except OSError:
            answer = None
        self._asked += 1
        if answer is None:
            self.close()
            raise EngravingError("the engraver died of these notes, or took too long")
        if answer.startswith(_REFUSED):
            raise EngravingError(f"the engraver cannot read these notes ({answer.removeprefix(_REFUSED).decode()})")
        return answer.decode()

    def _start(self) -> None:
        paths = [path for path in sys.path if path]
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join(paths)}
        command = [sys.executable, "-m", __spec__.name if __spec__ else "gotocr.draw.engraving"]
        streams = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL, "bufsize": 0}
        self._child, self._asked = subprocess.Popen(command, env=environment, **streams), 0

    def close(self) -> None:
        """End the child; the next request starts another."""
        child, self._child = self._child, None
        if child is not None:
            child.kill()
            child.wait()
            with suppress(OSError):  # what was still to be sent
                child.stdin.close()
            child.stdout.close()


@lru_cache(maxsize=4)
def _engraver(process: int) -> Engraver:
    engraver = Engraver()
    atexit.register(engraver.close)
    return engraver


def engrave(notes: str, form: str = "mei", options: Mapping[str, object] | None = None, want: str = "svg") -> str:
    """As `Engraver.ask`, by the one engraver of this process (a forked process gets its own)."""
    return _engraver(os.getpid()).ask(notes, form, options, want)


def read(svg: str):
    """The `svg.Drawing` of what verovio wrote, in pixels at its scale; raises InputError for anything else."""
    from .svg import Drawing

    try:
        root = ElementTree.fromstring(svg)
        page = next(child for child in root if child.get("class") == "definition-scale")
        _, _, width, height = map(float, page.get("viewBox").split())
    except (ElementTree.ParseError, StopIteration, AttributeError, ValueError) as cause:
        raise InputError(f"not a drawing of the engraver ({cause})") from cause
    reader = _Reader(root)
    reader.walk(page, (0.0, 0.0), ())
    return Drawing(width, height, tuple(reader.shapes), tuple(reader.labels))


_SVG = "{http://www.w3.org/2000/svg}"
_GROUP, _USE, _PATH, _TEXT = (_SVG + name for name in ("g", "use", "path", "text"))
_HREF = "{http://www.w3.org/1999/xlink}href"
_NUMBERS = re.compile(r"-?\d+(?:\.\d+)?")
_LINE = re.compile(r"M(-?[\d.]+) (-?[\d.]+) L(-?[\d.]+) (-?[\d.]+)")
_BLACK = (0, 0, 0, 255)


class _Reader:
    """Walks groups; verovio nests only translations, and writes absolute paths."""

    def __init__(self, root: ElementTree.Element) -> None:
        from .fonts import require_skia
        from .outline import outline, path_of
        from .svg import Label, Shape

        self._outline = outline
        self._skia, self._shape, self._label = require_skia(), Shape, Label
        self._glyphs = {
            "#" + glyph.get("id", ""): path_of(glyph[0].get("d", ""))
            for glyph in root.iter(_GROUP)
            if len(glyph) == 1 and glyph[0].get("transform") == "scale(1,-1)"
        }
        self.shapes, self.labels = [], []

    def walk(self, group: ElementTree.Element, shift: tuple[float, float], tags: tuple[str, ...]) -> None:
        own = (*tags, *filter(None, (group.get("id"), *group.get("class", "").split())))
        if move := group.get("transform"):
            x, y = map(float, _NUMBERS.findall(move)[:2])
            shift = shift[0] + x, shift[1] + y
        for element in group:
            name = element.tag
            if name == _GROUP:
                if len(element) and element.get("visibility") != "hidden" and "placeholder" not in element.get("class", ""):
                    self.walk(element, shift, own)
            elif name == _USE:
                self._symbol(element, shift, own)
            elif name == _TEXT:
                self._text(element, shift, own)
            else:
                self._ink(name, element.attrib, shift, own)

    def _symbol(self, element: ElementTree.Element, shift: tuple[float, float], tags: tuple[str, ...]) -> None:
        glyph = self._glyphs.get(element.get(_HREF))
        n = [*map(float, _NUMBERS.findall(element.get("transform", "")))]
        if glyph is None or len(n) < 4:
            return
        path = self._skia.Path(glyph)
        path.transform(self._skia.Matrix.MakeAll(n[2], 0, n[0] + shift[0], 0, -n[3], n[1] + shift[1], 0, 0, 1))
        self.shapes.append(self._shape(path, _BLACK, None, 0.0, tags))

    def _ink(self, name: str, looks: Mapping[str, str], shift: tuple[float, float], tags: tuple[str, ...]) -> None:
        width, data = float(looks.get("stroke-width", 1.0)), looks.get("d", "")
        line = _LINE.fullmatch(data) if name == _PATH else None
        bare = line is not None or looks.get("fill") == "none" or (name == _PATH and "C" not in data and "Z" not in data.upper())
        if bare and width <= 0:
            return
        if line:
            x, y, to_x, to_y = map(float, line.groups())
            path = self._skia.Path()
            path.moveTo(x + shift[0], y + shift[1])
            path.lineTo(to_x + shift[0], to_y + shift[1])
        elif (found := self._outline(name[len(_SVG) :], looks)) is not None:
            path = self._skia.Path(found)
            path.offset(*shift)
        else:
            return
        dashes = tuple(map(float, _NUMBERS.findall(looks.get("stroke-dasharray", ""))))
        ends = looks.get("stroke-linecap") == "round"
        self.shapes.append(self._shape(path, None if bare else _BLACK, _BLACK, width, tags, dashes, ends))

    def _text(self, element: ElementTree.Element, shift: tuple[float, float], tags: tuple[str, ...]) -> None:
        import numpy as np

        looks = {
            key: element.get(key, "")
            for key in ("x", "y", "text-anchor", "font-size", "font-weight", "font-style", "font-family")
        }
        for span in element.iter():
            own = (*tags, *filter(None, (span.get("id"), *span.get("class", "").split())))
            looks |= {key: span.get(key) for key in looks if span.get(key)}
            text = span.text or ""
            if not text.strip():
                continue
            x, y = float(looks["x"] or 0) + shift[0], float(looks["y"] or 0) + shift[1]
            matrix = np.array([[1, 0, x], [0, 1, y], [0, 0, 1.0]])
            size = float(looks["font-size"].removesuffix("px") or 0)
            bold, italic = looks["font-weight"] == "bold", looks["font-style"] == "italic"
            self.labels.append(
                self._label(text, matrix, size, looks["font-family"], looks["text-anchor"] or "start", _BLACK, bold, italic, own)
            )


def _send(stream: BinaryIO, body: bytes) -> None:
    message = memoryview(_LENGTH.pack(len(body)) + body)
    while message:
        message = message[stream.write(message) :]


def _receive(stream: BinaryIO, until: float = math.inf) -> bytes | None:
    """The next message; None where the stream, an unbuffered pipe, ends or the clock has come to `until`."""
    head = _read(stream, _LENGTH.size, until)
    length = _LENGTH.unpack(head)[0] if head else _MOST_BYTES + 1
    return _read(stream, length, until) if length <= _MOST_BYTES else None


def _read(stream: BinaryIO, count: int, until: float) -> bytes | None:
    body, pipe = bytearray(), select.poll()
    pipe.register(stream, select.POLLIN)
    while len(body) < count:
        if until < math.inf and not pipe.poll(max(0.0, until - time.monotonic()) * 1000):
            return None
        part = stream.read(count - len(body))
        if not part:
            return None
        body += part
    return bytes(body)


def _serve() -> None:
    """The child: answer requests until the parent closes the stream."""
    requests, answers = sys.stdin.buffer.raw, os.fdopen(os.dup(sys.stdout.fileno()), "wb", 0)
    os.dup2(2, 1)  # what the engraver prints must not be taken for an answer
    import verovio

    verovio.enableLog(verovio.LOG_OFF)
    toolkit = verovio.toolkit()
    while (message := _receive(requests)) is not None:
        request = json.loads(message)
        toolkit.resetOptions()
        toolkit.setOptions(request["options"])
        if not toolkit.loadData(request["notes"]):
            _send(answers, _REFUSED + b"not well formed")
            continue
        _send(answers, (toolkit.getMEI() if request["want"] == "mei" else toolkit.renderToSVG(1)).encode())


if __name__ == "__main__":
    _serve()
