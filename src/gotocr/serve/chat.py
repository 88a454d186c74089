"""POST /v1/chat/completions, its words: what is asked becomes `reply.Asked`, what is read becomes OpenAI's answers and chunks.

The form is that of OpenAI's API reference, "Chat Completions". Fields that nothing here depends on (temperature, seed, user ...)
are accepted; what would change the answer and is not done here is refused.
"""

from __future__ import annotations

import json
import re
import time
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from ..prompt.published import LAYOUT_WORDS, MODE_WORDS
from ..schema import MODES, Task
from .body import invalid, parse
from .problems import RequestError
from .reply import Asked, End
from .settings import Settings
from .sources import source_of

DONE = b"data: [DONE]\n\n"


class _Part(BaseModel):
    model_config = ConfigDict(extra="ignore")


class Address(_Part):
    url: str


class File(_Part):
    file_data: str | None = None
    file_id: str | None = None


class Content(_Part):
    type: Literal["text", "image_url", "file"]
    text: str | None = None
    image_url: Address | str | None = None
    file: File | None = None


class Message(_Part):
    role: Literal["system", "developer", "user", "assistant", "tool", "function"]
    content: str | list[Content] | None = None


class StreamOptions(_Part):
    include_usage: bool | None = False


class ChatRequest(_Part):
    """What is looked at; other fields are passed over, but for those of `REFUSED`."""

    model: str | None = None
    messages: list[Message] = Field(min_length=1)
    stream: bool | None = False
    stream_options: StreamOptions | None = None
    max_tokens: int | None = Field(None, ge=1)
    max_completion_tokens: int | None = Field(None, ge=1)
    n: Literal[1] | None = 1


# Fields that would change the answer, each with the values that do not.
REFUSED: Mapping[str, Sequence[Any]] = {
    "tools": ([],),
    "tool_choice": ("none", "auto"),
    "functions": ([],),
    "function_call": ("none", "auto"),
    "logprobs": (False,),
    "top_logprobs": (0,),
    "logit_bias": ({},),
    "stop": ([], ""),
    "response_format": ({"type": "text"},),
    "modalities": (["text"],),
    "audio": (),
    "prediction": (),
    "web_search_options": (),
}


@dataclass(frozen=True)
class Question:
    """A request that was understood."""

    asked: Asked
    model: str
    stream: bool
    usage: bool  # of a stream: whether it ends with a chunk that counts tokens
    id: str = field(default_factory=lambda: f"chatcmpl-{uuid.uuid4().hex}")
    created: int = field(default_factory=lambda: int(time.time()))


def understand(body: bytes, model: str, settings: Settings) -> Question:
    """Raises RequestError, and TooLargeError for a body with too much in it."""
    request = _parse(body)
    if request.model not in (None, "", model):
        raise RequestError(f"there is no model {request.model[:200]!r} here; ask for {model!r}", "model", "model_not_found", 404)
    most = request.max_completion_tokens or request.max_tokens
    sources, text = _pictures(request.messages, settings)
    most_of_page = min(most or Task.max_tokens, Task.max_tokens)
    task = Task(mode_of(text), max_tokens=most_of_page, places=False)  # an answer is text: another model is not asked where it stands
    usage = bool(request.stream_options and request.stream_options.include_usage)
    return Question(Asked(sources, task, most), model, bool(request.stream), usage)


def _parse(body: bytes) -> ChatRequest:
    whole = parse(body, REFUSED)
    if whole.get("n") not in (None, 1):
        raise RequestError("only one answer is given (n = 1): every reading would be the same", "n", "unsupported_parameter")
    try:
        return ChatRequest.model_validate(whole)
    except ValidationError as cause:
        raise invalid(cause, whole) from cause


