"""A picture of a kind that another package brings: judged by the kind's own scores, and by whether its own parser takes the reading."""

from __future__ import annotations

from ...kinds.kind import Kind
from ..reading import source
from ..suite import Item, Measure, Score, Subject

VALID = "valid"


def subject(kind: Kind, package: str) -> Subject:
    """The type of items that is called as the kind is; its first score is the headline."""
    return Subject(kind.name, "format", measures(kind, package), lambda reading, item: judge(kind, reading, item))


def measures(kind: Kind, package: str) -> dict[str, Measure]:
    """What the figures mean, as far as it can be known; a score of the kind's that is called as ours takes its place."""
    own = {
        name: Measure(
            name.replace("_", " "),
            f"The score {name!r} that {package} has for {kind.name}, 1 = equal; mean over items, 0 where nothing was read.",
            package,
        )
        for name in kind.scores
    }
    said = f"Share of readings with a {kind.name} in which {package} finds nothing wrong."
    return own if VALID in own else {**own, VALID: Measure("validity", said, package)}


def judge(kind: Kind, reading: str, item: Item) -> dict[str, Score]:
    """Truth and reading are the kind's source, bare or marked as on a page; of a reading the longest block of the kind counts.

    Raises ValueError for a score that is none, and whatever the kind's own code raises; not for an empty reading.
    """
    true, written = source(str(item.truth), kind.name), source(reading, kind.name)
    if not true or not written:
        return dict.fromkeys((*kind.scores, VALID), 0.0 if true else None)
    found: dict[str, Score] = {VALID: float(not kind.parse(written).problems)}
    for name, score in kind.scores.items():
        value = float(score(written, true))
        if not 0.0 <= value <= 1.0:
            raise ValueError(f"the score {name!r} of {kind.name} is {value}, and not from 0 to 1")
        found[name] = value
    return found
