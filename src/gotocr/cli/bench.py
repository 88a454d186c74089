"""`gotocr bench`: how fast it is on this machine: reading, drawing, serving, and servers of others asked from here."""

from __future__ import annotations

import shlex
import sys
from argparse import SUPPRESS, ArgumentParser, ArgumentTypeError, Namespace
from collections.abc import Callable, Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any

from .. import errors
from ..engines import ENGINES
from ..reader import MODELS
from .make import share
from .read import count, seconds
from .verb import Verb

FORM = 1  # of the JSON; raised when a reader of older files would go wrong
INPUTS = ("crop", "page", "pdf")
_CANNOT = (errors.UsageError, errors.MissingExtraError)  # what cannot run here, and no fault

_DESCRIPTION = """Measure on this machine, in rounds where all cases take turns: medians, ranges, and ratios side by side.
Without a subject: all that can run here."""
_EPILOG = f"""Exit codes: 0 all was measured that can run here; {errors.EXIT_PARTIAL} some cases failed (they are
listed); if nothing could be measured: 2 a wrong option, 4 not installed, 5 weights, 6 the result cannot be written,
7 an engine or a server failed."""


def add(parser: ArgumentParser) -> None:
    parser.set_defaults(subject=None)
    _add_everywhere(parser, False)
    subjects = parser.add_subparsers(metavar="SUBJECT", title="subjects")
    for name, (help_, add_own) in _SUBJECTS.items():
        own = subjects.add_parser(name, help=help_, description=f"Measure {help_}.", argument_default=SUPPRESS)
        own.set_defaults(subject=name)
        _add_everywhere(own, SUPPRESS)
        add_own(own)


def _add_everywhere(parser: ArgumentParser, flag: Any) -> None:
    other = None if flag is False else flag
    parser.add_argument("--quick", action="store_true", default=flag, help="less of everything: under a minute for each subject")
    parser.add_argument(
        "--json", type=Path, default=other, metavar="FILE", help="write the result there, with every single value"
    )
    parser.add_argument("--repeats", type=count, default=other, metavar="N", help="rounds (default: 3 to 5, with --quick 1 to 3)")


def _add_read(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--models", type=listed(str), metavar="A,B", help=f"{_MODELS}, or tesseract (default: {','.join(MODELS)},tesseract; if quick nano)"
    )
    parser.add_argument("--engines", type=listed(str), metavar="A,B", help=f"of {', '.join(ENGINES)} (default: all)")
    parser.add_argument("--inputs", type=listed(_input), metavar="A,B", help=f"of {', '.join(INPUTS)} (default: all)")
    parser.add_argument("--batch", type=listed(count), metavar="N,M", help="pictures at a time (default: 1,2,4,8,16)")
    parser.add_argument("--device", help="cpu, cuda, cuda:1, ... (default: cpu)")
    parser.add_argument("--max-tokens", type=count, metavar="N", help="cap on a picture (default: none for nano, 32 for base)")


def _add_base(parser: ArgumentParser) -> None:
    parser.add_argument("--rivals", type=listed(str), metavar="A,B", help="who takes part (default: all; if quick transformers,int8)")
    parser.add_argument("--tokens", type=count, metavar="N", help="tokens to write (default: 64, if quick 8)")
    parser.add_argument("--threads", type=count, metavar="N", help="processors that all are held to (default: all there are)")
    parser.epilog = """Random weights are taken where the published ones are not here. Who takes part stays loaded throughout:
all of them need up to 18 GB of memory. transformers and torch are needed for what is not ours."""


def _add_make(parser: ArgumentParser) -> None:
    parser.add_argument("kinds", nargs="*", metavar="KIND", help="kinds or shards (default: every kind)")
    parser.add_argument("--seconds", type=float, metavar="S", help="processor time for a kind, in all (default: 3)")
    parser.add_argument("--corpus", type=Path, metavar="DIR", help="texts to draw from (default: the few that come along)")
    parser.add_argument("--fonts", action="append", metavar="DIR", help="fonts to draw with; may be given several times")
    parser.add_argument("--worn", type=share, metavar="P", help="share of worn pictures (default: 0)")


def _add_long(parser: ArgumentParser) -> None:
    parser.add_argument("--pages", type=listed(count), metavar="N,M", help="lengths (default: 50,500; if quick 5,50)")
    parser.add_argument("--to", type=listed(str), metavar="A,B", help="formats (default: markdown,json,html)")
    parser.add_argument("--model", metavar="NAME", help="nano, base or a folder (default: nano)")


def _add_batch(parser: ArgumentParser) -> None:
    parser.add_argument("--ways", type=listed(str), metavar="A,B", help="of read, batch, ray (default: all that are installed)")
    parser.add_argument("--pages", type=count, metavar="N", help="pictures of the larger of two folders (default: 32; if quick 16)")
    parser.add_argument("--pictures", type=Path, metavar="DIR", help="take them from a folder (default: pages of four lines are drawn)")


