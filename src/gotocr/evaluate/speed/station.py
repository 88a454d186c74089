"""A process of its own for what is measured, asked over a pipe, so that its memory and its threads are its own."""

from __future__ import annotations

import multiprocessing
import os
import traceback
from collections.abc import Callable
from multiprocessing.connection import Connection
from typing import Any

from ...errors import GotocrError, WorkerError

STOP = None
TRACE = "GOTOCR_TRACE"  # set to anything, it shows where an unexpected error comes from


class Station:
    """`make()` builds an object in a new process (spawned, so it inherits nothing); `ask` calls its methods there.

    `make`, what is asked and what is answered must be picklable. Raises WorkerError where the process dies, and
    GotocrError, with the exit code of what failed there, for everything that goes wrong in it.
    """

    def __init__(self, make: Callable[[], Any]) -> None:
        context = multiprocessing.get_context("spawn")
        self._pipe, inner = context.Pipe()
        self._process = context.Process(target=_serve, args=(inner, make), daemon=True)
        self._process.start()
        inner.close()
        try:
            self._answer()
        except BaseException:
            self.close()
            raise

    def ask(self, method: str, *given: object) -> Any:
        try:
            self._pipe.send((method, given))
        except OSError as cause:
            raise self._died() from cause
        return self._answer()

    def _answer(self) -> Any:
        try:
            fine, value = self._pipe.recv()
        except (EOFError, OSError) as cause:
            raise self._died() from cause
        if fine:
            return value
        message, code = value
        error = GotocrError(message)
        error.exit_code = code
        raise error

    def _died(self) -> WorkerError:
        self._process.join(timeout=5)
        return WorkerError(f"the measuring process ended (exit code {self._process.exitcode}); it may have run out of memory")

    def close(self) -> None:
        """End the process; a second call does nothing."""
        if self._pipe.closed:
            return
        try:
            self._pipe.send(STOP)
        except OSError:
            pass  # it is dead already
        self._pipe.close()
        self._process.join(timeout=5)
        if self._process.is_alive():
            self._process.kill()
            self._process.join()

    def __enter__(self) -> Station:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _serve(pipe: Connection, make: Callable[[], Any]) -> None:
    """The life of the process: build the object, then call its methods until told to stop or left alone."""
    try:
        made, trouble = _attempt(make)
        pipe.send((trouble is None, trouble))
        while trouble is None and (asked := pipe.recv()) is not STOP:
            method, given = asked
            value, why = _attempt(getattr(made, method), *given)
            pipe.send((why is None, why or value))
    except (EOFError, OSError, KeyboardInterrupt):
        pass


def _attempt(do: Callable[..., Any], *given: object) -> tuple[Any, tuple[str, int] | None]:
    try:
        return do(*given), None
    except GotocrError as error:
        return None, (str(error), error.exit_code)
    except Exception as error:
        if os.environ.get(TRACE):
            traceback.print_exc()
        said = f"unexpected {type(error).__name__}: {error}"
        return None, (f"{said:.300}; {TRACE}=1 shows where", WorkerError.exit_code)
