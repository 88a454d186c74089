"""TEDS as published: values of the authors' procedure, its quirks, and rubbish."""

from __future__ import annotations

import pytest

from gotocr.metrics.teds import published_teds

HEAD, SECOND = '<tr><td><b>Name</b></td><td colspan="2">Size</td></tr>', "<tr><td>oak</td><td>12</td><td>3 &lt; 4</td></tr>"
TRUTH = f"<table><thead>{HEAD}</thead><tbody>{SECOND}</tbody></table>"
# TEDS, TEDS-S and TEDS(ignore_nodes=["b"]) by the procedure of ibm-aur-nlp/PubTabNet's src/metric.py (0e0c343), written out
# again with lxml as parser, apted for the trees, rapidfuzz for the texts; not by running that program itself
PUBLISHED = {
    "itself": (TRUTH, (1.0, 1.0, 1.0)),
    "a letter, and no bold": (
        TRUTH.replace("<b>", "").replace("</b>", "").replace("12", "13"),
        (0.9166666666666666, 1.0, 0.9444444444444444),
    ),
    "no sections": (f"<table>{HEAD}{SECOND}</table>", (0.8, 0.8, 0.7777777777777778)),
    "th": (f"<table><thead>{HEAD.replace('td', 'th')}</thead><tbody>{SECOND}</tbody></table>", (0.7, 0.7, 0.7777777777777778)),
    "cells and rows": (
        "<table><thead><tr><td><b>Name</b></td><td>Size</td><td></td></tr></thead>"
        "<tbody><tr><td>oak</td><td>12<br>a</td></tr><tr><td>elm</td></tr></tbody></table>",
        (0.5692307692307692, 0.6153846153846154, 0.5333333333333334),
    ),
}


@pytest.mark.parametrize("name", PUBLISHED)
def test_values_of_the_published_procedure(name):
    read, expected = PUBLISHED[name]
    found = (published_teds(read, TRUTH), published_teds(read, TRUTH, structure=True), published_teds(read, TRUTH, ignore=["b"]))
    assert found == pytest.approx(expected)


def test_no_table_is_nothing():
    assert published_teds("", TRUTH) == published_teds(TRUTH, "no table") == published_teds("<p>x</p>", TRUTH) == 0.0


def test_what_is_left_open_is_closed_where_html_closes_it():
    open_ended = "<table><thead><tr><td><b>Name</b><td colspan=2>Size<tbody><tr><td>oak<td>12<td>3 &lt; 4"
    assert published_teds(open_ended, TRUTH) == 1.0
    assert published_teds(f"words {TRUTH} more <table><tr><td>x</td></tr></table>", TRUTH) == 1.0, "the first table counts"


RUBBISH = ["<table>" * 3000, "<table><tr><td><b></td></b></i>", '<table><tr><td colspan="x">', "<table><!", "<\0"]


@pytest.mark.parametrize("rubbish", RUBBISH)
def test_rubbish_raises_nothing(rubbish):
    assert 0.0 <= published_teds(rubbish, TRUTH) <= 1.0 and 0.0 <= published_teds(TRUTH, rubbish) <= 1.0
