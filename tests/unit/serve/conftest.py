"""Servers for tests: a live uvicorn on a free port, with nano or with an engine that takes its time."""

from __future__ import annotations

import base64
import io
import json
import threading
import time
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path
from types import SimpleNamespace

import pytest

import gotocr

EXAMPLES = Path(__file__).parents[3] / "examples"


@contextmanager
def running(reader, **settings):
    """A server of this process: its desk, its address and a way to ask it raw."""
    from gotocr.serve.app import build
    from gotocr.serve.desk import Desk
    from gotocr.serve.meters import Meters
    from gotocr.serve.run import Server, address, listen
    from gotocr.serve.settings import Settings

    chosen = Settings(port=0, **settings)
    with listen(chosen.host, 0) as sock:
        desk = Desk(reader, chosen, Meters())
        server = Server(build(desk, reader.name))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [sock]})
        thread.start()
        url, port = address(sock), sock.getsockname()[1]
        try:
            wait_for(lambda: server.started)
            yield SimpleNamespace(desk=desk, url=url, port=port, server=server, thread=thread)
        finally:
            desk.shared.close()
            server.should_exit = True
            thread.join(60)
            desk.close()
            assert not thread.is_alive()


def wait_for(condition, seconds=60.0):
    until = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < until, "it did not come about"
        time.sleep(0.005)


class Slow:
    """An engine around another that takes `pause` seconds for a piece, or waits for `gate`; `running` counts what it reads."""

    def __init__(self, inner, pause=0.0, gate=None):
        self.inner, self.pause, self.gate = inner, pause, gate
        self.name, self.running, self.begun = "slow", 0, 0

    def run(self, job):
        self.running += 1
        self.begun += 1
        try:
            for piece in self.inner.run(job):
                if self.gate is not None:
                    assert self.gate.acquire(timeout=120)
                time.sleep(self.pause)
                yield piece
        finally:
            self.running -= 1

    def close(self):
        pass


@pytest.fixture(scope="session")
def nano():
    with gotocr.load(quiet=True) as reader:
        yield reader


@pytest.fixture(scope="session")
def nano_server(nano):
    with running(nano, rows=4) as found:
        found.desk.warm_up()
        wait_for(lambda: found.desk.ready)
        yield found


@pytest.fixture
def slow_server(scripted, model_folder):
    """Makes servers whose engine is scripted and slow; the texts of `scripted` are what it writes."""

    @contextmanager
    def make(pause=0.0, gate=None, **settings):
        reader = gotocr.load(model_folder, engine="scripted", quiet=True)
        reader.name = "slow"
        slow = Slow(reader.engine, pause, gate)
        with running(reader.sharing(slow), **settings) as found:
            found.engine = slow
            yield found

    return make


def data_uri(picture, kind="image/png") -> str:
    """A file of the examples, a PIL image or bytes as a data URI."""
    if isinstance(picture, str):
        picture = (EXAMPLES / picture).read_bytes()
    elif not isinstance(picture, bytes):
        file = io.BytesIO()
        picture.save(file, "PNG")
        picture = file.getvalue()
    return f"data:{kind};base64,{base64.b64encode(picture).decode()}"


def question(*uris, text="OCR: ", **more) -> dict:
    """The body of a request."""
    pictures = [{"type": "image_url", "image_url": {"url": uri}} for uri in uris]
    return {"model": "slow", "messages": [{"role": "user", "content": [*pictures, {"type": "text", "text": text}]}], **more}


def send(server, body, path="/v1/chat/completions", method="POST", **headers):
    """Status, headers and body of a raw request; `body` is JSON, or bytes as they are."""
    connection = HTTPConnection("127.0.0.1", server.port, timeout=120)
    try:
        content = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
        headers = {"Content-Type": "application/json", **{name.replace("_", "-"): value for name, value in headers.items()}}
        connection.request(method, path, content, headers)
        response = connection.getresponse()
        return SimpleNamespace(status=response.status, headers=response.headers, body=response.read())
    finally:
        connection.close()


def error(answer) -> dict:
    """What an answer complains of, in OpenAI's form."""
    whole = json.loads(answer.body)
    assert set(whole) == {"error"} and set(whole["error"]) == {"message", "type", "param", "code"}, whole
    assert b"Traceback" not in answer.body and isinstance(whole["error"]["message"], str)
    return whole["error"]


@pytest.fixture(scope="session")
def kit():
    """What tests of servers use."""
    return SimpleNamespace(examples=EXAMPLES, running=running, wait_for=wait_for, data_uri=data_uri, question=question, send=send, error=error)