def _pictures(messages: Sequence[Message], settings: Settings) -> tuple[tuple, str]:
    """The sources of the last message that has any, and what was said with it and after."""
    said: list[str] = []
    for number in range(len(messages) - 1, -1, -1):
        message = messages[number]
        if message.role != "user":
            continue
        sources = []
        parts = [Content(type="text", text=message.content)] if isinstance(message.content, str) else message.content or ()
        for place, part in enumerate(parts):
            where = f"messages.{number}.content.{place}"
            if part.type == "text":
                said.append(part.text or "")
            else:
                sources.append(source_of(*_address(part, where), settings))
        if sources:
            return tuple(sources), "\n".join(said)
    raise RequestError(
        'no message has a picture; send one as {"type": "image_url", "image_url": {"url": "data:image/png;base64,..."}}',
        "messages",
        "no_picture",
    )


def _address(part: Content, where: str) -> tuple[str, str]:
    """Where the bytes of a part are, and its name in the request."""
    if part.type == "image_url" and part.image_url is not None:
        url = part.image_url if isinstance(part.image_url, str) else part.image_url.url
        return url, f"{where}.image_url.url"
    if part.file is not None and part.file.file_data is not None:
        return part.file.file_data, f"{where}.file.file_data"
    if part.file is not None and part.file.file_id is not None:
        where = f"{where}.file.file_id"
        raise RequestError("no files are kept here; send it as file_data, a data URI", where, "unsupported_value")
    raise RequestError(f"{where}: a part of type {part.type!r} without its {part.type}", where, "missing_value")


_QUERIES = {f"ocr{mode}{layout}": name for name, mode in MODE_WORDS.items() for layout in LAYOUT_WORDS.values()}
_WORDS = re.compile(r"\w+")


def mode_of(text: str) -> str:
    """The mode that a message asks for: a published prompt ("OCR: ", "OCR with format: ") or a mode's name alone.

    Whatever else is said is passed over: the model reads, and takes no other orders.
    """
    said = " ".join(_WORDS.findall(text.lower()))
    mode = _QUERIES.get(said, said)
    return mode if mode in MODES else Task.mode


def answer(question: Question, text: str, end: End) -> dict[str, Any]:
    """The whole answer, for who asked for no stream."""
    message = {"role": "assistant", "content": text, "refusal": None}
    choice = {"index": 0, "message": message, "logprobs": None, "finish_reason": end.finish}
    return {**_head(question, "chat.completion"), "choices": [choice], "usage": _usage(end)}


def opening(question: Question) -> bytes:
    """The first chunk of a stream: who speaks."""
    return _chunk(question, {"role": "assistant", "content": "", "refusal": None})


def chunk(question: Question, text: str) -> bytes:
    return _chunk(question, {"content": text})


def closing(question: Question, end: End) -> bytes:
    """The last chunks: how it ended, what was used where that was asked for, and that it is done."""
    last = _chunk(question, {}, end.finish)
    if question.usage:
        last += _event({**_head(question, "chat.completion.chunk"), "choices": [], "usage": _usage(end)})
    return last + DONE


def broken(body: Mapping[str, Any]) -> bytes:
    """The last chunk of a stream that failed: OpenAI's clients raise what it says."""
    return _event(body)


def _chunk(question: Question, delta: Mapping[str, Any], finish: str | None = None) -> bytes:
    choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish}
    made = {**_head(question, "chat.completion.chunk"), "choices": [choice]}
    return _event({**made, "usage": None} if question.usage else made)


def _event(data: Mapping[str, Any]) -> bytes:
    return b"data: " + json.dumps(data, ensure_ascii=False).encode("utf-8", "replace") + b"\n\n"


def _head(question: Question, kind: str) -> dict[str, Any]:
    return {"id": question.id, "object": kind, "created": question.created, "model": question.model}


def _usage(end: End) -> dict[str, int]:
    total = end.prompt_tokens + end.completion_tokens
    return {"prompt_tokens": end.prompt_tokens, "completion_tokens": end.completion_tokens, "total_tokens": total}
