"""Engines of others that loop, stall, emit half characters and lie: what is read of them has an end, is sound, and says what is wrong."""

from __future__ import annotations

import json
import math
from itertools import count, islice, repeat

import pytest

from gotocr.cli import main
from gotocr.engines import ENGINES
from gotocr.errors import EngineError
from gotocr.reader import load
from gotocr.schema import Piece, Task
from gotocr.sheets import cap

BEGINNING = "The page begins as pages do, with words that make sense and are all there. "
SENTENCE = "And then the cat sat on the mat, for it was tired of all that. "
CIRCLES = "cut off: the writer went in circles"
LENGTH = "cut off: the cap on tokens was reached"


class Liar:
    """An engine that knows no more than `run`, and hands out whatever `says` makes of a job."""

    name = "liar"

    def __init__(self, says):
        self.says, self.handed = says, 0

    def run(self, job):
        for piece in self.says(job):
            self.handed += 1
            yield piece

    def close(self):
        pass


@pytest.fixture
def liar(monkeypatch, model_folder):
    """A function that makes an engine of what it says, and a reader with it."""
    readers = []

    def reader_of(says):
        engine = Liar(says)
        monkeypatch.setitem(ENGINES._targets, "liar", "tests:liar")
        monkeypatch.setitem(ENGINES._loaded, "liar", lambda folder, device: engine)
        readers.append(load(model_folder, engine="liar"))
        return readers[-1], engine

    yield reader_of
    for reader in readers:
        reader.close()


def words(text, **more):
    return (Piece(-1, word + " ", 0.99, **more) for word in text.split(" ") if word)


def circle(job):
    yield from words(BEGINNING)
    while True:
        yield from words(SENTENCE)


def counting(job):
    yield from words(BEGINNING)
    for number in count(1):
        yield Piece(5, f"{number}. ", 0.99)
        yield from words(SENTENCE)


def circle_in_one_piece(job):
    yield Piece(-1, BEGINNING + SENTENCE * 100_000, 0.9, finish="stop")


@pytest.mark.parametrize(("says", "rounds"), [(circle, 1), (counting, 1), (circle_in_one_piece, 1)])
def test_a_circle_is_cut_and_said(liar, picture, says, rounds):
    reader, engine = liar(says)
    (leaf,) = reader.read(picture).pages
    assert leaf.truncated and CIRCLES in leaf.blocks[-1].problems
    assert leaf.text.startswith(BEGINNING.strip()) and leaf.text.count("cat sat") == rounds
    assert engine.handed < 400


def test_who_reads_along_never_sees_a_second_round(liar, picture):
    reader, _ = liar(circle)
    assert "".join(reader.stream(picture)).count("cat sat") == 1


def test_as_json_it_is_flagged_too(liar, picture, model_folder, capsys):
    liar(circle)
    main(["read", str(picture), "--model", str(model_folder), "--engine", "liar", "--to", "json"])
    page = json.loads(capsys.readouterr().out, parse_constant=pytest.fail)["pages"][0]
    assert page["truncated"] and CIRCLES in page["blocks"][-1]["problems"]


@pytest.mark.parametrize("text", ["\ufffd", "", "\ud83d"], ids=["replaced", "nothing", "half"])
@pytest.mark.parametrize("tokens", [repeat, count], ids=["one token", "all tokens"])
def test_half_characters_have_an_end(liar, picture, text, tokens):
    reader, engine = liar(lambda job: (*words(BEGINNING), *(Piece(token, text, 0.5) for token in islice(tokens(7), 9000))))
    (leaf,) = reader.read(picture, max_tokens=4000).pages
    assert leaf.truncated and leaf.text.startswith(BEGINNING.strip()) and engine.handed <= 4000
    leaf.text.encode("utf-8")


def endless(job):
    """Other words all the time: no circle, but no end."""
    yield from (Piece(number, f"w{number * number % 9973:x} ", 0.9) for number in count(1))


def test_the_caps_are_kept_for_it(liar, picture):
    reader, engine = liar(endless)
    (leaf,) = reader.read(picture, max_tokens=100).pages
    assert engine.handed == 100 and leaf.truncated and LENGTH in leaf.blocks[-1].problems


def test_a_gigabyte_in_a_piece_is_not_taken(liar, picture):
    reader, _ = liar(lambda job: iter([Piece(1, "".join(f"{n:x} " for n in range(3_000_000)), 0.9)]))
    (leaf,) = reader.read(picture).pages
    assert leaf.truncated and len(leaf.text) < 600_000


def test_letters_count_where_tokens_are_few(liar, picture):
    reader, engine = liar(lambda job: (Piece(n, f"{hash(str(n)):x}" * 3, 0.9) for n in count()))
    (leaf,) = reader.read(picture, max_tokens=700).pages
    assert leaf.truncated and len(leaf.text) < 22_500


def test_a_whole_page_in_one_piece_is_honest(liar, picture):
    text = "# A page\n\nAll of it comes at once, which is a way to work as well, and nothing of it is lost: `a = b[0]`, x² ≤ 3 … done."
    reader, _ = liar(lambda job: iter([Piece(-1, text, 0.9, (0, 0, 320, 64), "stop")]))
    (leaf,) = reader.read(picture).pages
    assert leaf.text == text and not leaf.truncated and 0.5 < leaf.confidence <= 1


