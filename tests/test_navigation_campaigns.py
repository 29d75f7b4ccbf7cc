"""Campaigns of craft that keep an estimate of their own: whether the filter is as good as it believes."""

from __future__ import annotations

from dataclasses import replace

import pytest
from astropy import units as u
from landing_example import LANDER, landing
from repetitions import repeated
from scipy import stats

import lunarsim as ls

MPS = u.m / u.s
SEED = {"craft.navigation.seed": ls.Uniform(0 * u.one, 1e15 * u.one)}
SURE = 0.999  #: of the interval that a sum of squares has to lie in


def with_filter(name):
    """A landing of the catalogue with a filter that knows the Moon's field, and what scatters in it but its errors.

    The random walk of the inertial unit, the bias of the altimeter, and white noise of altimeter and velocimeter are
    all that is wrong, and the filter knows how large they are: then it has to be consistent.
    """
    scenario, scattered = ls.load_scenario(name), ls.load_campaign(name).dispersions
    craft = replace(
        scenario.craft,
        navigation=ls.KalmanFilter(
            gravity_degree=50,
            acceleration_noise=1e-4 * u.m / u.s**1.5,  # third bodies: 1e-5 m/s2 for ten minutes
            downrange_sigma=200 * u.m,
            crossrange_sigma=200 * u.m,
            altitude_sigma=100 * u.m,
            altitude_bias_sigma=1 * u.m,
        ),
        accelerometer=ls.Accelerometer(rate=1 * u.Hz, velocity_random_walk=1e-3 * u.m / u.s**1.5),
        altimeter=ls.Altimeter(
            rate=0.5 * u.Hz,
            noise=0.5 * u.m,
            noise_share=1e-3,
            max_range=15 * u.km,
            off_nadir=40 * u.deg,
            azimuth=180 * u.deg,
        ),
        velocimeter=ls.Velocimeter(rate=0.5 * u.Hz, noise=0.1 * MPS, max_range=5 * u.km),
    )
    others = {path: each for path, each in scattered.items() if not path.startswith("craft.navigation.")}
    bias = {"craft.altimeter.bias": ls.Normal(0 * u.m, 1 * u.m)}  # as the filter has it
    return ls.Campaign(replace(scenario, craft=craft), {**others, **bias, **SEED})


def interval(numbers, runs):
    """Between which means of squares a sound filter's lie: chi-square over so many numbers a run."""
    low, high = stats.chi2.interval(SURE, numbers)
    return low / runs, high / runs


@repeated(40, 1000)
@pytest.mark.parametrize("name", ["apollo11", "chandrayaan3"])
def test_a_filter_that_knows_its_errors_is_as_good_as_it_believes(name, count):
    found = with_filter(name).run(count, seed=1).dataset
    flown = found["failure"].values == 0
    assert flown.sum() > 0.95 * count
    squares = found["navigation_nees"].values[flown]
    low, high = interval(6 * squares.size, squares.size)
    assert low < squares.mean() < high
    numbers = found["navigation_innovations"].values[flown]
    total = (found["navigation_nis"].values[flown] * numbers).sum()
    low, high = interval(numbers.sum(), numbers.sum())
    assert low < total / numbers.sum() < high


def test_a_campaign_flies_the_filter_as_the_reference_does():
    craft = replace(
        LANDER,
        navigation=ls.KalmanFilter(downrange_sigma=30 * u.m, crossrange_sigma=30 * u.m, altitude_sigma=20 * u.m),
        altimeter=ls.Altimeter(rate=2 * u.Hz, noise=0.5 * u.m),
        velocimeter=ls.Velocimeter(rate=1 * u.Hz, noise=0.1 * MPS),
    )
    bias = {"craft.altimeter.bias": ls.Normal(0 * u.m, 1 * u.m)}
    dispersions = {**SEED, **bias, "state.epoch": ls.Uniform(-9 * u.s, 9 * u.s)}
    check = ls.Campaign(landing(craft), dispersions).run(8, seed=2).cross_check(2)
    assert check.different == ()
    assert check.position < 1 * u.m
    assert check.columns["navigation_position_error_m"] < 0.01


def test_a_campaign_flies_dead_reckoning_as_the_reference_does():
    unit = ls.Accelerometer(rate=7 * u.Hz, velocity_random_walk=1e-3 * u.m / u.s**1.5, latency=0.5 * u.s)
    craft = replace(LANDER, navigation=ls.DeadReckoning(altitude_sigma=20 * u.m), accelerometer=unit)
    dispersions = {**SEED, "state.epoch": ls.Uniform(-9 * u.s, 9 * u.s)}
    check = ls.Campaign(landing(craft), dispersions).run(8, seed=2).cross_check(2)
    assert check.different == ()
    assert check.columns["navigation_innovations"] == 0.0  # of a filter that is not there
    assert check.columns["navigation_position_error_m"] < 0.01


def test_the_noise_of_a_filter_has_to_differ_between_runs():
    scenario = landing(replace(LANDER, navigation=ls.KalmanFilter()))
    with pytest.raises(ls.InputError, match="all runs would have the same"):
        ls.Campaign(scenario, {"craft.engine.thrust_error": ls.Normal(0 * u.one, 0.01 * u.one)})
