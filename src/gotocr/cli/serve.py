"""`gotocr serve`: a page for people, and a server that OpenAI's and Mistral's clients speak to."""

from __future__ import annotations

import os
from argparse import ArgumentParser, ArgumentTypeError, Namespace
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING

from .. import errors
from ..engines import ENGINES
from ..reader import MODELS, load
from ..weights import PRECISION, PRECISIONS
from .read import count, seconds
from . import remote
from .verb import Verb

if TYPE_CHECKING:
    from ..serve.settings import Settings

KEY = "GOTOCR_API_KEY"  # the environment variable with the key that is asked for
HIGHEST_PORT = 65535

_DESCRIPTION = """Read for others, several at once with one loaded model: a page for people at the address it says; /v1/chat/completions
as OpenAI's clients ask, /v1/ocr as Mistral's do, /v1/convert for files of any format, /v1/jobs for long ones; /docs says it all. The first SIGTERM or Ctrl-C ends it when everything that runs was answered, a second one at once."""
_EPILOG = f"""{KEY} in the environment is a key, too, where no file is given. Exit codes: 0 it was told to stop; 2 a wrong
option, or the port is taken; 4 not installed; 5 weights; 6 the store of the jobs cannot be used; 7 the engine cannot begin."""


def add(parser: ArgumentParser) -> None:
    parser.add_argument("--model", metavar="|".join([*MODELS, "PATH"]), help=f"default: {remote.DEFAULT}")
    parser.add_argument("--engine", choices=list(ENGINES), help="default: the model's own")
    parser.add_argument("--device", default="cpu", help="cpu, cuda, cuda:1, ... (default: %(default)s)")
    parser.add_argument("--precision", choices=PRECISIONS, help=f"of the writer's matrices, on the onnx engine (default: {PRECISION})")
    parser.add_argument("--host", default="127.0.0.1", help="address to listen at (default: %(default)s, this machine alone)")
    parser.add_argument("--port", type=port, default=8000, help="0 takes a free one and says which (default: %(default)s)")
    parser.add_argument("--rows", type=count, help="texts written at once (default: 8)")
    parser.add_argument("--queue", type=whole, help="requests that may wait beyond those (default: 64)")
    parser.add_argument("--api-key-file", type=Path, metavar="FILE", help="keys that open, one a line")
    parser.add_argument("--without-key", action="store_true", help="let other machines in without a key")
    parser.add_argument("--max-bytes", type=count, metavar="N", help="most bytes of a request (default: 33554432)")
    parser.add_argument("--max-pixels", type=count, metavar="N", help="most pixels of a page (default: 50000000)")
    parser.add_argument("--max-pages", type=count, metavar="N", help="most pages of a file that are read (default: 10000)")
    parser.add_argument("--deadline", type=seconds, metavar="S", help="seconds a request may take, waiting and all (default: 300)")
    parser.add_argument("--jobs", type=count, help="jobs read at once, whole files that nobody waits for (default: 2)")
    parser.add_argument("--store", type=Path, metavar="FILE", help="where jobs are kept, so that they outlive the server (default: a file of this port in your state folder; with port 0 one that goes with the server)")
    parser.add_argument("--store-bytes", type=count, metavar="N", help="most bytes of the store (default: 2147483648)")
    parser.add_argument("--keep", type=seconds, metavar="S", help="seconds a job is kept after its end (default: 86400, a day)")
    parser.add_argument("--allow-urls", action="store_true", help="fetch pictures from public http(s) addresses")
    parser.add_argument("--remember", action="store_true", help="a page that was read before is not read again, whoever asks; the last few hundred are kept")
    remote.add(parser)


def port(text: str) -> int:
    if not (text.isascii() and text.isdigit() and int(text) <= HIGHEST_PORT):
        raise ArgumentTypeError(f"{text!r} is no port; give 0 to {HIGHEST_PORT}")
    return int(text)


def whole(text: str) -> int:
    """A whole number from 0 on."""
    if not (text.isascii() and text.isdigit()):
        raise ArgumentTypeError(f"{text!r} is not a whole number")
    return int(text)


def run(arguments: Namespace) -> int:
    settings = _settings(arguments)
    choice = {name: getattr(arguments, name) for name in ("engine", "device", "precision")}
    reader = load(remote.model_of(arguments), **choice)
    try:
        from ..serve.run import serve
    except ImportError as cause:
        raise errors.MissingExtraError("serve", "gotocr serve", cause) from cause
    name = reader.name if reader.server or reader.name in MODELS else Path(reader.name).resolve().name
    serve(reader, name, settings, lambda address: print(f"gotocr serves {name} at {address.removesuffix('/v1')}, programs at {address}", flush=True))
    return 0


def _settings(arguments: Namespace) -> Settings:
    from ..serve.settings import Settings

    given = {field.name: getattr(arguments, field.name, None) for field in fields(Settings)}
    given["keys"] = keys(arguments.api_key_file)
    return Settings(**{name: value for name, value in given.items() if value is not None}).check()


def keys(path: Path | None) -> tuple[str, ...]:
    """The keys of a file, else of the environment. Raises UsageError for a file without any, and for what is no key."""
    if path is None:
        keys = [key.strip()] if (key := os.environ.get(KEY)) else []
    else:
        try:
            keys = [line.strip() for line in path.read_text("utf-8-sig").splitlines() if line.strip()]
        except (OSError, ValueError) as error:
            raise errors.UsageError(f"cannot read the keys in {path}: {getattr(error, 'strerror', None) or error}") from error
        if not keys:
            raise errors.UsageError(f"{path} has no key; write one into it, on a line of its own")
    if not all(key and key.isascii() and key.isprintable() and " " not in key for key in keys):
        raise errors.UsageError("a key is made of ASCII letters, digits and signs, without spaces")
    return tuple(keys)


VERB = Verb("serve reading to people and programs", run, add, _DESCRIPTION, _EPILOG)
