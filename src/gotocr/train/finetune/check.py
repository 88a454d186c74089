"""Which lines of a user's files can be learnt, which cannot and why, and which are held out; no torch.

A picture is held out by the hash of its bytes, so that a copy under another name goes the same way, and so that more data
later moves no picture from one side to the other.
"""

from __future__ import annotations

import hashlib
import io
import json
import math
import stat
import unicodedata
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

import numpy as np

from ...errors import GotocrError, InputError, OutputError, UsageError
from ...pixels.limits import Limits
from ...pixels.native import letter_height, letter_scale
from ...pixels.picture import decode
from ...pixels.region import cut, resolve
from ...prompt.template import build
from ...schema import Box, Page, Region, Sample, Task
from ...synth.pairs import NO_GLYPHS
from ..got_study import open_vocabulary
from ..recipe import Window
from ..targets import Targets
from .course import Course
from .lines import THOUSANDTHS, Bad, Line, Problem, read_lines

SEEN_MOST = 512 * 1024  # pixels of nano's own view of a picture that is learnt whole
NANO_TOKENS = 384
SHOWN = 20  # bad lines told in an error; `--check` tells all


@dataclass(frozen=True)
class Lesson:
    """A line that can be learnt."""

    image: str  # absolute path
    text: str
    mode: str
    where: str  # file:line
    box: Box | None = None  # in pixels of the picture
    colour: str | None = None
    scale: float = 1.0  # nano: of its view of what is read, in pixels of the picture
    size: tuple[int, int] = (0, 0)  # height and width of what is read, in pixels of that view (nano) or of the picture
    tokens: int = 0  # of the text

    @property
    def region(self) -> Region | None:
        return Region(self.box, self.colour) if self.box or self.colour else None


@dataclass
class Checked:
    """What was found in the files."""

    lessons: list[Lesson] = field(default_factory=list)
    held: list[Lesson] = field(default_factory=list)
    bad: list[Bad] = field(default_factory=list)

    @property
    def sum(self) -> str:
        """A checksum of what is learnt and of what is held out, wherever it is written."""
        rows = [[{**asdict(lesson), "where": ""} for lesson in part] for part in (self.lessons, self.held)]
        return hashlib.sha256(json.dumps(rows).encode()).hexdigest()[:16]

    def refuse(self) -> None:
        """Raise InputError if any line is bad."""
        if self.bad:
            more = f"; and {len(self.bad) - SHOWN} more (--check lists all)" if len(self.bad) > SHOWN else ""
            shown = "; ".join(map(str, self.bad[:SHOWN]))
            raise InputError(f"{len(self.bad)} lines cannot be used; mend them, or leave them out with --skip-bad: {shown}{more}")


class Speller:
    """What a model can write, and how it sees a picture."""

    def __init__(self, course: Course) -> None:
        self.course = course

    def measure(self, lesson: Lesson, image: np.ndarray) -> Lesson:
        """A lesson with what is known of it. Raises Problem for what the model cannot learn."""
        raise NotImplementedError


class NanoSpeller(Speller):
    """nano: single characters of its vocabulary, pictures at the size its reader would show them."""

    def __init__(self, course: Course) -> None:
        super().__init__(course)
        self.targets = Targets(course.source / "tokenizer.json", Window())

    def measure(self, lesson: Lesson, image: np.ndarray) -> Lesson:
        if lesson.colour:
            raise Problem("nano looks for no coloured frames; give 'region', or cut the frame out")
        text = unicodedata.normalize("NFC", lesson.text)
        if strange := sorted(set(text) - self.targets.letters.keys()):
            named = ", ".join(f"{letter!r} ({name(letter)})" for letter in strange[:5])
            more = f" and {len(strange) - 5} more" if len(strange) > 5 else ""
            raise Problem(f"nano has no sign for {named}{more}; spell it with signs it has, or teach base")
        page, _ = cut(Page(image), lesson.box)
        scale = letter_scale(letters) if (letters := letter_height(Page(page))) else 1.0
        size = tuple(max(1, round(side * scale)) for side in page.shape[:2])
        if size[0] * size[1] > SEEN_MOST:
            raise Problem(
                f"the picture is {size[1]} x {size[0]} pixels as nano sees it, and {SEEN_MOST:,} pixels are learnt at once; "
                "cut it into lines or paragraphs, or give 'region'"
            )
        sample = sample_of(replace(lesson, text=text), page)
        tokens = len(self.targets.encode(sample, lesson.mode).ids) + 1
        if tokens > NANO_TOKENS:
            raise Problem(f"the text is {tokens} tokens long, and nano is taught up to {NANO_TOKENS} of a picture; cut the picture in parts")
        return replace(lesson, text=text, scale=scale, size=size, tokens=tokens)


