"""Several sources in one call: each gives what it gives by itself, whatever happens to the others, and all are read ahead."""

from __future__ import annotations

import io
from concurrent.futures import Future
import os
import threading
from contextlib import closing
from dataclasses import replace

import pytest
from PIL import Image, ImageDraw, ImageFont

from gotocr.decode.batch import Rows
from gotocr.errors import EngineError, InputError, WeightsError
from gotocr.reader import load
from gotocr.schema import Leaf, Page, Task

PLAIN = Task("plain", reread=False)
WORDS = ["the quick brown fox", "jumps over", "a lazy dog and more", "while it rains", "again"]


def png(text: str, size=(420, 56)) -> bytes:
    image = Image.new("L", size, 255)
    ImageDraw.Draw(image).text((14, 12), text, font=ImageFont.load_default(26), fill=0)
    file = io.BytesIO()
    image.save(file, "PNG")
    return file.getvalue()


@pytest.fixture(scope="module")
def nano():
    pytest.importorskip("onnxruntime")
    with load("nano", engine="onnx") as reader:
        yield reader


@pytest.fixture
def files(tmp_path):
    """Five pictures of a line, the third with two pages."""
    found = []
    for number, words in enumerate(WORDS):
        path = tmp_path / f"{number}.png"
        path.write_bytes(png(words))
        found.append(path)
    frames = [Image.open(io.BytesIO(png(words))) for words in WORDS[2:4]]
    found[2] = tmp_path / "2.tiff"
    frames[0].save(found[2], save_all=True, append_images=frames[1:])
    return found


def leaves(steps) -> list[Leaf]:
    return [step for step in steps if isinstance(step, Leaf)]


def told(found: list[Leaf]) -> list[tuple]:
    return [(leaf.index, leaf.text, leaf.confidence, [word.box for block in leaf.blocks for word in block.words]) for leaf in found]


def alone(reader, source) -> list[tuple]:
    return told(list(reader.pages(source, PLAIN)))


def test_each_is_what_it_is_alone(nano, files):
    each = [list(steps) for steps in nano.follow_each([(path, None) for path in files], PLAIN)]
    assert [told(leaves(steps)) for steps in each] == [alone(nano, path) for path in files]
    assert [[step.index for step in steps if isinstance(step, Page)] for steps in each] == [[0], [0], [0, 1], [0], [0]]
    assert "".join(leaf.text for steps in each for leaf in leaves(steps)).count("o") > 3, "something was read"


def looked_at(rows: Rows, job) -> Future:
    done = Future()
    done.set_result(rows._look(job, lambda: False))
    return done


def test_several_are_written_at_once(nano, files, monkeypatch):
    sizes: list[int] = []
    step = Rows.step
    monkeypatch.setattr("gotocr.decode.batch.LEAD", 0)  # these lines are hardly longer than what is written of the first alone
    monkeypatch.setattr(Rows, "look_ahead", looked_at)  # in a thread, it might be done too late
    monkeypatch.setattr(Rows, "step", lambda rows: sizes.append(len(rows)) or step(rows))
    for steps in nano.follow_each([(path, None) for path in files], PLAIN):
        list(steps)
    together = sum(sizes), len(sizes)
    sizes.clear()
    for path in files:
        list(nano.pages(path, PLAIN))
    assert together[1] < 0.8 * len(sizes) and max(sizes) <= 2


def test_a_source_that_fails_is_its_own_error(nano, files, tmp_path):
    broken = tmp_path / "broken.png"
    broken.write_bytes(files[0].read_bytes()[:60])
    sources = [files[0], tmp_path / "none.png", files[1], broken, files[4]]
    found = []
    for steps in nano.follow_each([(path, None) for path in sources], PLAIN):
        try:
            found.append(told(leaves(steps)))
        except InputError as error:
            found.append(str(error).split(":")[0])
    assert [found[0], found[2], found[4]] == [alone(nano, path) for path in (files[0], files[1], files[4])]
    assert all(isinstance(found[number], str) for number in (1, 3)) and "none.png" in found[1] and "broken.png" in found[3]


