"""GrandStaff: systems of piano music, engraved and as if photographed, with their `**kern`.

Ríos-Vila, Rizo, Iñesta and Calvo-Zaragoza, "End-to-end Optical Music Recognition for Pianoform Sheet Music" (IJDAR 2023), and
as github.com/antoniorv6/SMT reads it (Ríos-Vila, Calvo-Zaragoza and Paquet, "Sheet Music Transformer", ICDAR 2024).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from ...kinds.music.block import read
from ..judges import music
from ..suite import Item, Subject, Suite, Trouble

LISTS = ("partitions_grandstaff/test.txt", "partitions/test.txt", "samples.test.txt", "test.txt")
PLACES = ("", "grandstaff_dataset", "GrandStaff", "grandstaff")
ENCODED = (".krn", ".bekrn", ".ekrn")  # the first one there is taken
GROUPS = {"": "engraved", "_distorted": "distorted"}
PICTURES = (".jpg", ".png")
_HEADER = re.compile(r"\*\*(?:b?ekern\S*|kern_\S+)")


def load(folder: Path) -> Iterator[Item | Trouble]:
    """The test partition where there is one, else every system in the folder; each as engraved, and distorted if it is there."""
    listed = next((folder / name for name in LISTS if (folder / name).is_file()), None)
    if listed is None:
        yield Trouble(str(folder), f"holds no test partition ({LISTS[0]}); all in it is read, also what models learn from")
        bases = [path.relative_to(folder).with_suffix("").as_posix() for path in sorted(folder.rglob("*.krn"))]
        yield from (found for base in bases for found in _system(folder, base))
        return
    seen: set[str] = set()
    for number, line in enumerate(listed.read_text("utf-8", errors="replace").splitlines(), 1):
        base = _base(line.strip())
        if not base:
            continue
        where = f"{listed.relative_to(folder).as_posix()}, line {number}"
        if base in seen:
            yield Trouble(where, f"{base} came before; only the first one is read")
        elif base.startswith("/") or ".." in base.split("/"):
            yield Trouble(where, f"{base} lies outside of the folder")
        else:
            seen.add(base)
            yield from _system(folder, base)
    yield from _left_out(folder, listed)


def _left_out(folder: Path, listed: Path) -> Iterator[Trouble]:
    """Systems that no partition names, neither the one that is read nor those beside it, such as that for training."""
    lines = [line for path in listed.parent.glob("*.txt") for line in path.read_text("utf-8", errors="replace").splitlines()]
    named = {folder / place / _base(line.strip()) for line in lines for place in PLACES}
    there = {path.with_suffix("") for path in folder.rglob("*") if path.suffix in ENCODED}
    if left := len(there - named):
        yield Trouble(str(folder), f"{left} systems are in no partition, in {listed.name} or beside it; they are left out")


def _base(line: str) -> str:
    """What a line names, without the ending: partitions name `.krn` files, those of GrandStaff-LMX nothing behind the dot."""
    path = Path(line)
    return path.with_suffix("").as_posix() if path.suffix in (*ENCODED, *PICTURES) else line.replace("\\", "/")


def _system(folder: Path, base: str) -> Iterator[Item | Trouble]:
    stems = [folder / place / base for place in PLACES]
    truth = next((stem.with_name(stem.name + end) for end in ENCODED for stem in stems if _there(stem, end)), None)
    name = base.removeprefix("grandstaff_dataset/").replace("/", "__")
    if truth is None:
        yield Trouble(name, f"has no truth: {base}.krn is missing; it is left out")
        return
    kern = plain_kern(truth.read_text("utf-8", errors="replace"))
    if not read(kern)[0].bars:
        yield Trouble(name, f"has no truth: there are no notes in {truth.relative_to(folder).as_posix()}; it is left out")
        return
    stem = truth.with_name(truth.name.removesuffix(truth.suffix))
    for ending, group in GROUPS.items():
        image = next((stem.with_name(stem.name + ending + end) for end in PICTURES if _there(stem, ending + end)), None)
        if image is None and ending:
            continue  # not every copy of the data has them
        missing = stem.with_name(stem.name + PICTURES[0])
        yield Item(name + ending, "music", image or missing, kern, group=group)
        if image is None:
            yield Trouble(name, f"has no picture: {missing.relative_to(folder).as_posix()} is missing; it counts as read empty")


def _there(stem: Path, ending: str) -> bool:
    return stem.with_name(stem.name + ending).is_file()


def plain_kern(text: str) -> str:
    """`**kern` of its variants whose tokens are cut into parts by `@` and `·` (`**ekern`, `**bekern`)."""
    head, newline, rest = text.partition("\n")
    if not _HEADER.search(head):
        return text
    return _HEADER.sub("**kern", head) + newline + rest.replace("@", "").replace("·", "")


SUITE = Suite(
    name="grandstaff",
    title="GrandStaff",
    data="""grandstaff_dataset and partitions_grandstaff from grfia.dlsi.ua.es/sheet-music-transformer (or GrandStaff from
sites.google.com/view/multiscore-project/datasets), unpacked side by side in one folder: COMPOSER/.../NAME.krn (or .bekrn)
beside NAME.jpg and, of the camera set, NAME_distorted.jpg; the lines of partitions_grandstaff/test.txt name the .krn files.
GrandStaff-LMX (github.com/ufal/olimpic-icdar24) with its samples.test.txt is read too.""",
    is_in=lambda folder: next(folder.rglob("*.krn"), next(folder.rglob("*.bekrn"), None)) is not None,
    load=load,
    subjects={"music": Subject("music", "format", music.MEASURES, lambda reading, item: music.judge(reading, str(item.truth)))},
)
