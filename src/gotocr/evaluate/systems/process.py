"""A system in a process of its own: what it costs is measured there, and what it breaks stays there.

Between the processes go bytes of JSON and nothing else, so that nothing of a system's making is unpickled here. The
truth of an item is not sent along.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import signal
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from pathlib import Path
from typing import Any

from ... import errors
from ...errors import GotocrError, WorkerError
from ..speed.machine import MEGA, peak_memory, processor_time
from ..suite import Item
from . import SYSTEMS
from .system import Choice, System

MOST_DEATHS = 3  # of processes one after the other, before the system is given up
PATIENCE = 3600.0  # seconds for loading, in which weights may be downloaded
LAST_LINES, LAST_BYTES = 5, 2000  # of what a process wrote before it died
PLACES = ("box", "colour")  # notes of an item that say which part of its picture is asked for
FAREWELL = 2.0  # seconds to end by itself


@dataclass(frozen=True)
class Read:
    """What came of one item: its text, or why there is none; what it took, where the process lived to tell."""

    text: str = ""
    seconds: float | None = None  # of the clock, for the reading alone
    cpu_seconds: float | None = None  # of all cores, its own and those of programs it ran
    error: str = ""
    words: tuple[tuple[str, float], ...] = ()  # (text, confidence), of systems that tell how sure they are


class Process:
    """One of `SYSTEMS` by name, loaded in a process of its own that is started anew when it dies.

    `start` first; then `name`, `version` and `load_seconds` tell what runs. Use `close` at the end, or a `with` statement.
    """

    def __init__(self, name: str, choice: Choice) -> None:
        self.system, self.choice = name, choice
        self.name, self.version, self.load_seconds = name, "", 0.0
        self._process: Any = None
        self._pipe: Connection | None = None
        self._log: Path | None = None
        self._peak = self._deaths = 0

    def start(self) -> None:
        """Load the system. Raises its own GotocrError where it cannot, WorkerError where the process dies over it."""
        handle, path = tempfile.mkstemp(prefix=f"gotocr-{self.system}-", suffix=".log")
        os.close(handle)
        self._log = Path(path)
        context = multiprocessing.get_context("spawn")
        self._pipe, inner = context.Pipe()
        self._process = context.Process(target=_serve, args=(inner, self.system, self.choice, path), daemon=True)
        with _uninterrupted():
            self._process.start()
        inner.close()
        told = self._answer(PATIENCE)
        if "error" in told:
            self._end()
            raise _error_of(told)
        self.name, self.version, self.load_seconds = told["name"], told["version"], told["seconds"]

    def read(self, item: Item, mode: str, timeout: float) -> Read:
        """Read one item; never raises but for Ctrl-C. After `timeout` seconds the process is ended.

        A process that was lost is started again for the next item; after `MOST_DEATHS` in a row nothing is tried any more.
        """
        if self._deaths >= MOST_DEATHS:
            return Read(error=f"{self.system} was given up after {MOST_DEATHS} processes had died one after the other")
        try:
            if self._process is None:
                self.start()
            self._send({"item": _plain(item), "mode": mode})
            told = self._answer(timeout)
        except GotocrError as error:
            self._deaths += 1
            return Read(error=str(error))
        self._deaths = 0
        words = tuple((str(word), float(sure)) for word, sure in told["words"])
        return Read(told["text"], told["seconds"], told["cpu_seconds"], told["error"], words)

    def peak_bytes(self) -> int:
        """The most memory (resident) that its process, or the largest program it ran, has held so far.

        The larger of the two and not their sum: a process that runs a program does nothing but wait for it.
        """
        return self._peak

    def close(self) -> None:
        """End the process; asked nicely first."""
        if self._process is not None:
            with suppress(WorkerError):
                self._send(None)
                wait([self._process.sentinel], FAREWELL)
            self._end()

    def __enter__(self) -> Process:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _send(self, told: Any) -> None:
        try:
            self._pipe.send_bytes(json.dumps(told, default=str).encode())
        except OSError:
            raise WorkerError(self._obituary()) from None

    def _answer(self, timeout: float) -> dict[str, Any]:
        """What the process answers; where it dies or takes too long it is ended, and WorkerError says so."""
        try:
            if not self._pipe.poll(timeout):
                self._end()
                raise WorkerError(f"{self.system} took longer than {timeout:g} seconds and was ended")
            told = json.loads(self._pipe.recv_bytes())
        except (EOFError, OSError):
            raise WorkerError(self._obituary()) from None
        except KeyboardInterrupt:
            self._end()
            raise
        self._peak = max(self._peak, told["peak"])
        return told

    def _obituary(self) -> str:
        wait([self._process.sentinel], FAREWELL)  # not yet joined, so that its number is not given to another
        _kill_group(self._process.pid)
        self._process.join(FAREWELL)
        code = self._process.exitcode
        why = f"killed by signal {-code}, perhaps for want of memory" if code and code < 0 else f"exit code {code}"
        last = _last_lines(self._log)
        self._end()
        return f"the process of {self.system} died ({why})" + (f"; its last words: {last}" if last else "")

    def _end(self) -> None:
        """End the process and the programs it runs, and forget what it wrote."""
        if self._process is None:
            return
        _kill_group(self._process.pid)
        self._process.kill()
        self._process.join()
        self._pipe.close()
        self._log.unlink(missing_ok=True)
        self._process = self._pipe = self._log = None


def _plain(item: Item) -> dict[str, Any]:
    """What a system may know of an item: all but its truth, in plain values."""
    notes = {name: item.notes[name] for name in PLACES if name in item.notes}
    plain = {"id": item.id, "type": item.type, "language": item.language, "page": item.page, "notes": notes}
    return {**plain, "image": str(item.image)}


def _error_of(told: dict[str, Any]) -> GotocrError:
    """The error of a process, by the name of its class."""
    kind = getattr(errors, told["kind"], None)
    fits = isinstance(kind, type) and issubclass(kind, GotocrError)
    error = GotocrError.__new__(kind if fits else WorkerError, told["error"])  # some are made of other things than their message
    error.exit_code = told["code"]
    return error


def _last_lines(log: Path | None) -> str:
    try:
        text = log.read_bytes()[-LAST_BYTES:].decode("utf-8", "replace") if log else ""
    except OSError:
        return ""
    return " | ".join(line.strip() for line in text.splitlines()[-LAST_LINES:] if line.strip())


def _kill_group(leader: int) -> None:
    """Kill what a process that leads a group of its own has started; nothing where it does not lead one (any more)."""
    with suppress(AttributeError, OSError):  # no groups on Windows; no such group
        if os.getpgid(leader) == leader:
            os.killpg(leader, signal.SIGKILL)


@contextmanager
def _uninterrupted() -> Iterator[None]:
    """What is started here never hears of Ctrl-C: it ends when we end it, without a word of its own."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _serve(pipe: Connection, name: str, choice: Choice, log: str) -> None:
    """The life of the process: load, then read item after item until told to stop or left alone."""
    with suppress(AttributeError):
        os.setpgrp()  # so that the programs it runs are ended with it
    _write_to(log)
    with suppress(EOFError, OSError):
        system = _load(pipe, name, choice)
        if system is None:
            return
        while (told := json.loads(pipe.recv_bytes())) is not None:
            _tell(pipe, _read(system, told))
        system.close()


