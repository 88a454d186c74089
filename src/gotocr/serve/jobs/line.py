"""Whose turn it is: jobs in the order in which they will be begun, clients taking turns."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping


def in_line(waiting: Iterable[tuple[int, str]], running: Mapping[str, int], turns: Mapping[str, int]) -> list[int]:
    """Numbers of the jobs that wait, the next one first.

    `waiting` are numbers and clients, the oldest first; `running` says how many of a client's are being read, `turns` when one of
    its was begun last (a number that grows). Next comes the client with the fewest under way; among those, whose turn was longest ago.
    """
    ahead: Counter[str] = Counter(running)
    places = []
    for number, client in waiting:
        places.append((ahead[client], turns.get(client, 0), number))
        ahead[client] += 1
    return [number for *_, number in sorted(places)]
