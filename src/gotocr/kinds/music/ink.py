"""Which ink of an engraved score each mark of its ABC stands for, found by the ids that the score's MEI gave."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

from ...schema import Box
from .mei import event_id, staff_id
from .score import Score, spans

if TYPE_CHECKING:
    from ...draw.svg import Drawing, Label, Shape

SOLID = ("head", "grace")
WHOLE = ("notehead", "stem", "flag", "dots", "rest", "mRest")
SIGNATURES = {"clef": "clef", "key": "keySig", "meter": "meterSig"}


class Ink:
    """The shapes and labels of a drawing by what they stand for (see `abc_writer.Piece`)."""

    def __init__(self, score: Score, drawing: Drawing) -> None:
        self.score = score
        self._shapes: dict[str, list[Shape]] = defaultdict(list)
        for shape in drawing.shapes:
            for tag in shape.tags[3:]:  # inside the page
                self._shapes[tag].append(shape)
        self._labels: dict[str, list[Label]] = defaultdict(list)
        for label in drawing.labels:
            for tag in label.tags:
                self._labels[tag].append(label)
        self._boxes = {id(shape): shape.box for shape in drawing.shapes}
        self._starts = {}
        for voice in range(len(score.places)):
            self._starts |= {(name, end): start for name in ("slurs", "hairpins") for start, end in spans(score, voice, name)}

    def all(self) -> list[Box]:
        """The boxes of all shapes."""
        return [*self._boxes.values()]

    def tempo(self) -> list[Label]:
        return self._labels["tempo"]

    def as_seen(self) -> Score:
        """The score without the hyphens and lines behind syllables that found no room."""
        if not any(event.words for bar in self.score.bars for voice in bar.voices for event in voice):
            return self.score
        bars = list(self.score.bars)
        for voice in range(len(self.score.places)):
            held: dict[int, bool] = {}
            for number, bar in enumerate(bars):
                events = []
                for place, event in enumerate(bar.voices[voice]):
                    words = list(event.words)
                    for verse, word in enumerate(words):
                        if word == "_":
                            words[verse] = "_" if held.get(verse) else ""
                        elif word:
                            held[verse] = bool(self._shapes.get(f"y{event_id((number, voice, place))}-{verse}"))
                            words[verse] = word if held[verse] else word.removesuffix("-")
                    events.append(replace(event, words=tuple(words) if any(words) else ()))
                bars[number] = replace(bars[number], voices=(*bar.voices[:voice], tuple(events), *bar.voices[voice + 1 :]))
        return replace(self.score, bars=tuple(bars))

    def labels(self, ink: tuple) -> list[Label]:
        name, at = ink[0], ink[1:4]
        if name == "words":
            return self._labels[f"y{event_id(at)}-{ink[4]}"]
        if name == "chord":
            return self._labels[f"h{event_id(at)}"]
        if name == "ending":
            return self._labels[f"ending{ink[1]}"]
        return self._labels["label"][ink[1] : ink[1] + 1] if len(self._labels["label"]) == len(self.score.staves) else []

    def boxes(self, ink: tuple) -> list[Box]:
        name, at = ink[0], ink[1:4]
        if name == "sign":
            return self._within(self._note_id(ink[1:]), "accid")
        if name in SOLID:
            return self._within(self._note_id(ink), "notehead")
        if name in ("value", "rest", "heads"):
            return self._of_event(at, ("notehead",) if name == "heads" else ())
        if name in ("clef", "key", "meter"):
            shapes = self._shapes[staff_id(*ink[1:3])]
            return [self._boxes[id(shape)] for shape in shapes if SIGNATURES[name] in shape.tags and "layer" not in shape.tags]
        if name in ("bar", "left"):
            return self._bar_line(ink[1], ink[2], name == "left")
        if name == "slur":
            return self._slur(at, ink[4], ink[5])
        if name == "hairpin":
            start = at if ink[4].endswith("(") else self._starts.get(("hairpins", at), at)
            return self._within(f"p{event_id(start)}")
        if name == "tie":
            return [box for number in range(12) for box in self._within(f"i{event_id(at)}-{number}")]
        if name == "mark":
            ids = f"a{event_id(at)}p0-{ink[4]}", f"a{event_id(at)}-{ink[4]}", f"o{event_id(at)}-{ink[4]}"
            return next(filter(None, map(self._within, ids)), [])
        if name in ("hyphen", "held"):
            return self._within(f"y{event_id(self._singer(at, ink[4]))}-{ink[4]}")
        if name == "group":
            return self._within("grpSym") or self._within("system", "barLine")
        prefix = {"dynamic": "de", "tuplet": "t", "new clef": "c"}[name]
        return self._within(prefix + event_id(at).removeprefix("e"), "tupletNum" if name == "tuplet" else "")

    def _singer(self, at: tuple, verse: int) -> tuple:
        """The note that has the syllable which is held at `at`."""
        number, voice, place = at
        while number >= 0:
            events = self.score.bars[number].voices[voice]
            for before in range(len(events[: place + 1]) - 1, -1, -1):
                words = events[before].words
                if verse < len(words) and words[verse] not in ("", "_"):
                    return number, voice, before
            number, place = number - 1, 1 << 30
        return at

    def _note_id(self, ink: tuple) -> str:
        return f"{event_id(ink[1:4])}{'p' if ink[0] == 'head' else 'g'}{ink[4]}"

    def _within(self, tag: str, inner: str = "") -> list[Box]:
        return [self._boxes[id(shape)] for shape in self._shapes.get(tag, ()) if not inner or inner in shape.tags]

    def _of_event(self, at: tuple, only: Iterable[str] = ()) -> list[Box]:
        """The heads, stem, flags and dots of a note, a chord or a rest."""
        name = event_id(at)
        shapes = self._shapes.get(name) or self._shapes.get(f"{name}p0", [])
        wanted = tuple(only) or WHOLE
        return [self._boxes[id(shape)] for shape in shapes if any(tag in shape.tags for tag in wanted)]

    def _lines(self, bar: int, staff: int) -> Box | None:
        """The five lines of a staff in a bar."""
        found = [self._boxes[id(shape)] for shape in self._shapes[staff_id(bar, staff)] if shape.tags[-1] == "staff"]
        return union(found) if found else None

    def _bar_line(self, bar: int, staff: int, left: bool) -> list[Box]:
        """What of a bar line stands on one staff. A bar may have two of them, a repeat's start and its end."""
        lines = self._lines(bar, staff)
        marks: dict[str, list[Box]] = defaultdict(list)
        for shape in self._shapes[f"m{bar}"]:
            if "barLine" in shape.tags:
                marks[shape.tags[shape.tags.index("barLine") - 1]].append(self._boxes[id(shape)])
        found = sorted(union(boxes) for boxes in marks.values())
        if not lines or not found:
            return []
        both = bool(self.score.bars[bar].left)
        found = found[:1] if left else found[-1:] if len(found) > both else []
        return [(box[0], lines[1], box[2], lines[3]) for box in found]

    def _slur(self, at: tuple, number: int, end: int) -> list[Box]:
        """The third of the curve where it begins or ends."""
        pairs = [
            (start, stop) for (name, stop), start in self._starts.items() if name == "slurs" and (stop if end else start) == at
        ]
        if not pairs:
            return []
        start, stop = pairs[min(number, len(pairs) - 1)]
        boxes = self._within(f"l{event_id(start)}-{event_id(stop)}")
        if not boxes:
            return []
        left, top, right, bottom = union(boxes)
        third = (right - left) / 3
        return [(right - third, top, right, bottom) if end else (left, top, left + third, bottom)]


def union(boxes: Iterable[Box]) -> Box:
    lefts, tops, rights, bottoms = zip(*boxes, strict=True)
    return min(lefts), min(tops), max(rights), max(bottoms)
