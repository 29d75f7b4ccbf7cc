"""Doppler velocimeters and touchdown switches: speeds along beams, the velocity that fits them, and the ground felt."""

from __future__ import annotations

import numpy as np
import pytest
import sensor_example as example
from astropy import units as u
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from sensor_example import along_body

import lunarsim as ls
from lunarsim.kernels.sensors.noise import Draw
from lunarsim.kernels.sensors.touchdown_switch import feels_ground
from lunarsim.kernels.sensors.velocimeter import beam_direction, folded, measured_speed, measured_velocity

MPS = u.m / u.s
GROUND = ls.Terrain.sphere().lower()
velocities = st.tuples(*3 * [st.floats(-300.0, 300.0)])
beams = st.sampled_from([3, 4])


def measured(velocimeter, pose, sample=0, seed=1, ground=GROUND):
    return measured_velocity(pose, example.record(velocimeter), ground, Draw(seed, sample))


def directions(velocimeter):
    numbers = example.record(velocimeter)
    return np.array([beam_direction(k, numbers) for k in range(int(velocimeter.beams))])


@given(beams, velocities, st.floats(5.0, 40.0), st.floats(0.0, 360.0))
def test_a_velocimeter_without_declared_errors_reports_the_velocity_over_the_ground(n, velocity, cone_deg, azimuth_deg):
    unit = ls.Velocimeter(beams=n, cone_angle=cone_deg * u.deg, azimuth=azimuth_deg * u.deg)
    pose = example.pose(3e3, thrust_axis=(1.0, -0.4, 0.2), velocity=velocity)
    found, valid = measured(unit, pose)
    assert valid
    assert found == pytest.approx(along_body(pose, velocity), abs=1e-9)


@given(beams, st.floats(1.0, 85.0), st.floats(-360.0, 360.0))
def test_the_beams_lie_evenly_on_a_cone_about_the_underside(n, cone_deg, azimuth_deg):
    unit = ls.Velocimeter(beams=n, cone_angle=cone_deg * u.deg, azimuth=azimuth_deg * u.deg)
    found = directions(unit)
    assert found[:, 2] == pytest.approx(-np.cos(np.radians(cone_deg)))
    assert found[:, :2].sum(axis=0) == pytest.approx([0.0, 0.0], abs=1e-12)
    azimuth = np.radians(azimuth_deg)
    assert found[0, :2] == pytest.approx(np.sin(np.radians(cone_deg)) * np.array([np.cos(azimuth), np.sin(azimuth)]))


@given(st.floats(-1e4, 1e4), st.floats(1.0, 300.0))
def test_a_speed_is_folded_by_whole_intervals_into_the_unambiguous_one(speed, most):
    found = folded(speed, most)
    assert -most - 1e-9 <= found <= most + 1e-9
    whole = (speed - found) / (2.0 * most)
    assert whole == pytest.approx(round(whole), abs=1e-9)
    assert folded(0.99 * most, most) == pytest.approx(0.99 * most)


def test_beyond_the_ambiguity_velocity_a_descent_is_reported_as_a_slower_one():
    unit = ls.Velocimeter(ambiguity_velocity=50 * MPS, cone_angle=30 * u.deg)
    across = np.cos(np.radians(30.0))  # what each beam has of a descent
    for rate, expected in ((-50.0, -50.0), (-70.0, -70.0 + 100.0 / across)):
        found, _ = measured(unit, example.pose(1e3, velocity=(rate, 0.0, 0.0)))
        assert found == pytest.approx([0.0, 0.0, expected], abs=1e-9)


def test_a_craft_that_leans_loses_the_beam_that_is_too_long_and_three_others_still_tell_the_velocity():
    velocity, lean = (-20.0, 7.0, -3.0), np.radians(15.0)
    axis = (np.cos(lean), -np.sin(lean), 0.0)  # leans back: the first beam, towards x, points far ahead
    pose = example.pose(1e3, thrust_axis=axis, velocity=velocity)
    beside = np.arccos(np.cos(np.radians(20.0)) * np.cos(lean))
    lengths = [example.range_to_sphere(1e3, off) for off in (np.radians(5.0), beside, np.radians(35.0))]
    expected = along_body(pose, velocity)
    for limit, valid_beams in ((lengths[2] + 1.0, 4), (lengths[2] - 1.0, 3), (lengths[1] - 1.0, 1)):
        unit = ls.Velocimeter(cone_angle=20 * u.deg, max_range=limit * u.m)
        speeds = [
            measured_speed(k, example.vector(expected), pose, example.record(unit), GROUND, Draw(1, 0))[1]
            for k in range(4)
        ]
        found, valid = measured(unit, pose)
        assert sum(speeds) == valid_beams
        assert valid == (valid_beams >= 3)
        assert found == (pytest.approx(expected, abs=1e-9) if valid else (0.0, 0.0, 0.0))


