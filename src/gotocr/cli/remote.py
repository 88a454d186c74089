"""The options of every verb that can read by a server, and the model that they choose."""

from __future__ import annotations

from argparse import ArgumentParser, ArgumentTypeError, Namespace
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from ..engines.remote_server import Server, is_address
from ..errors import UsageError

if TYPE_CHECKING:
    from argparse import _ArgumentGroup

DEFAULT = "nano"  # the model of who names none, and no server
REMOTE = "remote"
_OPTIONS = ("key_env", "key_file", "prompt", "at_once", "max_side", "silence")


def add(parser: ArgumentParser) -> _ArgumentGroup:
    """The options of a server, as a group of their own."""
    group = parser.add_argument_group("a server that reads (--engine remote)", "Pages are sent there, and nowhere else; --model is its name of the model.")
    group.add_argument("--url", metavar="URL", help="its address, up to /v1: vLLM, llama.cpp, Ollama, LM Studio, SGLang, OpenAI, gotocr serve ...")
    group.add_argument("--key-env", metavar="VAR", help="the environment variable that holds the key it asks for")
    group.add_argument("--key-file", metavar="FILE", help="a file that holds it")
    group.add_argument("--prompt", metavar="TEXT", help="what it is asked, in place of our own words")
    group.add_argument("--at-once", type=_count, metavar="N", help="requests under way at a time (default: 8)")
    group.add_argument("--max-side", type=_count, metavar="PIXELS", help="a picture's longer side is made so small (default: 2048)")
    group.add_argument("--silence", type=_seconds, metavar="S", help="seconds it may say nothing (default: 120)")
    return group


def model_of(arguments: Namespace) -> str | Server:
    """The model that was asked for: a name, a folder, or a server. Raises UsageError for options that make no sense together."""
    given = {name: value for name in _OPTIONS if (value := getattr(arguments, name)) is not None}
    url, model = arguments.url, arguments.model
    if url is None and model is not None and is_address(model):
        url, model = model, None
    if url is None:
        if arguments.engine == REMOTE:
            raise UsageError("the remote engine reads by a server; give its address: --url http://localhost:8000/v1")
        if given:
            raise UsageError(f"--{next(iter(given)).replace('_', '-')} is for a server; give its address, too: --url http://localhost:8000/v1")
        return model or DEFAULT
    if arguments.engine not in (None, REMOTE):
        raise UsageError(f"--url is for the {REMOTE} engine, not for {arguments.engine}")
    fields: dict[str, Any] = {"side" if name == "max_side" else name: value for name, value in given.items()}
    server = Server(url, model, **fields)
    server.key()  # said once, before anything is read
    return server


def _count(text: str) -> int:
    if not (text.isascii() and text.isdigit() and int(text) > 0):
        raise ArgumentTypeError(f"{text!r} is not a whole number above 0")
    return int(text)


def _seconds(text: str) -> float:
    with suppress(ValueError):
        if 0 < (found := float(text)) < float("inf"):
            return found
    raise ArgumentTypeError(f"{text!r} is no number of seconds above 0")
