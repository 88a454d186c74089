"""Pictures of text, plain or with formulas and tables, and of single words: what was read beside the truth."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType

from ...kinds.formula import scores as formula
from ...kinds.table import scoring
from ...metrics.assignment import assign
from ...metrics.edits import shares
from ...metrics.text import character_errors, normalise, normalised_edit, same_word, word_errors, word_matches
from ..pages import normal
from ..pages.split import Piece, split
from ..reading import stripped
from ..suite import Measure, Part, Score

_FOLDED = "after NFKC, with white space folded"
TEXT: Mapping[str, Measure] = MappingProxyType(
    {
        "characters": Measure("1 - NED", f"1 - edits over the longer text, mean over items; {_FOLDED}.", "Levenshtein 1966"),
        "accuracy": Measure("character accuracy", f"1 - edits over the truth's characters, summed over items; {_FOLDED}."),
        "words": Measure("words F1", f"F1 of the words as bags, case and all, summed over items; {_FOLDED}."),
        "cer": Measure("character error rate", f"Edits over the truth's characters, summed over items; {_FOLDED}.", higher=False),
        "wer": Measure("word error rate", f"Edits over the truth's words, summed over items; {_FOLDED}.", higher=False),
    }
)
_SCENE = "Baek et al., What is wrong with scene text recognition model comparisons?, ICCV 2019, section 4.1"
WORD: Mapping[str, Measure] = MappingProxyType(
    {
        "word": Measure(
            "word accuracy",
            "Equal letters and digits, case aside (the field's 36 characters, in ASCII); equal signs where the truth has none.",
            _SCENE,
        ),
        "exact": Measure("exact match", f"Equal in case and punctuation as well; {_FOLDED}."),
        "characters": Measure(
            "1 - NED", f"1 - edits over the longer text, mean over items; {_FOLDED}.", "ICDAR 2019 ReCTS and ArT, task 2"
        ),
    }
)
_MATCHED = "paired at least cost by their edits, one without partner counting 0, summed over items"
MARKDOWN: Mapping[str, Measure] = MappingProxyType(
    {
        "text": Measure(
            "1 - NED of the text",
            f"1 - edits over the longer text, formulas, tables, pictures and Markdown's marks aside; mean over items; {_FOLDED}.",
        ),
        "formulas": Measure(
            "formula symbol F1",
            f"F1 of the signs that stand in their place when typeset, of formulas {_MATCHED}.",
            "in the manner of CDM",
        ),
        "latex": Measure("formula 1 - token edits", f"1 - edits over the longer one in tokens of LaTeX, of formulas {_MATCHED}."),
        "tables": Measure("table TEDS", f"TEDS of tables {_MATCHED}.", "Zhong et al. 2020"),
        "structure": Measure("table TEDS-S", f"TEDS without the cells' texts, of tables {_MATCHED}.", "Zhong et al. 2020"),
    }
)
MOST = 2000  # formulas or tables of a page


def judge_text(reading: str, truth: str) -> dict[str, Score]:
    """A page or line of plain text."""
    letters, words, shared = character_errors(reading, truth), word_errors(reading, truth), word_matches(reading, truth)
    return {
        "characters": 1.0 - normalised_edit(reading, truth),
        "accuracy": Part(letters.length - letters.edits, letters.length),
        "words": Part(2 * shared.right, shared.read + shared.true),
        "cer": Part(*letters),
        "wer": Part(*words),
    }


def judge_word(reading: str, truth: str) -> dict[str, Score]:
    """The word of one scene; marks of Markdown around it do not count."""
    read, true = normalise(stripped(reading)), normalise(truth)
    exact = float(read == true)
    return {
        "word": float(same_word(read, true)) if any(map(str.isalnum, true)) else exact,
        "exact": exact,
        "characters": 1.0 - normalised_edit(read, true),
    }


def judge_markdown(reading: str, truth: str) -> dict[str, Score]:
    """A page with headings, formulas and tables; None for formulas or tables where neither text has any."""
    read, true = split(reading), split(truth)
    formulas = _paired(_formulas(read), _formulas(true), normal.formula)
    tables = _paired(_tables(read), _tables(true), str)
    known = formula.all_scores()
    return {
        "text": 1.0 - normalised_edit(_prose(read), _prose(true)),
        "formulas": _shared(formulas, known["picture"]) if "picture" in known else None,
        "latex": _shared(formulas, known["edit"]),
        "tables": _shared(tables, scoring.teds),
        "structure": _shared(tables, scoring.teds_structure),
    }


def _prose(pieces: Sequence[Piece]) -> str:
    """The text of a page without formulas and marks."""
    found = sorted((piece for piece in pieces if piece.kind == "text"), key=lambda piece: piece.place)
    return "\n".join(normal.INLINE.sub(" ", " ".join(stripped(piece.source).split("\n"))) for piece in found)


def _formulas(pieces: Sequence[Piece]) -> list[str]:
    """The LaTeX of a page's formulas, each once: one alone between single dollar signs is among those within lines."""
    found = [piece.source for piece in pieces if piece.kind in ("display", "inline") and not piece.source.startswith("$")]
    return [normal.inner(source) for source in found if normal.formula(source)][:MOST]


def _tables(pieces: Sequence[Piece]) -> list[str]:
    return [piece.source for piece in pieces if piece.kind.endswith("table")][:MOST]


def _paired(read: Sequence[str], true: Sequence[str], compared: Callable[[str], str]) -> list[tuple[str, str]]:
    """(read, true) of those most alike, and each that is left over with nothing."""
    pairs = assign(shares([*map(compared, read)], [*map(compared, true)]))
    rows, columns = ({*numbers} for numbers in zip(*pairs, strict=True)) if pairs else (set(), set())
    alone = [(text, "") for row, text in enumerate(read) if row not in rows]
    missed = [("", text) for column, text in enumerate(true) if column not in columns]
    return [(read[row], true[column]) for row, column in pairs] + alone + missed


def _shared(pairs: Sequence[tuple[str, str]], score: Callable[[str, str], float]) -> Part | None:
    return Part(sum(score(read, true) for read, true in pairs if read and true), len(pairs)) if pairs else None
