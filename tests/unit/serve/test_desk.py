"""The desk lets go of what it was given as soon as a request is over, however it ends; it counts what is written."""

from __future__ import annotations

import asyncio
import gc
import json
import os
import re
import socket
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

pytest.importorskip("fastapi")
pytest.importorskip("uvicorn")

from gotocr.serve.desk import BODIES, Reading  # noqa: E402
from gotocr.serve.seat import Seat  # noqa: E402


def kept():
    """What there still is of requests."""
    return [one for one in gc.get_objects() if isinstance(one, (Reading, Seat))]


@pytest.fixture
def without_collector():
    """No cycle of references is found by Python meanwhile."""
    gc.collect()
    gc.disable()
    yield
    gc.enable()


@pytest.mark.parametrize("how", ["read", "stream", "no picture", "gone", "late"])
def test_nothing_of_a_request_is_kept_when_it_is_over(slow_server, kit, tmp_path, monkeypatch, without_collector, how):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    pause, deadline = (0.0, 20.0) if how != "late" else (0.6, 1.0)
    with slow_server(pause if how != "gone" else 0.1, deadline=deadline) as server:
        before = len(kept())
        asked = kit.question(kit.data_uri(b"no picture" if how == "no picture" else "sign.png"), stream=how == "stream")
        if how == "gone":
            with socket.create_connection(("127.0.0.1", server.port), timeout=60) as made:
                body = json.dumps(asked).encode()
                made.sendall(b"POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n")
                made.sendall(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
                kit.wait_for(lambda: server.engine.running)
        else:
            kit.send(server, asked)
        kit.wait_for(lambda: len(kept()) <= before)
        kit.wait_for(lambda: not list(tmp_path.iterdir()))


@pytest.mark.parametrize("picture", ["sign.png", b"no picture"])
def test_nothing_of_a_file_or_a_document_is_kept_either(slow_server, kit, tmp_path, monkeypatch, without_collector, picture):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    with slow_server() as server:
        before = len(kept())
        kit.send(server, {"document": {"type": "image_url", "image_url": kit.data_uri(picture)}}, "/v1/ocr")
        file = picture if isinstance(picture, bytes) else (kit.examples / picture).read_bytes()
        form = b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.png"\r\n\r\n' + file + b"\r\n--x--\r\n"
        kit.send(server, form, "/v1/convert", Content_Type="multipart/form-data; boundary=x")
        kit.wait_for(lambda: len(kept()) <= before)
        kit.wait_for(lambda: not list(tmp_path.iterdir()))


def ways(kit):
    """A request for each path that reads, and what is to be said with it."""
    file = (kit.examples / "sign.png").read_bytes()
    form = b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.png"\r\n\r\n' + file + b"\r\n--x--\r\n"
    return [
        (kit.question(kit.data_uri("sign.png")), {}),
        ({"document": {"type": "image_url", "image_url": kit.data_uri("sign.png")}}, {"path": "/v1/ocr"}),
        (form, {"path": "/v1/convert", "Content_Type": "multipart/form-data; boundary=x"}),
    ]


def test_a_place_is_kept_until_the_answer_was_fetched(slow_server, kit, monkeypatch):
    import uvicorn.protocols.http.h11_impl as http

    gate, send, held_up = threading.Event(), http.RequestResponseCycle.send, set()

    async def held(self, message):
        if message["type"] == "http.response.body":
            held_up.add(self)
            while not gate.is_set():
                await asyncio.sleep(0.01)
        await send(self, message)

    monkeypatch.setattr(http.RequestResponseCycle, "send", held)
    with slow_server() as server, ThreadPoolExecutor(3) as pool:
        answers = [pool.submit(kit.send, server, body, **more) for body, more in ways(kit)]
        kit.wait_for(lambda: len(held_up) == 3)
        inside = server.desk.inside
        gate.set()
        assert [answer.result().status for answer in answers] == [200] * 3 and inside == 3
        kit.wait_for(lambda: not server.desk.inside)


def test_tokens_are_counted_whatever_was_asked_for(slow_server, kit):
    def total(server, name):
        said = kit.send(server, None, "/metrics", "GET").body.decode()
        return int(re.search(rf"^gotocr_{name}_tokens_total (\d+)$", said, re.MULTILINE)[1])

    counted = []
    for body, more in ways(kit):
        with slow_server() as server:
            assert kit.send(server, body, **more).status == 200
            counted.append((total(server, "prompt") > 0, total(server, "completion")))
    assert counted[0][0] and counted[0][1] > 3 and counted == [counted[0]] * 3


def test_tokens_beyond_what_was_asked_for_are_not_counted(slow_server, scripted, kit):
    scripted.texts = ["wide world"]
    asked = kit.question(*[kit.data_uri("sign.png")] * 2, max_tokens=15)  # of the second page a few
    with slow_server() as server:
        answer = json.loads(kit.send(server, asked).body)
        assert answer["usage"]["completion_tokens"] == 15 and answer["choices"][0]["finish_reason"] == "length"
        assert "gotocr_completion_tokens_total 15\n" in kit.send(server, None, "/metrics", "GET").body.decode()


def test_large_bodies_are_taken_apart_a_few_at_a_time(slow_server, kit, monkeypatch):
    from gotocr.serve import chat

    understand, lock, full, now, most = chat.understand, threading.Lock(), threading.Event(), [0], [0]

    def counted(*given):
        with lock:
            now[0] += 1
            most[0] = max(most[0], now[0])
            if now[0] == BODIES:
                full.set()
        assert full.wait(60)  # so many are taken apart together, however slowly requests come
        time.sleep(0.05)  # and one more would come in now
        with lock:
            now[0] -= 1
        return understand(*given)

    monkeypatch.setattr(chat, "understand", counted)
    with slow_server() as server, ThreadPoolExecutor(8) as pool:
        asked = kit.question(kit.data_uri("sign.png"))
        assert {answer.status for answer in pool.map(lambda _: kit.send(server, asked), range(8))} == {200}
    assert most == [BODIES]


def test_a_large_body_may_take_longer_than_a_small_one(slow_server, kit, monkeypatch):
    from gotocr.serve import asking

    monkeypatch.setattr(asking, "UPLOAD", 0.5)
    monkeypatch.setattr(asking, "SLOWEST", 500)  # half a minute more for such a body
    body = json.dumps(kit.question(kit.data_uri("note.png"))).encode()
    assert len(body) > 10_000
    with slow_server() as server, socket.create_connection(("127.0.0.1", server.port), timeout=60) as made:
        made.sendall(b"POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n")
        made.sendall(b"Content-Length: %d\r\n\r\n" % len(body))
        made.sendall(body[:10_000])
        time.sleep(0.8)
        made.sendall(body[10_000:])
        assert made.recv(100).startswith(b"HTTP/1.1 200 ")


def test_a_large_file_may_take_longer_to_fetch(tmp_path, monkeypatch):
    from gotocr.serve import asking
    from gotocr.serve.convert import Sent
    from gotocr.serve.results import Made

    monkeypatch.setattr(asking, "DOWNLOAD", 0.2)
    monkeypatch.setattr(asking, "SLOWEST", 1000)
    parts = []

    async def send(message):
        await asyncio.sleep(0.2)
        parts.append(message.get("body", b""))

    async def fetch(size):
        (tmp_path / "made").write_bytes(b"x" * size)
        held = AsyncExitStack()
        held.callback(parts.append, b"|")
        scope = {"type": "http", "method": "POST", "headers": [], "extensions": {}}
        await Sent(tmp_path / "made", Made("a.txt", "text/plain"), {}, held)(scope, asyncio.Event().wait, send)

    asyncio.run(fetch(30_000))  # half a minute more
    assert b"".join(parts) == b"x" * 30_000 + b"|"
    with pytest.raises(asyncio.TimeoutError):
        asyncio.run(fetch(10))
    assert parts[-1] == b"|"


def test_a_folder_goes_although_something_is_put_into_it_meanwhile(monkeypatch):
    from gotocr.serve.upload import Room

    remove, late = os.rmdir, []

    def rmdir(path, **more):
        if not late:
            late.append((folder / "late").write_text("x"))
        remove(path, **more)

    with Room() as name:
        folder = Path(name)
        (folder / "page").write_text("x")
        monkeypatch.setattr(os, "rmdir", rmdir)
    assert late and not folder.exists()


def test_no_room_for_results_is_said(slow_server, kit, monkeypatch):
    from gotocr.serve import upload

    made = []

    def full(self, *given, **named):
        made.append(self)
        if len(made) == 2:  # the first is the upload's
            raise OSError(28, "No space left on device")
        init(self, *given, **named)

    init = upload.TemporaryDirectory.__init__
    monkeypatch.setattr(upload.TemporaryDirectory, "__init__", full)
    body, more = ways(kit)[2]
    with slow_server() as server:
        answer = kit.send(server, body, **more)
        assert "TMPDIR" in kit.error(answer)["message"] and len(made) == 2
