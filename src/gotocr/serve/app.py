"""The application: all paths of the server. Every answer that is an error has OpenAI's form; nothing is fetched from elsewhere."""

from __future__ import annotations

import time
from importlib.metadata import version

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, PlainTextResponse, Response
from starlette.exceptions import HTTPException

from ..errors import GotocrError
from . import completions, convert, handbook, ocr, site
from .asking import problem
from .desk import Desk
from .door import OPEN, Door
from .jobs import routes
from .jobs.office import Jobs
from .meters import CONTENT_TYPE
from .problems import RequestError, form

_SAID = {"message": {"type": "string"}, "type": {"type": "string"}, "param": {"type": ["string", "null"]}, "code": {"type": ["string", "null"]}}
_FORM = {"type": "object", "required": list(_SAID), "properties": _SAID, "additionalProperties": False}
_ERROR = {
    "description": 'An error: {"error": {"message", "type", "param", "code"}}.',
    "content": {"application/json": {"schema": {"type": "object", "required": ["error"], "properties": {"error": _FORM}}}},
}
_STATE = {"type": "object", "required": ["status"], "properties": {"status": {"type": "string"}, "why": {"type": "string"}}}
_STATES = {"description": "What is wrong.", "content": {"application/json": {"schema": _STATE}}}


def build(desk: Desk, name: str, jobs: Jobs | None = None) -> Door:
    """The application for the model called `name`; without `jobs` there is no /v1/jobs."""
    app = FastAPI(
        title="gotocr",
        version=version("gotocr"),
        docs_url=None,  # its pages would come from elsewhere
        redoc_url=None,
        redirect_slashes=False,  # who posts to /v1/convert/ would get an empty answer, and behind TLS an address without it
        responses={"4XX": _ERROR, "5XX": _ERROR},
    )
    _answer_errors(app)
    _add_state(app, desk)
    _add_models(app, name)
    completions.add(app, desk, name)
    convert.add(app, desk, name)
    ocr.add(app, desk, name)
    if jobs is not None:
        routes.add(app, jobs)
    handbook.add(app)
    if desk.settings.keys:
        handbook.ask_for_key(app, OPEN)
    site.add(app)
    paths = [route.path for route in app.routes if hasattr(route, "path")]
    return Door(app, desk.settings, desk.meters, paths, [handbook.PATH, *site.PATHS])


def _answer_errors(app: FastAPI) -> None:
    @app.exception_handler(HTTPException)
    async def http(request: Request, error: HTTPException) -> JSONResponse:
        said = f"{request.method} {request.url.path[:200]}: {error.detail}"
        return JSONResponse(form(said, error.status_code), error.status_code, error.headers)

    @app.exception_handler(RequestValidationError)
    async def invalid(request: Request, error: RequestValidationError) -> JSONResponse:
        first = error.errors()[0]
        place = ".".join(str(step) for step in first["loc"][1:])
        return problem(RequestError(f"{place}: {first['msg']}"[:400], place, "invalid_value"))

    @app.exception_handler(GotocrError)
    async def known(request: Request, error: GotocrError) -> JSONResponse:
        return problem(error)

    @app.exception_handler(Exception)
    async def unknown(request: Request, error: Exception) -> JSONResponse:
        return problem(error)  # and it is raised again, for the log


def _add_state(app: FastAPI, desk: Desk) -> None:
    @app.get("/health", summary="Whether the server is alive", response_class=JSONResponse, responses={500: _STATES})
    async def health() -> JSONResponse:
        if why := desk.shared.trouble:
            return JSONResponse({"status": "failed", "why": why}, 500)
        if desk.shared.is_stuck:
            return JSONResponse({"status": "stuck", "why": "the engine was called and has not come back; start the server again"}, 500)
        return JSONResponse({"status": "ok"})

    @app.get(
        "/ready", summary="Whether requests are read: 503 until a first picture was", response_class=JSONResponse, responses={503: _STATES}
    )
    async def ready() -> JSONResponse:
        if desk.ready and not desk.shared.is_over:
            return JSONResponse({"status": "ready"})
        return JSONResponse({"status": "failed" if desk.shared.is_over else "warming up"}, 503)

    @app.get("/metrics", summary="Figures for Prometheus", response_class=PlainTextResponse)
    async def metrics() -> Response:
        return Response(desk.meters.text(), media_type=CONTENT_TYPE)


def _add_models(app: FastAPI, name: str) -> None:
    model = {"id": name, "object": "model", "created": int(time.time()), "owned_by": "gotocr"}
    model |= {"type": "base", "capabilities": {"ocr": True, "vision": True}}  # without these Mistral's clients take no list

    @app.get("/v1/models", summary="The models there are", response_class=JSONResponse)
    async def models() -> JSONResponse:
        return JSONResponse({"object": "list", "data": [model]})

    @app.get("/v1/models/{model_id}", summary="One model", response_class=JSONResponse)
    async def one_model(model_id: str) -> JSONResponse:
        if model_id != name:
            raise RequestError(f"there is no model {model_id[:200]!r} here; there is {name!r}", "model", "model_not_found", 404)
        return JSONResponse(model)
