"""OLiMPiC: systems of piano parts of songs, engraved and scanned, with their MusicXML.

Mayer, Straka, Hajič and Pecina, "Practical End-to-End Optical Music Recognition for Pianoform Music" (ICDAR 2024),
github.com/ufal/olimpic-icdar24. Its own figures (edits of LMX tokens, TEDn) are not computed: they need its converters.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from ...kinds.music.musicxml_reader import from_musicxml
from ..judges import music
from ..suite import Item, Subject, Suite, Trouble

LISTS = ("samples.test.txt", "samples.dev.txt")  # the first one there is taken
SAMPLES = "samples"
PICTURES = (".png", ".jpg")


def load(folder: Path) -> Iterator[Item | Trouble]:
    """The systems of the test list, of the development list where there is none, or else all."""
    listed = next((folder / name for name in LISTS if (folder / name).is_file()), None)
    if listed is None:
        yield Trouble(str(folder), f"holds no {' and no '.join(LISTS)}; all its samples are read")
        bases = _samples(folder)
    else:
        bases = [line.strip().replace("\\", "/") for line in listed.read_text("utf-8", errors="replace").splitlines()]
        if listed.name != LISTS[0]:
            yield Trouble(str(folder), f"holds no {LISTS[0]}; {listed.name} is read")
    seen: set[str] = set()
    for base in filter(None, bases):
        if base in seen:
            yield Trouble(base, "came before; only the first one is read")
        elif base.startswith("/") or ".." in base.split("/"):
            yield Trouble(base, "lies outside of the folder")
        else:
            seen.add(base)
            yield from _system(folder, base)
    lists = [path.read_text("utf-8", errors="replace") for path in folder.glob("samples.*.txt")]
    named = {line.strip() for text in lists for line in text.splitlines()} | seen
    if left := sum(base not in named for base in _samples(folder)):
        yield Trouble(str(folder), f"{left} samples are in no list; they are left out")


def _samples(folder: Path) -> list[str]:
    found = sorted((folder / SAMPLES).glob("*/*.musicxml"))
    return [path.relative_to(folder).as_posix().removesuffix(".musicxml") for path in found]


def _system(folder: Path, base: str) -> Iterator[Item | Trouble]:
    name = base.removeprefix(SAMPLES + "/").replace("/", "__")
    path = folder / f"{base}.musicxml"
    if not path.is_file():
        yield Trouble(name, f"has no truth: {base}.musicxml is missing; it is left out")
        return
    truth = path.read_text("utf-8", errors="replace")
    score, problems = from_musicxml(truth)
    if not score.bars:
        why = problems[0] if problems else "no notes"
        yield Trouble(name, f"has no truth: {base}.musicxml cannot be read ({why}); it is left out")
        return
    images = [folder / (base + ending) for ending in PICTURES]
    image = next((image for image in images if image.is_file()), None)
    yield Item(name, "music", image or images[0], truth)
    if image is None:
        yield Trouble(name, f"has no picture: {base}.png is missing; it counts as read empty")


def _is_in(folder: Path) -> bool:
    return next((folder / SAMPLES).glob("*/*.musicxml"), None) is not None


SUITE = Suite(
    name="olimpic",
    title="OLiMPiC",
    data="""The scanned or the synthetic set from the releases of github.com/ufal/olimpic-icdar24, unpacked: samples/SCORE/
pPAGE-sSYSTEM.png beside .musicxml and .lmx, and samples.test.txt, whose lines name samples without an ending.""",
    is_in=_is_in,
    load=load,
    subjects={"music": Subject("music", "format", music.MEASURES, lambda reading, item: music.judge(reading, str(item.truth)))},
)
