"""The store of jobs: one server alone, one user alone; limits, expiry, damage, and what is left after kill -9."""

from __future__ import annotations

import os
import signal
import sqlite3
import stat
import subprocess
import sys
import threading
import time
import tracemalloc
from types import SimpleNamespace

import pytest

from gotocr.errors import OutputError
from gotocr.schema import Block, Leaf, Word
from gotocr.serve.jobs import database
from gotocr.serve.jobs.database import StoreError, StoreFullError
from gotocr.serve.jobs.line import in_line
from gotocr.serve.jobs.place import place
from gotocr.serve.jobs.store import Store
from gotocr.serve.settings import Settings

MOST, KEEP = 8 << 20, 3600.0
posix = pytest.mark.skipif(os.name == "nt", reason="modes and signals of POSIX")


@pytest.fixture
def path(tmp_path):
    return tmp_path / "state" / "jobs.sqlite"


@pytest.fixture
def file(tmp_path):
    made = tmp_path / "upload"
    made.write_bytes(b"the source of a job" * 1000)
    return made


def opened(path, most=MOST, keep=KEEP):
    return Store(path, most, keep)


def leaf(index, text="some text", error=None, words=1):
    box = (1.0, 2.0, 3.0, 4.0)
    return Leaf(index, 200, 40, text, (Block("text", text, box, 0.9, (Word(text, box, 0.9),) * words),), confidence=0.9, error=error)


def begun(store, file, pages=(), client="me"):
    """A job that is being read, with some pages."""
    entry = store.begin(store.add(client, "nano", file, "scan.pdf", [("to", "text")]).number)
    for index in pages:
        assert store.pages.begin(entry.number, index, b"a picture") and store.pages.keep(entry.number, leaf(index))
    return entry


@posix
def test_it_is_for_its_owner_alone(path, file):
    old = os.umask(0)
    try:
        store = opened(path)
        begun(store, file, [0])
        modes = {found.name: stat.S_IMODE(found.stat().st_mode) for found in (path.parent, *path.parent.rglob("*"))}
        store.close()
    finally:
        os.umask(old)
    folders = {"state", "jobs.sqlite.files"}
    assert folders < set(modes) and len(modes) >= 5
    assert all(mode == (0o700 if name in folders else 0o600) for name, mode in modes.items()), modes


def test_two_servers_never_share_one(path, monkeypatch):
    store = opened(path)
    monkeypatch.setattr(database, "PATIENCE", 0.1)
    begin = f"from pathlib import Path; from gotocr.serve.jobs import database; from gotocr.serve.jobs.store import Store; database.PATIENCE = 0.1; Store(Path({str(path)!r}), {MOST}, {KEEP})"
    with pytest.raises(StoreError, match="in use by another server.*--store"):
        opened(path)
    other = subprocess.run([sys.executable, "-c", begin], capture_output=True, text=True, timeout=120)
    assert other.returncode and "in use by another server" in other.stderr
    store.close()
    opened(path).close()


def test_what_is_kept_comes_back(path, file):
    store = opened(path)
    entry = begun(store, file, [0, 2])
    store.pages.keep(entry.number, leaf(1, "half", error="too much"))
    assert store.end(entry.number, "done").total == 3
    store.close()
    store = opened(path)
    found = store.find(entry.id, "me")
    assert (found.status, found.done, found.failed, found.fields) == ("done", 3, 1, (("to", "text"),))
    assert [one for one, _ in store.pages.leaves(found.number)] == [leaf(0), leaf(1, "half", error="too much"), leaf(2)]
    assert [page.error for page in store.pages.outlines(found.number)] == [None, "too much", None]
    assert store.sources.path(found.source).read_bytes() == file.read_bytes()
    assert store.find(entry.id, "you") is None and store.find("job_x", "me") is None
    store.close()


def test_a_page_is_counted_once(path, file):
    store = opened(path)
    entry = begun(store, file)
    for failed in ("no", None, "again", None):
        store.pages.keep(entry.number, leaf(0, error=failed))
        found = store.find(entry.id)
        assert (found.done, found.failed) == (1, int(failed is not None))
    store.close()


