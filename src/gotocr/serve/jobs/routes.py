"""The paths below /v1/jobs: jobs are asked for, looked at, listened to, corrected, fetched and deleted; nobody sees those of another."""

from __future__ import annotations

import asyncio
import io
import time
from collections.abc import Iterable
from contextlib import AsyncExitStack
from pathlib import Path as File
from typing import Annotated, Any

from fastapi import FastAPI, Path, Query, Request
from fastapi.responses import JSONResponse, Response

from ...formats.report.picture import MOST, QUALITY
from ..asking import body_of, client_of, done, media_type, place
from ..body import parse
from ..convert import ANY_FILE, Sent, form
from ..options import Wish, wish_of
from ..problems import RequestError
from ..upload import FILE, Room, Upload, receive
from . import described
from .entry import Entry
from .events import Listener
from .office import MADE, Jobs
from .stream import Stream

SOURCE = "source"
LONGEST = 400_000  # characters of a block somebody writes
MOST_BODY = 4 * LONGEST  # bytes of such a request
MOST_PAGES = 1_000_000
MOST_LISTED, LISTED = 1000, 100
SMALLEST = 16  # pixels of the longer side of a picture

JobId = Annotated[str, Path(description="as it was given when the job was asked for")]
Number = Annotated[int, Path(ge=1, le=MOST_PAGES, description="of the page, from 1")]
Place = Annotated[int, Path(ge=0, le=MOST_PAGES, description="of the block on its page, from 0")]


def add(app: FastAPI, jobs: Jobs) -> None:
    _add_jobs(app, jobs)
    _add_events(app, jobs)
    _add_pages(app, jobs)
    _add_result(app, jobs)


async def _found(jobs: Jobs, request: Request, code: str) -> Entry:
    return await jobs.do(jobs.find, code, client_of(request))


async def _told(jobs: Jobs, entry: Entry, status: int = 200) -> JSONResponse:
    return JSONResponse((await jobs.do(jobs.told, entry))[0], status)


def _add_jobs(app: FastAPI, jobs: Jobs) -> None:
    @app.post(
        "/v1/jobs",
        summary="Have a file read while nobody waits",
        status_code=202,
        response_class=JSONResponse,
        responses=described.answers(described.JOB, 202, "It waits for its turn."),
        openapi_extra=form(source=described.SOURCE),
    )
    async def ask(request: Request) -> JSONResponse:
        await jobs.do(jobs.check, client_of(request))
        with place(jobs.desk, request) as client:  # what is being sent takes room, too
            async with receive(request, jobs.settings, fileless=True) as upload:
                entry = await jobs.do(_ask, jobs, client, upload)
        return await _told(jobs, entry, 202)

    @app.get("/v1/jobs", summary="Your jobs, the newest first", response_class=JSONResponse, responses=described.answers(described.JOBS))
    async def listed(
        request: Request,
        limit: Annotated[int, Query(ge=1, le=MOST_LISTED)] = LISTED,
        after: Annotated[str | None, Query(description="an id: only older ones")] = None,
    ) -> JSONResponse:
        found, more = await jobs.do(jobs.list, client_of(request), limit, after)
        return JSONResponse({"object": "list", "data": await jobs.do(jobs.told, *found), "has_more": more})

    @app.get("/v1/jobs/{job_id}", summary="One job", response_class=JSONResponse, responses=described.answers(described.JOB))
    async def one(request: Request, job_id: JobId) -> JSONResponse:
        return await _told(jobs, await _found(jobs, request, job_id))

    @app.post(
        "/v1/jobs/{job_id}/cancel",
        summary="Read no further; what was read is kept",
        response_class=JSONResponse,
        responses=described.answers(described.JOB),
    )
    async def cancel(request: Request, job_id: JobId) -> JSONResponse:
        return await _told(jobs, await jobs.do(jobs.cancel, await _found(jobs, request, job_id)))

    @app.delete("/v1/jobs/{job_id}", summary="Delete a job and all that belongs to it", status_code=204, response_class=Response)
    async def remove(request: Request, job_id: JobId) -> Response:
        await jobs.do(jobs.remove, await _found(jobs, request, job_id))
        return Response(status_code=204)


def _ask(jobs: Jobs, client: str, upload: Upload) -> Entry:
    fields = [(name, value) for name, value in upload.fields if name != SOURCE]
    sources = [value for name, value in upload.fields if name == SOURCE]
    if len(sources) + (upload.path is not None) != 1:
        raise RequestError(f"send a file in a part named {FILE!r}, or the id of a job as {SOURCE!r}", FILE, "missing_value")
    file = upload.path or jobs.find(sources[0], client)
    return jobs.ask(client, file, file.name if isinstance(file, Entry) else upload.name, fields)