@pytest.mark.parametrize("after", [0, 1, 4])
def test_turning_away_from_a_source_leaves_the_others(nano, files, after):
    """What was read ahead of the others is asked again."""
    found = []
    for number, steps in enumerate(nano.follow_each([(path, None) for path in files], PLAIN)):
        if number in (0, 2):
            for _ in range(after):
                next(steps)
        else:
            found.append(told(leaves(steps)))
    assert found == [alone(nano, files[number]) for number in (1, 3, 4)]


def test_the_engine_breaks_down_in_the_middle(nano, files, monkeypatch):
    """Neither an error of its own kind nor any other leaves the sources behind it empty."""
    for error in (EngineError("no more"), RuntimeError("strange")):
        calls = []
        write = type(nano.engine.network).write

        def failing(network, *given, error=error, calls=calls, write=write):
            calls.append(1)
            if len(calls) == 12:
                raise error
            return write(network, *given)

        with monkeypatch.context() as patched:
            patched.setattr(type(nano.engine.network), "write", failing)
            found, failed = [], []
            for number, steps in enumerate(nano.follow_each([(path, None) for path in files], PLAIN)):
                try:
                    found.append((number, told(leaves(steps))))
                except (EngineError, RuntimeError):
                    failed.append(number)
        assert failed and failed[0] == 0 and 4 not in failed
        assert all(value == alone(nano, files[number]) for number, value in found), error


def test_sources_are_opened_one_after_another(nano, files):
    opened = []

    def sources():
        for path in files:
            opened.append(path)
            yield path, None

    with closing(nano.follow_each(sources(), PLAIN)) as each:
        first = next(each)
        assert opened == files[:1], "none ahead before something is written"
        list(first)
        list(next(each))
    assert len(opened) <= len(files)


def test_a_model_that_cannot_be_loaded_fails_at_once(tmp_path, files):
    (tmp_path / "model").mkdir()
    (tmp_path / "model" / "config.json").write_text('{"family": "nano"}')
    with load(tmp_path / "model", engine="onnx") as reader, pytest.raises(WeightsError):
        for steps in reader.follow_each([(path, None) for path in files], PLAIN):
            list(steps)


def test_no_source_at_all(nano):
    assert list(nano.follow_each([], PLAIN)) == []


def test_what_has_to_be_waited_for_holds_nothing_up(nano, files, tmp_path):
    """A pipe that somebody writes to once he has seen what is before it."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    with closing(nano.follow_each([(path, None) for path in (files[3], files[2], pipe, files[4])], PLAIN)) as each:
        found = [told(leaves(next(each))) for _ in range(2)]
        writer = threading.Thread(target=lambda: pipe.write_bytes(png(WORDS[1])))
        writer.start()
        found += [told(leaves(steps)) for steps in each]
        writer.join(30)
    assert found == [alone(nano, path) for path in (files[3], files[2], files[1], files[4])]


@pytest.mark.parametrize("error", [RuntimeError("strange"), WeightsError("a file is gone"), EngineError("cannot be seen")])
def test_what_fails_while_it_is_looked_at_ahead_fails_in_its_turn(nano, files, tmp_path, monkeypatch, error):
    expected = [alone(nano, path) for path in files]
    view = nano.family.view

    def fails(page, task, setting):
        if page.source == str(files[2]) and page.index == 0:
            raise error
        return view(page, task, setting)

    monkeypatch.setitem(nano.__dict__, "family", replace(nano.family, view=fails))
    monkeypatch.setattr(nano, "memory", None)
    found = {}
    for number, steps in enumerate(nano.remember().follow_each([(path, None) for path in files], PLAIN)):
        try:
            found[number] = told(leaves(steps))
        except type(error):
            continue
    if isinstance(error, EngineError):  # of one page
        assert found.pop(2)[1] == expected[2][1]
    assert found == {number: expected[number] for number in (0, 1, 3, 4)}
