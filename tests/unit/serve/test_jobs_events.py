"""What listeners to jobs are told: early and late ones, many, slow ones, and the end of the server."""

from __future__ import annotations

import asyncio
import json
import random
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

pytest.importorskip("fastapi")
pytest.importorskip("uvicorn")

from gotocr.serve.jobs import stream  # noqa: E402
from gotocr.serve.jobs.events import BEAT, MOST_HELD, Hub, Listener, event  # noqa: E402
from tests.unit.serve.jobs_server import Client, maker, pages  # noqa: E402

LONG = " ".join("".join(random.Random(number).choices("abcdefghijklmnopqrst", k=6)) for number in range(200))  # no circle


@pytest.fixture
def make(scripted, model_folder, tmp_path):
    scripted.texts = ["# Hello\n\nwide world", "Second *page*"]
    return maker(model_folder, tmp_path)


def written(events):
    """Text by page, as a listener puts it together."""
    texts = {}
    for name, data in events:
        if name == "page":
            texts[data["index"]] = ""
        elif name == "text":
            texts[data["index"]] += data["text"]
    return texts


def test_everything_is_told_from_the_beginning(make, kit):
    gate = threading.Semaphore(0)
    with make(gate=gate) as server, ThreadPoolExecutor(1) as pool:
        code = server.client.ask(pages(2)).json["id"]
        heard = pool.submit(lambda: list(server.client.events(code)))
        kit.wait_for(lambda: server.jobs.hub.listened_to)
        gate.release(9)
        events = heard.result(60)
        names = [name for name, _ in events]
        assert names[0] == "job" and names[-1] == "end" and names.count("page") == 2 and names.count("leaf") == 2 and "text" in names
        assert written(events) == {0: "# Hello\n\nwide world", 1: "Second *page*"}
        last = events[-1][1]
        assert last == server.client.job(code) and last["status"] == "done"
        order = [(name, data["index"]) for name, data in events if name in ("page", "leaf")]
        assert [one for one in order if one[1] == 0] == [("page", 0), ("leaf", 0)] and order[-1] == ("leaf", 1)
        sizes = [(data["width"], data["height"]) for name, data in events if name == "page"]
        leaves = [data for name, data in events if name == "leaf"]
        assert sizes == [(200, 40)] * 2 and leaves[0]["error"] is None and leaves[0]["blocks"] == 2 and 0 < leaves[0]["confidence"] <= 1
        totals = [data["pages_total"] for name, data in events if name == "job" and data["status"] == "running"]
        assert totals[-1] == 2


def test_late_ones_are_told_how_it_is(make, kit, scripted):
    scripted.texts = ["Hello", LONG, "last"]
    step = threading.Semaphore(6)
    with make(step=step) as server, ThreadPoolExecutor(4) as pool:
        client = server.client
        code = client.ask(pages(3)).json["id"]
        while client.job(code)["pages_done"] < 1:
            pass
        hub, number = server.jobs.hub, server.jobs.store.find(code).number
        kit.wait_for(lambda: step.release(9) or (number in hub._writing and hub._writing[number].texts))
        listening = [pool.submit(lambda: list(client.events(code))) for _ in range(4)]
        kit.wait_for(lambda: len(hub._listeners.get(number, ())) == 4)
        step.release(9999)
        for heard in listening:
            events = heard.result(60)
            names = [name for name, _ in events]
            assert names[:4] == ["job", "leaf", "page", "text"] and names[-1] == "end"
            assert [data["index"] for name, data in events if name == "leaf"] == [0, 1, 2]
            assert written(events) == dict(zip((1, 2), scripted.texts[1:])), "the text so far, and the rest"
        kit.wait_for(lambda: not hub._listeners)
        after = [name for name, _ in client.events(code)]
        assert after == ["job", "leaf", "leaf", "leaf", "end"], "of what is over, the state and the end"


def test_places_in_the_queue_are_told(make, kit):
    gate = threading.Semaphore(0)
    with make(gate=gate, jobs=1) as server, ThreadPoolExecutor(1) as pool:
        codes = [server.client.ask(pages(1)).json["id"] for _ in range(3)]
        heard = pool.submit(lambda: list(server.client.events(codes[2])))
        kit.wait_for(lambda: server.jobs.hub.listened_to)
        gate.release(9)
        places = [data["queue_position"] for name, data in heard.result(60) if name == "job" and data["status"] == "queued"]
        assert places == [2, 1]


def test_cancelled_and_deleted_ones_end(make, kit):
    gate = threading.Semaphore(0)
    with make(gate=gate) as server, ThreadPoolExecutor(2) as pool:
        client = server.client
        codes = [client.ask(pages(2)).json["id"] for _ in range(2)]
        listening = [pool.submit(lambda code=code: list(client.events(code))) for code in codes]
        kit.wait_for(lambda: len(server.jobs.hub.listened_to) == 2 and server.jobs.runner.running == 2)
        client.send("POST", f"/v1/jobs/{codes[0]}/cancel")
        client.send("DELETE", f"/v1/jobs/{codes[1]}")
        gate.release(9)
        for heard in listening:
            name, data = heard.result(60)[-1]
            assert name == "end" and data["status"] == "cancelled"


