"""The shared engine over the real rows of `decode.batch`, with scripted rows: batching, turns, leaving, lateness, faults."""

from __future__ import annotations

import threading
import time

import numpy as np
import pytest

from gotocr.decode.batch import Opened, Rows, in_order, write_all
from gotocr.decode.loop import Terms
from gotocr.decode.step import Step
from gotocr.errors import EngineError
from gotocr.schema import Job, Piece, Pixels, Prompt
from gotocr.serve.seat import GoneError, LateError
from gotocr.serve.shared import Shared

STOP = 0
ALPHABET = "abcdefghijklmnopqrstuvwxyz"


def job(text: str, most: int = 100) -> Job:
    """A job whose picture says `text`; one that begins with "!" cannot be looked at."""
    return Job(Pixels(np.zeros((1, 3, 2, 2), np.float32)), Prompt(tuple(map(ord, text)), -1, (STOP,)), most)


class Letters:
    def push(self, token):
        return chr(token)

    def close(self):
        return ""


class Row:
    def __init__(self, engine, text):
        self.engine, self.text, self.at, self.open = engine, text, 0, True

    def begin(self):
        return self

    def push(self, token):
        self.at += 1
        return self

    def hear(self, answer):
        assert self.open, "a row that left is asked no more"
        return answer

    def close(self):
        self.open = False
        self.engine.closed.append(self.text)


class Engine:
    """Rows that write what their job says. `gate` lets steps through; `faults` are raised by the next steps."""

    name = "scripted"
    ahead = False

    def __init__(self, gated=False):
        self.gate = threading.Semaphore(0) if gated else None
        self.batches, self.joined, self.closed, self.faults, self.opened = [], [], [], [], 0

    def rows(self, most):
        self.opened += 1
        if self.ahead:
            return Rows(lambda job, seen: seen, self.answer, most, lambda job, stopped: self.look(job))
        return Rows(self.look, self.answer, most)

    def look(self, job):
        text = "".join(map(chr, job.prompt.ids))
        self.joined.append(text)
        if text.startswith("!"):
            raise ValueError("a surprise") if text == "!!" else EngineError("nothing to be seen")
        return Opened(Row(self, text), Letters(), Terms((STOP,), job.max_tokens))

    def answer(self, rows):
        if self.gate is not None:
            assert self.gate.acquire(timeout=60)
        if self.faults:
            raise self.faults.pop(0)
        self.batches.append([row.text for row in rows])
        steps = []
        for row in rows:
            logits = np.zeros(128, np.float32)
            logits[ord(row.text[row.at]) if row.at < len(row.text) else STOP] = 10
            steps.append(Step(logits))
        return steps


@pytest.fixture(autouse=True, params=["between steps", "ahead"])
def ahead(request, monkeypatch):
    """Every test, of engines that look at a picture between two steps, and while others are written."""
    monkeypatch.setattr(Engine, "ahead", request.param == "ahead")
    return Engine.ahead


class Plain:
    """An engine of the plainest kind: one picture at a time."""

    name = "plain"

    def __init__(self):
        self.open = 0

    def run(self, job):
        self.open += 1
        assert self.open == 1, "two at a time"
        try:
            for token in job.prompt.ids:
                if chr(token) == "!":
                    raise EngineError("stuck")
                yield Piece(token, chr(token), 1.0)
            yield Piece(STOP, "", 1.0, None, "stop")
        finally:
            self.open -= 1


@pytest.fixture
def open_shared():
    """Makes shared engines, and closes them."""
    made = []

    def make(engine, most=4, **more):
        made.append(Shared(engine, most, **more))
        return made[-1]

    yield make
    for shared in made:
        if getattr(shared._engine, "gate", None):
            shared._engine.gate.release(10_000)
        shared.close()


def text(pieces) -> str:
    return "".join(piece.text for piece in pieces)


def wait_for(condition, seconds=60.0):
    until = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < until, "it did not come about"
        time.sleep(0.002)


