"""`gotocr train letters`: which letters of a text a nano cannot write and no font draws; and a nano that has them."""

from __future__ import annotations

import sys
import unicodedata
from argparse import ArgumentParser, Namespace
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from ..errors import InputError
from .verb import Verb

_DESCRIPTION = """Look through texts for letters that nano does not write as one token, that none of the fonts draws, or that cannot
be drawn here (combining marks, writing from right to left), and tell how often each comes. With -o DIR, write a nano that has
a token for each letter it lacks; it is not taught them yet."""
_EPILOG = "Exit codes: 0 nothing is missing, or -o mended it; 3 something is; 2 a wrong option, 5 weights, 6 output."
_FILES = ("text_*", "words_*", "names_*")
_LEFTWARDS = ("R", "AL")


def add(parser: ArgumentParser) -> None:
    parser.add_argument("texts", nargs="+", type=Path, metavar="TEXT", help="text files (.txt, .txt.xz), or folders as for --corpus")
    parser.add_argument("--fonts", action="append", metavar="DIR", help="fonts to draw with, in place of those that come along; may be given several times")
    parser.add_argument("--model", default="nano", metavar="DIR", help="a folder of a nano (default: the one that comes along)")
    parser.add_argument("-o", "--out", type=Path, metavar="DIR", help="write a nano that has all letters there")


def run(arguments: Namespace) -> int:
    from ..draw.fonts import BUNDLED, covered, find_faces
    from ..weights.nano_files import FOLDER
    from ..weights.nano_letters import grow, known, room

    folder = FOLDER if arguments.model == "nano" else Path(arguments.model)
    counts = Counter(letter for path in arguments.texts for text in _texts(path) for letter in text if letter != " ")
    has, faces = known(folder), find_faces(tuple(arguments.fonts or (BUNDLED,)))
    other = (letter.swapcase() for letter in [*counts] if letter not in has)
    counts.update({letter: 0 for letter in other if len(letter) == 1 and letter not in has})  # headings are drawn in capitals
    drawn = Counter(letter for face in faces for letter in covered(face.path, "".join(counts)))
    strange = [letter for letter, _ in counts.most_common() if letter not in has]
    bare = [letter for letter in counts if not drawn[letter]]
    unsupported = [letter for letter in counts if _why_not(letter)]
    for letter in sorted({*strange, *bare, *unsupported}, key=lambda one: (-counts[one], one)):
        faults = ["no token"] * (letter in strange) + ["no font"] * (letter in bare) + [_why_not(letter)] * bool(_why_not(letter))
        name = unicodedata.name(letter, "no name")
        shown = f"\N{DOTTED CIRCLE}{letter}" if unicodedata.combining(letter) else letter
        print(f"{shown}  U+{ord(letter):04X}  {counts[letter]:7} times  {drawn[letter]:3} fonts  {name}: {', '.join(faults)}")
    _tell(
        f"{counts.total()} signs, {len(+counts)} different; without a token {len(strange)} (room for {room(folder)}), "
        f"without a font {len(bare)} (of {len(faces)} fonts), not supported {len(unsupported)}"
    )
    if arguments.out:
        new = grow(folder, [letter for letter in strange if letter not in unsupported], arguments.out)
        _tell(f"{arguments.out}: a nano with {len(new)} new letters; teach it: gotocr train RECIPE.toml --start {arguments.out}")
        strange = [letter for letter in strange if letter not in new]
    return InputError.exit_code if strange or bare or unsupported else 0


def _texts(path: Path) -> Iterator[str]:
    """The lines of a file, or of the texts and lists in a folder, as they are drawn."""
    from ..draw.corpus import clean, records

    files = [path]
    if path.is_dir():
        files = sorted(one for form in _FILES for one in path.glob(form) if one.name.endswith((".txt", ".txt.xz")))
        if not files:
            raise InputError(f"{path}: no {', '.join(_FILES)} that ends with .txt or .txt.xz in this folder")
    for file in files:
        words = file.name.startswith(_FILES[1][:-1])
        for line in records(file, limit=sys.maxsize):
            yield clean(line.split("\t")[0] if words else line)  # behind a tab stands how often a word comes


def _why_not(letter: str) -> str:
    """Why a letter cannot be drawn or read here; empty if it can."""
    if unicodedata.category(letter).startswith("M"):
        return "a combining mark"
    return "from right to left" if unicodedata.bidirectional(letter) in _LEFTWARDS else ""


def _tell(line: str) -> None:
    print(line, file=sys.stderr)


VERB = Verb("find letters that nano or the fonts lack, and make room for them", run, add, _DESCRIPTION, _EPILOG)
