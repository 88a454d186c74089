"""Servers that stall, drop, lie, flood, redirect and answer with web pages: what is read of them has an end, is sound, and says what is wrong."""

from __future__ import annotations

import json
import socket
import ssl
import threading
import time
from contextlib import contextmanager
from itertools import count, repeat

import numpy as np
import pytest
from PIL import Image

import gotocr
from gotocr.cli import main
from gotocr.engines.remote_server import Server
from gotocr.errors import EngineError, GotocrError, ServerError
from tests.unit.engines.chat_server import JSON, STREAM, Said, chatting, chunk, error, event, models, stream

KEY = "sk-very-secret-0123456789"
TEXT = "One line of the page and then another one, all of it as it is printed."
LETTERS = [TEXT[at : at + 4] for at in range(0, len(TEXT), 4)]


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch):
    monkeypatch.setattr("gotocr.engines.remote_call.FIRST_WAIT", 0.01)


def read(url, picture, **options):
    with gotocr.load(Server(url, **options), quiet=True) as reader:
        (leaf,) = reader.read(picture, places=False).pages
        return leaf


def why(url, picture, **options) -> str:
    """The one line that says why nothing could be read."""
    with pytest.raises(GotocrError) as caught:
        read(url, picture, **options)
    assert "\n" not in str(caught.value) and len(str(caught.value)) < 700
    return str(caught.value)


@contextmanager
def raw(answer):
    """A server that does not even speak HTTP: `answer` is called with each connection, once it said something."""
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve():
            while True:
                try:
                    connection, _ = listening.accept()
                except OSError:
                    return
                with connection:
                    try:
                        connection.recv(1 << 16)
                        answer(connection)
                    except OSError:
                        pass

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{listening.getsockname()[1]}/v1"
        listening.shutdown(socket.SHUT_RDWR)
    thread.join(5)


def test_silence_before_an_answer(picture):
    gate = threading.Event()
    with chatting(lambda _: gate.wait(20) and []) as found:
        began = time.monotonic()
        assert "said nothing for 0.2 s" in why(found.url, picture, silence=0.2, retries=1)
        assert time.monotonic() - began < 10 and len(found.posts()) == 2
        gate.set()


def test_silence_in_the_middle_keeps_what_was_written(tmp_path, strokes):
    path, gate = tmp_path / "two.tiff", threading.Event()
    strokes((64, 32)).save(path, save_all=True, append_images=[strokes((80, 32), "lightgray")])

    def says(asked):
        return stream("all") if asked.number == 0 else [chunk("half of "), gate.wait]

    with chatting(says) as found, gotocr.load(Server(found.url, silence=0.2, retries=0, at_once=1)) as reader:
        good, bad = reader.read(path, places=False).pages
        gate.set()
    assert good.text == "all" and bad.text.startswith("half of") and "said nothing" in bad.error


def test_a_line_that_is_kept_open_with_nothing_on_it(picture):
    def says(_):
        yield chunk("begun ")
        while True:
            yield b": still here\n\n"
            yield lambda: time.sleep(0.02)

    with chatting(says) as found:
        assert "wrote nothing" in why(found.url, picture, silence=0.1, retries=0)
        assert found.hung_up.wait(10)


def test_a_broken_line_is_taken_up_where_it_broke(picture):
    """What was handed out is not said twice, whatever the text is cut into the second time."""

    def says(asked):
        if asked.number < 2:
            return Said([chunk(text) for text in LETTERS[: 3 + 2 * asked.number]], breaks=True)
        return stream(*(TEXT[at : at + 5] for at in range(0, len(TEXT), 5)))

    with chatting(says) as found:
        leaf = read(found.url, picture)
    assert leaf.text == TEXT and leaf.error is None and len(found.posts()) == 3


def test_another_text_after_a_broken_line_is_not_glued_on(picture):
    def says(asked):
        return Said([chunk(text) for text in LETTERS[:5]], breaks=True) if asked.number == 0 else stream("Something else altogether, of another mind.")

    with chatting(says) as found:
        assert "wrote something else" in why(found.url, picture)
        found.says = lambda asked: Said([chunk(text) for text in LETTERS[:5]], breaks=True) if asked.number == 2 else stream("One")
        assert "wrote something else" in why(found.url, picture)


