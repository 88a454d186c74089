"""Claims: one owner at a time; who gives no sign of life, or is no process any more, loses it."""

from __future__ import annotations

import json
import threading
import time

import pytest

from gotocr.batch.claims import Claims
from gotocr.batch.owner import begun, machine
from gotocr.batch.store import Disk


@pytest.fixture
def store(tmp_path):
    return Disk(str(tmp_path))


def test_one_owner_at_a_time(store):
    one, other = Claims(store, 60.0), Claims(store, 60.0)
    claim = one.take("a")
    assert claim is not None and other.take("a") is None and one.take("a") is None
    claim.give_back()
    assert list(store.names("claims")) == []
    assert other.take("a") is not None


def test_many_at_once_one_wins(store):
    won = []
    threads = [threading.Thread(target=lambda: won.append(Claims(store, 60.0).take("a"))) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(claim is not None for claim in won) == 1


def test_who_gives_signs_of_life_keeps_it(store):
    claim, other = Claims(store, 0.4).take("a"), Claims(store, 0.4)
    end = time.monotonic() + 1.5
    while time.monotonic() < end:
        assert other.take("a") is None
        time.sleep(0.05)
    assert not claim.lost.is_set()
    claim.give_back()


def test_who_gives_none_loses_it_after_the_lease_by_the_others_clock(store):
    told = {"owner": "x", "machine": "another one", "process": 1, "begun": "", "signs": 3}
    store.write("claims/a.json", json.dumps(told).encode())
    other = Claims(store, 0.5)
    assert other.take("a") is None
    time.sleep(0.6)
    assert other.take("a") is not None


def test_a_process_of_this_machine_that_is_gone_loses_it_at_once(store):
    if not begun(1):
        pytest.skip("processes cannot be told apart here")
    told = {"owner": "x", "machine": machine(), "process": 2**22 + 1, "begun": "1", "signs": 0}
    store.write("claims/a.json", json.dumps(told).encode())
    assert Claims(store, 60.0).take("a") is not None


@pytest.mark.parametrize("said", [b"", b"{", b"[]", b'{"machine": 3}'])
def test_a_claim_that_is_no_claim_goes_by_the_lease(store, said):
    store.write("claims/a.json", said)
    other = Claims(store, 0.3)
    assert other.take("a") is None
    time.sleep(0.4)
    assert other.take("a") is not None


def test_an_owner_who_was_taken_over_hears_of_it(store):
    claim = Claims(store, 0.4).take("a")
    store.write("claims/a.json", b'{"owner": "somebody"}')
    assert claim.lost.wait(5)
    claim.give_back()
    assert store.read("claims/a.json") == b'{"owner": "somebody"}', "it is the other's now"
