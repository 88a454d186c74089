"""A live server under everything at once: all ways of asking, faults of every kind, a restart in the middle. Nothing is lost, nothing is left.

GOTOCR_SOAK says for how many seconds; figures come with `pytest -s`.
"""

from __future__ import annotations

import base64
import gc
import io
import json
import os
import random
import signal
import socket
import tempfile
import threading
import time
from collections import Counter
from contextlib import contextmanager
from http.client import HTTPException
from pathlib import Path
from types import SimpleNamespace

import pytest
from PIL import Image

pytest.importorskip("fastapi")
pytest.importorskip("uvicorn")
pytest.importorskip("python_multipart")

import gotocr
from gotocr import child
from gotocr.errors import EngineError
from gotocr.schema import Piece
from gotocr.serve import settings as setting
from tests.conftest import marked
from tests.unit.pixels.written import forms, long_jpeg
from tests.unit.serve.conftest import data_uri, question
from tests.unit.serve.jobs_server import Client, pages, serving

SECONDS = float(os.environ.get("GOTOCR_SOAK", "16"))
CLIENTS = 8
AFTERWARDS = 180.0  # seconds that jobs which wait when all is over get to be read
GROWTH = 200  # MB of this process, from a quarter of the time on
FAULTS = {"engine_error", "worker_error", "late_error"}  # what may be answered with 5xx
RUNNING = ("queued", "running")

pytestmark = pytest.mark.skipif(not Path("/proc/self/task").is_dir(), reason="looks for children and open files under /proc")


class Wild:
    """An engine that writes words, and now and then raises what it may, raises what it may not, or stalls; `calm` ends that."""

    name = "wild"

    def __init__(self):
        self.calm, self.faults, self._dice = False, Counter(), random.Random(5)

    def run(self, job):
        fault = None if self.calm else self._dice.choices([None, "raises", "breaks", "stalls"], [85, 5, 3, 7])[0]
        at = self._dice.randrange(6)
        for number in range(12):
            if fault and number == at:
                self.faults[fault] += 1
                if fault == "raises":
                    raise EngineError("a row has failed")
                if fault == "breaks":
                    raise RuntimeError("the engine has broken")
                time.sleep(0.4)
            time.sleep(0.001)
            yield Piece(number, f"word{number} ", 0.9)
        yield Piece(0, "", 1.0, finish="stop")

    def close(self):
        pass


def png() -> bytes:
    out = io.BytesIO()
    marked((200, 60)).save(out, "PNG")
    return out.getvalue()


def hostile() -> list[bytes]:
    large = io.BytesIO()
    Image.new("1", (9000, 9000)).save(large, "PNG")
    return [b"", b"%PDF-1.7 nothing", png()[:60], random.Random(4).randbytes(2000), b"PK\x03\x04" + bytes(99), forms(10, 9), long_jpeg(6000, 3000), large.getvalue()]


