"""Engines that read several pictures at once: pages come in order, as if read alone, and memory stays bounded."""

from __future__ import annotations

import threading
from contextlib import closing

import numpy as np
import pytest

import gotocr.sheets.line
from gotocr.decode.batch import Opened, Rows
from gotocr.decode.loop import Terms
from gotocr.decode.step import Step
from gotocr.errors import EngineError, InputError
from gotocr.pixels import source
from gotocr.prompt.tokenizer import TextStream, Tokenizer
from gotocr.reader import load
from gotocr.schema import Leaf, Lost, Page, Piece, Task

VERSES = ["The first line here", "stands above another", "and the third ends it", "with some more words"]
WORDS = [f"page {number} " + "long " * (7 * number % 5) for number in range(40)]


class Engine:
    """Writes `WORDS` of the page whose grey says which; several at once, all from the same thread at a time."""

    name = "several"

    def __init__(self, folder) -> None:
        self.tokenizer = Tokenizer.from_folder(folder)
        self.busy, self.most, self.sizes, self.fault = threading.Lock(), 4, [], None

    def rows(self, most: int = 8) -> Rows:
        return Rows(self._open, self._answer, min(most, self.most))

    def _open(self, job) -> Opened:
        number = round((float(job.pixels.values[0].max()) + 1) * 127.5) - 200
        if number == self.fault:
            raise EngineError("this one fails")
        ids = self.tokenizer.encode(WORDS[number]) + [job.prompt.stop_ids[0]]
        return Opened(Row(ids), TextStream(self.tokenizer), Terms(job.prompt.stop_ids, job.max_tokens))

    def _answer(self, questions):
        assert self.busy.acquire(blocking=False), "two threads at once"
        self.sizes.append(len(questions))
        logits = np.zeros((len(questions), self.tokenizer.vocab_size), np.float32)
        logits[np.arange(len(questions)), questions] = 10
        self.busy.release()
        return list(logits)

    def close(self) -> None: ...


class Row:
    def __init__(self, ids) -> None:
        self.ids, self.at = ids, 0

    def begin(self):
        return self.ids[0]

    def push(self, token):
        self.at += 1
        return self.ids[self.at]

    def hear(self, answer):
        return Step(answer)

    def close(self) -> None: ...


@pytest.fixture
def engine(model_folder):
    return Engine(model_folder)


@pytest.fixture
def reader(scripted, model_folder, engine):
    return load(model_folder, engine="scripted").sharing(engine)


@pytest.fixture
def opened(monkeypatch, strokes):
    """Sources are numbers: so many pages, every one on a paper of its own grey; what was opened; which pages are blank, broken, or like another one."""
    log, special = [], {}

    def open_source(count, **_):
        for number in range(count):
            log.append(number)
            if special.get(number) == "lost":
                yield Lost(number, "some", InputError(f"page {number + 1} is lost"))
                continue
            if special.get(number) == "broken":
                raise InputError(f"page {number + 1} is broken")
            like = special.get(number) if isinstance(special.get(number), int) else number
            image = np.asarray(strokes((64, 32), (200 + like,) * 3))
            yield Page(np.full_like(image, 255) if special.get(number) == "blank" else image, number)

    monkeypatch.setattr(source, "open_source", open_source)
    return log, special


def test_pages_come_in_order_and_are_read_at_once(reader, engine, opened):
    steps = list(reader.follow(9, Task("plain")))
    leaves = [step for step in steps if isinstance(step, Leaf)]
    assert [leaf.text for leaf in leaves] == [text.strip() for text in WORDS[:9]] and [leaf.index for leaf in leaves] == list(range(9))
    assert max(engine.sizes) == 4 and len(engine.sizes) < sum(len(engine.tokenizer.encode(text)) for text in WORDS[:9]) / 2
    page = -1
    for step in steps:  # a page, what is written of it, the page as it was read
        if isinstance(step, Page):
            page = step.index
        assert not isinstance(step, Leaf) or step.index == page
    texts = ["".join(step.text for step in steps[start:end] if isinstance(step, Piece)) for start, end in parts(steps)]
    assert [text.strip() for text in texts] == [leaf.text for leaf in leaves]


def parts(steps):
    starts = [place for place, step in enumerate(steps) if isinstance(step, Page)]
    return zip(starts, [*starts[1:], len(steps)], strict=True)


def test_the_first_text_shows_before_the_pages_behind_it_are_opened(reader, opened):
    with closing(reader.follow(9, Task("plain"))) as steps:
        next(step for step in steps if isinstance(step, Piece) and step.text)
        assert opened[0] == [0]


def test_blank_pages_are_pages(reader, opened):
    opened[1].update({0: "blank", 2: "blank", 3: "blank", 5: "blank"})
    expected = ["" if number in (0, 2, 3, 5) else WORDS[number].strip() for number in range(6)]
    assert [leaf.text for leaf in reader.pages(6, "plain")] == expected


def test_no_more_is_opened_than_is_needed(reader, opened, monkeypatch):
    log, special = opened
    monkeypatch.setattr(gotocr.sheets.line, "AHEAD", 100_000)  # a page of 64 x 32 and its view take 30,000
    leaves = reader.pages(40, "plain")
    for number in range(12):
        assert next(leaves).index == number and len(log) <= number + 6
    leaves.close()
    log.clear()
    special.update(dict.fromkeys(range(40), "blank"))
    assert next(reader.pages(40, "plain")).text == "" and len(log) < 20, "blank pages need no row, but memory"


def test_a_broken_page_does_not_take_those_before_it(reader, engine, opened):
    opened[1][3] = "broken"
    leaves = reader.pages(6, "plain")
    assert [next(leaves).index for _ in range(3)] == [0, 1, 2]
    with pytest.raises(InputError, match="page 4 is broken"):
        next(leaves)
    assert [leaf.index for leaf in reader.pages(2, "plain")] == [0, 1]


