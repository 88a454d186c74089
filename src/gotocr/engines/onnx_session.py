"""What the engines on ONNX Runtime need of it: the package, a session's settings, and its failures told in one line."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ..errors import EngineError, UsageError
from ..weights import PRECISION, PRECISIONS
from .processors import threads

if TYPE_CHECKING:
    import numpy as np

    from ..weights.onnx_file import Graph

LOG_ERRORS_ONLY = 3
TELEMETRY_OFF = "ORT_DISABLE_TELEMETRY"  # with it onnxruntime keeps no name of this machine and sends nothing to its makers
PROVIDERS = ("CPUExecutionProvider",)


def runtime(device: str) -> Any:
    """The package onnxruntime, which reports to nobody; see `hush`. Raises EngineError where it is not installed, UsageError for any device but the CPU."""
    hush()
    try:
        import onnxruntime
    except ImportError as cause:
        raise EngineError("onnxruntime is not installed; install it with: pip install onnxruntime") from cause
    if device != "cpu":
        raise UsageError(f"the onnx engine reads on the CPU, not on {device!r}; use --engine torch for other devices")
    return onnxruntime


def hush() -> None:
    """Before onnxruntime is loaded: let it report to nobody. Who has set that variable is left their will."""
    os.environ.setdefault(TELEMETRY_OFF, "1")


def settings(onnxruntime: Any, spins: bool) -> Any:
    """Session options: as many threads as this process may use processors, see `processors.threads`.

    Threads that spin begin their next part a little sooner, which counts where parts are small (a token), but keep a processor
    busy until then, which others may need where they are large (a picture).
    """
    options = onnxruntime.SessionOptions()
    options.log_severity_level = LOG_ERRORS_ONLY
    options.intra_op_num_threads = threads()
    options.add_session_config_entry("session.intra_op.allow_spinning", str(int(spins)))
    return options


def choose_precision(name: str | None) -> str:
    """One of `PRECISIONS`, `PRECISION` for None. Raises UsageError for another."""
    if (name or PRECISION) not in PRECISIONS:
        raise UsageError(f"no precision named {name!r}; choose from: {', '.join(PRECISIONS)}")
    return name or PRECISION


def open_graph(onnxruntime: Any, graph: Graph, values: Mapping[str, np.ndarray], spins: bool) -> Any:
    """A session of a graph that names `values`; see `settings`. Raises what ONNX Runtime raises."""
    options = settings(onnxruntime, spins)
    brought = {name: onnxruntime.OrtValue.ortvalue_from_numpy(array) for name, array in values.items()}
    options.add_external_initializers(list(brought), list(brought.values()))
    return onnxruntime.InferenceSession(graph.to_bytes(), options, providers=list(PROVIDERS))


def first_line(error: Exception) -> str:
    """What went wrong, in a line."""
    return (str(error).splitlines() or [type(error).__name__])[0][:200]


class telling:
    """In a `with` statement, turns whatever ONNX Runtime raises into an EngineError of one line."""

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, Exception) and not isinstance(error, EngineError):  # its exceptions share no public parent
            raise EngineError(f"onnxruntime failed: {first_line(error)}; try --engine torch") from error
