"""A server under load and under attack: keys, full queues, deadlines, clients that go away, bodies that do not end, its end."""

from __future__ import annotations

import json
import os
import random
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from gotocr.cli import main

pytest.importorskip("fastapi")
pytest.importorskip("uvicorn")

LONG = " ".join("".join(random.Random(number).choices("abcdefghijklmnopqrst", k=6)) for number in range(200))  # no circle


@pytest.fixture
def asked(kit):
    return kit.question(kit.data_uri("sign.png"))


def connect(server, body, headers=()):
    """A raw connection that has sent a request."""
    content = json.dumps(body).encode()
    made = socket.create_connection(("127.0.0.1", server.port), timeout=60)
    lines = ["POST /v1/chat/completions HTTP/1.1", "Host: localhost", "Content-Type: application/json", f"Content-Length: {len(content)}"]
    made.sendall("\r\n".join([*lines, *headers, "", ""]).encode() + content)
    return made


def test_a_key_is_asked_for_and_compared_whole(slow_server, kit, asked):
    openai = pytest.importorskip("openai")
    with slow_server(keys=("first-key", "second-key")) as server:
        for key in ("first-key", "second-key"):
            assert kit.send(server, asked, Authorization=f"Bearer {key}").status == 200
        for headers in ({}, {"Authorization": "Bearer first-ke"}, {"Authorization": "Basic first-key"}, {"Authorization": "Bearer "}):
            answer = kit.send(server, asked, **headers)
            assert (answer.status, answer.headers["WWW-Authenticate"]) == (401, "Bearer")
            assert kit.error(answer)["code"] == "invalid_api_key"
        for path, status in (("/health", 200), ("/ready", 503), ("/v1/models", 401), ("/metrics", 401), ("/nothing", 401)):
            assert kit.send(server, None, path, "GET").status == status
        assert server.engine.begun == 2
        with openai.OpenAI(base_url=server.url, api_key="wrong", max_retries=0) as client, pytest.raises(openai.AuthenticationError):
            client.models.list()


def test_a_key_is_looked_at_before_the_body(slow_server, kit):
    with slow_server(keys=("key",)) as server, socket.create_connection(("127.0.0.1", server.port), timeout=60) as made:
        made.sendall(b"POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 99999999\r\n\r\n{")
        assert made.recv(100).startswith(b"HTTP/1.1 401 ")


def test_without_a_key_only_this_machines_names_are_answered(slow_server, kit, asked):
    with slow_server() as server:
        for host in ("localhost", "127.0.0.1:8000", f"LOCALHOST:{server.port}", "[::1]:80"):
            assert kit.send(server, None, "/health", "GET", Host=host).status == 200
        for host in ("evil.example", "localhost.evil.example:80", "", "[", "127.0.0.1@evil.example"):
            answer = kit.send(server, asked, Host=host)
            assert answer.status in (400, 403), host
        assert server.engine.begun == 0
        answer = kit.send(server, None, "/health", "GET", Origin="https://evil.example")
        assert not any(name.lower().startswith("access-control") for name in answer.headers)
    with slow_server(keys=("key",)) as server:
        assert kit.send(server, None, "/health", "GET", Host="ocr.example").status == 200


def test_a_full_queue_says_when_to_come_again(slow_server, kit, asked):
    gate = threading.Semaphore(0)
    with slow_server(gate=gate, queue=2) as server, ThreadPoolExecutor(3) as pool:
        for number in range(3):
            pool.submit(kit.send, server, asked)
            kit.wait_for(lambda: server.desk.inside == number + 1)  # noqa: B023
        answer = kit.send(server, asked)
        assert answer.status == 429 and kit.error(answer)["type"] == "rate_limit_error"
        assert 1 <= int(answer.headers["Retry-After"]) <= 600
        assert server.desk.inside == 3
        gate.release(10_000)
        kit.wait_for(lambda: server.desk.inside == 0)
        assert kit.send(server, asked).status == 200


def test_the_pace_of_late_is_what_a_client_is_told():
    from gotocr.serve.meters import Meters

    meters = Meters()
    assert meters.wait(64, 8) == 8
    for _ in range(50):
        meters.read(3.0)
    assert meters.wait(64, 8) == 24 and meters.wait(1, 8) == 1 and meters.wait(10**6, 1) == 600


