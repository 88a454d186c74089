"""Calibration: a known overconfidence is found again, and what is fitted on is what a reader says of its words."""

from __future__ import annotations

import numpy as np
import pytest

for package in ("rdkit.Chem", "skia", "cv2"):
    pytest.importorskip(package)

from gotocr.decode.loop import Terms, choose, write  # noqa: E402
from gotocr.decode.step import Step  # noqa: E402
from gotocr.errors import UsageError  # noqa: E402
from gotocr.metrics.calibration import log_loss  # noqa: E402
from gotocr.prompt.tokenizer import TextStream  # noqa: E402
from gotocr.reader import load  # noqa: E402
from gotocr.schema import Glyphs, Sample  # noqa: E402
from gotocr.train import calibrate  # noqa: E402
from gotocr.train.calibrate import TEMPERATURES, Listener, Words, fit, hear, joined, judge  # noqa: E402

GROUPS = ("abcdefghijklm", "nopqrstuvwxyz", "ABCDEFGHIJKLM", "NOPQRSTUVWXYZ")  # neighbouring words have no letter in common
WORDS, COUNT = 100, 6  # of a picture, a letter each; pictures of each sort


class Unsound:
    """An engine whose softmax is right at `temperature` and no other: its letters are right just as often as that says."""

    name = "unsound"

    def __init__(self, tokenizer, temperature: float) -> None:
        self.tokenizer, self.temperature, self.choose = tokenizer, temperature, choose
        self.rng = np.random.default_rng(0)
        self.owed = np.zeros(20)  # right letters that are due, of those that are about as sure: less noise than by chance
        self.steps: list[Step] = []

    def draw(self, image) -> Sample:
        """The next picture."""
        letters, self.steps = [], []
        for number in range(WORDS):
            group = GROUPS[number % len(GROUPS)]
            logits = self.rng.normal(0, 2.5, len(group))
            best = int(logits.argmax())
            chance = np.exp(logits[best]) / np.exp(logits).sum()
            alike = int(chance * len(self.owed))
            self.owed[alike] += chance
            right = self.owed[alike] >= 0.5
            self.owed[alike] -= right
            letters.append(group[best if right else best - 1])
            self.steps += [self.step(" ", [0.0])] * (number > 0) + [self.step(group, logits)]
        text, none = " ".join(letters), np.zeros(0, np.int32)
        return Sample(np.asarray(image), text, text, Glyphs("", np.zeros((0, 4), np.float32), none, none), "line")

    def step(self, letters: str, logits) -> Step:
        values = np.full(self.tokenizer.vocab_size, -np.inf, np.float32)
        for letter, logit in zip(letters, logits, strict=True):
            values[self.tokenizer.encode(letter)[0]] = logit * self.temperature
        return Step(values)

    def run(self, job):
        last = np.full(self.tokenizer.vocab_size, -np.inf, np.float32)
        last[job.prompt.stop_ids[0]] = 0.0
        steps = iter([*self.steps, Step(last)])
        yield from write(next(steps), Feeding(steps), TextStream(self.tokenizer), Terms(job.prompt.stop_ids, 1000, choose=self.choose))

    def close(self) -> None:
        pass


class Feeding:
    """Whatever was written, the next of these steps."""

    def __init__(self, steps) -> None:
        self.steps = steps

    def feed(self, tokens) -> Step:
        return next(self.steps)


@pytest.fixture
def unsound(model_folder, strokes, monkeypatch):
    """Makes a reader with an engine that is as unsound as it is told, and has the pictures drawn by it."""

    def make(temperature: float):
        reader = load(model_folder)
        reader.engine = Unsound(reader.setting.tokenizer, temperature)
        image, engine = strokes((320, 64)), reader.engine
        monkeypatch.setattr(calibrate, "draw", lambda exam, seed, supply: engine.draw(image))
        return reader

    return make


@pytest.mark.parametrize("temperature", [0.6, 2.0])
def test_a_known_temperature_is_found_again(unsound, temperature):
    heard = []
    found = calibrate.calibrate(unsound(temperature), None, COUNT, lambda: heard.append(1))
    assert len(heard) == COUNT * len(calibrate.PICTURES) and found.fitted == found.checked == len(heard) * WORDS // 2
    assert found.now == 1.0 and found.temperature == pytest.approx(temperature, rel=0.05)
    assert found.after.ece < 0.03 < 0.08 < found.before.ece and found.after.log_loss < found.before.log_loss - 0.02


