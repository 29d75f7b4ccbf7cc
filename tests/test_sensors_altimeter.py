"""Altimeters: the distance to the ground along a beam, over the terrain and with the errors that are declared."""

from __future__ import annotations

import numpy as np
import pytest
import sensor_example as example
from astropy import units as u
from hypothesis import given
from hypothesis import strategies as st
from scipy import optimize, stats
from sensor_example import EAST, NORTH, RADIUS_M, UP

import lunarsim as ls
from lunarsim.kernels.ground.ray import range_along
from lunarsim.kernels.sensors.altimeter import measured_range
from lunarsim.kernels.sensors.noise import Draw

SPHERE = ls.Terrain.sphere()
MILLIMETRE = 1e-3
STEP_DEG, RISE_M = 0.01, 16.0  # a slope of 16 m in 303 m, of heights that 32 bits hold
NARROW = np.arange(-0.5, 0.5, STEP_DEG) + 0.5 * STEP_DEG  # of the pixels' centres


def window(degrees=0.5):
    return tuple([-degrees, degrees, -degrees, degrees] * u.deg)


def slope_towards_north(rise_m=RISE_M):
    """Ground whose height is linear in the latitude, zero at the equator."""
    heights = rise_m * (NARROW[::-1, np.newaxis] / STEP_DEG) * np.ones(NARROW.size)
    return ls.Terrain.from_array(heights * u.m, window=window())


def step_of(height_m):
    """Flat ground, and from longitude 0 on to the east a plain that is higher, behind a cliff of one pixel."""
    heights = np.where(NARROW > 0.0, height_m, 0.0) * np.ones((NARROW.size, 1))
    return ls.Terrain.from_array(heights * u.m, window=window())


def ranged(altimeter, terrain, pose, sample=0, seed=1):
    return measured_range(pose, example.record(altimeter), terrain.lower(), Draw(seed, sample))


def direction(off_rad, towards):
    return -np.cos(off_rad) * UP + np.sin(off_rad) * np.asarray(towards)


angles_deg = st.floats(-55.0, 55.0)
heights_m = st.floats(3e3, 1.4e4)


@given(st.floats(0.1, 2e5), st.floats(0.0, 89.0))
def test_over_a_sphere_the_range_is_that_of_the_law_of_cosines_at_any_angle(height_m, off_deg):
    off = np.radians(off_deg)
    found = range_along(example.vector((RADIUS_M + height_m) * UP), example.vector(direction(off, EAST)), np.inf,
                        SPHERE.lower())  # fmt: skip
    if (RADIUS_M + height_m) * np.sin(off) > RADIUS_M:
        assert found == np.inf  # past the limb
    else:
        assert found == pytest.approx(example.range_to_sphere(height_m, off), abs=1e-6)


@given(heights_m, angles_deg, st.floats(0.0, 360.0), st.sampled_from([RISE_M, -RISE_M, 4.0, 0.0]))
def test_over_a_slope_the_range_is_where_the_line_meets_it_to_the_millimetre(height_m, off_deg, azimuth_deg, rise_m):
    azimuth = np.radians(azimuth_deg)
    d = direction(np.radians(off_deg), np.cos(azimuth) * NORTH + np.sin(azimuth) * EAST)
    o = (RADIUS_M + height_m) * UP

    def above(s):
        r = o + s * d
        latitude = np.arctan2(r[2], np.hypot(r[0], r[1]))
        return np.linalg.norm(r) - RADIUS_M - rise_m * np.degrees(latitude) / STEP_DEG

    ground = slope_towards_north(rise_m).lower()
    found = range_along(example.vector(o), example.vector(d), np.inf, ground)
    if height_m * abs(np.tan(np.radians(off_deg))) < 12e3:  # within the map, of 15 km either way
        expected = optimize.brentq(above, 0.0, 2.2 * height_m, xtol=1e-9)
        assert found == pytest.approx(expected, abs=1e-3 * MILLIMETRE)  # the last digit of a radius is 2e-10 m


