"""POST /v1/convert: a file in, a file of any format out; GET /v1/formats: which there are."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Generator
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from urllib.parse import quote

from fastapi import FastAPI, Request
from fastapi.responses import FileResponse, JSONResponse, Response

from ..errors import MissingExtraError
from ..formats import FORMATS
from ..formats.report import picture_of
from ..schema import Leaf, Page
from .asking import done, fetched, place
from .desk import Desk
from .options import FIELDS, Wish, wish_of
from .results import Made, Sheaf, Wanted, ready
from .seat import Seat
from .settings import Settings
from .upload import FILE, KIND, Room, Upload, receive

MOST_NAMED = 50  # pages that a header names


def form(**more: Any) -> dict[str, Any]:
    """The OpenAPI of a form with a file and the fields of `options`."""
    file = {"type": "string", "format": "binary", "description": "a picture, PDF or TIFF"}
    schema = {"type": "object", "properties": {FILE: file, **more, **FIELDS}, "additionalProperties": False}
    schema |= {} if more else {"required": [FILE]}
    return {"requestBody": {"required": True, "content": {KIND: {"schema": schema}}}}


ANY_FILE = {200: {"description": "The file.", "content": {"*/*": {"schema": {"type": "string", "format": "binary"}}}}}


def add(app: FastAPI, desk: Desk, name: str) -> None:
    @app.get("/v1/formats", summary="The formats a result can have", response_class=JSONResponse)
    async def formats() -> JSONResponse:
        return JSONResponse({"object": "list", "data": await asyncio.to_thread(_formats)})

    @app.post(
        "/v1/convert",
        summary="Read a file, and get it in another format",
        response_class=Response,
        responses=ANY_FILE,
        openapi_extra=form(),
    )
    async def convert(request: Request) -> Response:
        until = time.monotonic() + desk.settings.deadline
        async with AsyncExitStack() as stack:
            client = stack.enter_context(place(desk, request))  # until the file was fetched: there is no room for any number of them
            upload = await stack.enter_async_context(receive(request, desk.settings))
            wish = await asyncio.to_thread(_wish, upload)
            folder = Path(stack.enter_context(Room()))
            job = _Conversion(desk, upload, wish, name, folder)
            made = await done(request, desk.begin(job.run, until, client))
            return Sent(folder / "made", made, job.headers(), stack.pop_all())


def _formats() -> list[dict[str, Any]]:
    return [
        {
            "name": name,
            "suffix": one.suffix,
            "media_type": one.media_type,
            "drops": one.drops,
            "files": one.files is not None,
            "available": _is_ready(one),
        }
        for name, one in FORMATS.items()
    ]


def _is_ready(one: Any) -> bool:
    try:
        one.ready()
    except MissingExtraError:
        return False
    return True


def _wish(upload: Upload) -> Wish:
    wish = wish_of(upload.fields)
    ready(wish.formats)
    return wish


@dataclass(frozen=True)
class Told:
    """What is to be known of a reading beside its file: numbers of pages, from 1."""

    failed: tuple[int, ...] = ()
    cut: tuple[int, ...] = ()

    def after(self, leaf: Leaf) -> Told:
        """The same with one page more."""
        if leaf.error is not None:
            return replace(self, failed=(*self.failed, leaf.index + 1))
        return replace(self, cut=(*self.cut, leaf.index + 1)) if leaf.truncated else self

    def headers(self) -> dict[str, str]:
        named = {"x-gotocr-failed-pages": self.failed, "x-gotocr-cut-pages": self.cut}
        return {name: ",".join(map(str, pages[:MOST_NAMED])) for name, pages in named.items() if pages}


class _Conversion:
    """The work of one request."""

    def __init__(self, desk: Desk, upload: Upload, wish: Wish, model: str, folder: Path) -> None:
        self._desk, self._upload, self._wish, self._model, self._folder = desk, upload, wish, model, folder
        self._told = Told()

    def headers(self) -> dict[str, str]:
        return self._told.headers()

    def run(self, seat: Seat) -> Generator[int, None, Made]:
        """Read all pages, then write the file; yields what is done, for whoever measures."""
        wish, upload, picture = self._wish, self._upload, None
        sheaf = Sheaf(self._folder)
        try:
            for step in self._desk.steps(seat, upload.path, bounded(wish, self._desk.settings).task, wish.opening, upload.name):
                if isinstance(step, Page):
                    picture = picture_of(step.image) if wish.report else None
                    yield step.index
                elif isinstance(step, Leaf):
                    sheaf.keep(step, picture)
                    self._told = self._told.after(step)
            seat.check()
            return sheaf.made(wanted_of(wish, upload.name, self._model, upload.path), self._folder / "made")
        finally:
            sheaf.close()


def bounded(wish: Wish, settings: Settings) -> Wish:
    """The wish with no page taking longer than a request may."""
    seconds = min(wish.task.seconds or settings.deadline, settings.deadline)
    return replace(wish, task=replace(wish.task, seconds=seconds))


def wanted_of(wish: Wish, name: str, model: str, original: Path | None) -> Wanted:
    return Wanted(wish.formats, name, model, wish.report, wish.least, original, wish.opening.password, wish.own_text)


class Sent(FileResponse):
    """A file as an attachment; what `held` holds, the file among it, is let go of when it was sent or nobody fetches it."""

    def __init__(self, path: Path, made: Made, headers: dict[str, str], held: AsyncExitStack) -> None:
        empty = {"x-gotocr-empty-formats": ",".join(made.empty)} if made.empty else {}
        super().__init__(path, 200, {**headers, **empty, "content-disposition": attachment(made.name)}, made.media_type)
        self._held = held

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        async with self._held:
            await fetched(super().__call__(scope, receive, send), Path(self.path).stat().st_size)


def attachment(name: str) -> str:
    """How a header says what a file is called (RFC 6266): in ASCII for old clients, and as it is."""
    plain = "".join(letter if letter.isascii() and letter.isprintable() and letter not in '"\\%' else "_" for letter in name)
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"
