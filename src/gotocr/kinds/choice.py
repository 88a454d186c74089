"""Rules of a grammar (`decode.grammar`) for one name out of many, and for any but those, letter by letter."""

from __future__ import annotations

import string
from collections.abc import Collection, Mapping
from os.path import commonprefix


def one_of(names: Mapping[str, str]) -> str:
    """The right side of a rule: one of `names`, and behind it what is said of it; names that begin alike are told apart late."""
    by_first: dict[str, dict[str, str]] = {}
    for name, behind in names.items():
        by_first.setdefault(name[:1], {})[name] = behind
    ways = []
    for group in by_first.values():
        alike = len(commonprefix([*group]))
        first = next(iter(group))[:alike]
        rest = one_of({name[alike:]: behind for name, behind in group.items()}) if first else group[""]
        ways.append(f'"{first}" {rest if len(group) == 1 else f"({rest})"}' if first else rest)
    return " | ".join(ways)


def none_of(names: Collection[str], but: Collection[str] = (), begun: bool = False) -> str:
    """The right side of a rule: a word of English letters that neither is nor begins with one of `names`, or is one of `but`.

    The rule `letters` has to stand for any letters, or none. `begun`: the word may end at once.
    """
    if "" in names:
        return one_of(dict.fromkeys(but, ""))
    firsts = sorted({name[0] for name in names})
    ways = [""] if begun else []
    for first in firsts:
        rest, kept = ([name[1:] for name in group if name[0] == first] for group in (names, but))
        if kept or "" not in rest:
            ways.append(f'"{first}" ({none_of(rest, kept, True)})')
    others = "".join(letter for letter in string.ascii_letters if letter not in firsts)
    return " | ".join([*ways, f"[{others}] letters"])
