"""Servers are asked over real connections: streams, servers that only nearly speak the protocol, and broken ones."""

from __future__ import annotations

import base64
import io
import json
import threading
import time
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from PIL import Image

from gotocr.errors import EngineError, GotocrError, UsageError
from gotocr.evaluate.speed.client import Client, Server, events
from gotocr.evaluate.speed.own import OwnServer
from gotocr.evaluate.speed.pictures import draw_line
from gotocr.evaluate.speed.serve import ServePlan, fire, measure, percentiles
from gotocr.evaluate.speed.tables import serve_tables

WORDS = ["one ", "two ", "three"]


class Desk(BaseHTTPRequestHandler):
    """Answers a question by its server's `way`; notes what it was asked and over which connection."""

    protocol_version = "HTTP/1.1"

    def do_GET(self):  # noqa: N802
        self.answer(json.dumps({"object": "list", "data": [{"id": "reads-well"}, {"id": "other"}]}).encode())

    def do_POST(self):  # noqa: N802
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        server = self.server
        with server.lock:
            server.asked.append((self.path, asked, dict(self.headers), self.client_address))
        server.way(self, asked)

    def answer(self, body, status=200, kind="application/json"):
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def begin(self):
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream; charset=utf-8")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()

    def send(self, text):
        part = text.encode()
        self.wfile.write(f"{len(part):x}\r\n".encode() + part + b"\r\n")
        self.wfile.flush()

    def log_message(self, *_):
        pass


def chunk(text=None, **more):
    choices = [] if text is None else [{"index": 0, "delta": {"content": text}, "finish_reason": None}]
    return "data: " + json.dumps({"object": "chat.completion.chunk", "choices": choices, **more}) + "\n\n"


def stream(desk, asked, wait=0.01):
    desk.begin()
    desk.send(": a comment\n\n" + 'data: {"choices": [{"delta": {"role": "assistant", "content": ""}}]}\n\n')
    for word in WORDS:
        time.sleep(wait)
        desk.send(chunk(word, usage=None))
    if asked.get("stream_options", {}).get("include_usage"):
        desk.send(chunk(usage={"prompt_tokens": 9, "completion_tokens": 7}))
    desk.send("data: [DONE]\n\n")
    desk.send("")


@contextmanager
def serving(way):
    server = ThreadingHTTPServer(("127.0.0.1", 0), Desk)
    server.way, server.asked, server.lock, server.daemon_threads = way, [], threading.Lock(), True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        server.url = f"http://127.0.0.1:{server.server_port}/v1"
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def test_a_stream_is_timed_from_its_first_text():
    with serving(lambda desk, asked: stream(desk, asked, 0.3)) as server:
        answer = Client(Server(server.url, "reads-well")).ask(draw_line(1))
    assert answer.streamed and answer.counted and answer.tokens == 7
    assert 0.3 <= answer.first < answer.wall - 0.05


def test_a_question_is_spelled_as_the_protocol_wants_it(monkeypatch):
    monkeypatch.setenv("GOTOCR_API_KEY", "secret")
    with serving(stream) as server:
        client = Client(Server(server.url + "/chat/completions", "reads-well", max_tokens=33))
        client.ask(draw_line(1))
        client.ask(draw_line(2))
    paths, questions, headers, clients = zip(*server.asked, strict=True)
    assert set(paths) == {"/v1/chat/completions"} and headers[0]["Authorization"] == "Bearer secret"
    assert clients[0] == clients[1], "one connection for all questions"
    asked = questions[0]
    assert asked["model"] == "reads-well" and asked["stream"] is True and asked["max_tokens"] == 33
    picture, text = asked["messages"][0]["content"]
    head, _, data = picture["image_url"]["url"].partition(",")
    assert head == "data:image/png;base64" and Image.open(io.BytesIO(base64.b64decode(data))).size == (900, 64)
    assert picture["type"] == "image_url" and text["type"] == "text" and asked["messages"][0]["role"] == "user"


def test_no_key_is_sent_unless_there_is_one(monkeypatch):
    monkeypatch.delenv("GOTOCR_API_KEY", raising=False)
    with serving(stream) as server:
        Client(Server(server.url)).ask(draw_line(1))
    assert "Authorization" not in server.asked[0][2]


