"""Calibration: reference values of netcal and scikit-learn, the definition of AURC written out, and what ties and gaps do."""

from __future__ import annotations

import numpy as np
import pytest

from gotocr.metrics import calibration as c

STEPS = np.arange(1, 201)
SURE = (37 * STEPS**2 + 11 * STEPS + 5) % 1009 / 1009  # 200 different numbers between 0 and 1
RIGHT = (53 * STEPS**2 + 7 * STEPS) % 997 / 997 < 0.2 + 0.6 * SURE  # too sure where sure, too unsure elsewhere


def test_calibration_error_as_netcal_has_it():
    """netcal 1.4.0, `ECE(bins, equal_intervals=...)`."""
    assert c.calibration_error(SURE, RIGHT, 15) == pytest.approx(0.1321209117938553)
    assert c.calibration_error(SURE, RIGHT, 10) == pytest.approx(0.13553022794846384)
    assert c.calibration_error(SURE, RIGHT, 10, equal_mass=True) == pytest.approx(0.14100099108027747)
    assert c.calibration_error(SURE, RIGHT, 8, equal_mass=True) == pytest.approx(0.1220911793855303)


def test_brier_score_log_loss_and_diagram_as_scikit_learn_has_them():
    """scikit-learn 1.9.1: `brier_score_loss`, `log_loss`, `calibration_curve(n_bins=5)`, uniform and quantile."""
    assert c.brier(SURE, RIGHT) == pytest.approx(0.2241957565262489)
    assert c.log_loss(SURE, RIGHT) == pytest.approx(0.6652137210726061)
    bars = c.reliability(SURE, RIGHT, 5)
    assert [bar.accuracy for bar in bars] == pytest.approx([13 / 49, 0.475, 3 / 7, 0.65, 31 / 36])
    assert [bar.confidence for bar in bars] == pytest.approx(
        [0.09931028903137074, 0.30064420218037663, 0.5058190570579075, 0.7052527254707632, 0.9033972029512167]
    )
    bars = c.reliability(SURE, RIGHT, 5, equal_mass=True)
    assert [bar.accuracy for bar in bars] == pytest.approx([0.25, 0.425, 0.475, 0.575, 0.875])
    assert [bar.count for bar in bars] == [40] * 5


def test_aurc_as_it_is_defined():
    wrong = 1 - RIGHT[np.argsort(-SURE)]
    area, best = (np.mean([errors[:kept].mean() for kept in range(1, 201)]) for errors in (wrong, np.sort(wrong)))
    assert c.aurc(SURE, RIGHT) == pytest.approx(area) == pytest.approx(0.31490961132218775)
    assert c.excess_aurc(SURE, RIGHT) == pytest.approx(area - best)


def test_aurc_of_ties_is_the_mean_over_their_orders():
    sure, right = np.full(4, 0.5), np.array([1, 0, 0, 1])
    assert c.aurc(sure, right) == pytest.approx(0.5)
    rng = np.random.default_rng(3)
    sure, right = rng.integers(0, 4, 30) / 4, rng.random(30) < 0.6
    orders = [c.aurc(sure + 1e-9 * rng.random(30), right) for _ in range(3000)]
    assert c.aurc(sure, right) == pytest.approx(np.mean(orders), abs=0.003)


def test_risk_and_coverage_by_hand():
    curve = c.risk_coverage([0.9, 0.8, 0.8, 0.1], [1, 1, 0, 0])
    assert curve.threshold.tolist() == [0.9, 0.8, 0.1]
    assert curve.coverage.tolist() == [0.25, 0.75, 1.0]
    assert curve.risk == pytest.approx([0, 1 / 3, 1 / 2])
    sure, right = [0.9, 0.8, 0.8, 0.1], [1, 1, 0, 0]
    assert c.accuracy_at(sure, right, 0.25) == 1.0 and c.accuracy_at(sure, right, 0.5) == pytest.approx(2 / 3)
    assert c.accuracy_at(sure, right, 1.0) == 0.5
    assert c.coverage_at(sure, right, 0.6) == 0.75 and c.coverage_at(sure, right, 0.5) == 1.0
    assert c.coverage_at([0.5], [0], 0.5) == 0.0


def test_a_number_between_two_bars_is_in_the_lower_one():
    """As Guo et al. write them: (0, 1/2], (1/2, 1], and 0 in the first."""
    assert [bar.count for bar in c.reliability([0.0, 0.5, 0.6, 1.0], [0, 0, 1, 1], 2)] == [2, 2]


def test_the_well_calibrated_and_the_always_sure():
    sure = np.repeat([0.25, 0.75], 400)
    right = np.tile([1, 0, 0, 0], 100).tolist() + np.tile([1, 1, 1, 0], 100).tolist()
    assert c.calibration_error(sure, right, 10) == pytest.approx(0.0)
    assert c.calibration_error(np.ones(800), right) == c.brier(np.ones(800), right) == pytest.approx(0.5)
    assert np.isfinite(c.log_loss(np.ones(800), right))


def test_nothing_gives_no_number_and_nonsense_an_error():
    for figure in (c.calibration_error, c.brier, c.log_loss, c.aurc, c.excess_aurc):
        assert np.isnan(figure([], []))
    assert c.reliability([], []) == c.reliability([], [], 3, True) == [] and np.isnan(c.accuracy_at([], [], 0.5))
    for sure, right in (([0.5], []), ([1.5], [1]), ([np.nan], [1])):
        with pytest.raises(ValueError):
            c.brier(sure, right)
