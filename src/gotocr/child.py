"""Run a function in a child process that may crash, hang or eat memory without harm to this one.

For libraries in C++ that a strange enough input can bring down. The child is a fresh interpreter that imports the module of the
function and nothing of this process; it starts when first asked, is used again, is replaced after a crash, a time-out or many
requests, and ends with this process. `pool` has several of them, for callers in several threads. A message is a letter, its
length and its body: a request is the JSON list of the arguments, an answer a text as it is, bytes as they are, other JSON, or
what the function refused.
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
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import lru_cache
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

from .errors import GotocrError, WorkerError

SECONDS = 20.0  # the longest an answer may take
START = 60.0  # the longest a child may take to begin, and to import the function's module
MEMORY = 2 << 30  # bytes of data of a child, where the system can hold it to that
LEAST, MOST = 2, 8  # children of a pool, however few processors there are (one may hang), and however many
IDLE = 60.0  # seconds after which a child of a pool that nobody asked ends: its memory is given back
FRESH = 20_000  # requests after which a child is replaced, against leaks
_HEAD = struct.Struct(">cQ")  # letter and length of a message
_LONGEST = 1 << 28  # bytes of a message, unless it is one of bytes: a child holds no more of those than its memory
_TEXT, _BYTES, _JSON, _REFUSED = b"t", b"b", b"j", b"r"
_PIPE = 1 << 20  # bytes a pipe holds, where that can be asked for: a page crosses in fewer turns
# One thread; and glibc keeps what it has taken for the next request: to take the memory of a page anew costs as much as to decode it.
_SETTING = {
    **dict.fromkeys(["OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"], "1"),
    "MALLOC_TRIM_THRESHOLD_": str(1 << 28),
    "MALLOC_MMAP_THRESHOLD_": str(1 << 25),
}
_BOOT = "import sys; sys.path[:] = filter(None, sys.path); from gotocr.child import serve; serve(*sys.argv[1:])"


class RefusedError(WorkerError):
    """The function itself said no; its child lives."""


class LateError(WorkerError):
    """The function took too long, and was ended."""


class NoChildError(WorkerError):
    """No process can be started here, or none that imports the function's module."""


class Child:
    """A process that runs one function, `target` ("module:name"), of arguments that JSON can hold.

    Its results are what JSON can hold, or bytes (or a bytearray or memoryview), which arrive as a bytearray. `seconds` is
    the most a call may take, `memory` the most bytes of data the child may hold, `fresh` the calls after which another takes its place (None:
    FRESH). Calls from several threads take turns.
    """

    def __init__(self, target: str, seconds: float = SECONDS, memory: int = MEMORY, fresh: int | None = None) -> None:
        self.target, self.seconds, self.memory, self.fresh = target, seconds, memory, fresh
        self._process: subprocess.Popen | None = None
        self._asked = 0
        self._lock = threading.Lock()

    def __call__(self, *arguments: Any) -> Any:
        """What the function gives. Raises RefusedError where it raises GotocrError, ValueError, RuntimeError or ImportError,
        LateError where it takes too long, WorkerError where it dies of the arguments, NoChildError."""
        request = json.dumps([self.seconds, *arguments]).encode()
        with self._lock:
            kind, body = self._answer(request)
        if kind == _BYTES:
            return body
        text = body.decode("utf-8", "surrogatepass")
        if kind == _REFUSED:
            raise RefusedError(text)
        return text if kind == _TEXT else json.loads(text)

    def _answer(self, request: bytes) -> tuple[bytes, bytearray]:
        if self._process is None or self._process.poll() is not None or self._asked >= (self.fresh or FRESH):
            self._end()
            self._start()
        self._asked += 1
        answer, late = self._exchanged(request, self.seconds)
        if answer is None:
            self._end()
            name = self.target.rpartition(":")[2]
            raise LateError(f"{name} took longer than {self.seconds:g} s") if late else WorkerError(f"{name} died of its input")
        return answer

    def _exchanged(self, request: bytes | None, seconds: float) -> tuple[tuple[bytes, bytearray] | None, bool]:
        """The answer to a request (None = what is said unasked), and whether the process was ended because none came in time."""
        process, late = self._process, threading.Event()

        def end() -> None:
            late.set()
            process.kill()

        alarm = threading.Timer(seconds, end)
        alarm.daemon = True
        alarm.start()
        try:
            if request is not None:
                _send(process.stdin, _JSON, request)
            return _receive(process.stdout, self.memory), late.is_set()
        except OSError:
            return None, late.is_set()
        except BaseException:  # Ctrl-C: the answer that is still to come is not that to the next request
            self._end()
            raise
        finally:
            alarm.cancel()

    def _start(self) -> None:
        paths = [path for path in sys.path if path]
        environment = {**os.environ, **_SETTING, "PYTHONPATH": os.pathsep.join([*paths, str(Path(__file__).parents[1])])}
        command = [sys.executable, "-c", _BOOT, self.target, str(self.memory)]
        streams = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL, "bufsize": 0}
        try:
            self._process, self._asked = subprocess.Popen(command, env=environment, **streams), 0
        except OSError as cause:
            raise NoChildError(f"no process can be started here ({cause})") from cause
        for stream in (self._process.stdin, self._process.stdout):
            _widen(stream)
        ready, late = self._exchanged(None, START)
        if ready is None:
            self._end()
            raise NoChildError("a process that was started here " + (f"is not ready after {START:g} s" if late else "died at once"))

    def close(self) -> None:
        """End the process; the next call starts another."""
        with self._lock:
            self._end()

    def abort(self) -> None:
        """End the process at once, from another thread than the one that waits for it: its call raises WorkerError."""
        process = self._process
        if process is not None:
            process.kill()

    def _end(self) -> None:
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            process.wait()
            with suppress(OSError):  # what was still to be sent
                process.stdin.close()
            process.stdout.close()