def test_a_server_is_measured_with_several_numbers_of_clients():
    inside, most, together = [], [0], threading.Event()

    def watched(desk, asked):
        """Whoever comes while another is there waits until four are there, once."""
        with desk.server.lock:
            inside.append(desk)
            most[0] = max(most[0], len(inside))
            if len(inside) == 4:
                together.set()
        if len(inside) > 1:
            together.wait(5)
        stream(desk, asked)
        with desk.server.lock:
            inside.remove(desk)

    with serving(watched) as server:
        result = measure(ServePlan(server.url, repeats=2, concurrency=(1, 4), requests=6))
    rows = {row["clients"]: row for row in result["rows"]}
    assert result["settings"]["model"] == "reads-well" and result["failed"] == 0 and not result["notes"]
    assert {clients: (row["answers"], row["errors"]) for clients, row in rows.items()} == {1: (12, 0), 4: (12, 0)}
    assert 1 < most[0] <= 4, "it is asked by several at once"
    assert rows[4]["requests_per_second"]["median"] > 0 and rows[4]["ratio"]["median"] > 0 and rows[1]["ratio"] is None
    assert 0.01 <= rows[1]["first_token_seconds"]["p50"] <= rows[1]["answer_seconds"]["p95"]
    pictures = [asked["messages"][0]["content"][0]["image_url"]["url"] for _, asked, *_ in server.asked]
    assert len(set(pictures)) == len(pictures) == 1 + 24, "no picture twice, and one to warm up"
    assert json.loads(json.dumps(result)) == result and len(next(serve_tables(result)).rows) == 2
    assert server.url.partition("//")[2].partition("/")[0] == result["settings"]["server"]


def test_one_that_does_not_know_how_to_count_is_asked_without():
    def old(desk, asked):
        if "stream_options" in asked:
            desk.answer(b'{"error": {"message": "unknown field stream_options"}}', 400)
        else:
            stream(desk, asked)

    with serving(old) as server:
        result = measure(ServePlan(server.url, repeats=1, concurrency=(2,), requests=2, model="m"))
    (row,) = result["rows"]
    assert row["errors"] == 0 and "chunks of text were counted" in result["notes"][0]
    assert row["tokens_per_second"]["median"] == pytest.approx(len(WORDS) * row["requests_per_second"]["median"])


def test_an_answer_in_one_piece_will_do():
    whole = {"choices": [{"message": {"role": "assistant", "content": "text"}}], "usage": {"completion_tokens": 4}}
    with serving(lambda desk, asked: desk.answer(json.dumps(whole).encode())) as server:
        answer = Client(Server(server.url)).ask(draw_line(1))
    assert (answer.tokens, answer.streamed, answer.first) == (4, False, answer.wall)


def broken_off(desk, asked):
    desk.begin()
    desk.send(chunk("on"))
    desk.send('data: {"error": {"message": "out of\\u001b[31m memory"}}\n\n')
    desk.send("")


def hung_up(desk, asked):
    desk.begin()
    desk.send(chunk("on"))
    desk.close_connection = True
    desk.connection.close()


def silent(desk, asked):
    desk.begin()
    time.sleep(0.7)


def dripping(desk, asked):
    desk.begin()
    for _ in range(20):
        time.sleep(0.05)
        desk.send(": wait\n\n")


@pytest.mark.parametrize(
    "way, said",
    [
        (broken_off, r"broke off: out of \[31m memory"),
        (silent, "no answer within 0.3 s"),
        (dripping, "no answer within 0.3 s"),
        (lambda desk, asked: desk.answer(b"<html>", 502, "text/html"), "answers 502: Bad Gateway"),
        (lambda desk, asked: desk.answer(b'{"detail": "too many"}', 429), "answers 429: too many"),
        (lambda desk, asked: desk.answer(b"[1, 2]"), "something else than a chat completion"),
        (lambda desk, asked: desk.answer(b"[" * 100_000), "something else than a chat completion"),
        (lambda desk, asked: desk.answer(b"data: {]\n\n", kind="text/event-stream"), "something else than a chat completion"),
        (lambda desk, asked: desk.answer(b"data: 3\n\n", kind="text/event-stream"), "something else than a chat completion"),
    ],
)
def test_servers_that_fail_are_told(way, said):
    with serving(way) as server, pytest.raises(EngineError, match=said):
        Client(Server(server.url, timeout=0.3 if "0.3" in said else 60.0)).ask(draw_line(1))