NUMBERS = [math.nan, math.inf, -math.inf, -1e308, 1e308, -5.0, 400.0, 10.0]
LIES = [(a, b, c, d) for a in NUMBERS for b in NUMBERS[::3] for c in NUMBERS for d in NUMBERS[::2]]
LIES += [(300.0, 40.0, 10.0, 5.0), (1, 2), ("a", "b", "c", "d"), 7, "box", (10**400, 0, 1, 1)]


def test_positions_that_are_none_are_left_out(liar, picture, model_folder, capsys):
    def says(job):
        for number, box in enumerate(LIES):
            yield Piece(number, f"w{number * 37 % 1009:x} ", 0.9, box)
        yield Piece(0, "end", 0.9, (20.0, 10.0, 60.0, 30.0))
        yield Piece(0, "", 0.9, finish="stop")

    reader, _ = liar(says)
    (leaf,) = reader.read(picture).pages
    boxes = [word.box for block in leaf.blocks for word in block.words if word.box]
    assert (20.0, 10.0, 60.0, 30.0) in boxes and not leaf.truncated
    assert all(0 <= left <= right <= 320 and 0 <= top <= bottom <= 64 for left, top, right, bottom in boxes)
    main(["read", str(picture), "--model", str(model_folder), "--engine", "liar", "--to", "json"])
    json.loads(capsys.readouterr().out, parse_constant=pytest.fail)


@pytest.mark.parametrize("value", [math.nan, math.inf, 7.0, -3.0, None, "sure"])
def test_probabilities_that_are_none(liar, picture, value):
    reader, _ = liar(lambda job: iter([Piece(1, "one ", 0.5), Piece(2, "two", value), Piece(0, "", 1.0, finish="stop")]))
    (leaf,) = reader.read(picture).pages
    assert leaf.text == "one two" and 0 <= leaf.confidence <= 1
    assert all(0 <= word.confidence <= 1 for word in leaf.blocks[0].words if word.confidence is not None)


@pytest.mark.parametrize("wrong", ["text", None, 3, Piece(1, None, 0.5), Piece(1, b"text", 0.5), Piece(1, "text", 0.5, finish=True)])
def test_what_is_no_piece_is_an_error(liar, picture, wrong):
    reader, _ = liar(lambda job: iter([Piece(1, "one ", 0.5), wrong]))
    with pytest.raises(EngineError) as caught:
        reader.read(picture)
    assert "\n" not in str(caught.value)


def test_an_end_that_is_not_said_is_an_error_and_what_was_written_is_kept(liar, tmp_path, strokes):
    path, turns = tmp_path / "two.tiff", count()
    strokes((64, 32)).save(path, save_all=True, append_images=[strokes((64, 32), "lightgray")])
    reader, _ = liar(lambda job: words("one two three") if next(turns) % 2 else iter([Piece(1, "all", 0.9, finish="stop")]))
    good, bad = reader.read(path).pages
    assert (good.text, good.error) == ("all", None) and bad.text == "one two three" and "without saying so" in bad.error


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_one_that_will_not_be_closed_is_left_alone(liar, picture):
    def says(job):
        while True:
            try:
                yield Piece(1, "on and on and on, without an end, ", 0.9)
            except GeneratorExit:
                pass

    engine = Liar(says)
    engine.run = says
    reader, _ = liar(says)
    reader.__dict__["engine"] = engine
    assert reader.read(picture, max_tokens=20).pages[0].truncated


@pytest.fixture(autouse=True)
def clock(monkeypatch):
    """The time by which pages are cut off: it goes on as `slow` says, whatever else this machine does."""
    now = [100.0]
    monkeypatch.setattr(cap, "monotonic", lambda: now[0])
    slow.clock = now


def slow(job):
    yield from words(BEGINNING)
    for number in count(1):
        slow.clock[0] += 0.05
        yield Piece(number, f"w{number * 37 % 1009:x} ", 0.9)


def test_the_time_of_a_page_is_kept_by_one_that_is_slow(liar, picture):
    reader, engine = liar(slow)
    (leaf,) = reader.read(picture, Task(seconds=0.3)).pages
    assert 6 <= engine.handed - len(BEGINNING.split()) <= 7
    assert leaf.truncated and leaf.text.startswith(BEGINNING.strip())
    assert "cut off: the time for a page was up" in leaf.blocks[-1].problems


@pytest.mark.parametrize(("says", "cut"), [(circle, "loop"), (endless, "max_tokens"), (slow, "deadline")])
def test_a_server_answers_with_what_there_is_and_says_why_it_ended(liar, picture, says, cut):
    """The clock stands still but for the one that is slow."""
    from gotocr.serve.desk import Desk
    from gotocr.serve.meters import Meters
    from gotocr.serve.reply import Asked, written
    from gotocr.serve.settings import Settings

    reader, _ = liar(says)
    desk = Desk(reader, Settings(), Meters())
    try:
        asked, texts = Asked((picture.read_bytes,), Task(max_tokens=300, seconds=1.0)), []
        writing = written(desk, asked, desk.shared.seat())
        while True:
            try:
                texts.append(next(writing))
            except StopIteration as over:
                end = over.value
                break
    finally:
        desk.close()
    assert (end.finish, end.cut) == ("length", cut)
    assert "".join(texts).strip()