def _add_serve(parser: ArgumentParser) -> None:
    parser.add_argument("--url", help="a server as in http://localhost:8000/v1 (default: our own, started for this)")
    parser.add_argument("--model", metavar="NAME", help="what to ask it for (default: the first it names; our own has nano)")
    parser.add_argument("--rows", type=count, metavar="N", help="texts our own server writes at once, beside one (default: 8)")
    parser.add_argument(
        "--concurrency", type=listed(count), metavar="N,M", help="clients at once (default: 1,4,16; our own also 64, unless quick)"
    )
    parser.add_argument("--requests", type=count, metavar="N", help="questions a round for each number of clients (default: 32)")
    parser.add_argument("--timeout", type=seconds, metavar="S", help="seconds an answer may take (default: 120)")
    parser.add_argument("--max-tokens", type=count, metavar="N", help="most tokens of an answer (default: 256)")
    parser.epilog = "The environment variable GOTOCR_API_KEY is sent as the server's key."


_MODELS = f"{', '.join(MODELS)} or folders, with commas"
_SUBJECTS: Mapping[str, tuple[str, Callable[[ArgumentParser], None]]] = {
    "read": ("how fast pictures are read: load, first token, tokens and pages a second, memory", _add_read),
    "base": ("how fast base is run beside transformers: looking, reading the prompt, writing; memory", _add_base),
    "make": ("how fast pictures are drawn, in samples a second of one core", _add_make),
    "long": ("how much memory a PDF of many pages takes beside one of few", _add_long),
    "batch": ("what a page costs in gotocr batch, on Ray too, beside gotocr read", _add_batch),
    "serve": ("how fast an OpenAI-compatible server answers to several clients at once", _add_serve),
}


def listed(one: Callable[[str], Any]) -> Callable[[str], tuple[Any, ...]]:
    """A type of argument: several of `one`, with commas between them, each kept once."""

    def several(text: str) -> tuple[Any, ...]:
        found = tuple(dict.fromkeys(one(part.strip()) for part in text.split(",") if part.strip()))
        if not found:
            raise ArgumentTypeError(f"{text!r} names nothing")
        return found

    return several


def _input(text: str) -> str:
    if text not in INPUTS:
        raise ArgumentTypeError(f"no input named {text!r}; choose from: {', '.join(INPUTS)}")
    return text


def run(arguments: Namespace) -> int:
    from ..evaluate.speed import BENCHES
    from ..evaluate.speed.machine import describe
    from ..evaluate.speed.tables import machine_line, title

    result: dict[str, Any] = {"form": FORM, "command": _command(arguments), "machine": describe(), "subjects": {}}
    save = arguments.json and _saver(arguments.json)
    skipped: dict[str, errors.GotocrError] = {}
    for name in [arguments.subject] if arguments.subject else _SUBJECTS:
        try:
            measured = _measure(name, arguments)
        except errors.GotocrError as error:
            if arguments.subject:
                raise
            skipped[name] = error
            print(f"{name}: skipped: {error}\n")
            continue
        if not result["subjects"]:
            print(f"{machine_line(result['machine'])}\n")
        result["subjects"][name] = measured
        print(title(name, measured))
        for table in BENCHES[name].tables(measured):
            print(f"\n{table.text()}")
        print("".join(f"\n{note}" for note in measured["notes"]), end="\n\n" if measured["notes"] else "\n")
    if not result["subjects"]:
        raise next(iter(skipped.values()))
    if save:
        save(result)
    failed = any(not isinstance(error, _CANNOT) for error in skipped.values())
    return errors.EXIT_PARTIAL if failed or any(measured["failed"] for measured in result["subjects"].values()) else 0


def _measure(name: str, arguments: Namespace) -> dict[str, Any]:
    """One subject by its plan, of the options that were given, with a bar on standard error."""
    from tqdm import tqdm

    from ..evaluate.speed import BENCHES

    bench = BENCHES[name]
    given = {field.name: getattr(arguments, field.name, None) for field in fields(bench.plan)}
    plan = bench.plan(
        **{key: tuple(value) if isinstance(value, list) else value for key, value in given.items() if value is not None}
    )
    form = f"{name} {{percentage:3.0f}}%|{{bar}}| {{desc}} {{elapsed}}"
    with tqdm(total=1.0, bar_format=form, leave=False, disable=None, file=sys.stderr) as bar:

        def tell(done: float, what: str) -> None:
            bar.n = done
            bar.set_description_str(what)

        return bench.measure(plan, tell)


def _command(arguments: Namespace) -> str:
    """How it was called, as far as it changes what is measured: no addresses, no folders of this machine."""
    left_out = ("run", "subject", "json", "url", "corpus", "fonts", "pictures")
    said = ["gotocr", "bench", *([arguments.subject] if arguments.subject else [])]
    said += [Path(kind).name for kind in getattr(arguments, "kinds", ())]
    for name, value in vars(arguments).items():
        if name in left_out or name == "kinds" or value is None or value is False:
            continue
        values = ",".join(Path(str(one)).name for one in value) if isinstance(value, tuple) else str(value)
        said += [f"--{name.replace('_', '-')}"] if value is True else [f"--{name.replace('_', '-')}", values]
    return shlex.join(said)


def _saver(path: Path) -> Callable[[Mapping[str, Any]], None]:
    """What writes a result to `path`. Raises OutputError now where it could not be written in the end."""
    from ..evaluate.result import save

    there = path.is_file()
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with open(path, "ab"):
            pass
        if not there:
            path.unlink()
    except OSError as error:
        raise errors.OutputError(f"cannot write {path}: {error.strerror or error}") from error
    return lambda result: save(result, path)


VERB = Verb("measure how fast this machine is", run, add, _DESCRIPTION, _EPILOG)
