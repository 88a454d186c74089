"""What `/v1/jobs` takes and gives, as OpenAPI says it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..options import FIELDS
from .entry import CANCELLED, DONE, FAILED, QUEUED, RUNNING

SOURCE = {"type": "string", "description": "the id of a job whose file is read once more, in place of `file`"}
RESULT = ("to", "report", "min_confidence", "own_text")  # fields of `options` that say what is made of what was read


def _or_none(kind: str, about: str) -> dict[str, Any]:
    return {"type": [kind, "null"], "description": about}


JOB = {
    "type": "object",
    "properties": {
        "id": {"type": "string"},
        "object": {"type": "string", "enum": ["job"]},
        "status": {"type": "string", "enum": [QUEUED, RUNNING, DONE, FAILED, CANCELLED]},
        "name": {"type": "string", "description": "of its file"},
        "model": {"type": "string"},
        "created": {"type": "integer", "description": "seconds since 1970, as all times are"},
        "started": _or_none("integer", "when it was first read"),
        "finished": _or_none("integer", "when it was over"),
        "expires": _or_none("integer", "when it will be deleted"),
        "pages_total": _or_none("integer", "null = not known yet"),
        "pages_done": {"type": "integer", "description": "pages that are over, those that failed among them"},
        "pages_failed": {"type": "integer"},
        "queue_position": _or_none("integer", "from 1, while it waits"),
        "options": {"type": "object", "description": "as they were given, without a password"},
        "error": {
            "type": ["object", "null"],
            "properties": {"message": {"type": "string"}, "code": {"type": ["string", "null"]}},
            "required": ["message", "code"],
        },
    },
}
JOB["required"] = [*JOB["properties"]]
JOBS = {
    "type": "object",
    "properties": {
        "object": {"type": "string", "enum": ["list"]},
        "data": {"type": "array", "items": JOB},
        "has_more": {"type": "boolean", "description": "whether there are older ones: ask again with `after`"},
    },
    "required": ["object", "data", "has_more"],
}
_TEXT = {"type": "string"}
PAGE = {
    "type": "object",
    "description": "A page as the format json writes it, and its reading as HTML.",
    "properties": {
        "index": {"type": "integer", "description": "from 0"},
        "width": {"type": "integer"},
        "height": {"type": "integer"},
        "text": _TEXT,
        "blocks": {"type": "array", "items": {"type": "object"}},
        "error": _or_none("string", "why it could not be read"),
        "html": {"type": "string", "description": "with data-block, data-word, data-box, data-sure, data-others and data-odd"},
    },
    "required": ["index", "width", "height", "text", "blocks", "error", "html"],
}
TEXT = {
    "type": "object",
    "properties": {"text": {"type": "string", "description": "what stands there; empty text takes the block away"}},
    "required": ["text"],
    "additionalProperties": False,
}


def answers(schema: Mapping[str, Any], status: int = 200, about: str = "So it is.") -> dict[int | str, dict[str, Any]]:
    """An answer in JSON."""
    return {status: {"description": about, "content": {"application/json": {"schema": schema}}}}


def body(schema: Mapping[str, Any]) -> dict[str, Any]:
    """A request in JSON."""
    return {"requestBody": {"required": True, "content": {"application/json": {"schema": schema}}}}


def queries() -> dict[str, Any]:
    """The query of a result."""
    return {"parameters": [{"name": name, "in": "query", "required": False, "schema": FIELDS[name]} for name in RESULT]}
