"""A system in its own process: what it costs, what it breaks, and that nothing of it is left behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest

from gotocr.errors import MissingExtraError, UsageError, WorkerError
from gotocr.evaluate.suite import Item
from gotocr.evaluate.systems.process import Process
from gotocr.evaluate.systems.system import Choice

MEGABYTES = 1 << 20
# A system that does what an item is called; it comes in as a stranger's plug-in does.
SCRIPT = '''
import os, subprocess, sys, time
from gotocr.errors import MissingExtraError, UsageError

class Picky(UsageError):
    exit_code = 42

class Script:
    name, version = "script", "script 1"

    def __init__(self, folder):
        self.folder = folder

    def read(self, item, mode):
        if item.id == "crash":
            os.write(2, b"first words\\nno memory left\\n")
            os._exit(3)
        if item.id in ("hang", "crash beside a program"):
            program = subprocess.Popen(["sleep", "300"])
            (self.folder / "pids").write_text(f"{os.getpid()} {program.pid}")
            time.sleep(300) if item.id == "hang" else os._exit(3)
        if item.id == "refuse":
            raise UsageError("not this one")
        if item.id == "fail":
            return 1 // 0
        if item.id == "sleep":
            time.sleep(0.3)
        if item.id == "spin":
            end = time.process_time() + 0.3
            while time.process_time() < end: pass
        if item.id in ("eat", "eat in a program"):
            code = "x = bytearray(b'x') * (200 << 20)"
            exec(code) if item.id == "eat" else subprocess.run([sys.executable, "-c", code], check=True)
        self.words = [("a", 0.5), ("word", 1)] if item.id == "sure" else []
        print("a word", flush=True)
        os.write(2, b"another word")
        return f"{item.truth} {item.type} {item.image} {item.language} {item.page} {dict(item.notes)} {mode} \\ud800\\0"

    def close(self):
        (self.folder / "closed").touch()

def open_system(choice):
    said = (choice.folders[0] / "load").read_text()
    if said == "missing":
        raise MissingExtraError("torch", "this")
    if said == "picky":
        raise Picky("give something else")
    if said == "fail":
        raise ValueError("what is this?")
    if said == "crash":
        os._exit(4)
    return Script(choice.folders[0])
'''


def item(name: str) -> Item:
    return Item(name, "line", Path("é/p.png"), object(), "de", page=2, notes={"box": (1, 2, 3, 4), "other": object()})


@pytest.fixture
def script(tmp_path, monkeypatch):
    """Make a Process of the scripted system, which loads as told."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    plug = tmp_path / "plug" / "script-1.dist-info"
    plug.mkdir(parents=True)
    (plug / "entry_points.txt").write_text("[gotocr.systems]\nscript = gotocr_script:open_system\n")
    (plug / "METADATA").write_text("Name: script\nVersion: 1\n")
    (plug.parent / "gotocr_script.py").write_text(SCRIPT)
    monkeypatch.syspath_prepend(str(plug.parent))
    made = []

    def make(load: str = "") -> Process:
        (tmp_path / "load").write_text(load)
        made.append(Process("script", Choice(folders=(tmp_path,))))
        return made[-1]

    yield make
    for process in made:
        process.close()
    assert list(tmp_path.glob("*.log")) == []


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


def ends(pid: int) -> bool:
    """Whether a process is gone, soon."""
    for _ in range(600):
        if not alive(pid):
            return True
        time.sleep(0.1)
    return False


def test_it_reads_and_says_what_that_took(script, tmp_path, capfd):
    process = script()
    process.start()
    assert (process.name, process.version) == ("script", "script 1") and 0 < process.load_seconds < 60
    read = process.read(item("plain"), "format", 60)
    assert read.text == "None line é/p.png de 2 {'box': [1, 2, 3, 4]} format \ud800\0" and read.error == ""
    assert read.words == () and process.read(item("sure"), "plain", 60).words == (("a", 0.5), ("word", 1.0))
    slept, spun = process.read(item("sleep"), "plain", 60), process.read(item("spin"), "plain", 60)
    assert 0.3 <= slept.seconds < 20 and slept.cpu_seconds < 0.2
    assert 0.28 <= spun.cpu_seconds < 2 and spun.seconds > 0.28
    process.close()
    assert (tmp_path / "closed").exists() and capfd.readouterr() == ("", "")


def test_what_a_system_raises_concerns_one_item_only(script):
    with script() as process:
        assert process.read(item("refuse"), "plain", 60).error == "not this one"
        failed = process.read(item("fail"), "plain", 60)
        assert failed.error.startswith("ZeroDivisionError: ") and failed.text == "" and failed.seconds is not None
        assert process.read(item("plain"), "plain", 60).text


