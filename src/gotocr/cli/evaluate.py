"""`gotocr evaluate`: how well pictures with known truth are read, with intervals, beside other systems."""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser, ArgumentTypeError, Namespace
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..engines import ENGINES
from ..errors import EXIT_PARTIAL, UsageError
from ..reader import MODELS
from ..schema import Task
from .read import count
from .verb import Verb

if TYPE_CHECKING:
    from ..evaluate.run import Entrant

RESULT, SUMMARY, REPORT, TRUST = "result.json", "summary.json", "report.html", "trust.json"
MOST_TROUBLES = 20  # shown on the screen; all are in the result
OWN = "gotocr"

_DESCRIPTION = f"""Read every picture of DIR, compare with the truth beside it, and show the figures of each type with 95%
intervals. With -o, {RESULT}, {REPORT} and all readings are kept there; the same command goes on where it was ended.
DIR may also hold a published collection in its own layout: gotocr list suites. With --trust DIR holds texts: pictures without
text and circles of writing are made up, broken notations mended, pages drawn and their words looked for."""
_EPILOG = f"""Exit codes: 0 every item was read and judged; {EXIT_PARTIAL} all figures are there, but something was missing or
failed (it is listed, and counts as read empty); 2 a wrong option, 3 no suite there, 4 not installed, 5 weights, 6 output."""


def add(parser: ArgumentParser) -> None:
    parser.add_argument("folder", type=Path, metavar="DIR", help="pictures with their truth, or a published collection")
    parser.add_argument("-o", "--output", type=Path, metavar="DIR", help=f"keep readings, {RESULT}, {SUMMARY} and {REPORT} there")
    parser.add_argument("--suite", metavar="NAME", help="what DIR holds (default: found out)")
    parser.add_argument("--model", default="nano", metavar="|".join([*MODELS, "PATH"]), help="default: %(default)s")
    parser.add_argument("--engine", choices=list(ENGINES), help="default: the model's own")
    parser.add_argument("--device", default="cpu", help="cpu, cuda, cuda:1, ... (default: %(default)s)")
    parser.add_argument("--max-tokens", type=count, default=Task().max_tokens, help="cap on a page (default: %(default)s)")
    parser.add_argument(
        "--against", type=names, default=(), metavar="A,B", help="others on the same pictures: gotocr list systems"
    )
    parser.add_argument(
        "--predictions", type=prediction, action="append", default=[], metavar="[NAME=]DIR",
        help="score what another program wrote, a file an item, in place of reading; may be given several times",
    )  # fmt: skip
    parser.add_argument("--types", type=names, default=(), metavar="A,B", help="only items of these types")
    parser.add_argument("--limit", type=count, metavar="N", help="only N items of each type, evenly spread")
    parser.add_argument(
        "--compat", action="store_true", help="GOT's own way of counting text as well, to compare with its tables"
    )
    parser.add_argument(
        "--timeout", type=float, default=600.0, metavar="S", help="seconds for one picture (default: %(default)g)"
    )
    proof = parser.add_argument_group("whether it can be trusted")
    proof.add_argument("--trust", action="store_true", help=f"what is invented, circles, mends, places, from the texts in DIR; with -o in {TRUST}")
    proof.add_argument("--fonts", metavar="DIR", action="append", help="fonts to draw with; may be given several times")
    proof.add_argument("--count", type=count, default=500, metavar="N", help="pictures without text; of the others as many as fit (default: %(default)s)")


def names(text: str) -> tuple[str, ...]:
    """Names with commas between them."""
    found = tuple(dict.fromkeys(name.strip() for name in text.split(",") if name.strip()))
    if not found:
        raise ArgumentTypeError("names with commas between them are expected")
    return found


def prediction(text: str) -> tuple[str, Path]:
    """A folder, with the name of the system that wrote it before it."""
    name, equals, folder = text.partition("=")
    return (name, Path(folder)) if equals and name and "/" not in name else (Path(text).resolve().name, Path(text))


def run(arguments: Namespace) -> int:
    from ..evaluate.suites import suite_in

    if not arguments.timeout > 0:
        raise UsageError("--timeout must be above 0")
    if arguments.trust:
        return _prove(arguments)
    suite = suite_in(arguments.folder, arguments.suite)
    for name in arguments.types:
        if name not in suite.subjects:
            raise UsageError(f"{suite.name} has no type {name!r}; choose from: {', '.join(suite.subjects)}")
    if arguments.compat:
        from ..evaluate.judges.published import with_published

        suite = with_published(suite)
    order = _order(arguments, suite)

    from tqdm import tqdm

    from ..evaluate.result import build, save, summary
    from ..evaluate.run import evaluate

    with tqdm(unit="step", leave=False, disable=None, file=sys.stderr, delay=1) as bar:

        def tell(what: str, steps: int) -> None:
            bar.total = steps
            bar.set_postfix_str(what[:60], refresh=False)
            bar.update()

        result = build(evaluate(order, tell))
    if arguments.output:
        from ..evaluate.report import write_report

        save(result, arguments.output / RESULT)
        save(summary(result), arguments.output / SUMMARY)
        write_report(result, arguments.folder, arguments.output / REPORT)
    told = "\n".join(show(result))  # with names and words from the folder, which a terminal must not obey
    print("".join(letter if letter.isprintable() or letter == "\n" else "?" for letter in told))
    if arguments.output:
        print(f"\n{arguments.output / REPORT}")
    return EXIT_PARTIAL if result["troubles"] else 0