def test_lines_that_break_before_an_answer_are_tried_again(picture):
    turns = count()

    def answer(connection):
        if next(turns) in (0, 2, 3):  # the first time of the greeting, and twice of the question
            return
        body = b"".join(stream(TEXT))
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nContent-Length: %d\r\n\r\n" % len(body) + body)

    with raw(answer) as url:
        assert read(url, picture, model="any").text == TEXT


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
def test_a_busy_server_is_asked_again(picture, status):
    with chatting(lambda asked: error(status, "come again") if asked.number < 1 else stream(TEXT)) as found:
        assert read(found.url, picture).text == TEXT and len(found.posts()) == 2
        found.says = lambda _: error(status, "come again")
        found.asked.clear()
        assert "come again" in why(found.url, picture, retries=2)
        assert len(found.posts()) == (2 if status == 500 else 3)


def test_a_server_may_say_when_to_come_again(picture):
    with chatting(lambda asked: error(429, "later", Retry_After="1") if asked.number < 1 else stream(TEXT)) as found:
        began = time.monotonic()
        assert read(found.url, picture).text == TEXT and time.monotonic() - began >= 1
    date = "Fri, 31 Dec 2060 23:59:59 GMT"
    for wait in ("100000", date):
        with chatting(lambda _, wait=wait: error(503, "in a while", Retry_After=wait)) as found:
            assert "in a while" in why(found.url, picture) and len(found.posts()) == 1
    with chatting(lambda asked: error(503, "now", Retry_After="soon") if asked.number < 1 else stream(TEXT)) as found:
        assert read(found.url, picture).text == TEXT


def test_waiting_for_a_busy_server_can_be_broken_off(picture):
    with chatting(lambda _: error(503, "later", Retry_After="60")) as found, gotocr.load(found.url) as reader:
        began = time.monotonic()
        (leaf,) = reader.read(picture, places=False, seconds=0.3).pages
        assert leaf.truncated and leaf.text == "" and time.monotonic() - began < 10
    until = time.monotonic() + 10
    while any(thread.name.startswith("gotocr remote") for thread in threading.enumerate()):
        assert time.monotonic() < until, "a thread still waits"
        time.sleep(0.01)


def test_an_account_without_money_is_not_asked_again(picture):
    with chatting(lambda _: error(429, "You exceeded your current quota, please check your plan")) as found:
        assert "quota" in why(found.url, picture) and len(found.posts()) == 1


def test_a_server_that_is_gone_ends_a_long_job_which_can_go_on(tmp_path, strokes, capsys):
    paths = []
    for number in range(12):
        paths.append(tmp_path / f"{number:02}.png")
        strokes((100 + number, 40)).save(paths[-1])
    with chatting(lambda asked: stream(f"page {asked.number}") if asked.number < 3 else error(503, "gone")) as found:
        argv = ["read", *map(str, paths), "--url", found.url, "--no-places", "--at-once", "1", "-o", str(tmp_path / "out"), "--to", "text", "--resume"]
        assert main(argv) == 7
        assert "given up" in capsys.readouterr().err and len(found.posts()) == 3 + 3 * 5
        found.says = lambda asked: stream(f"page {asked.number}")
        assert main(argv) == 0
    assert len(list((tmp_path / "out").rglob("*.txt"))) == 12


LIES = {
    "no json": [b"data: {nothing}\n\n"],
    "no choices": [event({"hello": "world"})],
    "choices": [event({"choices": "many"})],
    "a choice": [event({"choices": [7]})],
    "a delta": [event({"choices": [{"delta": 7}]})],
    "deep": [b"data: " + b"[" * 100_000 + b"\n\n"],
    "a tool": [chunk("calling "), chunk(finish="tool_calls")],
    "a filter": [chunk("some "), chunk(finish="content_filter")],
    "an error": [chunk("some "), event({"error": {"message": "out of memory", "code": 400}})],
    "an old error": [event({"object": "error", "message": "no such thing", "code": 40303})],
    "an error that is a text": [event({"error": "no such thing"})],
    "nothing": [],
    "done": [b"data: [DONE]\n\n"],
    "no end": [chunk("some text")],
}


@pytest.mark.parametrize("name", LIES)
def test_answers_that_are_none(picture, name):
    with chatting(lambda _: LIES[name]) as found:
        assert why(found.url, picture, retries=1)


@pytest.mark.parametrize("content", [7, True, {"a": 1}, [1, {"type": "image"}, None]])
def test_content_that_is_no_text_is_none(picture, content):
    with chatting(lambda _: [event({"choices": [{"delta": {"content": content}}]}), *stream("text")]) as found:
        assert read(found.url, picture).text == "text"


SURE = [None, "sure", 7, {"content": 7}, {"content": [7]}, {"content": [{"token": 1}]}, {"content": [{"token": "text", "logprob": "x"}]}]
SURE += [{"content": [{"token": "text", "logprob": value, "top_logprobs": [None, {"token": "next", "logprob": value}, 7]}]} for value in (5.0, -1e308, -9999.0, -(10**400), True, None)]
SURE += [{"content": [{"token": "te", "logprob": -0.1}, {"token": "xx", "logprob": -0.1}]}]


