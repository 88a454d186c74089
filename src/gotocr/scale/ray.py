"""Shards done on a Ray cluster: names go in, summaries come out, and what was lost with a machine is done again elsewhere.

An actor is a worker: it opened the work once, and has one shard in hand at a time; the next name is given when a summary has come,
so nothing piles up anywhere. Only the work writes results, so they are those of a local crew to the byte. Ray's statistics of
use and its dashboard stay off: nothing is reported to anybody.
"""

from __future__ import annotations

import logging
import os
import socket
import tempfile
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from ..errors import GotocrError, MissingExtraError, UsageError, WorkerError
from .contract import Summary, Work

LOCAL = "local"
BEGIN = "start one there: ray start --head --disable-usage-stats"
STORE = 128 * 2**20  # bytes of shared memory of a Ray that is started here: names and summaries are small
PAUSE = 1.0  # seconds until shards are asked for again that somebody else has in hand
LOOK = 5.0  # seconds between looks at whether a worker that is waited for has come
MOST_DEATHS = 5  # of workers, machines that are lost included, over one shard


@dataclass(frozen=True)
class Cluster:
    """Where to, and what a worker takes there. `address` is "local", "auto", or that of a head node ("10.0.0.1:6379")."""

    address: str = LOCAL
    workers: int | None = None  # None = as many as there is room for
    cpus: float = 1.0  # of each worker
    gpus: float = 0.0
    store: int = STORE
    most_cpus: int | None = None  # of a Ray that is started here; None = those of this machine


def run(work: Work, names: Sequence[str], cluster: Cluster = Cluster()) -> Iterator[Summary]:
    """The summaries of all shards, in the order in which they are done; shards that others have in hand are asked for again.

    Raises MissingExtraError without Ray, UsageError for a cluster that cannot be reached or has no room, the work's own
    GotocrError, and WorkerError for whatever else goes wrong there.
    """
    left = list(names)
    if not left:
        return
    with _joined(cluster) as ray:
        crew = _Crew(ray, work, min(_room(ray, cluster), len(left)), cluster)
        try:
            while left:
                busy: list[str] = []
                for summary in crew.do(left):
                    if summary.get("state") == "busy":
                        busy.append(str(summary["shard"]))
                    else:
                        yield summary
                left = busy
                if left:
                    time.sleep(PAUSE)
        finally:
            crew.end()


class Hand:
    """The actor: the work, opened once, and one shard after another."""

    def __init__(self, work: Work) -> None:
        self._work = work
        self._do: Callable[[str], Summary] | None = None

    def ready(self) -> bool:
        return True

    def do(self, name: str) -> dict[str, Any]:
        """What was done of a shard, or {"error", "exit_code"}."""
        try:
            self._do = self._do or self._work.open()
            return {"shard": name, **self._do(name)}
        except GotocrError as error:
            return {"error": str(error), "exit_code": error.exit_code}

    def close(self) -> None:
        if self._do is not None and hasattr(self._do, "close"):
            self._do.close()


