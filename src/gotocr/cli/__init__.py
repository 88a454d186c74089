"""The command `gotocr`: one file a verb; this one finds the verb, keeps the door light and ends cleanly."""

from __future__ import annotations

import os
import sys
from argparse import ArgumentParser
from collections.abc import Sequence

from .. import errors
from ..registry import Registry

# A verb is a `verb.Verb`; its file imports what it works with only when it runs.
VERBS = Registry(
    "verbs",
    {
        "read": "gotocr.cli.read:VERB",
        "batch": "gotocr.cli.batch:VERB",
        "serve": "gotocr.cli.serve:VERB",
        "mcp": "gotocr.cli.mcp:VERB",
        "make": "gotocr.cli.make:VERB",
        "forecast": "gotocr.cli.forecast:VERB",
        "evaluate": "gotocr.cli.evaluate:VERB",
        "bench": "gotocr.cli.bench:VERB",
        "train": "gotocr.cli.train:VERB",
        "train finetune": "gotocr.cli.finetune:VERB",
        "train letters": "gotocr.cli.letters:VERB",
        "examine": "gotocr.cli.examine:VERB",
        "calibrate": "gotocr.cli.calibrate:VERB",
        "convert": "gotocr.cli.convert:VERB",
        "list": "gotocr.cli.list:VERB",
        "version": "gotocr.cli.version:VERB",
    },
)
INTERRUPTED, PIPE_CLOSED = 130, 141  # 128 + the signal's number, as shells count


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command line and return its exit code: 0, those of `errors`, 130 after Ctrl-C, 141 for a closed pipe."""
    argv = [*(sys.argv[1:] if argv is None else argv)]  # `list` is a verb's file in this room
    if " ".join(argv[:2]) in VERBS:  # a verb of two words
        argv[:2] = [" ".join(argv[:2])]
    try:
        arguments = _parser(argv).parse_args(argv)
        code = arguments.run(arguments)
        sys.stdout.flush()
        return code
    except SystemExit as end:  # argparse: 0 after --help, 2 for a wrong option
        return end.code if isinstance(end.code, int) else errors.UsageError.exit_code
    except errors.GotocrError as error:
        print(f"gotocr: {error}", file=sys.stderr)
        return error.exit_code
    except KeyboardInterrupt:
        print("gotocr: interrupted", file=sys.stderr)
        return INTERRUPTED
    except BrokenPipeError:
        _abandon_stdout()
        return PIPE_CLOSED


def _parser(argv: Sequence[str]) -> ArgumentParser:
    """The parser of the verb that is asked for, or of all of them for help and for wrong verbs."""
    parser = ArgumentParser("gotocr", description="Read pictures and PDFs to Markdown, text or JSON.")
    version = VERBS["version"]
    parser.add_argument("-V", "--version", action="store_const", dest="run", const=version.run, help=version.help)
    verbs = parser.add_subparsers(metavar="COMMAND", title="commands")
    for name in [argv[0]] if argv and argv[0] in VERBS else VERBS:
        verb = VERBS[name]
        own = verbs.add_parser(name, help=verb.help, description=verb.description or verb.help, epilog=verb.epilog)
        verb.add(own)
        own.set_defaults(run=verb.run)
    parser.set_defaults(run=lambda _: parser.print_help() or errors.UsageError.exit_code)
    return parser


def _abandon_stdout() -> None:
    """Nobody reads any more: let Python's own flush at exit go nowhere."""
    try:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except (OSError, ValueError):  # standard output is no real file
        pass
