"""A grammar followed letter by letter while a model writes: what may come next, and how what was begun is ended.

Notation, a rule a line (after the GBNF of llama.cpp):  name ::= "literal" [a-z0-9] [^<] other ( ... | ... ) x* x+ x?
Lines that begin with white space go on; `#` begins a remark. The first rule is the whole. In literals and classes \\n, \\t, \\",
\\], \\- and \\\\ stand for themselves. No rule may begin with itself.

A state is the set of all stacks of what may still be due; it never changes: `after` gives the next one, so tokens can be tried.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NamedTuple

import numpy as np

_TOKEN = re.compile(r'\s*(?:(?P<literal>"(?:[^"\\]|\\.)*")|(?P<class>\[(?:[^\]\\]|\\.)*\])|(?P<name>[a-z][a-z0-9-]*)|(?P<mark>[()|*+?]))')
_ESCAPES = {"n": "\n", "t": "\t"}
REMEMBERED = 100_000  # steps of a grammar kept at most


class Letters(NamedTuple):
    """One character out of some, or, `negated`, any but those."""

    which: frozenset[str]
    negated: bool = False

    def has(self, character: str) -> bool:
        return (character in self.which) != self.negated

    def one(self) -> str:
        """A letter to end with where any would do."""
        return min(self.which) if not self.negated else next(letter for letter in "x0 -" if letter not in self.which)


Part = Letters | int  # a letter, or a rule by its number
Spot = tuple[int, int, int]  # rule, which of its ways, how many of the parts are done
Stack = tuple  # (Spot, Stack) down to ()


class Grammar:
    """A compiled grammar. Raises ValueError for one that cannot be read or says nothing of a name it uses."""

    def __init__(self, text: str, closing: str = "") -> None:
        """`closing` has to follow the whole; behind it anything may stand."""
        self._rules: list[list[tuple[Part, ...]]] = []
        self._names: dict[str, int] = {}
        lines = [line for line in re.sub(r"\n[ \t]+", " ", text).split("\n") if line.strip() and not line.startswith("#")]
        for line in lines:
            name, mark, body = line.partition("::=")
            if not mark:
                raise ValueError(f"a line of a grammar is no rule: {line[:60]!r}")
            self._define(name.strip(), body)
        unknown = [name for name, number in self._names.items() if not self._rules[number]]
        if unknown or not lines:
            raise ValueError(f"a grammar has no rule for {', '.join(unknown) or 'anything'}")
        self._closing = tuple(Letters(frozenset(letter)) for letter in closing)
        self._rules.append([(self._names[lines[0].partition("::=")[0].strip()], *self._closing)])
        self._shortest = self._find_shortest()
        self._steps: dict[tuple[frozenset[Stack], str], frozenset[Stack]] = {}

    @property
    def start(self) -> State:
        whole = ((len(self._rules) - 1, 0, 0), ())
        return State(self, frozenset(self._expand(whole)))

    def step(self, stacks: frozenset[Stack], letter: str) -> frozenset[Stack]:
        """What is due behind `letter`; nothing where it may not stand."""
        key = stacks, letter
        found = self._steps.get(key)
        if found is None:
            if len(self._steps) >= REMEMBERED:
                self._steps.clear()
            next_ones: set[Stack] = set()
            for stack in stacks:
                if stack and self._part(stack[0]).has(letter):
                    (rule, way, done), rest = stack
                    next_ones |= self._expand(((rule, way, done + 1), rest))
            found = self._steps[key] = frozenset(next_ones)
        return found

    def rest(self, stack: Stack) -> str:
        """The shortest text that does all that is due."""
        texts = []
        while stack:
            (rule, way, done), stack = stack
            texts += [self._text(part) for part in self._rules[rule][way][done:]]
        return "".join(texts)

    def _part(self, spot: Spot) -> Part:
        rule, way, done = spot
        return self._rules[rule][way][done]

    def _expand(self, stack: Stack) -> set[Stack]:
        """The stacks that `stack` stands for, each with a letter on top, or () where all is done."""
        found, seen, todo = set(), set(), [stack]
        while todo:
            stack = todo.pop()
            if stack in seen:
                continue
            seen.add(stack)
            if not stack:
                found.add(stack)
                continue
            (rule, way, done), rest = stack
            parts = self._rules[rule][way]
            if done == len(parts):
                todo.append(rest)
            elif isinstance(part := parts[done], int):
                below = ((rule, way, done + 1), rest) if done + 1 < len(parts) else rest
                todo += [((part, other, 0), below) for other in range(len(self._rules[part]))]
            else:
                found.add(stack)
        return found

    def _text(self, part: Part) -> str:
        return self._shortest[part] if isinstance(part, int) else part.one()

    def _find_shortest(self) -> list[str]:
        """The shortest text of each rule. Raises ValueError for rules that never end."""
        shortest: list[str | None] = [None] * len(self._rules)
        changed = True
        while changed:
            changed = False
            for number, ways in enumerate(self._rules):
                for way in ways:
                    texts = [shortest[part] if isinstance(part, int) else part.one() for part in way]
                    if None in texts:
                        continue
                    text = "".join(texts)
                    if shortest[number] is None or len(text) < len(shortest[number]):
                        shortest[number], changed = text, True
        if None in shortest:
            raise ValueError("a rule of the grammar never ends")
        return shortest

    def _define(self, name: str, body: str) -> None:
        number = self._number(name)
        tokens = self._split(body)
        self._rules[number] = self._ways(tokens)
        if tokens:
            raise ValueError(f"a bracket of rule {name!r} was never opened")

    def _number(self, name: str) -> int:
        if name not in self._names:
            self._names[name] = len(self._rules)
            self._rules.append([])
        return self._names[name]

    def _split(self, body: str) -> list[tuple[str, str]]:
        """The words of a rule's right side, the last one first."""
        found, at = [], 0
        while body[at:].strip():
            token = _TOKEN.match(body, at)
            if not token:
                raise ValueError(f"a grammar cannot be read at {body[at : at + 30]!r}")
            found.append((token.lastgroup, token[token.lastgroup]))
            at = token.end()
        return found[::-1]

    def _ways(self, tokens: list[tuple[str, str]]) -> list[tuple[Part, ...]]:
        """The ways up to the end or a closing bracket, which is left."""
        ways: list[list[Part]] = [[]]
        last = 0  # how many parts the last item has: what a * behind it repeats
        while tokens and tokens[-1] != ("mark", ")"):
            sort, text = tokens.pop()
            if text == "|" and sort == "mark":
                ways.append([])
                continue
            if sort == "mark" and text in "*+?":
                ways[-1][len(ways[-1]) - last :] = [self._repeat(tuple(ways[-1][len(ways[-1]) - last :]), text)]
                last = 1
                continue
            parts = self._item(sort, text, tokens)
            ways[-1] += parts
            last = len(parts)
        return [tuple(way) for way in ways]

    def _item(self, sort: str, text: str, tokens: list[tuple[str, str]]) -> list[Part]:
        if sort == "literal":
            return [Letters(frozenset(letter)) for letter in _plain(text[1:-1])]
        if sort == "class":
            return [_letters(text[1:-1])]
        if sort == "name":
            return [self._number(text)]
        number = len(self._rules)  # a bracket is a rule without a name
        self._rules.append([])
        self._rules[number] = self._ways(tokens)
        if not tokens:
            raise ValueError("a bracket of a grammar is never closed")
        tokens.pop()
        return [number]

    def _repeat(self, parts: tuple[Part, ...], mark: str) -> int:
        number = len(self._rules)
        self._rules.append([])
        again = parts if mark == "?" else (*parts, number)
        if mark == "+":
            self._rules.append([(*parts, number)])
        self._rules[number] = [(), again]
        return len(self._rules) - 1 if mark == "+" else number


