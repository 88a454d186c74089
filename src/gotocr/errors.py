"""One tree of errors: each carries its exit code and HTTP status, and its message says what to do."""

from __future__ import annotations


class GotocrError(Exception):
    """Anything the user can mend. `str(error)` is one line that says what happened and what to do."""

    exit_code = 1
    http_status = 500


class UsageError(GotocrError):
    """A wrong option, name or combination."""

    exit_code = 2
    http_status = 400


class InputError(GotocrError):
    """A source that cannot be read: missing, empty, broken, not an image."""

    exit_code = 3
    http_status = 422


class TooLargeError(InputError):
    """A source beyond the limits (decompression bomb, too many bytes)."""

    http_status = 413


SYSTEM_LIBRARIES = "libgl1 libegl1 libexpat1 libxrender1 libxext6"  # what skia and RDKit load


class MissingExtraError(GotocrError):
    """An optional part is not installed, or finds no system library; the message is the command that installs it."""

    exit_code = 4
    http_status = 501

    def __init__(self, extra: str, what: str, cause: ImportError | None = None) -> None:
        said = f"{what} needs the [{extra}] extra; install it with: pip install 'gotocr[{extra}]'"
        if cause is not None and not isinstance(cause, ModuleNotFoundError):  # it is there, and cannot be loaded
            said = f"{what} cannot begin ({cause}); on Debian or Ubuntu: sudo apt-get install {SYSTEM_LIBRARIES}"
        super().__init__(said)
        self.extra = extra


class MissingProgramError(MissingExtraError):
    """A program or package of others that is not installed here; the message is the command that installs it."""

    def __init__(self, what: str, command: str) -> None:
        GotocrError.__init__(self, f"{what} is not installed; install it with: {command}")
        self.extra = ""


class PluginError(GotocrError):
    """A package of others that brings a kind, a format, ... and is broken; the message names it and how to be rid of it."""

    def __init__(self, package: str, said: str) -> None:
        super().__init__(f"{said}; it comes from the package {package}: mend it, or remove it with: pip uninstall {package}")


class WeightsError(GotocrError):
    """Weights that are absent, damaged or of another shape."""

    exit_code = 5
    http_status = 503


class OfflineError(WeightsError):
    """Weights are needed and cannot be fetched."""


class OutputError(GotocrError):
    """A result that cannot be written (disk full, no permission, file exists)."""

    exit_code = 6


class EngineError(GotocrError):
    """An engine failed while reading; the other files are still read."""

    exit_code = 7


class ServerError(GotocrError):
    """A server that reads for us cannot be used: it is not there, wants a key, has no such model. No other page would fare better."""

    exit_code = 7
    http_status = 502


class WorkerError(GotocrError):
    """Work that failed in a process of its own, or killed it."""

    exit_code = 9


# Some sources were read and some were not: the code of a run over several sources.
EXIT_PARTIAL = 8
