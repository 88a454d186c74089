"""docs/documents.md lists the formats that there are: GOTOCR_REWRITE_GOLDEN=1 makes its table anew."""

from __future__ import annotations

import re
from pathlib import Path

from gotocr.formats import FORMATS
from tests.docs.generated import assert_holds

PAGE = Path(__file__).parents[2] / "docs" / "documents.md"
_PLACE = re.compile(r"(<!-- formats -->\n).*?(<!-- end of formats -->)", re.DOTALL)


def table() -> str:
    """A row a format, as its contract says."""
    rows = ["| `--to` | files | on standard output | leaves out |", "|---|---|---|---|"]
    for name in FORMATS:
        target = FORMATS[name]
        files = f"`page-0003-*-1{target.suffix}`" if target.files else f"`NAME{target.suffix}`"
        streamed = "no" if target.parts is None else "one source" if target.binary else "yes"
        rows.append(f"| `{name}` | {files} | {streamed} | {target.drops} |")
    return "\n".join(rows) + "\n"


def test_the_page_lists_the_formats():
    assert_holds(PAGE, _PLACE, table())


def test_every_option_of_reading_is_explained():
    from argparse import ArgumentParser

    from gotocr.cli.read import add

    parser = ArgumentParser()
    add(parser)
    page, readme = PAGE.read_text("utf-8"), (PAGE.parents[1] / "README.md").read_text("utf-8")
    options = {option for action in parser._actions for option in action.option_strings[:1] if option.startswith("--")}
    assert not {option for option in options - {"--help"} if option not in page + readme}