@pytest.mark.parametrize("told", SURE, ids=lambda told: str(told)[:60])
def test_probabilities_that_are_none(picture, told):
    with chatting(lambda _: [chunk("text", logprobs=told), *stream()]) as found:
        leaf = read(found.url, picture)
    assert leaf.text == "text" and (leaf.confidence is None or 0 <= leaf.confidence <= 1)
    json.dumps([word.confidence for block in leaf.blocks for word in block.words], allow_nan=False)


def endless(part: bytes):
    return repeat(part)


FLOODS = {
    "a line": [b"data: " + b"x" * 65536, *[b"x" * 65536] * 10_000],
    "comments": endless(b": " + b"x" * 60_000 + b"\n\n"),
    "an event": endless(b"data: " + b"x" * 60_000 + b"\n"),
    "nothing": endless(chunk("") * 500),
    "thoughts": endless(event({"choices": [{"delta": {"reasoning_content": "hm " * 1000}}]}) * 10),
    "fields": endless(b"id: 1\nretry: 5\n" * 4000),
}


@pytest.mark.parametrize("name", FLOODS)
def test_floods_have_an_end(picture, name):
    with chatting(lambda _: FLOODS[name]) as found:
        with gotocr.load(Server(found.url, retries=0)) as reader, pytest.raises(EngineError, match="no end|more than"):
            reader.read(picture, places=False, max_tokens=500)
        assert found.hung_up.wait(20)


def test_a_flood_of_words_is_cut_at_the_cap(picture):
    with chatting(lambda _: (chunk(f"w{number * number % 99991:x} " * 5000) for number in count())) as found:
        with gotocr.load(found.url) as reader:
            (leaf,) = reader.read(picture, places=False, max_tokens=300).pages
        assert found.hung_up.wait(20)
    assert leaf.truncated and len(leaf.text) < 21_000


def test_errors_may_be_long_too(picture):
    with chatting(lambda _: Said([b"x" * 65536] * 1000, 400, dict(JSON))) as found:
        assert "400" in why(found.url, picture)
        found.says = lambda _: error(400, "word \x1b[31m\n" * 10_000)
        said = why(found.url, picture)
    assert "\x1b" not in said and len(said) < 600


def test_too_large_a_picture_is_made_smaller(picture, tmp_path):
    grain = tmp_path / "grain.png"
    values = np.random.default_rng(1).integers(150, 256, (900, 900, 3), np.uint8)
    values[300:600, 300:600:20] = values[300:600, 301:600:20] = 0  # or it would be no page
    Image.fromarray(values).save(grain)
    for source, is_smaller in ((picture, False), (grain, True)):
        sizes = []

        def says(asked, sizes=sizes):
            sizes.append(len(json.dumps(asked.body)))
            return stream(TEXT) if asked.number == 2 else error(413, "Payload too large")

        with chatting(says) as found:
            leaf = read(found.url, source)
        assert leaf.text == TEXT and (sizes[-1] < sizes[0] / 2) == is_smaller, sizes
        assert any("sent smaller" in line for line in leaf.warnings) == is_smaller, "a small one was sent as it is"
    with chatting(lambda _: error(413, "Payload too large")) as found:
        assert "--max-side" in why(found.url, picture)


def test_a_server_that_hangs_up_on_a_large_picture(picture):
    """It answers before it read all, and closes: its answer counts, not the broken line."""

    def answer(connection):
        connection.sendall(b"HTTP/1.1 413 Too Large\r\nContent-Type: text/plain\r\nContent-Length: 3\r\n\r\nno\n")

    with raw(answer) as url:
        assert "too large" in why(url, picture, model="any")


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_a_redirect_elsewhere_takes_no_key_along(picture, monkeypatch, status):
    monkeypatch.setenv("SOME_KEY", KEY)
    with chatting(lambda _: stream("stolen")) as thief:
        target = thief.url.replace("127.0.0.1", "localhost")
        for url in (thief.url, target):
            moved = Said([], status, {"Location": f"{url}/chat/completions"})
            with chatting(lambda _, moved=moved: moved) as found:
                said = why(found.url, picture, key_env="SOME_KEY", retries=0)
                assert "not followed" in said and KEY not in said
            with chatting(lambda _: stream("x"), lambda _, moved=moved: moved) as found:
                assert "not followed" in why(found.url, picture, key_env="SOME_KEY")
        assert not thief.asked


