"""`gotocr batch`: folders of millions of pages to Parquet or JSON lines, by several processes and machines, going on where it was cut off."""

from __future__ import annotations

import sys
import threading
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from .. import errors
from . import remote
from .read import add_reading, count, seconds, wanted
from .verb import Verb

KINDS = ("parquet", "jsonl.zst")

EPILOG = f"""SOURCE and OUT are paths, or URLs of fsspec such as s3://bucket/prefix. The same command again goes on, and reads what is
new; on several machines with the same OUT they share the work. Exit codes: 0 all was read; {errors.EXIT_PARTIAL} some pages could not
be (OUT/dead says why), {errors.InputError.exit_code} none could; {errors.UsageError.exit_code} a wrong option,
{errors.MissingExtraError.exit_code} something is not installed, {errors.WeightsError.exit_code} the model is missing or damaged,
{errors.OutputError.exit_code} OUT cannot be written or --check found damage, 130 interrupted (what was read is kept)."""


def add(parser: ArgumentParser) -> None:
    parser.add_argument("source", metavar="SOURCE", help="folder with all below it, file, or URL; with --status or --check alone, OUT")
    out = parser.add_argument_group("what is written")
    out.add_argument("-o", "--output", metavar="OUT", help="a folder or URL for rows, and for what is needed to go on")
    out.add_argument("--to", choices=KINDS, default=KINDS[0], help="files of rows, one row a page (default: %(default)s)")
    out.add_argument("--shard-pages", type=count, default=1000, metavar="N", help="the most rows of a file (default: %(default)s)")
    out.add_argument("--memory", metavar="DIR", help="what was read of a page is kept in DIR, and taken from there when an equal page comes, in any run (1 GB at most)")
    out.add_argument("--quiet", action="store_true", help="no progress and no summary")
    work = parser.add_argument_group("how it is done")
    work.add_argument("--workers", type=count, metavar="N", help="pages read at a time, each by a process with one thread (default: the processors; 1 on a graphics card or for a server)")
    work.add_argument("--ray", metavar="ADDRESS", help="on a Ray cluster: local, auto, or the address of its head (extra [ray])")
    work.add_argument("--tries", type=count, default=3, metavar="N", help="of a page that fails, before it is given up (default: %(default)s)")
    work.add_argument("--patience", type=seconds, default=300.0, metavar="S", help="a page that takes longer is given up, and its process ended (default: %(default)g)")
    work.add_argument("--lease", type=seconds, default=60.0, metavar="S", help="the work of who gave no sign of life for so long is taken over (default: %(default)g)")
    work.add_argument("--retry-dead", action="store_true", help="pages that failed are read once more")
    work.add_argument("--status", action="store_true", help="read nothing: say how far OUT is, and why pages failed")
    work.add_argument("--check", action="store_true", help="read nothing: compare every file of OUT with its sha256; what is damaged is done again by the next run")
    add_reading(parser)
    parser.set_defaults(pages=None)


def run(arguments: Namespace) -> int:
    if arguments.status or arguments.check:
        return _look(arguments)
    if arguments.output is None:
        raise errors.UsageError("say where the results go: -o OUT")
    from ..batch.crew import ends_by_signal, run_local
    from ..batch.plan import plan
    from ..batch.status import retry, status
    from ..batch.store import open_store

    wish = _wanted(arguments)
    with ends_by_signal():
        found = plan(arguments.source, arguments.output, wish)
        store = open_store(found.out)
        if arguments.retry_dead:
            retry(store)
        with _progress(found, arguments.quiet) as counted:
            if arguments.ray:
                _by_ray(found, arguments, counted)
            else:
                run_local(found, arguments.workers, count=counted)
    state = status(store)
    if not arguments.quiet:
        _tell(state, found.out)
    if not state.failed:
        return 0
    return errors.InputError.exit_code if state.failed == state.pages else errors.EXIT_PARTIAL


def _by_ray(found: Any, arguments: Namespace, counted: Any) -> None:
    from ..scale.ray import Cluster, run

    gpus = 1.0 if arguments.device.startswith("cuda") else 0.0
    cluster = Cluster(arguments.ray, arguments.workers, gpus=gpus)
    pages = dict(found.shards)
    for summary in run(found.work(), found.todo(), cluster):
        counted(pages[summary["shard"]])


def _wanted(arguments: Namespace) -> Any:
    from ..batch.wanted import Wanted

    task, opening = wanted(arguments)
    if arguments.verify:
        from ..trust.verify import ready

        ready()
    same = {name: getattr(arguments, name) for name in ("engine", "device", "precision", "to", "shard_pages", "tries", "patience", "lease", "memory", "password")}
    return Wanted(model=remote.model_of(arguments), task=task, dpi=opening.dpi, **same)


def _look(arguments: Namespace) -> int:
    from ..batch.status import check, reasons, status
    from ..batch.store import open_store

    store = open_store(arguments.output or arguments.source)
    damaged = check(store) if arguments.check else []
    _tell(status(store), store.root)
    for why, many in reasons(store)[:20]:
        print(f"  {many:>9,}  {_plain(why)}")
    if not damaged:
        return 0
    raise errors.OutputError(f"{len(damaged):,} files in {store.root}/data are gone or damaged, the first is that of {damaged[0]}; run the same command again to have them made anew")


def _tell(state: Any, place: str) -> None:
    """How far it is, in a few lines on standard output."""
    print(f"shards  {state.done:,} of {state.shards:,} done, {state.claimed:,} in hand")
    print(f"pages   {state.read:,} of {state.pages:,} done, {state.failed:,} failed" + (f": see {_plain(place)}/dead" if state.failed else ""))
    if state.speed:
        left = f"; {_time(state.left)} left" if state.left else ""
        print(f"speed   {state.speed:.3g} pages a second lately{left}")


def _time(seconds: float) -> str:
    minutes = round(seconds / 60)
    return f"{minutes // 1440} d {minutes // 60 % 24} h" if minutes >= 1440 else f"{minutes // 60} h {minutes % 60} min"


def _plain(text: str) -> str:
    return "".join(letter if letter.isprintable() else "?" for letter in text)


@contextmanager
def _progress(found: Any, quiet: bool) -> Iterator[Any]:
    """Takes numbers of pages that were read, from any thread; a bar on a terminal."""
    if quiet or sys.stderr is None or not sys.stderr.isatty():
        yield lambda pages: None
        return
    from tqdm import tqdm

    done, lock = found.done(), threading.Lock()
    there = sum(pages for name, pages in found.shards if name in done)
    with tqdm(total=found.pages, initial=there, unit="page", smoothing=0.05, leave=False, file=sys.stderr) as bar:

        def counted(pages: int) -> None:
            with lock:
                bar.update(pages)

        yield counted


VERB = Verb("read folders of millions of pages to Parquet or JSON lines, on any number of machines", run, add, epilog=EPILOG)