def test_a_page_that_cannot_be_read_comes_in_its_turn(reader, engine, opened):
    engine.fault = 2
    leaves = list(reader.pages(6, "plain"))
    assert [leaf.text for leaf in leaves] == [text.strip() if number != 2 else "" for number, text in enumerate(WORDS[:6])]
    assert [leaf.error for leaf in leaves] == [None, None, "this one fails", None, None, None]


def test_a_page_that_cannot_be_opened_comes_in_its_turn(reader, opened, monkeypatch):
    for number in (0, 3):
        opened[1][number] = "lost"
    leaves = list(reader.pages(5, "plain"))
    assert [leaf.index for leaf in leaves] == [0, 1, 2, 3, 4]
    assert [leaf.error for leaf in leaves] == ["page 1 is lost", None, None, "page 4 is lost", None]
    assert (leaves[0].width, leaves[0].blocks, leaves[4].text) == (0, (), WORDS[4].strip())


def test_where_no_page_can_be_read_the_source_fails(reader, engine, opened):
    opened[1].update(dict.fromkeys(range(3), "lost"))
    leaves = reader.pages(3, "plain")
    with pytest.raises(InputError, match="page 1 is lost"):
        next(leaves)
    opened[1].clear()
    engine.fault = 0
    with pytest.raises(EngineError, match="this one fails"):
        list(reader.pages(1, "plain"))


def test_the_first_page_broken(reader, opened):
    opened[1][0] = "broken"
    with pytest.raises(InputError, match="page 1"):
        list(reader.pages(2))
    assert list(reader.pages(0)) == []


def test_two_streams_by_turns(reader, opened):
    one, other = reader.pages(5, "plain"), reader.pages(7, "plain")
    for number in range(5):
        assert next(one).text == next(other).text == WORDS[number].strip()
    assert [leaf.index for leaf in other] == [5, 6]


def test_threads_take_turns(reader, opened):
    found = []
    threads = [threading.Thread(target=lambda: found.append([leaf.text for leaf in reader.pages(8, "plain")])) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert found == [[text.strip() for text in WORDS[:8]]] * 4


def test_a_page_equal_to_one_that_is_being_written_waits_for_it(reader, engine, opened):
    opened[1].update({1: 0, 4: 2, 5: 0})
    asked = []
    engine._open, inner = lambda job: asked.append(job) or inner(job), engine._open
    assert [leaf.text for leaf in reader.remember().pages(7, "plain")] == [WORDS[number].strip() for number in (0, 0, 2, 3, 2, 0, 6)]
    assert len(asked) == 4 and max(engine.sizes) > 1


def test_where_that_one_fails_it_is_read_itself(reader, engine, opened):
    opened[1].update({1: 0, 2: 0})
    inner, asked = engine._open, []

    def open_row(job):
        asked.append(job)
        if len(asked) == 1:
            raise EngineError("this one fails")
        return inner(job)

    engine._open = open_row
    leaves = list(reader.remember().pages(4, "plain"))
    assert [leaf.text for leaf in leaves] == ["", *(WORDS[number].strip() for number in (0, 0, 3))] and len(asked) == 3
    assert [leaf.error for leaf in leaves] == ["this one fails", None, None, None]


def test_the_time_of_a_page_does_not_run_while_it_waits_for_its_turn(reader, engine, opened, monkeypatch):
    """Pages that were read ahead are whole, and remembered as such, however long those before them took."""
    now = [0.0]
    monkeypatch.setattr("gotocr.sheets.cap.monotonic", lambda: now[0])
    task = Task("plain", seconds=5.0)
    for leaf in reader.remember().follow(9, task):
        if isinstance(leaf, Leaf):
            assert leaf.text == WORDS[leaf.index].strip() and not leaf.truncated
            now[0] += 60
    assert max(engine.sizes) == 4
    assert len(list(reader.pages(9, task))) == 9 and reader.memory.found == 9


def test_pages_that_need_no_text_do_not_hold_up_what_is_written(reader, engine, opened, monkeypatch):
    monkeypatch.setattr("gotocr.decode.batch.LEAD", 0)
    opened[1].update(dict.fromkeys(range(1, 40), 0))
    engine.most = 2
    log = []
    engine._answer, inner = lambda questions: log.append(len(opened[0])) or inner(questions), engine._answer
    assert len(list(reader.remember().pages(40, "plain"))) == 40
    assert len(log) > 2 and all(after - before <= 1 for before, after in zip(log, log[1:], strict=False))


def test_the_bundled_model_reads_several_pages_as_one_by_one(tmp_path):
    """Real pictures of many sizes, against the same engine asked for one at a time."""
    from PIL import Image, ImageDraw, ImageFont

    frames = []
    for number, (size, lines) in enumerate([((420, 60), 1), ((300, 180), 5), ((200, 90), 2), ((420, 60), 0), ((360, 120), 3)]):
        frame = Image.new("RGB", size, "white")
        for line in range(lines):
            ImageDraw.Draw(frame).text((8, 8 + 32 * line), VERSES[(line + number) % len(VERSES)], "black", ImageFont.load_default(22))
        frames.append(frame)
    frames[0].save(tmp_path / "pages.tiff", save_all=True, append_images=frames[1:])
    with load("nano", quiet=True) as reader:
        alone = reader.sharing(InTurn(reader.engine))
        together, one_by_one = ([leaf.text for leaf in some.pages(tmp_path / "pages.tiff", "plain")] for some in (reader, alone))
    assert together == one_by_one and "stands above" in together[1]


class InTurn:
    def __init__(self, engine) -> None:
        self.name, self.run = engine.name, engine.run