def test_errors_are_counted_beside_the_answers():
    turn = iter(range(100))

    def moody(desk, asked):
        if next(turn) % 3 == 2:
            desk.answer(b'{"error": "busy"}', 503)
        else:
            stream(desk, asked, 0)

    with serving(moody) as server:
        result = measure(ServePlan(server.url, repeats=1, concurrency=(1,), requests=9))
    (row,) = result["rows"]
    assert (row["answers"], row["errors"], result["failed"]) == (6, 3, 3)
    assert result["notes"][0].startswith("3 failed") and "busy" in result["notes"][0]


def test_a_connection_the_server_closed_meanwhile_is_opened_again():
    def once(desk, asked):
        stream(desk, asked, 0)
        desk.close_connection = True  # without a word of it in the head

    with serving(once) as server:
        volley = fire(Server(server.url), 1, 3, iter(range(3)))
    assert len(volley.answers) == 3 and not volley.errors


def test_a_stream_cut_short_is_an_error():
    with serving(hung_up) as server, pytest.raises(EngineError):
        Client(Server(server.url, timeout=60.0)).ask(draw_line(1))


def test_nobody_at_home_and_wrong_addresses():
    with serving(stream) as server:
        url = server.url
    with pytest.raises(EngineError, match="refused"):
        measure(ServePlan(url, model="m"))
    for wrong in (
        "localhost:8000",
        "ftp://x/v1",
        "http://me:word@x/v1",
        "http://x:y/v1",
        "http:///v1",
        "http://x/v 1",
        "http://[x/v1",
    ):
        with pytest.raises(UsageError, match="--url"):
            measure(ServePlan(wrong))


def test_our_own_server_is_started_measured_and_ended(monkeypatch):
    pytest.importorskip("fastapi")
    pytest.importorskip("uvicorn")
    made = []

    class Noted(OwnServer):
        def __init__(self, way):
            super().__init__(way)
            made.append(self)

    monkeypatch.setattr("gotocr.evaluate.speed.serve.OwnServer", Noted)
    result = measure(ServePlan(quick=True, repeats=1, concurrency=(1, 2), requests=2, rows=2, max_tokens=4))
    assert [server.way.rows for server in made] == [1, 2] and all(server._process.poll() == 0 for server in made)
    assert [(row["server"], row["clients"]) for row in result["rows"]] == [("1 row", 1), ("2 rows", 1), ("1 row", 2), ("2 rows", 2)]
    assert all((row["answers"], row["errors"]) == (2, 0) for row in result["rows"])
    assert [row["ratio"] is None for row in result["rows"]] == [True, False, True, False], "against one row, as many clients"
    assert [started["server"] for started in result["servers"]] == ["1 row", "2 rows"]
    assert all(started["ready_seconds"] > 0 and (started["peak_mb"] or 99) > 50 for started in result["servers"])
    assert (result["settings"]["server"], result["settings"]["model"], result["failed"]) == ("gotocr serve", "nano", 0)
    tables = list(serve_tables(json.loads(json.dumps(result))))
    assert [len(table.rows) for table in tables] == [2, 4] and tables[1].rows[1][:4] == ("2 rows", "1", "2", "0")


def test_what_our_own_server_complains_of_is_told():
    pytest.importorskip("fastapi")
    pytest.importorskip("uvicorn")
    with pytest.raises(GotocrError, match="no model named 'nonesuch'") as caught:
        measure(ServePlan(model="nonesuch"))
    assert caught.value.exit_code == UsageError.exit_code


def test_events_are_parted_by_empty_lines():
    lines = [b"data: a\r\n", b"\r\n", b": comment\n", b"event: x\n", b"data:b\n", b"data: c\n", b"\n", b"\n", b"data: \xff"]
    assert list(events(iter(lines))) == ["a", "b\nc", "\ufffd"]


def test_percentiles_lie_between_neighbours():
    # numpy.percentile's own default; R's quantile(1:11, c(.5, .95)) gives the same
    assert percentiles([float(value) for value in range(1, 12)]) == {"p50": 6.0, "p95": 10.5}
