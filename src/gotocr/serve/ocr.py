"""POST /v1/ocr over HTTP: a document is read, and answered in the form of Mistral's OCR API."""

from __future__ import annotations

import json
import time
from collections.abc import Generator
from contextlib import ExitStack
from typing import Any

from fastapi import FastAPI, Request
from fastapi.responses import Response

from ..errors import InputError
from ..pixels.opening import DPI
from ..pixels.pdf import is_pdf
from ..schema import Leaf, Page, Task
from . import ocr_answer
from .asking import done, fetched, place, understood
from .convert import Told
from .desk import Desk
from .handbook import describe
from .ocr_pages import Pages
from .ocr_words import NO_FILES, Asked, OCRRequest, understand
from .problems import RequestError
from .seat import LateError, Seat

PICTURE_DPI = 72  # what a picture is said to have: one that says nothing, or nothing true, is the rule
_REF = "#/components/schemas/{model}"


def add(app: FastAPI, desk: Desk, name: str) -> None:
    asked = OCRRequest.model_json_schema(ref_template=_REF)
    answered = ocr_answer.schema(_REF)
    parts = {"OCRRequest": asked, "OCRResponse": answered, **asked.pop("$defs", {}), **answered.pop("$defs", {})}

    @app.post(
        "/v1/ocr",
        summary="Read a document, as Mistral's clients ask for it",
        response_class=Response,
        responses={200: {"description": "Its pages.", "content": _json("OCRResponse")}},
        openapi_extra={"requestBody": {"required": True, "content": _json("OCRRequest")}},
    )
    async def ocr(request: Request) -> Response:
        until = time.monotonic() + desk.settings.deadline
        with ExitStack() as stack:
            client = stack.enter_context(place(desk, request))
            reading = _Reading(desk, await understood(request, desk, understand, name), name)
            try:
                content = await done(request, desk.begin(reading.run, until, client))
            except LateError as late:
                raise _too_late(desk.settings.deadline) from late
            return _Sent(content, reading.told, stack.pop_all())

    @app.post("/v1/files", include_in_schema=False)  # what Mistral's examples begin with
    async def files(request: Request) -> Response:
        raise RequestError(NO_FILES, "file", "unsupported_value", 404)

    describe(app, schemas=parts)


def _json(schema: str) -> dict[str, Any]:
    return {"application/json": {"schema": {"$ref": _REF.format(model=schema)}}}


def _too_late(deadline: float) -> RequestError:
    said = f"the document was not read within {deadline:g} s (--deadline); ask for fewer `pages`, or send it to /v1/jobs"
    return RequestError(said, "pages", "late_error", 504)


class _Reading:
    """The work of one request."""

    def __init__(self, desk: Desk, asked: Asked, model: str) -> None:
        self._desk, self._asked, self._model = desk, asked, model
        self.told = Told()

    def run(self, seat: Seat) -> Generator[int, None, bytes]:
        """Read all pages; yields the index of each, returns the answer as JSON."""
        desk, asked = self._desk, self._asked
        data = asked.source()
        pages = Pages(asked.request, round(DPI) if is_pdf(data) else PICTURE_DPI, desk.settings.max_bytes)
        page: Page | None = None
        try:
            for step in desk.steps(seat, data, Task(), asked.opening, asked.called):
                if isinstance(step, Page):
                    page = step
                elif isinstance(step, Leaf):
                    pages.add(step, page.image if page is not None and page.index == step.index else None)
                    self.told = self.told.after(step)
                    page = None
                    yield step.index
        except InputError as error:
            _count(error, asked)
            raise
        entries = pages.entries()
        return _encoded(
            {
                "pages": entries,
                "model": self._model,
                "usage_info": {"pages_processed": len(entries) - len(self.told.failed), "doc_size_bytes": len(data)},
                "document_annotation": None,
            }
        )


def _count(error: InputError, asked: Asked) -> None:
    """Let an error that names a page say how it counts, where those who asked count otherwise."""
    if asked.opening.pages is not None and " no page " in str(error):
        error.args = (f"{error} (counted from 1; `pages` counts from 0)",)


def _encoded(answer: ocr_answer.OCRResponse) -> bytes:
    return json.dumps(answer, ensure_ascii=False, allow_nan=False).encode("utf-8", "replace")


class _Sent(Response):
    """What `held` holds is let go of when it was sent or nobody fetches it."""

    def __init__(self, content: bytes, told: Told, held: ExitStack) -> None:
        super().__init__(content, headers=told.headers(), media_type="application/json")
        self._held = held

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        with self._held:
            await fetched(super().__call__(scope, receive, send), len(self.body))
