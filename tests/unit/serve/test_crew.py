"""The crew: clients take turns, what was taken back is not done, closing waits for what is under way."""

from __future__ import annotations

import threading
import time

import pytest

from gotocr.serve.crew import Crew


@pytest.fixture
def crew():
    made = Crew(1, "test crew")
    yield made
    made.close()


def test_who_asks_for_much_does_not_keep_the_others_waiting(crew):
    gate, done = threading.Event(), []
    crew.give("first", gate.wait)
    for number in range(3):
        crew.give("greedy", lambda number=number: done.append(("greedy", number)))
    crew.give("late", lambda: done.append(("late", 0)))
    gate.set()
    until = time.monotonic() + 60
    while len(done) < 4:
        assert time.monotonic() < until
        time.sleep(0.005)
    assert done == [("greedy", 0), ("late", 0), ("greedy", 1), ("greedy", 2)]


def test_the_client_with_the_fewest_under_way_comes_first():
    crew, gate, begun = Crew(3, "test crew"), threading.Semaphore(0), []

    def work(name):
        begun.append(name)
        assert gate.acquire(timeout=60)

    def wait_for(count):
        until = time.monotonic() + 60
        while len(begun) < count:
            assert time.monotonic() < until
            time.sleep(0.005)

    try:
        for _ in range(4):
            crew.give("many", lambda: work("many"))
        wait_for(3)
        crew.give("one", lambda: work("one"))
        gate.release()
        wait_for(4)
        assert begun == ["many"] * 3 + ["one"]
    finally:
        for _ in range(10):
            gate.release()
        crew.close()


def test_what_was_taken_back_is_not_done_and_what_was_begun_is(crew):
    gate, done = threading.Event(), []
    begun = threading.Event()
    crew.give("a", lambda: (begun.set(), gate.wait(60), done.append("begun")))
    take_back = crew.give("a", lambda: done.append("taken back"))
    assert begun.wait(60)
    take_back()
    take_back()
    crew.give("a", lambda: done.append("kept"))
    gate.set()
    until = time.monotonic() + 60
    while len(done) < 2:
        assert time.monotonic() < until
        time.sleep(0.005)
    assert done == ["begun", "kept"]


def test_threads_are_as_many_as_are_needed():
    crew, gate = Crew(4, "test crew"), threading.Event()
    try:
        crew.give("a", lambda: None)
        crew.give("a", gate.wait)
        crew.give("b", gate.wait)
        assert 1 <= sum(thread.name.startswith("test crew") for thread in threading.enumerate()) <= 3
    finally:
        gate.set()
        crew.close()
    assert not any(thread.name.startswith("test crew") for thread in threading.enumerate())


def test_closing_waits_for_what_is_under_way_and_drops_the_rest():
    crew, done, begun = Crew(1, "test crew"), [], threading.Event()
    crew.give("a", lambda: (begun.set(), time.sleep(0.1), done.append("under way")))
    crew.give("a", lambda: done.append("dropped"))
    assert begun.wait(60)
    crew.close()
    crew.close()
    assert done == ["under way"]
    with pytest.raises(RuntimeError):
        crew.give("a", lambda: None)


def test_work_that_raises_does_not_end_its_turns(crew, caplog):
    done = threading.Event()

    def fails():
        raise KeyError("unexpected")

    crew.give("a", fails)
    crew.give("a", done.set)
    assert done.wait(60) and "failed in an unexpected way" in caplog.text
