"""How alike formulas look to our typesetter, beside how alike pdfTeX's pictures of them are; skipped where TeX is missing.

Pictures are compared column by column: the edits that turn the columns of one into those of the other, a changed column
costing the share of its ink that differs (after the image edit distance of Deng et al. 2017, section 5). Baselines are level.
"""

from __future__ import annotations

import shutil
import subprocess

import numpy as np
import pytest

pytest.importorskip("skia")
pytest.importorskip("fontTools")

from gotocr.kinds.formula.scores import picture, same

# the truth; other spellings; one sign wrong; scripts or bars out of place; the half of it; something else
FORMULAS = [
    (r"E=mc^2+\frac{1}{2}mv^2", r"E = m c^{2} + {1 \over 2} m v^{2}", r"E=mc^2+\frac{1}{2}mu^2", r"E=mc_2+\frac{1}{2}mv2",
     "E=mc^2+", r"\int_0^1f"),
    (r"\sum_{i=1}^{n}x_i^2\le1", r"\sum^n_{i=1} x^2_i \leq 1", r"\sum_{i=1}^{n}x_i^2<1", r"\sum_{i=1}^{n}x^{i2}\le1",
     r"\sum_{i=1}^{n}", r"\alpha+\beta"),
    (r"\sqrt{a^2+b^2}=c", r"\sqrt {a ^ 2 + b ^ 2} = c", r"\sqrt{a^2-b^2}=c", r"\sqrt{a^2}+b^2=c", r"\sqrt{a^2}",
     r"\frac{x}{y}\in Z"),
    (r"\int_{0}^{\infty}e^{-x}\,dx=1", r"\int^\infty_0 e^{-x} dx = 1", r"\int_{0}^{\infty}e^{-y}\,dx=1",
     r"\int_{0}^{\infty}e-x\,dx=1", "dx=1", "A_1B_2C_3D_4"),
    (r"\frac{a+b}{c+d}=\frac{p}{q}", r"{a+b\over c+d}={p\over q}", r"\frac{a+b}{c+d}=\frac{p}{g}",
     r"\frac{a}{c+d}+b=\frac{p}{q}", r"\frac{a+b}{c+d}", r"\lim_{n\to0}z"),
    (r"\left(\frac{x}{y}\right)^{n}\to0", r"\left( {x \over y} \right) ^ n \rightarrow 0",
     r"\left(\frac{x}{z}\right)^{n}\to0", r"\left(\frac{x}{y}\right)n\to0", r"\frac{x}{y}", "f(g(h))-k"),
    (r"\hat{H}\psi=E\psi", r"\hat H \psi = E \psi", r"\bar{H}\psi=E\psi", r"H^{\psi}=E\psi", r"\hat{H}\psi", "1234567"),
    ("a_{n+1}=a_n+d", "a_{n + 1} = a_{n} + d", "a_{n+1}=a_m+d", "a_n+1=a_n+d", "=a_n+d", r"\cos\theta\sin\phi"),
    (r"\nabla\cdot\mathbf{E}=\frac{\rho}{\varepsilon_0}", r"\nabla \cdot {\mathbf E} = \frac \rho {\varepsilon _0}",
     r"\nabla\cdot\mathbf{F}=\frac{\rho}{\varepsilon_0}", r"\nabla\cdot\mathbf{E}=\rho\varepsilon_0",
     r"\nabla\cdot\mathbf{E}", "x+x+x+x"),
]  # fmt: skip
PAIRS = [(truths[0], read, damage) for truths in FORMULAS for damage, read in enumerate(truths[1:])]


@pytest.fixture(scope="module")
def pictures(tmp_path_factory) -> dict[str, np.ndarray]:
    """(H, W) bool, of one height: the ink of each formula, as pdfTeX sets it in 10 points, at 200 dots an inch."""
    if not shutil.which("pdflatex"):
        pytest.skip("no pdflatex here")
    import pypdfium2

    sources = list(dict.fromkeys(formula for truths in FORMULAS for formula in truths))
    pages = "\n".join(rf"\null\vskip1in\noindent\smash{{$\displaystyle {source}$}}\newpage" for source in sources)
    folder = tmp_path_factory.mktemp("tex")
    (folder / "all.tex").write_text(
        rf"\documentclass{{article}}\usepackage{{amsmath}}\pagestyle{{empty}}\begin{{document}}{pages}\end{{document}}", "utf-8"
    )
    command = ["pdflatex", "-interaction=batchmode", "-halt-on-error", "all.tex"]
    subprocess.run(command, cwd=folder, check=True, capture_output=True, timeout=120)
    document = pypdfium2.PdfDocument(folder / "all.pdf")
    assert len(document) == len(sources)
    inks = [np.asarray(page.render(scale=200 / 72, grayscale=True).to_pil()) < 128 for page in document]
    rows = np.flatnonzero(np.any([ink.any(1) for ink in inks], 0))
    return {source: _cropped(ink[rows[0] : rows[-1] + 1]) for source, ink in zip(sources, inks, strict=True)}


def _cropped(strip: np.ndarray) -> np.ndarray:
    columns = np.flatnonzero(strip.any(0))
    return strip[:, columns[0] : columns[-1] + 1]


def pixels_alike(one: np.ndarray, other: np.ndarray) -> float:
    """1 - cost of turning the columns of one strip into the other's, over the columns of the longer."""
    first, second = (strip.T.astype(np.float32) for strip in (one, other))
    both = first @ second.T
    either = first.sum(1)[:, None] + second.sum(1)[None] - both
    costs = 1 - np.divide(both, either, out=np.ones_like(both), where=either > 0)
    places = np.arange(len(second) + 1, dtype=np.float64)
    row = places
    for column in costs:
        reached = row + 1
        reached[1:] = np.minimum(reached[1:], row[:-1] + column)
        row = np.minimum.accumulate(reached - places) + places
    return 1 - row[-1] / max(len(first), len(second))


def ranks(values) -> np.ndarray:
    values = np.round(values, 6)
    return np.array([(values < value).sum() + ((values == value).sum() - 1) / 2 for value in values])


def test_ranks_agree_with_those_of_pixels(pictures):
    ours = [picture(read, truth) for truth, read, _ in PAIRS]
    pixels = [pixels_alike(pictures[read], pictures[truth]) for truth, read, _ in PAIRS]
    assert len(PAIRS) == 45
    assert np.corrcoef(ranks(ours), ranks(pixels))[0, 1] > 0.85, "0.93 when this was written"


def test_what_looks_the_same_is_the_same(pictures):
    for truth, read, damage in PAIRS:
        equal = pixels_alike(pictures[read], pictures[truth]) > 0.95
        assert same(read, truth) == (damage == 0), (read, truth)
        assert picture(read, truth) == 1.0 if damage == 0 else picture(read, truth) < 1.0, (read, truth)
        assert equal or damage, (read, truth)


def test_more_damage_costs_more():
    by_damage = [np.mean([picture(read, truth) for truth, read, level in PAIRS if level == damage]) for damage in range(5)]
    assert by_damage[0] == 1.0 > by_damage[1] > by_damage[3] > by_damage[4] and by_damage[1] > by_damage[2] > by_damage[4]
    assert 0.75 < by_damage[1] < 0.95, "one wrong sign costs a little"
