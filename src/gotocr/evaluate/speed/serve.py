"""How fast an OpenAI-compatible server reads: several clients at once, each asking again as soon as it was answered.

Without an address it is our own, started twice: writing many texts at once, and one after another; they take turns.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from functools import partial
from itertools import count
from threading import Lock, Thread
from typing import Any
from urllib.parse import urlsplit

from ...errors import EngineError, UsageError
from .bench import Bench
from .client import Answer, Client, Refusal, Server
from .own import OwnServer, Way
from .pictures import draw_line
from .rounds import Rounds, Tell, interleave, ratio, silent, spread
from .tables import serve_tables

CONCURRENCY, REQUESTS, QUICK_REQUESTS = (1, 4, 16), 32, 8
CROWD, FEW = 64, 4  # of our own server, measured twice: clients it meets besides, unless quick; questions where quick
MODEL, ROWS = "nano", 8  # of our own server
BUDGET = 40.0  # seconds of --quick within which a round may begin, and a question be asked
MOST_COMPLAINTS = 5  # different errors that are told
INSTANT = 1e-9
UNKNOWN_FIELD = (400, 422)  # what servers answer to a field they do not know


@dataclass(frozen=True)
class ServePlan:
    """What to measure; None and () = what is sensible here."""

    url: str | None = None  # None = our own server, started for this
    quick: bool = False
    repeats: int | None = None
    model: str | None = None  # None = the first the server names; of our own server what it loads, nano
    concurrency: tuple[int, ...] = ()
    requests: int | None = None  # of each round, for each number of clients
    timeout: float = 120.0
    max_tokens: int = 256
    rows: int = ROWS  # of our own server, beside one with a single row


@dataclass(frozen=True)
class Volley:
    """What came of one round with so many clients; `wall` is from the first question to the last answer, in seconds."""

    answers: tuple[Answer, ...]
    errors: tuple[str, ...]
    wall: float
    processor: float  # seconds of the clients, all in this process


def measure(plan: ServePlan, tell: Tell = silent) -> dict[str, Any]:
    """The result in plain values.

    Raises UsageError for a wrong address, MissingExtraError where our own server cannot start, EngineError where a server
    answers nothing.
    """
    until = time.monotonic() + BUDGET if plan.quick else None
    repeats = plan.repeats or (2 if plan.quick else 3)
    requests = plan.requests or ((QUICK_REQUESTS if plan.url else FEW) if plan.quick else REQUESTS)
    crowd = () if plan.url or plan.quick else (CROWD,)
    levels = {level: max(requests, level) for level in dict.fromkeys(plan.concurrency or (*CONCURRENCY, *crowd))}
    settings = {"quick": plan.quick, "requests": requests, "max_tokens": plan.max_tokens, "timeout": plan.timeout}
    with ExitStack() as stack:
        tell(0.0, "warming up")
        own = {} if plan.url else _start(plan, max(levels), stack)
        servers = {name: _greet(_asked(plan, one.url)) for name, one in own.items()}
        servers = servers or {"": _greet(_asked(plan, plan.url or ""))}
        numbers = count(1)
        cases = {
            (name, level): partial(fire, server, level, most, numbers, until)
            for level, most in levels.items()
            for name, server in servers.items()
        }
        rounds = interleave(cases, repeats, until, tell)
        started = [_started(one) for one in own.values()]
    if not any(volley.answers for volleys in rounds.runs.values() for volley in volleys):
        complaints = [error for volleys in rounds.runs.values() for volley in volleys for error in volley.errors]
        raise EngineError(complaints[0] if complaints else f"{plan.url or 'our own server'} answered nothing in time")
    settings |= {"rounds": rounds.done, "server": urlsplit(plan.url).netloc if plan.url else "gotocr serve"}
    settings["model"] = next(iter(servers.values())).model
    rows = list(_rows(rounds))
    found = {"settings": settings, "rows": rows, "notes": list(_notes(rounds)), "failed": sum(row["errors"] for row in rows)}
    return {**found, "servers": started} if started else found


def _asked(plan: ServePlan, url: str) -> Server:
    """The server at `url`, as this plan asks it; our own serves one model, whatever that is called there."""
    return Server(url, (plan.model if plan.url else None) or "", plan.timeout, plan.max_tokens)


def _start(plan: ServePlan, most: int, stack: ExitStack) -> dict[str, OwnServer]:
    """Our own servers by name: first one text after another, then many at once."""
    ways = [Way(plan.model or MODEL, rows, most, plan.timeout) for rows in dict.fromkeys((1, plan.rows))]
    return {way.name: stack.enter_context(OwnServer(way)) for way in ways}


def _started(server: OwnServer) -> dict[str, Any]:
    memory = server.memory()
    return {
        "server": server.way.name,
        "ready_seconds": round(server.seconds, 3),
        "peak_mb": None if memory is None else round(memory, 1),
    }


def _greet(server: Server) -> Server:
    """The server with what it understands: one question that does not count; without `usage` where that is refused."""
    client = Client(server)
    try:
        if not server.model:
            names = client.models()
            if not names:
                raise UsageError(f"{server.url} names no model; give one with --model")
            server = client.server = replace(server, model=names[0])
        try:
            client.ask(draw_line(0))
        except Refusal as error:
            if error.status not in UNKNOWN_FIELD:
                raise
            server = client.server = replace(server, usage=False)
            client.ask(draw_line(0))
        return server
    finally:
        client.close()


def fire(server: Server, clients: int, requests: int, numbers: Iterator[int], until: float | None = None) -> Volley:
    """`requests` questions from `clients` connections; every picture is another one, so that no server answers from memory."""
    todo = [draw_line(next(numbers)) for _ in range(requests)]
    answers: list[Answer] = []
    errors: list[str] = []
    lock = Lock()

    def work() -> None:
        client = Client(server)
        try:
            while until is None or time.monotonic() < until:
                with lock:
                    if not todo:
                        return
                    picture = todo.pop()
                try:
                    answers.append(client.ask(picture))
                except EngineError as error:
                    errors.append(str(error))
        finally:
            client.close()

    threads = [Thread(target=work, daemon=True) for _ in range(clients)]
    began, used = time.perf_counter(), time.process_time()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return Volley(tuple(answers), tuple(errors), time.perf_counter() - began, time.process_time() - used)


def _rows(rounds: Rounds) -> Iterator[dict[str, Any]]:
    """A row a server and number of clients; times are of single answers of all rounds, rates are of rounds.

    Ratios are against the first row of its group: the same number of clients where there are two servers, else all rows.
    """
    several = len({name for name, _ in rounds.runs}) > 1
    first: dict[int, list[float]] = {}
    for (name, clients), volleys in rounds.runs.items():
        answers = [answer for volley in volleys for answer in volley.answers]
        row = {"clients": clients, "answers": len(answers), "errors": sum(len(volley.errors) for volley in volleys)}
        row = {"server": name, **row} if name else row
        if not answers:
            if row["errors"]:
                yield row
            continue
        rates = [max(len(volley.answers) / volley.wall, INSTANT) for volley in volleys]
        against = first.setdefault(clients if several else 0, rates)
        yield {
            **row,
            "requests_per_second": spread(rates),
            "tokens_per_second": spread([sum(answer.tokens for answer in volley.answers) / volley.wall for volley in volleys]),
            "first_token_seconds": percentiles([answer.first for answer in answers]),
            "answer_seconds": percentiles([answer.wall for answer in answers]),
            "client_processor_share": round(
                sum(volley.processor for volley in volleys) / sum(volley.wall for volley in volleys), 3
            ),
            "ratio": None if against is rates else ratio(rates, against),
        }


def percentiles(values: Sequence[float]) -> dict[str, float]:
    """The 50th and 95th percentile, between neighbours by straight line."""
    import numpy as np

    return {f"p{share}": round(float(np.percentile(values, share)), 6) for share in (50, 95)}


def _notes(rounds: Rounds) -> Iterator[str]:
    volleys = [volley for some in rounds.runs.values() for volley in some]
    answers = [answer for volley in volleys for answer in volley.answers]
    if not all(answer.streamed for answer in answers):
        yield "some answers came in one piece: the time of their first token is that of their end"
    if not all(answer.counted for answer in answers):
        yield "the server does not count its tokens: chunks of text were counted instead"
    complaints = Counter(error for volley in volleys for error in volley.errors)
    for said, times in complaints.most_common(MOST_COMPLAINTS):
        yield f"{times} failed: {said}"
    if len(complaints) > MOST_COMPLAINTS:
        yield f"and {len(complaints) - MOST_COMPLAINTS} other complaints"
    for (name, clients), some in rounds.runs.items():
        if not some:
            yield f"{f'{name}, ' if name else ''}{clients} clients: not measured, the time was up"


BENCH = Bench(ServePlan, measure, serve_tables)
