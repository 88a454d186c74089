"""The fields of a form mean what the options of `gotocr read` mean."""

from __future__ import annotations

import re

import pytest

from gotocr.cli import read as cli
from gotocr.formats import FORMATS
from gotocr.schema import Region, Task
from gotocr.serve.options import FIELDS, LONGEST, MOST_REGIONS, wish_of
from gotocr.serve.problems import RequestError
from gotocr.trust.sure import Least


def test_nothing_given_is_what_reading_does_unasked():
    wish = wish_of([])
    assert wish.task == Task() and wish.formats == ("markdown",) and wish.least is None and not wish.report
    assert wish.opening.dpi == 144 and wish.opening.pages is None and wish.opening.password is None


def parsed(*words):
    """The task and the opening that the command line makes of some options."""
    from argparse import ArgumentParser

    parser = ArgumentParser()
    cli.add(parser)
    return cli.wanted(parser.parse_args(["source", *words]))


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ([("mode", "plain"), ("tiles", "auto"), ("max_tokens", "40")], ["--task", "plain", "--tiles", "auto", "--max-tokens", "40"]),
        ([("pages", "1-5,9"), ("dpi", "200"), ("password", "x y")], ["--pages", "1-5,9", "--dpi", "200", "--password", "x y"]),
        ([("dpi", "auto"), ("max_seconds", "2.5"), ("verify", "1")], ["--dpi", "auto", "--max-seconds", "2.5", "--verify"]),
        ([("as_is", "true"), ("once", "yes")], ["--as-is", "--once"]),
        ([("turn", "90"), ("as_is", "0")], ["--turn", "90"]),
        ([("turn", "180"), ("as_is", "on")], ["--turn", "180", "--as-is"]),
        ([("region", "1,2,3,4"), ("region", "0.0,0,1,0.5"), ("crop", "1")], ["--region", "1,2,3,4", "--region", "0.0,0,1,0.5", "--crop"]),
        ([("color", "red")], ["--color", "red"]),
        ([("color", "red"), ("region", "1%,2%,3%,4%")], ["--color", "red", "--region", "1%,2%,3%,4%"]),
    ],
)
def test_fields_mean_what_the_options_of_the_command_mean(fields, words):
    wish = wish_of(fields)
    assert (wish.task, wish.opening) == parsed(*words)


def test_formats_come_one_by_one_or_with_commas_and_once_each():
    assert wish_of([("to", "html,json"), ("to", " csv , html")]).formats == ("html", "json", "csv")
    assert wish_of([("to", ""), ("report", "true")]).formats == () and wish_of([("to", "")]).formats == ("markdown",)
    assert wish_of([("min_confidence", "60%:drop")]).least == Least(0.6, "drop")
    assert set(FIELDS["to"]["items"]["enum"]) == set(FORMATS)


@pytest.mark.parametrize(
    ("fields", "param"),
    [
        ([("to", "nope")], "to"),
        ([("mode", "poem")], "mode"),
        ([("mode", "plain"), ("mode", "format")], "mode"),
        ([("pages", "0")], "pages"),
        ([("pages", "5-1")], "pages"),
        ([("dpi", "0")], "dpi"),
        ([("dpi", "nan")], "dpi"),
        ([("dpi", "inf")], "dpi"),
        ([("tiles", "-1")], "tiles"),
        ([("tiles", "9" * 500)], "tiles"),
        ([("max_tokens", "1e3")], "max_tokens"),
        ([("max_seconds", "0")], "max_seconds"),
        ([("turn", "45")], "turn"),
        ([("region", "1,2,3")], "region"),
        ([("region", "3,2,1,4")], "region"),
        ([("region", "1,2,3,4")] * (MOST_REGIONS + 1), "region"),
        ([("color", "mauve")], "color"),
        ([("report", "perhaps")], "report"),
        ([("min_confidence", "2")], "min_confidence"),
        ([("own_text", "burn")], "own_text"),
        ([("password", "x" * (LONGEST + 1))], "password"),
        ([("nothing", "1")], "nothing"),
        ([("__class__", "1")], "__class__"),
    ],
)
def test_what_makes_no_sense_is_said_with_the_field(fields, param):
    with pytest.raises(RequestError) as told:
        wish_of(fields)
    assert told.value.param == param and told.value.http_status == 400 and param in str(told.value)
    assert "\n" not in str(told.value)


def test_a_cap_above_the_usual_one_is_the_usual_one():
    assert wish_of([("max_tokens", "999999999")]).task.max_tokens == Task.max_tokens


def test_a_password_is_not_shown():
    assert "secret" not in repr(wish_of([("password", "secret")]))


def test_every_field_is_described():
    for name, schema in FIELDS.items():
        assert re.fullmatch(r"[a-z_]+", name) and schema["description"] and schema["type"] in ("string", "array", "boolean", "integer", "number")