def test_what_is_over_takes_no_more_pages(path, file):
    store = opened(path)
    entry = begun(store, file, [0])
    assert store.cancel(entry.number).status == "cancelled" and store.cancel(entry.number) is None
    assert not store.pages.keep(entry.number, leaf(1)) and not store.pages.begin(entry.number, 1, b"")
    assert store.begin(entry.number) is None and store.end(entry.number, "done") is None
    store.put_back(entry.number)
    assert store.find(entry.id).status == "cancelled" and store.find(entry.id).done == 1
    store.close()


def test_deleted_is_gone_from_every_file(path, file):
    secret = b"0123456789abcdef" * 64
    file.write_bytes(secret)
    store = opened(path)
    entry = begun(store, file)
    for index in range(200):
        store.pages.begin(entry.number, index, secret)
        store.pages.keep(entry.number, leaf(index))
    source = store.sources.path(entry.source)
    inside = os.open(source, os.O_RDONLY)  # somebody who reads it still
    store.forget(entry.number)
    assert store.find(entry.id) is None and not source.exists()
    assert os.read(inside, 1 << 20) == bytes(len(secret)), "it was overwritten"
    os.close(inside)
    assert os.path.getsize(f"{path}-wal") == 0
    size = path.stat().st_size
    store.close()
    assert size < 200_000, "the disk got its room back"
    assert all(secret[:64] not in found.read_bytes() for found in path.parent.rglob("*") if found.is_file())


def test_results_expire(path, file, monkeypatch):
    now = time.time()
    monkeypatch.setattr("gotocr.serve.jobs.store.time", SimpleNamespace(time=lambda: now))
    store = opened(path, keep=300.0)
    entry, other = begun(store, file, [0]), begun(store, file)
    store.end(entry.number, "done")
    assert store.find(entry.id) and not store.expire()
    now += 299
    assert store.find(entry.id) and not store.expire()
    now += 2
    assert store.find(entry.id) is None and [one.id for one in store.list("me", 9)] == [other.id], "hidden before it is deleted"
    assert store.expire() == [entry.number] and not store.sources.path(entry.source).exists()
    assert store.find(other.id), "what is not over does not expire"
    store.close()


def test_it_does_not_grow_beyond_its_limit(path, file):
    store = opened(path, most=600_000)
    entry = begun(store, file)
    with pytest.raises(StoreFullError) as caught:
        for index in range(1000):
            store.pages.begin(entry.number, index, os.urandom(10_000))
            store.pages.keep(entry.number, leaf(index))
    assert caught.value.http_status == 507 and "--store-bytes" in str(caught.value)
    assert store.used() < 620_000 and index > 10
    file.write_bytes(bytes(100_000))
    with pytest.raises(StoreFullError):
        store.add("me", "nano", file, "scan.pdf", [])
    assert store.end(entry.number, "failed", ("full", "full")).status == "failed", "it can still be said"
    store.forget(entry.number)
    begun(store, file, range(10))
    store.close()


def test_what_a_dead_server_left_goes_on(path, file):
    store = opened(path)
    entry = begun(store, file, [0, 1])
    store.pages.begin(entry.number, 2, b"half")
    store.close()  # without having put it back: as after a crash
    (path.parent / "jobs.sqlite.files" / "orphan").write_bytes(b"x")
    store = opened(path)
    found = store.find(entry.id)
    assert (found.status, found.tries, found.done) == ("queued", 1, 2) and store.pages.picture(entry.number, 2) is None
    assert [one.name for one in (path.parent / "jobs.sqlite.files").iterdir()] == [entry.source]
    store.begin(entry.number)
    store.put_back(entry.number)
    assert store.find(entry.id).tries == 1, "an end in order is not the job's fault"
    store.close()


