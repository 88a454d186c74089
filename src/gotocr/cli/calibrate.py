"""`gotocr calibrate`: find out how sure a nano may be of its words, and write it into its folder."""

from __future__ import annotations

import json
import sys
import tempfile
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..engines import ENGINES
from ..errors import InputError, OutputError, UsageError
from .read import count
from .verb import Verb

if TYPE_CHECKING:
    from ..train.calibrate import Figures, Fit, Pair

_DESCRIPTION = """Draw lines, paragraphs, pages and words in scenes, half of them worn, in the fonts and from the texts that
training leaves out, read them, and fit the temperature at which words are right as often as their confidence says. It is
fitted on half of the pictures, judged on the other half, and written to config.json; what is read does not change. With
--pairs, half of your own pictures are fitted on as well, and the other half is judged by itself, too."""


def add(parser: ArgumentParser) -> None:
    parser.add_argument("folder", metavar="FOLDER", type=Path, help="a trained or exported nano")
    parser.add_argument("--count", type=count, default=50, metavar="N", help="pictures of each sort (default: %(default)s)")
    parser.add_argument("--pairs", metavar="DIR", type=Path, help="pictures of plain text with a truth.jsonl, as evaluate reads them")
    parser.add_argument("--json", metavar="FILE", type=Path, help="the figures with the bars and curves of diagrams go there, too")
    parser.add_argument("--dry-run", action="store_true", help="show the figures and write nothing")
    parser.add_argument("--corpus", metavar="DIR", type=Path, help="texts (default: the few that come along)")
    parser.add_argument("--fonts", metavar="DIR", action="append", help="fonts; may be given several times")
    parser.add_argument("--held-back", type=count, metavar="N", help="passages a file that training held back")
    parser.add_argument("--engine", choices=list(ENGINES), help="default: onnx")
    parser.add_argument("--device", default="cpu", help="cpu, cuda, cuda:1, ... (default: %(default)s)")


def run(arguments: Namespace) -> int:
    from ..weights.nano_files import read_nano_config

    folder = arguments.folder
    read_nano_config(folder)
    if not arguments.dry_run:
        check_writable(folder)
    if arguments.count < 2:
        raise UsageError("--count must be at least 2: half of the pictures are fitted on, the others judge")

    pairs = plain_pairs(arguments.pairs) if arguments.pairs else []

    from tqdm import tqdm

    from ..draw.supply import Supply
    from ..reader import load
    from ..train.calibrate import PICTURES, calibrate
    from ..train.recipe import Recipe

    usual = Recipe()
    fonts = tuple(arguments.fonts or usual.fonts)
    supply = Supply(arguments.corpus or usual.corpus, fonts, arguments.held_back or usual.held_back, validate=True)
    supply.read()
    engine = arguments.engine or "onnx"
    total = len(PICTURES) * arguments.count + len(pairs)
    with (
        load(folder, engine=engine, device=arguments.device, quiet=True) as reader,
        tqdm(total=total, unit="picture", leave=False, disable=None, file=sys.stderr) as bar,
    ):
        found = calibrate(reader, supply, arguments.count, bar.update, pairs)
    print(table(found))
    if arguments.json:
        from ..evaluate.result import save

        save(told(found), arguments.json)
    if not arguments.dry_run:
        store(folder, found.temperature)
        print(f"{folder}: its temperature is {found.temperature:g} now; before, it was {found.now:g}", file=sys.stderr)
    return 0


def plain_pairs(folder: Path) -> list[Pair]:
    """The pictures of plain text in a folder. Raises InputError where there are none."""
    from ..evaluate.suites import suite_in
    from ..evaluate.suite import Item
    from ..train.calibrate import Pair

    suite = suite_in(folder, None)
    items = [item for item in suite.load(folder) if isinstance(item, Item) and suite.subjects[item.type].mode == "plain"]
    pairs = [Pair(item.image, str(item.truth)) for item in items if item.image.is_file() and item.image.suffix.lower() != ".pdf"]
    if len(pairs) < 2:
        raise InputError(f"{folder} has {len(pairs)} pictures of plain text with their truth, and two at least are needed")
    return pairs


def table(found: Fit) -> str:
    """What the temperature is worth, for people."""
    lines = [f"fitted on {found.fitted} words; figures are of {found.checked} words of other pictures", *_rows(found, found.before, found.after)]
    if found.real:
        count, before, after = found.real
        lines += [f"of these, {count} words of the pictures that were given", *_rows(found, before, after)]
    return "\n".join(lines)


def _rows(found: Fit, before: Figures, after: Figures) -> Iterator[str]:
    from ..train.calibrate import COVERAGE

    risk = f"wrong of the surest {COVERAGE:.0%}"
    yield f"{'temperature':<12} {'ECE':>7} {'log loss':>9} {risk:>26} {'off, a block':>13} {'off, a page':>12}"
    for temperature, one in ((found.now, before), (found.temperature, after)):
        shares = f"{one.blocks:>13.1%} {one.pages:>12.1%}"
        yield f"{temperature:<12g} {one.ece:>7.1%} {one.log_loss:>9.4f} {one.risk:>26.1%} {shares}"


def told(found: Fit) -> dict[str, Any]:
    """The same as plain data, with what diagrams are made of, at either temperature."""
    from ..evaluate.trust import figures, shares

    data: dict[str, Any] = {"now": found.now, "temperature": found.temperature, "fitted": found.fitted, "checked": found.checked}
    for name, temperature in (("before", found.now), ("after", found.temperature)):
        sure = found.words.at(temperature)
        groups = {"blocks": found.words.blocks, "pages": found.words.pages}
        data[name] = {"words": len(sure), **figures(sure, found.words.right)}
        data[name] |= {part: shares(sure, found.words.right, numbers) for part, numbers in groups.items()}
    return data


def check_writable(folder: Path) -> None:
    """Raise OutputError where no file can be made in a folder, before any work is done for it."""
    try:
        with tempfile.NamedTemporaryFile(dir=folder):
            pass
    except OSError as cause:
        mend = "calibrate a copy of it, or see the figures alone with --dry-run"
        raise OutputError(f"cannot write to {folder}: {cause.strerror or cause}; {mend}") from cause


def store(folder: Path, temperature: float) -> None:
    """Write the temperature to the config of a folder, which appears whole or stays as it was. Raises OutputError."""
    from ..evaluate.file import whole
    from ..weights.settings import CONFIG, read_config

    settings = {**read_config(folder), "temperature": temperature}
    with whole(folder / CONFIG) as part:
        part.write_text(json.dumps(settings, indent=1) + "\n", "utf-8")


VERB = Verb("make a nano as sure of its words as it is right", run, add, _DESCRIPTION)
