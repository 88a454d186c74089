"""The JSON of a request: taken apart with limits, and what is wrong with it said in a line."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import ValidationError

from ..errors import TooLargeError
from .problems import RequestError

MOST_MARKS = 100_000  # brackets, braces and commas of a request: more are no question, and costly to take apart


def parse(body: bytes, refused: Mapping[str, Sequence[Any]]) -> dict[str, Any]:
    """The object that a body is. `refused` names what would change the answer and is not done here, each with the values that would not.

    Raises RequestError, and TooLargeError for a body with too much in it.
    """
    if sum(map(body.count, b"[{,")) > MOST_MARKS:
        raise TooLargeError(f"the request has more than {MOST_MARKS:,} values; send pictures as data URIs, in base64")
    try:
        whole = json.loads(body)
    except (ValueError, RecursionError) as cause:
        why = str(cause)[:200] if isinstance(cause, json.JSONDecodeError) else "it is nested too deeply, or no text"
        raise RequestError(f"the body is not JSON: {why}", code="invalid_json") from cause
    if not isinstance(whole, dict):
        raise RequestError("the body is not a JSON object", code="invalid_json")
    for name, harmless in refused.items():
        if whole.get(name) is not None and whole[name] not in harmless:
            raise RequestError(f"{name!r} is not supported here; leave it out", name, "unsupported_parameter")
    return whole


def invalid(error: ValidationError, whole: Mapping[str, Any]) -> RequestError:
    """What is wrong first of all in the object `whole`."""
    found = error.errors(include_url=False, include_input=False, include_context=False)
    worst = max(found, key=lambda error: len(error["loc"]))  # of a choice, the one that came furthest
    place = _place(worst["loc"], whole, worst["type"] == "missing")
    return RequestError(f"{place}: {worst['msg']}"[:400], place, "invalid_value")


def _place(steps: Sequence[str | int], inside: Any, missing: bool) -> str:
    """Where it is, without the steps that are not in the request: names of the branches of a choice."""
    taken = []
    for step in steps:
        if (isinstance(inside, dict) and step in inside) or (isinstance(inside, list) and isinstance(step, int)):
            inside = inside[step]
            taken.append(step)
    return ".".join(map(str, [*taken, steps[-1]] if missing else taken))
