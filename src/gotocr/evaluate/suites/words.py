"""Cropped words of scenes, IIIT5K and ICDAR: a picture and a word a line, in the forms these collections are handed around in.

Mishra et al., BMVC 2012 (IIIT5K); Karatzas et al., ICDAR 2013 and 2015 (robust reading, task 3). No lexicon is used.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from ...errors import InputError
from ..judges.text import WORD, judge_word
from ..subjects import subject
from ..suite import Item, Suite, Trouble

MATLAB = "testdata.mat"
LISTS = ("gt.txt", "test_gt.txt", "labels.txt", "label.txt", "test_label.txt", "testdata.txt", "testdata.csv", "testdata.tsv")
TASK = "*Task3*GT.txt"  # Challenge2_Test_Task3_GT.txt
IGNORED = "###"  # ICDAR's word that nobody can read
SEARCHED = 2  # folders deep pictures are looked for
_NAME = re.compile(r"[^\t\"]*?\.(?:png|jpe?g|bmp|gif|tiff?)(?=[\s,\"]|$)", re.IGNORECASE)
_ICDAR_LINE = re.compile(r"(?:\S*/)?word_\d+\.(?:png|jpg)", re.IGNORECASE)
_PICTURES = frozenset((".png", ".jpg", ".jpeg", ".bmp", ".gif", ".tif", ".tiff"))


def iiit5k_list(folder: Path) -> Path | None:
    """The file with the words of IIIT5K: a list of pictures of its folder `test`, else MATLAB's."""
    listed = (path for path in _lists(folder) if _first(path).lstrip("./").replace("\\", "/").startswith("test/"))
    matlab = folder / MATLAB
    return next(listed, matlab if matlab.is_file() else None)


def icdar_list(folder: Path) -> Path | None:
    """The file with the words of ICDAR: that of task 3, or a list of pictures called word_1.png and so on."""
    listed = (path for path in _lists(folder) if _ICDAR_LINE.match(_first(path)))
    return next(iter(sorted(folder.glob(TASK))), next(listed, None))


def _lists(folder: Path) -> list[Path]:
    return [folder / name for name in LISTS if (folder / name).is_file()]


def _first(path: Path) -> str:
    """The name of the first picture that is listed; empty where none is."""
    with open(path, encoding="utf-8-sig", errors="replace") as lines:
        names = (_NAME.match(line.removeprefix('"')) for line, _ in zip(lines, range(2), strict=False))
        return next((found[0] for found in names if found), "")


def load_iiit5k(folder: Path) -> Iterator[Item | Trouble]:
    return _load(folder, iiit5k_list(folder), "testdata.mat or a list such as gt.txt, with lines like: test/1002_1.png PRIVATE")


def load_icdar(folder: Path) -> Iterator[Item | Trouble]:
    return _load(folder, icdar_list(folder), 'Challenge2_Test_Task3_GT.txt, with lines like: word_1.png, "Tiredness"')


def _load(folder: Path, path: Path | None, needed: str) -> Iterator[Item | Trouble]:
    if path is None:
        raise InputError(f"{folder} has no list of words: {needed}")
    pictures = _pictures(folder)
    seen: set[str] = set()
    for entry in _matlab(path) if path.suffix == ".mat" else _lines(path):
        if isinstance(entry, Trouble):
            yield entry
            continue
        name, word = entry
        if not word.strip() or word.strip() == IGNORED:
            yield Trouble(
                name, f"is left out, as the protocol has it: {'nobody can read it (###)' if word.strip() else 'no word is given'}"
            )
        elif name in seen:
            yield Trouble(name, "is listed twice; only the first word is used")
        else:
            seen.add(name)
            given = folder / name
            picture = given if given.is_file() else pictures.get(Path(name).name, given)
            yield Item(Path(name).with_suffix("").as_posix().replace("/", "_"), "word", picture, word.strip())
            if not picture.is_file():
                yield Trouble(name, "has no picture; it counts as read empty")


