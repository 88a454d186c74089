"""A run on a Ray cluster of two nodes, of which one is stopped midway: every page once, and every byte that of the local crew."""

from __future__ import annotations

import os
import tempfile
import time
from collections import Counter
from pathlib import Path

import pytest

os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
ray = pytest.importorskip("ray", reason="the extra [ray] is not installed")
pytest.importorskip("ray.data", reason="the extra [ray] is not installed")
pytest.importorskip("pyarrow.parquet", reason="the extra [batch] is not installed")
from PIL import Image, ImageDraw  # noqa: E402
from ray.cluster_utils import Cluster as Nodes  # noqa: E402

from gotocr.batch.crew import run_local  # noqa: E402
from gotocr.batch.plan import plan  # noqa: E402
from gotocr.batch.wanted import Wanted  # noqa: E402
from gotocr.errors import UsageError  # noqa: E402
from gotocr.scale.ray import Cluster, run  # noqa: E402
from gotocr.schema import Task  # noqa: E402

PAGES, SHARD = 16, 2
QUICK = {"health_check_initial_delay_ms": 1000, "health_check_period_ms": 500, "health_check_failure_threshold": 4}  # of a lost node
STORE = 80 * 2**20  # the least that Ray takes is about so much
WANTED = Wanted(task=Task("plain", max_tokens=4), to="jsonl.zst", shard_pages=SHARD, lease=2.0)


@pytest.fixture(scope="module")
def sources(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("sources")
    for number in range(PAGES):
        picture = Image.new("L", (120, 32), 255)
        ImageDraw.Draw(picture).text((8, 8), f"page {number}", fill=0)
        picture.save(folder / f"{number:03d}.png")
    return folder


@pytest.fixture(scope="module")
def local(sources, tmp_path_factory) -> Path:
    """What processes of this machine write."""
    out = tmp_path_factory.mktemp("local") / "out"
    run_local(plan(str(sources), str(out), WANTED), 2)
    return out


@pytest.fixture
def nodes(monkeypatch):
    """A head without processors, and two nodes with one each; nothing of it is left behind."""
    with tempfile.TemporaryDirectory(prefix="nodes-", ignore_cleanup_errors=True) as folder:  # a short path: sockets lie in there
        monkeypatch.setenv("RAY_TMPDIR", folder)  # a cluster notes its address in the `ray` of this folder, and does not make it
        (Path(folder) / "ray").mkdir()
        head = {"num_cpus": 0, "object_store_memory": STORE, "include_dashboard": False, "temp_dir": folder, "_system_config": QUICK}
        made = Nodes(initialize_head=True, head_node_args=head)
        try:
            both = [made.add_node(num_cpus=1, object_store_memory=STORE) for _ in range(2)]
            ray.init(address=made.address, log_to_driver=False, logging_level="ERROR")
            yield made, both
        finally:
            ray.shutdown()
            made.shutdown()


def rows_of(out: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted((out / "data").iterdir())}


def pages_of(out: Path) -> Counter:
    from gotocr.batch.rows import read

    return Counter((row["source"], row["page"]) for path in (out / "data").iterdir() for row in read(path, "jsonl.zst"))


def raylets() -> set[int]:
    """Processes of Ray on this machine that are children of ours."""
    import psutil

    return {child.pid for child in psutil.Process().children(recursive=True) if any(word in " ".join(child.cmdline()) for word in ("raylet", "gcs_server", "ray::"))}


def test_a_node_that_is_stopped_costs_no_page(sources, local, nodes, tmp_path):
    made, (_, second) = nodes
    todo = plan(str(sources), str(tmp_path / "out"), WANTED)
    assert len(todo.todo()) == PAGES // SHARD
    states: list[str] = []
    for summary in run(todo.work(), todo.todo(), Cluster(address=made.address, workers=2)):
        states.append(summary["state"])
        if len(states) == 3:
            made.remove_node(second, allow_graceful=False)
    assert set(states) <= {"done", "there"} and len(states) == PAGES // SHARD
    assert todo.todo() == []
    assert rows_of(tmp_path / "out") == rows_of(local), "to the byte"
    counts = pages_of(tmp_path / "out")
    assert len(counts) == PAGES and set(counts.values()) == {1}
    assert not list((tmp_path / "out" / "work").rglob("*.zst")), "nothing half-done is left"


def test_a_ray_of_its_own_begins_and_ends_with_the_run(sources, local, tmp_path):
    before = raylets()
    todo = plan(str(sources), str(tmp_path / "out"), WANTED)
    names = todo.todo()
    folders = set(Path(tempfile.gettempdir()).glob("gotocr-ray-*")) | set(Path("/tmp/ray").glob("session_2*"))
    told = list(run(todo.work(), names[:2], Cluster(workers=1, most_cpus=1, store=STORE)))
    left = set(Path(tempfile.gettempdir()).glob("gotocr-ray-*")) | set(Path("/tmp/ray").glob("session_2*"))
    assert left <= folders, "Ray's logs neither"
    assert [summary["state"] for summary in told] == ["done"] * 2 and not ray.is_initialized()
    ours = rows_of(tmp_path / "out")
    assert len(ours) == 2 and all(data == rows_of(local)[name] for name, data in ours.items())
    until = time.monotonic() + 60
    while raylets() - before and time.monotonic() < until:
        time.sleep(0.2)
    assert not raylets() - before, "no process is left"


def test_an_address_where_no_ray_is_says_what_to_do(sources, tmp_path):
    todo = plan(str(sources), str(tmp_path / "out"), WANTED)
    with pytest.raises(UsageError, match="ray start --head"):
        list(run(todo.work(), todo.todo(), Cluster(address="127.0.0.1:1")))
