"""Servers with jobs for tests, in this process and in one of their own, and a client that speaks to them."""

from __future__ import annotations

import io
import json
import threading
import time
import uuid
from contextlib import contextmanager
from http.client import HTTPConnection
from types import SimpleNamespace
from urllib.parse import urlencode

import gotocr
from tests.conftest import marked


def pages(count, size=(200, 40)) -> bytes:
    """A TIFF of so many pages with strokes on them."""
    made = [marked(size)] * count
    out = io.BytesIO()
    made[0].save(out, "TIFF", save_all=True, append_images=made[1:], compression="tiff_adobe_deflate")
    return out.getvalue()


class Answer(SimpleNamespace):
    @property
    def json(self):
        return json.loads(self.body)


class Client:
    """Asks a server; with a key, as one of several clients."""

    def __init__(self, port, key=None):
        self.port, self.headers = port, {"Authorization": f"Bearer {key}"} if key else {}

    def send(self, method, path, body=None, **headers):
        connection = HTTPConnection("127.0.0.1", self.port, timeout=120)
        try:
            content = json.dumps(body).encode() if isinstance(body, (dict, list)) else body
            kinds = {"Content-Type": "application/json"} if isinstance(body, (dict, list)) else {}
            given = {name.replace("_", "-"): value for name, value in headers.items()}
            connection.request(method, path, content, {**self.headers, **kinds, **given})
            response = connection.getresponse()
            return Answer(status=response.status, headers=response.headers, body=response.read())
        finally:
            connection.close()

    def get(self, path, **query):
        return self.send("GET", path + (f"?{urlencode(query, doseq=True)}" if query else ""))

    def ask(self, file=None, name="scan.tif", path="/v1/jobs", **fields):
        """POST /v1/jobs; values that are lists are given several times."""
        edge, body = uuid.uuid4().hex, b""
        for field, values in fields.items():
            for value in values if isinstance(values, list) else [values]:
                body += f'--{edge}\r\nContent-Disposition: form-data; name="{field}"\r\n\r\n{value}\r\n'.encode()
        if file is not None:
            head = f'--{edge}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\nContent-Type: application/octet-stream\r\n\r\n'
            body += head.encode() + file + b"\r\n"
        return self.send("POST", path, body + f"--{edge}--\r\n".encode(), Content_Type=f"multipart/form-data; boundary={edge}")

    def job(self, code):
        answer = self.get(f"/v1/jobs/{code}")
        assert answer.status == 200, answer.body
        return answer.json

    def wait(self, code, *statuses, seconds=120.0):
        """The job, as soon as it has one of these statuses (by default: is over)."""
        until = time.monotonic() + seconds
        while (job := self.job(code))["status"] not in (statuses or ("done", "failed", "cancelled")):
            assert time.monotonic() < until, job
            time.sleep(0.01)
        return job

    def events(self, code, timeout=120):
        """The events of a job as (name, data), until the stream ends."""
        connection = HTTPConnection("127.0.0.1", self.port, timeout=timeout)
        try:
            connection.request("GET", f"/v1/jobs/{code}/events", headers=self.headers)
            response = connection.getresponse()
            assert response.status == 200 and response.headers["Content-Type"].startswith("text/event-stream")
            name = None
            for line in response:
                if line.startswith(b"event: "):
                    name = line[7:].strip().decode()
                elif line.startswith(b"data: "):
                    yield name, json.loads(line[6:])
        finally:
            connection.close()


@contextmanager
def serving(reader, **settings):
    """A server of this process, as `run.serve` makes it."""
    from gotocr.serve.app import build
    from gotocr.serve.desk import Desk
    from gotocr.serve.jobs.office import Jobs
    from gotocr.serve.meters import Meters
    from gotocr.serve.run import Server, listen
    from gotocr.serve.settings import Settings

    chosen = Settings(port=0, **settings)
    with listen(chosen.host, 0) as sock:
        desk = Desk(reader, chosen, Meters())
        try:
            with Jobs(desk, reader.name) as jobs:
                server = Server(build(desk, reader.name, jobs), jobs.hush)
                thread = threading.Thread(target=server.run, kwargs={"sockets": [sock]})
                thread.start()
                try:
                    while not server.started:
                        time.sleep(0.005)
                    port = sock.getsockname()[1]
                    yield SimpleNamespace(desk=desk, jobs=jobs, port=port, client=Client(port), other=lambda key: Client(port, key))
                finally:
                    server.should_exit = True
                    thread.join(60)
                    assert not thread.is_alive(), "the server does not end"
        finally:
            desk.close()


class Gated:
    """An engine around another that waits for `gate` before each text, `pause` seconds and for `step` before each piece."""

    def __init__(self, inner, gate=None, pause=0.0, step=None):
        self.inner, self.gate, self.pause, self.step, self.begun, self.running = inner, gate, pause, step, 0, 0
        self.name = "gated"

    def run(self, job):
        self.begun += 1
        self.running += 1
        try:
            if self.gate is not None:
                assert self.gate.acquire(timeout=120)
            for piece in self.inner.run(job):
                time.sleep(self.pause)
                if self.step is not None:
                    assert self.step.acquire(timeout=120)
                yield piece
        finally:
            self.running -= 1

    def close(self):
        pass


def maker(model_folder, tmp_path):
    """Makes servers whose engine is scripted; what it writes are the texts of the fixture of that name. One store for all of them."""

    @contextmanager
    def make(gate=None, pause=0.0, step=None, **settings):
        reader = gotocr.load(model_folder, engine="scripted", quiet=True)
        reader.name = "scripted"
        engine = Gated(reader.engine, gate, pause, step)
        with serving(reader.sharing(engine), **{"store": tmp_path / "store" / "jobs.sqlite", **settings}) as server:
            server.engine = engine
            yield server

    return make
