"""Servers in processes of their own that are killed, stopped and started again: no job is lost, no page is read twice."""

from __future__ import annotations

import os
import re
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing, contextmanager
from pathlib import Path
from types import SimpleNamespace

import pytest

pytest.importorskip("fastapi")
pytest.importorskip("uvicorn")

from tests.unit.serve.jobs_server import Client, pages  # noqa: E402

pytestmark = pytest.mark.skipif(os.name == "nt", reason="signals of POSIX")

# A server whose engine writes "page N" for the N-th page it is shown, slowly; what is said of a page is the number of its strokes.
SERVER = """
import sys, time
from pathlib import Path
import gotocr, gotocr.sheets.again as again, gotocr.sheets.line as line
from gotocr.engines import ENGINES
from gotocr.serve.jobs import database
from gotocr.serve.run import serve
from gotocr.serve.settings import Settings
from tests.conftest import Scripted
from tests.unit.serve.jobs_server import Gated

folder, store, pause, text, name = sys.argv[1:]
again.MOST_LINES, line.AHEAD = 0, 4_000_000  # bytes of pages that are opened ahead
database.PATIENCE = 0.2
engine = Scripted([text])
ENGINES._targets["scripted"], ENGINES._loaded["scripted"] = "tests:scripted", engine.open
reader = gotocr.load(folder, engine="scripted", quiet=True)
slow = Gated(reader.engine, pause=float(pause))
serve(reader.sharing(slow), name, Settings(port=0, store=Path(store), jobs=1), lambda address: print(address, flush=True))
print(f"shown {slow.begun} pages", flush=True)
"""


@pytest.fixture
def start(model_folder, tmp_path):
    """Starts servers that share a store, one after another."""

    @contextmanager
    def begin(pause=0.0, text="Hello", name="nano"):
        command = [sys.executable, "-c", SERVER, str(model_folder), str(tmp_path / "jobs.sqlite"), str(pause), text, name]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        try:
            found = re.search(r":(\d+)/v1", process.stdout.readline())
            assert found, process.stderr.read()
            yield SimpleNamespace(process=process, client=Client(int(found[1])))
        finally:
            process.kill()
            process.communicate()

    return begin


def stopped(server, with_signal=signal.SIGTERM):
    """Exit code, and how many pages the engine was shown, after the end of a server that is told to end."""
    server.process.send_signal(with_signal)
    said, _ = server.process.communicate(timeout=60)
    found = re.search(r"shown (\d+) pages", said)
    return server.process.returncode, int(found[1]) if found else None


def kept(tmp_path):
    """Pages of all jobs that are kept, while no server is there."""
    with closing(sqlite3.connect(tmp_path / "jobs.sqlite")) as store:
        return store.execute("SELECT count(*) FROM pages WHERE leaf IS NOT NULL").fetchone()[0]


WARM_UP = 1  # page that a server is shown before all others


def test_a_job_goes_on_after_kill_9(start, tmp_path):
    with start(0.05) as server:
        codes = [server.client.ask(pages(8), "scan.tif").json["id"] for _ in range(2)]
        while server.client.job(codes[0])["pages_done"] < 3:
            time.sleep(0.01)
        server.process.kill()
        server.process.wait(60)
    before = kept(tmp_path)
    assert before >= 3
    with start() as server:
        job, other = (server.client.wait(code) for code in codes)
        assert (job["status"], job["pages_done"], job["pages_total"], job["pages_failed"]) == ("done", 8, 8, 0)
        assert (other["status"], other["pages_done"]) == ("done", 8)
        assert server.client.get(f"/v1/jobs/{codes[0]}/result", to="text").body.count(b"Hello") == 8
        assert [server.client.get(f"/v1/jobs/{codes[0]}/pages/{number}/picture").status for number in range(1, 9)] == [200] * 8
        assert stopped(server) == (0, WARM_UP + 16 - before), "pages that were kept are not read again"


def test_told_to_end_it_puts_jobs_back_and_is_quick(start, tmp_path):
    with start(0.05) as server:
        code = server.client.ask(pages(30)).json["id"]
        events = server.client.events(code)
        for name, _ in events:
            if name == "leaf":
                break
        assert stopped(server)[0] == 0
        assert [name for name, _ in events][-1:] != ["end"]
    before = kept(tmp_path)
    assert before < 30, "it did not wait for the rest, which takes nine seconds on any machine"
    with start() as server:
        job = server.client.wait(code)
        assert (job["status"], job["pages_done"]) == ("done", 30)
        assert stopped(server, signal.SIGINT) == (0, WARM_UP + 30 - before), "the page in work is read once more, no other"


def test_another_model_does_not_go_on_with_half_a_job(start):
    with start(0.05) as server:
        codes = [server.client.ask(pages(30)).json["id"], server.client.ask(pages(1)).json["id"]]
        while server.client.job(codes[0])["pages_done"] < 1:
            time.sleep(0.01)
        stopped(server)
    with start(name="base") as server:
        begun, waiting = (server.client.wait(code) for code in codes)
        assert begun["status"] == "failed" and "'nano'" in begun["error"]["message"] and begun["pages_done"] >= 1
        assert server.client.get(f"/v1/jobs/{codes[0]}/result", to="text").body.startswith(b"Hello")
        assert (waiting["status"], waiting["model"]) == ("done", "base"), "what was not begun is read by who is there"


def test_a_second_server_is_told_to_take_another_store(start, model_folder, tmp_path):
    with start():
        command = [sys.executable, "-c", SERVER, str(model_folder), str(tmp_path / "jobs.sqlite"), "0", "x", "nano"]
        done = subprocess.run(command, capture_output=True, text=True, timeout=120)
        assert done.returncode and "in use by another server" in done.stderr and "--store" in done.stderr
    with start() as server:
        assert server.client.get("/v1/jobs").json["data"] == []


def test_many_pages_do_not_fill_the_memory(start):
    with start() as server:
        status = Path(f"/proc/{server.process.pid}/status")
        if not status.is_file():
            pytest.skip("memory is looked up in /proc")
        peaks = []
        for count in (5, 5, 30):
            code = server.client.ask(pages(count, (700, 900))).json["id"]
            assert server.client.wait(code, seconds=300)["pages_done"] == count
            assert server.client.get(f"/v1/jobs/{code}/result", to="json").status == 200
            peaks.append(int(re.search(r"VmHWM:\s*(\d+) kB", status.read_text())[1]) / 1024)
        assert peaks[2] < peaks[1] + 28, f"25 pages more are 45 MiB: {peaks}"