def test_an_edit_is_told(make, kit):
    gate = threading.Semaphore(1)
    with make(gate=gate) as server, ThreadPoolExecutor(1) as pool:
        client = server.client
        code = client.ask(pages(2)).json["id"]
        while client.job(code)["pages_done"] < 1:
            pass
        heard = pool.submit(lambda: list(client.events(code)))
        kit.wait_for(lambda: server.jobs.hub.listened_to)
        assert client.send("PUT", f"/v1/jobs/{code}/pages/1/blocks/1", {"text": ""}).status == 200
        gate.release(9)
        leaves = [(data["index"], data["blocks"]) for name, data in heard.result(60) if name == "leaf"]
        assert leaves == [(0, 2), (0, 1), (1, 1)]


def test_the_server_ends_though_somebody_listens(make, kit):
    with ThreadPoolExecutor(1) as pool:
        with make(pause=0.05) as server:
            code = server.client.ask(pages(9)).json["id"]
            heard = pool.submit(lambda: list(server.client.events(code)))
            kit.wait_for(lambda: server.jobs.hub.listened_to and server.client.job(code)["pages_done"] > 1)
        events = heard.result(60)
        assert "end" not in [name for name, _ in events], "the job goes on with the next server"
    gate = threading.Semaphore(0)
    with make(gate=gate) as server:
        waits = server.jobs.store.find(code)
        gate.release(99)
        assert waits.status in ("queued", "running") and waits.tries <= 1 and waits.done >= 2
        assert server.client.wait(code)["pages_done"] == 9 and server.engine.begun == 9 - waits.done


def test_a_listener_that_goes_away_is_forgotten(make, kit):
    gate = threading.Semaphore(0)
    with make(gate=gate) as server:
        code = server.client.ask(pages(1)).json["id"]
        events = server.client.events(code)
        assert next(events)[0] == "job"
        kit.wait_for(lambda: server.jobs.hub.listened_to)
        events.close()
        kit.wait_for(lambda: not server.jobs.hub.listened_to)
        gate.release(9)
        assert server.client.wait(code)["status"] == "done"


def test_a_slow_one_is_dropped_and_the_others_are_told():
    async def scene():
        hub, loop = Hub(), asyncio.get_running_loop()
        slow, fast = Listener(loop), Listener(loop)
        hub.listen(1, slow), hub.listen(1, fast)
        hub.page(1, 0, (10, 10))
        heard = 0
        for _ in range(40):
            hub.text(1, "x" * (MOST_HELD // 20))
            heard += (await fast.next(5)).count(b"event: text")
        assert slow.dropped and not fast.dropped and heard == 40
        assert slow._held <= 2 * MOST_HELD and not slow._events, "nothing is kept for it"
        assert await slow.next(5) is None
        assert hub._listeners == {1: {fast}}
        late = Listener(loop)
        said = hub.listen(1, late)
        assert [one.partition(b"\n")[0] for one in said] == [b"event: page", b"event: text"] and len(said[1]) > 2 * MOST_HELD
        hub.close()
        assert await late.next(5) is None

    asyncio.run(scene())


def test_silence_is_broken_and_threads_may_tell():
    async def scene():
        hub, loop = Hub(), asyncio.get_running_loop()
        listener = Listener(loop)
        hub.listen(7, listener)
        assert await listener.next(0.02) == BEAT and BEAT.startswith(b":")
        threads = [threading.Thread(target=lambda: [listener.tell(event("text", {"text": "a\nb\u2028c"})) for _ in range(100)]) for _ in range(4)]
        for thread in threads:
            thread.start()
        heard = b""
        while heard.count(b"\n\n") < 400:
            heard += await listener.next(5)
        one = heard.split(b"\n\n")[0].split(b"\n")
        assert one[0] == b"event: text" and len(one) == 2 and json.loads(one[1][6:]) == {"text": "a\nb\u2028c"}

    asyncio.run(scene())


def test_who_does_not_take_what_is_sent_is_let_go(monkeypatch):
    monkeypatch.setattr(stream, "SLOW", 0.05)

    async def scene():
        hub = Hub()
        listener = Listener(asyncio.get_running_loop())
        hub.listen(1, listener)
        sent = []

        async def send(message):
            sent.append(message["type"])
            if len(sent) > 1:
                await asyncio.Event().wait()

        async def receive():
            await asyncio.Event().wait()

        await asyncio.wait_for(stream.Stream(hub, 1, listener, [b"first"])({}, receive, send), 60)
        assert sent == ["http.response.start", "http.response.body"] and not hub.listened_to

    asyncio.run(scene())


def test_connections_that_read_nothing_cost_little(make, scripted, kit):
    scripted.texts = [LONG]
    with make() as server:
        code = server.client.ask(pages(2)).json["id"]
        silent = [Client(server.port).events(code) for _ in range(20)]
        for events in silent:
            next(events)
        assert server.client.wait(code)["pages_done"] == 2
        for events in silent:
            events.close()
        kit.wait_for(lambda: not server.jobs.hub.listened_to)