def in_threads(tasks):
    """What each of `tasks` returns or raises, all run at the same time."""
    found = [None] * len(tasks)

    def work(number):
        try:
            found[number] = tasks[number]()
        except Exception as error:
            found[number] = error

    threads = [threading.Thread(target=work, args=(number,), daemon=True) for number in range(len(tasks))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert not any(thread.is_alive() for thread in threads)
    return found


def test_many_threads_read_at_once_and_each_gets_its_own(open_shared, ahead):
    engine = Engine(gated=True)
    shared = open_shared(engine)
    texts = [ALPHABET[start : start + 10 + start] for start in range(8)]
    tasks = [lambda text_=text_: text(shared.seat().run(job(text_))) for text_ in texts]
    def release():  # as soon as all are there, however long that takes
        wait_for(lambda: shared.in_use + shared.waiting == len(texts))
        engine.gate.release(10_000)

    threading.Thread(target=release).start()
    assert in_threads(tasks) == texts
    assert 2 <= max(map(len, engine.batches)) <= 4 and sorted(engine.joined) == sorted(texts)
    assert ahead or max(map(len, engine.batches)) == 4
    assert len(engine.batches) < sum(len(one) + 1 for one in texts) / (1 if ahead else 2), "far fewer calls than one for each token"
    assert shared.in_use == shared.waiting == 0 and sorted(engine.closed) == sorted(texts)


def test_rows_of_a_request_are_as_the_engines_own(open_shared):
    texts = [ALPHABET[:n] for n in (3, 20, 1, 9, 14)]
    own = write_all(Engine().rows(3), map(job, texts))
    shared = open_shared(Engine(), 3)
    rows = shared.rows(8)
    assert rows.most == 3 and rows.step() == []
    theirs = write_all(rows, map(job, texts))
    assert [*map(list, map(in_order(theirs), range(5)))] == [*map(list, map(in_order(own), range(5)))]
    assert not len(rows)


def test_rows_go_round_between_requests(open_shared, ahead):
    engine = Engine(gated=True)
    shared = open_shared(engine, 2)
    large, small, other = shared.seat(), shared.seat(), shared.seat()
    many = large.rows(8)
    for number in range(6):
        many.join(job(f"a{number}xyz"))
    engine.gate.release(1)
    wait_for(lambda: len(engine.joined) == (3 if ahead else 2))
    one, another = small.rows(), other.rows()
    one.join(job("b"))
    another.join(job("c"))
    engine.gate.release(1000)
    written = {}
    for name, rows in (("many", many), ("one", one), ("another", another)):
        while rows:
            written[name] = written.get(name, 0) + len(rows.step())
    assert engine.joined.index("b") == (3 if ahead else 2), "who has no row comes before who has one"
    assert engine.joined.index("c") <= (5 if ahead else 4), "by then the page of many views has had its turn again"
    assert [name for name in engine.joined if name[0] == "a"] == [f"a{number}xyz" for number in range(6)]
    assert written == {"many": 36, "one": 2, "another": 2}


def test_who_waits_longest_is_not_passed_over_by_newcomers(open_shared):
    engine = Engine(gated=True)
    shared = open_shared(engine, 1)
    first, old = shared.seat().rows(), shared.seat().rows()
    first.join(job("first"))
    wait_for(lambda: engine.joined)
    old.join(job("old one"))
    old.join(job("old two"))
    new = [shared.seat().rows() for _ in range(3)]
    for number, rows in enumerate(new):
        rows.join(job(f"new {number}"))
    engine.gate.release(1000)
    wait_for(lambda: len(engine.joined) == 6)
    assert engine.joined == ["first", "old one", "new 0", "new 1", "new 2", "old two"]


def test_who_leaves_frees_the_row_at_once(open_shared):
    engine = Engine(gated=True)
    shared = open_shared(engine, 1)
    seat = shared.seat()
    found = []

    def read():
        try:
            found.extend(seat.run(job(ALPHABET * 3, 1000)))
        except GoneError as error:
            found.append(error)

    thread = threading.Thread(target=read)
    thread.start()
    engine.gate.release(3)
    wait_for(lambda: len(engine.batches) == 3)
    seat.leave()
    thread.join(60)
    assert not thread.is_alive() and isinstance(found[-1], GoneError)
    engine.gate.release(100)
    assert text(shared.run(job("next"))) == "next"
    assert engine.closed == [ALPHABET * 3, "next"] and len(engine.batches) <= 3 + 1 + 5
    with pytest.raises(GoneError):
        seat.rows().join(job("more"))


def test_what_waits_and_is_left_is_never_looked_at(open_shared):
    engine = Engine(gated=True)
    shared = open_shared(engine, 1)
    first, second = shared.rows(), shared.rows()
    first.join(job("first"))
    wait_for(lambda: engine.joined)
    key = second.join(job("second"))
    assert shared.waiting == 1
    second.leave(key)
    second.leave(key)
    assert shared.waiting == 0 and second.step() == []
    engine.gate.release(100)
    while first:
        first.step()
    assert engine.joined == ["first"]


def test_turning_away_in_the_middle_leaves(open_shared):
    engine = Engine()
    shared = open_shared(engine)
    pieces = shared.run(job(ALPHABET))
    assert next(pieces).text == "a"
    pieces.close()
    wait_for(lambda: shared.in_use == 0)
    assert engine.closed == [ALPHABET]


def test_a_deadline_ends_the_waiting(open_shared):
    engine = Engine(gated=True)
    shared = open_shared(engine, 1)
    began = time.monotonic()
    with pytest.raises(LateError):
        list(shared.seat(began + 0.15).run(job("never")))
    assert time.monotonic() - began > 0.14
    with pytest.raises(LateError):
        shared.seat(began).rows().join(job("too late"))
    engine.gate.release(100)
    assert text(shared.run(job("later"))) == "later"


def test_a_picture_that_cannot_be_looked_at_harms_no_other(open_shared):
    shared = open_shared(Engine())
    found = in_threads([lambda one=one: text(shared.run(job(one))) for one in ("abc", "!", "!!", "def")])
    assert found[0] == "abc" and found[3] == "def"
    assert str(found[1]) == "nothing to be seen" and "unexpected way (ValueError)" in str(found[2])
    assert isinstance(found[2], EngineError) and shared.trouble is None


@pytest.mark.parametrize("fault", [EngineError("out of memory"), RuntimeError("a bug"), MemoryError()], ids=str)
def test_a_step_that_fails_ends_its_rows_and_no_more(open_shared, fault):
    engine = Engine(gated=True)
    shared = open_shared(engine, 2)
    engine.faults.append(fault)
    threading.Timer(0.1, lambda: engine.gate.release(1000)).start()
    found = in_threads([lambda: text(shared.run(job("abc")))])
    assert isinstance(found[0], EngineError)
    assert text(shared.run(job("def"))) == "def" and shared.trouble is None and shared.in_use == 0


def test_a_stale_row_does_not_end_one_of_the_new_rows(open_shared):
    engine = Engine(gated=True)
    shared = open_shared(engine, 2)
    old = shared.rows()
    old.join(job("abc"))
    engine.faults.append(RuntimeError("a bug"))
    engine.gate.release(1)
    wait_for(lambda: engine.opened == 2)
    new = shared.rows()
    new.join(job("def"))
    wait_for(lambda: shared.in_use == 1)
    old.close()  # its rows ended with the old ones; the number of the new one is the same
    engine.gate.release(100)
    found = []
    while new:
        found += [piece for _, piece in new.step()]
    assert text(found) == "def"


def test_an_engine_that_stays_broken_keeps_nobody_waiting(open_shared, monkeypatch):
    engine = Engine(gated=True)
    shared = open_shared(engine, 1)

    def broken(most):
        raise RuntimeError("no more")

    engine.rows = broken
    engine.faults.append(RuntimeError("a bug"))
    threading.Timer(0.1, lambda: engine.gate.release(1000)).start()
    found = in_threads([lambda one=one: text(shared.run(job(one))) for one in ("abc", "def", "ghi")])
    assert all(isinstance(error, EngineError) for error in found)
    assert "start the server again" in shared.trouble
    with pytest.raises(EngineError, match="start the server again"):
        list(shared.run(job("later")))


def test_a_thread_that_is_gone_is_noticed(open_shared, monkeypatch):
    monkeypatch.setattr(Shared, "_live", lambda self: None)
    shared = open_shared(Engine())
    wait_for(lambda: shared.trouble)
    with pytest.raises(EngineError, match="has ended"):
        list(shared.run(job("abc")))


def test_closing_tells_who_still_waits(open_shared):
    engine = Engine(gated=True)
    shared = open_shared(engine, 1)
    rows = [shared.rows(), shared.rows()]
    for one in rows:
        one.join(job("abc"))
    wait_for(lambda: engine.joined)
    closing = threading.Thread(target=shared.close)
    closing.start()
    engine.gate.release(100)
    closing.join(60)
    for one in rows:
        found = []
        while one:
            found += one.step()
        assert isinstance(found[-1][1], EngineError) and "stopping" in str(found[-1][1])
    assert shared.trouble is None


def test_an_engine_without_rows_reads_one_after_another(open_shared):
    engine = Plain()
    shared = open_shared(engine, 8)
    assert shared.most == shared.rows(8).most == 1
    texts = ["abc", "de", "x!", "fghi"]
    found = in_threads([lambda one=one: text(shared.run(job(one))) for one in texts])
    assert found[:2] == ["abc", "de"] and found[3] == "fghi" and str(found[2]) == "stuck"
    pieces = shared.run(job(ALPHABET))
    next(pieces)
    pieces.close()
    assert text(shared.run(job("after"))) == "after" and engine.open == 0


def test_an_engine_that_ends_without_an_end_is_an_error(open_shared):
    engine = Plain()
    engine.run = lambda job: iter(())
    with pytest.raises(EngineError, match="without saying so"):
        list(open_shared(engine).run(job("abc")))


def test_steps_are_counted(open_shared):
    seen = []
    shared = open_shared(Engine(), watch=lambda rows, seconds: seen.append((rows, seconds)))
    seat = shared.seat()
    assert text(seat.run(job("abcd"))) == "abcd" and seat.asked == 4
    assert [rows for rows, _ in seen] == [1] * 5 and all(seconds >= 0 for _, seconds in seen)


@pytest.fixture
def looking(ahead, monkeypatch):
    """Lets looks through, one for each `release`; the engines of the test look while others are written."""
    if not ahead:
        pytest.skip("this engine looks between two steps")
    gate, look = threading.Semaphore(1), Engine.look
    monkeypatch.setattr(Engine, "look", lambda self, job: gate.acquire(timeout=60) and look(self, job))
    yield gate
    gate.release(100)


def test_pictures_are_looked_at_while_others_are_written(open_shared, looking):
    engine = Engine(gated=True)
    shared = open_shared(engine)
    first = shared.seat().rows()
    first.join(job(ALPHABET))
    wait_for(lambda: shared.in_use == 1)
    others = [shared.seat().rows() for _ in range(3)]
    for number, rows in enumerate(others):
        rows.join(job(f"x{number}"))
    engine.gate.release(1000)
    said = []
    while first:  # although nobody can be looked at
        said += first.step()
    assert text(piece for _, piece in said) == ALPHABET and engine.joined == [ALPHABET] and shared.waiting >= 2
    looking.release(3)
    for number, rows in enumerate(others):
        said = []
        while rows:
            said += rows.step()
        assert text(piece for _, piece in said) == f"x{number}"


def test_a_picture_that_is_looked_at_for_nobody_takes_no_row(open_shared, looking):
    engine = Engine(gated=True)
    shared = open_shared(engine, 2)
    first, gone = shared.seat(), shared.seat()
    rows, others = first.rows(), gone.rows()
    rows.join(job(ALPHABET))
    wait_for(lambda: shared.in_use == 1)
    others.join(job("x"))
    others.join(job("y"))
    engine.gate.release(1)
    wait_for(lambda: len(shared._looked) == 2)
    gone.leave()
    looking.release(3)
    engine.gate.release(1000)
    while rows:
        rows.step()
    wait_for(lambda: shared.in_use == shared.waiting == 0)
    assert all(batch == [ALPHABET] for batch in engine.batches)


def test_what_was_seen_before_the_engine_broke_is_looked_at_anew(open_shared, looking):
    engine = Engine(gated=True)
    shared = open_shared(engine, 2)
    first, second = shared.seat().rows(), shared.seat().rows()
    first.join(job(ALPHABET))
    wait_for(lambda: shared.in_use == 1)
    second.join(job("xyz"))
    engine.gate.release(1)
    wait_for(lambda: len(shared._looked) == 1)
    engine.faults.append(KeyError("broken"))
    looking.release(3)
    engine.gate.release(1000)
    said = []
    while first:
        said += first.step()
    assert isinstance(said[-1][1], EngineError)
    said = []
    while second:
        said += second.step()
    assert text(piece for _, piece in said) == "xyz" and engine.opened == 2


def test_a_step_that_fails_takes_no_look_from_others(open_shared, looking):
    engine = Engine(gated=True)
    shared = open_shared(engine, 3)
    first, others = shared.seat().rows(), [shared.seat().rows() for _ in range(2)]
    first.join(job(ALPHABET))
    wait_for(lambda: shared.in_use == 1)
    for rows in others:  # one is being looked at, the other is to be
        rows.join(job("xyz"))
    engine.gate.release(1)
    wait_for(lambda: len(shared._looked) == 2)
    engine.faults.append(EngineError("out of memory"))
    engine.gate.release(1000)
    wait_for(lambda: not engine.faults)
    looking.release(3)
    said = []
    while first:
        said += first.step()
    assert isinstance(said[-1][1], EngineError)
    for rows in others:
        said = []
        while rows:
            said += rows.step()
        assert text(piece for _, piece in said if isinstance(piece, Piece)) == "xyz", said