class BaseSpeller(Speller):
    """base: bytes, so any text; one view of a picture."""

    def __init__(self, course: Course) -> None:
        super().__init__(course)
        from .recipes import vocabulary

        self.tokenizer = open_vocabulary(vocabulary(course))

    def measure(self, lesson: Lesson, image: np.ndarray) -> Lesson:
        height, width = image.shape[:2]
        asks = len(build(Task(lesson.mode, lesson.region), (width, height), 1, self.tokenizer).ids)
        tokens = len(self.tokenizer.encode(lesson.text, specials=False)) + 1
        if asks + tokens > self.course.length:
            raise Problem(
                f"the text is {tokens} tokens long, and {self.course.length - asks} fit behind picture and prompt; "
                f"give --length {asks + tokens} or more, or cut the picture in parts"
            )
        return replace(lesson, size=(height, width), tokens=tokens)


def sample_of(lesson: Lesson, image: np.ndarray) -> Sample:
    """A lesson with its picture (or what is read of it) as drawn samples are; nothing is known of where the ink stands."""
    plain, marked = (lesson.text, "") if lesson.mode == "plain" else ("", lesson.text)
    kind = "text" if lesson.mode == "plain" else "page"
    return Sample(image, plain, marked, NO_GLYPHS, kind, 0, {"mode": lesson.mode}, located=False)


def name(letter: str) -> str:
    return f"U+{ord(letter):04X} {unicodedata.name(letter, 'without a name')}"


def check(course: Course) -> Checked:
    """Look at every line and picture. Raises InputError for files that cannot be read."""
    speller = NanoSpeller(course) if course.family == "nano" else BaseSpeller(course)
    looked = _Looked(course, speller)
    found = Checked()
    own = [*looked.file(course.held_out)] if course.held_out else []
    learnt = [*looked.file(course.data)]
    found.bad += [row for row in (*own, *learnt) if isinstance(row, Bad)]
    held = {picture for picture, _ in (row for row in own if not isinstance(row, Bad))}
    pairs = [row for row in learnt if not isinstance(row, Bad)]
    if course.held_out:
        found.held = [lesson for _, lesson in (row for row in own if not isinstance(row, Bad))]
    else:
        held = _share({picture for picture, _ in pairs}, course.share)
    for picture, lesson in pairs:
        if picture not in held:
            found.lessons.append(lesson)
        elif course.held_out:
            found.bad.append(Bad(lesson.where, f"its picture is held out, too ({course.held_out}); take it out of one of the files"))
        else:
            found.held.append(lesson)
    return found


def usable(found: Checked, course: Course) -> Checked:
    """What can be learnt. Raises InputError where lines are bad and not to be skipped, or where too little is left."""
    if not course.skip_bad:
        found.refuse()
    if not found.lessons or not found.held:
        raise InputError(
            f"{course.data}: {len(found.lessons)} lines to learn and {len(found.held)} held out are left; at least one picture of "
            "each is needed"
        )
    return found


def _share(pictures: set[str], share: float) -> set[str]:
    """The pictures whose hash is in the first `share`; of several pictures at least one, and never all."""
    order = sorted(pictures)
    count = sum(int(picture[:16], 16) < share * 2**64 for picture in order)
    return set(order[: min(max(count, 1), len(order) - 1)])