def test_confidences_are_those_of_the_reader(scripted, model_folder, strokes):
    """Of a picture in several bands, written in circles, some of it cut: every word as sure as `Reader.read` says."""
    pages = ["some words of it", "and then it goes round and " + "round " * 400, "the last"]
    image = np.concatenate([np.full((200, 400, 3), 255, np.uint8), *[np.asarray(strokes((400, 40)))] * 30])
    scripted.texts = pages
    expected = [word for block in load(model_folder, engine="scripted").read(image, "plain").pages[0].blocks for word in block.words]
    assert len(scripted.jobs) > 2 and 12 < len(expected) < 100
    reader = load(model_folder, engine="scripted")
    scripted.jobs.clear()
    listener = reader.engine = Listener(reader.engine)
    text = " ".join(word.text for word in expected[:-1])
    none = np.zeros(0, np.int32)
    words = hear(reader, listener, Sample(image, text, text, Glyphs("", np.zeros((0, 4), np.float32), none, none), "page"))
    assert words.at(1.0) == pytest.approx([word.confidence for word in expected], rel=1e-5)
    assert words.right.tolist() == [1.0] * (len(expected) - 1) + [0.0]
    assert (np.diff(words.sure, axis=1) < 0).all(), "the warmer, the less sure"


def test_pictures_that_were_given_are_fitted_on_and_judged_by_themselves(unsound, tmp_path, strokes):
    reader = unsound(2.0)
    engine = reader.engine
    for number in range(4):
        strokes((320, 64)).save(tmp_path / f"{number}.png")
    truths = []

    class Given(calibrate.Pair):
        @property
        def image(self):
            truths.append(engine.draw(np.zeros((64, 320, 3), np.uint8)).plain)
            return self[0]

        @property
        def truth(self):
            return truths[-1]

    pairs = [Given(tmp_path / f"{number}.png", "") for number in range(4)]
    found = calibrate.calibrate(reader, None, COUNT, pairs=pairs)
    drawn = COUNT * len(calibrate.PICTURES) * WORDS // 2
    assert found.fitted == found.checked == drawn + 2 * WORDS and len(truths) == 4
    count, before, after = found.real
    assert count == 2 * WORDS and after.log_loss < before.log_loss
    assert found.words.pages.max() + 1 == COUNT * len(calibrate.PICTURES) // 2 + 2
    assert found.after.pages < 0.06 < found.before.pages, "shares of pages are expected as they are"


def test_blocks_and_pages_are_counted_through():
    one = Words(np.zeros((3, 1)), np.zeros(3), np.array([0, 0, 2]), np.zeros(3, int))
    none = Words(np.zeros((0, 1)), np.zeros(0), np.zeros(0, int), np.zeros(0, int))
    whole = joined([one, none, one])
    assert whole.blocks.tolist() == [0, 0, 2, 3, 3, 5] and whole.pages.tolist() == [0, 0, 0, 2, 2, 2]


def test_between_the_temperatures_that_are_looked_at():
    gaps = np.random.default_rng(0).exponential(4.0, (200, 30))
    exact = [1 / (1 + np.exp(-gaps / temperature).sum(1)) for temperature in (*TEMPERATURES, 1.1, 3.3)]
    words = Words(np.array(exact[:-2]).T, np.ones(200))
    assert words.at(1.1) == pytest.approx(exact[-2], rel=5e-3) and words.at(3.3) == pytest.approx(exact[-1], rel=5e-3)
    for beyond, end, known in ((900.0, TEMPERATURES[-1], exact[-3]), (0.01, TEMPERATURES[0], exact[0])):
        assert words.at(end) == pytest.approx(known) and words.at(beyond) == pytest.approx(known)


def test_the_fit_is_the_least_loss():
    """Beside a search of every hundredth."""
    rng = np.random.default_rng(1)
    gaps = rng.exponential(3.0, 4000)
    right = (rng.random(4000) < 1 / (1 + np.exp(-gaps / 1.37))).astype(float)
    words = Words(1 / (1 + np.exp(-gaps[:, None] / TEMPERATURES)), right)
    tried = np.arange(0.8, 2.5, 0.01)
    best = tried[np.argmin([log_loss(1 / (1 + np.exp(-gaps / one)), right) for one in tried])]
    assert fit(words) == pytest.approx(best, rel=0.01)


@pytest.mark.parametrize(("right", "says"), [([1] * 100, "0 are wrong"), ([0] * 100, "100 are wrong"), ([], "of 0 words")])
def test_too_few_words_to_tell(right, says):
    with pytest.raises(UsageError, match=f"{says}.* --count"):
        fit(Words(np.full((len(right), len(TEMPERATURES)), 0.5), np.array(right, float)))


def test_confidences_that_tell_nothing():
    sure = 1 / (1 + np.exp(-np.linspace(0, 5, 200)[:, None] / TEMPERATURES))
    with pytest.raises(UsageError, match="tells nothing"):
        fit(Words(sure, np.repeat([1.0, 0.0], 100)))


def test_figures():
    """Fifteen bins of ten words: of the least sure none is right, of all others nine."""
    sure = np.repeat(np.linspace(0.3, 0.95, 15), 10)
    right = np.array([0] * 10 + ([1] * 9 + [0]) * 14)
    found = judge(sure, right)
    assert found.ece == pytest.approx((0.3 + np.abs(np.linspace(0.3, 0.95, 15)[1:] - 0.9).sum()) / 15)
    assert found.risk == pytest.approx(14 / 140), "of 135 words or a few more, since those of a bin come together"
    assert found.log_loss == pytest.approx(-np.log([one if good else 1 - one for one, good in zip(sure, right)]).mean())