def test_the_official_client_waits_as_told_and_comes_again(slow_server, kit, asked, scripted):
    openai = pytest.importorskip("openai")
    gate = threading.Semaphore(0)
    with slow_server(gate=gate, queue=0) as server, ThreadPoolExecutor(1) as pool:
        pool.submit(kit.send, server, asked)
        kit.wait_for(lambda: server.engine.begun == 1)

        def open_up():
            kit.wait_for(lambda: b'status="429"} ' in kit.send(server, None, "/metrics", "GET").body)
            gate.release(10_000)

        threading.Thread(target=open_up).start()
        with openai.OpenAI(base_url=server.url, api_key="none", max_retries=9) as client:
            began = time.monotonic()
            answer = client.chat.completions.create(model="slow", messages=asked["messages"])
            assert answer.choices[0].message.content == scripted.texts[0] and time.monotonic() - began >= 0.8


@pytest.mark.parametrize("stream", [True, False])
def test_a_client_that_goes_away_frees_its_row(slow_server, kit, scripted, asked, stream):
    scripted.texts = [LONG, "next"]
    with slow_server(pause=0.1) as server:
        gone = connect(server, {**asked, "stream": stream})
        if stream:
            assert b"200 OK" in gone.recv(1000)
        kit.wait_for(lambda: server.engine.running == 1)
        gone.close()
        kit.wait_for(lambda: server.engine.running == 0 and server.desk.inside == 0, 40.0)
        assert 0.1 * len(LONG) > 3 * 40.0, "to its end it would have taken far longer"
        answer = kit.send(server, asked)
        assert json.loads(answer.body)["choices"][0]["message"]["content"] == "next"
        metrics = kit.send(server, None, "/metrics", "GET").body.decode()
        assert 'gotocr_requests_total{path="/v1/chat/completions",status="499"} 1' in metrics


def test_a_client_that_goes_away_while_it_waits_is_never_read(slow_server, kit, scripted, asked):
    gate = threading.Semaphore(0)
    with slow_server(gate=gate, queue=9) as server:
        waiting = [connect(server, asked) for _ in range(6)]
        kit.wait_for(lambda: server.desk.inside == 6)
        for one in waiting:
            one.close()
        gate.release(10_000)
        kit.wait_for(lambda: server.desk.inside == 0)
        assert server.engine.begun <= 1 and len(scripted.jobs) <= 1


def test_a_deadline_gives_what_was_written_so_far(slow_server, kit, scripted, asked):
    scripted.texts = [LONG]
    with slow_server(pause=0.015, deadline=2.0) as server:
        answer = kit.send(server, asked)
        whole = json.loads(answer.body)
        text = whole["choices"][0]["message"]["content"]
        assert whole["choices"][0]["finish_reason"] == "length" and answer.headers["x-gotocr-cut"] == "deadline"
        assert LONG.startswith(text) and 0 < len(text) < len(LONG) and 0 < whole["usage"]["completion_tokens"] < len(LONG) / 2
        lines = kit.send(server, {**asked, "stream": True}).body.decode().split("\n\n")
        assert json.loads(lines[-3].removeprefix("data: "))["choices"][0]["finish_reason"] == "length"
        assert lines[-2] == "data: [DONE]"


def test_a_page_that_was_read_is_remembered_where_that_is_wanted(slow_server, kit, scripted, asked):
    scripted.texts = ["one", "two"]
    other = {**asked, "max_tokens": 500}
    for remember, begun in ((True, 2), (False, 5)):
        with slow_server(remember=remember) as server:
            answers = [json.loads(kit.send(server, some).body) for some in (asked, asked, other, asked, other)]
            assert server.engine.begun == begun
            texts = [answer["choices"][0]["message"]["content"] for answer in answers]
            assert texts == ["one", "one", "two", "one", "two"] or not remember
            assert {answer["choices"][0]["finish_reason"] for answer in answers} == {"stop"}
            figures = kit.send(server, None, "/metrics", "GET").body.decode()
            assert f"gotocr_pages_remembered {3 if remember else 0}" in figures


def test_a_circle_is_cut_off(slow_server, kit, scripted, asked):
    scripted.texts = ["start " + "round and " * 60]
    with slow_server() as server:
        answer = kit.send(server, asked)
    whole = json.loads(answer.body)
    assert whole["choices"][0]["finish_reason"] == "length" and answer.headers["x-gotocr-cut"] == "loop"
    assert whole["choices"][0]["message"]["content"].count("round") < 5


@pytest.mark.parametrize("stream", [True, False])
def test_a_deadline_before_the_first_word_is_an_error(slow_server, kit, asked, stream):
    gate = threading.Semaphore(0)
    with slow_server(gate=gate, deadline=0.2, queue=9) as server, ThreadPoolExecutor(2) as pool:
        first, second = pool.submit(kit.send, server, asked), pool.submit(kit.send, server, {**asked, "stream": stream})
        for answer in (first.result(), second.result()):
            assert answer.status == 504 and kit.error(answer)["type"] == "server_error"
            assert answer.headers["x-should-retry"] == "false"
        gate.release(10_000)
        kit.wait_for(lambda: server.desk.inside == 0 and server.desk.shared.in_use == 0)


