"""`gotocr forecast`, as users call it: what it tells, what it draws, and what it says of wrong calls."""

from __future__ import annotations

import math
import xml.etree.ElementTree as tree

import numpy as np
import pytest

from gotocr.cli import main


def told(out: str) -> dict[str, str]:
    return {line[:28].strip(): line[28:].strip() for line in out.splitlines() if line.strip()}


def test_equal_pages_take_what_anybody_can_work_out(capsys):
    assert main(["forecast", "20k", "--workers", "4", "--seconds", "2", "--sigma", "1e-9", "--start", "1e-9", "--overhead", "1e-9"]) == 0
    found = told(capsys.readouterr().out)
    assert float(found["pages a second"]) == pytest.approx(2.0, rel=0.1), "four workers, two seconds, machines differ a little"
    assert found["requests, a second"].startswith(f"{20_000 + 20 * 12:,}") and found["machines lost"] == "0"


def test_measured_seconds_are_taken_from_a_file(capsys, tmp_path):
    seconds = np.exp(0.5 * np.random.default_rng(0).standard_normal(300))
    (tmp_path / "seconds.txt").write_text("\n".join(map(str, seconds)), "utf-8")
    assert main(["forecast", "50k", "--seconds", str(tmp_path / "seconds.txt"), "--workers", "10"]) == 0
    hours = float(told(capsys.readouterr().out)["hours"])
    assert hours == pytest.approx(50_000 * seconds.mean() / 10 / 3600, rel=0.25)
    assert main(["forecast", "50k", "--seconds", str(tmp_path / "none.txt")]) == 3
    assert "no file of seconds" in capsys.readouterr().err


def test_shards_and_lives_are_weighed(capsys, tmp_path):
    drawn = tmp_path / "hours.svg"
    call = ["forecast", "200k", "--machines", "10", "--workers", "2", "--life", "24", "--seconds", "1", "--grid", "--svg", str(drawn)]
    assert main(call) == 0
    out = capsys.readouterr().out
    grid = [line.split() for line in out.partition("life   ")[2].splitlines()]
    assert len(grid) == 5 and float(grid[-1][-6]) < float(grid[1][-1]), "small shards and lasting machines are quicker"
    assert len(tree.fromstring(drawn.read_text("utf-8")).findall("{http://www.w3.org/2000/svg}polyline")) >= 3


@pytest.mark.parametrize(("argv", "says"), [(["many"], "no number of pages"), (["10k", "--life", "0.001"], "smaller shards")])
def test_what_cannot_be_is_told(argv, says, capsys):
    assert main(["forecast", *argv]) == 2
    assert says in capsys.readouterr().err


def test_a_seed_is_a_run(capsys):
    runs = []
    for seed in ("1", "1", "2"):
        assert main(["forecast", "100k", "--life", "12", "--machines", "4", "--seed", seed]) == 0
        runs.append(capsys.readouterr().out)
    assert runs[0] == runs[1] != runs[2] and math.isfinite(float(told(runs[0])["hours"]))
