"""Circles are noticed and honest pages are not taken for them, in every vocabulary there is; few cases, the full count is a command."""

from __future__ import annotations

import json
from pathlib import Path
from random import Random

import pytest

from gotocr.evaluate.circles import JITTERS, PLACES, circle, honest, spell, typed
from gotocr.evaluate.loops import by_letters, main, watch
from gotocr.prompt.tokenizer import Tokenizer
from gotocr.weights.nano_files import FOLDER

SHARED = Path(__file__).parents[4] / "shared" / "qwen.tiktoken"
VOCABULARIES = {"nano": FOLDER, "base": SHARED}
PROSE = (
    "The committee met on the third day and heard the report of its members, who had been sent out in spring to see how the "
    "harbour could be made deeper. They had measured every pier, asked the fishermen, and drawn a map that nobody disputed. "
)


@pytest.fixture(scope="module", params=VOCABULARIES)
def tokenizer(request):
    if not VOCABULARIES[request.param].exists():
        pytest.skip("that vocabulary is not here")
    return Tokenizer.from_folder(VOCABULARIES[request.param])


@pytest.fixture(scope="module")
def clean(tokenizer):
    return typed(spell(tokenizer, tokenizer.encode(PROSE, specials=False)))


def test_pages_that_repeat_themselves_pass(tokenizer):
    for name, text in honest(Random(1)):
        told = spell(tokenizer, tokenizer.encode(text, specials=False))
        assert watch(told) is None, name
        assert watch(typed(told)) is None, f"{name}, with boxes"


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("longest", [4, 12, 40])
def test_a_circle_is_noticed_wherever_it_says_it_stands(tokenizer, clean, place, longest):
    for seed in range(2):
        made = circle(clean, tokenizer, Random(seed), (longest, "exact", place))
        written, cut, _ = watch(made.told)
        most = 1000 if made.period == 1 else 420  # a mark alone may be a rule
        assert 0 < written - made.start < (4 * most if place == "astray" else most)
        assert written - cut - made.start < 150, "what is left of it is little"


@pytest.mark.parametrize("jitter", JITTERS)
def test_a_circle_that_changes_from_round_to_round_is_noticed(tokenizer, clean, jitter):
    made = [circle(clean, tokenizer, Random(seed), (40, jitter, "none")) for seed in range(4)]
    assert sum(watch(one.told) is not None for one in made) >= 3


def test_a_circle_is_what_it_says(tokenizer, clean):
    made = circle(clean, tokenizer, Random(5), (12, "exact", "back"), most=300)
    texts = [told.text for told in made.told]
    assert texts[: made.start] == [told.text for told in clean[: made.start]] and len(texts) >= 300
    assert all(texts[at] == texts[at - made.period] for at in range(made.start, len(texts)))


def test_the_figures_can_be_made_again(tmp_path, capsys):
    assert main(["--count", "7", "--cases", "10", "-o", str(tmp_path / "loops.json")]) == 0
    figures = json.loads((tmp_path / "loops.json").read_text("utf-8"))
    assert figures == json.loads(capsys.readouterr().out)
    assert figures["drawn"]["texts"] >= 14 and figures["drawn"]["false"] == figures["repeating"]["false"] == 0
    assert figures["circles"]["all"]["cases"] == 10 and figures["circles"]["exact"]["caught"] == 1.0


def test_letters_stand_where_they_were_drawn():
    from gotocr.draw.supply import Supply
    from gotocr.synth.samples import Studio

    sample = Studio(Supply(), worn=0).draw("table", 3)[0]
    told = by_letters(Tokenizer.from_folder(FOLDER), sample, "format")
    assert "".join(one.text for one in told) == sample.format
    boxes = {tuple(box) for box in sample.glyphs.boxes.tolist()}
    assert all(one.box in boxes for one in told) and len({one.box for one in told}) > 20
