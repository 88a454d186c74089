"""A server for tests that speaks OpenAI's protocol as it is told to, fault for fault; what it was asked is kept."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterable
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import SimpleNamespace

STREAM = {"Content-Type": "text/event-stream"}
JSON = {"Content-Type": "application/json"}


@dataclass
class Asked:
    """One request, as it came."""

    method: str
    path: str
    headers: dict[str, str]
    body: dict
    number: int  # of the requests for a text, from 0


@dataclass
class Said:
    """What is answered: bytes in parts, each sent by itself; a part may be a function that is called meanwhile."""

    parts: Iterable[bytes | Callable[[], object]] = ()
    status: int = 200
    headers: dict[str, str] = field(default_factory=lambda: dict(STREAM))
    breaks: bool = False  # the line breaks behind the parts, where more was promised


def event(data: dict) -> bytes:
    return b"data: " + json.dumps(data, ensure_ascii=False).encode() + b"\n\n"


def chunk(text: str | None = None, finish: str | None = None, **more) -> bytes:
    """One event of a stream in OpenAI's form."""
    delta = {} if text is None else {"content": text}
    choice = {"index": 0, "delta": delta, "finish_reason": finish, "logprobs": None, **more}
    return event({"id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1, "model": "vlm", "choices": [choice]})


def stream(*texts: str, finish: str | None = "stop", done: bool = True) -> list[bytes]:
    """A whole answer as events."""
    parts = [chunk(text) for text in texts]
    parts += [chunk(finish=finish)] if finish else []
    return parts + ([b"data: [DONE]\n\n"] if done else [])


def whole(text: str, finish: str = "stop") -> Said:
    """An answer that is no stream."""
    message = {"role": "assistant", "content": text}
    choice = {"index": 0, "message": message, "finish_reason": finish, "logprobs": None}
    made = {"id": "chatcmpl-1", "object": "chat.completion", "created": 1, "model": "vlm", "choices": [choice]}
    return Said([json.dumps(made).encode()], headers=dict(JSON))


def error(status: int, message: str, param: str | None = None, **headers: str) -> Said:
    """An error in OpenAI's form."""
    said = {"error": {"message": message, "type": "invalid_request_error", "param": param, "code": None}}
    return Said([json.dumps(said).encode()], status, {**JSON, **{name.replace("_", "-"): value for name, value in headers.items()}})


def models(*names: str) -> Said:
    data = [{"id": name, "object": "model", "created": 1, "owned_by": "somebody"} for name in names]
    return Said([json.dumps({"object": "list", "data": data}).encode()], headers=dict(JSON))


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_) -> None:
        pass

    def do_GET(self) -> None:
        self._answer()

    def do_POST(self) -> None:
        self._answer()

    def _answer(self) -> None:
        found = self.server.found
        data = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        is_text = self.command == "POST"
        with found.lock:
            number = sum(one.method == "POST" for one in found.asked)
            asked = Asked(self.command, self.path, {name.lower(): value for name, value in self.headers.items()}, json.loads(data) if data else {}, number)
            found.asked.append(asked)
            found.busy += is_text
            found.most = max(found.most, found.busy)
        self.close_connection = True
        try:
            said = found.says(asked) if is_text else found.lists(asked)
            self._send(said if isinstance(said, Said) else Said(said))
        except OSError:  # of TLS, too
            found.hung_up.set()
        finally:
            with found.lock:
                found.busy -= is_text

    def _send(self, said: Said) -> None:
        self.send_response(said.status)
        for name, value in said.headers.items():
            self.send_header(name, value)
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        for part in said.parts:
            if callable(part):
                part = part()
            if isinstance(part, bytes) and part:
                self.wfile.write(b"%x\r\n%s\r\n" % (len(part), part))
                self.wfile.flush()
        if not said.breaks:
            self.wfile.write(b"0\r\n\r\n")


@contextmanager
def chatting(says: Callable[[Asked], Said | Iterable[bytes]], lists: Callable[[Asked], Said] | None = None, tls=None):
    """A server on a free port: `says` answers requests for text, `lists` for models (by default there is one, "vlm")."""
    found = SimpleNamespace(says=says, lists=lists or (lambda _: models("vlm")), asked=[], lock=threading.Lock(), busy=0, most=0)
    found.hung_up = threading.Event()
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    server.daemon_threads, server.found = True, found
    if tls is not None:
        server.socket = tls.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    found.port = server.server_address[1]
    found.url = f"http://127.0.0.1:{found.port}/v1"
    found.posts = lambda: [one for one in found.asked if one.method == "POST"]
    try:
        yield found
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)