def _prove(arguments: Namespace) -> int:
    """Make the figures of docs/trust.md; each part is printed when it is there."""
    from ..draw.supply import Supply
    from ..evaluate.proofs import PROOFS, proofs
    from ..evaluate.result import FORM, save
    from ..reader import load
    from ..train.recipe import Recipe

    for name in arguments.types:
        if name not in PROOFS:
            raise UsageError(f"there is nothing to prove named {name!r}; choose from: {', '.join(PROOFS)}")
    usual = Recipe()
    supply = Supply(arguments.folder, tuple(arguments.fonts or usual.fonts), usual.held_back, validate=True)
    supply.read()
    found = {}
    with load(arguments.model, engine=arguments.engine, device=arguments.device, quiet=True) as reader:
        for name, figures in proofs(reader, supply, arguments.count, arguments.types):
            found[name] = figures
            print(json.dumps({name: figures}, indent=1, ensure_ascii=False), flush=True)
    if arguments.output:
        save({"form": FORM, **found}, arguments.output / TRUST)
    return 0


def _order(arguments: Namespace, suite: Any) -> Any:
    from ..evaluate.run import Order

    return Order(
        suite, arguments.folder, [*_entrants(arguments)], frozenset(arguments.types), arguments.limit,
        arguments.output, arguments.timeout,
    )  # fmt: skip


def _entrants(arguments: Namespace) -> Iterator[Entrant]:
    """Ours first, unless there are predictions: then only what is asked for."""
    from ..evaluate.run import Entrant
    from ..evaluate.systems import SYSTEMS
    from ..evaluate.systems.system import Choice

    choice = Choice(arguments.model, arguments.engine, arguments.device, arguments.max_tokens)
    own = [] if arguments.predictions or OWN in arguments.against else [OWN]
    for name in (*own, *arguments.against):
        if name not in SYSTEMS or name == "predictions":
            known = ", ".join(known for known in SYSTEMS if known != "predictions")
            raise UsageError(f"no system named {name!r}; choose from: {known}; other programs' files are read with --predictions")
        yield Entrant(name, name, choice, needed=name == OWN)
    taken = {OWN, *arguments.against}
    for name, folder in arguments.predictions:
        if name in taken:
            raise UsageError(f"two systems are called {name!r}; name them: --predictions NAME=DIR")
        taken.add(name)
        yield Entrant(name, "predictions", Choice(folders=(folder,)), timed=False)


def show(result: Mapping[str, Any]) -> Iterator[str]:
    """A result for the screen: each type's measures, systems side by side; then cost, and what went wrong."""
    systems = [*result["systems"]]
    yield from (f"{name}: {about['version']}" for name, about in result["systems"].items())
    wide = max([len(m["name"]) for s in result["subjects"].values() for m in s["measures"].values()] + [20])
    for name, subject in result["subjects"].items():
        for language in dict.fromkeys(row["language"] for row in result["tables"] if row["type"] == name and not row["group"]):
            rows = {
                row["system"]: row
                for row in result["tables"]
                if row["type"] == name and row["language"] == language and not row["group"]
            }
            count = next(iter(rows.values()))["count"]
            yield ""
            yield f"{f'{name}, {language}' if language else name} ({count})".ljust(wide) + "".join(
                f"{label:>24}" for label in systems
            )
            for key, measure in [*subject["measures"].items()][: 1 if language else None]:
                cells = [shown(rows[label]["figures"].get(key), measure["share"]) for label in systems]
                yield measure["name"].ljust(wide) + "".join(f"{cell:>24}" for cell in cells)
            if not language:
                times = [rows[label]["seconds_median"] for label in systems]
                yield "seconds, median".ljust(wide) + "".join(f"{'-' if t is None else f'{t:.2f}':>24}" for t in times)
    for label, figures in result["overall"].items():
        yield ""
        yield from (f"{label}, {name}: {value:.4g}" for name, value in figures.items())
    yield ""
    yield from (_cost(label, about) for label, about in result["systems"].items())
    troubles = result["troubles"]
    if troubles:
        yield f"\n{len(troubles)} trouble{'s' if len(troubles) > 1 else ''}:"
        yield from (f"  {trouble['where']}: {trouble['what']}" for trouble in troubles[:MOST_TROUBLES])
        if len(troubles) > MOST_TROUBLES:
            yield f"  ... and {len(troubles) - MOST_TROUBLES} more"


def shown(figure: Mapping[str, Any] | None, share: bool) -> str:
    """A figure with its interval, shares in per cent."""
    if figure is None:
        return "-"
    times = 100 if share else 1
    value, low, high = (f"{times * figure[key]:.{1 if share else 3}f}" for key in ("value", "low", "high"))
    return f"{value} [{low}, {high}]"


def _cost(label: str, about: Mapping[str, Any]) -> str:
    said = [f"{about['failed']} not read"]
    if about["seconds"] is not None and "load_seconds" in about:
        said = [f"{about['seconds']:.1f} s in all", f"{about['cpu_seconds']:.1f} s of processor time", *said]
        said.append(f"loaded in {about['load_seconds']:.1f} s")
    if about.get("peak_bytes"):
        said.append(f"{about['peak_bytes'] / 2**20:.0f} MiB at most")
    return f"{label}: {', '.join(said)}" + (_trust(about["trust"]) if about["trust"] else "")


def _trust(found: Mapping[str, Any]) -> str:
    """How far confidences can be believed, on a line of its own."""
    figures = (found[key] for key in ("right", "sure", "ece", "kept"))
    right, sure, error, kept = (f"{100 * value:.1f}%" for value in figures)
    return f"\n  {found['words']} words, {right} right, {sure} sure; calibration error {error}; {kept} right of the surest nine tenths"


VERB = Verb("measure how well pictures with known truth are read", run, add, _DESCRIPTION, _EPILOG)