class _Looked:
    """Lines that were looked at so far, so that one said twice is found."""

    def __init__(self, course: Course, speller: Speller) -> None:
        self.course, self.speller = course, speller
        self.asked: dict[tuple, tuple[str, Lesson]] = {}

    def file(self, path: str) -> Iterator[Bad | tuple[str, Lesson]]:
        """Each line of a file: what is wrong with it, or the hash of its picture and what is learnt from it."""
        for line in read_lines(path):
            if isinstance(line, Line):
                try:
                    line = self.look(line, path)
                except Problem as problem:
                    line = Bad(line.where, str(problem))
            yield line

    def look(self, line: Line, file: str) -> tuple[str, Lesson]:
        """Raises Problem."""
        text = line.text.rstrip()
        if not text and not self.course.allow_empty:
            raise Problem("'text' is empty; write what stands there, or give --allow-empty if nothing does")
        if any(0xD800 <= ord(letter) <= 0xDFFF for letter in text):
            raise Problem("the text holds half a character (a lone surrogate); write it anew")
        if strange := sorted({letter for letter in text if unicodedata.category(letter) == "Cc" and letter not in "\n\t"}):
            raise Problem(f"the text holds {', '.join(name(letter) for letter in strange[:5])}, which nobody sees; take it out")
        picture, image = _picture(line)
        lesson = Lesson(str(line.path.resolve()), text, line.mode, line.where, _pixels(line, image), line.colour)
        lesson = self.speller.measure(lesson, image)
        key = (picture, lesson.mode, lesson.box, lesson.colour)
        if key in self.asked:
            known, before = self.asked[key]
            if known != file:
                raise Problem(f"its picture is held out, too ({before.where}); take it out of one of the files")
            if before.text == lesson.text:
                raise Problem(f"says the same as {before.where}; take one out")
            raise Problem(f"contradicts {before.where}: the same picture, asked the same, with another text; keep one of them")
        self.asked[key] = file, lesson
        return picture, lesson


def _picture(line: Line) -> tuple[str, np.ndarray]:
    """The hash of a picture's file, and the picture. Raises Problem."""
    limits = Limits()
    try:
        state = line.path.stat()
        if not stat.S_ISREG(state.st_mode):  # one that never ends, or that waits for another program
            raise Problem(f"{line.image} is no file; give the path of a picture")
        if state.st_size > limits.max_bytes:
            raise Problem(f"{line.image} is over the limit of {limits.max_bytes >> 20} MiB; make it smaller")
        content = line.path.read_bytes()
        return hashlib.sha256(content).hexdigest(), decode(io.BytesIO(content), line.image, limits)
    except FileNotFoundError:
        raise Problem(f"there is no picture {line.image} ({line.path}); paths go by the folder of the file") from None
    except (OSError, ValueError) as cause:
        raise Problem(f"{line.image} cannot be opened ({getattr(cause, 'strerror', None) or cause})") from None
    except GotocrError as cause:
        raise Problem(str(cause)) from None


def _pixels(line: Line, image: np.ndarray) -> Box | None:
    """The line's box in pixels. Raises Problem for one that is not on the picture."""
    if line.box is None:
        return None
    height, width = image.shape[:2]
    box = line.box
    if line.thousandths:
        box = tuple(side / THOUSANDTHS * most for side, most in zip(box, (width, height) * 2, strict=True))
    if box[0] < 0 or box[1] < 0 or box[2] > math.ceil(width) or box[3] > math.ceil(height):
        raise Problem(f"the region {[round(side, 1) for side in box]} reaches out of the picture ({width} x {height} pixels)")
    if box[2] - box[0] < 1 or box[3] - box[1] < 1:
        raise Problem(f"the region {[round(side, 1) for side in box]} is smaller than a pixel; it is counted in pixels, not in shares")
    try:
        return resolve(Region(box), (width, height)).box
    except UsageError as cause:
        raise Problem(str(cause)) from None


def save(lessons: list[Lesson], path: Path) -> None:
    """Write lessons for the processes that make batches of them. Raises OutputError."""
    put(path, "".join(json.dumps(asdict(lesson)) + "\n" for lesson in lessons))


def put(path: Path, text: str) -> None:
    """Write a file that appears whole or not at all. Raises OutputError."""
    part = path.with_name(f".{path.name}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        part.write_text(text, "utf-8")
        part.replace(path)
    except OSError as cause:
        raise OutputError(f"cannot write {path}: {cause.strerror or cause}") from cause


def load(path: str | Path) -> list[Lesson]:
    """The lessons of a file that `save` wrote. Raises InputError."""
    try:
        rows = [json.loads(row) for row in Path(path).read_text("utf-8").splitlines()]
        return [Lesson(**{**row, "box": row["box"] and tuple(row["box"]), "size": tuple(row["size"])}) for row in rows]
    except (OSError, ValueError, TypeError, KeyError) as cause:
        raise InputError(f"{path} holds no lessons ({cause}); begin anew without --resume, in another folder") from cause


def picture(lesson: Lesson) -> np.ndarray:
    """The picture of a lesson, all of it, (H, W, 3) uint8. Raises InputError where it has gone since."""
    try:
        return decode(io.BytesIO(Path(lesson.image).read_bytes()), lesson.image, Limits())
    except OSError as cause:
        raise InputError(f"{lesson.where}: {lesson.image} has gone ({cause.strerror or cause}); bring it back") from cause
