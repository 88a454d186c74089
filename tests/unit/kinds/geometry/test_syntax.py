"""The grammar of figures allows every figure that is drawn, and only what is read as one, wherever it is broken off."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("skia")

from gotocr.decode.grammar import Grammar  # noqa: E402
from gotocr.draw.supply import Supply  # noqa: E402
from gotocr.kinds.geometry import KIND  # noqa: E402
from gotocr.kinds.geometry.picture import CLOSING, OPENING  # noqa: E402
from gotocr.kinds.geometry.tikz import read, write  # noqa: E402
from gotocr.train.phrases import GEOMETRY  # noqa: E402

GRAMMAR, FENCED = Grammar(KIND.grammar), Grammar(KIND.grammar, CLOSING)
PIECES = [piece.removeprefix(OPENING) for piece in GEOMETRY if piece != OPENING] + [*"()[]{}$\\_^,;:.-+ \n0123456789ABxyα'drawfilnode"]
MOST_STACKS = 20
NODE = r"\node at (1,2.5) {"


@pytest.fixture(scope="module")
def truths() -> list[str]:
    supply = Supply()
    drawn = [KIND.sample(np.random.default_rng(seed), supply, (400, 500), None).format for seed in range(100)]
    return [text.removeprefix(OPENING).removesuffix(CLOSING) for text in drawn]


def test_every_figure_may_be_written(truths: list[str]) -> None:
    rng, words = np.random.default_rng(1), set()
    for truth in truths:
        state, at = GRAMMAR.start, 0
        while at < len(truth):
            size = int(rng.integers(1, 9))
            state = state.after(truth[at : at + size])
            assert state is not None, (truth[:at][-60:], truth[at : at + size])
            at += size
        assert state.closing() == "" and FENCED.start.after(truth + CLOSING).is_done
        words |= {word for word in ("plot", "arc", "cycle", "grid", "dashed", "!30", "_", "^", "++") if word in truth}
    assert len(words) == 9, words


def test_what_is_broken_off_is_ended_as_a_figure(truths: list[str]) -> None:
    rng = np.random.default_rng(2)
    for truth in truths * 3:
        begun = truth[: int(rng.integers(1, len(truth)))]
        whole = begun + GRAMMAR.start.after(begun).closing()
        assert not KIND.parse(whole).problems, (whole, KIND.parse(whole).problems)


def test_a_writer_at_random_writes_figures() -> None:
    rng, most, commands = np.random.default_rng(3), 0, 0
    for _ in range(60):
        state, written = FENCED.start, ""
        for _ in range(500):
            piece = PIECES[int(rng.integers(len(PIECES)))]
            if not state.is_done and (then := state.after(piece)) is not None:
                state, written = then, written + piece
                most = max(most, len(state._stacks))
        whole = (written + state.closing()).removesuffix(CLOSING)
        block = KIND.parse(whole)
        assert not block.problems, (whole, block.problems)
        figure = read(whole).figure
        assert write(figure)[0].count("\n") == whole.count("\n"), "each command is one of the figure"
        commands += len(figure.paths)
    assert most <= MOST_STACKS and commands > 30


@pytest.mark.parametrize(
    "text",
    [r"\draw (0,0);", r"\draw (0,0) ++(10:2);", r"\draw (0,0) ++(10:2) ++(", r"\draw (0,0) -- cycle", r"\draw(0", r"\draw (1.25", r"\draw (01"]
    + [r"\draw (1,2) circle (-", r"\draw (1,2) circle (2cm", r"\draw (0,0) arc (1.5", r"\draw (0,0) -- (1,1) -- cycle -- ", r"\path ", "a"]
    + [r"\draw[] ", r"\draw[dashed,thick", r"\draw[thick,thick", r"\draw[pink!50", r"\draw[mauve", r"\draw plot[smooth] coordinates {(0,0)}"]
    + [NODE + rest for rest in ("}", "$$", "A_1", "$A_1_2", "$A^{1}_2^3", "$A_{1_{", "$A};", "{A", "$_$", "5%", r"$\{")],
)
def test_what_is_no_figure_may_not_be_written(text: str) -> None:
    assert GRAMMAR.start.after(text) is None


@pytest.mark.parametrize("label", ["A", "5 cm", "$A'$", "$P_{10}^2$", r"$30^\circ$", r"$\sqrt{2}x$", r"$^\circ$", r"$\frac{1}{2}$ of 20\%", "$y=f(x)$", "α"])
def test_labels_may_say_more(label: str) -> None:
    text = NODE + label + "};"
    assert FENCED.start.after(text + CLOSING).is_done and not KIND.parse(text).problems


@pytest.mark.parametrize(
    "steps",
    [r"[thick,dashed,<->,purple!30] (-1,0) ++(5:2) -- ++(-10:1.5) arc (0:-90:2 and 1) -- cycle", "[->] (0,0) arc (350:370:0.8)"]
    + ["(1,2) ellipse (2.5 and 1)", "(0,0) sin (1,1) cos (2,0)", "(0,0) parabola bend (1,1) (2,0)", "(0,0) grid[step=0.5] (10,8)"]
    + ["[dotted] (0,0) rectangle (3,4)", "(1,1) circle (2pt)", "[gray] (1,1) circle (0.5)", "plot[smooth] coordinates {(0,0) (1,2.5)}"],
)
def test_every_step_may_be_written(steps: str) -> None:
    for verb in ("draw", "fill"):
        text = f"\\{verb}{'' if steps[0] == '[' else ' '}{steps};"
        assert FENCED.start.after(text + CLOSING).is_done and not KIND.parse(text).problems
        assert write(read(text).figure)[0] == text, "it is the spelling of truths"