class Crowd:
    """Threads that ask a server whatever comes to their minds. What was promised to them is in `promised`, what they took away in `gone`."""

    def __init__(self):
        self.port, self.on, self.hot = 0, True, True
        self.lock = threading.Lock()
        self.promised: set[str] = set()
        self.gone: set[str] = set()  # asked to be deleted, whether or not that was answered
        self.uncertain = 0  # jobs that were asked for and not answered
        self.seen: Counter[tuple[str, int]] = Counter()
        self.wrong: list[str] = []
        self.cut = 0
        self.good, self.bad = [png(), pages(1), pages(3)], hostile()
        self.ways = [self.chat, self.stream, self.vanish, self.ocr, self.convert, self.job, self.job, self.job, self.listen, self.cancel, self.delete, self.result, self.look, self.half]

    def live(self, number: int) -> None:
        dice = random.Random(number)
        while self.on:
            if not self.hot:
                time.sleep(0.05)
                continue
            way = dice.choice(self.ways)
            try:
                way(dice, Client(self.port))
            except (OSError, HTTPException):  # it is down, or ended in the middle
                self.cut += 1
                time.sleep(0.02)
            except Exception as error:
                self.wrong.append(f"{way.__name__}: {type(error).__name__} {error}")

    def all_was_seen(self, killed) -> bool:
        """Whether every way of reading went well at least once, and something went wrong."""
        return all(self.seen[way, 200] for way in ("chat", "ocr", "convert", "result")) and self.seen["job", 202] > 5 and bool(killed)

    def go_on_until_all_was_seen(self, killed) -> None:
        """On a busy machine less is done in the time there is."""
        until = time.monotonic() + 120
        while not self.all_was_seen(killed) and time.monotonic() < until:
            time.sleep(0.1)

    def note(self, what, answer):
        with self.lock:
            self.seen[what, answer.status] += 1
        if answer.status >= 500 and answer.json["error"]["code"] not in FAULTS:
            self.wrong.append(f"{what}: {answer.status} {answer.body[:300]}")
        return answer

    def file(self, dice):
        return dice.choice(self.good) if dice.random() < 0.85 else dice.choice(self.bad)

    def any_job(self, dice):
        with self.lock:
            left = sorted(self.promised - self.gone)
        return dice.choice(left[-20:]) if left else "job_" + "0" * 32

    def chat(self, dice, client, stream=False):
        body = {**question(data_uri(self.file(dice))), "model": "wild", "stream": stream}
        self.note("chat", client.send("POST", "/v1/chat/completions", body))

    def stream(self, dice, client):
        self.chat(dice, client, True)

    def vanish(self, dice, client):
        """Goes as soon as the first words come, or before."""
        body = json.dumps({**question(data_uri(pages(3))), "model": "wild", "stream": True}).encode()
        with socket.create_connection(("127.0.0.1", self.port), timeout=60) as wire:
            head = b"POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"
            wire.sendall(head % len(body) + body)
            if dice.random() < 0.7:
                wire.recv(50)
        self.seen["vanish", 0] += 1

    def half(self, dice, client):
        """Goes in the middle of an upload."""
        path = dice.choice([b"/v1/jobs", b"/v1/convert", b"/v1/ocr", b"/v1/chat/completions"])
        with socket.create_connection(("127.0.0.1", self.port), timeout=60) as wire:
            head = b"POST %s HTTP/1.1\r\nHost: localhost\r\nContent-Type: multipart/form-data; boundary=x\r\nContent-Length: 100000\r\n\r\n--x\r\n"
            wire.sendall(head % path + b'Content-Disposition: form-data; name="file"; filename="a.png"\r\n\r\n' + bytes(dice.randrange(50_000)))
        self.seen["half", 0] += 1

    def ocr(self, dice, client):
        uri = f"data:image/png;base64,{base64.b64encode(self.file(dice)).decode()}"
        self.note("ocr", client.send("POST", "/v1/ocr", {"model": "wild", "document": {"type": "image_url", "image_url": uri}}))

    def convert(self, dice, client):
        to = dice.choice(["markdown", "docx", "html", "pdf", "json"])
        self.note("convert", client.ask(self.file(dice), path="/v1/convert", to=to))

    def job(self, dice, client):
        with self.lock:
            self.uncertain += 1
        answer = self.note("job", client.ask(self.file(dice)))
        with self.lock:
            self.uncertain -= 1
            if answer.status == 202:
                assert answer.json["id"] not in self.promised
                self.promised.add(answer.json["id"])

    def listen(self, dice, client):
        code = self.any_job(dice)
        try:
            for count, (name, data) in enumerate(client.events(code)):
                if count > dice.randrange(40):
                    break
        except AssertionError:  # no events
            assert client.get(f"/v1/jobs/{code}").status == 404, "only of a job that is gone"
        self.seen["listen", 200] += 1

    def cancel(self, dice, client):
        self.note("cancel", client.send("POST", f"/v1/jobs/{self.any_job(dice)}/cancel"))

    def delete(self, dice, client):
        if dice.random() < 0.5:
            code = self.any_job(dice)
            with self.lock:
                self.gone.add(code)
            self.note("delete", client.send("DELETE", f"/v1/jobs/{code}"))

    def result(self, dice, client):
        self.note("result", client.get(f"/v1/jobs/{self.any_job(dice)}/result", to=dice.choice(["markdown", "html", "xlsx"])))
        self.note("page", client.get(f"/v1/jobs/{self.any_job(dice)}/pages/1"))

    def look(self, dice, client):
        for path in ("/health", "/metrics", "/v1/jobs"):
            assert client.get(path).status == 200, path


def children(others=()) -> list[int]:
    """The children in which files are decoded, drawn and written, but for those of other tests of this process."""
    found = []
    for task in Path("/proc/self/task").iterdir():
        try:
            pids = (task / "children").read_text().split()
            found += [int(pid) for pid in pids if int(pid) not in others and b"gotocr.child" in Path(f"/proc/{pid}/cmdline").read_bytes()]
        except OSError:
            pass
    return found


def state() -> SimpleNamespace:
    """What this process holds."""
    gc.collect()
    memory = int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") >> 20
    return SimpleNamespace(threads=threading.active_count(), files=len(os.listdir("/proc/self/fd")), memory=memory)