@posix
@pytest.mark.parametrize("pages", [(), (0, 1)])
def test_a_job_that_brings_down_three_servers_is_not_tried_again(path, file, pages):
    store = opened(path)
    innocent, entry = begun(store, file), begun(store, file, pages)
    for number in (innocent.number, entry.number):
        store.put_back(number)
    store.close()
    begin = f"""
import os, signal, sys
from pathlib import Path
from gotocr.schema import Leaf
from gotocr.serve.jobs.store import Store
store = Store(Path({str(path)!r}), {MOST}, {KEEP})
assert store.begin({entry.number}) is not None and (beside := store.begin({innocent.number})) is not None
store.pages.keep({innocent.number}, Leaf(beside.done, 1, 1, "text"))
os.kill(os.getpid(), signal.SIGKILL)
"""
    for _ in range(3):
        done = subprocess.run([sys.executable, "-c", begin], capture_output=True, text=True, timeout=120)
        assert done.returncode == -signal.SIGKILL, done.stderr
    store = opened(path)
    found = store.find(entry.id)
    assert (found.status, found.code) == ("failed", "server_stopped") and "3 times" in found.message and found.expires
    beside = store.find(innocent.id)
    assert (beside.status, beside.done) == ("queued", 3), "who gets on was only beside it"
    store.close()


@posix
def test_nothing_is_half_written_when_it_is_killed(path, file):
    write = f"""
import itertools
from pathlib import Path
from gotocr.schema import Leaf
from gotocr.serve.jobs.store import Store
store = Store(Path({str(path)!r}), {64 << 20}, {KEEP})
entry = store.begin(store.add("me", "nano", Path({str(file)!r}), "scan.pdf", []).number)
for index in itertools.count():
    store.pages.begin(entry.number, index, bytes(3000))
    store.pages.keep(entry.number, Leaf(index, 1, 1, "text " * 100))
    print(index, flush=True)
"""
    process = subprocess.Popen([sys.executable, "-c", write], stdout=subprocess.PIPE, text=True)
    for line in process.stdout:
        if int(line) == 40:
            process.kill()
            break
    told = [int(line) for line in process.stdout]
    process.wait(60)
    store = opened(path, most=64 << 20)
    entry = store.find(store.list("me", 1)[0].id)
    indices = [page.index for page in store.pages.outlines(entry.number)]
    assert indices == list(range(entry.done)) and entry.done > max([40, *told]), "all that was said to be kept is"
    assert all(found.text == "text " * 100 for found, _ in store.pages.leaves(entry.number))
    store.close()


def test_damage_is_said(path, file):
    store = opened(path)
    entry = begun(store, file, range(50))
    store.close()
    whole = path.read_bytes()
    path.write_bytes(whole[:100] + b"\xff" * 3000 + whole[3100:])
    with pytest.raises(StoreError, match="damaged.*move it away"):
        opened(path)
    path.write_bytes(b"this is no database at all, it is a letter " * 100)
    with pytest.raises(StoreError, match="damaged"):
        opened(path)
    path.write_bytes(whole)
    store = opened(path)
    assert store.find(entry.id).done == 50
    store._data._connection.execute("UPDATE pages SET leaf = x'00' WHERE place = 3")
    with pytest.raises(StoreError, match="damaged"):
        store.pages.leaf(entry.number, 3)
    store.close()
    with pytest.raises(StoreError, match="closed"):
        store.find(entry.id)


def test_damage_is_found_after_a_crash(path, file):
    store = opened(path)
    begun(store, file, range(80))
    store._data.tidy()
    store._data._connection.close()  # not by `close`: nobody said that it ended in order
    whole = bytearray(path.read_bytes())
    for at in range(8192, len(whole), 4096):
        whole[at : at + 64] = b"\xee" * 64
    path.write_bytes(whole)
    with pytest.raises(StoreError, match="damaged"):
        opened(path)


def test_what_breaks_while_it_runs_is_said_to_the_log_alone(path, file, monkeypatch, caplog):
    store = opened(path)
    begun(store, file)
    store._data._connection.execute("DROP TABLE pages")
    with pytest.raises(StoreError) as caught:
        store.pages.outlines(1)
    assert str(path.parent) not in str(caught.value) and str(path) in caplog.text
    monkeypatch.setattr("os.link", lambda *_: (_ for _ in ()).throw(OSError(28, "No space left on device", str(path))))
    monkeypatch.setattr("shutil.copyfileobj", lambda *_: (_ for _ in ()).throw(OSError(28, "No space left on device", str(path))))
    with pytest.raises(StoreFullError):
        store.add("me", "nano", file, "scan.pdf", [])
    monkeypatch.setattr("shutil.copyfileobj", lambda *_: (_ for _ in ()).throw(OSError(5, "I/O error", str(path))))
    with pytest.raises(StoreError, match="the server's log says why") as caught:
        store.add("me", "nano", file, "scan.pdf", [])
    assert str(path.parent) not in str(caught.value)
    store.close()


