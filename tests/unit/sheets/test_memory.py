"""A memory of pages: what is kept is found again, exactly; torn, foreign and old files are no harm; several may use one folder."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

from gotocr.errors import OutputError
from gotocr.schema import Block, Leaf, Word
from gotocr.sheets import memory
from gotocr.sheets.memory import Memory

NAMES = [f"{number:064x}" for number in range(300)]


def leaf(text: str = "one", index: int = 3) -> Leaf:
    word = Word(text, (1.5, 2.0, 3.25, 4.0), 0.1 + 0.2, (("0ne", 1 / 3),), ("no ink under it",))
    block = Block("text", text, (1.0, 2.0, 3.0, 4.0), 0.7, (word,), data={"role": "heading", "level": 1}, agreement=0.25)
    return Leaf(index, 64, 32, text, (block,), confidence=0.7, notes=("turned by 90 degrees",), warnings=("ä \ud800",), coverage=0.5)


def files(folder):
    return sorted(path.name for path in folder.iterdir())


def test_what_was_kept_is_found_by_another_process(tmp_path):
    Memory(tmp_path).keep(NAMES[0], leaf())
    for other in (Memory(tmp_path), Memory(tmp_path)):
        assert NAMES[0] in other and NAMES[1] not in other
        assert other.find(NAMES[0]) == leaf() and other.find(NAMES[1]) is None and other.found == 1
    code = "import sys; from gotocr.sheets.memory import Memory; print(Memory(sys.argv[1]).find(sys.argv[2]).blocks[0].text)"
    assert subprocess.run([sys.executable, "-c", code, tmp_path, NAMES[0]], capture_output=True, text=True).stdout == "one\n"
    assert files(tmp_path) == [f"{NAMES[0]}.page"]


def test_without_a_folder_the_last_ones_are_kept():
    made = Memory()
    for name in NAMES[: memory.NEAR_PAGES]:
        made.keep(name, leaf())
    assert made.find(NAMES[0]) == leaf()
    made.keep(NAMES[-1], leaf())
    assert NAMES[0] in made and NAMES[1] not in made and NAMES[2] in made, "what was used is not the oldest"
    assert made.find(NAMES[1]) is None
    made.keep(NAMES[0], leaf("x" * memory.NEAR_BYTES))
    assert not made._near and made._bytes == 0
    made.keep(NAMES[0], leaf())
    assert made.find(NAMES[0]) == leaf()


def test_whatever_part_of_a_file_is_missing_or_changed_it_is_passed_over(tmp_path):
    Memory(tmp_path).keep(NAMES[0], leaf())
    path = tmp_path / f"{NAMES[0]}.page"
    whole = path.read_bytes()
    assert whole.isascii() and [json.loads(line) for line in whole.splitlines()][0]["page"] == NAMES[0]
    for end in range(0, len(whole), 7):
        path.write_bytes(whole[:end])
        assert Memory(tmp_path).find(NAMES[0]) is None
    for place in range(0, len(whole), 11):
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
        assert Memory(tmp_path).find(NAMES[0]) is None
    for other in (b"", b"\n", b"[]\n[]\n", b"{" * 100_000 + b"\n\n", b"\xff\n\xff\n", b'{"what": "gotocr page 1"}\n{}\n'):
        path.write_bytes(other)
        assert Memory(tmp_path).find(NAMES[0]) is None
    path.rename(tmp_path / f"{NAMES[1]}.page")
    (tmp_path / f"{NAMES[1]}.page").write_bytes(whole)
    assert Memory(tmp_path).find(NAMES[1]) is None, "a page under another's name"
    path.mkdir()
    assert Memory(tmp_path).find(NAMES[0]) is None
    path.rmdir()
    Memory(tmp_path).keep(NAMES[0], leaf())
    assert Memory(tmp_path).find(NAMES[0]) == leaf()


def test_what_was_not_used_for_longest_goes_first(tmp_path):
    Memory(tmp_path).keep(NAMES[0], leaf())
    size = (tmp_path / f"{NAMES[0]}.page").stat().st_size
    (tmp_path / "mine.page").write_bytes(b"x" * 10 * size)
    most = 20 * size
    for number, name in enumerate(NAMES[:18]):
        Memory(tmp_path, most).keep(name, leaf())
        os.utime(tmp_path / f"{name}.page", (number, number))
    assert len(files(tmp_path)) == 19
    assert Memory(tmp_path, most).find(NAMES[0]) == leaf(), "it is the newest now"
    made = Memory(tmp_path, most)
    for name in NAMES[18:21]:
        made.keep(name, leaf())
    left = files(tmp_path)
    assert len(left) == 19 and "mine.page" in left and not made.trouble
    assert f"{NAMES[0]}.page" in left and f"{NAMES[20]}.page" in left
    assert [f"{name}.page" in left for name in NAMES[1:5]] == [False, False, False, True]
    for name in NAMES:
        made.keep(name, leaf())
        assert sum(path.stat().st_size for path in tmp_path.iterdir() if path.name != "mine.page") <= most + size * (20 / memory.LOOK + 1)


def test_half_written_files_of_a_run_that_was_ended_go(tmp_path):
    parts = [tmp_path / name for name in (".a1_b.part", ".c2.part", "report.part")]
    for path in parts:
        path.write_bytes(b"{")
    os.utime(parts[0], (0, 0)), os.utime(parts[2], (0, 0))
    Memory(tmp_path).keep(NAMES[0], leaf())
    assert [path.exists() for path in parts] == [False, True, True], "the second may still be written, the third is not ours"


def test_a_folder_that_cannot_be_used(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError, match="cannot make the folder"):
        Memory(tmp_path / "file" / "in")
    made = Memory(tmp_path / "in")

    def full(*_, **__):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(memory.os, "replace", full)
    made.keep(NAMES[0], leaf())
    assert made.trouble == "No space left on device" and made.find(NAMES[0]) == leaf() and files(tmp_path / "in") == []


@pytest.mark.skipif(os.name != "posix", reason="who may read a file is said otherwise there")
def test_nobody_else_may_look(tmp_path):
    Memory(tmp_path / "in").keep(NAMES[0], leaf())
    assert (tmp_path / "in").stat().st_mode & 0o77 == 0 and (tmp_path / "in" / f"{NAMES[0]}.page").stat().st_mode & 0o77 == 0


WRITER = """
import sys, random
from gotocr.schema import Leaf
from gotocr.sheets.memory import Memory
made, names, rng = Memory(sys.argv[1], 40_000), [f"{n:064x}" for n in range(12)], random.Random(sys.argv[2])
torn = 0
for _ in range(400):
    name = rng.choice(names)
    made.keep(name, Leaf(0, 1, 1, name * 60))
    made._near.clear(); made._bytes = 0
    found = made.find(rng.choice(names))
    torn += found is not None and found.text != found.text[:64] * 60
print(torn, made.trouble)
"""


def test_several_processes_use_one_folder(tmp_path):
    running = [subprocess.Popen([sys.executable, "-c", WRITER, tmp_path, str(n)], stdout=subprocess.PIPE, text=True) for n in range(3)]
    assert [process.communicate(timeout=300)[0] for process in running] == ["0 \n"] * 3
    assert all(name.endswith(".page") for name in files(tmp_path)) and 1 <= len(files(tmp_path)) <= 12


def test_a_folder_that_may_not_be_looked_into_is_no_harm(tmp_path, monkeypatch):
    kept = Memory(tmp_path)

    def forbidden(path, **_):
        raise PermissionError(13, "Permission denied")

    with monkeypatch.context() as patched:
        patched.setattr(os, "stat", forbidden)
        assert NAMES[0] not in kept
