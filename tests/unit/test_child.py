"""A child is used again, replaced when it dies, hangs or grows, and ends with its parent."""

from __future__ import annotations

import multiprocessing
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from types import SimpleNamespace

import pytest

from gotocr.errors import WorkerError
from gotocr.child import Child, LateError, NoChildError, Pool, RefusedError, child, pool

HERE = "tests.unit.worked"
HERE_IT_IS = __file__  # a gate that is open
PARENT = f"""
from gotocr.child import child
print(child("{HERE}:process")()[0], flush=True)
input()
"""


@pytest.fixture
def made():
    children = []

    def make(name: str, **limits) -> Child:
        children.append(Child(f"{HERE}:{name}", **limits))
        return children[-1]

    yield make
    for one in children:
        one.close()


def gone(pid: int) -> bool:
    for _ in range(1200):
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return True
        try:
            with open(f"/proc/{pid}/stat") as stat:
                if stat.read().rpartition(")")[2].split()[0] == "Z":  # dead, and nobody has asked how it ended
                    return True
        except OSError:
            pass
        time.sleep(0.05)
    return False


def test_one_process_answers_again_and_again(made):
    work = made("process")
    first, again = work(1, "ä\0", [None, 2.5]), work()
    assert first[0] == again[0] != os.getpid() and first[1:] == [1, "ä\0", [None, 2.5]]
    work.close()
    assert gone(first[0]) and work()[0] != first[0]


def test_text_comes_as_it_is_and_prints_are_no_answers(made):
    assert made("text")("ü" * 300_000) == "ü" * 300_000 + "\ud800"


@pytest.mark.parametrize("count", [0, 1, 100_003, 40_000_001])
def test_bytes_come_as_they_are(made, count):
    body = made("pattern")(count)
    assert isinstance(body, bytearray) and body == bytes(range(256)) * (count // 256) + bytes(range(count % 256))


def test_bytes_take_no_more_than_the_child_may_hold(made):
    work = made("pattern", memory=300 << 20)
    with pytest.raises(WorkerError):
        work(301 << 20)
    assert work(3) == b"\0\1\2"


def test_it_imports_nothing_heavy(made):
    assert not {"torch", "numpy", "PIL", "onnxruntime"} & set(made("modules")())


def test_a_refusal_does_not_end_it(made):
    work = made("refuse")
    with pytest.raises(RefusedError, match="no, ä"):
        work()
    pid = work._process.pid
    with pytest.raises(RefusedError):
        work()
    assert work._process.pid == pid


def test_a_crash_is_an_error_and_the_next_call_has_a_fresh_process(made):
    work = made("crash")
    for _ in range(2):
        with pytest.raises(WorkerError, match="died"):
            work()


def test_one_killed_between_calls_is_replaced(made):
    work = made("process")
    os.kill(work()[0], signal.SIGKILL)
    work._process.wait()
    assert work("again")[1] == "again"


def test_a_hanging_one_is_ended(made):
    work = made("hang", seconds=0.5)
    began = time.monotonic()
    with pytest.raises(LateError, match="longer than 0.5 s"):
        work()
    assert time.monotonic() - began < 60  # by itself it would take ten minutes


def test_no_answer_is_taken_for_that_to_another_request(made, monkeypatch):
    """Ctrl-C while it is waited for an answer."""
    work = made("process")
    first = work(1)

    def broken_off(*_):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr("gotocr.child._receive", broken_off)
        work(2)
    assert gone(first[0]) and work(3)[1:] == [3]


@pytest.mark.parametrize(("program", "says"), [("nonesuch", "no process can be started"), ("true", "died at once")])
def test_where_no_process_can_be_started(made, monkeypatch, program, says):
    monkeypatch.setattr(sys, "executable", shutil.which(program) or "/nonesuch")
    with pytest.raises(NoChildError, match=says):
        made("process")()


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="this system does not limit data")
def test_memory_is_limited(made):
    with pytest.raises(WorkerError):
        made("eat", memory=300 << 20)()
    assert made("eat", memory=4 << 30)() == 1 << 30


def test_it_is_replaced_after_many_requests(made, monkeypatch):
    monkeypatch.setattr("gotocr.child.FRESH", 3)
    work = made("process")
    assert len({work()[0] for _ in range(6)}) == 2