def _pictures(folder: Path) -> dict[str, Path]:
    """The pictures of a folder and those within it, by name; a name that several have is none's."""
    found: dict[str, Path] = {}
    twice: set[str] = set()
    for depth in range(1, SEARCHED + 1):
        for path in sorted(folder.glob("/".join("*" * depth))):
            if path.suffix.lower() in _PICTURES:
                twice.update([path.name] if path.name in found else [])
                found[path.name] = path
    return {name: path for name, path in found.items() if name not in twice}


def _lines(path: Path) -> Iterator[tuple[str, str] | Trouble]:
    """(picture, word) of every line: parted by a tab, a comma or a space, either in quotation marks or not."""
    for number, line in enumerate(path.read_text("utf-8-sig", "replace").split("\n"), 1):
        line = line.strip("\r").removeprefix('"')
        found = _NAME.match(line.replace("\\", "/"))
        if found:
            yield found[0].strip().removeprefix("./"), _unquoted(line[found.end() :].removeprefix('"'))
        elif line.strip() and number > 1:  # the first line may be a head
            yield Trouble(f"{path.name}, line {number}", f"names no picture: {line[:100]!r}")


def _unquoted(rest: str) -> str:
    """The word behind the name and what parts them; a quotation mark within such marks is written `\\"` or `""`."""
    word = rest.strip().removeprefix(",").strip()
    if len(word) > 1 and word[0] == word[-1] == '"':
        return word[1:-1].replace(r"\"", '"').replace('""', '"').replace(r"\\", "\\")
    return word


def _matlab(path: Path) -> Iterator[tuple[str, str] | Trouble]:
    """(picture, word) of MATLAB's table as IIIT5K has it. Raises InputError without scipy, and on another table."""
    try:
        from scipy.io import loadmat
    except ImportError as cause:
        raise InputError(
            f"{path.name} is read by scipy; install it with: pip install scipy; or give the words as gt.txt"
        ) from cause
    try:
        rows = loadmat(str(path), squeeze_me=True, struct_as_record=True)["testdata"].reshape(-1)
        found = [(str(row["ImgName"]), str(row["GroundTruth"])) for row in rows]
    except Exception as error:  # whatever a broken file makes scipy raise
        raise InputError(
            f"{path} is not the testdata.mat of IIIT5K ({error}); fetch it again, or give the words as gt.txt"
        ) from error
    yield from found


_FORMS = "gt.txt, labels.txt or testdata.csv as other programs write them are read too: a picture and its word a line"
IIIT5K = Suite(
    name="iiit5k",
    title="IIIT 5K-word",
    data=f"""3000 test words (free for research): IIIT5K-Word_V3.0.tar.gz of
https://cvit.iiit.ac.in/research/projects/cvit-projects/the-iiit-5k-word-dataset, unpacked; the folder IIIT5K with
testdata.mat (read by scipy, where that is installed) and test. {_FORMS}. No lexicon is used.""",
    is_in=lambda folder: iiit5k_list(folder) is not None,
    load=load_iiit5k,
    subjects={"word": subject("word", "plain", WORD, judge_word)},
)
ICDAR = Suite(
    name="icdar-words",
    title="ICDAR robust reading, task 3: words",
    data=f"""1095 (2013) or 2077 (2015) test words, after registering at https://rrc.cvc.uab.es: Challenge2_Test_Task3_GT.txt
(2015: Challenge4_Test_Task3_GT.txt) beside the pictures, or a folder with them. {_FORMS}. Words marked ### (nobody can
read them) are left out as the protocol has it, and listed; all others count, short ones and those of signs alone as well:
figures of the field are often of the 857, 1015 or 1811 words that are left without those.""",
    is_in=lambda folder: icdar_list(folder) is not None,
    load=load_icdar,
    subjects={"word": subject("word", "plain", WORD, judge_word)},
)