def _load(pipe: Connection, name: str, choice: Choice) -> System | None:
    before = time.perf_counter()
    try:
        system = SYSTEMS[name](choice)
        seconds = time.perf_counter() - before
        _tell(pipe, {"name": system.name, "version": system.version, "seconds": seconds})
        return system
    except Exception as error:
        kind = type(error) if isinstance(error, GotocrError) else WorkerError
        said = str(error) if isinstance(error, GotocrError) else f"{name} cannot be loaded: {_said(error)}"
        code = getattr(error, "exit_code", WorkerError.exit_code)
        _tell(pipe, {"kind": _known(kind), "error": said, "code": code})
        return None


def _known(kind: type) -> str:
    """The name of the nearest class of errors that everyone knows."""
    return next(base.__name__ for base in kind.__mro__ if getattr(errors, base.__name__, None) is base)


def _read(system: System, told: dict[str, Any]) -> dict[str, Any]:
    item = Item(**{**told["item"], "image": Path(told["item"]["image"])}, truth=None)
    text = problem = ""
    words: Any = ()
    cpu, clock = processor_time(), time.perf_counter()
    try:
        text = system.read(item, told["mode"])
        words = getattr(system, "words", ())
    except Exception as error:
        problem = _said(error)
    seconds = time.perf_counter() - clock
    return {"text": text, "seconds": seconds, "cpu_seconds": processor_time() - cpu, "error": problem, "words": words}


def _said(error: Exception) -> str:
    if isinstance(error, GotocrError):
        return str(error)
    first = (str(error).strip().splitlines() or [""])[0]
    return f"{type(error).__name__}: {first:.300}"


def _tell(pipe: Connection, told: dict[str, Any]) -> None:
    pipe.send_bytes(json.dumps({**told, "peak": _peak_bytes()}).encode())


def _write_to(log: str) -> None:
    """From here on all that this process and its programs write goes to a file."""
    file = os.open(log, os.O_WRONLY | os.O_APPEND)
    for stream in (sys.stdout, sys.stderr):
        stream.flush()
    os.dup2(file, 1)
    os.dup2(file, 2)
    os.close(file)


def _peak_bytes() -> int:
    """The peak of this process or of the largest program it has run; 0 where the system does not tell."""
    try:
        import resource
    except ModuleNotFoundError:  # Windows
        return 0
    children = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
    return max(int((peak_memory() or 0) * MEGA), children)