def test_threads_take_turns(made):
    work, found = made("process"), []
    threads = [threading.Thread(target=lambda n=n: found.append(work(n)[1:] == [n])) for n in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert found == [True] * 16


@pytest.mark.skipif("fork" not in multiprocessing.get_all_start_methods(), reason="no fork here")
def test_a_forked_process_has_one_of_its_own():
    ours = child(f"{HERE}:process")()[0]
    with multiprocessing.get_context("fork").Pool(1) as pool:
        assert pool.apply(_pid) != ours
    assert child(f"{HERE}:process")()[0] == ours


def _pid() -> int:
    return child(f"{HERE}:process")()[0]


@pytest.mark.parametrize("how", ["end", "kill"])
def test_it_ends_with_its_parent(how):
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
    streams = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    parent = subprocess.Popen([sys.executable, "-c", PARENT], env=environment, **streams)
    pid = int(parent.stdout.readline())
    parent.kill() if how == "kill" else parent.communicate("\n")
    parent.wait()
    parent.stdin.close(), parent.stdout.close()
    assert gone(pid)


def test_no_function_no_exception_but_ours(made):
    with pytest.raises(WorkerError):
        made("nothing_of_that_name")()


@pytest.fixture
def pools(made):
    found = []

    def make(name: str, most: int = 2, idle: float = 60.0, **limits) -> Pool:
        found.append(Pool(lambda: made(name, **limits), most, idle))
        return found[-1]

    yield make
    for one in found:
        one.close()


def together(work, *calls):
    """What calls from as many threads give, or raise, in the order in which they end."""
    ended = []

    def run(arguments):
        try:
            ended.append(work(*arguments))
        except WorkerError as error:
            ended.append(error)

    threads = [threading.Thread(target=run, args=(arguments,)) for arguments in calls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return ended


def soon(condition):
    until = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < until, "it did not come about"
        time.sleep(0.005)


@pytest.fixture
def gate(tmp_path):
    """A file that is not there; a child with `wait` has work until it is."""
    return tmp_path / "gate"


def test_a_pool_starts_no_more_than_are_needed(pools):
    work = pools("process", most=4)
    assert work.many == 0
    assert len({work(n)[0] for n in range(5)}) == 1 and work.many == 1


def test_one_that_hangs_holds_nobody_up(pools, gate):
    work, slow = pools("wait", seconds=60.0), []
    hanging = threading.Thread(target=lambda: slow.append(work(str(gate))))
    hanging.start()
    soon(lambda: work.many == 1)
    pids = together(work, *((HERE_IT_IS,) for _ in range(8)))
    assert len(pids) == 8 and len(set(pids)) == 1 and work.many == 2 and hanging.is_alive()
    gate.touch()
    hanging.join(60)
    assert len(slow) == 1 and slow[0] != pids[0]


def test_whoever_waits_is_served_in_turn(pools, gate):
    work, order = pools("wait", most=1, seconds=60.0), []
    started = threading.Thread(target=lambda: order.append((0, work(str(gate)))))
    started.start()
    soon(lambda: work.many == 1)
    threads = []
    for number in range(1, 6):
        threads.append(threading.Thread(target=lambda number=number: order.append((number, work(HERE_IT_IS)))))
        threads[-1].start()
        soon(lambda: len(work._waiting) == number)  # noqa: B023
    gate.touch()
    for thread in (started, *threads):
        thread.join(60)
    assert [number for number, _ in order] == list(range(6)) and len({pid for _, pid in order}) == 1


def test_who_knows_a_thing_is_asked_about_it_again(pools, tmp_path):
    work, gates = pools("wait", seconds=60.0), [tmp_path / "one", tmp_path / "two"]
    busy = [threading.Thread(target=work, args=(str(gate),)) for gate in gates]
    for count, thread in enumerate(busy, 1):
        thread.start()
        soon(lambda: work.many == count)  # noqa: B023
    for gate in gates:
        gate.touch()
    for thread in busy:
        thread.join(60)
    one, two = map(str, gates)
    pids = {gate: work(gate) for gate in (one, two)}
    assert pids[one] != pids[two] == work(two) != work(one) == pids[one]


@pytest.mark.parametrize(("name", "error"), [("crash", WorkerError), ("hang", LateError), ("refuse", RefusedError)])
def test_a_pool_outlives_its_children(pools, name, error):
    work = pools(name, seconds=0.5 if name == "hang" else 60.0)
    ended = together(work, *((n,) for n in range(5))) if name != "refuse" else together(work, (), (), ())
    assert all(type(one) is error for one in ended) and len(ended) >= 3 and work.many <= 2 and not work._waiting


def test_one_killed_in_the_middle_is_one_call_lost(pools, gate):
    work, ended = pools("wait", seconds=60.0), []
    first = work(HERE_IT_IS)
    one = work._free[-1].child
    calls = threading.Thread(target=lambda: ended.extend(together(work, (str(gate),), (HERE_IT_IS,), (HERE_IT_IS,))))
    calls.start()
    soon(lambda: one._asked == 2)  # it lives and has work, or will have it in a moment
    os.kill(first, signal.SIGKILL)
    calls.join(60)
    lost = [one for one in ended if isinstance(one, WorkerError)]
    assert len(ended) == 3 and len(lost) == 1 and "died" in str(lost[0])


def test_whoever_is_broken_off_while_waiting_takes_nothing_along(pools, monkeypatch, gate):
    work = pools("wait", most=1, seconds=60.0)
    busy = threading.Thread(target=work, args=(str(gate),))
    busy.start()
    soon(lambda: work.many == 1)

    class Broken(threading.Event):
        def wait(self, timeout=None):
            raise KeyboardInterrupt

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr("gotocr.child._Turn", lambda: SimpleNamespace(come=Broken(), child=None))
        work(HERE_IT_IS)
    assert not work._waiting
    gate.touch()
    busy.join(60)
    assert len(work._free) == 1 and isinstance(work(HERE_IT_IS), int)


def test_idle_children_end(pools, gate):
    work, pids = pools("wait", idle=0.3, seconds=60.0), []
    busy = [threading.Thread(target=lambda: pids.append(work(str(gate)))) for _ in range(2)]
    for count, thread in enumerate(busy, 1):
        thread.start()
        soon(lambda: work.many == count)  # noqa: B023
    gate.touch()
    for thread in busy:
        thread.join(60)
    assert len(set(pids)) == 2 and all(map(gone, pids)) and work.many == 0
    work._idle = 60.0
    assert isinstance(work(HERE_IT_IS), int) and work.many == 1


def test_the_pool_of_a_function():
    work = pool(f"{HERE}:process")
    assert work is pool(f"{HERE}:process") is not pool(f"{HERE}:process", seconds=3.0) and 2 <= work.most <= 8
    pid = work()[0]
    assert pid == work()[0] != os.getpid()
    work.close()
    assert gone(pid) and work()[0] != pid
    work.close()
