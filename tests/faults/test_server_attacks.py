"""A live server against those who mean it harm on the wire: idle, slow, deaf, flooding, smuggling; and with an engine that hangs."""

from __future__ import annotations

import json
import os
import random
import socket
import threading
import time
from contextlib import contextmanager
from pathlib import Path

import pytest

pytest.importorskip("fastapi")
pytest.importorskip("uvicorn")

from gotocr.serve import connections, run, shared
from tests.unit.serve.jobs_server import maker
from tests.unit.serve.conftest import data_uri, question


@pytest.fixture
def server(scripted, model_folder, tmp_path):
    scripted.texts = ["words"]
    with maker(model_folder, tmp_path)() as found:
        yield found


@contextmanager
def wire(server, sent=b"", timeout=60.0):
    made = socket.create_connection(("127.0.0.1", server.port), timeout=timeout)
    try:
        made.sendall(sent)
        yield made
    finally:
        made.close()


def heard(made) -> bytes:
    """All that comes until the connection is closed; nothing where it is reset."""
    found = b""
    try:
        while part := made.recv(1 << 16):
            found += part
    except ConnectionError:
        pass
    return found


def ask(server, sent: bytes) -> bytes:
    with wire(server, sent) as made:
        return heard(made)


def wait_for(condition, seconds=60.0):
    until = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < until, "it did not come about"
        time.sleep(0.01)


def assert_well(server):
    assert server.client.get("/health").status == 200
    wait_for(lambda: server.desk.inside == 0 and server.desk.shared.in_use == 0)


def chat(**more) -> bytes:
    from PIL import Image

    image = Image.new("RGB", (60, 30), "white")
    image.paste("black", (10, 8, 50, 20))
    return json.dumps({**question(data_uri(image)), "model": "scripted", **more}).encode()


def post(body: bytes, path="/v1/chat/completions", headers=b"", length=None) -> bytes:
    count = len(body) if length is None else length
    kind = b"Content-Type: application/json\r\n"
    return b"POST %s HTTP/1.1\r\nHost: localhost\r\n%sContent-Length: %d\r\nConnection: close\r\n%s\r\n" % (path.encode(), kind, count, headers) + body


@pytest.mark.parametrize("sent", [b"", b"GET /health HTTP/1.1\r\nHost: localhost\r\n", b"GET /health HTTP/1.1\r\nHost: localhost\r\n\r\nGET /"])
def test_who_never_says_what_he_wants_is_let_go(server, monkeypatch, sent):
    monkeypatch.setattr(connections, "HEAD", 0.6)
    began = time.monotonic()
    with wire(server, sent) as made:
        assert heard(made).count(b"HTTP/1.1") == sent.count(b"\r\n\r\n")
    assert 0.3 < time.monotonic() - began < 25


def test_letters_one_by_one_win_no_time(server, monkeypatch):
    with monkeypatch.context() as short:
        short.setattr(connections, "HEAD", 0.6)
        short.setattr(connections, "IDLE", 0.8)
        for begun in (b"", b"GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n"):
            began = time.monotonic()
            with wire(server, begun) as made, pytest.raises(ConnectionError):
                while time.monotonic() - began < 25:
                    made.sendall(b"\r\n" if begun else b"G")
                    time.sleep(0.05)
    assert_well(server)


def test_one_that_waits_for_its_answer_is_not_let_go(scripted, model_folder, tmp_path, monkeypatch):
    monkeypatch.setattr(connections, "HEAD", 1.0)
    monkeypatch.setattr(connections, "IDLE", 1.0)
    scripted.texts = ["words"]
    with maker(model_folder, tmp_path)(pause=0.3) as server:
        assert b"200 OK" in ask(server, post(chat()))


def test_more_connections_than_there_is_room_for(scripted, model_folder, tmp_path, monkeypatch):
    monkeypatch.setattr(run, "most_connections", lambda: 20)
    scripted.texts = ["words"]
    with maker(model_folder, tmp_path)() as server:
        idle = []
        for number in range(100):
            idle.append(socket.create_connection(("127.0.0.1", server.port)))
            if number % 10 == 0:
                assert server.client.get("/health").status == 200
        assert b"200 OK" in ask(server, post(chat()))
        first, last = idle[0], idle[-1]
        first.settimeout(60)
        assert heard(first) == b""  # it has gone, and the latest not
        last.settimeout(0.2)
        with pytest.raises(TimeoutError):
            last.recv(1)
        for one in idle:
            one.close()
        assert_well(server)