def killing(crowd, killed, others):
    dice = random.Random(99)
    while crowd.on:
        time.sleep(dice.uniform(0.5, 2.0))
        found = children(others)
        if found and crowd.hot:
            try:
                os.kill(dice.choice(found), signal.SIGKILL)
                killed.append(1)
            except ProcessLookupError:
                pass


@contextmanager
def living(crowd, killed, others):
    threads = [threading.Thread(target=crowd.live, args=(number,)) for number in range(CLIENTS)]
    threads.append(threading.Thread(target=killing, args=(crowd, killed, others)))
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        crowd.on = False
        for thread in threads:
            thread.join(180)
            assert not thread.is_alive(), "a client waits for an answer that does not come"


def end_pools():
    """As a minute without work does."""
    for made in [found for found in gc.get_objects() if isinstance(found, child.Pool)]:
        made.close()


def listed(client) -> dict[str, dict]:
    found, after = {}, {}
    while True:
        part = client.get("/v1/jobs", limit=100, **after).json
        found |= {job["id"]: job for job in part["data"]}
        if not part.get("has_more"):
            return found
        after = {"after": part["data"][-1]["id"]}


def test_soak(model_folder, scripted, tmp_path, monkeypatch):
    (tmp_path / "temporary").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temporary"))
    monkeypatch.setattr(setting, "DRAWING", 1.0)
    crowd, engine, killed = Crowd(), Wild(), []
    reader = gotocr.load(model_folder, engine="scripted", quiet=True)
    reader.name = "wild"
    store = {"store": tmp_path / "store" / "jobs.sqlite", "queue": 4, "deadline": 15.0}
    before, others, began = state(), set(children()), time.monotonic()

    with living(crowd, killed, others):
        crowd.hot = False
        with serving(reader.sharing(engine), **store) as server:
            crowd.port, crowd.hot = server.port, True
            time.sleep(SECONDS / 4)
            early = state()
            time.sleep(SECONDS / 4)
        with serving(reader.sharing(engine), **store) as server:
            crowd.port = server.port
            time.sleep(SECONDS / 2)
            crowd.go_on_until_all_was_seen(killed)
            crowd.on = False
            engine.calm = True
            assert_all_is_accounted_for(crowd, server)
            served = server.client.get("/metrics").body
    end_pools()
    until = time.monotonic() + 60
    while (after := state()).threads > before.threads or children(others):
        assert time.monotonic() < until, ([thread.name for thread in threading.enumerate()], children(others))
        time.sleep(0.1)
    assert after.files <= before.files + 2, (before, after)
    assert after.memory - early.memory < GROWTH, (before, early, after)
    assert list((tmp_path / "temporary").iterdir()) == []
    assert not crowd.wrong, crowd.wrong[:5]
    assert crowd.all_was_seen(killed), (crowd.seen, len(killed))
    assert b"gotocr_steps_total" in served
    print(f"\n{time.monotonic() - began:.0f} s, {sum(crowd.seen.values())} answers, {crowd.cut} cut off, {len(killed)} children killed")
    print(f"jobs: {len(crowd.promised)} promised, {len(crowd.gone)} deleted; faults of the engine: {dict(engine.faults)}")
    print(f"before {before}\nearly  {early}\nafter  {after}")
    print(*(f"{what} {status}: {count}" for (what, status), count in sorted(crowd.seen.items())), sep="\n")


def assert_all_is_accounted_for(crowd, server):
    """Every job that was promised and not deleted is over, with all its pages; nobody is inside."""
    until = time.monotonic() + AFTERWARDS
    while True:
        jobs = listed(server.client)
        quiet = server.desk.inside == 0 and server.desk.shared.in_use == 0 and server.desk.shared.waiting == 0
        if quiet and not any(job["status"] in RUNNING for job in jobs.values()):
            break
        assert time.monotonic() < until, (Counter(job["status"] for job in jobs.values()), server.desk.inside, server.desk.shared.in_use)
        time.sleep(0.1)
    assert crowd.promised - crowd.gone <= set(jobs), "jobs were lost"
    assert len(set(jobs) - crowd.promised) <= crowd.uncertain, "jobs that nobody asked for"
    for job in jobs.values():
        assert job["status"] in ("done", "failed", "cancelled"), job
        assert (job["error"] is not None) == (job["status"] == "failed"), job
        if job["status"] == "done":
            assert job["pages_done"] == job["pages_total"] and job["pages_failed"] <= job["pages_done"], job
    print(f"\njobs at the end: {dict(Counter(job['status'] for job in jobs.values()))}")
