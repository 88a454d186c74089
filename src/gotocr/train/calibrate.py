"""How sure nano may be: the temperature at which its words are right as often as it says, fitted on pictures drawn afresh.

Temperature scaling is of Guo et al., "On Calibration of Modern Neural Networks" (2017), section 4.2: one number by which
all logits are divided. Here it is fitted to words, since words have the confidences that people see.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

import numpy as np

from ..decode.loop import choose
from ..draw.supply import Supply
from ..errors import UsageError
from ..kinds.page import parse
from ..metrics.calibration import accuracy_at, calibration_error, grouped, log_loss, outcomes, share_error
from ..reader import Reader
from ..schema import Job, Leaf, Piece, Sample, Task, Word
from ..decode.batch import NO_TOKEN
from ..weights.nano_files import nano_config
from .exams import EXAMS
from .validate import draw
from .words import place

SEED = 7_500_000_000  # neither of training nor of an examination
PICTURES = tuple(replace(EXAMS[name], worn=0.5) for name in ("line", "paragraph", "scene", "page"))
TEMPERATURES = np.geomspace(0.25, 16.0, 25)  # (G,), those that are looked at; between them it is interpolated
MOST = 2000  # tokens of one view: more than any truth that is drawn has
LEAST = 20  # words of either sort, right and wrong, that a temperature is told from
COVERAGE = 0.9  # share of the words that is kept where the least sure are refused


class Pair(NamedTuple):
    """A picture that was not drawn here, anything `Reader.read` takes, and the lines that stand in it."""

    image: Any
    truth: str


def _no_groups() -> np.ndarray:
    return np.zeros(0, int)


@dataclass(frozen=True)
class Words:
    """Words that were read: `sure` (W, G) the confidence of each at each of `TEMPERATURES`, `right` (W,) 1 or 0.

    `blocks` and `pages` are (W,), the numbers of the block and the picture that each stands in.
    """

    sure: np.ndarray
    right: np.ndarray
    blocks: np.ndarray = field(default_factory=_no_groups)
    pages: np.ndarray = field(default_factory=_no_groups)

    def at(self, temperature: float) -> np.ndarray:
        """(W,) confidences at a temperature; one beyond the lowest or the highest of `TEMPERATURES` counts as that."""
        step = np.interp(np.log(temperature), np.log(TEMPERATURES), np.arange(len(TEMPERATURES)))
        low = min(int(step), len(TEMPERATURES) - 2)
        logs = np.log(np.maximum(self.sure[:, low : low + 2], np.finfo(np.float64).tiny))  # (W, 2)
        return np.exp(logs @ [1 - (step - low), step - low])


def joined(parts: Sequence[Words]) -> Words:
    """The words of several pictures (at least one), their blocks and pages counted through."""
    sizes = [int(part.blocks.max(initial=-1)) + 1 for part in parts]
    firsts = np.cumsum([0, *sizes])
    blocks = np.concatenate([part.blocks + first for part, first in zip(parts, firsts, strict=False)])
    pages = np.repeat(np.arange(len(parts)), [len(part.right) for part in parts])
    return Words(np.concatenate([part.sure for part in parts]), np.concatenate([part.right for part in parts]), blocks, pages)


class Figures(NamedTuple):
    """How far confidences can be believed: calibration error (bins of equal mass), log loss, risk at `COVERAGE`.

    `blocks` and `pages` are how far the share of their words that is expected to be right is from the share that is, in the mean.
    """

    ece: float
    log_loss: float
    risk: float
    blocks: float = np.nan
    pages: float = np.nan


@dataclass(frozen=True)
class Fit:
    """The temperature that was, the one that fits, and what either makes of words that it was not fitted on."""

    now: float
    temperature: float
    fitted: int  # words it was fitted on
    checked: int  # words of the figures
    before: Figures
    after: Figures
    real: tuple[int, Figures, Figures] | None = None  # the same of the words of pictures that were given alone
    words: Words | None = None  # those of the figures


class Listener:
    """An engine as it is, which keeps how likely each token was: `curves`, (G,) log probabilities at `TEMPERATURES`."""

    def __init__(self, engine) -> None:
        """`engine` has a `decode.loop.Choose` to choose by, which is replaced."""
        self._engine = engine
        self.name = engine.name
        self.curves: list[np.ndarray] = []
        engine.choose = self._choose

    def run(self, job: Job) -> Iterator[Piece]:
        heard = len(self.curves)
        try:
            for piece in self._engine.run(job):
                heard += 1
                yield piece
        finally:
            del self.curves[heard:]  # of a circle more tokens are chosen than shown

    def close(self) -> None:
        self._engine.close()

    def _choose(self, logits: np.ndarray) -> tuple[int, float]:
        token, probability = choose(logits)
        gaps = np.asarray(logits, np.float32).reshape(-1) - logits.max()  # (V,)
        self.curves.append(-np.log(np.exp(gaps / TEMPERATURES[:, None].astype(np.float32)).sum(1, dtype=np.float64)))
        return token, probability


def calibrate(
    reader: Reader, supply: Supply, count: int, heard: Callable[[], object] = lambda: None, pairs: Sequence[Pair] = ()
) -> Fit:
    """Fit the temperature of a nano on half of `count` pictures of each sort, and see on the other half what it is worth.

    `pairs` are other pictures with their truth, half of which are fitted on as well, every second one. `heard` is called
    after every picture. Raises EngineError, UsageError where no temperature can be told, what draws and opens pictures raises.
    """
    now = nano_config(reader.setting.config, reader.folder).temperature
    listener = reader.engine = Listener(reader.engine)
    reader.family = replace(reader.family, sift=iter)  # answers that would be dropped for doubt say the most about it
    halves: tuple[list[Words], list[Words]] = ([], [])
    for turn in range(count):
        for exam in PICTURES:
            halves[turn % 2].append(hear(reader, listener, draw(exam, SEED + turn, supply)))
            heard()
    given: list[Words] = []
    for number, pair in enumerate(pairs):
        words = hear(reader, listener, pair)
        halves[number % 2].append(words)
        given += [words] if number % 2 else []
        heard()
    fitted, checked = map(joined, halves)
    temperature = fit(fitted)
    before, after = (judged(checked, value) for value in (now, temperature))
    real = joined(given) if given else None
    told = (len(real.right), judged(real, now), judged(real, temperature)) if real is not None and len(real.right) else None
    return Fit(now, temperature, len(fitted.right), len(checked.right), before, after, told, checked)


def fit(words: Words) -> float:
    """The temperature at which it is likeliest that just those words are right that are, three digits of it.

    Raises UsageError where too few words are right or wrong to tell one.
    """
    wrong = int((words.right == 0).sum())
    if min(wrong, len(words.right) - wrong) < LEAST:
        raise UsageError(f"of {len(words.right)} words {wrong} are wrong, and {LEAST} must be either; give a higher --count")
    losses = [log_loss(sure, words.right) for sure in words.sure.T]
    best = int(np.argmin(losses))
    if best in (0, len(losses) - 1):
        tried = f"{TEMPERATURES[0]:g} to {TEMPERATURES[-1]:g}"
        raise UsageError(f"no temperature from {tried} fits: how sure this model is tells nothing of how often it is right")
    left, middle, right = losses[best - 1 : best + 2]
    aside = (left - right) / (left - 2 * middle + right) / 2  # where the parabola through the three is lowest, in steps
    step = np.log(TEMPERATURES[1] / TEMPERATURES[0])
    return float(f"{TEMPERATURES[best] * np.exp(aside * step):.3g}")


def judge(sure: np.ndarray, right: np.ndarray) -> Figures:
    """The figures of confidences (W,) and outcomes (W,)."""
    risk = 1 - accuracy_at(sure, right, COVERAGE)
    return Figures(calibration_error(sure, right, equal_mass=True), log_loss(sure, right), risk)


def judged(words: Words, temperature: float) -> Figures:
    """The figures of words at a temperature, of the blocks and the pages that they stand in as well."""
    sure = words.at(temperature)
    found = (share_error(*grouped(sure, words.right, groups)[:2]) for groups in (words.blocks, words.pages))
    return Figures(*judge(sure, words.right)[:3], *found)


def hear(reader: Reader, listener: Listener, sample: Sample | Pair) -> Words:
    """The words that a reader with this engine finds in a picture, sure as they would be at every temperature."""
    listener.curves.clear()
    steps = list(reader.follow(sample.image, Task("plain", max_tokens=MOST, reread=False)))
    pieces = [step for step in steps if isinstance(step, Piece)]
    size = next(((leaf.width, leaf.height) for leaf in steps if isinstance(leaf, Leaf)), (0, 0))
    chances = np.full((len(pieces), len(TEMPERATURES)), np.nan)
    written = [piece.token != NO_TOKEN for piece in pieces]
    if any(written):
        chances[written] = np.exp(listener.curves[: sum(written)])  # what comes behind the cap of a page is not shown
    columns, right, blocks = [], np.zeros(0), _no_groups()
    for column in chances.T:
        told = [replace(piece, probability=float(chance)) for piece, chance in zip(pieces, column, strict=True)]
        found = [(word, n) for n, block in enumerate(parse(told, size, "plain")) for word in block.words if word.confidence is not None]
        words = [word for word, _ in found]
        if not columns:
            right, blocks = _right(words, sample), np.array([n for _, n in found], int)
        columns.append([word.confidence for word in words])
    return Words(np.array(columns).T.reshape(-1, len(TEMPERATURES)), right, blocks, np.zeros(len(right), int))


def _right(words: Sequence[Word], sample: Sample | Pair) -> np.ndarray:
    """(W,) 1 for each word that is right, else 0: by their order where a picture was drawn, else as bags."""
    if isinstance(sample, Pair):
        return outcomes([word.text for word in words], sample.truth)
    return np.array([outcome for _, outcome in place(words, sample).sure])
