"""Runs whose processes are killed at random: every page is there once, nothing is half written, and the bytes are those of a calm run."""

from __future__ import annotations

import hashlib
import json
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from pathlib import Path

import pytest

pytest.importorskip("pyarrow")
pytest.importorskip("zstandard")

from gotocr.batch import pages as pages_room
from gotocr.batch import rows, status
from gotocr.batch.crew import run_local
from gotocr.batch.plan import plan
from gotocr.batch.store import Disk, open_store
from gotocr.batch.wanted import Wanted
from tests.faults.batch_run import READER

ROOT = Path(__file__).parents[2]


@pytest.fixture
def quick(monkeypatch):
    """The reader of `batch_run`, in runs of this process, too."""
    monkeypatch.setattr(pages_room, "ANSWER", READER)


def pictures(folder: Path, count: int) -> Path:
    """Files that are pictures by their names: the reader of `batch_run` decodes nothing."""
    for number in range(count):
        place = folder / f"{number % 7}"
        place.mkdir(parents=True, exist_ok=True)
        (place / f"{number:05d}.png").write_bytes(f"picture {number}".encode())
    return folder


def begin(source: Path | str, out: Path | str, environment: dict[str, str] | None = None, **options) -> subprocess.Popen:
    paths = os.pathsep.join([str(ROOT), str(ROOT / "src")])
    setting = {**os.environ, "PYTHONPATH": paths, "OMP_NUM_THREADS": "1", **(environment or {})}
    command = [sys.executable, "-m", "tests.faults.batch_run", str(source), str(out), json.dumps(options)]
    return subprocess.Popen(command, env=setting, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def finish(run: subprocess.Popen) -> dict:
    out, said = run.communicate(timeout=300)
    assert run.returncode == 0, said
    return json.loads(out.splitlines()[-1])


def children(process: int) -> list[int]:
    found = []
    for path in Path(f"/proc/{process}/task").glob("*/children"):
        try:
            found += map(int, path.read_text().split())
        except OSError:
            pass
    return found


def kill(process: int) -> None:
    try:
        os.kill(process, signal.SIGKILL)
    except ProcessLookupError:
        pass


def contents(out: Path) -> dict[str, str]:
    """The digests of all that counts."""
    files = [path for folder in ("data", "dead", "done", "plan", "manifest") for path in (out / folder).rglob("*") if path.is_file()]
    return {str(path.relative_to(out)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def all_rows(out: Path, kind: str = "parquet") -> list[dict]:
    return [row for path in sorted((out / "data").iterdir()) for row in rows.read(path, kind)]


def leftovers(out: Path) -> list[str]:
    folders = ("data", "dead", "done", "plan", "manifest", "work", "claims", "again")
    return [str(path) for folder in folders for path in (out / folder).rglob("*") if path.name.startswith(".") or (folder in ("work", "claims", "again") and path.is_file())]


def disturb(run: subprocess.Popen, chance: random.Random, until: float) -> None:
    """Kill the readers of a run now and then, and at last the run itself."""
    end = time.monotonic() + until
    while time.monotonic() < end and run.poll() is None:
        time.sleep(chance.uniform(0.1, 0.4))
        readers = children(run.pid)
        if readers:
            kill(chance.choice(readers))
    if run.poll() is None:
        run.kill()
    run.communicate()


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="finds processes by /proc")
def test_killed_at_random_every_page_is_there_once_and_the_bytes_are_equal(tmp_path):
    source = pictures(tmp_path / "source", 2000)
    options = {"shard_pages": 250, "lease": 30.0}
    assert finish(begin(source, tmp_path / "calm", **options))["rows"] == 2000
    calm = contents(tmp_path / "calm")
    for seed in (1, 2):
        chance, out = random.Random(seed), tmp_path / f"disturbed-{seed}"
        for _ in range(3):
            disturb(begin(source, out, {"BATCH_SECONDS": "0.004"}, **options), chance, chance.uniform(1.5, 2.5))
        finish(begin(source, out, **options))
        found = all_rows(out)
        assert Counter(row["source"] for row in found) == Counter(str(path) for path in source.rglob("*.png"))
        assert not [row for row in found if row["error"]]
        assert contents(out) == calm and leftovers(out) == []


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="finds processes by /proc")
def test_nano_itself_killed_reads_the_same(tmp_path):
    from PIL import Image, ImageDraw

    source = tmp_path / "source"
    source.mkdir()
    for number in range(24):
        picture = Image.new("RGB", (160, 32), "white")
        ImageDraw.Draw(picture).text((6, 8), f"page {number}", fill="black")
        picture.save(source / f"{number}.png")
    options = {"shard_pages": 12, "real": True}
    assert finish(begin(source, tmp_path / "calm", **options, workers=2))["failed"] == 0
    run = begin(source, tmp_path / "disturbed", **options, workers=1)
    deadline = time.monotonic() + 60
    while not (readers := children(run.pid)) and time.monotonic() < deadline:
        time.sleep(0.1)
    time.sleep(2.5)
    for reader in readers:
        kill(reader)
    time.sleep(2.0)
    run.kill()
    run.communicate()
    finish(begin(source, tmp_path / "disturbed", **options, workers=1))
    assert contents(tmp_path / "disturbed") == contents(tmp_path / "calm")
    assert any("page" in row["text"] for row in all_rows(tmp_path / "calm"))


def test_two_runs_at_once_part_the_shards(tmp_path):
    source, out, seen = pictures(tmp_path / "source", 300), tmp_path / "out", tmp_path / "seen"
    setting = {"BATCH_SECONDS": "0.01", "BATCH_SEEN": str(seen)}
    runs = [begin(source, out, setting, shard_pages=25, workers=1) for _ in range(2)]
    told = [finish(run) for run in runs]
    assert sum(each["rows"] for each in told) == 300 and all(each["rows"] for each in told)
    assert len(all_rows(out)) == 300 and leftovers(out) == []
    assert len(seen.read_text().split()) == 300, "no page was read twice"


def test_ends_within_seconds_when_asked_to_and_gives_its_claims_back(tmp_path):
    source, out = pictures(tmp_path / "source", 400), tmp_path / "out"
    run = begin(source, out, {"BATCH_SECONDS": "0.02"}, shard_pages=100)
    deadline = time.monotonic() + 60
    while not list((out / "claims").glob("?????*.json")) and time.monotonic() < deadline:
        time.sleep(0.05)
    time.sleep(1.5)
    began = time.monotonic()
    run.send_signal(signal.SIGTERM)
    run.communicate(timeout=60)
    assert run.returncode != 0 and time.monotonic() - began < 30
    assert not list((out / "claims").iterdir()), "claims are given back"
    kept = sum(1 for _ in (out / "work").rglob("*.zst"))
    assert kept and not leftovers_of(out / "data")
    assert finish(begin(source, out, shard_pages=100))["rows"] <= 400
    assert len(all_rows(out)) == 400 and leftovers(out) == []


def leftovers_of(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.name.startswith(".")]


def test_what_was_read_of_a_shard_is_not_read_again(tmp_path, quick, monkeypatch):
    source, seen = pictures(tmp_path / "source", 200), tmp_path / "seen"
    monkeypatch.setenv("BATCH_SEEN", str(seen))
    found = plan(str(source), str(tmp_path / "out"), Wanted(shard_pages=200))
    stop = threading.Event()
    done = 0

    def count(pages: int) -> None:
        nonlocal done
        done += pages
        if done >= 96:
            stop.set()

    hand = found.work().open(stop, count)
    assert hand(found.todo()[0])["state"] == "busy"
    hand.close()
    assert run_local(found, 1).rows == 200
    assert 200 <= len(seen.read_text().split()) <= 216 and leftovers(tmp_path / "out") == []


def test_pages_that_crash_hang_or_fail_are_dead_letters_with_reasons(tmp_path, quick, monkeypatch):
    source, out = pictures(tmp_path / "source", 20), tmp_path / "out"
    for what in ("crash", "hang", "fail"):
        (source / f"{what}.png").write_bytes(what.encode())
    gone = source / "0" / "00000.png"
    found = plan(str(source), str(out), Wanted(tries=2, patience=0.5))
    gone.unlink()
    (source / "1" / "00001.png").write_bytes(b"other")
    result = run_local(found, 1)
    assert (result.rows, result.failed) == (23, 5)
    dead = [json.loads(line) for path in (out / "dead").iterdir() for line in path.read_text().splitlines()]
    said = {Path(each["source"]).stem: each["error"] for each in dead}
    assert said["crash"] == "the process that read it died, 2 times"
    assert said["hang"] == "it took longer than 0.5 s, 2 times"
    assert said["fail"] == "the ink is too pale"
    assert "is gone since it was listed" in said["00000"] and "changed since it was listed" in said["00001"]
    assert len(all_rows(out)) == 23, "a page that failed has its row, too"
    state = status.status(Disk(str(out)))
    assert (state.pages, state.read, state.failed) == (23, 23, 5)

    monkeypatch.setenv("BATCH_MENDED", "1")
    monkeypatch.setenv("BATCH_SEEN", str(tmp_path / "seen"))
    (source / "hang.png").unlink()
    gone.write_bytes(b"picture 0")
    assert status.retry(Disk(str(out))) == 5
    again = run_local(plan(None, str(out), Wanted(tries=2, patience=0.5)), 1)
    assert again.failed == 3, "crash, hang (gone), and the one that is another now"
    assert len((tmp_path / "seen").read_text().split()) < 12, "what was read well is not read again"
    assert plan(str(source), str(out), Wanted(tries=2, patience=0.5)).pages == 24, "what changed is new"
    assert leftovers(out) == []


def test_a_model_that_kills_every_process_ends_the_run(tmp_path, quick):
    from gotocr.errors import WorkerError

    source = tmp_path / "source"
    source.mkdir()
    for number in range(30):
        (source / f"{number}.png").write_bytes(b"crash %d" % number)
    with pytest.raises(WorkerError, match="memory"):
        run_local(plan(str(source), str(tmp_path / "out"), Wanted(tries=1)), 1)
    assert leftovers(tmp_path / "out") == [] or not list((tmp_path / "out" / "claims").iterdir())


@pytest.fixture(scope="module")
def bucket():
    """An S3 of this process."""
    pytest.importorskip("s3fs")
    server_room = pytest.importorskip("moto.server")
    server = server_room.ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    with pytest.MonkeyPatch.context() as patch:
        told = {"AWS_ACCESS_KEY_ID": "us", "AWS_SECRET_ACCESS_KEY": "them", "AWS_DEFAULT_REGION": "us-east-1", "AWS_ENDPOINT_URL": f"http://{host}:{port}"}
        for name, value in told.items():
            patch.setenv(name, value)
        store = open_store("s3://bucket")
        store._system.mkdir("bucket")
        yield store
    server.stop()


def filled(store, prefix: str, files: dict[str, bytes]) -> str:
    for name, data in files.items():
        store.write(f"{prefix}/{name}", data)
    return f"s3://bucket/{prefix}"


@pytest.mark.parametrize("kind", ["parquet"])
def test_from_s3_to_s3_with_a_killed_run(bucket, tmp_path, kind):
    files = {f"{number % 3}/{number}.png": f"picture {number}".encode() for number in range(24)}
    source = filled(bucket, f"in-{kind}", files)
    calm, out = f"s3://bucket/calm-{kind}", f"s3://bucket/out-{kind}"
    options = {"shard_pages": 12, "to": kind, "lease": 3.0}
    assert finish(begin(source, calm, **options))["rows"] == 24
    run = begin(source, out, {"BATCH_SECONDS": "0.2"}, **options)
    deadline = time.monotonic() + 60
    while not list(open_store(out).names("claims")) and time.monotonic() < deadline:
        time.sleep(0.1)
    time.sleep(2)
    run.kill()
    run.communicate()
    finish(begin(source, out, **options))
    digests = []
    for place in (calm, out):
        store = open_store(place)
        digests.append({folder: {name: store.read(f"{folder}/{name}") for name in store.names(folder)} for folder in ("data", "done", "plan", "manifest")})
        assert not list(store.names("claims"))
        assert not store._system.call_s3("list_multipart_uploads", Bucket="bucket").get("Uploads")
    assert digests[0] == digests[1]
    path = tmp_path / "rows"
    found = []
    for data in digests[0]["data"].values():
        path.write_bytes(data)
        found += rows.read(path, kind)
    assert {row["source"]: row["sha256"] for row in found} == {f"{source}/{name}": hashlib.sha256(data).hexdigest() for name, data in files.items()}
    assert status.check(open_store(out)) == []


def test_an_object_that_changed_is_a_dead_letter(bucket, quick):
    source = filled(bucket, "changing", {"a.png": b"picture a", "b.png": b"picture b"})
    found = plan(source, "s3://bucket/changed", Wanted())
    bucket.write("changing/b.png", b"another")
    assert (run_local(found, 1).rows, status.status(open_store(found.out)).failed) == (2, 1)
    [(why, many)] = status.reasons(open_store(found.out))
    assert many == 1 and "changed since it was listed" in why


def test_only_one_of_many_creates(bucket, tmp_path):
    for store in (bucket, Disk(str(tmp_path))):
        won = []
        threads = [threading.Thread(target=lambda n=n, s=store: won.append(s.create("race/it", b"%d" % n))) for n in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(won) == [False] * 7 + [True] and len(list(store.names("race"))) == 1


def test_a_full_disk_ends_the_run_and_the_next_goes_on(tmp_path, quick, monkeypatch):
    from gotocr.errors import OutputError

    found = plan(str(pictures(tmp_path / "source", 90)), str(tmp_path / "out"), Wanted(shard_pages=30))
    put, left = Disk.put, iter([True])

    def full(store, path, name):
        if next(left, False):
            return put(store, path, name)
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(Disk, "put", full)
        with pytest.raises(OutputError, match="No space left"):
            run_local(found, 1)
    assert len(found.done()) == 1 and not list((tmp_path / "out" / "claims").iterdir())
    assert run_local(found, 1).rows == 60 and leftovers(tmp_path / "out") == []


def test_a_file_that_was_damaged_is_made_anew_and_equal(tmp_path, quick):
    found = plan(str(pictures(tmp_path / "source", 40)), str(tmp_path / "out"), Wanted(shard_pages=20))
    run_local(found, 2)
    before, store = contents(tmp_path / "out"), Disk(found.out)
    one, other = sorted((tmp_path / "out" / "data").iterdir())
    one.write_bytes(one.read_bytes()[:-1] + b"?")
    other.unlink()
    assert len(status.check(store)) == 2 and len(found.todo()) == 2
    run_local(found, 2)
    assert status.check(store) == [] and contents(tmp_path / "out") == before


def test_equal_files_are_read_once_and_each_has_its_row(tmp_path, quick, monkeypatch):
    source, seen = pictures(tmp_path / "source", 30), tmp_path / "seen"
    for number in range(50):
        (source / f"twin{number}.png").write_bytes(b"picture 3")
    monkeypatch.setenv("BATCH_SEEN", str(seen))
    assert run_local(plan(str(source), str(tmp_path / "out"), Wanted()), 1).rows == 80
    assert len(seen.read_text().split()) == 30
    twins = [row for row in all_rows(tmp_path / "out") if "twin" in row["source"]]
    assert len({row["id"] for row in twins}) == 50 and len({row["text"] for row in twins}) == 1


def test_the_command_reads_real_pages_and_says_how_far_it_is(tmp_path, capsys):
    from PIL import Image, ImageDraw

    from gotocr.cli import main

    source, out = tmp_path / "source", tmp_path / "out"
    source.mkdir()
    picture = Image.new("RGB", (160, 32), "white")
    ImageDraw.Draw(picture).text((6, 8), "page 1", fill="black")
    picture.save(source / "fine.png")
    picture.save(source / "several.pdf", save_all=True, append_images=[picture])
    (source / "broken.png").write_bytes(b"\x89PNG")
    argv = ["batch", str(source), "-o", str(out), "--to", "jsonl.zst", "--workers", "1"]
    assert main([*argv, "--quiet"]) == 8 and capsys.readouterr().out == ""
    found = all_rows(out, "jsonl.zst")
    assert [(Path(row["source"]).name, row["page"], row["error"] is None) for row in found] == [
        ("broken.png", 0, False), ("fine.png", 0, True), ("several.pdf", 0, True), ("several.pdf", 1, True),
    ]  # fmt: skip
    assert "page" in found[1]["text"] and json.loads(found[1]["blocks"])[0]["kind"] == "text"
    assert main(["batch", str(out), "--status"]) == 0
    said = capsys.readouterr().out
    assert "1 of 1 done" in said and "4 of 4 done, 1 failed" in said and "is not a picture or a PDF" in said
    assert main(["batch", str(out), "--check"]) == 0
    picture.save(source / "broken.png")
    assert main([*argv, "--retry-dead"]) == 8, "what changed is another source"
    (source / "broken.png").unlink()
    next((out / "data").iterdir()).write_bytes(b"")
    assert main(["batch", str(out), "--check"]) == 6
    assert "made anew" in capsys.readouterr().err


@pytest.mark.parametrize(("argv", "code"), [(["x"], 2), (["x", "-o", "y", "--to", "csv"], 2), (["x", "-o", "y", "--workers", "0"], 2), (["missing", "-o", "out"], 3), (["x", "--status"], 2)])
def test_what_makes_no_sense(tmp_path, monkeypatch, argv, code):
    from gotocr.cli import main

    monkeypatch.chdir(tmp_path)
    assert main(["batch", *argv]) == code
