"""`gotocr make`: draw pictures with their exact truth, as a folder, as a shard to train on, or as a sheet to look at."""

from __future__ import annotations

import argparse
import os
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import OutputError, UsageError
from .read import count
from .verb import Verb

if TYPE_CHECKING:
    from ..schema import Sample
    from ..synth.samples import Studio

_DESCRIPTION = """Draw pictures with their truth and the box of every glyph. A seed always gives the same picture, so
`--seed 1000 --count 500` goes on where `--count 1000` ended. Wear (blur, noise, shadow, warp ...) comes over half of them."""
_EPILOG = """The folder holds images/, truth.jsonl (a JSON object a line) and glyphs.jsonl. A sheet shows at most 64 samples:
red boxes are characters, blue ones areas, gray ones ink that the truth does not name."""
MOST_ON_SHEET = 64


def share(text: str) -> float:
    """An argparse type: a number from 0 to 1."""
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not 0 <= value <= 1:
        raise argparse.ArgumentTypeError(f"{text!r} is no share from 0 to 1")
    return value


def room(text: str) -> tuple[int, int]:
    """An argparse type: WIDTHxHEIGHT in pixels, given back as (height, width)."""
    width, _, height = text.lower().partition("x")
    if not (width.isdecimal() and height.isdecimal() and 32 <= int(width) <= 8192 and 32 <= int(height) <= 8192):
        raise argparse.ArgumentTypeError(f"{text!r} is no size; give WIDTHxHEIGHT in pixels, 32 to 8192 each, such as 1024x768")
    return int(height), int(width)


def add(parser: ArgumentParser) -> None:
    parser.add_argument("kinds", nargs="*", metavar="KIND", help="what to draw; several take turns (--list shows them)")
    parser.add_argument("--list", action="store_true", help="show what can be drawn")
    parser.add_argument("-n", "--count", type=count, default=16, metavar="N", help="pictures of each kind (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=0, metavar="S", help="seed of the first picture (default: %(default)s)")
    parser.add_argument("-o", "--out", type=Path, metavar="DIR", help="write pictures, truth.jsonl and glyphs.jsonl there")
    parser.add_argument("--shard", type=Path, metavar="FILE", help="pack all into one file to train on (name.shard.zip)")
    parser.add_argument("--sheet", type=Path, metavar="FILE.png", help="draw a contact sheet with boxes and truth")
    parser.add_argument("--corpus", type=Path, metavar="DIR", help="texts to draw from (default: the few that come along)")
    parser.add_argument("--fonts", action="append", metavar="DIR", help="fonts to draw with; may be given several times")
    parser.add_argument("--worn", type=share, default=0.5, metavar="P", help="share of worn pictures (default: %(default)s)")
    parser.add_argument("--room", type=room, default="1280x1280", metavar="WxH", help="most pixels (default: %(default)s)")
    parser.add_argument("--quality", type=int, choices=range(1, 101), metavar="Q", help="JPEG of that quality instead of PNG")
    parser.add_argument("--workers", type=int, default=None, metavar="N", help="processes; 0 = none (default: one a core)")


@dataclass(frozen=True)
class Order:
    """What a worker draws: number i is picture i // kinds of kind i % kinds. Made again in every process."""

    kinds: tuple[str, ...]
    seed: int
    corpus: Path | None
    fonts: tuple[str, ...] | None
    room: tuple[int, int]
    worn: float

    def studio(self) -> Studio:
        from ..draw.supply import Supply
        from ..synth.samples import Studio

        given = {"corpus": self.corpus, "font_folders": self.fonts}
        return Studio(Supply(**{name: value for name, value in given.items() if value}), self.room, self.worn)

    def __call__(self) -> Callable[[int], tuple[Sample, ...]]:
        studio = self.studio()
        return lambda number: studio.draw(self.kinds[number % len(self.kinds)], self.seed + number // len(self.kinds))


def run(arguments: Namespace) -> int:
    from ..synth import BATCHES, names

    if arguments.list:
        print(*names(), *BATCHES, sep="\n")
        return 0
    if not arguments.kinds:
        raise UsageError("say what to draw; `gotocr make --list` shows what there is")
    if not (arguments.out or arguments.shard or arguments.sheet):
        raise UsageError("say where to put the pictures: -o DIR, --shard FILE or --sheet FILE.png")
    from ..synth.samples import check

    for kind in arguments.kinds:
        if kind not in BATCHES:
            check(kind)
    shown: list[Sample] = []
    samples = _kept(arguments, _drawn(arguments), shown)
    if arguments.shard:
        from ..synth.shards import SUFFIX, write

        if not arguments.shard.name.endswith(SUFFIX):
            raise UsageError(f"a shard's name ends with {SUFFIX}, as in {arguments.shard.stem}{SUFFIX}")
        write(arguments.shard, samples, arguments.quality)
    else:
        for _ in samples:
            pass
    if arguments.sheet:
        _write_sheet(arguments.sheet, shown)
    for path in filter(None, (arguments.out, arguments.shard, arguments.sheet)):
        print(path)
    return 0


def _drawn(arguments: Namespace) -> Iterator[tuple[str, tuple[Sample, ...]]]:
    """Source and pages of every sample, in order, with a progress bar."""
    from tqdm import tqdm

    from ..scale.pool import Pool
    from ..synth import BATCHES

    fonts = tuple(arguments.fonts) if arguments.fonts else None
    single = tuple(kind for kind in arguments.kinds if kind not in BATCHES)
    order = Order(single, arguments.seed, arguments.corpus, fonts, arguments.room, arguments.worn)
    total = arguments.count * len(single)
    workers = min(os.cpu_count() or 1, max(total // 8, 1)) if arguments.workers is None else arguments.workers
    with tqdm(total=arguments.count * len(arguments.kinds), unit="picture", leave=False, disable=None, file=sys.stderr) as bar:
        if single:
            with Pool(order, stop=total, workers=0 if workers <= 1 else workers) as pool:
                for number, pages in enumerate(pool):
                    bar.update()
                    yield single[number % len(single)], pages
        for kind in (kind for kind in arguments.kinds if kind in BATCHES):
            for sample in order.studio().draw_batch(kind, range(arguments.seed, arguments.seed + arguments.count)):
                bar.update()
                yield kind, (sample,)


def _kept(arguments: Namespace, drawn: Iterator[tuple[str, tuple[Sample, ...]]], shown: list[Sample]) -> Iterator[Sample]:
    """Every page, written to the folder and kept for the sheet on its way."""
    from ..synth.records import Folder

    folder = Folder(arguments.out, arguments.quality) if arguments.out else None
    with closing(folder) if folder else closing(drawn):
        for source, pages in drawn:
            for number, page in enumerate(pages, 1):
                if folder:
                    folder.add(source, page, number if len(pages) > 1 else 0)
                if arguments.sheet and len(shown) < MOST_ON_SHEET:
                    shown.append(page)
                yield page


def _write_sheet(path: Path, samples: list[Sample]) -> None:
    from ..synth.sheet import sheet
    from ..synth.shards import encode

    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(encode(sheet(samples)))
    except OSError as cause:
        raise OutputError(f"cannot write {path}: {cause.strerror or cause}") from cause


VERB = Verb("draw pictures with their exact truth", run, add, _DESCRIPTION, _EPILOG)