def test_redirects_within_a_host_are_followed_and_end(picture):
    def says(asked):
        return stream(TEXT) if asked.path.endswith("/there") else Said([], 307, {"Location": "/v1/there"})

    with chatting(says) as found:
        assert read(found.url, picture).text == TEXT and found.posts()[1].body == found.posts()[0].body
        found.says = lambda asked: Said([], 308, {"Location": asked.path + "x"})
        assert "round and round" in why(found.url, picture)
        for nowhere in ("", "http://[::1", "file:///etc/passwd", "//"):
            found.says = lambda _, nowhere=nowhere: Said([], 302, {"Location": nowhere})
            assert why(found.url, picture)


HTML = b"<!DOCTYPE html><html><body>Welcome to nginx!</body></html>"


def test_web_pages_are_no_answers(picture):
    page = Said([HTML], headers={"Content-Type": "text/html"})
    with chatting(lambda _: page) as found:
        assert "web page" in why(found.url, picture)
    with chatting(lambda _: page, lambda _: page) as found:
        assert "web page" in why(found.url, picture)
    with chatting(lambda _: Said([HTML], 404, {"Content-Type": "text/html"})) as found:
        assert "404" in why(found.url, picture) and "/v1" in why(found.url, picture)
    with chatting(lambda _: Said([HTML])) as found:  # which says it were a stream
        assert why(found.url, picture, retries=0)
    with chatting(lambda _: Said([HTML], headers={"Content-Type": "application/json"})) as found:
        assert "no JSON" in why(found.url, picture)


@pytest.mark.parametrize("status", [401, 403])
def test_keys_that_do_not_open(picture, monkeypatch, status):
    monkeypatch.setenv("SOME_KEY", KEY)
    refusal = error(status, f"Incorrect API key provided: {KEY}")
    for lists in (None, lambda _: refusal):
        with chatting(lambda _: refusal, lists) as found:
            said = why(found.url, picture, key_env="SOME_KEY")
            assert "SOME_KEY" in said and KEY not in said and len(found.posts()) <= 1
            assert "--key-env" in why(found.url, picture)


@pytest.mark.parametrize("before", ["x " * 95, " " * 790], ids=["a long message", "one of blanks"])
def test_a_key_that_is_said_back_is_not_shown_in_part(picture, monkeypatch, before):
    monkeypatch.setenv("SOME_KEY", KEY)
    words = f"{before}{KEY} and more"
    answers = (error(400, words), error(500, words), Said([event({"error": {"message": words, "code": 400}})]), error(404, f"model {words}"))
    for answer in answers:
        with chatting(lambda _, answer=answer: answer) as found:
            said = why(found.url, picture, key_env="SOME_KEY", retries=0)
        assert KEY[:9] not in said
    with chatting(lambda _: stream(TEXT), lambda _: models(words, "other")) as found:
        assert KEY[:9] not in why(found.url, picture, key_env="SOME_KEY")


def test_a_server_that_was_given_up_is_asked_again_after_a_rest(picture, monkeypatch):
    """As `gotocr serve` in front of it needs, which outlives its restart."""
    from gotocr.engines import remote_call

    monkeypatch.setattr(remote_call, "REST", 3600.0)
    with chatting(lambda _: error(503, "starting")) as found, gotocr.load(Server(found.url, retries=0), quiet=True) as reader:

        def fails() -> type:
            with pytest.raises(GotocrError) as caught:
                reader.read(picture, places=False)
            return type(caught.value)

        assert [fails() for _ in range(5)] == [EngineError] * 3 + [ServerError] * 2 and len(found.posts()) == 3
        desk = reader.engine.desk
        desk._until = time.monotonic()
        assert [fails() for _ in range(3)] == [EngineError] + [ServerError] * 2 and len(found.posts()) == 4, "one more is enough"
        found.says = lambda _: stream(TEXT)
        desk._until = time.monotonic()
        for _ in range(2):
            (leaf,) = reader.read(picture, places=False).pages
            assert leaf.text == TEXT


def test_a_model_that_is_not_there_lists_those_that_are(picture):
    names = [f"model-{number}" for number in range(50)]
    with chatting(lambda _: error(404, "model not found"), lambda _: models(*names)) as found:
        said = why(found.url, picture, model="other")
    assert "'other'" in said and "model-0, model-1" in said and "30 more" in said


LISTS = [b"[]", b"{}", b"7", b"null", b'{"data": 7}', b'{"data": [7, {"id": 7}, null]}', b"\xff\xfe", b"[" * 100_000, b'{"data": [{"id": "a\\u001b[2Jb"}, {"id": "c"}]}']


