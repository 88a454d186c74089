"""`gotocr train finetune`: teach nano or base a user's own pictures, check those alone, or say what memory it would take."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace
from typing import Any

from .verb import Verb

_DESCRIPTION = """Teach a model pictures of your own. DATA is a file of JSON lines, {"image": "a.png", "text": "..."}, with "mode"
(plain or format), "region" [x1,y1,x2,y2], "colour", or "prompt" if you like; ms-swift's lines are read, too. A tenth of the
pictures is held out, drawn ones are mixed in so that nothing else is forgotten, and it ends when nothing is gained any more.
The folder that it leaves is read with --model DIR."""
_EPILOG = "Exit codes: 0 done, 2 a wrong option or no room in memory, 3 bad lines, 4 something is not installed, 5 weights, 6 output."

# Each is a field of `train.finetune.course.Course`.
OPTIONS: dict[str, dict[str, Any]] = {
    "model": {"metavar": "nano|base|DIR", "help": "what is taught (default: nano)"},
    "learn": {"metavar": "full|last-N|lora", "help": "all weights, those of the last N layers, or LoRA, which is merged (default: full)"},
    "rank": {"type": int, "metavar": "N", "help": "of LoRA (default: 16)"},
    "held_out": {"flag": "--eval", "metavar": "FILE", "help": "lines that are held out (default: a share of DATA)"},
    "share": {"type": float, "metavar": "P", "help": "share of the pictures that is held out (default: 0.1)"},
    "mix": {"type": float, "metavar": "P", "help": "share of drawn pictures, so that nothing is forgotten (default: 0.2)"},
    "worn": {"type": float, "metavar": "P", "help": "share of your pictures that is worn, otherwise each time (default: 0.3)"},
    "minutes": {"type": float, "metavar": "M", "help": "end after so many minutes (default: 10) ..."},
    "steps": {"type": int, "metavar": "N", "help": "... or so many steps, whichever comes first"},
    "rate": {"type": float, "metavar": "R", "help": "learning rate (default: as suits the model and --learn)"},
    "batch": {"type": int, "metavar": "N", "help": "nano: 1024s of pixels a step (default: 96); base: pictures (default: 2)"},
    "length": {"type": int, "metavar": "N", "help": "base: most tokens of picture, prompt and text (default: 2048)"},
    "check_every": {"type": int, "metavar": "N", "help": "steps between looks at what is held out (default: 20)"},
    "patience": {"type": int, "metavar": "N", "help": "looks without gain after which it ends (default: 8)"},
    "judged": {"type": int, "metavar": "N", "help": "held-out pictures that are looked at and read (default: 100)"},
    "drawn": {"type": int, "metavar": "N", "help": "drawn pictures of each kind that are read before and after (default: 4)"},
    "allow_empty": {"action": "store_true", "default": None, "help": "a text may be empty: nothing stands there"},
    "skip_bad": {"action": "store_true", "default": None, "help": "leave bad lines out, in place of refusing all"},
    "resume": {"action": "store_true", "default": None, "help": "go on where the course in -o was ended"},
    "gradient_checkpointing": {"action": "store_true", "default": None, "help": "less memory, a third more work"},
    "memory": {"type": float, "metavar": "GB", "help": "memory to plan with (default: what is there)"},
    "weights": {"metavar": "float16|int8", "help": "how nano's weights are stored (default: float16)"},
    "corpus": {"metavar": "DIR", "help": "texts of drawn pictures (default: the few that come along)"},
    "fonts": {"metavar": "DIR", "action": "append", "help": "fonts of drawn pictures; may be given several times"},
    "seed": {"type": int, "metavar": "N", "help": "which pictures come when (default: 0)"},
    "device": {"metavar": "D", "help": "cpu, cuda, cuda:1, ... (default: cpu)"},
    "threads": {"type": int, "metavar": "N", "help": "CPU threads that learn"},
    "workers": {"type": int, "metavar": "N", "help": "processes that make batches; 0 = in between (default: 1)"},
}


def add(parser: ArgumentParser) -> None:
    parser.add_argument("data", metavar="DATA.jsonl", help="your pictures and their texts")
    parser.add_argument("-o", "--out", metavar="DIR", help="the folder to make (default: runs/finetune)")
    for name, option in OPTIONS.items():
        rest = {key: value for key, value in option.items() if key != "flag"}
        parser.add_argument(option.get("flag", f"--{name.replace('_', '-')}"), dest=name, **rest)
    alone = parser.add_mutually_exclusive_group()
    alone.add_argument("--check", action="store_true", help="list every bad line and learn nothing; exit code 3 if there is one")
    alone.add_argument("--plan", action="store_true", help="say what memory it takes and learn nothing")


def run(arguments: Namespace) -> int:
    given = {name: getattr(arguments, name) for name in ("data", "out", *OPTIONS) if getattr(arguments, name) is not None}
    if "fonts" in given:
        given["fonts"] = tuple(given["fonts"])

    from ..train.finetune.course import Course

    course = Course(**given)
    if arguments.check:
        return _check(course)
    if arguments.plan:
        return _plan(course)

    from ..train.finetune.work import run as learn

    learn(course, _tell)
    _tell(f"{course.out}: try it with: gotocr read PICTURE --model {course.out}")
    return 0


def _check(course: Any) -> int:
    from ..errors import InputError
    from ..train.finetune.check import check

    found = check(course)
    for bad in found.bad:
        print(bad)
    print(f"{len(found.lessons)} lines to learn, {len(found.held)} held out, {len(found.bad)} bad ones", file=sys.stderr)
    return InputError.exit_code if found.bad else 0


def _plan(course: Any) -> int:
    from ..train.finetune.check import check
    from ..train.finetune.memory import need, refuse

    found = check(course) if course.family == "nano" else None  # what base takes depends on --batch and --length alone
    lessons = [*found.lessons, *found.held] if found else []
    print(need(course, lessons))
    refuse(course, lessons)
    return 0


def _plain(line: str) -> str:
    """Without what a terminal would obey: words of a file may stand in it."""
    return "".join(letter if letter.isprintable() else "?" for letter in line)


def _tell(line: str) -> None:
    print("\n".join(map(_plain, line.split("\n"))), file=sys.stderr, flush=True)


VERB = Verb("teach a model your own pictures (see train finetune --help)", run, add, _DESCRIPTION, _EPILOG)
