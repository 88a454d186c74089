"""Our own server in a process of its own, started to be measured: `gotocr serve` on a free port, ended afterwards."""

from __future__ import annotations

import re
import subprocess
import sys
import time
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import urlsplit

from ...errors import EngineError, GotocrError, MissingExtraError
from .machine import peak_memory

NEEDED = ("fastapi", "uvicorn")
START = 300.0  # seconds within which it must be ready, a model's loading and all
LOOK, END = 0.05, 20.0  # seconds between two looks; until it is killed that does not end
_ADDRESS = re.compile(rb"at (http://\S+)\r?\n")


@dataclass(frozen=True)
class Way:
    """How it is started. `queue` is how many may wait, `timeout` how many seconds an answer may take."""

    model: str
    rows: int
    queue: int
    timeout: float

    @property
    def name(self) -> str:
        return "1 row" if self.rows == 1 else f"{self.rows} rows"


class OwnServer:
    """A server that answers from when it was made until `close`. Raises MissingExtraError, EngineError, and what it ends with."""

    def __init__(self, way: Way) -> None:
        if not all(map(find_spec, NEEDED)):
            raise MissingExtraError("serve", "our own server")
        self.way = way
        self._folder = TemporaryDirectory(prefix="gotocr-bench-")
        said, complained = (Path(self._folder.name) / name for name in ("said", "complained"))
        call = [sys.executable, "-m", "gotocr", "serve", "--model", way.model, "--port", "0"]
        call += ["--rows", str(way.rows), "--queue", str(way.queue), "--deadline", f"{way.timeout:g}"]
        began = time.perf_counter()
        with said.open("wb") as out, complained.open("wb") as errors:
            self._process = subprocess.Popen(call, stdin=subprocess.DEVNULL, stdout=out, stderr=errors)
        try:
            self.url = self._wait_for_address(said, complained, began + START)
            self._wait_until_ready(complained, began + START)
        except BaseException:
            self.close()
            raise
        self.seconds = time.perf_counter() - began  # from nothing to ready

    def _wait_for_address(self, said: Path, complained: Path, until: float) -> str:
        while not (found := _ADDRESS.search(said.read_bytes())):
            self._look(complained, until)
        return found[1].decode()

    def _wait_until_ready(self, complained: Path, until: float) -> None:
        parts = urlsplit(self.url)
        while True:
            connection = HTTPConnection(parts.hostname or "", parts.port, timeout=10)
            try:
                connection.request("GET", "/ready")
                if connection.getresponse().status == 200:
                    return
            except (OSError, HTTPException):
                pass  # it is not there yet, or it died, and then the next look says so
            finally:
                connection.close()
            self._look(complained, until)

    def _look(self, complained: Path, until: float) -> None:
        code = self._process.poll()
        if code is not None:
            lines = complained.read_text("utf-8", "replace").splitlines()
            error = GotocrError((lines[-1].removeprefix("gotocr: ") if lines else "our own server ended at once")[:300])
            error.exit_code = code if 0 < code < 128 else EngineError.exit_code
            raise error
        if time.perf_counter() > until:
            raise EngineError(f"our own server was not ready within {START:g} s")
        time.sleep(LOOK)

    def memory(self) -> float | None:
        """Megabytes it held at most so far, where the system tells."""
        return peak_memory(self._process.pid)

    def close(self) -> None:
        """End it, kindly first; a second call does nothing."""
        if self._process.poll() is None:
            self._process.terminate()
            try:
                self._process.wait(END)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
        self._folder.cleanup()

    def __enter__(self) -> OwnServer:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