def test_many_idle_connections_keep_nobody_out(server):
    most = connections.most_connections()
    assert most >= 512
    idle = [socket.create_connection(("127.0.0.1", server.port)) for _ in range(min(most, 700) - 50)]
    try:
        assert server.client.get("/health").status == 200 and b"200 OK" in ask(server, post(chat()))
    finally:
        for one in idle:
            one.close()


def test_who_does_not_read_is_let_go(server, monkeypatch):
    monkeypatch.setattr(connections, "UNREAD", 0.5)
    made = socket.socket()
    made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    made.connect(("127.0.0.1", server.port))
    made.settimeout(0.2)
    asked = b"GET /openapi.json HTTP/1.1\r\nHost: localhost\r\n\r\n"
    began = time.monotonic()
    with made, pytest.raises(ConnectionError):
        while time.monotonic() - began < 25:
            try:
                made.sendall(asked * 50)
            except TimeoutError:
                pass
    assert_well(server)


@pytest.mark.parametrize("path", ["/v1/nothing", "/v1/chat/completions"])
def test_a_body_that_nobody_reads_comes_to_an_end(server, monkeypatch, path):
    monkeypatch.setattr(connections, "REST", 0.5)
    began = time.monotonic()
    with wire(server, post(b"", path, length=1 << 40)) as made, pytest.raises(ConnectionError):
        while time.monotonic() - began < 25:
            made.sendall(bytes(1 << 16))
            time.sleep(0.01)
    assert_well(server)


