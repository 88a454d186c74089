"""How many processors there are to use: never more than a container is given, of control groups of both versions."""

from __future__ import annotations

import os

import pytest

from gotocr.engines import processors as room
from gotocr.engines.processors import processors, threads

V2, V1 = "0::/a/b\n", "5:cpuset:/a\n4:cpu,cpuacct:/a\n"


@pytest.fixture
def groups(tmp_path, monkeypatch):
    """A machine of eight processors whose control groups lie in `tmp_path`."""
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(8)), raising=False)
    monkeypatch.setattr(room, "CGROUPS", tmp_path / "cgroup")
    monkeypatch.setattr(room, "OWN", tmp_path / "own")

    def write(own: str | None, files: dict[str, str]) -> None:
        if own is not None:
            (tmp_path / "own").write_text(own)
        for name, text in files.items():
            file = tmp_path / "cgroup" / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text)

    return write


@pytest.mark.parametrize(
    ("own", "files", "many"),
    [
        (None, {}, 8),
        (V2, {}, 8),
        (V2, {"a/b/cpu.max": "max 100000\n"}, 8),
        (V2, {"a/b/cpu.max": "200000 100000\n"}, 2),
        (V2, {"a/b/cpu.max": "max 100000\n", "a/cpu.max": "150000 100000\n"}, 2),
        (V2, {"cpu.max": "50000 100000\n"}, 1),
        (V2, {"a/b/cpu.max": "900000 100000\n"}, 8),
        (V2, {"a/b/cpu.max": "nonsense\n"}, 8),
        (V2, {"a/b/cpu.max": "100000 0\n"}, 8),
        (V1, {"cpu,cpuacct/a/cpu.cfs_quota_us": "300000\n", "cpu,cpuacct/a/cpu.cfs_period_us": "100000\n"}, 3),
        (V1, {"cpu,cpuacct/a/cpu.cfs_quota_us": "-1\n", "cpu,cpuacct/a/cpu.cfs_period_us": "100000\n"}, 8),
    ],
)
def test_quotas(groups, own, files, many):
    groups(own, files)
    assert processors() == many


def test_here_it_is_at_least_one_and_no_more_than_there_are():
    assert 1 <= processors() <= (os.cpu_count() or 1)


@pytest.mark.parametrize(("asked", "many"), [("", 8), ("3", 3), ("0", 1), ("99", 8), ("four", 8), ("2,1", 8)])
def test_who_asks_for_fewer_threads_has_no_more(groups, monkeypatch, asked, many):
    groups(None, {})
    monkeypatch.setenv("OMP_NUM_THREADS", asked)
    assert threads() == many and processors() == 8