class _Crew:
    """As many actors as there is room for. One that is lost is replaced as soon as there is room; its shard goes to the next."""

    def __init__(self, ray: Any, work: Work, workers: int, cluster: Cluster) -> None:
        self._ray, self._work, self._workers = ray, ray.put(work), workers
        self._kind = ray.remote(Hand).options(num_cpus=cluster.cpus, num_gpus=cluster.gpus, max_restarts=0, max_task_retries=0)
        self._idle: list[Any] = []
        self._under_way: dict[Any, tuple[Any, str | None]] = {}  # what is waited for: whose, and which shard; None = that it begins
        self._deaths: dict[str | None, int] = {}  # of workers, by shard; None = that had none yet

    def do(self, names: Sequence[str]) -> Iterator[Summary]:
        """One summary for each name."""
        todo, open_ = deque(names), set(names)
        while open_:
            self._hire(len(open_))
            while todo and self._idle:
                hand, name = self._idle.pop(), todo.popleft()
                self._under_way[hand.do.remote(name)] = hand, name
            ready, _ = self._ray.wait(list(self._under_way), num_returns=1, timeout=LOOK)
            for ref in ready:
                hand, name = self._under_way.pop(ref)
                summary = self._take(ref, hand, name, todo)
                if summary is not None:
                    open_.discard(str(name))
                    yield summary

    def _hire(self, most: int) -> None:
        """Workers that are missing; those for whom there is no room yet hold no shard."""
        for _ in range(len(self._idle) + len(self._under_way), min(self._workers, most)):
            hand = self._kind.remote(self._work)
            self._under_way[hand.ready.remote()] = hand, None

    def _take(self, ref: Any, hand: Any, name: str | None, todo: deque[str]) -> Summary | None:
        """What a worker answered; None if it only began, or is lost."""
        from ray.exceptions import RayActorError, RayError

        try:
            told = self._ray.get(ref)
        except RayActorError as cause:
            deaths = self._deaths[name] = self._deaths.get(name, 0) + 1
            if deaths >= MOST_DEATHS:
                if name is None:
                    told = f"{MOST_DEATHS} workers died before they began: {_last_line(cause)}; is gotocr[ray] of one version on every machine?"
                else:
                    told = f"{MOST_DEATHS} workers died over the shard {name}; is there enough memory?"
                raise WorkerError(told) from cause
            if name is not None:
                todo.appendleft(name)
            return None
        except RayError as cause:
            raise WorkerError(f"a worker failed: {_last_line(cause)}; the same command goes on with the shards that are left") from cause
        self._idle.append(hand)
        if name is None:
            self._deaths.pop(None, None)
            return None
        if "error" in told:
            error = GotocrError(told["error"])
            error.exit_code = told["exit_code"]
            raise error
        return told

    def end(self) -> None:
        """Nobody works afterwards."""
        closing = [hand.close.remote() for hand in self._idle]
        if closing:
            self._ray.wait(closing, num_returns=len(closing), timeout=LOOK)
        for hand in [*self._idle, *(hand for hand, _ in self._under_way.values())]:
            self._ray.kill(hand)


def _last_line(cause: Exception) -> str:
    lines = [line.strip() for line in str(cause).splitlines() if line.strip()] or [type(cause).__name__]
    return f"{lines[-1]:.300}"


@contextmanager
def _joined(cluster: Cluster) -> Iterator[Any]:
    """Ray, connected; one that this process had joined before is left as it is."""
    os.environ["RAY_USAGE_STATS_ENABLED"] = "0"  # before anything of Ray is imported: nothing leaves the machine
    try:
        import ray
    except ImportError as cause:
        raise MissingExtraError("ray", "--ray", cause) from cause
    if ray.is_initialized():
        yield ray
        return
    _knock(cluster.address)
    quiet = {"log_to_driver": False, "logging_level": logging.ERROR, "include_dashboard": False}
    with tempfile.TemporaryDirectory(prefix="gotocr-ray-", ignore_cleanup_errors=True) as folder:  # Ray leaves its logs otherwise
        try:
            if cluster.address == LOCAL:
                ray.init(address=LOCAL, num_cpus=cluster.most_cpus, object_store_memory=cluster.store, _temp_dir=folder, **quiet)
            else:
                quiet.pop("include_dashboard")  # is for those who start one
                ray.init(address=cluster.address, **quiet)
        except (ConnectionError, RuntimeError, ValueError, TimeoutError) as cause:
            told = str(cause).splitlines()[0] if str(cause) else type(cause).__name__
            raise UsageError(f"no Ray at {cluster.address} ({told:.200}); {BEGIN}") from cause
        try:
            yield ray
        finally:
            ray.shutdown()


def _knock(address: str) -> None:
    """Raises UsageError where nobody listens: Ray itself would try for a minute."""
    host, colon, port = address.removeprefix("ray://").rpartition(":")
    if not colon or not port.isdigit():
        return
    try:
        socket.create_connection((host.strip("[]"), int(port)), timeout=LOOK).close()
    except OSError as cause:
        raise UsageError(f"no Ray at {address} ({cause.strerror or cause}); {BEGIN}") from cause


def _room(ray: Any, cluster: Cluster) -> int:
    """How many workers there is room for."""
    has = ray.cluster_resources()
    most = int(has.get("CPU", 0.0) // cluster.cpus) if cluster.cpus else 1 << 30
    if cluster.gpus:
        most = min(most, int(has.get("GPU", 0.0) // cluster.gpus))
    if cluster.workers is not None:
        most = min(most, cluster.workers)
    if most < 1:
        raise UsageError(
            f"the cluster has {has.get('CPU', 0):g} CPUs and {has.get('GPU', 0):g} GPUs: no room for a worker of "
            f"{cluster.cpus:g} and {cluster.gpus:g}"
        )
    return most
