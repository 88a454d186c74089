"""The crew on Ray without a cluster: workers that never begin end the run, instead of being hired for ever."""

from __future__ import annotations

import pytest

pytest.importorskip("ray", reason="the extra [ray] is not installed")
from ray.exceptions import RayActorError

from gotocr.errors import WorkerError
from gotocr.scale.ray import MOST_DEATHS, Cluster, _Crew


class Work:
    def open(self):
        raise AssertionError("nobody gets so far")


class Barren:
    """What the crew asks of Ray, where no actor lives to be asked anything."""

    def __init__(self) -> None:
        self.hired = 0

    def put(self, thing):
        return thing

    def remote(self, *given):
        if given[0].__class__ is type:  # a class becomes a kind of actor
            return self
        self.hired += 1
        assert self.hired < 100, "workers are hired for ever"
        return self

    def options(self, **given):
        return self

    @property
    def ready(self):
        class Method:
            remote = staticmethod(lambda number=self.hired: number)

        return Method

    def wait(self, refs, num_returns, timeout):
        return refs[:1], refs[1:]

    def get(self, ref):
        raise RayActorError


def test_workers_that_die_before_they_begin_end_the_run():
    ray = Barren()
    crew = _Crew(ray, Work(), 1, Cluster())
    with pytest.raises(WorkerError, match="before they began.*every machine"):
        list(crew.do(["a", "b"]))
    assert ray.hired == MOST_DEATHS