class Pool:
    """Children of one function, called as one `Child` is: each call has one to itself, so that none waits for another's.

    A child starts when all there are have work, up to `most`; together they hold no more than `most` times `memory`. Where as
    many as may be have work, callers wait in the order in which they came. A child that was asked for the same first argument
    before is preferred. Who was not asked for `idle` seconds ends.
    """

    def __init__(self, make: Callable[[], Child], most: int, idle: float = IDLE) -> None:
        self._make, self.most, self._idle = make, max(most, 1), idle
        self._lock = threading.Lock()
        self._free: list[_Resting] = []  # the last to have been asked last
        self._many = 0  # children there are: free ones, and those with work
        self._waiting: deque[_Turn] = deque()
        self._watch: threading.Timer | None = None

    def __call__(self, *arguments: Any) -> Any:
        """What the function gives. Raises as `Child` does."""
        turn = _Turn()
        one = self._taken(turn, arguments[:1])
        try:
            return one(*arguments)
        finally:
            self._give_back(one, arguments[:1])

    def _taken(self, turn: _Turn, about: tuple) -> Child:
        with self._lock:
            if self._free:
                place = max(range(len(self._free)), key=lambda place: (self._free[place].about == about, place))
                return self._free.pop(place).child
            if self._many < self.most:
                self._many += 1
                return self._make()
            self._waiting.append(turn)
        try:
            turn.come.wait()
        except BaseException:  # Ctrl-C: whoever is next must not wait for this one
            with self._lock:
                given = turn.child
                if given is None:
                    self._waiting.remove(turn)
            if given is not None:
                self._give_back(given, ())
            raise
        assert turn.child is not None
        return turn.child

    def _give_back(self, one: Child, about: tuple) -> None:
        with self._lock:
            if self._waiting:
                turn = self._waiting.popleft()
                turn.child = one
                turn.come.set()
                return
            self._free.append(_Resting(one, about, time.monotonic()))
            self._look_later()

    def _look_later(self) -> None:
        """Have somebody look for idle children when the first may be one. The lock is held."""
        if self._free and self._watch is None:
            self._watch = threading.Timer(max(self._free[0].since + self._idle - time.monotonic(), 0.0), self._look)
            self._watch.daemon = True
            self._watch.start()

    def _look(self) -> None:
        with self._lock:
            self._watch = None
            old = [resting for resting in self._free if time.monotonic() - resting.since >= self._idle]
            self._free = [resting for resting in self._free if resting not in old]
            self._many -= len(old)
            self._look_later()
        for resting in old:
            resting.child.close()

    @property
    def many(self) -> int:
        """Children there are."""
        return self._many

    def close(self) -> None:
        """End the children that have no work; the next call starts another."""
        with self._lock:
            ended, self._free = self._free, []
            self._many -= len(ended)
            if self._watch is not None:
                self._watch.cancel()
                self._watch = None
        for resting in ended:
            resting.child.close()