def test_below_the_gate_or_without_power_there_is_no_velocity():
    assert measured(ls.Velocimeter(min_range=50 * u.m), example.pose(40.0)) == ((0.0, 0.0, 0.0), False)
    assert measured(ls.Velocimeter(powered=False), example.pose(400.0)) == ((0.0, 0.0, 0.0), False)


def test_the_noise_of_the_velocity_is_that_of_least_squares():
    sigma, n, cone = 0.3, 1200, np.radians(25.0)
    unit = ls.Velocimeter(noise=sigma * MPS, cone_angle=25 * u.deg)
    errors = np.array([measured(unit, example.pose(500.0), sample=k)[0] for k in range(n)])
    expected = sigma**2 * np.array([1 / (2 * np.sin(cone) ** 2)] * 2 + [1 / (4 * np.cos(cone) ** 2)])
    low, high = np.asarray(stats.chi2.interval(0.999, n)) / n
    assert (low < (errors**2).mean(axis=0) / expected).all()
    assert ((errors**2).mean(axis=0) / expected < high).all()


def test_scale_factor_and_bias_are_of_each_beam():
    unit = ls.Velocimeter(scale_factor=1.1, bias=0.5 * MPS)
    found, _ = measured(unit, example.pose(500.0, velocity=(-10.0, 4.0, 2.0)))
    assert found[:2] == pytest.approx([4.4, 2.2])  # a bias that all beams share is one of the descent alone
    assert found[2] == pytest.approx(-11.0 - 0.5 / np.cos(np.radians(20.0)))


def test_each_beam_drops_out_as_often_as_its_probability_says():
    n, p, unit = 600, 0.1, ls.Velocimeter(dropout_probability=0.1)
    pose, numbers = example.pose(500.0), example.record(unit)
    valid = np.array(
        [
            [measured_speed(b, (0.0, 0.0, -1.0), pose, numbers, GROUND, Draw(1, k))[1] for b in range(4)]
            for k in range(n)
        ]
    )
    low, high = stats.binom.interval(0.999, 4 * n, p)
    assert low <= (~valid).sum() <= high
    low, high = stats.binom.interval(0.999, n, 1.0 - (1.0 - p) ** 4)  # by itself
    assert low <= (~valid).any(axis=1).sum() <= high
    told = sum(measured(unit, pose, sample=k)[1] for k in range(n))
    assert told == (valid.sum(axis=1) >= 3).sum()


def test_a_velocimeter_has_three_or_four_beams():
    for beams_ in (2, 5):
        with pytest.raises(ls.InputError, match=rf"beams = {beams_}: expected from 3 to 4"):
            ls.Velocimeter(beams=beams_)
    with pytest.raises(ls.InputError, match=r"beams = 3\.5: expected a whole number"):
        ls.Velocimeter(beams=3.5)
    with pytest.raises(ls.InputError, match="max_range = 1"):
        ls.Velocimeter(min_range=2 * u.m, max_range=1 * u.m)


def feels(switch, height_m, sample=0, time_s=0.0, ground=GROUND):
    return feels_ground(example.pose(height_m, time_s=time_s), example.record(switch), ground, Draw(1, sample))


@given(st.floats(0.1, 100.0), st.floats(0.0, 50.0))
def test_a_switch_closes_when_its_probe_reaches_the_ground(height_m, length_m):
    if abs(height_m - length_m) > 1e-6:
        assert feels(ls.TouchdownSwitch(probe_length=length_m * u.m), height_m) == (height_m <= length_m)
    assert not feels(ls.TouchdownSwitch(probe_length=length_m * u.m, powered=False), 0.0)


def test_a_switch_feels_the_terrain_below_and_none_where_its_height_is_unknown():
    hill = ls.Terrain.from_array(np.full((4, 4), 64.0) * u.m, window=tuple([-1, 1, -1, 1] * u.deg)).lower()
    assert feels(ls.TouchdownSwitch(probe_length=2 * u.m), 65.0, ground=hill)
    assert not feels(ls.TouchdownSwitch(probe_length=2 * u.m), 67.0, ground=hill)
    away = ls.Terrain.from_array(np.full((4, 4), 64.0) * u.m, window=tuple([10, 12, -1, 1] * u.deg)).lower()
    assert not feels(ls.TouchdownSwitch(probe_length=2 * u.m), 0.0, ground=away)


def test_a_switch_misses_and_errs_as_often_as_its_probabilities_say_and_from_a_time_on_always():
    n, unit = 1500, ls.TouchdownSwitch(probe_length=1 * u.m, miss_probability=0.2, spurious_probability=0.05)
    missed = n - sum(feels(unit, 0.5, sample=k) for k in range(n))
    spurious = sum(feels(unit, 50.0, sample=k) for k in range(n))
    for count, p in ((missed, 0.2 * 0.95), (spurious, 0.05)):
        low, high = stats.binom.interval(0.999, n, p)
        assert low <= count <= high
    early = ls.TouchdownSwitch(spurious_from=30 * u.s)
    assert [feels(early, 50.0, time_s=t) for t in (29.9, 30.0)] == [False, True]
