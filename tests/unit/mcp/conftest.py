"""Clients for the MCP server: the official SDK's, in this process, over real standard streams, or over HTTP."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from types import SimpleNamespace

import pytest
from PIL import Image, ImageDraw

import gotocr

pytest.importorskip("mcp")

EXAMPLES = Path(__file__).parents[3] / "examples"
# The command as people start it, with an engine that writes TEXT slowly, prints to standard output, and keeps count in a file.
SLOW = """
import os, sys, time
from pathlib import Path
from gotocr.cli import main
from gotocr.engines import ENGINES
from gotocr.schema import Piece

PAUSE, LOG = float(os.environ["PAUSE"]), Path(os.environ["LOG"])
TEXT = os.environ["TEXT"]

class Slow:
    name = "slow"
    def run(self, job):
        os.write(1, b"noise of a library\\n")
        print('{"jsonrpc": "2.0", "method": "noise"}', flush=True)
        with LOG.open("a") as log:
            log.write("begin\\n")
        try:
            while os.environ.get("GATE") and not os.path.exists(os.environ["GATE"]):
                time.sleep(0.01)
            for letter in TEXT:
                time.sleep(PAUSE)
                yield Piece(7, letter, 0.9)
            yield Piece(job.prompt.stop_ids[0], "", 0.9, finish="stop")
        finally:
            with LOG.open("a") as log:
                log.write("end\\n")
    def close(self):
        pass

def load(folder, device):
    print("noise while it is loaded", flush=True)
    return Slow()

ENGINES._targets["slow"] = "tests:slow"
ENGINES._loaded["slow"] = load
sys.exit(main(["mcp", *sys.argv[1:]]))
"""


def pages(path: Path, count: int) -> Path:
    """A PDF of so many pages, no two of them equal."""
    made = []
    for number in range(count):
        page = Image.new("RGB", (300, 200), "white")
        ImageDraw.Draw(page).text((20, 60), f"page number {number + 1}", fill="black")
        made.append(page)
    made[0].save(path, save_all=True, append_images=made[1:])
    return path


@pytest.fixture
def room(tmp_path) -> Path:
    """A folder to let models at, with something secret beside it."""
    folder = tmp_path / "room"
    folder.mkdir()
    for name in ("note.png", "sign.png"):
        (folder / name).write_bytes((EXAMPLES / name).read_bytes())
    (tmp_path / "secret.png").write_bytes((EXAMPLES / "sign.png").read_bytes())
    return folder


def environment(**more: str) -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(Path(gotocr.__file__).parents[1]), "OMP_NUM_THREADS": "1", **more}


@asynccontextmanager
async def over_streams(room: Path, *options: str, mode: str = "auto"):
    """`gotocr mcp` in a process of its own."""
    from mcp import Client, StdioServerParameters

    given = StdioServerParameters(command=sys.executable, args=["-m", "gotocr", "mcp", "--root", str(room), *options], env=environment())
    async with Client(given, mode=mode, read_timeout_seconds=240) as client:
        yield client


@pytest.fixture
def slow(room, tmp_path):
    """Makes a client of a process whose engine takes its time, or waits for a file `gate`; what it wrote down is in `slow.log`."""
    script, log = tmp_path / "slow.py", tmp_path / "slow.log"
    script.write_text(SLOW)

    @asynccontextmanager
    async def make(*options: str, pause: float = 0.0, text: str = "slowly written", mode: str = "auto", gate: Path | str = ""):
        from mcp import Client, StdioServerParameters

        more = environment(PAUSE=str(pause), LOG=str(log), TEXT=text, GATE=str(gate))
        given = StdioServerParameters(command=sys.executable, args=[str(script), "--root", str(room), "--engine", "slow", *options], env=more)
        async with Client(given, mode=mode, read_timeout_seconds=240) as client:
            yield client

    make.log = log
    return make


@contextmanager
def process(*options: str, **more: str):
    """A raw process, to be spoken to line by line."""
    command = [sys.executable, "-m", "gotocr", "mcp", *options]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment(**more)) as found:
        try:
            yield found
        finally:
            found.kill()


@pytest.fixture(scope="session")
def nano():
    with gotocr.load(quiet=True) as reader:
        yield reader


@pytest.fixture
def at(nano, room):
    """Runs a question put to a client of this process: `at(lambda client: client.call_tool(...), write=True)`."""
    from mcp import Client

    from gotocr.mcp.calls import Calls
    from gotocr.mcp.server import build
    from gotocr.mcp.settings import Settings

    def ask(question, reader=None, mode="auto", **settings):
        async def run():
            calls = Calls(reader or nano, Settings(**{"roots": (room,), **settings}))
            try:
                async with Client(build(calls), mode=mode) as client:
                    return await question(client)
            finally:
                assert await asyncio.to_thread(calls.close, 60.0)

        return asyncio.run(asyncio.wait_for(run(), 400))

    return ask


@pytest.fixture
def call(at):
    """What a tool answers, as (what it says, what it gives); the first is all there is where it went wrong."""

    def ask(name, reader=None, settings=None, **arguments):
        found = at(lambda client: client.call_tool(name, arguments), reader, **(settings or {}))
        texts = [part.text for part in found.content if part.type == "text"]
        if found.is_error:
            assert len(texts) == 1 and "\n" not in texts[0] and "Traceback" not in texts[0] and found.structured_content is None
            return SimpleNamespace(error=texts[0])
        return SimpleNamespace(error=None, said=texts, content=found.content, **(found.structured_content or {}))

    return ask


@pytest.fixture(scope="session")
def kit():
    return SimpleNamespace(examples=EXAMPLES, pages=pages, over_streams=over_streams, process=process, environment=environment)
