"""The texts of figures in the TikZ of several authors."""

from __future__ import annotations

import time

import pytest

from gotocr.kinds.geometry.labels import labels


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        (r"\node at (1,2) {$A_1$};", ["A_1"]),
        (r"\node (P)[point,label={[label distance=0cm]210:$P$}] at (0,0) {};", ["P"]),
        (r"\coordinate[label=left:$A$]  (A) at (\getX{\A}, \getY{\A});", ["A"]),
        (r"\node at ($(R) + (0.03,0.4)$)    {$R$};", ["R"]),
        (r"\draw (a) edge node[label=below:$e_3$]  {} (b) node {x};", ["x", "e_3"]),
        (r"\tkzLabelPoint[below left](P){$P$}\tkzLabelSegment[above](A,B){$\sqrt{2}$}", ["P", r"\sqrt2"]),
        (r'\draw pic[draw,"$\beta$",angle radius=2mm]{angle=B--E--D};', [r"\beta"]),
        (r"\node at (0,0) {$\cdot$}; % \node at (0,0) {$Z$};", []),
        (r"\foreach \name in {A,B} \node[cross] at (\name) {};", []),
    ],
)
def test_texts_are_found(source, expected):
    assert labels(source) == expected


def test_rubbish_takes_no_time():
    start = time.process_time()
    for text in ("\\node" + " " * 60_000, "\\node[[" * 9000, "\\node at (1,2) {" * 4000, '"' * 60_000, "\\tkzLabelX(" * 5000):
        labels(text)
    assert time.process_time() - start < 1