def test_large_bodies_are_refused_while_they_come(slow_server, kit, asked):
    with slow_server(max_bytes=10_000) as server:
        answer = kit.send(server, b" " * 20_000)
        assert answer.status == 413 and "10,000 bytes" in kit.error(answer)["message"]
        with socket.create_connection(("127.0.0.1", server.port), timeout=60) as made:  # no length is told, and no end comes
            head = "POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
            made.sendall(head.encode() + (b"1000\r\n" + b" " * 4096 + b"\r\n") * 3)
            assert made.recv(100).startswith(b"HTTP/1.1 413 ")
        kit.wait_for(lambda: server.desk.inside == 0)
        assert kit.send(server, asked).status == 200


def test_bodies_that_do_not_come_give_their_place_back(slow_server, kit, monkeypatch):
    from gotocr.serve import asking

    monkeypatch.setattr(asking, "UPLOAD", 0.2)
    with slow_server() as server:
        with socket.create_connection(("127.0.0.1", server.port), timeout=60) as made:
            made.sendall(b"POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n{")
            assert made.recv(100).startswith(b"HTTP/1.1 408 ")
        with socket.create_connection(("127.0.0.1", server.port), timeout=60) as made:
            made.sendall(b"POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n{")
            kit.wait_for(lambda: server.desk.inside == 1)
        kit.wait_for(lambda: server.desk.inside == 0)


def test_a_failing_engine_is_one_requests_trouble(slow_server, kit, scripted, asked):
    from gotocr.errors import EngineError

    with slow_server() as server:
        scripted.fault = (0, EngineError("the model answered with numbers that are not finite"))
        answer = kit.send(server, asked)
        assert answer.status == 500 and "not finite" in kit.error(answer)["message"]
        scripted.fault = (12, EngineError("the model answered with numbers that are not finite"))
        lines = kit.send(server, {**asked, "stream": True}).body.decode().split("\n\n")
        assert "not finite" in json.loads(lines[-2].removeprefix("data: "))["error"]["message"] and "[DONE]" not in lines[-2]
        scripted.fault = (0, ZeroDivisionError("secret/path"))
        answer = kit.send(server, asked)
        assert answer.status == 500 and "secret" not in kit.error(answer)["message"]
        scripted.fault = None
        assert kit.send(server, asked).status == 200 and kit.send(server, None, "/health", "GET").status == 200


def test_an_unexpected_error_shows_no_traceback(slow_server, kit, asked, monkeypatch):
    from gotocr.serve import chat, reply

    def surprise(*given):
        raise KeyError("secret")

    with slow_server() as server:
        for place, name in ((reply.Flow, "push"), (chat, "understand")):
            with monkeypatch.context() as patch:
                patch.setattr(place, name, surprise)
                answer = kit.send(server, asked)
            assert answer.status == 500 and kit.error(answer)["code"] == "unexpected_error" and b"secret" not in answer.body
        assert server.desk.inside == 0 and kit.send(server, asked).status == 200


def test_a_dead_thread_is_seen_and_nobody_hangs(slow_server, kit, scripted, asked):
    with slow_server() as server:
        scripted.fault = (0, SystemExit())
        assert kit.send(server, asked).status == 500
        answer = kit.send(server, None, "/health", "GET")
        assert answer.status == 500 and "start the server again" in answer.body.decode()
        assert kit.send(server, None, "/ready", "GET").status == 503
        assert kit.send(server, asked).status == 500


def test_ready_after_a_first_reading(slow_server, kit):
    gate = threading.Semaphore(0)
    with slow_server(gate=gate) as server:
        server.desk.warm_up()
        answer = kit.send(server, None, "/ready", "GET")
        assert answer.status == 503 and json.loads(answer.body) == {"status": "warming up"}
        gate.release(10)
        kit.wait_for(lambda: kit.send(server, None, "/ready", "GET").status == 200)


def test_addresses_are_fetched_only_where_allowed_and_public(slow_server, kit):
    with slow_server(allow_urls=True) as server:
        for address in ("http://127.0.0.1/x.png", "http://localhost:1/x.png", "http://[::ffff:10.0.0.1]/x", "http://169.254.169.254/latest"):
            answer = kit.send(server, kit.question(address))
            assert answer.status == 422 and "is not a public address" in kit.error(answer)["message"]
        assert kit.send(server, kit.question("ftp://example.com/x.png")).status == 400


# The command itself.