def test_floods_of_headers(server):
    for flood in (b"X: " + b"a" * 200_000, b"".join(b"X-%d: a\r\n" % n for n in range(20_000)), b"X" * 200_000):
        answer = ask(server, b"GET /health HTTP/1.1\r\nHost: localhost\r\n" + flood + b"\r\n\r\n")
        assert answer == b"" or (answer.startswith(b"HTTP/1.1 400") and b'"code": "invalid_http"' in answer)
    long = ask(server, b"GET /" + b"a" * 100_000 + b" HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
    assert long.split(b" ")[1] in (b"400", b"404") and len(long) < 2000
    assert_well(server)


HIDDEN = b"GET /v1/models HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"


@pytest.mark.parametrize(
    "heads",
    [
        b"Content-Length: %d\r\nTransfer-Encoding: chunked\r\n",
        b"Transfer-Encoding: chunked\r\nContent-Length: %d\r\n",
        b"Content-Length: 0\r\nContent-Length: %d\r\n",
        b"Content-Length: %d, 0\r\n",
        b"Content-Length: +%d\r\n",
        b"Content-Length : %d\r\n",
        b"Content-Length: -%d\r\n",
        b"Content-Length: %d\r\nTransfer-Encoding: xchunked\r\n",
        b"Content-Length: %d\r\nTransfer-Encoding: chunked, identity\r\n",
        b"Content-Length: %d\r\nTransfer-Encoding:\x0bchunked\r\n",
        b"X: a\x00b\r\nContent-Length: %d\r\n",
        b"X: a\rContent-Length: 0\r\nContent-Length: %d\r\n",
    ],
)
def test_no_request_is_smuggled_in_another(server, heads):
    """What stands behind the head is the body of the request or nothing, never another request."""
    body = b"0\r\n\r\n" + HIDDEN if b"chunked\r" in heads else HIDDEN
    sent = b"POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Type: application/json\r\n" + heads % len(body)
    answer = ask(server, sent + b"\r\n" + body)
    assert answer.count(b"HTTP/1.1 ") <= 1 and b'"object": "list"' not in answer and b'"list"' not in answer
    assert not answer or answer.split(b" ")[1] in (b"400", b"501", b"415")
    assert_well(server)


@pytest.mark.parametrize("chunks", [b"zz\r\n", b"5\r\nabcdefgh\r\n", b"-1\r\n", b"1" * 100 + b"\r\n"])
def test_chunks_that_are_none(server, chunks):
    head = b"POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
    answer = ask(server, head + chunks)
    assert answer == b"" or answer.startswith(b"HTTP/1.1 400")
    assert_well(server)


def test_a_body_in_chunks_and_one_that_is_waved_through(server):
    body = chat()
    head = b"POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Type: application/json\r\n"
    chunked = b"".join(b"%x\r\n%s\r\n" % (len(body[at : at + 100]), body[at : at + 100]) for at in range(0, len(body), 100)) + b"0\r\n\r\n"
    assert b"200 OK" in ask(server, head + b"Transfer-Encoding: chunked\r\n\r\n" + chunked)
    with wire(server, head + b"Expect: 100-continue\r\nContent-Length: %d\r\n\r\n" % len(body)) as made:
        assert made.recv(1000).startswith(b"HTTP/1.1 100 ")
        made.sendall(body)
        assert heard(made).startswith(b"HTTP/1.1 200 OK")
    for refused in (b"Content-Length: %d\r\n" % (1 << 40), b"Content-Length: 5\r\nOrigin: http://elsewhere.example\r\n"):
        with wire(server, head + b"Expect: 100-continue\r\n" + refused + b"\r\n") as made:
            assert made.recv(1000).split(b" ")[1] in (b"413", b"403")  # and not waved through first


@pytest.mark.parametrize("share", [0.0, 0.5, 1.0])
def test_who_goes_in_the_middle_of_what_he_says_leaves_nothing_behind(server, share):
    body = chat()
    for path in ("/v1/chat/completions", "/v1/ocr", "/v1/jobs", "/v1/convert"):
        kind = b"" if path in ("/v1/chat/completions", "/v1/ocr") else b"Content-Type: multipart/form-data; boundary=x\r\n"
        sent = post(body, path, kind, length=len(body) + 1)
        with wire(server, sent[: int(len(sent) * share)]):
            pass
    assert_well(server)
    assert server.client.get("/v1/jobs").json["data"] == []


@pytest.mark.parametrize("sent", [b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(500), b"GET /health HTTP/0.9\r\n\r\n", b"GET\x00/ HTTP/1.1\r\n\r\n", random.Random(8).randbytes(3000), b"CONNECT x:1 HTTP/1.1\r\nHost: x\r\n\r\n"])
def test_other_protocols(server, monkeypatch, sent):
    with monkeypatch.context() as short:
        short.setattr(connections, "HEAD", 0.5)
        short.setattr(connections, "IDLE", 0.5)
        answer = ask(server, sent)
    assert b" 200 " not in answer[:20] and b" 500 " not in answer[:20]
    assert_well(server)


def test_an_engine_that_hangs(scripted, model_folder, tmp_path, monkeypatch):
    """It is told; who waits is late, not lost; jobs wait; and when it comes back, all is as before."""
    monkeypatch.setattr(shared, "STUCK", 0.5)
    scripted.texts = ["words"]
    gate = threading.Semaphore(0)
    with maker(model_folder, tmp_path)(gate=gate, deadline=3.0) as server:
        assert server.client.get("/health").status == 200
        answers = []
        threads = [threading.Thread(target=lambda: answers.append(ask(server, post(chat())))) for _ in range(3)]
        for thread in threads:
            thread.start()
        wait_for(lambda: server.desk.shared.is_stuck)
        health = server.client.get("/health")
        assert health.status == 500 and health.json["status"] == "stuck" and server.client.get("/ready").status == 503
        for thread in threads:
            thread.join(60)
        assert len(answers) == 3 and all(b" 504 " in answer[:20] for answer in answers)
        for _ in range(20):
            gate.release()
        wait_for(lambda: not server.desk.shared.is_stuck)
        assert b"200 OK" in ask(server, post(chat())) and server.client.get("/health").status == 200
        assert_well(server)


def test_a_server_whose_engine_hangs_ends(scripted, model_folder, tmp_path, monkeypatch):
    monkeypatch.setattr(shared, "STUCK", 0.5)
    scripted.texts = ["words"]
    gate = threading.Semaphore(0)
    with maker(model_folder, tmp_path)(gate=gate, deadline=1.0) as server:
        asked = threading.Thread(target=lambda: ask(server, post(chat())))
        asked.start()
        wait_for(lambda: server.desk.shared.is_stuck)
    asked.join(60)  # and `serving` does not wait for ever for the server
    assert not asked.is_alive()
    gate.release(50)
    server.desk.shared._thread.join(60)


@pytest.mark.skipif(not Path("/proc/self/fd").is_dir(), reason="counts open files under /proc")
def test_nothing_is_left_open(server):
    assert b"200 OK" in ask(server, post(chat()))
    before = len(os.listdir("/proc/self/fd"))
    for _ in range(30):
        ask(server, post(chat()))
        ask(server, b"rubbish\r\n\r\n")
        with wire(server, post(chat(), length=1 << 20)):
            pass
    wait_for(lambda: len(os.listdir("/proc/self/fd")) <= before)