@given(st.integers(0, 2**32 - 1), st.floats(0.0, 85.0), st.floats(0.0, 360.0))
def test_no_ridge_lies_before_the_ground_that_a_beam_meets(seed, off_deg, azimuth_deg):
    rng = np.random.default_rng(seed)
    heights = rng.uniform(0.0, 300.0, (100, 100)) * (rng.uniform(size=(100, 100)) < 0.05)  # peaks of one pixel
    terrain = ls.Terrain.from_array(heights * u.m, window=window(), outside=0 * u.m)
    azimuth = np.radians(azimuth_deg)
    d = direction(np.radians(off_deg), np.cos(azimuth) * NORTH + np.sin(azimuth) * EAST)
    o = (RADIUS_M + 350.0) * UP
    found = range_along(example.vector(o), example.vector(d), 2e4, terrain.lower())
    s = np.append(np.arange(0.0, min(found, 2e4) - 0.002, 1.0), [found] if np.isfinite(found) else [])
    r = o + s[:, np.newaxis] * d
    latitude, longitude = np.arctan2(r[:, 2], np.hypot(r[:, 0], r[:, 1])), np.arctan2(r[:, 1], r[:, 0])
    above = np.linalg.norm(r, axis=1) - RADIUS_M - terrain.height(latitude * u.rad, longitude * u.rad).to_value(u.m)
    assert (above[s < found - 0.5 * MILLIMETRE] > 0.0).all()
    if np.isfinite(found):
        assert above[-1] == pytest.approx(0.0, abs=MILLIMETRE)


def test_a_beam_to_the_side_meets_the_cliff_and_not_the_ground_below_the_craft():
    terrain, place = step_of(3000.0), np.radians(-0.05)
    up, ahead = np.array([np.cos(place), np.sin(place), 0.0]), np.array([-np.sin(place), np.cos(place), 0.0])
    lean = np.radians(80.0)
    leaning = example.pose(1000.0, up=up, thrust_axis=np.cos(lean) * up - np.sin(lean) * ahead)
    range_m, valid = ranged(ls.Altimeter(), terrain, leaning)
    pixel = np.radians(STEP_DEG) * RADIUS_M  # in which the cliff rises, 4.5 pixels ahead
    steep, fall = 3000.0 / pixel, 1.0 / np.tan(lean)
    assert valid
    assert range_m * np.sin(lean) == pytest.approx((1000.0 + 4.5 * pixel * steep) / (steep + fall), abs=1.0)  # if flat
    assert range_m < example.range_to_sphere(1000.0, lean) - 4000.0
    assert ranged(ls.Altimeter(), terrain, example.pose(1000.0, up=up, thrust_axis=up))[0] == pytest.approx(1000.0)


@given(st.floats(0.0, 50.0), st.floats(-180.0, 180.0))
def test_a_beam_that_is_mounted_off_the_nadir_points_where_its_angles_say(off_deg, azimuth_deg):
    pose = example.pose(2000.0)
    unit = ls.Altimeter(off_nadir=off_deg * u.deg, azimuth=azimuth_deg * u.deg)
    assert ranged(unit, SPHERE, pose)[0] == pytest.approx(
        example.range_to_sphere(2000.0, np.radians(off_deg)), abs=1e-6
    )
    slope = slope_towards_north()
    higher, lower = (ranged(ls.Altimeter(off_nadir=30 * u.deg, azimuth=a * u.deg), slope, pose)[0] for a in (90, -90))
    assert higher < lower  # y is to the left of the flight, north


def test_an_altimeter_without_declared_errors_reports_the_true_distance_at_every_sample():
    pose = example.pose(1234.5)
    readings = {ranged(ls.Altimeter(), SPHERE, pose, sample=k) for k in range(5)}
    assert len(readings) == 1
    assert readings.pop() == (pytest.approx(1234.5, abs=1e-8), True)


