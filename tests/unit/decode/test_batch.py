"""Several texts at once, over rows that are scripts: who is asked when, what is handed out in which order, what ends when."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from itertools import count, islice

import numpy as np
import pytest

from gotocr.decode.batch import AT_ONCE, Known, Opened, Rows, SingleRow, in_order, write_all, write_each
from gotocr.decode.loop import Terms, write
from gotocr.decode.step import Step
from gotocr.errors import EngineError
from gotocr.schema import Job, Piece, Pixels, Prompt

VOCABULARY, STOP = 64, 63
LONG = [1, 2, 3, 4, 5, 6, 7, 8, 9, STOP]


class Script:
    """A row that writes tokens; an element that is an error is raised where it would be heard, None asks once more.

    `pushing` is raised in place of feeding the token of that number.
    """

    over = None  # of a job: its time

    def __init__(self, tokens, beginning=None, pushing=(0, None)):
        self.tokens, self.beginning, self.pushing = list(tokens), beginning, pushing
        self.at, self.closed, self.question = 0, 0, None

    def begin(self):
        if self.beginning:
            raise self.beginning
        return self, "begin"

    def push(self, token):
        written = [known for known in self.tokens[: self.at] if isinstance(known, int)]
        assert token == written[-1], "what is fed is what was written"
        if len(written) == self.pushing[0]:
            raise self.pushing[1]
        return self, token

    def hear(self, answer):
        assert answer == ("answer", self), "each hears its own answer"
        said = self.tokens[self.at]
        self.at += 1
        if isinstance(said, BaseException):
            raise said
        self.question = (self, "more")
        return None if said is None else logits(said)

    def close(self):
        self.closed += 1


def logits(token: int) -> Step:
    values = np.zeros(VOCABULARY, np.float32)
    values[token] = 9
    return Step(values)


class Letters:
    def push(self, token):
        return chr(0x100 + token)

    def close(self):
        return "."


class Model:
    """Looks at jobs, which are scripts, and answers; `asked` holds the scripts that each call of it was for."""

    def __init__(self, most=AT_ONCE, max_tokens=10_000):
        self.asked: list[list[Script]] = []
        self.fault: BaseException | None = None
        self.looked: list[Script] = []
        self.max_tokens = max_tokens
        self.rows = Rows(self.open_row, self.answer, most)

    def open_row(self, job):
        if isinstance(job, EngineError):
            raise job
        self.looked.append(job)
        return Opened(job, Letters(), Terms((STOP,), self.max_tokens))

    def answer(self, questions):
        if self.fault:
            raise self.fault
        self.asked.append([script for script, _ in questions])
        return [("answer", script) for script, _ in questions]


def alone(tokens, max_tokens=10_000) -> list[Piece]:
    class Stepper:
        def __init__(self):
            self.rest = iter(tokens)

        def feed(self, _):
            return logits(next(self.rest))

    stepper = Stepper()
    return list(write(stepper.feed(()), stepper, Letters(), Terms((STOP,), max_tokens)))


def sorted_out(pairs) -> dict[int, list[Piece]]:
    found: dict[int, list[Piece]] = {}
    for number, piece in pairs:
        found.setdefault(number, []).append(piece)
    return found


TEXTS = [
    [1, 2, 3, STOP], LONG, [STOP], [5] * 40 + [6, STOP], [8, *[1, 2] * 900], [4, 5, 6, *[7] * 2000], [9, 8, STOP],
]  # fmt: skip


@pytest.mark.parametrize("most", [1, 2, 3, 20])
def test_all_are_written_as_alone_loops_cut_too(most):
    model, jobs = Model(most), [Script(text) for text in TEXTS]
    found = sorted_out(write_all(model.rows, jobs))
    assert [found[number] for number in range(len(TEXTS))] == [alone(text) for text in TEXTS]
    assert [pieces[-1].finish for pieces in map(found.get, range(7))] == ["stop"] * 4 + ["loop"] * 2 + ["stop"]
    assert max(map(len, model.asked)) == min(most, 5) and not model.rows
    assert [job.closed for job in jobs] == [1] * len(jobs)


def test_the_cap_is_every_rows_own():
    model = Model(max_tokens=3)
    found = sorted_out(write_all(model.rows, [Script(LONG), Script([1, STOP])]))
    assert found == {0: alone(LONG, 3), 1: alone([1, STOP])} and found[0][-1].finish == "length"
    assert len(model.asked) == 3, "nothing is asked for a token that is not written"


class Timed(Script):
    """A script whose time is up after so many questions."""

    def __init__(self, tokens, times):
        super().__init__(tokens)
        self.times = times

    def over(self):
        self.times -= 1
        return self.times < 0


def test_one_whose_time_is_up_before_it_begins_is_not_looked_at():
    model = Model(1)
    late, good = Timed(LONG, 0), Script(LONG)
    found = sorted_out(write_each(model.rows, [late, good]))
    assert [(piece.text, piece.finish) for piece in found[0]] == [("", "time")] and found[1] == alone(LONG)
    assert model.looked == [good]


class Alone:
    """An engine that has no more than `run`."""

    def __init__(self, pieces):
        self.pieces = pieces

    def run(self, job):
        yield from self.pieces


def single(pieces, job):
    return [piece for _, piece in write_each(SingleRow(Alone(pieces)), [job])]


def test_an_engine_that_reads_one_at_a_time_is_watched():
    job = Job(Pixels(np.zeros((1, 3, 8, 8), np.float32), page_size=(8, 8)), Prompt((1,), 0, (2,)), 50)
    words = [Piece(n, f"{chr(97 + n % 26)}{chr(97 + n * n % 26)}{chr(97 + n // 26)} ", 0.9) for n in range(200)]
    end = Piece(0, "", 1.0, finish="stop")
    assert single([*words[:40], end], job) == [*words[:40], end]
    assert [piece.finish for piece in single(words, job)][-2:] == [None, "length"] and len(single(words, job)) == 50
    *kept, error = single(words[:9], job)
    assert kept == words[:9] and "without saying so" in str(error)
    turns = iter([False] * 6 + [True])
    timed = single(words, replace(job, over=lambda: next(turns)))
    assert [piece.text for piece in timed] == [piece.text for piece in words[:6]] and timed[-1].finish == "time"


def test_the_first_pieces_do_not_wait_until_the_others_are_looked_at():
    model = Model(3)
    jobs = [Script([10 + n, *range(20, 30), STOP]) for n in range(5)]
    order = [(number, piece.token) for number, piece in islice(write_all(model.rows, jobs), 5)]
    assert order == [(0, 10), (0, 20), (1, 11), (0, 21), (1, 20)]
    assert [len(some) for some in model.asked] == [1, 2, 3, 3], "a token of lag, and one comes in between two of them"
    assert model.looked == jobs[:3], "a fourth waits until a row is free"


def test_the_first_text_can_be_given_a_lead():
    model = Model(3)
    assert sorted_out(write_each(model.rows, [Script(LONG) for _ in range(3)], lead=6))[2] == alone(LONG)
    assert [len(some) for some in model.asked][:9] == [1] * 6 + [2, 3, 3], "six calls for it alone, the others join between two"


def test_who_comes_after_a_short_first_text_has_the_rest_of_its_lead():
    model = Model(3)
    texts = [[1, STOP], LONG, LONG]
    found = sorted_out(write_each(model.rows, [Script(tokens) for tokens in texts], lead=6))
    assert found == {number: alone(tokens) for number, tokens in enumerate(texts)}
    assert [len(some) for some in model.asked][:7] == [1] * 6 + [2]


def test_jobs_are_taken_only_when_there_is_a_row_for_them():
    taken = []

    def jobs():
        for number in count():
            taken.append(number)
            yield Script([1, 2, 3, STOP])

    with closing(write_all(Model(2).rows, jobs())) as pairs:
        for number, piece in pairs:
            ended = number + 1 if piece.finish else number
            assert len(taken) <= ended + 3
            if number == 20:
                break
    assert len(taken) <= 23


def test_nothing_to_write():
    assert list(write_all(Model().rows, [])) == [] and Model().rows.step() == []


def test_turning_away_closes_all_rows():
    model, jobs = Model(), [Script(LONG), Script(LONG), Script(LONG)]
    pairs = write_all(model.rows, jobs)
    for _ in range(4):
        next(pairs)
    pairs.close()
    assert not model.rows and [job.closed for job in model.looked] == [1] * len(model.looked)
    again = sorted_out(write_all(model.rows, [Script(LONG)]))
    assert again == {0: alone(LONG)}, "and they can be used again"


class Refused(EngineError):
    over = None


@pytest.mark.parametrize("script", [Script([1, 2, EngineError("torn")]), Script(LONG, EngineError("torn")), Refused("torn")])
def test_what_fails_ends_writing_all_of_it(script):
    model, other = Model(), Script(LONG)
    with pytest.raises(EngineError, match="torn"):
        list(write_all(model.rows, [other, script]))
    assert not model.rows and other.closed == 1
    assert isinstance(script, EngineError) or script.closed == 1


def test_a_row_that_fails_in_hearing_ends_alone():
    model = Model()
    good, bad = Script(LONG), Script([1, 2, EngineError("torn")])
    keys = [model.rows.join(good), model.rows.join(bad)]
    found = sorted_out(_all_steps(model.rows))
    *before, error = found[keys[1]]
    assert str(error) == "torn" and [piece.token for piece in before] == [1, 2] and bad.closed == 1
    assert found[keys[0]] == alone(LONG)


def test_numbers_that_are_none_end_their_row_only():
    model = Model()
    bad, good = Script(LONG), Script(LONG)
    bad.hear = lambda answer: Step(np.full(VOCABULARY, np.nan, np.float32))
    keys = [model.rows.join(bad), model.rows.join(good)]
    found = sorted_out(_all_steps(model.rows))
    assert "not finite" in str(found[keys[0]][0]) and bad.closed == 1 and found[keys[1]] == alone(LONG)


def test_what_was_written_before_a_token_that_cannot_be_fed_is_handed_out():
    model = Model()
    bad, good = Script(LONG, pushing=(3, EngineError("full"))), Script(LONG)
    keys = [model.rows.join(bad), model.rows.join(good)]
    found = sorted_out(_all_steps(model.rows))
    assert found[keys[0]][:-1] == alone(LONG)[:3] and str(found[keys[0]][-1]) == "full"
    assert found[keys[1]] == alone(LONG)


def test_where_the_network_fails_all_rows_do():
    model, scripts = Model(), [Script(LONG), Script(LONG)]
    keys = [model.rows.join(script) for script in scripts]
    model.rows.step()
    model.fault = EngineError("out of memory")
    assert model.rows.step() == [(key, model.fault) for key in keys]
    assert not model.rows and [script.closed for script in scripts] == [1, 1]
    model.fault = None
    key = model.rows.join(Script(LONG))
    assert sorted_out(_all_steps(model.rows)) == {key: alone(LONG)} and key not in keys


@pytest.mark.parametrize("where", ["network", "row"])
def test_an_unexpected_error_leaves_no_row_half_way(where):
    model, good = Model(), Script(LONG)
    bad = Script([1, RuntimeError("bug")] if where == "row" else LONG)
    model.rows.join(good), model.rows.join(bad)
    model.rows.step()
    model.fault = KeyboardInterrupt() if where == "network" else None
    with pytest.raises((RuntimeError, KeyboardInterrupt)):
        model.rows.step()
    assert not model.rows and good.closed == bad.closed == 1


def test_one_that_cannot_begin_is_closed_and_the_others_go_on():
    model, good, bad = Model(), Script(LONG), Script(LONG, EngineError("blank"))
    key = model.rows.join(good)
    model.rows.step()
    with pytest.raises(EngineError, match="blank"):
        model.rows.join(bad)
    assert bad.closed == 1 and len(model.rows) == 1
    found = sorted_out(_all_steps(model.rows))
    assert [piece.token for piece in found[key]] == LONG


def test_a_row_that_has_more_to_ask_writes_the_same():
    model = Model()
    tokens = [1, None, 2, None, None, 3, STOP]
    keys = [model.rows.join(Script(tokens)), model.rows.join(Script(LONG))]
    found = sorted_out(_all_steps(model.rows))
    assert found == {keys[0]: alone([1, 2, 3, STOP]), keys[1]: alone(LONG)}


def test_rows_join_and_leave_while_others_write():
    model = Model(2)
    first, second, third = (Script(LONG) for _ in range(3))
    keys = [model.rows.join(first)]
    early = sorted_out(model.rows.step() + model.rows.step())
    keys.append(model.rows.join(second))
    assert model.rows.is_full and len(model.rows) == 2
    middle = sorted_out(model.rows.step() + model.rows.step())
    model.rows.leave(keys[0])
    model.rows.leave(keys[0]), model.rows.leave(99)  # no error
    assert first.closed == 1 and not model.rows.is_full
    keys.append(model.rows.join(third))
    late = sorted_out(_all_steps(model.rows))
    assert early[keys[0]] + middle[keys[0]] == alone(LONG)[:3]
    assert middle[keys[1]] + late[keys[1]] == late[keys[2]] == alone(LONG)
    assert keys[0] not in late and len(set(keys)) == 3
    assert model.asked[1:3] == [[first], [first, second]]


def test_closing():
    model, scripts = Model(), [Script(LONG), Script(LONG)]
    for script in scripts:
        model.rows.join(script)
    model.rows.close()
    model.rows.close()
    assert not model.rows and [script.closed for script in scripts] == [1, 1] and model.rows.step() == []


@pytest.mark.parametrize("most", [0, -1])
def test_no_rows_at_all_make_no_sense(most):
    with pytest.raises(ValueError, match="at least one row"):
        Model(most)


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 2, 0)])
def test_streams_in_any_order(order):
    texts = [LONG, [1, STOP], [5] * 40 + [STOP]]
    streams = in_order(write_all(Model(2).rows, [Script(text) for text in texts]))
    for number in order:
        assert list(streams(number)) == alone(texts[number])


def test_streams_by_turns():
    streams = in_order(write_all(Model().rows, [Script(LONG), Script(LONG)]))
    assert list(zip(streams(0), streams(1), strict=True)) == list(zip(alone(LONG), alone(LONG), strict=True))


def test_the_first_stream_is_handed_out_as_it_is_written():
    model = Model()
    streams = in_order(write_all(model.rows, [Script(LONG), Script(LONG)]))
    assert next(streams(0)).token == 1 and len(model.asked) == 2, "a lag of one token"


def test_what_fails_is_told_to_all_that_are_not_over():
    model = Model()
    texts = [[1, STOP], [1, 2, EngineError("torn")], LONG]
    streams = in_order(write_all(model.rows, map(Script, texts)))
    with pytest.raises(EngineError, match="torn"):
        list(streams(1))
    assert list(streams(0)) == alone([1, STOP]), "this one was"
    with pytest.raises(EngineError, match="torn"):
        list(streams(2))
    assert not model.rows


def _all_steps(rows):
    while rows:
        yield from rows.step()


class Foretold(Script):
    """A script whose answers are known before they are asked for, but for every `each`th."""

    each = 4

    def push(self, token):
        question = super().push(token)
        return Known(("answer", self)) if self.at % self.each else question


@pytest.mark.parametrize("most", [1, 3])
def test_what_is_known_is_not_asked_for(most):
    model, plain = Model(most), Model(most)
    found = sorted_out(write_all(model.rows, [Foretold(tokens) for tokens in TEXTS]))
    list(write_all(plain.rows, [Script(tokens) for tokens in TEXTS]))
    assert [found[number] for number in range(len(TEXTS))] == [alone(tokens) for tokens in TEXTS]
    assert sum(map(len, model.asked)) < sum(map(len, plain.asked)) / 3 and all(script.closed for script in model.looked)


def test_a_fault_among_what_is_known_keeps_what_was_written():
    model = Model()
    script = Foretold([1, 2, 3, EngineError("gone"), 4])
    key = model.rows.join(script)
    found = model.rows.step()
    assert [piece.token for _, piece in found[:-1]] == [1, 2, 3] and str(found[-1][1]) == "gone"
    assert {number for number, _ in found} == {key} and not model.rows and script.closed
