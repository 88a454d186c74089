"""`gotocr train`: run a recipe, tell how it goes on standard error, and say what to do with what came out."""

from __future__ import annotations

import os
import shlex
import sys
from argparse import ArgumentParser, BooleanOptionalAction, Namespace
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from .read import count
from .verb import Verb

# Each is a field of `train.recipe.Recipe`; what is not given stays as the recipe says.
OPTIONS: dict[str, dict[str, Any]] = {
    "out": {"metavar": "DIR", "help": "where weights and log go"},
    "minutes": {"type": float, "metavar": "M", "help": "end after so many minutes ..."},
    "steps": {"type": int, "metavar": "N", "help": "... or so many steps, whichever comes first"},
    "start": {"metavar": "shipped|fresh|DIR", "help": "weights to go on from, with a new optimizer"},
    "resume": {"action": "store_true", "default": None, "help": "go on where the run in --out was ended, as if it had not been"},
    "corpus": {"metavar": "DIR", "help": "texts to draw: text_*.txt[.xz] and words_*.txt (default: the few that come along)"},
    "fonts": {"metavar": "DIR", "action": "append", "help": "fonts to draw with; may be given several times"},
    "seed": {"type": int, "metavar": "N", "help": "which pictures are drawn; the same seed draws the same ones again"},
    "device": {"metavar": "D", "help": "cpu, cuda, cuda:1, ..."},
    "compile": {"action": BooleanOptionalAction, "help": "torch.compile (default: on cuda)"},
    "gradient_checkpointing": {"action": BooleanOptionalAction, "help": "less memory, a third more work"},
    "accumulate": {"type": int, "metavar": "N", "help": "batches a step (each process)"},
    "reuse": {"type": int, "metavar": "N", "help": "times each batch that was drawn is learnt from, worn anew"},
    "parallel": {"metavar": "ddp|fsdp", "help": "under torchrun: the whole network in each process, or a part of it"},
    "threads": {"type": int, "metavar": "N", "help": "CPU threads that learn"},
    "workers": {"type": int, "metavar": "N", "help": "processes that draw; 0 = draw in between"},
    "tensorboard": {"action": BooleanOptionalAction, "help": "write event files, too"},
}
_SHARES = {"glyph_right": "glyphs", "point_right": "pointer", "token_right": "tokens"}


def add(parser: ArgumentParser) -> None:
    parser.add_argument("recipe", metavar="RECIPE.toml", type=Path, help="what to train, such as recipes/nano-next.toml")
    for name, option in OPTIONS.items():
        parser.add_argument(f"--{name.replace('_', '-')}", **option)
    parser.add_argument("--plan", type=count, metavar="GPUS", help="do not train: say what memory and hours it takes on so many GPUs")


def run(arguments: Namespace) -> int:
    changes = {name: getattr(arguments, name) for name in OPTIONS if getattr(arguments, name) is not None}
    if "fonts" in changes:
        changes["fonts"] = tuple(changes["fonts"])

    from ..train.recipe import read_recipe

    recipe = read_recipe(arguments.recipe, **changes)
    if arguments.plan:
        from ..train.fleet import table
        from ..train.plan import plan

        print(plan(recipe, arguments.plan))
        print(f"\n{table([recipe], [arguments.plan])}", end="")
        return 0

    from ..train.loop import train

    begins = "from where it was ended" if recipe.resume else f"from {recipe.start} weights"
    _tell(f"{recipe.name}: {begins} to {recipe.out}, for up to {recipe.minutes:g} minutes on {recipe.device}")
    train(recipe, lambda row: _tell(spell(row)))
    drawn = [f"--corpus {shlex.quote(recipe.corpus)}"] if "corpus" in changes else []
    drawn += [f"--fonts {shlex.quote(folder)}" for folder in changes.get("fonts", ())]
    out = shlex.quote(recipe.out)
    if recipe.pupil != "nano":  # the only one that is examined, and that is made readable without torch
        _tell(f"done. Try it:  gotocr read PAGE --model {out}")
        return 0
    _tell("done. See what it reads in fonts it never saw, and make it readable without torch:")
    _tell(" ".join(["  gotocr examine", out, *drawn]))
    _tell(f"  gotocr convert {out} -o DIR")
    _tell(" ".join(["  gotocr calibrate DIR", *drawn]))
    return 0


def spell(row: Mapping[str, Any]) -> str:
    """A row of the log as people read it; parts of the loss that are not trained yet are left out."""
    if "note" in row:
        return row["note"]
    parts = [f"step {row['step']:6}", f"{row['seconds'] / 60:6.1f} min", f"{row['samples']:7} pictures"]
    parts += [f"rate {row['rate']:.1e}", f"loss {row['loss']:7.3f}"]
    parts += [f"{word} {row[name]:4.0%}" for name, word in _SHARES.items() if name in row]
    parts += [f"{row['samples_per_second']:.0f} pictures/s", f"{row['tokens_per_second']:.0f} tokens/s"]
    line = "  ".join([*parts, f"mfu {row['mfu']:.0%}", f"waited {row['wait']:.0%}"])
    kinds = [f"{kind} {both['right']:.0%}" for kind, both in row.get("kinds", {}).items() if "right" in both]
    return f"{line}\n            right: {', '.join(kinds)}" if kinds else line


def _tell(line: str) -> None:
    if os.environ.get("RANK", "0") == "0":  # of the processes that torchrun starts, the first one speaks
        print(line, file=sys.stderr, flush=True)


VERB = Verb(
    "train a model on pictures that are drawn on the way", run, add,
    epilog="To teach a model pictures of your own: gotocr train finetune DATA.jsonl -o DIR (see gotocr train finetune --help).",
)  # fmt: skip
