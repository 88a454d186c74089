"""`gotocr mcp`: a server of the Model Context Protocol, for language models that are to read files of this machine."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from pathlib import Path
from typing import TYPE_CHECKING

from .. import errors
from ..engines import ENGINES
from ..reader import MODELS, load
from ..weights import PRECISION, PRECISIONS
from . import remote
from .read import count, seconds
from .serve import keys, port
from .verb import Verb

if TYPE_CHECKING:
    from ..mcp.settings import Settings

_DESCRIPTION = """Let a language model read the pictures and PDFs of some folders. Its program starts this command and speaks to it
over standard input and output; with --http it is a server of its own, at http://127.0.0.1:8100/mcp."""
_EPILOG = """Exit codes: 0 its client went away, or it was told to stop; 2 a wrong option, or the port is taken; 4 not installed."""


def add(parser: ArgumentParser) -> None:
    allowed = parser.add_argument_group("what is allowed")
    allowed.add_argument("--root", type=Path, action="append", default=[], metavar="DIR", help="files in DIR may be read, and in the folders in it; may be given several times (default: the current folder)")
    allowed.add_argument("--write", action="store_true", help="files may be written into those folders, too, by convert")
    allowed.add_argument("--allow-urls", action="store_true", help="pictures and PDFs may be fetched from public http(s) addresses")
    allowed.add_argument("--max-bytes", type=count, metavar="N", help="most bytes of a file (default: 268435456)")
    allowed.add_argument("--max-pixels", type=count, metavar="N", help="most pixels of a page (default: 100000000)")
    allowed.add_argument("--deadline", type=seconds, metavar="S", help="seconds a call may take, waiting and all (default: 300)")
    model = parser.add_argument_group("who reads")
    model.add_argument("--model", metavar="|".join([*MODELS, "PATH"]), help=f"default: {remote.DEFAULT}")
    model.add_argument("--engine", choices=list(ENGINES), help="default: the model's own")
    model.add_argument("--device", default="cpu", help="cpu, cuda, cuda:1, ... (default: %(default)s)")
    model.add_argument("--precision", choices=PRECISIONS, help=f"of the writer's matrices, on the onnx engine (default: {PRECISION})")
    remote.add(parser)
    http = parser.add_argument_group("over HTTP")
    http.add_argument("--http", action="store_true", help="serve over streamable HTTP in place of standard input and output")
    http.add_argument("--host", default="127.0.0.1", help="address to listen at (default: %(default)s, this machine alone)")
    http.add_argument("--port", type=port, default=8100, help="0 takes a free one and says which (default: %(default)s)")
    http.add_argument("--api-key-file", type=Path, metavar="FILE", help="keys that open, one a line; else GOTOCR_API_KEY, where that is set")
    http.add_argument("--without-key", action="store_true", help="let other machines in without a key")


def run(arguments: Namespace) -> int:
    settings = _settings(arguments)
    settings.folders  # said before anything is loaded
    reader = load(remote.model_of(arguments), engine=arguments.engine, device=arguments.device, precision=arguments.precision, quiet=True)
    try:
        from ..mcp.run import over_http, over_streams
    except ImportError as cause:
        raise errors.MissingExtraError("mcp", "gotocr mcp", cause) from cause
    if not arguments.http:
        over_streams(reader, settings)
        return 0
    from ..serve.settings import Settings as Door

    door = Door(arguments.host, arguments.port, keys=keys(arguments.api_key_file), without_key=arguments.without_key)
    over_http(reader, settings, door, lambda address: print(f"gotocr reads with {reader.name} for clients of MCP at {address}", flush=True))
    return 0


def _settings(arguments: Namespace) -> Settings:
    from ..mcp.settings import Settings

    given = {name: getattr(arguments, name) for name in ("max_bytes", "max_pixels", "deadline")}
    allowed = {"write": arguments.write, "allow_urls": arguments.allow_urls}
    return Settings(tuple(arguments.root), **allowed, **{name: value for name, value in given.items() if value is not None})


VERB = Verb("let language models read files, by the Model Context Protocol", run, add, _DESCRIPTION, _EPILOG)