def _add_events(app: FastAPI, jobs: Jobs) -> None:
    @app.get(
        "/v1/jobs/{job_id}/events",
        summary="What happens to a job, as it happens (server-sent events)",
        description="First the state as it is: `job`, a `leaf` for every page that was read, `page` and `text` of the one being read. "
        "Then `job`, `page` {index, width, height}, `text` {index, text}, `leaf` {index, error, confidence, blocks}, and `end` with the job.",
        response_class=Response,
        responses={200: {"description": "Events.", "content": {"text/event-stream": {}}}},
    )
    async def events(request: Request, job_id: JobId) -> Response:
        entry = await _found(jobs, request, job_id)
        listener = Listener(asyncio.get_running_loop())
        return Stream(jobs.hub, entry.number, listener, await jobs.do(jobs.listen, entry, listener))


def _add_pages(app: FastAPI, jobs: Jobs) -> None:
    @app.get(
        "/v1/jobs/{job_id}/pages/{number}",
        summary="What was read of a page",
        response_class=JSONResponse,
        responses=described.answers(described.PAGE),
    )
    async def page(request: Request, job_id: JobId, number: Number) -> Response:
        entry = await _found(jobs, request, job_id)
        return Response(await jobs.draw(jobs.page, entry, number - 1), media_type="application/json")

    @app.get(
        "/v1/jobs/{job_id}/pages/{number}/picture",
        summary="The picture of a page",
        response_class=Response,
        responses={200: {"description": "WebP, or JPEG.", "content": {"image/*": {"schema": {"type": "string", "format": "binary"}}}}},
    )
    async def picture(
        request: Request,
        job_id: JobId,
        number: Number,
        width: Annotated[int, Query(ge=SMALLEST, le=MOST, description="pixels of its longer side, at most")] = MOST,
    ) -> Response:
        entry = await _found(jobs, request, job_id)
        return Response(*await jobs.do(_small, await jobs.do(jobs.picture, entry, number - 1), width))

    @app.put(
        "/v1/jobs/{job_id}/pages/{number}/blocks/{block}",
        summary="Write the text of a block anew, or take it away",
        response_class=JSONResponse,
        responses=described.answers(described.PAGE),
        openapi_extra=described.body(described.TEXT),
    )
    async def edit(request: Request, job_id: JobId, number: Number, block: Place) -> Response:
        entry = await _found(jobs, request, job_id)
        if media_type(request) != "application/json":
            raise RequestError("the body must be JSON; send Content-Type: application/json", None, "wrong_content_type", 415)
        text = _text(await body_of(request, min(MOST_BODY, jobs.settings.max_bytes)))
        return Response(await jobs.draw(jobs.edit, entry, number - 1, block, text), media_type="application/json")


def _text(body: bytes) -> str:
    whole = parse(body, {})
    if set(whole) != {"text"} or not isinstance(whole["text"], str):
        raise RequestError('send the text of the block, and nothing else: {"text": "..."}', "text", "invalid_value")
    if len(whole["text"]) > LONGEST:
        raise RequestError(f"the text is longer than {LONGEST:,} characters", "text", "invalid_value")
    return whole["text"]


def _small(picture: bytes, most: int) -> tuple[bytes, int, None, str]:
    """What an answer with a picture is made of; the picture made smaller where it is larger."""
    from PIL import Image

    with Image.open(io.BytesIO(picture)) as found:
        kind = found.format
        if max(found.size) > most:
            found.thumbnail((most, most), Image.Resampling.LANCZOS, reducing_gap=3.0)
            out = io.BytesIO()
            found.save(out, kind, quality=QUALITY)
            picture = out.getvalue()
    return picture, 200, None, f"image/{kind.lower()}"


def _add_result(app: FastAPI, jobs: Jobs) -> None:
    @app.get(
        "/v1/jobs/{job_id}/result",
        summary="What was read, in any format; while the job runs, what there is so far",
        response_class=Response,
        responses=ANY_FILE,
        openapi_extra=described.queries(),
    )
    async def result(request: Request, job_id: JobId) -> Response:
        until = time.monotonic() + jobs.settings.deadline
        entry = await _found(jobs, request, job_id)
        wish = _wish(entry, request.query_params.multi_items())
        async with AsyncExitStack() as stack:
            client = stack.enter_context(place(jobs.desk, request))
            folder = File(stack.enter_context(Room()))
            reading = jobs.desk.begin(lambda seat: jobs.written(entry, wish, folder), until, client)
            made, told = await done(request, reading)
            return Sent(folder / MADE, made, told.headers(), stack.pop_all())


def _wish(entry: Entry, asked: Iterable[tuple[str, str]]) -> Wish:
    """What is to be made of a job: as asked for now, else as the job was asked for."""
    given: list[tuple[str, Any]] = list(asked)
    names = {name for name, _ in given}
    if unknown := names - set(described.RESULT):
        name = sorted(unknown)[0][:80]
        raise RequestError(f"there is no {name!r} of a result; there are: {', '.join(described.RESULT)}", name, "unknown_parameter")
    passed = set(described.RESULT) - names - ({"to", "report"} if names & {"to", "report"} else set())
    return wish_of([*((name, value) for name, value in entry.fields if name in passed or name == "password"), *given])
