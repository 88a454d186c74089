"""The page for people at `/`: one HTML, one style, one script, one icon. Nothing of it comes from elsewhere, and nothing else may act in it."""

from __future__ import annotations

import hashlib
from importlib.resources import files
from typing import TYPE_CHECKING

from fastapi import Request
from fastapi.responses import Response

from ..formats.markup import part

if TYPE_CHECKING:
    from fastapi import FastAPI

# What is read is inserted by the script, through the one policy of that name; texts of a model never become code.
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; connect-src 'self'; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types gotocr"
)
HEADERS = {  # beside those of `door.GUARDS`
    "Content-Security-Policy": POLICY,
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Cache-Control": "no-cache",  # asked for anew each time, and answered by 304 while it is the same
}
PATHS = {
    "/": ("index.html", "text/html; charset=utf-8"),
    "/page.css": ("page.css", "text/css; charset=utf-8"),
    "/page.js": ("page.js", "text/javascript; charset=utf-8"),
    "/icon.svg": ("icon.svg", "image/svg+xml"),
    **{f"/examples/{name}.webp": (f"examples/{name}.webp", "image/webp") for name in ("note", "order", "sign")},
}  # no key is asked for: they hold nothing of anybody's


def add(app: FastAPI) -> None:
    """The page's paths."""
    for path, (name, media_type) in PATHS.items():
        app.add_api_route(path, _answering(contents(name), media_type), include_in_schema=False)


def contents(name: str) -> bytes:
    """A file of the page; its style begins with that of everything which is read, as HTML files and reports have it."""
    body = (files(__package__) / "page" / name).read_bytes()
    return part("reading.css").encode() + b"\n" + body if name == "page.css" else body


def _answering(body: bytes, media_type: str):
    headers = {**HEADERS, "ETag": f'"{hashlib.sha256(body).hexdigest()[:32]}"'}

    async def answer(request: Request) -> Response:
        asked = (tag.strip().removeprefix("W/") for tag in request.headers.get("if-none-match", "").split(","))
        if headers["ETag"] in asked:
            return Response(status_code=304, headers=headers)
        return Response(body, headers=headers, media_type=media_type)

    return answer
