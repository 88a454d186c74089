"""How much of what is written is valid for its kind, before and after it is mended, by our own checks and by programs of others.

Two sources: truths that are damaged on purpose, a character or two at a time, as a model's slips are; and readings of a model.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random

from ..kinds import KINDS
from ..kinds.mending import mended
from ..schema import Block

DAMAGES = ("dropped", "changed", "doubled", "cut off", "swapped")
SECONDS = 300
LIKENESS = {"formula": "edit", "table": "teds", "music": "symbols", "chart": "scrm_strict", "molecule": "similarity", "geometry": "elements"}
Judge = Callable[[Sequence[Block]], list[bool]]
_KATEX = """
const katex = require(process.argv[1] + "/katex");
const read = JSON.parse(require("fs").readFileSync(0, "utf8")).map(source => {
  try { katex.renderToString(source, {displayMode: true, throwOnError: true, strict: false}); return true; } catch (error) { return false; }
});
console.log(JSON.stringify(read));
"""


def damage(text: str, rng: Random) -> tuple[str, str]:
    """`text` with one slip, and which of DAMAGES it is; a text of one character stays."""
    how = rng.choice(DAMAGES)
    if len(text) < 2:
        return text, how
    at = rng.randrange(len(text) - (how == "swapped"))
    if how == "dropped":
        return text[:at] + text[at + 1 :], how
    if how == "changed":
        return text[:at] + rng.choice(text) + text[at + 1 :], how
    if how == "doubled":
        return text[:at] + text[at] + text[at:], how
    if how == "swapped":
        return text[:at] + text[at + 1] + text[at] + text[at + 2 :], how
    return text[: rng.randrange(len(text) // 2, len(text))], how


@dataclass(frozen=True)
class Rate:
    """Of `count` blocks of a kind the shares that are valid, and how like their truths they are (`alike`, 0 to 1), before and after.

    `others` maps the name of somebody else's program to its shares of readable blocks before and after. `worse` is the share of
    blocks that were less like their truth when mended; None where there is no truth.
    """

    kind: str
    count: int
    before: float
    after: float
    told: float  # share of the changed blocks that say so
    alike: tuple[float, float] | None = None
    worse: float | None = None
    others: Mapping[str, tuple[float, float]] | None = None


def rate(kind: str, written: Sequence[str], truths: Sequence[str] = (), judges: Mapping[str, Judge] | None = None) -> Rate:
    """The rates of texts of one kind, without fences and delimiters."""
    before = [KINDS[kind].parse(text) for text in written]
    after = [mended(block) for block in before]
    changed = [(one, two) for one, two in zip(before, after, strict=True) if one != two]
    told = sum(bool(two.warnings) for _, two in changed) / len(changed) if changed else 1.0
    alike = worse = None
    if truths:
        score = KINDS[kind].scores[LIKENESS[kind]]
        one = [score(block.text, truth) for block, truth in zip(before, truths, strict=True)]
        two = [
            old if block is first else score(block.text, truth)
            for old, first, block, truth in zip(one, before, after, truths, strict=True)
        ]
        alike = sum(one) / len(one), sum(two) / len(two)
        worse = sum(new < old - 1e-9 for old, new in zip(one, two, strict=True)) / len(one)
    others = {}
    for name, judge in (judges or {}).items():
        others[name] = tuple(sum(judge(blocks)) / len(blocks) for blocks in (before, after))
    return Rate(kind, len(written), _valid(before), _valid(after), told, alike, worse, others)


def _valid(blocks: Sequence[Block]) -> float:
    return sum(not block.problems for block in blocks) / len(blocks)


def damaged(truths: Sequence[str], seed: int = 0, slips: int = 1) -> list[str]:
    """Each truth with so many slips; equal arguments, equal texts."""
    rng, found = Random(seed), []
    for text in truths:
        for _ in range(slips):
            text, _ = damage(text, rng)
        found.append(text)
    return found


def judges(kind: str) -> dict[str, Judge]:
    """The programs of others that are installed here and say whether they can read a block of this kind."""
    return {name: judge for name, (of, there, judge) in _JUDGES.items() if of == kind and there()}


def _each(one: Callable[[str], bool]) -> Judge:
    def judge(blocks: Sequence[Block]) -> list[bool]:
        return [_safely(one, block.text) for block in blocks]

    return judge


def _safely(one: Callable[[str], bool], text: str) -> bool:
    try:
        return bool(one(text))
    except Exception:  # whatever a program of others raises, it did not read the text
        return False


def _katex(blocks: Sequence[Block]) -> list[bool]:
    command = ["node", "-e", _KATEX, str(_modules())]
    sources = json.dumps([block.text for block in blocks])
    done = subprocess.run(command, input=sources, capture_output=True, text=True, check=True, timeout=SECONDS)
    return json.loads(done.stdout)


def _modules() -> Path:
    return Path(os.environ.get("GOTOCR_NODE_MODULES", "node_modules")).resolve()


def _mathml(text: str) -> bool:
    from latex2mathml.converter import convert

    return "<math" in convert(text)


def _pandas(text: str) -> bool:
    from io import StringIO

    from pandas import read_html

    return len(read_html(StringIO(text))) == 1


def _rdkit(text: str) -> bool:
    from rdkit import Chem, rdBase

    with rdBase.BlockLogs():
        return bool(text) and Chem.MolFromSmiles(text) is not None


def _json(text: str) -> bool:
    return isinstance(json.loads(text), dict)


def _music21(text: str) -> bool:
    from music21 import converter

    form = "humdrum" if "**kern" in text else "abc"
    return bool(converter.parseData(text, format=form).flatten().notesAndRests)


def _verovio(text: str) -> bool:
    from ..kinds.music.engraver import engrave

    return "<note" in engrave(text, "humdrum" if "**kern" in text else "abc", want="mei")


def _latex(blocks: Sequence[Block]) -> list[bool]:
    return [_typeset(block) for block in blocks]


def _typeset(block: Block) -> bool:
    """Whether pdflatex sets a table or a figure without an error."""
    body = block.text if block.kind == "table" else f"\\begin{{tikzpicture}}\n{block.text}\n\\end{{tikzpicture}}"
    package = "booktabs,multirow,array,amsmath,amssymb" if block.kind == "table" else "tikz,amsmath,amssymb"
    source = f"\\documentclass{{article}}\\usepackage{{{package}}}\\begin{{document}}\n{body}\n\\end{{document}}\n"
    with tempfile.TemporaryDirectory(prefix="gotocr-tex-") as folder:
        Path(folder, "one.tex").write_text(source, "utf-8")
        command = ["pdflatex", "-no-shell-escape", "-interaction=batchmode", "-halt-on-error", "one.tex"]
        try:
            return subprocess.run(command, cwd=folder, capture_output=True, check=False, timeout=20).returncode == 0
        except subprocess.TimeoutExpired:
            return False


def _has(*names: str) -> Callable[[], bool]:
    from importlib.util import find_spec

    return lambda: all(find_spec(name) is not None for name in names)


_JUDGES: dict[str, tuple[str, Callable[[], bool], Judge]] = {
    "KaTeX": ("formula", lambda: bool(shutil.which("node")) and (_modules() / "katex").is_dir(), _katex),
    "latex2mathml": ("formula", _has("latex2mathml"), _each(_mathml)),
    "pandas": ("table", _has("pandas", "lxml"), _each(_pandas)),
    "pdflatex": ("table", lambda: bool(shutil.which("pdflatex")), _latex),
    "pdflatex, TikZ": ("geometry", lambda: bool(shutil.which("pdflatex")), _latex),
    "RDKit": ("molecule", _has("rdkit"), _each(_rdkit)),
    "json": ("chart", lambda: True, _each(_json)),
    "music21": ("music", _has("music21"), _each(_music21)),
    "verovio": ("music", _has("verovio"), _each(_verovio)),
}


def of_readings(pages: Sequence[str], judges_too: bool = True) -> list[Rate]:
    """The rates of the structures in pages of Markdown, kind by kind; what others read is told for the mended ones alone."""
    from ..kinds.page import parse

    found: dict[str, list[Block]] = {}
    for text in pages:
        for block in parse(text, (1, 1)):
            found.setdefault(block.kind, []).append(block)
    rates = []
    for kind, blocks in found.items():
        before = sum(not block.problems and not block.warnings for block in blocks) / len(blocks)
        told = judges(kind) if judges_too else {}
        others = {name: (float("nan"), sum(judge(blocks)) / len(blocks)) for name, judge in told.items()}
        rates.append(Rate(kind, len(blocks), before, _valid(blocks), 1.0, others=others))
    return rates
