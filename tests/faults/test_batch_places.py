"""Places that go away, runs that are taken over, and what is left by those who were killed: nothing is lost, nothing is put down wrongly."""

from __future__ import annotations

import os
import stat
import threading
from collections import Counter
from pathlib import Path

import pytest

pytest.importorskip("pyarrow")
pytest.importorskip("zstandard")
fsspec = pytest.importorskip("fsspec")

from gotocr.batch import pages as pages_room
from gotocr.batch import halves, status
from gotocr.batch.crew import run_local
from gotocr.batch.pages import Readings, Stopped
from gotocr.batch.plan import plan
from gotocr.batch.reading import failed
from gotocr.batch.store import Disk, Objects, open_store
from gotocr.batch.wanted import Wanted
from gotocr.batch.work import Kept
from gotocr.child import LateError
from gotocr.errors import InputError, OutputError, UsageError
from tests.faults.batch_run import READER
from tests.faults.test_batch import all_rows, contents, leftovers, pictures


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    """A reader that decodes nothing."""
    monkeypatch.setattr(pages_room, "ANSWER", READER)


def test_sources_that_are_away_end_the_run_and_are_no_dead_letters(tmp_path):
    source, out = pictures(tmp_path / "source", 40), tmp_path / "out"
    found = plan(str(source), str(out), Wanted(shard_pages=20))
    source.rename(tmp_path / "unplugged")
    source.mkdir()  # as an empty mount point
    with pytest.raises(InputError, match="is away"):
        run_local(found, 1)
    assert not found.done() and not list((out / "claims").iterdir())
    source.rmdir()
    (tmp_path / "unplugged").rename(source)
    assert (run_local(found, 1).failed, len(all_rows(out))) == (0, 40)


def test_who_was_taken_over_lets_go_although_all_is_put_away(tmp_path):
    """As a machine that slept for longer than its lease."""
    found = plan(str(pictures(tmp_path / "source", 64)), str(tmp_path / "calm"), Wanted())
    run_local(found, 1)
    found = plan(str(tmp_path / "source"), str(tmp_path / "out"), Wanted())
    [name] = found.todo()
    done = []

    def sleep(pages: int) -> None:
        done.append(pages)
        if sum(done) == 64:  # all is read, and nothing written yet
            Disk(found.out).remove(f"claims/{name}.json")
            assert run_local(found, 1).rows == 64

    hand = found.work().open(count=sleep)
    assert hand(name)["state"] == "busy"
    assert hand(name)["state"] == "there"
    hand.close()
    assert contents(tmp_path / "out") == contents(tmp_path / "calm") and leftovers(tmp_path / "out") == []


def test_dead_pages_are_read_again_although_a_killed_run_left_its_parts(tmp_path, monkeypatch):
    source = pictures(tmp_path / "source", 5)
    (source / "fail.png").write_bytes(b"fail")
    found = plan(str(source), str(tmp_path / "out"), Wanted(tries=1))
    with monkeypatch.context() as patch:
        patch.setattr(Kept, "remove", lambda kept: None)  # killed right after the marker was written
        assert run_local(found, 1).failed == 1
    monkeypatch.setenv("BATCH_MENDED", "1")
    assert (status.retry(Disk(found.out)), status.retry(Disk(found.out))) == (1, 0)
    assert run_local(found, 1).failed == 0 and leftovers(tmp_path / "out") == []


def test_a_page_that_hangs_costs_its_group_once(tmp_path, monkeypatch):
    source, seen = pictures(tmp_path / "source", 3), tmp_path / "seen"
    (source / "hang.png").write_bytes(b"hang")
    monkeypatch.setenv("BATCH_SEEN", str(seen))
    assert run_local(plan(str(source), str(tmp_path / "out"), Wanted(tries=2, patience=1.0)), 1).failed == 1
    assert max(Counter(seen.read_text().split()).values()) == 3, "once with the others, and twice alone"


class SlowChild:
    """Takes a second for each page, by a clock of its own."""

    def __init__(self) -> None:
        self.seconds, self.late = 0.0, 0

    def __call__(self, told, asked):
        if sum(len(pages) for _, pages in asked) > self.seconds:
            self.late += 1
            raise LateError("too slow")
        return {"read": [[[page, {**failed(""), "error": None, "lasting": False}] for page in pages] for _, pages in asked]}

    def close(self) -> None: ...


def test_pages_that_are_all_slow_get_more_time_together(tmp_path, monkeypatch):
    child = SlowChild()
    monkeypatch.setattr(pages_room, "Child", lambda *given: child)
    assert run_local(plan(str(pictures(tmp_path / "source", 64)), str(tmp_path / "out"), Wanted(patience=2.0)), 1).failed == 0
    assert child.late == 1


def test_a_run_that_is_to_end_begins_no_reading():
    stop = threading.Event()
    stop.set()
    readings = Readings(Wanted(), stop)
    with pytest.raises(Stopped):
        readings.ask([["x", [0]]])
    assert readings._child._process is None


@pytest.mark.parametrize(("head", "error"), [("{}", OutputError), ("[]", OutputError), ('{"wanted": {"x": 1}}', OutputError), ("{", OutputError), (None, UsageError)])
def test_a_head_that_is_none_is_said_so(tmp_path, head, error):
    if head is not None:
        (tmp_path / "batch.json").write_text(head)
    with pytest.raises(error, match="damaged|no results"):
        status.status(Disk(str(tmp_path)))


class Web:
    """A file system behind HTTP, whose ETags say when a file was written and how long it is, as nginx has them."""

    protocol = ("http", "https")

    def info(self, path):
        return {"name": path, "size": 9, "ETag": '"5f2e-9"'}

    def cat_file(self, path):
        raise KeyError("a library's own error")


def test_only_an_etag_of_s3_is_taken_for_a_content():
    web = Objects("https://host/a", Web(), "https://host/a")
    assert not web.state("x.png").tag.startswith("etag:") and web.state("x.png").tag
    with pytest.raises(OSError, match="KeyError.*own error"):
        web.read("x.png")


def test_no_password_gets_into_rows():
    with pytest.raises(UsageError, match="password") as told:
        open_store("ftp://us:secret@127.0.0.1/x")
    assert "secret" not in str(told.value)


def test_without_credentials_it_says_so(monkeypatch, tmp_path):
    pytest.importorskip("s3fs")
    for name in [*os.environ]:
        if name.startswith("AWS_"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    with pytest.raises(OSError, match="credentials"):
        open_store("s3://bucket/x").read("batch.json")


def test_copies_lie_in_a_folder_of_ones_own_and_are_taken_away(tmp_path, monkeypatch):
    monkeypatch.setattr(halves.tempfile, "tempdir", str(tmp_path))
    halves.scratch.cache_clear()
    place = open_store("memory://copies")
    place.write("a.png", b"a picture")
    with place.fetched("a.png") as path:
        assert Path(path).read_bytes() == b"a picture" and path.endswith(".png")
        folder = Path(path).parent
    assert not list(folder.iterdir()) and stat.S_IMODE(folder.stat().st_mode) == 0o700
    gone = tmp_path / f"gotocr.{halves.machine_mark()}-{2**22 + 1}-7-abcdefgh.part"
    gone.mkdir()
    (gone / "copy.png").write_bytes(b"half")
    (tmp_path / "gotocr-of-mine").mkdir()
    place.tidy()
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted([folder.name, "gotocr-of-mine"])
    halves.scratch.cache_clear()
