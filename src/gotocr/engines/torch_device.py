"""What every engine on torch needs: a device that is really there, and torch's failures told in one line."""

from __future__ import annotations

import torch

from ..errors import EngineError, UsageError


def choose_device(name: str) -> torch.device:
    """The device of that name ("cpu", "cuda", "cuda:1", ...). Raises UsageError when this machine cannot use it."""
    try:
        place = torch.device(name)
        torch.zeros(1, device=place).item()
    except (RuntimeError, AssertionError) as error:  # AssertionError: torch built without CUDA
        raise UsageError(f"torch cannot use the device {name!r} on this machine; try --device cpu") from error
    return place


class telling:
    """In a `with` statement, turns torch's errors (out of memory, wrong shapes) into an EngineError of one line."""

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, (RuntimeError, ValueError, IndexError)):
            first = (str(error).splitlines() or [type(error).__name__])[0]
            raise EngineError(f"the torch engine failed: {first:.300}; try a smaller part or --device cpu") from error
