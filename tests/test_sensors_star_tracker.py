"""Star trackers: noise about their axes, and the Sun and the Moon that blind them."""

from __future__ import annotations

import numpy as np
import pytest
import sensor_example as example
from astropy import units as u
from hypothesis import example as case
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

import lunarsim as ls
from lunarsim import constants
from lunarsim.kernels.geometry.visibility import height_over_limb
from lunarsim.kernels.sensors.body import body_axes, turn_between
from lunarsim.kernels.sensors.noise import Draw
from lunarsim.kernels.sensors.star_tracker import measured_axes, over_limb

R = constants.MOON_RADIUS_M
AU = constants.ASTRONOMICAL_UNIT_M
CRAFT = (R + 50e3, 0.0, 0.0)
UPRIGHT = body_axes((1.0, 0.0, 0.0), (0.0, 0.0, 1.0))
NO_SUN = (0.0, 0.0, 0.0)


def sees(tracker, axes=UPRIGHT, sun=NO_SUN, sample=0, seed=1):
    return measured_axes(axes, CRAFT, sun, example.record(tracker), Draw(seed, sample))


def looking(angle_rad):
    """Axes whose thrust axis is at an angle from up, in the plane of the limb below."""
    return body_axes((float(np.cos(angle_rad)), float(np.sin(angle_rad)), 0.0), (0.0, 0.0, 1.0))


def test_a_star_tracker_without_declared_errors_reports_the_true_attitude_wherever_it_looks():
    for axes in (UPRIGHT, looking(np.pi)):
        assert sees(ls.StarTracker(), axes, sun=(AU, 0.0, 0.0)) == (axes, True)
    assert sees(ls.StarTracker(powered=False)) == (UPRIGHT, False)


def test_the_errors_are_those_about_its_own_axes():
    n, cross, roll = 800, np.radians(10 / 3600), np.radians(60 / 3600)
    unit = ls.StarTracker(cross_axis_noise=10 * u.arcsec, roll_noise=60 * u.arcsec, boresight_angle=70 * u.deg,
                          azimuth=35 * u.deg)  # fmt: skip
    tilt, azimuth = np.radians([70.0, 35.0])
    sight = np.array([np.sin(tilt) * np.cos(azimuth), np.sin(tilt) * np.sin(azimuth), np.cos(tilt)])
    errors = np.array([turn_between(UPRIGHT, sees(unit, sample=k)[0]) for k in range(n)])
    about, across = errors @ sight, errors - np.outer(errors @ sight, sight)
    low, high = np.asarray(stats.chi2.interval(0.999, n)) / n
    assert low < (about**2).mean() / roll**2 < high
    low, high = np.asarray(stats.chi2.interval(0.999, 2 * n)) / (2 * n)
    assert low < 0.5 * (across**2).sum(axis=1).mean() / cross**2 < high


@given(st.floats(0.0, 179.0), st.floats(1.0, 80.0))
@case(29.0, 30.0)
@case(31.0, 30.0)
def test_within_the_exclusion_of_the_sun_there_is_no_attitude(angle_deg, exclusion_deg):
    unit = ls.StarTracker(sun_exclusion=exclusion_deg * u.deg)
    found = sees(unit, looking(np.radians(angle_deg)), sun=(AU, 0.0, 0.0))[1]
    if abs(angle_deg - exclusion_deg) > 1e-3:
        assert found == (angle_deg > exclusion_deg)


def test_a_sun_behind_the_moon_blinds_nobody_and_neither_does_none():
    unit = ls.StarTracker(sun_exclusion=40 * u.deg)
    assert sees(unit, looking(np.pi), sun=(-AU, 0.0, 0.0))[1]
    assert not sees(unit, UPRIGHT, sun=(AU, 0.0, 0.0))[1]
    assert sees(unit, UPRIGHT)[1]


@given(st.floats(0.0, 180.0), st.floats(-30.0, 60.0))
@case(90.0, 10.0)  # the limb is 103.6 deg from up
@case(100.0, 10.0)
@case(130.0, -30.0)
@case(140.0, -30.0)
def test_near_the_limb_or_below_it_there_is_no_attitude(angle_deg, exclusion_deg):
    dip_deg = 180.0 - np.degrees(np.arcsin(R / (R + 50e3)))  # from up to the limb
    found = sees(ls.StarTracker(limb_exclusion=exclusion_deg * u.deg), looking(np.radians(angle_deg)))[1]
    if abs(dip_deg - angle_deg - exclusion_deg) > 1e-6:
        assert found == (dip_deg - angle_deg > exclusion_deg)


@given(st.tuples(*3 * [st.floats(-1.0, 1.0)]))
def test_a_direction_stands_over_the_limb_as_a_far_body_does(toward):
    if np.linalg.norm(toward) > 0.1:
        far = np.array(CRAFT) + 1e9 * np.array(toward)
        expected = height_over_limb.py_func(np.array(CRAFT), far, R)  # type: ignore[attr-defined]
        assert over_limb(CRAFT, toward) == pytest.approx(expected, abs=1e-12)