def test_a_file_of_others_is_left_alone(path, tmp_path):
    path.parent.mkdir()
    foreign = sqlite3.connect(path)
    foreign.execute("CREATE TABLE letters (text TEXT)")
    foreign.commit()
    foreign.close()
    with pytest.raises(StoreError, match="of another program"):
        opened(path)
    path.unlink()
    store = opened(path)
    store._data._connection.execute("PRAGMA user_version = 2")
    store.close()
    with pytest.raises(StoreError, match="by a later gotocr"):
        opened(path)
    with pytest.raises(StoreError, match="is no file"):
        opened(tmp_path)
    (tmp_path / "file").write_text("x")
    with pytest.raises(OutputError, match="--store"):
        opened(tmp_path / "file" / "jobs.sqlite")


def test_many_threads_at_once(path, file):
    store = opened(path, most=64 << 20)
    jobs = [begun(store, file, client=f"client {number}") for number in range(6)]

    def write(entry):
        for index in range(30):
            store.pages.begin(entry.number, index, b"picture")
            store.pages.keep(entry.number, leaf(index))
            store.list(entry.client, 5)

    threads = [threading.Thread(target=write, args=(entry,)) for entry in jobs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert [store.find(entry.id).done for entry in jobs] == [30] * 6
    store.close()


def test_many_pages_take_no_memory(path, file):
    store = opened(path, most=512 << 20)
    entry = begun(store, file)
    picture, page = os.urandom(20_000), leaf(0, words=300)
    peaks = []
    tracemalloc.start()
    try:
        for count in (20, 160):
            tracemalloc.reset_peak()
            for index in range(count):
                store.pages.begin(entry.number, index, picture)
                store.pages.keep(entry.number, Leaf(**{**vars(page), "index": index}))
            assert sum(1 for _ in store.pages.leaves(entry.number)) == count
            peaks.append(tracemalloc.get_traced_memory()[1])
    finally:
        tracemalloc.stop()
    assert peaks[1] < 1.2 * peaks[0] + 200_000, peaks
    store.forget(entry.number)
    store.close()


def test_who_is_next():
    waiting = [(1, "a"), (2, "a"), (3, "a"), (4, "b"), (5, "c"), (6, "c")]
    assert in_line(waiting, {}, {}) == [1, 4, 5, 2, 6, 3]
    assert in_line(waiting, {"a": 2, "b": 1}, {}) == [5, 4, 6, 1, 2, 3]
    assert in_line(waiting, {}, {"a": 3, "b": 1, "c": 2}) == [4, 5, 1, 6, 2, 3]
    assert in_line([], {"a": 1}, {}) == []


@posix
def test_where_it_lies(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    with place(Settings(port=8123)) as found:
        assert found == tmp_path / "state" / "gotocr" / "serve-8123.sqlite" and stat.S_IMODE(found.parent.stat().st_mode) == 0o700
    with place(Settings(port=8123, store=tmp_path / "mine.sqlite")) as found:
        assert found == tmp_path / "mine.sqlite"
    with place(Settings(port=0)) as passing:
        assert not passing.is_relative_to(tmp_path / "state") and stat.S_IMODE(passing.parent.stat().st_mode) == 0o700
        opened(passing).close()
    assert not passing.parent.exists()
    monkeypatch.delenv("XDG_STATE_HOME")
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    with place(Settings(port=8123)) as found:
        assert found == tmp_path / "home" / ".local" / "state" / "gotocr" / "serve-8123.sqlite"


@posix
def test_without_a_folder_of_its_own_jobs_are_kept_as_long_as_it_runs(tmp_path, monkeypatch, caplog):
    (tmp_path / "state").write_text("no folder")
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    with place(Settings(port=8123)) as found:
        assert found.parent.is_dir()
    assert not found.parent.exists() and "--store" in caplog.text
