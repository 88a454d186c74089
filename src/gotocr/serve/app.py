"""The paths of the server. Every answer that is an error has OpenAI's form; nothing is fetched from elsewhere, no page either."""

from __future__ import annotations

import asyncio
import time
from importlib.metadata import version
from typing import Any

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, PlainTextResponse, Response
from starlette.exceptions import HTTPException

from ..errors import GotocrError, TooLargeError
from . import chat
from .desk import Desk, End, Reading
from .door import CLOSED, Door
from .meters import CONTENT_TYPE
from .problems import RequestError, form, told
from .seat import GoneError

UPLOAD = 60.0  # seconds a request's body may take to come
SLACK = 30.0  # seconds beyond the deadline that whoever asked may take to fetch the answer
_STREAM = [
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-cache"),
    (b"x-accel-buffering", b"no"),  # nginx in front would hold it back
]
_ERROR = {"description": 'An error: {"error": {"message", "type", "param", "code"}}.'}


def build(desk: Desk, name: str) -> Door:
    """The application for the model called `name`."""
    app = FastAPI(
        title="gotocr", version=version("gotocr"), docs_url=None, redoc_url=None, responses={"4XX": _ERROR, "5XX": _ERROR}
    )  # the pages of docs_url would come from elsewhere
    _answer_errors(app)
    _add_state(app, desk)
    _add_models(app, name)
    _add_chat(app, desk, name)
    paths = [route.path for route in app.routes if hasattr(route, "path")]
    return Door(app, desk.settings, desk.meters, paths)


def _answer_errors(app: FastAPI) -> None:
    @app.exception_handler(HTTPException)
    async def http(request: Request, error: HTTPException) -> JSONResponse:
        said = f"{request.method} {request.url.path[:200]}: {error.detail}"
        return JSONResponse(form(said, error.status_code), error.status_code, error.headers)

    @app.exception_handler(GotocrError)
    async def known(request: Request, error: GotocrError) -> JSONResponse:
        return _problem(error)

    @app.exception_handler(Exception)
    async def unknown(request: Request, error: Exception) -> JSONResponse:
        return _problem(error)  # and it is raised again, for the log


def _problem(error: BaseException) -> JSONResponse:
    status, body, headers = told(error)
    return JSONResponse(body, status, headers)


def _add_state(app: FastAPI, desk: Desk) -> None:
    @app.get("/health", summary="Whether the server is alive", response_class=JSONResponse)
    async def health() -> JSONResponse:
        if why := desk.shared.trouble:
            return JSONResponse({"status": "failed", "why": why}, 500)
        return JSONResponse({"status": "ok"})

    @app.get("/ready", summary="Whether requests are read: 503 until a first picture was", response_class=JSONResponse)
    async def ready() -> JSONResponse:
        if desk.ready and not desk.shared.trouble:
            return JSONResponse({"status": "ready"})
        return JSONResponse({"status": "failed" if desk.shared.trouble else "warming up"}, 503)

    @app.get("/metrics", summary="Figures for Prometheus", response_class=PlainTextResponse)
    async def metrics() -> Response:
        return Response(desk.meters.text(), media_type=CONTENT_TYPE)


def _add_models(app: FastAPI, name: str) -> None:
    model = {"id": name, "object": "model", "created": int(time.time()), "owned_by": "gotocr"}

    @app.get("/v1/models", summary="The models there are", response_class=JSONResponse)
    async def models() -> JSONResponse:
        return JSONResponse({"object": "list", "data": [model]})

    @app.get("/v1/models/{model_id}", summary="One model", response_class=JSONResponse)
    async def one_model(model_id: str) -> JSONResponse:
        if model_id != name:
            raise RequestError(f"there is no model {model_id[:200]!r} here; there is {name!r}", "model", "model_not_found", 404)
        return JSONResponse(model)


def _add_chat(app: FastAPI, desk: Desk, name: str) -> None:
    schema = chat.ChatRequest.model_json_schema(ref_template="#/components/schemas/{model}")
    parts = schema.pop("$defs", {})
    body = {"required": True, "content": {"application/json": {"schema": schema}}}

    @app.post(
        "/v1/chat/completions",
        summary="Read pictures, as OpenAI's clients ask for it",
        response_class=JSONResponse,
        openapi_extra={"requestBody": body},
    )
    async def completions(request: Request) -> Response:
        until = time.monotonic() + desk.settings.deadline
        if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
            raise RequestError("the body must be JSON; send Content-Type: application/json", None, "wrong_content_type", 415)
        desk.enter()
        try:
            body = await _body(request, desk.settings.max_bytes)
            question = await asyncio.to_thread(chat.understand, body, name, desk.settings)
            del body
            answer = _Answer(desk, question, desk.begin(question.asked, until))
            await answer.begin(request)
            return answer
        except BaseException:
            desk.leave()
            raise

    usual = app.openapi

    def openapi() -> dict[str, Any]:
        made = usual()
        made.setdefault("components", {}).setdefault("schemas", {}).update(parts)
        return made

    app.openapi = openapi


async def _body(request: Request, most: int) -> bytes:
    """The body of a request, refused while it comes when it is too long or too slow."""
    too_large = TooLargeError(f"the request is larger than the limit of {most:,} bytes; --max-bytes sets it")
    length = request.headers.get("content-length", "")
    if length.isdigit() and int(length) > most:
        raise too_large
    body = bytearray()
    until = time.monotonic() + UPLOAD
    while True:
        try:
            message = await asyncio.wait_for(request.receive(), max(until - time.monotonic(), 0.0))
        except asyncio.TimeoutError as cause:
            raise RequestError(f"the request did not come within {UPLOAD:g} s", None, "request_timeout", 408) from cause
        if message["type"] == "http.disconnect":
            raise GoneError
        body += message.get("body", b"")
        if len(body) > most:
            raise too_large
        if not message.get("more_body", False):
            return bytes(body)


class _Answer(Response):
    """What is sent while it is read. Its first event is waited for before anything is sent, so that errors have their status."""

    def __init__(self, desk: Desk, question: chat.Question, reading: Reading) -> None:
        super().__init__()
        self._desk, self._question, self._reading = desk, question, reading
        self._first: str | End = ""
        self._watch: asyncio.Task[None] | None = None
        self._request: Request | None = None

    async def begin(self, request: Request) -> None:
        self._request = request
        self._watch = asyncio.create_task(_tell_when_gone(request, self._reading))
        try:
            self._first = await self._reading.next()
        except BaseException as error:
            self._let_go(error)
            raise

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
            self._desk.leave()

    async def _whole(self, scope: Any, receive: Any, send: Any) -> None:
        parts, event = [], self._first
        try:
            while isinstance(event, str):
                parts.append(event)
                event = await self._reading.next()
        except GoneError:
            raise
        except Exception as error:
            await _problem(error)(scope, receive, send)
            return
        answer = chat.answer(self._question, "".join(parts), event)
        await JSONResponse(answer, headers=_cut(event))(scope, receive, send)

    async def _stream(self, scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": _STREAM})
        question, event, waiting = self._question, self._first, chat.opening(self._question)
        try:
            while isinstance(event, str):
                await send({"type": "http.response.body", "body": waiting + chat.chunk(question, event), "more_body": True})
                waiting = b""
                event = await self._reading.next()
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


async def _tell_when_gone(request: Request, reading: Reading) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass
    reading.gone()
