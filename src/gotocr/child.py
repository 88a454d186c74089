"""Run a function in a child process that may crash, hang or eat memory without harm to this one.

For libraries in C++ that a strange enough input can bring down. The child is a fresh interpreter that imports the module of the
function and nothing of this process; it starts when first asked, is used again, is replaced after a crash, a time-out or many
requests, and ends with this process. A message is four bytes of length and its body: a request is the JSON list of the
arguments, an answer one letter and then a text as it is, other JSON, or what the function refused.
"""

from __future__ import annotations

import atexit
import importlib
import json
import os
import signal
import struct
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import lru_cache
from pathlib import Path
from typing import Any, BinaryIO

from .errors import GotocrError, WorkerError

SECONDS = 20.0  # the longest an answer may take
MEMORY = 2 << 30  # bytes of data of a child, where the system can hold it to that
FRESH = 20_000  # requests after which a child is replaced, against leaks
_LENGTH = struct.Struct(">I")
_MOST_BYTES = 1 << 28  # of a message
_TEXT, _JSON, _REFUSED = b"t", b"j", b"r"
_THREADS = dict.fromkeys(["OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"], "1")
_BOOT = "import sys; sys.path[:] = filter(None, sys.path); from gotocr.child import serve; serve(*sys.argv[1:])"


class RefusedError(WorkerError):
    """The function itself said no; its child lives."""


class Child:
    """A process that runs one function, `target` ("module:name"), of arguments and results that JSON can hold.

    `seconds` is the most a call may take, its child's start included; `memory` the most bytes of data the child may hold.
    Calls from several threads take turns.
    """

    def __init__(self, target: str, seconds: float = SECONDS, memory: int = MEMORY) -> None:
        self.target, self.seconds, self.memory = target, seconds, memory
        self._process: subprocess.Popen | None = None
        self._asked = 0
        self._lock = threading.Lock()

    def __call__(self, *arguments: Any) -> Any:
        """What the function gives. Raises RefusedError where it raises GotocrError, ValueError, RuntimeError or ImportError,
        WorkerError where it dies of the arguments or takes too long."""
        request = json.dumps([self.seconds, *arguments]).encode()
        with self._lock:
            answer = self._answer(request)
        kind, body = answer[:1], answer[1:].decode("utf-8", "surrogatepass")
        if kind == _REFUSED:
            raise RefusedError(body)
        return body if kind == _TEXT else json.loads(body)

    def _answer(self, request: bytes) -> bytes:
        if self._process is None or self._process.poll() is not None or self._asked >= FRESH:
            self._end()
            self._start()
        process = self._process
        alarm = threading.Timer(self.seconds, process.kill)
        alarm.daemon = True
        alarm.start()
        try:
            _send(process.stdin, request)
            answer = _receive(process.stdout)
        except OSError:
            answer = None
        finally:
            alarm.cancel()
        self._asked += 1
        if not answer:
            self._end()
            raise WorkerError(f"{self.target.rpartition(':')[2]} died of its input, or took longer than {self.seconds:g} s")
        return answer

    def _start(self) -> None:
        paths = [path for path in sys.path if path]
        environment = {**os.environ, **_THREADS, "PYTHONPATH": os.pathsep.join([*paths, str(Path(__file__).parents[1])])}
        command = [sys.executable, "-c", _BOOT, self.target, str(self.memory)]
        streams = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL, "bufsize": 0}
        try:
            self._process, self._asked = subprocess.Popen(command, env=environment, **streams), 0
        except OSError as cause:
            raise WorkerError(f"no process can be started here ({cause})") from cause

    def close(self) -> None:
        """End the process; the next call starts another."""
        with self._lock:
            self._end()

    def _end(self) -> None:
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            process.wait()
            with suppress(OSError):  # what was still to be sent
                process.stdin.close()
            process.stdout.close()


def child(target: str, seconds: float = SECONDS, memory: int = MEMORY) -> Child:
    """The one child of this process for a function (a forked process gets its own)."""
    return _child(os.getpid(), target, seconds, memory)


@lru_cache(maxsize=32)
def _child(process: int, target: str, seconds: float, memory: int) -> Child:
    made = Child(target, seconds, memory)
    atexit.register(made.close)
    return made


def _send(stream: BinaryIO, body: bytes) -> None:
    if len(body) > _MOST_BYTES:
        raise OSError("too much for one message")
    message = memoryview(_LENGTH.pack(len(body)) + body)
    while message:
        message = message[stream.write(message) :]


def _receive(stream: BinaryIO) -> bytes | None:
    """The next message; None where the stream, an unbuffered pipe, ends."""
    head = _read(stream, _LENGTH.size)
    length = _LENGTH.unpack(head)[0] if head else _MOST_BYTES + 1
    return _read(stream, length) if length <= _MOST_BYTES else None


def _read(stream: BinaryIO, count: int) -> bytes | None:
    body = bytearray()
    while len(body) < count:
        part = stream.read(count - len(body))
        if not part:
            return None
        body += part
    return bytes(body)


def serve(target: str, memory: str) -> None:
    """The child's life: answer requests until the parent closes the stream."""
    requests, answers = sys.stdin.buffer.raw, os.fdopen(os.dup(sys.stdout.fileno()), "wb", 0)
    os.dup2(2, 1)  # what the library prints must not be taken for an answer
    _hold(int(memory))
    module, _, name = target.partition(":")
    work = None
    while (message := _receive(requests)) is not None:
        seconds, *arguments = json.loads(message)
        with _alarm(seconds):
            try:
                work = work or getattr(importlib.import_module(module), name)
                answer = _answered(work, arguments)
            except (GotocrError, ValueError, RuntimeError, ImportError) as error:
                answer = _REFUSED + str(error).encode("utf-8", "surrogatepass")
        _send(answers, answer)


def _answered(work: Callable[..., Any], arguments: list[Any]) -> bytes:
    found = work(*arguments)
    return _TEXT + found.encode("utf-8", "surrogatepass") if isinstance(found, str) else _JSON + json.dumps(found).encode()


def _hold(memory: int) -> None:
    """Limit this process; Ctrl-C is for the parent."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with suppress(ImportError, OSError, ValueError, AttributeError):
        import resource

        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        resource.setrlimit(resource.RLIMIT_DATA, (memory, memory))


@contextmanager
def _alarm(seconds: float) -> Iterator[None]:
    """Ends this process where a call runs on although the parent, that would have ended it, is gone."""
    if not hasattr(signal, "alarm"):
        yield
        return
    signal.alarm(int(seconds) + 2)
    yield
    signal.alarm(0)
