"""The check digit, the bars, and what is read and mended."""

from gotocr_barcode import KIND, check_digit
from gotocr_barcode.picture import modules


def test_a_number_that_is_printed_on_a_book():
    assert check_digit("978030640615") == "7"  # the example of the ISBN standard
    assert KIND.parse("9780306406157").problems == ()
    assert "should be 7" in KIND.parse("9780306406158").problems[0]


def test_the_bars_are_those_of_the_standard():
    bars = modules("4006381333931")
    assert len(bars) == 95
    assert bars.startswith("101" + "0001101" + "0100111" + "0101111") and bars.endswith("1100110" + "101")


def test_hyphens_are_mended():
    mended = KIND.mend(KIND.parse("978-0-306-40615-7"))
    assert (mended.text, mended.problems, len(mended.warnings)) == ("9780306406157", (), 1)
