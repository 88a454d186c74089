"""Web addresses against a small server on this machine: good, missing, moved, endless, slow, broken off."""

from __future__ import annotations

import io
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import numpy as np
import pytest
from PIL import Image

from gotocr.errors import InputError, TooLargeError, UsageError
from gotocr.pixels.web import shown
from gotocr.pixels.limits import Limits
from gotocr.pixels.source import open_source

CARD = np.arange(4 * 5 * 3, dtype=np.uint8).reshape(4, 5, 3)


def encoded(image: Image.Image, kind: str, **options: object) -> bytes:
    body = io.BytesIO()
    image.save(body, kind, **options)
    return body.getvalue()


class Answers(BaseHTTPRequestHandler):
    """One answer for each path."""

    body = encoded(Image.fromarray(CARD), "PNG")

    def do_GET(self) -> None:
        answer = self.path.strip("/").split("?")[0]
        moved = {"moved": "/good", "away": "file:///etc/passwd", "round": "/round"}
        if answer in moved:
            self.send_response(302)
            self.send_header("Location", moved[answer])
            self.end_headers()
            return
        self.send_response(404 if answer == "missing" else 200)
        if answer == "claims":
            self.send_header("Content-Length", "999999999999")
        if answer == "half":
            self.send_header("Content-Length", str(len(self.body)))
        self.end_headers()
        try:
            self.reply(answer)
        except OSError:
            pass

    def reply(self, answer: str) -> None:
        if answer == "endless":
            for _ in range(1000):
                self.wfile.write(b"\x89PNG" * 1000)
        elif answer == "page":
            self.wfile.write(b"<!DOCTYPE html><html>no picture</html>")
        elif answer == "half":
            self.wfile.write(self.body[:50])
        elif answer == "silent":
            self.wfile.write(self.body[:20])
            self.server.quit.wait(5)
        else:
            self.wfile.write(self.body)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def web(monkeypatch: pytest.MonkeyPatch):
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    server = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    server.quit = threading.Event()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.quit.set()
    server.shutdown()
    thread.join()
    server.server_close()


def test_addresses(web: str) -> None:
    for path in ("good", "moved", "good?name=ä b"):
        (page,) = open_source(f"{web}/{path}")
        np.testing.assert_array_equal(page.image, CARD)
        assert page.source == f"{web}/{path}"


@pytest.mark.parametrize(
    ("path", "error", "says"),
    [
        ("missing", InputError, r"answered Not Found \(404\)"),
        ("page", InputError, "a web page"),
        ("endless", TooLargeError, "limit of 10,000 bytes"),
        ("claims", TooLargeError, "limit of 10,000 bytes"),
        ("half", InputError, "broke off|IncompleteRead"),
        ("silent", InputError, r"no answer within 0\.3 s"),
        ("away", InputError, "302|not allowed|unknown url"),
        ("round", InputError, "infinite loop|302"),
    ],
)
def test_addresses_that_fail(web: str, path: str, error: type, says: str) -> None:
    with pytest.raises(error, match=says) as caught:
        list(open_source(f"{web}/{path}", limits=Limits(max_bytes=10_000, timeout=0.3 if path == "silent" else 60.0)))
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("address", "error"),
    [
        ("file:///etc/passwd", UsageError),
        ("ftp://example.org/a.png", UsageError),
        ("http://user:secret@127.0.0.1/a.png", UsageError),
        ("http://127.0.0.1:1/a.png", InputError),
        ("http://127.0.0.1:port/a.png", InputError),
        ("http://[::1/a.png", InputError),
        ("http://", InputError),
    ],
)
def test_addresses_that_are_refused(address: str, error: type) -> None:
    with pytest.raises(error) as caught:
        list(open_source(address, limits=Limits(timeout=30)))
    assert "\n" not in str(caught.value) and "secret" not in str(caught.value)


def test_names_in_messages_are_short_and_on_one_line() -> None:
    assert shown("a b/ä.png") == "a b/ä.png"
    assert shown("a\nb\x1b[2J") == "a\\nb\\x1b[2J"
    assert len(shown("x" * 5000)) == 200