@pytest.mark.parametrize("said", LISTS)
def test_lists_of_models_that_are_none(picture, said):
    with chatting(lambda _: stream(TEXT), lambda _: Said([said], headers=dict(JSON))) as found:
        told = why(found.url, picture)
        assert "--model" in told and told.isprintable()
        assert read(found.url, picture, model="any").text == TEXT


def test_what_is_no_http(picture):
    for said in (b"", b"\x16\x03\x01garbage\r\n\r\n", b"HTTP/1.1 abc\r\n\r\n", b"HTTP/1.1 200 OK\r\n" + b"X-Long: " + b"y" * 200_000 + b"\r\n\r\n", b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"):
        with raw(lambda connection, said=said: connection.sendall(said)) as url:
            assert "cannot reach" in why(url, picture, silence=2)


def test_nobody_there_and_no_such_name(picture):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        assert "nobody listens" in why(f"http://127.0.0.1:{free.getsockname()[1]}/v1", picture)
    assert "name is not known" in why("http://no-such-host.invalid/v1", picture)


def test_a_proxy_of_the_environment_is_used(picture, monkeypatch):
    """The scripted server plays the proxy: it sees the whole address, and the key, as proxies of plain http do."""
    with chatting(lambda _: stream(TEXT)) as proxy:
        monkeypatch.setenv("http_proxy", f"http://user:p%40ss@127.0.0.1:{proxy.port}")
        monkeypatch.setenv("no_proxy", "other.example")
        assert read("http://model.example/v1", picture).text == TEXT
        assert proxy.asked[0].path == "http://model.example/v1/models" and proxy.asked[0].headers["host"] == "model.example"
        assert proxy.asked[0].headers["proxy-authorization"] == "Basic dXNlcjpwQHNz"
        before = len(proxy.asked)
        assert read(proxy.url, picture).text == TEXT  # this machine is no affair of a proxy's
        assert proxy.asked[before].path == "/v1/models"
        monkeypatch.setenv("no_proxy", "model.invalid")
        assert "name is not known" in why("http://model.invalid/v1", picture)
    monkeypatch.setenv("http_proxy", "socks5://127.0.0.1:1")
    assert "socks5" in why("http://model2.example/v1", picture)


def certificate(folder):
    """A certificate for localhost that nobody signed, and its key, as files."""
    x509 = pytest.importorskip("cryptography.x509")
    import datetime

    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    now = datetime.datetime.now(datetime.timezone.utc)
    made = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key()).serial_number(1)
    made = made.not_valid_before(now - datetime.timedelta(days=1)).not_valid_after(now + datetime.timedelta(days=1))
    made = made.add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), False)
    made = made.add_extension(x509.BasicConstraints(ca=True, path_length=None), True).sign(key, hashes.SHA256())
    (folder / "cert.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    private = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    (folder / "key.pem").write_bytes(private)
    return folder / "cert.pem", folder / "key.pem"


def test_certificates_are_checked(picture, tmp_path, monkeypatch):
    cert, key = certificate(tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(cert, key)
    with chatting(lambda _: stream(*LETTERS), tls=context) as found:
        url = f"https://localhost:{found.port}/v1"
        assert "not to be trusted" in why(url, picture) and not found.asked
        monkeypatch.setenv("SSL_CERT_FILE", str(cert))
        assert read(url, picture).text == TEXT
        assert "not to be trusted" in why(url.replace("localhost", "127.0.0.1"), picture)  # a certificate for another name
        found.says = lambda _: (chunk(f"w{number} ") if number % 2 else (lambda: time.sleep(0.01)) for number in count())
        with gotocr.load(url) as reader:
            steps = reader.stream(picture, places=False)
            next(steps)
            steps.close()  # under TLS the line is closed at once, too
        assert found.hung_up.wait(10)
    with chatting(lambda _: stream(TEXT)) as found:
        assert "TLS" in why(f"https://localhost:{found.port}/v1", picture)


def test_the_other_headers_of_a_stream_do_not_matter(picture):
    with chatting(lambda _: Said(stream(TEXT), headers={"Content-Type": "Text/Event-Stream ; charset=UTF-8"})) as found:
        assert read(found.url, picture).text == TEXT and isinstance(STREAM, dict)


def test_a_hopeless_server_is_asked_once_for_many_files(tmp_path, strokes, capsys):
    paths = []
    for number in range(5):
        paths.append(str(tmp_path / f"{number}.png"))
        strokes((100 + number, 40)).save(paths[-1])
    with chatting(lambda _: error(401, "no"), lambda _: error(401, "no")) as found:
        assert main(["read", *paths, "--url", found.url]) == ServerError.exit_code
        assert len(found.asked) == 1 and capsys.readouterr().err.count("\n") == 1