@pytest.fixture
def command():
    """Starts `gotocr serve` in a process of its own, and gives it with its address once it can be reached."""
    made = []

    def start(*options, env=()):
        call = [sys.executable, "-m", "gotocr", "serve", "--port", "0", *options]
        process = subprocess.Popen(call, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env={**os.environ, **dict(env)})
        made.append(process)
        line = process.stdout.readline()
        found = re.fullmatch(r"gotocr serves nano at (http://127\.0\.0\.1:(\d+)), programs at \1/v1\n", line)
        assert found, line + process.stderr.read()
        process.port = int(found[2])
        return process

    yield start
    for process in made:
        process.kill()
        process.communicate()


def test_the_command_answers_and_ends_when_told(command, kit):
    process = command("--rows", "2", env={"GOTOCR_API_KEY": "from-the-environment"})
    uri = kit.data_uri("sign.png")
    assert kit.send(process, kit.question(uri) | {"model": "nano"}).status == 401
    key = "Bearer from-the-environment"
    page = kit.data_uri("scan.jpg")  # of some length, so that it is written still when the signal comes
    running = connect(process, kit.question(page, stream=True) | {"model": "nano"}, [f"Authorization: {key}"])
    assert running.recv(1, socket.MSG_PEEK)  # it has begun
    process.send_signal(signal.SIGTERM)
    received = b""
    while part := running.recv(4096):
        received += part
    assert b"[DONE]" in received, "what runs is finished"
    assert process.wait(60) == 0 and process.stderr.read() == ""
    with pytest.raises(OSError):
        kit.send(process, None, "/health", "GET")


def test_a_second_signal_does_not_wait(command, kit):
    process = command("--deadline", "60")
    with socket.create_connection(("127.0.0.1", process.port), timeout=60) as made:  # a request that never comes to its end
        made.sendall(b"POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n{")
        kit.wait_for(lambda: b"gotocr_requests_inside 1" in kit.send(process, None, "/metrics", "GET").body)
        process.send_signal(signal.SIGTERM)
        with pytest.raises(subprocess.TimeoutExpired):
            process.wait(1.0)
        process.send_signal(signal.SIGINT)
        assert process.wait(60) == 128 + signal.SIGINT


@pytest.mark.parametrize(
    "options, says",
    [
        (["--host", "0.0.0.0"], "--api-key-file FILE or GOTOCR_API_KEY"),
        (["--host", "::"], "--without-key"),
        (["--host", "ocr.example.com"], "lets other machines in"),
        (["--port", "99999"], "is no port"),
        (["--rows", "0"], "not a whole number above 0"),
        (["--jobs", "100000"], "--jobs 100000 is too many"),
        (["--deadline", "nan"], "no number of seconds"),
        (["--api-key-file", "missing"], "cannot read the keys in missing"),
        (["--model", "nonesuch"], "no model named"),
        (["--host", "192.0.2.1", "--without-key"], "cannot listen at 192.0.2.1"),
    ],
)
def test_wrong_options_are_told_before_anything_is_loaded(options, says, capsys, monkeypatch):
    monkeypatch.delenv("GOTOCR_API_KEY", raising=False)
    assert main(["serve", *options]) == 2
    assert says in capsys.readouterr().err


def test_a_port_that_is_taken_is_told(capsys):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        assert main(["serve", "--port", str(taken.getsockname()[1])]) == 2
    assert "--port 0 takes a free one" in capsys.readouterr().err


def test_keys_come_from_a_file_or_the_environment(tmp_path, monkeypatch):
    from gotocr.cli.serve import keys as _keys
    from gotocr.errors import UsageError

    path = tmp_path / "keys"
    path.write_text("\ufeffone\n\n two \n", "utf-8")  # as Notepad saves it
    monkeypatch.setenv("GOTOCR_API_KEY", "three")
    assert _keys(path) == ("one", "two") and _keys(None) == ("three",)
    monkeypatch.delenv("GOTOCR_API_KEY")
    assert _keys(None) == ()
    for wrong in ("\n", "a key\n", "schlüssel\n"):
        path.write_text(wrong)
        with pytest.raises(UsageError, match="key"):
            _keys(path)


def test_what_is_not_installed_is_told(capsys, monkeypatch):
    for name in [name for name in sys.modules if name.startswith("gotocr.serve.") and name.endswith((".run", ".app"))]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "uvicorn", None)
    assert main(["serve"]) == 4
    assert "pip install 'gotocr[serve]'" in capsys.readouterr().err


def test_help_loads_no_server():
    code = (
        "import sys; from gotocr.cli import main; main(['--help']); main(['serve', '--help']);"
        "print(*(name for name in ('fastapi', 'starlette', 'pydantic', 'uvicorn', 'asyncio', 'numpy') if name in sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120, check=True)
    assert done.stdout.splitlines()[-1] == ""