class _Turn:
    """Somebody who waits for a child of a pool."""

    def __init__(self) -> None:
        self.come, self.child = threading.Event(), None


class _Resting(NamedTuple):
    """A child without work: what it was asked about last, and since when it rests."""

    child: Child
    about: tuple
    since: float


def child(target: str, seconds: float = SECONDS, memory: int = MEMORY, fresh: int | None = None) -> Child:
    """The one child of this process for a function (a forked process gets its own)."""
    return _child(os.getpid(), target, seconds, memory, fresh)


@lru_cache(maxsize=32)
def _child(process: int, target: str, seconds: float, memory: int, fresh: int | None) -> Child:
    made = Child(target, seconds, memory, fresh)
    atexit.register(made.close)
    return made


def pool(target: str, seconds: float = SECONDS, memory: int = MEMORY, fresh: int | None = None) -> Pool:
    """The one pool of this process for a function: as many children as there are processors, within `LEAST` and `MOST`."""
    return _pool(os.getpid(), target, seconds, memory, fresh)


@lru_cache(maxsize=32)
def _pool(process: int, target: str, seconds: float, memory: int, fresh: int | None) -> Pool:
    many = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    made = Pool(lambda: Child(target, seconds, memory, fresh), min(max(many, LEAST), MOST))
    atexit.register(made.close)
    return made


def _widen(stream: BinaryIO) -> None:
    with suppress(ImportError, AttributeError, OSError):  # only Linux can, and only so many
        import fcntl

        fcntl.fcntl(stream.fileno(), fcntl.F_SETPIPE_SZ, _PIPE)


def _send(stream: BinaryIO, letter: bytes, body: bytes | bytearray | memoryview) -> None:
    if letter != _BYTES and len(body) > _LONGEST:
        raise OSError("too much for one message")
    with memoryview(body).cast("B") as whole:
        for part in (memoryview(_HEAD.pack(letter, len(whole))), whole):
            while part:
                part = part[stream.write(part) :]


def _receive(stream: BinaryIO, memory: int) -> tuple[bytes, bytearray] | None:
    """Letter and body of the next message; None where the stream, an unbuffered pipe, ends."""
    head = _read(stream, _HEAD.size)
    if head is None:
        return None
    letter, length = _HEAD.unpack(head)
    body = _read(stream, length) if length <= (memory if letter == _BYTES else _LONGEST) else None
    return None if body is None else (letter, body)


def _read(stream: BinaryIO, count: int) -> bytearray | None:
    body, done = bytearray(count), 0
    with memoryview(body) as whole:
        while done < count:
            part = stream.readinto(whole[done:])
            if not part:
                return None
            done += part
    return body


def serve(target: str, memory: str) -> None:
    """The child's life: answer requests until the parent closes the stream."""
    requests, answers = sys.stdin.buffer.raw, os.fdopen(os.dup(sys.stdout.fileno()), "wb", 0)
    os.dup2(2, 1)  # what the library prints must not be taken for an answer
    _hold(int(memory))
    module, _, name = target.partition(":")
    with _alarm(START), suppress(Exception):  # what is wrong with it is said when it is asked for
        importlib.import_module(module)
    _send(answers, _JSON, b"null")
    while (message := _receive(requests, 0)) is not None:
        seconds, *arguments = json.loads(message[1])
        with _alarm(seconds):
            try:
                answer = _answered(getattr(importlib.import_module(module), name), arguments)
            except (GotocrError, ValueError, RuntimeError, ImportError) as error:
                answer = _REFUSED, str(error).encode("utf-8", "surrogatepass")
        _send(answers, *answer)
        del answer, message  # they may be large, and the next may be long in coming


def _answered(work: Callable[..., Any], arguments: list[Any]) -> tuple[bytes, bytes | bytearray | memoryview]:
    found = work(*arguments)
    if isinstance(found, str):
        return _TEXT, found.encode("utf-8", "surrogatepass")
    return (_BYTES, found) if isinstance(found, (bytes, bytearray, memoryview)) else (_JSON, json.dumps(found).encode())


def _hold(memory: int) -> None:
    """Limit this process. Ctrl-C, and a request to end that is sent to all processes of a service, are for the parent: it may finish."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
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