class State:
    """Where in a grammar a writer is."""

    __slots__ = ("_grammar", "_stacks")

    def __init__(self, grammar: Grammar, stacks: frozenset[Stack]) -> None:
        self._grammar, self._stacks = grammar, stacks

    def after(self, text: str) -> State | None:
        """The state behind `text` (at least one letter), or None where it may not stand here."""
        stacks = self._stacks
        for letter in text:
            if stacks == _DONE:
                return self if stacks is self._stacks else State(self._grammar, stacks)
            stacks = self._grammar.step(stacks, letter)
            if not stacks:
                return None
        return State(self._grammar, stacks) if text else None

    def fits(self, text: str) -> bool:
        """Whether `text` (at least one letter) may stand here and, where the whole ends within it, only blanks follow."""
        stacks = self._stacks
        for at, letter in enumerate(text):
            if stacks == _DONE:
                return not text[at:].strip()
            stacks = self._grammar.step(stacks, letter)
            if not stacks:
                return False
        return bool(text)

    @property
    def is_done(self) -> bool:
        """Whether nothing more may follow: the whole stands there."""
        return self._stacks == _DONE

    def closing(self) -> str:
        """The shortest text that ends what was begun."""
        return min((self._grammar.rest(stack) for stack in self._stacks), key=len)


_DONE = frozenset({()})


def allowed(logits: np.ndarray, state: State, spell: Callable[[int], str]) -> np.ndarray:
    """`logits` (V,) in which the likeliest token is one that fits behind `state`; as they are where none is found.

    A token without text (the end, a mark) may not stand there.
    """
    order = np.argsort(-logits).tolist()
    for rank, token in enumerate(order):
        if state.fits(spell(token)):
            if not rank:
                return logits
            changed = logits.copy()
            changed[order[:rank]] = logits.min() - 1
            return changed
    return logits


def _plain(text: str) -> str:
    return re.sub(r"\\(.)", lambda escape: _ESCAPES.get(escape[1], escape[1]), text, flags=re.S)


def _letters(text: str) -> Letters:
    negated = text.startswith("^")
    which: set[str] = set()
    for low, high in re.findall(r"(\\.|[^\\])(?:-(\\.|[^\\]))?", text[negated:], flags=re.S):
        first = _plain(low)
        which |= set(map(chr, range(ord(first), ord(_plain(high) if high else first) + 1)))
    return Letters(frozenset(which), negated)
