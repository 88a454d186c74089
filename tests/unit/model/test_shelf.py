"""Rows of different lengths in one decoder: each is what it is alone, whoever comes, goes or fails beside it."""

from __future__ import annotations

import pytest

torch = pytest.importorskip("torch")

from gotocr.model import shelf as module  # noqa: E402
from gotocr.model.cache import Cache  # noqa: E402
from gotocr.model.config import DecoderConfig  # noqa: E402
from gotocr.model.decoder import Decoder  # noqa: E402
from gotocr.model.shelf import Shelf  # noqa: E402

CONFIGS = [
    DecoderConfig(40, 32, 2, 4, 4, 48, max_positions=64),
    DecoderConfig(40, 32, 2, 4, 1, 48, attention_bias=False, max_positions=64),
]
TEXTS = {"a": (3, 9), "b": (11, 2), "c": (1, 12), "d": (7, 5)}  # tokens of the prompt, tokens that are written behind it


@pytest.fixture(autouse=True)
def narrow(monkeypatch):
    """Memory grows often."""
    monkeypatch.setattr(module, "STEP", 4)


@pytest.fixture(params=CONFIGS, ids=["plain", "shared heads, no bias"])
def decoder(request):
    torch.manual_seed(0)
    decoder = Decoder(request.param).eval().requires_grad_(False)
    for parameter in decoder.parameters():
        parameter.normal_(std=0.4)
    return decoder


@pytest.fixture(params=[False, True], ids=["alone", "padded"])
def table(request, decoder):
    return Table(decoder, request.param)


class Table:
    """Texts of random vectors, fed to one decoder; `said` is what it answered to each."""

    def __init__(self, decoder: Decoder, padded: bool) -> None:
        generator = torch.Generator().manual_seed(1)
        self.decoder, self.shelf = decoder, Shelf(decoder.config, torch.empty(0), padded)
        self.texts = {name: torch.randn(sum(parts), 32, generator=generator) for name, parts in TEXTS.items()}
        self.names: list[str] = []
        self.said: dict[str, list] = {name: [] for name in TEXTS}

    def cached(self, name: str) -> Cache:
        start = TEXTS[name][0]
        cache = Cache(self.decoder.config, 1, start, torch.empty(0))
        self.decoder(self.texts[name][None, :start], cache)
        return cache

    def join(self, name: str) -> None:
        self.shelf.take(self.cached(name))
        self.names.append(name)

    def feed(self, count: int) -> None:
        for _ in range(count):
            x = torch.stack([self.texts[name][TEXTS[name][0] + len(self.said[name])] for name in self.names])  # (B, D)
            for name, state in zip(self.names, self.decoder(x[:, None], self.shelf), strict=True):
                self.said[name].append(state[0])

    def leave(self, name: str) -> None:
        row, last = self.names.index(name), self.names.pop()
        if name != last:
            self.names[row] = last
        self.shelf.drop(row)

    def check(self) -> None:
        """Against every text read whole."""
        for name, said in self.said.items():
            start = TEXTS[name][0]
            whole = self.decoder(self.texts[name][None])[0, start : start + len(said)]
            if said:
                torch.testing.assert_close(torch.stack(said), whole, atol=1e-5, rtol=1e-5)


def test_rows_that_come_and_go_are_what_they_are_alone(table):
    table.join("a"), table.join("b")
    table.feed(1)
    table.join("c")
    table.feed(1)
    table.leave("b")  # the longest, in the middle: the last one takes its place
    table.feed(2)
    table.join("d")
    table.feed(5)
    assert table.shelf.lengths == [12, 9, 12] and table.names == ["a", "c", "d"]
    table.leave("d"), table.leave("a")
    table.feed(4)
    table.leave("c")
    assert {name: len(said) for name, said in table.said.items()} == {"a": 9, "b": 2, "c": 12, "d": 5}
    table.check()


def test_memory_follows_what_is_there(table):
    def room():
        return {tuple(kept.shape[1:4:2]) for kept in table.shelf._kept}

    assert room() == {(0, 0)}
    table.join("a")
    assert room() == {(1, 4)}
    table.join("b")
    assert room() == {(2, 12)}
    table.feed(2)
    assert room() == {(2, 16)}, "14 tokens are the next step"
    table.join("c")
    table.leave("a")
    assert room() == {(3, 16)}, "up to twice what is needed is kept"
    table.leave("b")
    assert room() == {(1, 4)} and table.shelf.lengths == [1]
    table.feed(3)
    assert room() == {(1, 4)}
    table.leave("c")
    assert room() == {(0, 0)}
    table.join("d")
    table.feed(2)
    table.check()


@pytest.mark.parametrize("gone", [False, True])
def test_numbers_that_are_none_stay_in_their_row(table, gone):
    table.join("a"), table.join("b"), table.join("c")
    for kept in table.shelf._kept:
        kept[:, 1] = torch.nan
    if gone:
        table.leave("b")
        table.join("d")
    table.feed(2)
    if not gone:
        assert all(state.isnan().all() for state in table.said.pop("b"))
    table.check()


def test_several_rows_take_one_token_at_a_time(table):
    table.join("a"), table.join("b")
    with pytest.raises(ValueError, match="not 2"):
        table.decoder(torch.zeros(2, 2, 32), table.shelf)
    table.feed(1)
    table.check()


def test_a_row_alone_takes_several_and_gives_them_back(table):
    table.join("a")
    start = TEXTS["a"][0]
    more = table.texts["a"][None, start : start + 5]
    for wrong in (torch.randn(1, 4, 32, generator=torch.Generator().manual_seed(2)), more.flip(1)):
        table.decoder(wrong, table.shelf)
        table.shelf.back(wrong.shape[1])
    table.said["a"] = list(table.decoder(more, table.shelf)[0])
    assert table.shelf.lengths == [start + 5]
    table.join("b")
    table.feed(2)
    table.check()


def test_rows_alone_are_counted_as_by_a_cache_of_one_row(decoder):
    """The same kernel on the same numbers: attention is the same to the bit."""
    table = Table(decoder, False)
    table.join("a"), table.join("b")
    cache = Cache(decoder.config, 1, 12, torch.empty(0))
    decoder(table.texts["a"][None, :3], cache)
    query, keys, values = torch.randn(3, 2, 4, 1, 8, generator=torch.Generator().manual_seed(2))
    narrow = decoder.config.kv_heads
    mask = table.shelf.ahead(1)[1]
    attend = torch.nn.functional.scaled_dot_product_attention
    shared = {"enable_gqa": narrow != 4}
    both = attend(query, *table.shelf.put(0, keys[:, :narrow], values[:, :narrow]), attn_mask=mask, **shared)
    alone = attend(query[:1], *cache.put(0, keys[:1, :narrow], values[:1, :narrow]), **shared)
    assert torch.equal(both[:1], alone)
