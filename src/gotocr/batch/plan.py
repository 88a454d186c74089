"""The plan of a run: what OUT says is to be done, and how sources that are new get into it.

    OUT/batch.json                what is wanted, once and for all
    OUT/manifest/000001.jsonl.zst  sources that were listed, and the names of their shards: what counts
    OUT/plan/SHARD.jsonl.zst       the pages of a shard: written before a manifest names it
    OUT/claims, work               shards in hand, and what was read of them so far
    OUT/data, dead, done           rows; the pages that failed; markers of shards that are whole, written last
    OUT/log                        when and where it was done, and how long it took
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import chain
from typing import Any

from ..errors import InputError, OutputError, UsageError
from .claims import Claims
from .listing import measured, new_files, twins_together
from .packing import lines_of, packed
from .rows import ready
from .shard import Shard, divided
from .store import Disk, Store, open_store, writing
from .store import Entry as File
from .wanted import SCHEMA, Wanted, identity

HEAD = "batch.json"
PART = 20_000  # sources that a file of the manifest holds, as long as shards end there
LISTING = "listing"  # the claim of who lists


@dataclass(frozen=True)
class Plan:
    """The shards of a run, in order: (name, pages) each. `who` names how they are read."""

    out: str
    wanted: Wanted
    who: str
    shards: tuple[tuple[str, int], ...]

    @property
    def pages(self) -> int:
        return sum(pages for _, pages in self.shards)

    def done(self) -> set[str]:
        """The names of shards that are whole. Raises OutputError."""
        return marked(open_store(self.out), "done", ".json")

    def todo(self) -> list[str]:
        """The names of shards that are not."""
        done = self.done()
        return [name for name, _ in self.shards if name not in done]

    def work(self) -> Any:
        """What does one of them: a `scale.contract.Work`."""
        from .work import ShardWork

        return ShardWork(self.out, self.wanted, self.who)


def plan(source: str | None, out: str, wanted: Wanted, wait: Callable[[float], bool] | None = None) -> Plan:
    """Put what is new below `source` into the plan of `out`, and give all of it; None = nothing new is looked for.

    Who else is listing is waited for; `wait(seconds)` says whether to give up. Raises UsageError where `out` holds what was
    read in another way, InputError for the source, OutputError, WeightsError, MissingExtraError.
    """
    ready(wanted.to)
    store = open_store(out)
    who = identity(wanted)
    with writing(store):
        store.tidy()
        _settle(store, wanted, who)
    if source is not None:
        sources = open_store(source)
        if isinstance(sources, Disk) and isinstance(store, Disk) and f"{store.root}/".startswith(f"{sources.root}/"):
            raise UsageError(f"the results would lie among the sources; name a folder outside of {sources.root}: -o OUT")
        with writing(store):
            claim = _listing(store, wanted.lease, wait)
        try:
            _extend(store, sources, wanted, who)
        finally:
            claim.give_back()
    with writing(store):
        return Plan(store.root, wanted, who, tuple(shards_of(store)))


def _listing(store: Store, lease: float, wait: Callable[[float], bool] | None) -> Any:
    claims = Claims(store, lease)
    while (claim := claims.take(LISTING)) is None:
        if wait is None:
            time.sleep(min(lease / 4, 1.0))
        elif wait(min(lease / 4, 1.0)):
            raise KeyboardInterrupt
    return claim


def _settle(store: Store, wanted: Wanted, who: str) -> None:
    """Say in OUT what is wanted, or see that the same was."""
    told = {"schema": SCHEMA, "who": who, "to": wanted.to, "wanted": wanted.packed() | {"password": None}}
    if store.create(HEAD, json.dumps(told, indent=1, default=str).encode() + b"\n"):
        return
    before = head_of(store)
    if before.get("who") != who:
        changed = ", ".join(_differences(before.get("wanted", {}), told["wanted"])) or "the model's files"
        raise UsageError(f"{store.root} holds what was read in another way ({changed} differ); name another folder, or read as before")


def _differences(before: Any, now: Any) -> Iterator[str]:
    before, now = ({**told, **told.get("task", {})} for told in (before, now))
    yield from (name for name in now if name not in ("task", "drafts", "shard_pages", "tries", "patience", "lease", "password", "memory") and before.get(name) != json.loads(json.dumps(now[name], default=str)))


def head_of(store: Store) -> dict[str, Any]:
    """What OUT says was wanted. Raises UsageError where it is no OUT of a run."""
    try:
        told = json.loads(store.read(HEAD))
        Wanted.unpacked(told["wanted"])
        return told
    except FileNotFoundError as error:
        raise UsageError(f"{store.root} holds no results of gotocr batch") from error
    except (ValueError, TypeError, LookupError, UsageError) as error:
        raise OutputError(f"{store.root}/{HEAD} is damaged, or of another version of gotocr; name another folder") from error


def wanted_of(store: Store) -> Wanted:
    """The same, to go on with."""
    with writing(store):
        return Wanted.unpacked(head_of(store)["wanted"])


def _extend(store: Store, sources: Store, wanted: Wanted, who: str) -> None:
    """Add what is new. A file of the manifest is the moment from which its shards count."""
    with writing(store):
        known = sources_of(store, sources.root)
        try:
            first = next(entries := iter(sources.entries()))
        except StopIteration:
            raise InputError(f"there are no pictures or PDFs in {sources.root}") from None
        except OSError as error:
            raise InputError(f"cannot list {sources.root}: {error.strerror or error}") from error
        new = measured(sources, new_files(_listed(chain([first], entries), sources.root), known), wanted.password)
        held: list[dict[str, Any]] = []
        for shard in divided(twins_together(new), sources.root, who, wanted.shard_pages):
            if len(held) >= PART and shard.entries[0].first == 0:  # no source has only some of its pages in there
                _commit(store, held)
                held = []
            name = shard.name
            store.write(f"plan/{name}.jsonl.zst", shard.packed())
            held += ({"root": sources.root, "name": entry.name, "size": entry.size, "tag": entry.tag, "content": entry.content} for entry in shard.entries)
            held.append({"shard": name, "pages": shard.pages})
        if held:
            _commit(store, held)


def _listed(entries: Iterator[File], root: str) -> Iterator[File]:
    try:
        yield from entries
    except OSError as error:
        raise InputError(f"cannot list {root}: {error.strerror or error}") from error


def _commit(store: Store, lines: list[dict[str, Any]]) -> None:
    number = max((int(name.split(".")[0]) for name in store.names("manifest")), default=0)
    if not store.create(f"manifest/{number + 1:06d}.jsonl.zst", packed(lines)):
        raise OutputError(f"another run lists into {store.root} at the same time; run again")


def _lines(store: Store) -> Iterator[dict[str, Any]]:
    for name in sorted(store.names("manifest")):
        try:
            yield from lines_of(store.read(f"manifest/{name}"))
        except ValueError as error:
            raise OutputError(f"{store.root}/manifest/{name} is damaged ({error}); name another folder") from error


def sources_of(store: Store, root: str) -> Iterator[tuple[File, str]]:
    """The files below a root that the manifest knows, with their contents."""
    for line in _lines(store):
        if line.get("root") == root:
            yield File(line["name"], line["size"], line["tag"]), line["content"]


def shards_of(store: Store) -> Iterator[tuple[str, int]]:
    """Names and pages of all shards, each once."""
    seen = set()
    for line in _lines(store):
        name = line.get("shard")
        if name is not None and name not in seen:
            seen.add(name)
            yield name, line["pages"]


def marked(store: Store, folder: str, suffix: str) -> set[str]:
    """The shards that have a file in a folder. Raises OutputError."""
    with writing(store):
        return {name.removesuffix(suffix) for name in store.names(folder)}


def shard_of(store: Store, name: str) -> Shard:
    """A shard's pages. Raises InputError where its plan is damaged or gone."""
    try:
        shard = Shard.unpacked(store.read(f"plan/{name}.jsonl.zst"))
    except FileNotFoundError as error:
        raise InputError(f"{store.root} has no plan of the shard {name}") from error
    if shard.name != name:
        raise InputError(f"the plan of the shard {name} is damaged; take it away, and run again")
    return shard


