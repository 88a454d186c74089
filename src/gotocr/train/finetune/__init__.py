"""Teach nano or base the pictures of a user: one call, and what it needs to be told."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .course import Course

__all__ = ["Course", "finetune"]


def finetune(data: str, out: str, tell: Callable[[str], None] = lambda line: None, **options: Any) -> dict[str, Any]:
    """Teach a model the pictures of the file `data` and leave a model's folder in `out`; gives what was measured before and after.

    `options` are the other fields of `Course`; lines for people go to `tell`. Raises InputError for bad lines, UsageError for
    options, for what is known not to fit into memory and for unknown options; and what training and reading raise.
    """
    from dataclasses import fields

    from ...errors import UsageError
    from .work import run

    if unknown := sorted(set(options) - {part.name for part in fields(Course)}):
        raise UsageError(f"unknown options {', '.join(unknown)}; known are {', '.join(part.name for part in fields(Course))}")
    return run(Course(data=str(data), out=str(out), **options), tell)