def test_without_power_without_ground_or_where_its_height_is_unknown_there_is_no_range():
    assert ranged(ls.Altimeter(powered=False), SPHERE, example.pose(100.0)) == (0.0, False)
    assert ranged(ls.Altimeter(off_nadir=180 * u.deg), SPHERE, example.pose(100.0)) == (0.0, False)
    beside = example.pose(9e3, up=(np.cos(0.1), np.sin(0.1), 0.0), thrust_axis=(np.cos(0.1), np.sin(0.1), 0.0))
    assert ranged(ls.Altimeter(), slope_towards_north(), beside) == (0.0, False)


@given(st.floats(1.0, 9e3), st.floats(1.0, 9e3), st.floats(1.0, 9e3))
def test_a_range_is_valid_within_the_gate_its_edges_included_and_nowhere_else(height_m, one_m, other_m):
    low, high = sorted((one_m, other_m))
    if low < high:
        gate = ls.Altimeter(min_range=low * u.m, max_range=high * u.m)
        for at in (height_m, low - 0.01, low + 0.01, high - 0.01, high + 0.01):
            if min(abs(at - low), abs(at - high)) > 1e-6:  # where it is known on which side the true range is
                assert ranged(gate, SPHERE, example.pose(at))[1] == (low <= at <= high), at
    true_m = ranged(ls.Altimeter(), SPHERE, example.pose(height_m))[0]
    on_both = ls.Altimeter(min_range=true_m * u.m, max_range=(true_m + 1.0) * u.m)
    assert ranged(on_both, SPHERE, example.pose(height_m))[1]
    on_top = ls.Altimeter(max_range=true_m * u.m)
    assert ranged(on_top, SPHERE, example.pose(height_m))[1]


def test_a_gate_that_lets_nothing_through_is_refused():
    with pytest.raises(ls.InputError, match=r"max_range = 5\.0 m: expected more than min_range, which is 0\.1 km"):
        ls.Altimeter(min_range=0.1 * u.km, max_range=5 * u.m)


def mean_over_cone(height_m, tilt_rad, half_rad, rings=200, spokes=360):
    """The mean distance to a sphere over a cone of lines, evenly over its disc of angles."""
    off = half_rad * np.sqrt((np.arange(rings) + 0.5) / rings)[:, np.newaxis]
    around = 2.0 * np.pi * np.arange(spokes) / spokes
    cosine = np.cos(off) * np.cos(tilt_rad) + np.sin(off) * np.sin(tilt_rad) * np.cos(around)
    return float(example.range_to_sphere(height_m, np.arccos(cosine)).mean())


@given(st.floats(10.0, 1e4), st.floats(0.0, 40.0), st.floats(0.5, 12.0))
def test_a_footprint_on_a_plain_has_the_mean_distance_of_its_cone(height_m, tilt_deg, width_deg):
    unit = ls.Altimeter(off_nadir=tilt_deg * u.deg, beam_width=width_deg * u.deg)
    expected = mean_over_cone(height_m, np.radians(tilt_deg), 0.5 * np.radians(width_deg))
    middle = example.range_to_sphere(height_m, np.radians(tilt_deg))
    # the formula leaves out the sixth order; the sum of 72,000 lines is as exact as its rings are fine
    assert ranged(unit, SPHERE, example.pose(height_m))[0] == pytest.approx(expected, abs=2e-3 * (expected - middle))


@given(st.floats(10.0, 1e4), st.floats(0.0, 40.0), st.floats(0.5, 30.0))
def test_the_first_return_from_a_plain_is_at_the_edge_of_the_cone_or_below_the_craft(height_m, tilt_deg, width_deg):
    unit = ls.Altimeter(off_nadir=tilt_deg * u.deg, beam_width=width_deg * u.deg, first_return=True)
    nearest = np.radians(max(tilt_deg - 0.5 * width_deg, 0.0))
    found = ranged(unit, SPHERE, example.pose(height_m))[0]
    assert found == pytest.approx(example.range_to_sphere(height_m, nearest), abs=1e-6)


