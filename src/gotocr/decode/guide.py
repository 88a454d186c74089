"""What a writer of Markdown may write next: within a structure whose grammar is known, only what fits; and how it is ended."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from .grammar import Grammar, State, allowed
from .structure import Structure


class Spelling:
    """A vocabulary as a guide needs it: the text of each token, and tokens for a text."""

    def __init__(self, texts: Sequence[str], encode: Callable[[str], list[int]]) -> None:
        self.texts, self.encode = texts, encode

    def __call__(self, token: int) -> str:
        return self.texts[token] if 0 <= token < len(self.texts) else ""


class Guide:
    """Follows one text token by token. `kind` is that of the structure it is in, as `Structure` has it."""

    def __init__(self, spelling: Spelling, grammar: Callable[[str], Grammar | None]) -> None:
        """`grammar` gives that of "table", "display", or of fenced blocks by their info string; None where none is known."""
        self.spelling, self._grammar = spelling, grammar
        self._structure = Structure()
        self._state: State | None = None  # None outside structures, and where the text has left its grammar
        self._head: str | None = None  # the text behind an opening mark until it is clear which grammar holds

    @property
    def kind(self) -> str | None:
        return self._structure.kind

    def push(self, token: int) -> str | None:
        """`token` was written; gives the kind of the structure that ended with it, else None."""
        text, before = self.spelling(token), self.kind
        ended = self._structure.push(text)
        if self.kind is None:
            self._state = self._head = None
        elif ended or before is None:
            self._head = self._structure.inside
            self._begin()
        elif self._head is not None:
            self._head += text
            self._begin()
        elif self._state is not None and text:
            self._state = self._state.after(text)
        return ended

    def allow(self, logits: np.ndarray, never: str = "") -> np.ndarray:
        """`logits` (V,) of the next token in which the likeliest one fits, and does not write `never`."""
        if self._state is None:
            return logits
        spell = (lambda token: "" if never in self.spelling(token) else self.spelling(token)) if never else self.spelling
        return allowed(logits, self._state, spell)

    def closing(self) -> int | None:
        """The token with which the shortest way to end this structure begins; None where nothing has to be ended."""
        if self._state is None or self._state.is_done:
            return None
        return self.first(self._state.closing())

    def first(self, text: str) -> int | None:
        """The token with which `text` begins; None where it may not stand here."""
        if self._state is None or self._state.after(text) is None:
            return None
        tokens = self.spelling.encode(text)
        return tokens[0] if tokens and self._state.after(self.spelling(tokens[0])) is not None else None

    def _begin(self) -> None:
        """Choose the grammar as soon as its name is whole."""
        name, inside = self.kind or "", self._head or ""
        if name == "table":
            inside = "<table" + inside
        elif name == "fence":
            name, whole, inside = inside.partition("\n")
            if not whole:
                return
        grammar = self._grammar(name)
        self._head = None
        self._state = grammar and (grammar.start.after(inside) if inside else grammar.start)