def test_one_that_dies_is_started_again(script, monkeypatch):
    with script() as process:
        dead = process.read(item("crash"), "plain", 60)
        assert "exit code 3" in dead.error and "no memory left" in dead.error and dead.seconds is None
        assert process.read(item("plain"), "plain", 60).text
        assert [process.read(item("crash"), "plain", 60).error.count("died (") for _ in range(3)] == [1, 1, 1]
        monkeypatch.setattr(process, "start", lambda: pytest.fail("it was started once more"))
        assert "given up" in process.read(item("plain"), "plain", 60).error


@pytest.mark.parametrize("what", ["hang", "crash beside a program"])
def test_programs_end_with_the_process_that_ran_them(script, tmp_path, what):
    with script() as process:
        before = time.perf_counter()
        read = process.read(item(what), "plain", 1.0 if what == "hang" else 60.0)
        assert ("longer than 1 seconds" if what == "hang" else "exit code 3") in read.error
        assert time.perf_counter() - before < 30
        assert all(ends(int(pid)) for pid in (tmp_path / "pids").read_text().split())
        assert process.read(item("plain"), "plain", 60).text


@pytest.mark.parametrize(
    ("load", "kind", "code", "says"),
    [
        ("missing", MissingExtraError, 4, "pip install 'gotocr\\[torch\\]'"),
        ("picky", UsageError, 42, "^give something else$"),
        ("fail", WorkerError, 9, "ValueError: what is this"),
        ("crash", WorkerError, 9, "exit code 4"),
    ],
)
def test_errors_of_loading_arrive_as_what_they_are(script, load, kind, code, says):
    process = script(load)
    with pytest.raises(kind, match=says) as caught:
        process.start()
    assert caught.value.exit_code == code and process.peak_bytes() < 500 * MEGABYTES
    assert "script" in process.read(item("plain"), "plain", 60).error or load in ("missing", "picky")


def test_memory_is_that_of_the_process_or_of_its_largest_program(script):
    ballast = bytearray(b"x") * (300 * MEGABYTES)  # of the process that asks: does not count
    process = script()
    process.start()
    del ballast
    before = process.peak_bytes()
    assert 5 * MEGABYTES < before < 150 * MEGABYTES
    process.read(item("eat in a program"), "plain", 60)
    assert 200 * MEGABYTES < process.peak_bytes() < 300 * MEGABYTES
    process.read(item("eat"), "plain", 60)
    assert process.peak_bytes() > 200 * MEGABYTES
    process.close()
    assert process.peak_bytes() > 200 * MEGABYTES


RUN = """
import signal, sys; from pathlib import Path
signal.signal(signal.SIGINT, signal.default_int_handler)  # whoever started the tests in the background had it ignored
from gotocr.evaluate.suite import Item
from gotocr.evaluate.systems.process import Process
from gotocr.evaluate.systems.system import Choice
if __name__ == "__main__":
    with Process("script", Choice(folders=(Path(sys.argv[1]),))) as process:
        print("ready", flush=True)
        process.read(Item(sys.argv[2], "line", Path("p.png"), None), "plain", 100)
        Path(sys.argv[1], "pids").write_text(str(process._process.pid))
        print("ready", flush=True)
        input()
"""


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="needs /proc")
@pytest.mark.parametrize(("what", "by"), [("hang", signal.SIGINT), ("plain", signal.SIGINT), ("plain", signal.SIGKILL)])
def test_nothing_outlives_the_one_who_asked(script, tmp_path, what, by):
    script()
    (tmp_path / "run.py").write_text(RUN)
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(map(str, sys.path)), "TMPDIR": str(tmp_path)}
    command = [sys.executable, str(tmp_path / "run.py"), str(tmp_path), what]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with subprocess.Popen(command, env=environment, start_new_session=True, text=True, **pipes) as asker:
        assert asker.stdout.readline() == "ready\n"
        if what == "plain":
            assert asker.stdout.readline() == "ready\n"
        while not (tmp_path / "pids").exists():
            time.sleep(0.05)
        time.sleep(0.1)
        os.killpg(asker.pid, by)
        said = asker.communicate(timeout=60)[1]
    assert said.count("KeyboardInterrupt") == (by == signal.SIGINT)  # once, from the one who asked
    assert all(ends(int(pid)) for pid in (tmp_path / "pids").read_text().split())
    for log in tmp_path.glob("*.log"):  # whoever is killed outright cannot clear up
        assert by == signal.SIGKILL
        log.unlink()