def test_a_wide_beam_sees_the_cliff_beside_the_craft_first_and_a_narrow_one_does_not():
    terrain, place = step_of(3000.0), np.radians(-0.03)
    up = (np.cos(place), np.sin(place), 0.0)
    craft = example.pose(2e3, up=up, thrust_axis=up)
    narrow, wide = (
        ranged(ls.Altimeter(beam_width=width * u.deg, first_return=True), terrain, craft)[0] for width in (2, 60)
    )
    assert narrow == pytest.approx(2e3, abs=1.0)
    assert wide < 1900.0


def test_scale_factor_bias_and_false_lock_add_up():
    unit = ls.Altimeter(scale_factor=1.02, bias=-3 * u.m, false_lock_offset=500 * u.m, false_lock_from=60 * u.s)
    for time_s, expected in ((59.9, 1017.0), (60.0, 1517.0)):
        pose = example.pose(1000.0, time_s=time_s)
        assert ranged(unit, SPHERE, pose)[0] == pytest.approx(expected, abs=1e-6)


def within_binomial(count, n, p):
    low, high = stats.binom.interval(0.999, n, p)
    return low <= count <= high


def test_dropouts_and_false_locks_come_as_often_as_their_probabilities_say():
    n, pose = 2000, example.pose(1000.0)
    unit = ls.Altimeter(dropout_probability=0.15, false_lock_offset=1 * u.km, false_lock_probability=0.08)
    readings = [ranged(unit, SPHERE, pose, sample=k) for k in range(n)]
    valid = [range_m for range_m, valid in readings if valid]
    assert within_binomial(n - len(valid), n, 0.15)
    assert within_binomial(sum(range_m > 1500.0 for range_m in valid), len(valid), 0.08)
    assert {range_m for range_m, valid in readings if not valid} == {0.0}
    sure = ls.Altimeter(dropout_probability=1.0)
    assert not any(ranged(sure, SPHERE, pose, sample=k)[1] for k in range(100))


@pytest.mark.parametrize("height_m", [100.0, 9e3])
def test_the_noise_grows_with_the_distance_from_a_constant_on(height_m):
    n, pose, unit = 1500, example.pose(height_m), ls.Altimeter(noise=0.5 * u.m, noise_share=1e-3)
    errors = np.array([ranged(unit, SPHERE, pose, sample=k)[0] for k in range(n)]) - height_m
    sigma = 0.5 + 1e-3 * height_m
    low, high = np.asarray(stats.chi2.interval(0.999, n)) / n
    assert low < (errors**2).mean() / sigma**2 < high
    assert stats.kstest(errors / sigma, "norm").pvalue > 1e-3


def test_an_altimeter_that_is_noisier_than_it_should_be_errs_by_so_many_times_as_much():
    pose, designed = example.pose(3e3), ls.Altimeter(noise=0.5 * u.m, noise_share=1e-3)
    noisy = ls.Altimeter(noise=0.5 * u.m, noise_share=1e-3, noise_factor=40.0)
    for k in range(20):
        true = ranged(ls.Altimeter(), SPHERE, pose, sample=k)[0]
        errors = [ranged(unit, SPHERE, pose, sample=k)[0] - true for unit in (designed, noisy)]
        assert errors[1] == pytest.approx(40.0 * errors[0], abs=1e-9)


def test_the_noise_of_a_sample_is_that_of_its_seed_and_number_alone():
    unit, far, near = ls.Altimeter(noise=1 * u.m), example.pose(4e3, time_s=7.0), example.pose(2e3)
    errors = [ranged(unit, SPHERE, pose, sample=9, seed=4)[0] - h for pose, h in ((far, 4e3), (near, 2e3))]
    assert errors[0] == pytest.approx(errors[1], abs=1e-8)
    assert ranged(unit, SPHERE, near, sample=9, seed=5)[0] != ranged(unit, SPHERE, near, sample=9, seed=4)[0]
