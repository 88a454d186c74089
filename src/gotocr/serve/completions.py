"""POST /v1/chat/completions: OpenAI's protocol over HTTP, whole or as server-sent events; its words are in `chat`."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from contextlib import ExitStack
from typing import Any

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, Response

from . import chat
from .asking import place, problem, tell_when_gone, understood
from .desk import Desk, Reading
from .door import CLOSED
from .handbook import describe
from .problems import told
from .reply import End, late, written
from .seat import GoneError, LateError

SLACK = 30.0  # seconds beyond the deadline that whoever asked may take to fetch the answer
STREAM = [
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-cache"),
    (b"x-accel-buffering", b"no"),  # nginx in front would hold it back
]


def add(app: FastAPI, desk: Desk, name: str) -> None:
    schema = chat.ChatRequest.model_json_schema(ref_template="#/components/schemas/{model}")
    parts = schema.pop("$defs", {})
    body = {"required": True, "content": {"application/json": {"schema": schema}}}

    @app.post(
        "/v1/chat/completions",
        summary="Read pictures, as OpenAI's clients ask for it",
        response_class=JSONResponse,
        responses={200: {"content": {"text/event-stream": {}}}},
        openapi_extra={"requestBody": body},
    )
    async def completions(request: Request) -> Response:
        until = time.monotonic() + desk.settings.deadline
        with ExitStack() as stack:
            client = stack.enter_context(place(desk, request))
            question = await understood(request, desk, chat.understand, name)
            reading = desk.begin(lambda seat: written(desk, question.asked, seat), until, client)
            answer = _Answer(desk, question, reading)
            await answer.begin(request)
            answer.leave = stack.pop_all().close
            return answer

    describe(app, schemas=parts)


class _Answer(Response):
    """What is sent while it is read. Its first event is waited for before anything is sent, so that errors have their status."""

    def __init__(self, desk: Desk, question: chat.Question, reading: Reading) -> None:
        super().__init__()
        self._desk, self._question, self._reading = desk, question, reading
        self._first: str | End = ""
        self._begun = False
        self.leave: Callable[[], object] = lambda: None  # gives the place in the queue back
        self._watch: asyncio.Task[None] | None = None
        self._request: Request | None = None

    async def begin(self, request: Request) -> None:
        self._request = request
        self._watch = asyncio.create_task(tell_when_gone(request, self._reading))
        try:
            self._first = await self._next()
        except BaseException as error:
            self._let_go(error)
            raise

    async def _next(self) -> str | End:
        """More of the text, or its end. Raises what reading it ended with."""
        try:
            event = await self._reading.next()
        except StopAsyncIteration:
            return self._reading.end
        except LateError:
            if not self._begun:
                raise
            return late(self._reading.seat)
        self._begun = True
        return event

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        error: BaseException | None = None
        seat, deadline = self._reading.seat, self._desk.settings.deadline
        timer = asyncio.get_running_loop().call_later(
            max((seat.until or time.monotonic() + deadline) - time.monotonic(), 0.0) + SLACK, asyncio.current_task().cancel
        )
        try:
            await (self._stream if self._question.stream else self._whole)(scope, receive, send)
        except GoneError as gone:
            error = gone
        finally:
            timer.cancel()
            self._let_go(error)
            self.leave()

    async def _whole(self, scope: Any, receive: Any, send: Any) -> None:
        parts, event = [], self._first
        try:
            while isinstance(event, str):
                parts.append(event)
                event = await self._next()
        except GoneError:
            raise
        except Exception as error:
            await problem(error)(scope, receive, send)
            return
        answer = chat.answer(self._question, "".join(parts), event)
        await JSONResponse(answer, headers=_cut(event))(scope, receive, send)

    async def _stream(self, scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": STREAM})
        question, event, waiting = self._question, self._first, chat.opening(self._question)
        try:
            while isinstance(event, str):
                await send({"type": "http.response.body", "body": waiting + chat.chunk(question, event), "more_body": True})
                waiting = b""
                event = await self._next()
            last = waiting + chat.closing(question, event)
        except GoneError:
            raise
        except Exception as error:
            last = chat.broken(told(error)[1])
        await send({"type": "http.response.body", "body": last, "more_body": False})

    def _let_go(self, error: BaseException | None) -> None:
        if self._watch is not None:
            self._watch.cancel()
        self._reading.close()
        if isinstance(error, GoneError) and self._request is not None:
            self._request.scope.setdefault("state", {})["gone"] = CLOSED


def _cut(end: End) -> dict[str, str]:
    """Why an answer is not whole, for those who look: OpenAI's form has no word for it but "length"."""
    return {"x-gotocr-cut": end.cut} if end.cut else {}
