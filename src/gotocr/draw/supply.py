"""What there is to draw from: texts and fonts, found as files, read when first asked for, the validation part kept apart."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from . import corpus as texts
from . import fonts

LISTS = ("words_", "names_")  # single words, the usual ones first: none are held back
TRIES = 8  # fonts looked at before one is taken that lacks some of the characters


class Supply:
    """Texts of a corpus folder and the fonts of some folders; `validate` gives what training never sees.

    Of each file the first `held_back` records (a tenth at most) are for validation, the next `limit` for training; of the
    fonts a tenth of the families. A file that the folder lacks is taken from the small corpus of the package. Processes
    that get a copy read the files themselves. Raises InputError for damaged files, UsageError where no font can be used.
    """

    def __init__(
        self,
        corpus: str | Path = texts.BUNDLED,
        font_folders: Iterable[str | Path] = (fonts.BUNDLED,),
        held_back: int = 2000,
        validate: bool = False,
        limit: int = 200_000,
    ) -> None:
        self.folder, self.font_folders = Path(corpus), tuple(map(str, font_folders))
        self.held_back, self.validate, self.limit = held_back, validate, limit
        self._items: dict[str, tuple[str, ...]] = {}

    def __getstate__(self) -> dict[str, Any]:
        kept = ("folder", "font_folders", "held_back", "validate", "limit")
        return {**{name: getattr(self, name) for name in kept}, "_items": {}}

    @cached_property
    def corpus(self) -> texts.Corpus:
        """Running text and single words."""
        return texts.load(self.folder, self.limit, self.held_back, self.validate)

    def read(self) -> None:
        """Read what every text source needs, now: errors come here, and what is drawn first is not slow."""
        _ = self.corpus, self.families

    def items(self, name: str, between: str = "\n") -> tuple[str, ...]:
        """The records of the file `name`.txt or `name`.jsonl (.xz too), as they stand there, parted by `between`.

        `"latex_formulas"`, `"tables"`, `"chart_tables"`, `"abc_tunes"` (between empty lines), `"smiles"`, `"markdown_docs"`,
        `"names_en"`, `"words_en"`, `"text_latin"` ...
        """
        if name not in self._items:
            path = texts.find(self.folder, name) or texts.find(texts.BUNDLED, name)
            held_back = 0 if name.startswith(LISTS) else self.held_back
            self._items[name] = texts.records(path, between, self.limit, held_back, self.validate and held_back > 0) if path else ()
        return self._items[name]

    @cached_property
    def families(self) -> list[list[fonts.Face]]:
        """The faces by family, so that a family with twenty weights is not drawn twenty times as often."""
        faces = fonts.find_faces(self.font_folders, held_out=self.validate)
        return [members for _, members in sorted(fonts.split_faces(faces).items())]

    def face(self, rng: np.random.Generator, text: str = "") -> fonts.Face:
        """A face by chance, each family as likely as another; one that has all characters of `text` where one is soon found.

        A face that prints small letters as capitals does not have them.
        """
        from .lettering import has_small_letters

        small = any(letter.islower() for letter in text)
        best, most = None, -1
        for _ in range(TRIES):
            family = self.families[int(rng.integers(len(self.families)))]
            face = family[int(rng.integers(len(family)))]
            has = len(fonts.covered(face.path, text)) if not small or has_small_letters(face.path) else 0
            if has > most:
                best, most = face, has
            if has == len(text):
                break
        return best
