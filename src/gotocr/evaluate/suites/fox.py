"""Fox: pages of English and Chinese PDFs, read whole, within a box, within a coloured frame or by line (Liu et al. 2024)."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path, PurePosixPath

from ...metrics.published import has_jieba
from ...schema import COLOURS
from ..judges import published
from ..judges.text import TEXT, judge_text
from ..suite import Item, Score, Scored, Subject, Suite, Trouble

TASKS = {"page": "page_ocr", "box": "box_ocr", "colour": "onbox_ocr", "line": "line_ocr"}  # subject -> name of its files
LANGUAGES = {"en": "en", "cn": "zh"}  # as files begin -> code
FILES = {f"{short}_{name}.json": (subject, short) for subject, name in TASKS.items() for short in LANGUAGES}
UNITS = 1000  # boxes and points run from 0 to this across a page
_PLACE = re.compile(r"[\[(]([\d\s.,]{3,80})[\])]")
_UNSAFE = re.compile(r"[^\w.-]+")


def _root(folder: Path) -> Path | None:
    places = (folder, folder / "focus_benchmark_test")
    return next((place for place in places if any((place / name).is_file() for name in FILES)), None)


def load(folder: Path) -> Iterator[Item | Trouble]:
    """Every question of the files that ask for text, in the order of `TASKS`; of other tasks only that they are left out."""
    root = _root(folder)
    if root is None:
        yield Trouble(str(folder), f"holds none of {', '.join(FILES)}")
        return
    for file in sorted(root.glob("*.json")):
        if file.name not in FILES:
            yield Trouble(file.name, "is left out: it asks for something else than the text of one picture")
    ids: set[str] = set()
    for name in FILES:
        if (root / name).is_file():
            yield from _questions(root / name, ids)
    if any(identifier.startswith("cn_") for identifier in ids) and not has_jieba():
        yield Trouble("cn", "GOT's figures of Chinese are by characters, not by words as published: pip install jieba")


def _questions(file: Path, ids: set[str]) -> Iterator[Item | Trouble]:
    try:
        rows = json.loads(file.read_text("utf-8"))
    except (ValueError, RecursionError, OSError) as error:
        yield Trouble(file.name, f"cannot be read: {error}")
        return
    for number, row in enumerate(rows if isinstance(rows, list) else [rows], 1):
        where = f"{file.name}, entry {number}"
        image = row.get("image") if isinstance(row, dict) else None
        turns = row.get("conversations") if isinstance(row, dict) else None
        if not isinstance(image, str) or not isinstance(turns, list):
            yield Trouble(where, "has no image or no conversations")
            continue
        values = [turn.get("value") if isinstance(turn, dict) else None for turn in turns]
        for question, truth in zip(values[::2], [*values[1::2], None], strict=False):
            if not isinstance(truth, str) or not truth.strip():
                yield Trouble(where, f"has no truth for {image}")
                continue
            name = _UNSAFE.sub("_", f"{file.stem}_{PurePosixPath(image).stem}")
            while name in ids:
                name = f"{name}_{number}"
            ids.add(name)
            yield from _item(file, name, image, (str(question), truth))


def _item(file: Path, name: str, image: str, turn: tuple[str, str]) -> Iterator[Item | Trouble]:
    """One question as an item: where it asks is in its notes, in pixels, or the frame's colour."""
    subject, short = FILES[file.name]
    path = _picture(file.parent, subject, image)
    question, truth = turn
    notes: dict[str, object] = {"question": question}
    flaw = "" if path.is_file() else f"has no picture: {image} is missing; it counts as read empty"
    if subject == "colour":
        colour = next((colour for colour in COLOURS if colour in question.lower()), None)
        notes |= {"colour": colour} if colour else {}
        flaw = flaw or ("" if colour else f"names no colour: {question!r}; it is read whole")
    elif subject != "page":
        place, problem = _place(question, path, 4 if subject == "box" else 2)
        notes |= {"box" if len(place) == 4 else "point": place} if place else {}
        flaw = flaw or problem
    yield Item(name, subject, path, truth, LANGUAGES[short], file.stem, notes=notes)
    if flaw:
        yield Trouble(name, flaw)


def _picture(root: Path, subject: str, image: str) -> Path:
    """Where a picture lies: in the folder of its language, which its name begins with (the guide's table mixes two up)."""
    name = PurePosixPath(image.replace("\\", "/")).name
    folders = [root / f"{short}_pdf_png{'_onbox' if subject == 'colour' else ''}" for short in LANGUAGES]
    folders.sort(key=lambda folder: not folder.name.startswith(name[:2]))
    return next((folder / name for folder in folders if (folder / name).is_file()), folders[0] / name)


def _place(question: str, path: Path, count: int) -> tuple[tuple[float, ...], str]:
    """The box or point that a question ends with, in pixels of the picture; or nothing, and what is wrong."""
    numbers: list[float] = []
    for found in _PLACE.finditer(question):
        fields = found[1].split(",")
        if len(fields) == count and all(re.fullmatch(r"\s*\d{1,5}(?:\.\d{1,9})?\s*", field) for field in fields):
            numbers = [*map(float, fields)]
    if not numbers:
        return (), f"names no {'box' if count == 4 else 'point'}: {question[:200]!r}; it is read whole"
    size = _size(path)
    if size is None:
        return (), "has a picture that cannot be opened; it is read whole"
    place = tuple(number / UNITS * size[at % 2] for at, number in enumerate(numbers))
    if count == 4 and not (place[0] < place[2] and place[1] < place[3]):
        return (), f"names an empty box: {question[:200]!r}; it is read whole"
    return place, ""


def _size(path: Path) -> tuple[int, int] | None:
    from PIL import Image

    try:
        with Image.open(path) as picture:
            return picture.size
    except (OSError, ValueError, Image.DecompressionBombError):
        return None


def judge(reading: str, item: Item) -> Mapping[str, Score]:
    """Our own measures, and GOT's."""
    return {**judge_text(reading, str(item.truth)), **published.judge(reading, str(item.truth))}


def overall(scored: Sequence[Scored]) -> Mapping[str, float]:
    """GOT's edit distance and F1 for each language and task, the mean over items that its scripts keep: as in its tables."""
    values: dict[str, list[float]] = {}
    for one in scored:
        for figure in ("edit_distance", "f1"):
            score = one.scores.get(published.PREFIX + figure)
            if isinstance(score, float):
                name = f"{one.item.language} {one.item.type}: {MEASURES[published.PREFIX + figure].name}"
                values.setdefault(name, []).append(score)
    return {name: sum(found) / len(found) for name, found in values.items()}


MEASURES = {**TEXT, **published.MEASURES}
SUITE = Suite(
    name="fox",
    title="Fox",
    data="""112 English and 100 Chinese pages with questions about them (CC BY-NC 4.0): focus_benchmark_test.zip of
https://huggingface.co/datasets/ucaslcl/Fox_benchmark_data, unpacked; the folder with en_page_ocr.json and en_pdf_png, or the
one around it. Boxes and points of the questions are thousandths of the page. Lines are asked for by a point at their left:
systems that know no points read the whole page. Translation, summary, figures and questions across pages are left out.""",
    is_in=lambda folder: _root(folder) is not None,
    load=load,
    subjects={subject: Subject(subject, "plain", MEASURES, judge) for subject in TASKS},
    overall=overall,
)
